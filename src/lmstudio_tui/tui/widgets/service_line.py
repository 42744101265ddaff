"""Which server serves audio, or images; and where none does, why not and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.content import Content

from lmstudio_tui.features.service_view import Ability, way_in_words
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.fitting_line import FittingLine

if TYPE_CHECKING:
    from typing import Unpack

    from lmstudio_tui.features.service_view import Service, ServiceWords
    from lmstudio_tui.tui.typed import WidgetOptions

_SIGNS = {Ability.YES: "●", Ability.PERHAPS: "?", Ability.NO: "✗", Ability.WAITING: "…"}


class ServiceLine(FittingLine):
    """One line while the server can, a shorter one in a narrow place; what to do, in several, where it cannot."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "service--yes", "service--perhaps", "service--no", "service--waiting", "service--step", "service--command",
    }  # fmt: skip
    DEFAULT_CSS = """
    ServiceLine {
        height: auto;
        max-height: 60%;
        overflow-y: auto;
        color: $text-muted;
        padding: 0 1;
        & > .service--yes { color: $text-success; }
        & > .service--perhaps { color: $foreground; }
        & > .service--no { color: $text-error; }
        & > .service--waiting { color: $foreground; }
        & > .service--step { color: $foreground; }
        & > .service--command { color: $text-accent; }
    }
    """

    def __init__(self, **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._last: tuple[Service, ServiceWords, bool] | None = None

    def on_mount(self) -> None:
        """What is shown keeps the colours that it was given."""
        app_of(self).theme_changed_signal.subscribe(self, lambda _: self._again())

    def _again(self) -> None:
        if self._last is not None:
            service, words, ways = self._last
            self._last = None
            self.show(service, words, ways=ways)

    def show(self, service: Service, words: ServiceWords, *, ways: bool = True) -> None:
        """Show how things are.

        Args:
            service: what it is about.
            words: what is to be said of it.
            ways: whether there is room for how to get a server.
        """
        if (shown := (service, words, ways)) != self._last:
            self._last = shown
            several = words.ability is Ability.NO
            self.styles.text_wrap, self.styles.text_overflow = ("wrap", "fold") if several else ("nowrap", "ellipsis")
            texts = (self._refusal(service, words, ways),) if several else self._lines(words)
            self.offer(*(Content.from_rich_text(text) for text in texts))

    def _line(self, words: ServiceWords, line: str) -> Text:
        sign = self._ink(words.ability.value)
        return Text.assemble((_SIGNS[words.ability], sign), " ", line)

    def _ink(self, name: str) -> Style:
        # The colour alone: what is behind it may change.
        return Style(color=self.get_component_rich_style(f"service--{name}").color)

    def _lines(self, words: ServiceWords) -> tuple[Text, ...]:
        return tuple(self._line(words, line) for line in (words.line, *words.shorter))

    def _refusal(self, service: Service, words: ServiceWords, ways: bool) -> Text:
        text = self._line(words, words.line)
        if words.reason:
            text.append(f"\n{words.reason}")
        if words.next_step:
            text.append(f"\n{words.next_step}", self._ink("step"))
        for way in words.ways if ways else ():
            does, command, setting = way_in_words(way, service)
            text.append(f"\n\n{does}\n", self._ink("step"))
            text.append(f"  {command}\n  {setting}", self._ink("command"))
        return text
