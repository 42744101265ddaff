"""Going from one block of code to the next, to copy or save it."""

from __future__ import annotations

from bisect import bisect_left
from time import perf_counter
from typing import TYPE_CHECKING

from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.widgets.transcript.folding import TurnFolder
from lmstudio_tui.tui.widgets.transcript.keeping import SLICE
from lmstudio_tui.tui.widgets.transcript.messages import CodeCopyRequested, CodeSaveRequested
from lmstudio_tui.tui.widgets.transcript.painter import Look

if TYPE_CHECKING:
    from lmstudio_tui.tui.widgets.transcript.model import CodeBlock
    from lmstudio_tui.tui.widgets.transcript.places import Place
    from lmstudio_tui.tui.widgets.transcript.view import TurnView


class CodeChooser(TurnFolder):
    """A transcript in which one block of code can be selected."""

    _chosen: tuple[TurnView, int] | None = None

    @property
    def selected_code(self) -> tuple[str, CodeBlock] | None:
        """The id of the turn and the block of code that is selected in it."""
        if self._chosen is None:
            return None
        view, number = self._chosen
        blocks = view.content.codes
        return (view.id, blocks[number - 1]) if number <= len(blocks) else None

    def action_select_code(self, step: int) -> None:
        """Select the block of code after the selected one (1), or before it (-1); from the end on, the first again."""
        views = self._document.views
        if not views or self._document.canvas is None:
            return
        if self._chosen is not None:
            view, number = self._chosen
            if 1 <= number + step <= len(view.content.codes):
                self._choose(view, number + step)
                return
            start = self._document.index(view) + step
        elif (found := self._code_near_view(step)) is not None:
            self._choose(*found)
            return
        else:
            start = self._index_in_view() + step
        self._seek_code(start, step, len(views))

    def action_save_code(self) -> None:
        """Ask for the selected block of code, else the last one, to be written to a file."""
        chosen = self.selected_code
        if chosen is None:
            views = [self._selected] if self._selected is not None else reversed(self._document.views)
            last = next((view for view in views if view.content.has_code and view.content.codes), None)
            chosen = None if last is None else (last.id, last.content.codes[-1])
        if chosen is not None:
            self._ask_to_save(*chosen)

    def _ask_to_save(self, turn_id: str, block: CodeBlock) -> None:
        self.post_message(CodeSaveRequested(self, turn_id, block.number, block.language, block.code))

    def _act_on_code(self, kind: str, view: TurnView, number: int) -> None:
        """Answer to a click on a word in the header of a block."""
        for block in view.content.codes:
            if block.number != number:
                continue
            if kind == "save":
                self._ask_to_save(view.id, block)
            else:
                self.post_message(CodeCopyRequested(self, view.id, block.number, block.code))

    def _seek_code(self, start: int, step: int, turns: int) -> None:
        """Select the nearest block in the turns from `start` on, or go on looking a little later."""
        views = self._document.views
        until = perf_counter() + SLICE
        for passed in range(turns):
            view = views[(start + step * passed) % len(views)]
            if not view.content.has_code:
                continue
            if not self._document.advance(view, until):
                self._go_on_with(view)
                self._again(start + step * passed, step, turns - passed)
                return
            if blocks := view.content.codes:
                self._choose(view, 1 if step > 0 else len(blocks))
                return

    def _again(self, start: int, step: int, turns: int) -> None:
        def resume() -> None:
            if self._document.views:
                self._seek_code(start, step, turns)

        once(self, SLICE, resume)

    def _index_in_view(self) -> int:
        found = self._document.view_at(self.scroll_offset.y + self._rows // 2)
        return 0 if found is None else self._document.index(found[0])

    def _code_near_view(self, step: int) -> tuple[TurnView, int] | None:
        """Return the first block below the top of the view, or the last one above its end, in the turn read now."""
        view = self._document.views[self._index_in_view()]
        canvas = self._document.canvas
        if canvas is None or not view.content.has_code or not self._document.advance(view, perf_counter() + SLICE):
            return None
        blocks = view.content.codes
        top = self.scroll_offset.y - self._document.top(view)
        line = top if step > 0 else top + self._rows
        index = bisect_left(blocks, line, key=lambda block: view.code_row(block.number, canvas) or 0)
        index -= step < 0
        return (view, blocks[index].number) if 0 <= index < len(blocks) else None

    def _choose(self, view: TurnView, number: int) -> None:
        canvas = self._document.canvas
        assert canvas is not None
        self._document.advance(view)
        if view.cut:
            view.show_whole(True)
            self._document.advance(view)
        self._select(view)
        self._chosen = (view, number)
        self._reveal(lambda: self._document.top(view) + (view.code_row(number, canvas) or 0), self._rows // 4)
        self.refresh()

    def _select(self, view: TurnView) -> None:
        if self._chosen is not None and self._chosen[0] is not view:
            self._chosen = None
            self.refresh()
        super()._select(view)

    def _look(self, place: Place) -> Look:
        look = super()._look(place)
        if self._chosen is not None and place.view is self._chosen[0] and place.line.heads(self._chosen[1]):
            return Look(look.marked, look.selection, look.highlight, look.hits, chosen=True)
        return look
