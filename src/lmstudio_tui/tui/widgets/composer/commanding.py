"""A text area in which a line that begins with a slash is a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.actions import SkipAction
from textual.widget import Widget

from lmstudio_tui.features.chat.parameter_fields import BY_NAME as PARAMETERS
from lmstudio_tui.features.chat.slash import (
    BY_NAME,
    Completion,
    CompletionContext,
    SlashCommand,
    completions,
    literal,
    nearest,
    parse,
    unknown,
)
from lmstudio_tui.tui.commands import keys_of
from lmstudio_tui.tui.keyed import bindings_of
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.composer.folding import FoldingTextArea
from lmstudio_tui.tui.widgets.composer.suggestions import Suggestions

if TYPE_CHECKING:
    from typing import Unpack

    from textual.events import Key

    from lmstudio_tui.tui.typed import WidgetOptions


class CommandingTextArea(FoldingTextArea, inherit_bindings=False):
    """Tells commands from prompts, and shows what a command may become while it is typed."""

    def __init__(self, *, placeholder: str = "", **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options, placeholder=placeholder)
        self._known = CompletionContext()
        self._list = Suggestions(self._take)
        self._offered: tuple[Completion, ...] = ()
        self._quiet_at = ""
        self._moved = False

    def on_mount(self) -> None:
        """The list lies over what is beside the prompt, so it cannot be within it."""
        if isinstance(self.parent, Widget):
            self.parent.mount(self._list)

    def on_unmount(self) -> None:
        """The list goes with the prompt."""
        if self._list.is_attached:
            self._list.remove()

    def set_context(self, context: CompletionContext) -> None:
        """Take what there is to complete commands with."""
        self._known = context
        if self._list.is_open:
            self.suggest()

    # What the text is

    @property
    def is_command(self) -> bool:
        """Whether it is a command, complete or not."""
        return self.command_given() is not None

    def command_given(self) -> tuple[SlashCommand, str] | None:
        """The command that the text is, and its argument; None for a prompt.

        A prompt of several lines is none, unless what follows the command may be a text.
        """
        found = parse(self.text)
        if found is None or ("\n" in self.text.strip() and "TEXT" not in found[0].argument):
            return None
        command, argument = found
        return command, self._pastes.expanded(argument)

    def unknown_command(self) -> str | None:
        """The command that was perhaps meant, where the text looks like one and is none; empty when none is like it."""
        name = None if "\n" in self.text.strip() else unknown(self.text)
        return None if name is None else nearest(name)

    @property
    def prompt_to_send(self) -> str:
        """The text as a prompt: `//x` in a line of its own is `/x`."""
        text = self.text_to_keep
        return text if "\n" in text.strip() else literal(text)

    # The list

    def suggest(self) -> None:
        """Show what the command that is being typed may become."""
        text = self.text
        if text != self._quiet_at:
            self._quiet_at = ""
        wanted = self.has_focus and text.startswith("/") and "\n" not in text and not self._quiet_at
        offered = completions(text, self.cursor_location[1], self._known) if wanted else ()
        if offered != self._offered:
            self._offered, self._moved = offered, False
        if offered or self._list.is_open:
            self._list.show([(each.label, each.help) for each in offered], self.region, self.screen.region)

    def hush(self) -> None:
        """Show no list until something else is typed."""
        self._quiet_at = self.text
        self._offered = ()
        self._list.close()

    def move_suggestion(self, step: int) -> bool:
        """Highlight another row of the list. Whether there is one."""
        if not self._is_suggesting():
            return False
        self._list.move(step)
        self._moved = True
        return True

    def complete_for_enter(self) -> bool:
        """Take the row under the cursor of the list, where Enter means that. Whether something is still to be typed."""
        self.suggest()
        if not self._list.is_open:
            return False
        given = parse(self.text)
        if given is not None and not self._moved:
            command, argument = given
            if command.needs_argument and not argument and not self.text.endswith(" "):
                self.insert(" ")
                self.suggest()
                return True
            if not argument or self._is_complete(command, argument):
                return False
        self._take(self._list.highlighted)
        return self.text.endswith((" ", "/"))

    def _is_complete(self, command: SlashCommand, argument: str) -> bool:
        """Whether an argument is to be taken as it was typed, rather than as the list has it."""
        word, known = argument.split()[-1], self._known
        match command.values:
            case "model":
                return argument in known.models
            case "models":
                return word in known.models
            case "presets":
                return command.needs_argument or argument in known.presets
            case "set":
                return argument != word or "=" in word or word in PARAMETERS
            case "unset":
                return word in {"all", *known.changed}
            case "commands":
                return word in BY_NAME
            case _:
                return True

    def _take(self, index: int) -> None:
        if not 0 <= index < len(self._offered):
            return
        chosen = self._offered[index]
        _, cursor = chosen.applied(self.text)
        self.replace(chosen.insert, (0, chosen.start), (0, chosen.end), maintain_selection_offset=False)
        self.move_cursor((0, cursor))
        self.focus()
        self.suggest()

    def action_complete(self) -> None:
        """Take the row under the cursor of the list. Without a list, Tab goes on to the next thing."""
        self._quiet_at = ""
        self.suggest()
        if not self._list.is_open:
            raise SkipAction
        self._take(self._list.highlighted)

    # Keys

    async def on_key(self, event: Key) -> None:
        """All keys work in the order in which they came; those of the prompt before the text area types them.

        A binding would be served after the letters that were typed behind it, where they come in one burst, as over a
        slow line; one with priority before those that were typed before it.
        """
        if event.key in keys_of("chat.hush") and self._is_suggesting():
            self.hush()
        elif event.key.startswith("alt+"):
            # A terminal sends Alt+M as Esc and m: it means a command, and is no letter to be typed.
            event.prevent_default()
            return
        elif event.is_printable or not await self._run_binding(event.key):
            return
        event.stop()
        event.prevent_default()

    async def _run_binding(self, key: str) -> bool:
        """Do what a key of this box does. Whether it does anything."""
        found = bindings_of(self).get(key, [])
        return any([await app_of(self).run_action(binding.action, self) for binding in found if not binding.priority])

    def _is_suggesting(self) -> bool:
        if self.text.startswith("/"):
            self.suggest()
        return self._list.is_open

    def on_text_area_selection_changed(self) -> None:
        """Another word may be under the cursor."""
        self.suggest()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The list is for who types."""
        super().watch_has_focus(_has_focus)
        self.suggest()

    def on_resize(self) -> None:
        """The list stays next to the prompt."""
        if self._list.is_open:
            self.suggest()
