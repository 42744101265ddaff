"""One request from all sides: where its time went, headers, bodies, events."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Static

from lmstudio_tui.features.inspector.assembling import Assembler
from lmstudio_tui.features.inspector.words import duration_of, outcome_of
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.panes.inspector import sections
from lmstudio_tui.tui.panes.inspector.columns import elapsed_of
from lmstudio_tui.tui.panes.inspector.paragraphs import line, text_of
from lmstudio_tui.tui.panes.inspector.sections import SECTIONS, Section
from lmstudio_tui.tui.panes.inspector.tabs import SectionTabs
from lmstudio_tui.tui.panes.inspector.timeline import strip_of
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.timers import once
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from typing import Unpack

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.features.inspector.exchange import Body, Exchange
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.panes.inspector.paragraphs import Paragraph
    from lmstudio_tui.tui.typed import WidgetOptions

_HEAVY = 200_000
"""Bytes of body that are laid out in a thread."""
_HEAVY_EVENTS = 3_000
_SHARE = 8
"""A section that took long to build rests this many times longer before it is built again."""


class Detail(Vertical):
    """Shows a request, and what becomes of it.

    Args:
        now: the time of day.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("inspector.tab", "inspector.back_tab")]
    DEFAULT_CSS: ClassVar[str] = """
    Detail {
        & #bar { height: 1; color: $text-muted; }
        & #tabs { margin-bottom: 1; }
    }
    """

    def __init__(self, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._now = now
        self._runs = Runs(self)
        self._exchange: Exchange | None = None
        self._section: Section = "timing"
        self._pretty = True
        self._with_back = False
        self._built: tuple[str, Section, bool] | None = None
        self._built_events = 0
        self._unfolded: set[int] = set()
        self._assembler = Assembler()
        self._assembled: tuple[str, int] = ("", 0)
        self._building: Run[None, list[Paragraph]] | None = None
        self._rest_until = 0.0
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="bar")
        yield SectionTabs(id="tabs")
        yield WireView(id="wire")

    def on_mount(self) -> None:
        """The bar keeps the colours that it was painted in."""
        app_of(self).theme_changed_signal.subscribe(self, lambda _: self._update())

    def on_unmount(self) -> None:
        """Nothing goes on without it."""
        self._runs.drop_all()

    def on_resize(self, event: events.Resize) -> None:
        """Bars are as long as there is room."""
        del event
        if self._exchange is not None:
            self._update(anew=self._section == "timing")

    @property
    def exchange(self) -> Exchange | None:
        """What is shown."""
        return self._exchange

    @property
    def section(self) -> Section:
        """The section in front."""
        return self._section

    def show(self, exchange: Exchange | None, *, back: bool) -> None:
        """Show a request, or what has become of the one that is shown; None for nothing.

        Args:
            back: whether a click leads back to the list.
        """
        if exchange is self._exchange and back is self._with_back and self._built is not None:
            return
        if exchange is None or self._exchange is None or exchange.summary.call_id != self._exchange.summary.call_id:
            # Another set: a thread may still read the one before.
            self._unfolded = set()
        self._exchange, self._with_back = exchange, back
        self._update()

    def on_wire_view_unfolded(self, event: WireView.Unfolded) -> None:
        """Show a long event whole, or its beginning again."""
        exchange, number = self._exchange, event.number
        if exchange is None:
            return
        at = number if number < exchange.head_events else number - exchange.events_left_out
        self._unfolded ^= {number}
        event.view.replace(number, sections.event_lines(exchange.events[at : at + 1], self._unfolded, number))

    def tick(self) -> None:
        """Show how the time goes by while a request is under way."""
        if self._exchange is not None and self._exchange.summary.under_way:
            self._update(anew=False)

    def action_turn(self, step: int) -> None:
        """Show the section after, or before."""
        self.choose(SECTIONS[(SECTIONS.index(self._section) + step) % len(SECTIONS)])

    def choose(self, section: Section) -> None:
        """Show a section."""
        self._section = section
        self._update()

    def toggle(self) -> None:
        """Bodies as they came, or laid out."""
        self._pretty = not self._pretty
        self._update()

    def all_text(self) -> Callable[[], str]:
        """What makes the whole text of the section, however long it is; for a thread."""
        exchange, section, pretty = self._exchange, self._section, self._pretty
        width, elapsed = self.query_one(WireView).columns, self._elapsed
        zone = self._now().tzinfo

        def make() -> str:
            if exchange is None:
                return ""
            if section == "timing":
                return text_of(sections.timing(exchange, min(width, 100), zone, elapsed))
            return text_of(_build(exchange, section, pretty=pretty))

        return make

    # Building

    @property
    def _elapsed(self) -> float:
        return 0.0 if self._exchange is None else elapsed_of(self._exchange.summary, self._now().timestamp())

    def _update(self, *, anew: bool = False) -> None:
        """Bring everything up to date."""
        exchange = self._exchange
        view, bar, tabs = self.query_one(WireView), self.query_one("#bar", Static), self.query_one(SectionTabs)
        bodies = self._section in {"request", "response"}
        count = 0 if exchange is None else exchange.summary.events
        tabs.show(self._section, count, pretty=self._pretty if bodies else None, back=self._with_back)
        if exchange is None:
            self._built = None
            bar.update("", layout=False)
            view.show([line("Choose a request.", "dim")])
            return
        bar.update(self._bar(exchange), layout=False)
        key = (exchange.summary.call_id, self._section, self._pretty)
        fresh = key != self._built
        if fresh and self._building is not None:
            self._building.drop()
            self._building = None
        if self._building is None:
            self._show_section(exchange, view, fresh=fresh, anew=fresh or anew)
            self._built = key

    def _show_section(self, exchange: Exchange, view: WireView, *, fresh: bool, anew: bool) -> None:
        if self._section == "events" and not fresh and self._built_events and not exchange.events_left_out:
            new = exchange.events[self._built_events :]
            self._built_events = len(exchange.events)
            if new:
                view.extend(sections.event_lines(new, self._unfolded, len(exchange.events) - len(new)))
            return
        if self._section == "timing":
            zone = self._now().tzinfo
            view.show(sections.timing(exchange, view.columns, zone, self._elapsed), anew=anew)
            return
        self._built_events = len(exchange.events) if self._section == "events" else 0
        heavy = _is_heavy(exchange, self._section)
        whole = self._section == "response" and self._pretty and exchange.events and not exchange.events_left_out
        if whole and not (fresh and heavy):
            view.show(sections.response(exchange, pretty=True, assembled=self._fed(exchange)), anew=anew)
        elif heavy:
            self._build_aside(exchange, view, fresh=fresh)
        else:
            view.show(_build(exchange, self._section, pretty=self._pretty, unfolded=self._unfolded), anew=anew)

    def _build_aside(self, exchange: Exchange, view: WireView, *, fresh: bool) -> None:
        """Build a long section in a thread; one that goes on changing is not built without a pause."""
        wait = 0.0 if fresh else self._rest_until - monotonic()
        if wait > 0:
            if self._later is None:
                self._later = once(self, wait, self._again)
            return
        if fresh:
            view.show([line("Laying it out …", "dim")])
        section, pretty, unfolded = self._section, self._pretty, self._unfolded
        assembler = Assembler()
        started = monotonic()

        def build(emit: Callable[[None], None], scope: CancelScope) -> list[Paragraph]:
            del emit, scope
            if section == "response" and pretty:
                assembler.feed(exchange.events)
                return sections.response(exchange, pretty=True, assembled=assembler)
            return _build(exchange, section, pretty=pretty, unfolded=unfolded)

        def built(paragraphs: list[Paragraph]) -> None:
            self._building = None
            self._assembler, self._assembled = assembler, (exchange.summary.call_id, len(exchange.events))
            view.show(paragraphs, anew=fresh)
            self._rest_until = monotonic() + _SHARE * (monotonic() - started)
            if self._exchange is not exchange:
                self._update()

        self._building = self._runs.start(build, finished=built, name="inspect")

    def _again(self) -> None:
        self._later = None
        self._update()

    def _fed(self, exchange: Exchange) -> Assembler:
        """What the events say so far; only those are read that are new."""
        call_id, count = self._assembled
        if call_id != exchange.summary.call_id or count > len(exchange.events):
            self._assembler, count = Assembler(), 0
        self._assembler.feed(exchange.events[count:])
        self._assembled = (exchange.summary.call_id, len(exchange.events))
        return self._assembler

    def _bar(self, exchange: Exchange) -> Text:
        """The parts of the time in one line."""
        width = self.query_one("#bar").size.width
        view = self.query_one(WireView)
        text = Text(no_wrap=True, overflow="crop")
        for part, style in strip_of(exchange.summary.parts, width):
            text.append(part, style=view.looks[style])
        return text

    @property
    def title(self) -> str:
        """What is shown, in a few words."""
        if self._exchange is None:
            return "Request"
        summary = self._exchange.summary
        took = duration_of(self._elapsed if summary.duration_ms is None else summary.duration_ms)
        words = [f"{summary.method} {clean_line(summary.path)}", outcome_of(summary), took]
        words += ["stream"] if summary.events else []
        words += ["replay"] if summary.replay_of else []
        return " ─ ".join(words)


def _build(
    exchange: Exchange, section: Section, *, pretty: bool, unfolded: Collection[int] | None = None
) -> list[Paragraph]:
    """A section; all of it, however long, unless it is known which events are unfolded."""
    limit = None if unfolded is None else sections.SHOWN
    match section:
        case "headers":
            return sections.headers(exchange)
        case "request":
            return sections.request(exchange, pretty=pretty, limit=limit)
        case "response":
            return sections.response(exchange, pretty=pretty, limit=limit)
        case _:
            return sections.events(exchange, unfolded)


def _is_heavy(exchange: Exchange, section: Section) -> bool:
    """Whether a section takes longer to build than a key may wait."""
    if section == "request":
        return _weight(exchange.request_body) > _HEAVY
    if section == "response":
        return _weight(exchange.response_body) > _HEAVY or len(exchange.events) > _HEAVY_EVENTS
    return section == "events" and len(exchange.events) > _HEAVY_EVENTS


def _weight(body: Body | None) -> int:
    return 0 if body is None else len(body.head) + len(body.tail)
