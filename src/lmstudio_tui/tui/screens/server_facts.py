"""What is known of the server, each fact with how it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.features.facts import Fact, Mark
from lmstudio_tui.tui.commands import bindings, bound, told
from lmstudio_tui.tui.messages import ServerDoubted
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_STYLES = {
    Mark.GOOD: "facts--good",
    Mark.FAIR: "facts--fair",
    Mark.BAD: "facts--bad",
    Mark.NO: "facts--quiet",
    Mark.UNKNOWN: "facts--quiet",
}


class ServerFacts(Dialog[None]):
    """A list of facts, and the explanation of the one under the cursor. It follows the server while it is open.

    Args:
        address: of the server.
        facts: all of them.
        chosen: the id of the one to explain first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.close"),
        # What has opened it closes it.
        bound("app.facts", "leave"),
        bound("app.retry_server", "look"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {"facts--good", "facts--fair", "facts--bad", "facts--quiet"}

    DEFAULT_CSS = """
    ServerFacts {
        & > .facts--good { color: $text-success; }
        & > .facts--fair { color: $text-warning; }
        & > .facts--bad { color: $text-error; }
        & > .facts--quiet { color: $text-muted; }
        & > .frame { max-width: 92; height: 100%; max-height: 34; padding: 0 1; }
        & OptionList { height: 1fr; }
        & #explanation { height: 6; padding: 0 1; border-top: solid $border-blurred; overflow-y: auto; }
    }
    """

    def __init__(self, address: str, facts: Sequence[Fact], chosen: str = "server") -> None:
        super().__init__()
        self._address = address
        self._facts = list(facts)
        self._first = chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(self._address)
            frame.border_subtitle = told("↑↓ explain   {app.retry_server} look again   {dialog.leave} back")
            yield Options(compact=True)
            yield Static(id="explanation")

    def on_mount(self) -> None:
        """Show them, with the chosen one explained."""
        self._draw(self._first)

    def redraw(self) -> None:
        """Show them in other colours."""
        self.show_facts(self._address, self._facts)

    def show_facts(self, address: str, facts: Sequence[Fact]) -> None:
        """Follow the server."""
        options = self.query_one(OptionList)
        chosen = options.highlighted_option.id if options.highlighted_option is not None else self._first
        self._address, self._facts = address, list(facts)
        self.query_one(".frame").border_title = Text(address)
        self._draw(chosen or "server")

    def _draw(self, chosen: str) -> None:
        options = self.query_one(OptionList)
        width = max((len(fact.title) for fact in self._facts), default=0)
        lines = [self._line(fact, width) for fact in self._facts]
        ids = [fact.id for fact in self._facts]
        if [option.id for option in options.options] == ids:
            for index, line in enumerate(lines):
                options.replace_option_prompt_at_index(index, line)
        else:
            options.clear_options()
            options.add_options([Option(line, id=name) for name, line in zip(ids, lines, strict=True)])
            options.highlighted = ids.index(chosen) if chosen in ids else 0
        self._explain(chosen if chosen in ids else ids[0])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Explain it."""
        self._explain(event.option.id or "")

    def _explain(self, name: str) -> None:
        fact = next((one for one in self._facts if one.id == name), None)
        if fact is not None:
            self.query_one("#explanation", Static).update(Text(f"{fact.title}: {fact.value}\n{fact.explanation}"))

    def action_look(self) -> None:
        """Have the server looked at."""
        self.post_message(ServerDoubted())

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def _line(self, fact: Fact, width: int) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        component = _STYLES.get(fact.mark)
        # The colour alone: the background is the cursor's.
        style = Style(color=self.get_component_rich_style(component).color) if component else Style()
        line.append(f"{fact.sign} ", style=style)
        line.append(f"{fact.title:<{width}}  ", style="bold")
        return line.append(fact.value, style=style if fact.mark in {Mark.NO, Mark.UNKNOWN} else Style())
