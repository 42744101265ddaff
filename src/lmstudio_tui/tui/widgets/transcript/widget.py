"""The transcript: a conversation drawn line by line, of which only what is in view costs anything."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, TypedDict, Unpack

from lmstudio_tui.tui.commands import bindings, moves
from lmstudio_tui.tui.widgets.transcript import messages
from lmstudio_tui.tui.widgets.transcript.figures import branch_label
from lmstudio_tui.tui.widgets.transcript.keeping import SLICE
from lmstudio_tui.tui.widgets.transcript.palette import COMPONENTS
from lmstudio_tui.tui.widgets.transcript.searching import HitFinder
from lmstudio_tui.tui.widgets.transcript.selecting import extract, word_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.binding import BindingType
    from textual.selection import Selection

    from lmstudio_tui.tui.widgets.transcript.lines import Action
    from lmstudio_tui.tui.widgets.transcript.model import CodeBlock, Role, Status, ToolView, Turn
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
    branch: tuple[int, int] | None
    attachments: tuple[str, ...]
    tools: tuple[ToolView, ...]
    phases: tuple[tuple[str, float], ...]
    caution: str


class Transcript(HitFinder, can_focus=True):
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
        & > .transcript--heading-1 { text-style: bold underline; }
        & > .transcript--heading-2 { text-style: bold; }
        & > .transcript--heading-3 { text-style: bold italic; }
        & > .transcript--heading-4 { text-style: italic; }
        & > .transcript--mark { color: $text-muted; }
        & > .transcript--code { background: $foreground 4%; }
        & > .transcript--code-inline { color: $text-accent; }
        & > .transcript--link { text-style: underline; }
        & > .transcript--dim { color: $text-muted; }
        & > .transcript--rule { color: $border-blurred; }
        & > .transcript--quote { text-style: italic; }
        & > .transcript--reasoning { color: $text-muted; }
        & > .transcript--warning { color: $text-warning; }
        & > .transcript--error { color: $text-error; }
        & > .transcript--phase { color: $text-accent; }
        & > .transcript--hit { background: $warning 35%; }
        & > .transcript--hit-current { background: $warning; color: $background; text-style: bold; }
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
        &:ansi > .transcript--hit { text-style: underline; }
        &:ansi > .transcript--hit-current { text-style: reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="line(-1)", down="line(1)", page_up="page(-1.0)", page_down="page(1.0)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="start", last="end"),
        *bindings(
            *("transcript.previous", "transcript.next", "transcript.fold", "transcript.fold_message"),
            *("transcript.select", "transcript.previous_code", "transcript.next_code", "transcript.save_code"),
            *("transcript.previous_branch", "transcript.next_branch"),
            *("transcript.next_hit", "transcript.previous_hit"),
        ),
    ]

    TurnSelected = messages.TurnSelected
    CodeCopyRequested = messages.CodeCopyRequested
    CodeSaveRequested = messages.CodeSaveRequested
    BranchWanted = messages.BranchWanted
    LookWanted = messages.LookWanted
    HitsChanged = messages.HitsChanged
    FollowChanged = messages.FollowChanged

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

    def turn_values(self, turn_id: str) -> Turn:
        """Return a turn as it is now, but without its texts: at no cost. Raises KeyError when there is none."""
        return self._document[turn_id].content.values

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
        self._relayout(deadline=perf_counter() + SLICE)
        if self._document.has_bulk:
            self._schedule()
        self._search_anew()

    def remove_turn(self, turn_id: str) -> None:
        """Take a turn out. Raises KeyError when there is none."""
        view = self._document[turn_id]
        self._finder.forget(view)
        self._let_go(view)
        row = self._document.top(view)
        self._document.remove(turn_id)
        self._done_with(view)
        if self._anchor is not None and self._anchor.view is view:
            self._anchor = self._document.anchor(row)
        self._relayout()

    def clear(self) -> None:
        """Take all turns out."""
        self._document.clear()
        self._dirty.clear()
        self._unfinished.clear()
        self._let_go(None)
        self._anchor = None
        self._finder.begin(self._finder.needle)
        self._follow = True
        self._new_lines = 0
        self._drop_selection()
        self._relayout()

    def _let_go(self, view: TurnView | None) -> None:
        """Select neither a turn nor its code that is no longer there; None stands for all."""
        if view is None or view is self._selected:
            self._selected = None
        if self._chosen is not None and view in (None, self._chosen[0]):
            self._chosen = None

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
        view.update(turn, "", turn.reasoning + turn.text)
        self._mark(view)

    def update_turn(self, turn_id: str, **fields: Unpack[TurnFields]) -> None:
        """Change some values of a turn. Raises KeyError when there is none."""
        view = self._document[turn_id]
        view.update(replace(view.content.values, **fields), fields.get("text"), fields.get("reasoning"))
        self._mark(view)

    def replace_turn(self, turn: Turn) -> None:
        """Show a turn as it is now. Raises KeyError when there is none of its id."""
        view = self._document[turn.id]
        view.update(turn, turn.text, turn.reasoning)
        self._mark(view)

    def show_turn(self, turn_id: str) -> None:
        """Select a turn and bring it into view. Nothing happens when there is none."""
        if turn_id in self._document:
            view = self._document[turn_id]
            self._select(view)
            self._scroll_to_turn(view)

    # --- keys -----------------------------------------------------------------------------------------------------

    def action_branch(self, step: int) -> None:
        """Ask for the version of a turn after the one shown (1), or before it (-1).

        Of the selected turn, or of the last one in view that has several.
        """
        view = self._selected or self._last_in_view(lambda one: bool(branch_label(one.content.values.branch)))
        if view is not None:
            self._want_branch(view, step)

    def _want_branch(self, view: TurnView, step: int) -> None:
        branch = view.content.values.branch
        if branch is not None and 1 <= branch[0] + step <= branch[1]:
            self.post_message(messages.BranchWanted(self, view.id, step))

    # --- mouse ----------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Answer to a click on the pill, a fold line, a card, a switch, a word above a block of code, or a turn."""
        pill = self._pill
        if pill and event.y == self._rows - 1 and event.x >= self._painter.pill_start(pill):
            self._scroll_end()
            return
        place = self._document.place(self.scroll_offset.y + event.y)
        if place is None:
            return
        cell = event.x - self._painter.geometry.prefix
        action = place.line.action_at(cell) or self._painter.head_action(place, cell)
        if event.chain == 1 and action is not None:
            self._act(action, place.view)
            return
        if event.chain == 1 and self.text_selection is not None:
            return
        self._select(place.view)
        word = word_at(place.line, cell) if event.chain == 2 else None
        if word is not None:
            self._select_word(place, word)

    def _act(self, action: Action, view: TurnView) -> None:
        match action.kind:
            case "fold":
                self._refold(view, lambda: view.fold(not view.folded))
            case "tool":
                self._toggle_tool(view, action.number)
            case "more":
                self._unfold_below(view)
            case "branch":
                self._want_branch(view, action.number)
            case "look":
                self.post_message(messages.LookWanted(self, view.id, action.number))
            case "copy" | "save":
                self._act_on_code(action.kind, view, action.number)

    def _follow_changed(self, at_end: bool, new_lines: int) -> None:
        self.post_message(messages.FollowChanged(self, at_end, new_lines))

    # --- text selection -------------------------------------------------------------------------------------------

    def text_select_all(self) -> None:
        """Do nothing: a double click selects a word here, not the whole conversation."""

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text: without gutters and padding, and with the line ends of the source."""
        if self._document.canvas is None:
            return None
        return extract(self._document, selection, self._painter.geometry.prefix), "\n"
