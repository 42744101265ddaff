"""What is different between two answers, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.screen import ModalScreen
from textual.widgets import Static

from lmstudio_tui.features.chat.word_diff import Piece, counted, word_diff
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, bound, told
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.screens.compare.diff_rows import DiffRows, laid_out
from lmstudio_tui.tui.screens.compare.diff_view import DiffView
from lmstudio_tui.tui.screens.compare.key_line import Key, KeyLine
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.too_small import USABLE, TooSmall, fit
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope

_BESIDE: Final = 100
"""Columns from which on the texts stand side by side, unless it is wanted otherwise."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts.

    Args:
        name: whose it is.
        text: it.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    pieces: tuple[Piece, ...]
    summary: str
    rows: DiffRows


class DiffScreen(Keyed[None], ModalScreen[None]):
    """Shows how the second text differs from the first. Works it out in a thread.

    Args:
        before: the first text.
        after: the second one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("dialog.leave", "leave"),
        *bindings("dialog.close", "compare.layout", "compare.next_change", "compare.previous_change"),
        # What has opened it closes it.
        bound("compare.diff", "leave"),
    ]

    DEFAULT_CSS = """
    DiffScreen {
        background: $background;
        & > .head { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #summary { color: $text-muted; }
        & > DiffView { margin: 1 1 0 1; }
    }
    """

    def __init__(self, before: Side, after: Side) -> None:
        super().__init__()
        self._sides = (before, after)
        self._runs = Runs(self)
        self._run: Run[None, _Found] | None = None
        self._pieces: tuple[Piece, ...] | None = None
        self._beside: bool | None = None

    def compose(self) -> ComposeResult:
        yield Static(classes="head", id="names")
        yield Static("comparing …", classes="head", id="summary")
        yield DiffView()
        yield KeyLine()
        yield TooSmall(told("{dialog.leave} goes back."))

    def on_resize(self) -> None:
        """What does not fit is not shown in part."""
        fit(self, USABLE, app_of(self).size)

    def on_mount(self) -> None:
        """Say what is compared."""
        fit(self, USABLE, app_of(self).size)
        before, after = (clean_line(side.name) for side in self._sides)
        names = Text(no_wrap=True, overflow="ellipsis")
        names.append("- ", "bold").append(before).append("   against   ", "dim").append("+ ", "bold").append(after)
        self.query_one("#names", Static).update(names)
        self.query_one(DiffView).focus()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._runs.drop_all()

    @property
    def _is_beside(self) -> bool:
        return self.size.width >= _BESIDE if self._beside is None else self._beside

    def on_diff_view_resized(self) -> None:
        """Lay out for another width."""
        self._work()

    def _work(self) -> None:
        """Compare, or only lay out anew, in a thread."""
        if self._run is not None:
            self._run.drop()
        self._show_keys()
        known, width, beside = self._pieces, self.query_one(DiffView).room, self._is_beside
        before, after = (clean(side.text) for side in self._sides)

        def find(emit: Callable[[None], None], scope: CancelScope) -> _Found:
            del emit
            pieces = word_diff(before, after, scope.raise_if_cancelled) if known is None else known
            return _Found(pieces, _summary(pieces), laid_out(pieces, width, beside=beside))

        self._run = self._runs.start(find, finished=self._show, name="diff")

    def _show(self, found: _Found) -> None:
        self._pieces = found.pieces
        self.query_one("#summary", Static).update(found.summary)
        self.query_one(DiffView).show(found.rows)

    def _show_keys(self) -> None:
        other = "in one text" if self._is_beside else "side by side"
        self.query_one(KeyLine).show(
            [
                Key("dialog.leave", "back", "leave"),
                Key("compare.next_change", "next change", "change(1)"),
                Key("compare.previous_change", "change before", "change(-1)"),
                Key("compare.layout", other, "turn"),
                Key("↑↓", "scroll"),
            ]
        )

    # Keys

    def action_turn(self) -> None:
        """Show them side by side, or in one text."""
        self._beside = not self._is_beside
        self._work()

    def action_change(self, step: int) -> None:
        """Go to the next change, or to the one before."""
        self.query_one(DiffView).go_to_change(step)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _summary(pieces: tuple[Piece, ...]) -> str:
    """How different they are, in a sentence."""
    counts = counted(pieces)
    if all(piece.kind == "same" for piece in pieces):
        return "The same words."
    return (
        f"{counts.share:.0%} the same words · {counts.removed:,} only in the first · "
        f"{counts.added:,} only in the second"
    )
