"""Which server serves audio, or images; and where none does, why not and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widgets import Static

from lmstudio_tui.features.service_view import Ability, way_in_words

if TYPE_CHECKING:
    from lmstudio_tui.features.service_view import Service, ServiceWords

_SIGNS = {Ability.YES: "●", Ability.PERHAPS: "?", Ability.NO: "✗", Ability.WAITING: "…"}


class ServiceLine(Static):
    """One line while the server can; what to do, in several, where it cannot."""

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

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._shown: tuple[object, ...] = ()

    def show(self, service: Service, words: ServiceWords, *, ways: bool = True) -> None:
        """Show how things are.

        Args:
            service: what it is about.
            words: what is to be said of it.
            ways: whether there is room for how to get a server.
        """
        if (shown := (service, words, ways)) != self._shown:
            self._shown = shown
            several = words.ability is Ability.NO
            self.styles.text_wrap, self.styles.text_overflow = ("wrap", "fold") if several else ("nowrap", "ellipsis")
            self.update(self._text(service, words, ways))

    def _text(self, service: Service, words: ServiceWords, ways: bool) -> Text:
        style = self.get_component_rich_style
        sign = style(f"service--{words.ability.value}")
        text = Text.assemble((_SIGNS[words.ability], sign), " ", words.line)
        if words.ability is not Ability.NO:
            return text
        if words.reason:
            text.append(f"\n{words.reason}")
        if words.next_step:
            text.append(f"\n{words.next_step}", style("service--step"))
        for way in words.ways if ways else ():
            does, command, setting = way_in_words(way, service)
            text.append(f"\n\n{does}\n", style("service--step"))
            text.append(f"  {command}\n  {setting}", style("service--command"))
        return text
