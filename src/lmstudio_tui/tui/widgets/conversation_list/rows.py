"""The conversations as lines, of which only those in view are drawn, and the cursor among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lmstudio_tui.tui.commands import bindings, moves
from lmstudio_tui.tui.widgets.conversation_list.layout import Calendar, Line, lines_of
from lmstudio_tui.tui.widgets.conversation_list.painting import STYLES, LinePainter, Look, name_of, sentences
from lmstudio_tui.tui.widgets.conversation_list.states import States
from lmstudio_tui.tui.widgets.rows import in_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Hit


class ConversationRows(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines of conversations; the cursor stays on its conversation whatever happens to the list.

    Args:
        now: the time of day, with its time zone.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"conversations--{name}" for name in STYLES}
    ALLOW_SELECT: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="move(-1)", down="move(1)", page_up="page(-1)", page_down="page(1)"),
        *moves(half_up="page(-0.5)", half_down="page(0.5)", first="first", last="last"),
        *bindings("list.open"),
    ]

    DEFAULT_CSS = """
    ConversationRows {
        height: 1fr;
        background: transparent;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .conversations--cursor { background: $accent 22%; }
        & > .conversations--cursor-blurred { background: $foreground 8%; }
        & > .conversations--bar { color: $accent; }
        & > .conversations--heading { color: $text-muted; }
        & > .conversations--rule { color: $border-blurred; }
        & > .conversations--dim { color: $text-muted; }
        & > .conversations--match { color: $accent; text-style: bold underline; }
        & > .conversations--current { color: $accent; text-style: bold; }
        & > .conversations--empty-title { color: $text-muted; text-style: italic; }
        & > .conversations--answering { color: $text-success; }
        & > .conversations--interrupted { color: $text-warning; text-style: bold; }
        & > .conversations--draft { color: $text-secondary; }
        & > .conversations--open { color: $text-muted; }
    }
    """

    class Opened(Message):
        """The conversation under the cursor is to be opened."""

    class Left(Message):
        """The cursor wants to go up from the first conversation."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._hits: Sequence[Hit] = ()
        self._searching = False
        self._lines: list[Line] = []
        self._starts: list[int] = []
        self._calendar = Calendar(now())
        self._states = States()
        self._cursor = 0
        self._held: str | None = None
        self._lit = False
        self._empty = Text()
        self._painter: LinePainter | None = None
        self._behind = False

    @property
    def hits(self) -> Sequence[Hit]:
        """The conversations in the list."""
        return self._hits

    @property
    def chosen(self) -> Hit | None:
        """The conversation under the cursor."""
        return self._hits[self._cursor] if self._hits else None

    # What it is told

    def show(self, hits: Sequence[Hit], *, searching: bool, anew: bool) -> None:
        """Show these conversations.

        Args:
            hits: in their order.
            searching: whether they are what a search has found.
            anew: whether that is another search than before: then the cursor goes to the first, unless a person has
                put it on a conversation that is there.
        """
        offset = self._row - round(self.scroll_y)
        in_view = 0 <= offset < self._page
        was, at = self.chosen, self._found(hits, anew=anew)
        self._hits, self._searching = hits, searching
        self._cursor = at or 0
        self._lay_out()
        if self._behind:
            return
        if at is None:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif in_view:
            if was is not None and was.conversation.id == hits[at].conversation.id:
                # The cursor's line stays where it was on the screen.
                self.scroll_to(y=self._row - offset, animate=False, immediate=True)
            self._keep_in_view()

    def _found(self, hits: Sequence[Hit], *, anew: bool) -> int | None:
        """Where the cursor goes among other conversations; None for the top."""
        index = {hit.conversation.id: at for at, hit in enumerate(hits)}
        ids = [hit.conversation.id for hit in self._hits]
        if anew:
            return index.get(self._held or "")
        # Where the conversation has gone, its neighbour: the one below, else the one above.
        near = (*ids[self._cursor :], *reversed(ids[: self._cursor]))
        return next((index[name] for name in near if name in index), None)

    def show_states(self, states: States) -> None:
        """Show what goes on."""
        if states != self._states:
            self._states = states
            self.repaint()

    def show_empty(self, text: Text) -> None:
        """What to say when there is no conversation."""
        if text != self._empty:
            self._empty = text
            self.refresh()

    def select(self, conversation_id: str) -> bool:
        """Put the cursor on a conversation; whether it is there."""
        at = next((at for at, hit in enumerate(self._hits) if hit.conversation.id == conversation_id), None)
        if at is not None:
            self._put(at)
        return at is not None

    def light(self, *, lit: bool) -> None:
        """Let the cursor be bright though the keyboard is elsewhere, such as in the search."""
        if lit != self._lit:
            self._lit = lit
            self.repaint()

    # Lines

    def _lay_out(self) -> None:
        """Find out which line holds what; later, while nobody sees it."""
        self._behind = not all(node.display for node in self.ancestors_with_self)
        if self._behind:
            self._lines, self._starts = [], []
            return
        self._calendar = Calendar(self._now())
        self._lines, self._starts = lines_of(self._hits, self._calendar, searching=self._searching)
        size = Size(self._inner_width, len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size
        self.repaint()

    def on_show(self) -> None:
        """It is seen: what came meanwhile is laid out now, and a new day begins."""
        if self._behind or Calendar(self._now()).day != self._calendar.day:
            self._catch_up()

    def _catch_up(self) -> None:
        self._lay_out()
        self._keep_in_view()

    def on_resize(self) -> None:
        """Lay the lines out again."""
        self._lay_out()
        # Only after this the scroll bar knows of the new height.
        self.call_after_refresh(self._keep_in_view)

    @property
    def _row(self) -> int:
        """The line of the cursor."""
        return self._starts[self._cursor] if self._cursor < len(self._starts) else 0

    @property
    def _page(self) -> int:
        """How many lines are in view."""
        return max(1, self.scrollable_content_region.height)

    @property
    def _inner_width(self) -> int:
        return self.scrollable_content_region.width

    # Moving

    def action_move(self, step: int) -> None:
        """Move the cursor by some conversations; from the first one up to the search."""
        if step < 0 and self._cursor == 0:
            self.post_message(self.Left())
        else:
            self._go(self._cursor + step)

    def action_page(self, pages: float) -> None:
        """Move the cursor by some pages, less the lines that keep the eye in place."""
        if self._lines:
            line = max(0, min(len(self._lines) - 1, self._row + in_lines(pages, self._page - 1)))
            at = self._lines[line].at
            self._go(at if at != self._cursor else at + (1 if pages > 0 else -1))

    def action_first(self) -> None:
        """Move the cursor to the first conversation."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last conversation."""
        self._go(len(self._hits) - 1)

    def action_open(self) -> None:
        """Open the conversation under the cursor."""
        if self._hits:
            self.post_message(self.Opened())

    def _go(self, at: int) -> None:
        """A person moves the cursor: from now on it stays on that conversation."""
        self._put(at)
        if self._hits:
            self._held = self._hits[self._cursor].conversation.id

    def _put(self, at: int) -> None:
        if self._hits:
            self._cursor = max(0, min(len(self._hits) - 1, at))
            self._keep_in_view()
            self.refresh()

    def _keep_in_view(self) -> None:
        """The whole of the conversation, and the heading above it."""
        if self._behind or not self._lines:
            return
        first = last = self._row
        if first and self._lines[first - 1].part == "heading":
            first -= 1
        if last + 1 < len(self._lines) and self._lines[last + 1].at == self._cursor:
            last += 1
        top = round(self.scroll_y)
        wanted = min(max(top, last - self._page + 1), first)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Open the conversation under the mouse."""
        line = self._line_at(event.y)
        if line is not None:
            self._go(line.at)
            self.action_open()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say the whole title, and what its symbol means, for whoever stays there."""
        line = self._line_at(event.y)
        if line is None:
            self.tooltip = None
            return
        one = self._hits[line.at].conversation
        words = " · ".join(self._states.words(one))
        self.tooltip = Content(name_of(one)[:300] + (f"\n{words}" if words else ""))

    def _line_at(self, y: int) -> Line | None:
        """The line there, if it belongs to a conversation."""
        number = round(self.scroll_y) + y
        line = self._lines[number] if 0 <= number < len(self._lines) else None
        return None if line is None or line.part == "heading" else line

    # Drawing

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._painter = None

    def on_focus(self) -> None:
        """The cursor gets its colour."""
        self.repaint()

    def on_blur(self) -> None:
        """The cursor loses its colour."""
        self.repaint()

    def repaint(self) -> None:
        """Draw everything anew."""
        self._painter = None
        self.refresh()

    def _style(self, name: str) -> Style:
        if name == "base":
            return self.rich_style
        style = self.get_component_rich_style(f"conversations--{name}")
        if name.startswith("cursor"):
            return Style(bgcolor=style.bgcolor)
        return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        if self._behind:
            # There are ways into sight of which Textual does not tell.
            self._behind = False
            self.call_next(self._catch_up)
        if self._painter is None:
            styles = {name: self._style(name) for name in STYLES}
            self._painter = LinePainter(self._inner_width, styles, self._calendar, self._states)
        number = round(self.scroll_y) + y
        if not self._hits:
            return sentences(self._empty, y, self._inner_width, self._page, self.rich_style)
        if number >= len(self._lines):
            return Strip.blank(self._inner_width, self.rich_style)
        line = self._lines[number]
        if line.part == "heading":
            return self._painter.heading(line.text)
        cursor = line.at == self._cursor
        look = Look(cursor=cursor, focused=self.has_focus or self._lit, searching=self._searching)
        draw = self._painter.title if line.part == "title" else self._painter.snippet
        return draw(self._hits[line.at], look)
