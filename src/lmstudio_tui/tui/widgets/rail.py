"""The rail: the panes, and below them what is known of the server, each line of which explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lmstudio_tui.features.facts import Fact, Mark
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import moves
from lmstudio_tui.tui.messages import FactWanted, PaneWanted, ServersWanted
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from textual.binding import BindingType

    from lmstudio_tui.tui.typed import WidgetOptions

_STYLES = {
    Mark.GOOD: "rail--good",
    Mark.FAIR: "rail--fair",
    Mark.BAD: "rail--bad",
    Mark.NO: "rail--dim",
    Mark.UNKNOWN: "rail--dim",
    Mark.PLAIN: "rail--dim",
}


class Rail(OptionList):
    """Which panes there are, and the facts about the server in words. Enter or a click goes there, or explains.

    Args:
        panes: name and title of each.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rail--title", "rail--active", "rail--dim", "rail--good", "rail--fair", "rail--bad",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="cursor_up", down="cursor_down", page_up="page_up", page_down="page_down"),
        *moves(first="first", last="last"),
    ]

    DEFAULT_CSS = """
    Rail, Rail:focus {
        width: 26;
        height: 1fr;
        max-height: 100%;
        padding: 0;
        border: none;
        background: $surface;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .option-list--option { padding: 0 1; }
        & > .rail--title { color: $text-muted; text-style: bold; }
        & > .rail--active { color: $accent; text-style: bold; }
        & > .rail--dim { color: $text-muted; }
        & > .rail--good { color: $text-success; }
        & > .rail--fair { color: $text-warning; }
        & > .rail--bad { color: $text-error; }
        & > .option-list--option-disabled { color: $text-muted; }
    }
    Rail { & > .option-list--option-highlighted { background: transparent; color: $foreground; text-style: none; } }
    Rail:focus {
        & > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
    }
    """

    def __init__(self, panes: Sequence[tuple[str, str]], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._panes = tuple(panes)
        self._active = ""
        self._address = ""
        self._facts: tuple[Fact, ...] = ()
        self._drawn: list[tuple[str | None, Text]] = []

    def on_mount(self) -> None:
        """Draw for the first time; the colours are known now."""
        self._draw()
        app_of(self).theme_changed_signal.subscribe(self, lambda _: self._redraw())

    def show_facts(self, address: str, facts: Sequence[Fact]) -> None:
        """Show what is known of the server at that address."""
        self._address = clean_line(address.removeprefix("http://"))
        self._facts = tuple(facts)
        self._draw()

    def show_pane(self, name: str) -> None:
        """Mark the pane that is in front."""
        self._active = name
        self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go there, or explain."""
        event.stop()
        kind, _, name = (event.option.id or "").partition(":")
        if kind == "pane":
            self.post_message(PaneWanted(name))
        elif kind == "fact":
            self.post_message(FactWanted(name))
        elif kind == "address":
            self.post_message(ServersWanted())

    def _redraw(self) -> None:
        self._drawn = []
        self._draw()

    def _draw(self) -> None:
        """Draw what has changed; the cursor stays where it was."""
        if not self.is_mounted:
            return
        lines = self._entries()
        if [name for name, _ in lines] != [name for name, _ in self._drawn]:
            at = self.highlighted_option.id if self.highlighted_option is not None else None
            self.clear_options()
            self.add_options([Option(text, id=name, disabled=name is None) for name, text in lines])
            if at is not None and at in (name for name, _ in lines):
                self.highlighted = self.get_option_index(at)
        else:
            for index, (before, after) in enumerate(zip(self._drawn, lines, strict=True)):
                if before != after:
                    self.replace_option_prompt_at_index(index, after[1])
        self._drawn = lines

    def _entries(self) -> list[tuple[str | None, Text]]:
        """Each line, with what Enter on it means."""
        lines: list[tuple[str | None, Text]] = [(None, Text())]
        for number, (name, title) in enumerate(self._panes, 1):
            active = name == self._active
            text = self._styled(f"{'▸' if active else ' '} {number} {title}", "rail--active" if active else "")
            lines.append((f"pane:{name}", text))
        lines += [(None, Text()), (None, self._styled("SERVER", "rail--title"))]
        lines.append(("address", Text(self._address)))
        lines += [(f"fact:{fact.id}", self._plain(fact)) for fact in self._facts if not fact.capability]
        capable = [fact for fact in self._facts if fact.capability]
        if capable:
            lines += [(None, Text()), (None, self._styled("CAN", "rail--title"))]
            lines += [(f"fact:{fact.id}", self._capability(fact)) for fact in capable]
        return lines

    def _plain(self, fact: Fact) -> Text:
        sign = f"{fact.sign} " if fact.sign.strip() else ""
        lead = self._styled(sign, _STYLES[fact.mark])
        words = fact.value if fact.id != "version" else f"version {fact.value}"
        style = "rail--dim" if fact.id == "latency" or fact.mark is Mark.UNKNOWN else ""
        return Text.assemble(lead, self._styled(words, style))

    def _capability(self, fact: Fact) -> Text:
        words = self._styled(fact.title.lower(), "" if fact.mark is Mark.GOOD else "rail--dim")
        return Text.assemble(self._styled(f"{fact.sign} ", _STYLES[fact.mark]), words)

    def _styled(self, text: str, component: str) -> Text:
        return Text(text, style=self.get_component_rich_style(component)) if component else Text(text)
