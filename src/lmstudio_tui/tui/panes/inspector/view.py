"""The inspector pane as it looks: the list of requests, and the one that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.widgets import Input, Static

from lmstudio_tui.features.inspector.query import matching
from lmstudio_tui.tui.panes.inspector.detail import Detail
from lmstudio_tui.tui.panes.inspector.handing import Handing
from lmstudio_tui.tui.panes.inspector.news import News
from lmstudio_tui.tui.panes.inspector.repeating import Repeating
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.titles import notice_for, subtitle_for, title_for
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.widgets.columns import Columns, Handle
from lmstudio_tui.tui.widgets.frames import Tone, entitle
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Unpack

    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer

    from lmstudio_tui.features.inspector.exchange import Exchange, Summary
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.typed import WidgetOptions

_BESIDE: Final = 110
"""Columns of the screen from which on a request is shown beside the list."""
_TONES: Final[dict[str, Tone]] = {"failed": "bad", "✗": "bad", "✓": "good", "◌": "busy", "waiting": "busy"}
"""Of what is said in the frames."""
_EXAMPLES: Final = "words, status:4xx, method:post, failed, stream, slow>2s"


class InspectorView(Pane):
    """The last requests, each opening to all that is known of it.

    Args:
        log: what was recorded.
        now: the time of day.
    """

    where: ClassVar[Where] = "inspector"

    DEFAULT_CSS = """
    InspectorView {
        layout: vertical;
        & .panel, & Detail {
            height: 1fr;
            border: round $border-blurred;
            border-title-color: $text-muted;
            border-subtitle-color: $text-muted;
        }
        & .panel:focus-within, & Detail:focus-within {
            border: round $border;
            border-title-color: $accent;
            border-title-style: bold;
        }
        & #requests { width: 1fr; }
        & #detail { width: 1fr; padding: 0 1; display: none; }
        & #filter, & #filter:focus { border: none; height: 1; padding: 0 1; background: $surface; display: none; }
        & #note { height: 1; padding: 0 1; color: $text-muted; display: none; }
        & #both { layout: vertical; }
        &.-filtering #filter, &.-noting #note { display: block; }
        &.-opened #requests { display: none; }
        &.-opened #detail { display: block; }
        &.-beside #both { layout: horizontal; }
        &.-beside #requests { display: block; width: 1fr; }
        &.-beside #detail { display: block; width: 1fr; }
    }
    """

    def __init__(self, log: ExchangeLog, now: Callable[[], datetime], **options: Unpack[WidgetOptions]) -> None:
        super().__init__(**options)
        self._log = log
        self._now = now
        self._client: LMStudioSDK | None = None
        self._all: tuple[Summary, ...] = ()
        self._polls = False
        self._held: Exchange | None = None
        self._some = False
        self._ticker: Timer | None = None
        self._news = News(self, log, self._read)
        self._handing = Handing(self, log, now)
        self._repeating = Repeating(self, log)

    def compose(self) -> ComposeResult:
        with Columns(id="both"):
            with Vertical(id="requests", classes="panel"):
                yield LineInput(id="filter", placeholder=_EXAMPLES, compact=True)
                yield RequestList(self._now, id="list")
            yield Handle()
            yield Detail(self._now, id="detail")
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """From now on it is told what is new."""
        self._arrange()
        self._news.start()

    def on_unmount(self) -> None:
        """Nothing goes on without the pane."""
        self._news.stop()
        self._handing.stop()
        self._repeating.stop()

    def on_show(self) -> None:
        """In sight: catch up."""
        self._news.seen(True)

    def on_hide(self) -> None:
        """Out of sight: nothing is read, nothing ticks."""
        self._news.seen(False)
        self._tick_while(False)

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other, or one at a time."""
        del event
        self._arrange()

    def use_client(self, client: LMStudioSDK) -> None:
        """Send again to another server from now on."""
        if self._repeating.running:
            self._repeating.stop()
            self.note("")
        self._client = client

    def arrive(self) -> None:
        """Put the cursor into what is in front."""
        opened = self.has_class("-opened") and not self.has_class("-beside")
        (self.query_one(WireView) if opened else self.query_one(RequestList)).focus()

    # Layout

    @property
    def _list(self) -> RequestList:
        return self.query_one(RequestList)

    @property
    def _detail(self) -> Detail:
        return self.query_one(Detail)

    @property
    def _detail_shown(self) -> bool:
        return self.has_class("-beside") or self.has_class("-opened")

    def _arrange(self) -> None:
        beside = self.screen.size.width >= _BESIDE
        if beside is not self.has_class("-beside"):
            self.set_class(beside, "-beside")
            self.query_one(Columns).share_out()
            self._show_chosen()
            focused = self.screen.focused
            if not beside and not self.has_class("-opened"):
                self._let_go()
                if focused is not None and focused in self.query("*"):
                    self._list.focus()
        self.refresh_bindings()

    # What is shown

    def _read(self) -> None:
        """Show what the log holds now."""
        self._all = self._log.snapshot()
        self._show_all()

    def _show_all(self) -> None:
        theirs = [summary for summary in self._all if self._polls or not summary.background]
        query = self.query_one("#filter", Input).value
        shown = matching(theirs, query) if query.strip() else theirs
        self._list.say(*notice_for(query, len(theirs), len(self._all) - len(theirs)))
        self._list.show(shown)
        panel = self.query_one("#requests")
        entitle(panel, title_for(shown, theirs), subtitle_for(self._all, polls_shown=self._polls), _TONES)
        self._show_chosen()
        theirs_go_on = any(summary.under_way and not summary.background for summary in shown)
        self._tick_while(theirs_go_on or self._repeating.running)
        self._repeating.follow(self._all)

    def _show_chosen(self) -> None:
        if self._detail_shown:
            self._detail.show(self._chosen(), back=not self.has_class("-beside"))
            entitle(self._detail, self._detail.title, tones=_TONES)
            if not self.has_class("-beside"):
                self._hold()

    def _chosen(self) -> Exchange | None:
        """The request that is read, else the one under the cursor."""
        if self._held is not None:
            # One that the log has forgotten stays as it was.
            self._held = self._log.get(self._held.summary.call_id) or self._held
            return self._held
        chosen = self._list.chosen
        return None if chosen is None else self._log.get(chosen.call_id)

    def _hold(self) -> None:
        """What is read stays, whatever comes or is filtered, until another request is chosen."""
        if self._held is None and self._detail_shown:
            self._held = self._detail.exchange
            self._list.hold()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held = None
            self._list.release()
            self._show_chosen()

    def _tick_while(self, under_way: bool) -> None:
        """Tick once a second while something is under way and in sight."""
        wanted = under_way and self._news.in_sight
        if wanted and self._ticker is None:
            self._ticker = self.set_interval(1.0, self._tick)
        elif not wanted and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _tick(self) -> None:
        self._list.tick()
        self._repeating.tick()
        if self._detail_shown:
            self._detail.tick()
            entitle(self._detail, self._detail.title, tones=_TONES)

    def note(self, text: str) -> None:
        """Say something in the last line; empty for nothing."""
        self.query_one("#note", Static).update(text)
        self.set_class(bool(text), "-noting")

    def refresh_now(self) -> None:
        """Show the log as it is at this moment."""
        self._read()

    def select(self, call_id: str) -> None:
        """Put the cursor on a request."""
        self._held = None
        self._list.choose(call_id)
        self._show_chosen()
