"""The page for when there is no server to talk to: what happened, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.message import Message

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.sdk import RequestTimeoutError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of
from lmstudio_tui.tui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions


_COMMAND = re.compile(r"\{([a-z_.]+)\}")
_STARTING = "In LM Studio: Developer → Start server, or run  lms server start"
_LOOKING = "Just looking?  Press {absence.simulator} for the built-in simulator."


class Absence(EmptyState, can_focus=True):
    """Says calmly why nothing can be asked yet. It goes away by itself when a server appears."""

    CENTRED = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"absence--title", "absence--key", "absence--dim"}

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("absence.key", "absence.servers", "absence.find", "absence.simulator", "absence.retry")
    ]

    DEFAULT_CSS = """
    Absence {
        height: 1fr;
        & > .absence--title { text-style: bold; }
        & > .absence--key { color: $accent; text-style: bold; }
        & > .absence--dim { color: $text-muted; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A way on was chosen: `servers`, `find`, `simulator`, `retry` or `key`."""

        way: str

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        self._view = ServerView("")
        self._newcomer = False
        self._above_prompt = False
        super().__init__(**options)

    def show_server(self, view: ServerView, *, newcomer: bool = False) -> None:
        """Show another view of the server.

        Args:
            view: of the server.
            newcomer: whether nobody has used the app here before.
        """
        self._newcomer = newcomer
        before, self._view = self._view, view
        if (before.presence, before.error) != (view.presence, view.error):
            self.refresh_bindings()
        if self.is_mounted:
            self._say()

    def show_prompt(self, shown: bool) -> None:
        """Say how the keys are come by while there is a prompt, which takes letters as text."""
        if shown is not self._above_prompt:
            self._above_prompt = shown
            if self.is_mounted:
                self._say()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key is asked for only where one is wanted."""
        del action
        return parameters != ("key",) or self._view.presence is Presence.LOCKED

    def action_choose(self, way: str) -> None:
        """Choose a way on."""
        self.post_message(self.Chosen(way))

    def on_mount(self) -> None:
        """Its colours are known now."""
        self._say()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._say()

    def _say(self) -> None:
        self.update(Text("\n").join(self._sentences()))

    def _sentences(self) -> list[Text]:
        view = self._view
        url = view.base_url
        said = clean_line(view.error.message) if view.error else ""
        if view.presence is Presence.LOCKED:
            return [
                self._styled(f"The server at {url} wants an API key.", "absence--title"),
                self._styled(said, "absence--dim"),
                Text(),
                *self._ways(
                    "Press {absence.key} to type it for this session.",
                    "Or set LM_STUDIO_API_KEY, or api_key in config.toml.",
                    _LOOKING,
                ),
            ]
        if view.presence is Presence.STRANGE:
            return [
                self._styled(f"What answers at {url} is no model server that I know.", "absence--title"),
                self._styled(said, "absence--dim"),
                Text(),
                *self._ways("Is the address right?  Press {absence.servers} for servers.", _LOOKING),
            ]
        mute = isinstance(view.error, RequestTimeoutError) and view.error.phase == "read"
        reason = said.removeprefix("Nothing answers: ")
        title = f"The server at {url} takes requests, and does not answer." if mute else f"Nothing answers at {url}."
        if self._newcomer and not mute:
            return self._first_page(url, reason)
        return [
            self._styled(title, "absence--title"),
            self._styled(f"The reason: {reason}", "absence--dim"),
            Text(),
            *self._ways(
                _STARTING,
                "Another server?  Press {absence.servers} to choose one, or {absence.find} to find those here.",
                _LOOKING,
            ),
            Text(),
            self._said("This page goes away by itself when a server appears; {absence.retry} looks at once."),
        ]

    def _first_page(self, url: str, reason: str) -> list[Text]:
        """For somebody who has just installed it: what it is, why nothing happens, and what to do."""
        return [
            self._styled("Welcome to lmstudio-tui.", "absence--title"),
            Text("It works with a model server, such as LM Studio, on this machine."),
            self._styled(f"Nothing answers at {url} yet ({reason.rstrip('.')}).", "absence--dim"),
            Text(),
            *self._ways(
                "Just looking?  Press {absence.simulator}: the built-in simulator needs no model.",
                _STARTING,
                "Another server?  Press {absence.find} to find those here, or {absence.servers} to name one.",
            ),
            Text(),
            self._said("This page goes away by itself when a server appears; {absence.retry} looks at once."),
        ]

    def _ways(self, *sentences: str) -> list[Text]:
        """Ways on, numbered. A command in braces is shown as its key."""
        ways: list[Text] = []
        if self._above_prompt:
            ways += [
                self._keyed("What you typed is kept.  {chat.switch} leaves the prompt; then these keys work:"),
                Text(),
            ]
        for number, sentence in enumerate(sentences, 1):
            way = Text.assemble(self._styled(f"{number}   ", "absence--dim"), self._keyed(sentence))
            ways.append(way)
        return ways

    def _said(self, sentence: str) -> Text:
        return self._keyed(sentence, "absence--dim")

    def _keyed(self, sentence: str, component: str = "") -> Text:
        text = Text()
        for at, part in enumerate(_COMMAND.split(sentence)):
            if at % 2:
                text.append_text(self._styled(key_of(part), "absence--key"))
            else:
                text.append_text(self._styled(part, component) if component else Text(part))
        return text

    def _styled(self, text: str, component: str) -> Text:
        style = self.get_component_rich_style(component)
        return Text(text, style=Style(color=style.color, bold=style.bold))
