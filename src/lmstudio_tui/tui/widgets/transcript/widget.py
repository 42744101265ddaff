"""The transcript: a conversation drawn line by line, of which only what is in view costs anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, TypedDict, Unpack

from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection

from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.widgets.transcript.painter import ROW_BITS
from lmstudio_tui.tui.widgets.transcript.palette import COMPONENTS
from lmstudio_tui.tui.widgets.transcript.scroller import TurnScroller
from lmstudio_tui.tui.widgets.transcript.selecting import extract, word_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.tui.widgets.transcript.lines import Action
    from lmstudio_tui.tui.widgets.transcript.model import CodeBlock, Role, Status, Turn
    from lmstudio_tui.tui.widgets.transcript.view import TurnView


class TurnFields(TypedDict, total=False):
    """What `Transcript.update_turn` takes."""

    role: Role
    text: str
    reasoning: str
    model: str | None
    time: str
    status: Status
    footer: str
    note: str
    reasoning_label: str
    activity: str


class Transcript(TurnScroller, can_focus=True):
    """A conversation that is read, scrolled, folded and copied from while it grows.

    It takes turns as values and knows nothing of where they come from. What has streamed in is drawn at most 16 times a
    second, and only the block that is still open is drawn again.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    ALLOW_SELECT: ClassVar[bool] = True

    DEFAULT_CSS: ClassVar[str] = """
    Transcript {
        height: 1fr;
        background: transparent;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .transcript--user { background: $foreground 7%; }
        & > .transcript--user-rule { color: $text-muted; }
        & > .transcript--accent { color: $accent; }
        & > .transcript--heading { text-style: bold; }
        & > .transcript--mark { color: $text-muted; }
        & > .transcript--code { background: $foreground 4%; }
        & > .transcript--code-inline { color: $text-accent; }
        & > .transcript--link { text-style: underline; }
        & > .transcript--dim { color: $text-muted; }
        & > .transcript--rule { color: $text-disabled; }
        & > .transcript--quote { text-style: italic; }
        & > .transcript--reasoning { color: $text-muted; }
        & > .transcript--warning { color: $text-warning; }
        & > .transcript--error { color: $text-error; }
        & > .transcript--pill { background: $accent; color: $background; text-style: bold; }
        & > .transcript--comment { color: $text-muted; text-style: italic; }
        & > .transcript--keyword { color: $text-primary; }
        & > .transcript--string { color: $text-success; }
        & > .transcript--number { color: $text-warning; }
        & > .transcript--function { color: $text-accent; }
        & > .transcript--type { color: $text-secondary; }
        & > .transcript--deleted { color: $text-error; }
        &:ansi > .transcript--dim, &:ansi > .transcript--mark, &:ansi > .transcript--rule { text-style: dim; }
        &:ansi > .transcript--reasoning, &:ansi > .transcript--user-rule { text-style: dim; }
        &:ansi > .transcript--comment { text-style: dim italic; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            *("transcript.up", "transcript.down", "transcript.page_up", "transcript.page_down"),
            *("transcript.half_up", "transcript.half_down", "transcript.start", "transcript.end"),
            *("transcript.previous", "transcript.next", "transcript.fold"),
        )
    ]

    @dataclass
    class TurnSelected(Message):
        """Another turn was selected, with the keyboard or with a click."""

        transcript: Transcript
        turn_id: str

        @property
        def control(self) -> Transcript:
            """The transcript it came from."""
            return self.transcript

    @dataclass
    class CodeCopyRequested(Message):
        """The copy button of a block of code was clicked."""

        transcript: Transcript
        turn_id: str
        number: int
        code: str

        @property
        def control(self) -> Transcript:
            """The transcript it came from."""
            return self.transcript

    @dataclass
    class FollowChanged(Message):
        """The transcript left the end or came back to it, or more came in below what is read."""

        transcript: Transcript
        at_end: bool
        new_lines: int

        @property
        def control(self) -> Transcript:
            """The transcript it came from."""
            return self.transcript

    # --- turns ----------------------------------------------------------------------------------------------------

    @property
    def turns(self) -> list[Turn]:
        """All turns as they are now."""
        return [view.turn for view in self._document.views]

    @property
    def selected_turn(self) -> str | None:
        """The id of the selected turn."""
        return None if self._selected is None else self._selected.id

    def turn(self, turn_id: str) -> Turn:
        """Return a turn as it is now. Raises KeyError when there is none."""
        return self._document[turn_id].turn

    def code_blocks(self, turn_id: str) -> list[CodeBlock]:
        """Return the blocks of code in a turn, numbered as on the screen. Raises KeyError without such a turn."""
        return self._document[turn_id].content.codes

    def add_turn(self, turn: Turn) -> None:
        """Put a turn at the end. Raises ValueError when there is one of that id."""
        self._mark(self._document.add(turn))

    def set_turns(self, turns: Iterable[Turn]) -> None:
        """Show other turns instead, from their end; those out of view cost next to nothing."""
        self.clear()
        for turn in turns:
            self._document.add(turn)
        self._relayout()

    def remove_turn(self, turn_id: str) -> None:
        """Take a turn out. Raises KeyError when there is none."""
        view = self._document[turn_id]
        if view is self._selected:
            self._selected = None
        row = self._document.top(view)
        self._document.remove(turn_id)
        self._dirty.pop(view.serial, None)
        if self._anchor is not None and self._anchor.view is view:
            self._anchor = self._document.anchor(row)
        self._relayout()

    def clear(self) -> None:
        """Take all turns out."""
        self._document.clear()
        self._dirty.clear()
        self._selected = None
        self._anchor = None
        self._follow = True
        self._new_lines = 0
        self._drop_selection()
        self._relayout()

    def append_text(self, turn_id: str, delta: str) -> None:
        """Go on with the answer of a turn. Raises KeyError when there is none."""
        view = self._document[turn_id]
        view.content.append_text(delta)
        self._mark(view)

    def append_reasoning(self, turn_id: str, delta: str) -> None:
        """Go on with the reasoning of a turn. Raises KeyError when there is none."""
        view = self._document[turn_id]
        view.content.append_reasoning(delta)
        self._mark(view)

    def move_text_to_reasoning(self, turn_id: str) -> None:
        """Make the answer so far part of the reasoning, as when only the end of a thought told that it was one."""
        view = self._document[turn_id]
        turn = view.turn
        view.update(replace(turn, text="", reasoning=turn.reasoning + turn.text))
        self._mark(view)

    def update_turn(self, turn_id: str, **fields: Unpack[TurnFields]) -> None:
        """Change some values of a turn. Raises KeyError when there is none."""
        view = self._document[turn_id]
        view.update(replace(view.turn, **fields))
        self._mark(view)

    # --- keys -----------------------------------------------------------------------------------------------------

    def action_line(self, lines: int) -> None:
        """Scroll by some lines."""
        self._scroll_by(lines)

    def action_page(self, pages: float) -> None:
        """Scroll by some screens, less the line that keeps the eye in place."""
        self._scroll_by(round(max(1, self._rows - 1) * pages))

    def action_start(self) -> None:
        """Go to the first line."""
        self._scroll_start()

    def action_end(self) -> None:
        """Go to the last line, and follow what comes in."""
        self._scroll_end()

    def action_select_turn(self, step: int) -> None:
        """Select the turn before or after the selected one, or the first in view."""
        views = self._document.views
        if not views:
            return
        if self._selected is None:
            found = self._document.view_at(self.scroll_offset.y + (self._rows - 1 if step < 0 else 0))
            view = views[-1] if found is None else found[0]
        else:
            index = self._document.index(self._selected) + step
            if not 0 <= index < len(views):
                return
            view = views[index]
        self._select(view)
        self._scroll_to_turn(view)

    def action_fold(self) -> None:
        """Fold or unfold the reasoning of the selected turn, or of the last one in view that has any."""
        view = self._selected or self._foldable()
        if view is not None:
            self._toggle(view)

    def _foldable(self) -> TurnView | None:
        top = self.scroll_offset.y
        for row in range(top + self._rows - 1, top - 1, -1):
            place = self._document.place(row)
            if place is not None and place.view.content.words:
                return place.view
        return None

    def _toggle(self, view: TurnView) -> None:
        if not view.content.words:
            return
        view.fold(not view.folded)
        if self._follow and not view.content.is_final:
            self._mark(view)
            return
        # The fold line stays where it is, or comes into view: what unfolds appears below it.
        offset = min(0, self.scroll_offset.y - self._document.top(view))
        self._follow = False
        self._document.advance(view)
        self._show(lambda: self._document.top(view) + offset)
        self._follow = self.scroll_offset.y >= self._last_top
        self._tell()

    # --- mouse ----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Answer to a click on the pill, a fold line, a copy button, or a turn."""
        pill = self._pill
        if pill and event.y == self._rows - 1 and event.x >= self._painter.pill_start(pill):
            self._scroll_end()
            return
        place = self._document.place(self.scroll_offset.y + event.y)
        if place is None:
            return
        action = place.line.action
        if event.chain == 1 and action is not None and self._hits(action, event.x):
            self._act(action, place.view)
            return
        if event.chain == 1 and self.text_selection is not None:
            return
        self._select(place.view)
        if event.chain == 2:
            column = event.x - self._painter.geometry.prefix
            word = word_at(place.line, column)
            if word is not None:
                self._select_text(place.view, place.row, word)

    def _hits(self, action: Action, x: int) -> bool:
        return x - self._painter.geometry.prefix >= action.start

    def _act(self, action: Action, view: TurnView) -> None:
        if action.kind == "fold":
            self._toggle(view)
            return
        for block in view.content.codes:
            if block.number == action.number:
                self.post_message(self.CodeCopyRequested(self, view.id, block.number, block.code))

    def _select(self, view: TurnView) -> None:
        if view is not self._selected:
            self._selected = view
            self.refresh()
            self.post_message(self.TurnSelected(self, view.id))

    def _follow_changed(self, at_end: bool, new_lines: int) -> None:
        self.post_message(self.FollowChanged(self, at_end, new_lines))

    # --- text selection -------------------------------------------------------------------------------------------

    def text_select_all(self) -> None:
        """Do nothing: a double click selects a word here, not the whole conversation."""

    def _select_text(self, view: TurnView, row: int, word: tuple[int, int]) -> None:
        y = view.serial << ROW_BITS | row
        prefix = self._painter.geometry.prefix
        start, end = Offset(prefix + word[0], y), Offset(prefix + word[1], y)
        self.screen.selections = {self: Selection(start, end)}

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text: without gutters and padding, and with the line ends of the source."""
        if self._document.canvas is None:
            return None
        return extract(self._document, selection, self._painter.geometry.prefix), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show another selection."""
        del selection
        self.refresh()
