"""The inspector pane: what went over the wire, as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.widgets import Input, Static

from lmstudio_tui.features.inspector.query import matching
from lmstudio_tui.features.inspector.words import count_of
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.messages import PaneWanted
from lmstudio_tui.tui.panes.inspector.detail import Detail
from lmstudio_tui.tui.panes.inspector.handing import Handing
from lmstudio_tui.tui.panes.inspector.looks import entitle
from lmstudio_tui.tui.panes.inspector.news import News
from lmstudio_tui.tui.panes.inspector.repeating import Repeating
from lmstudio_tui.tui.panes.inspector.request_list import RequestList
from lmstudio_tui.tui.panes.inspector.sections import SECTIONS
from lmstudio_tui.tui.panes.inspector.titles import notice_for, subtitle_for, title_for
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.panes.pane import Pane
from lmstudio_tui.tui.screens.confirm import Confirm

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual import events
    from textual.app import App, ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from lmstudio_tui.features.inspector.exchange import Exchange, Summary
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.tui.catalogue.command import Where
    from lmstudio_tui.tui.panes.inspector.tabs import SectionTabs

_BESIDE: Final = 110
"""Columns of the screen from which on a request is shown beside the list."""
_EXAMPLES: Final = "words, status:4xx, method:post, failed, stream, slow>2s"
_ON_A_REQUEST: Final = frozenset({"copy_as", "export", "replay"})


class InspectorPane(Pane):
    """The last requests, each opening to all that is known of it.

    Args:
        log: what was recorded.
        now: the time of day.
    """

    where: ClassVar[Where] = "inspector"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("inspector.open", "inspector.back", "inspector.filter", "inspector.curl", "inspector.httpx"),
        *bindings("inspector.openai", "inspector.copy", "inspector.export", "inspector.replay", "inspector.raw"),
        *bindings("inspector.polls", "inspector.clear", "inspector.next", "inspector.previous"),
        *bindings(*(f"inspector.{name}" for name in SECTIONS)),
    ]

    DEFAULT_CSS = """
    InspectorPane {
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
        & #both { height: 1fr; }
        &.-filtering #filter, &.-noting #note { display: block; }
        &.-opened #requests { display: none; }
        &.-opened #detail { display: block; }
        &.-beside #both { layout: horizontal; }
        &.-beside #requests { display: block; width: 1fr; }
        &.-beside #detail { display: block; width: 1fr; }
    }
    """

    def __init__(self, log: ExchangeLog, now: Callable[[], datetime], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
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
        with Vertical(id="both"):
            with Vertical(id="requests", classes="panel"):
                yield Input(id="filter", placeholder=_EXAMPLES, compact=True)
                yield RequestList(self._now, id="list")
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
        entitle(panel, title_for(shown, theirs), subtitle_for(self._all, polls_shown=self._polls))
        self._show_chosen()
        theirs_go_on = any(summary.under_way and not summary.background for summary in shown)
        self._tick_while(theirs_go_on or self._repeating.running)
        self._repeating.follow(self._all)

    def _show_chosen(self) -> None:
        if self._detail_shown:
            self._detail.show(self._chosen(), back=not self.has_class("-beside"))
            entitle(self._detail, self._detail.title)
            if not self.has_class("-beside"):
                self._hold()

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
            entitle(self._detail, self._detail.title)

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

    def on_request_list_moved(self, event: RequestList.Moved) -> None:
        """The cursor stands on another request."""
        if event.by_hand:
            self._held = None
        self._show_chosen()
        some = self._chosen() is not None
        # The footer is made anew for it, which costs more than all the rest.
        if event.by_hand or some is not self._some:
            self._some = some
            self.refresh_bindings()

    def on_request_list_opened(self) -> None:
        """A click on the request under the cursor, or on an empty list."""
        self.action_open()

    def on_section_tabs_clicked(self, event: SectionTabs.Clicked) -> None:
        """A section, or a way out of them."""
        if event.what == "back":
            self.action_back()
        elif event.what == "raw":
            self.action_raw()
        else:
            self.action_section(1 + next(at for at, name in enumerate(SECTIONS) if name == event.what))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Whoever goes into the request reads it."""
        if isinstance(event.widget, WireView):
            self._hold()

    # The filter

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self._show_all()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Into the list, with the filter as it is."""
        event.stop()
        self._list.focus()

    def on_key(self, event: events.Key) -> None:
        """Up and down move through the list while the cursor is in the filter."""
        if self.query_one("#filter").has_focus and event.key in {"up", "down"}:
            event.stop()
            self._list.action_line(-1 if event.key == "up" else 1)

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        if action in _ON_A_REQUEST:
            return self.is_mounted and self._chosen() is not None
        if action in {"section", "turn", "raw", "copy_section"}:
            return self.is_mounted and self._detail_shown and self._detail.exchange is not None
        if action == "open":
            return not (self.is_mounted and self._detail.has_focus_within) or self.query_one(WireView).can_unfold
        if action == "clear":
            return bool(self._all)
        if action == "back":
            return self.is_mounted and self._can_go_back
        return True

    @property
    def _can_go_back(self) -> bool:
        filtering = self.has_class("-filtering")
        return self._repeating.running or filtering or self.has_class("-opened") or self._detail.has_focus_within

    def action_open(self) -> None:
        """Show the request under the cursor, or an event whole; without one, lead to where requests are made."""
        if self._detail.has_focus_within:
            self.query_one(WireView).unfold()
            return
        if self._list.chosen is None:
            if self.query_one("#filter", Input).value.strip() and self._all:
                self._clear_filter()
            else:
                self.post_message(PaneWanted("chat"))
            return
        self.add_class("-opened")
        self._held = None
        self._show_chosen()
        self._hold()
        self.query_one(WireView).focus()
        self.refresh_bindings()

    def action_back(self) -> None:
        """One step out: end what is being sent again, leave the request, clear the filter."""
        if self._repeating.running:
            self._repeating.cancel()
        elif self._detail.has_focus_within or (self.has_class("-opened") and not self.has_class("-beside")):
            self.remove_class("-opened")
            self._let_go()
            self._list.focus()
        elif self.has_class("-filtering"):
            self._clear_filter()
        else:
            self.remove_class("-opened")
            self._let_go()
        self.refresh_bindings()

    def _clear_filter(self) -> None:
        self.query_one("#filter", Input).value = ""
        self.remove_class("-filtering")
        self._list.focus()

    def action_filter(self) -> None:
        """Into the filter."""
        if not self.has_class("-beside"):
            self.remove_class("-opened")
            self._let_go()
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    def action_section(self, number: int) -> None:
        """Show a section."""
        self._hold()
        self._detail.choose(SECTIONS[number - 1])

    def action_turn(self, step: int) -> None:
        """Show the section after, or before."""
        self._hold()
        self._detail.action_turn(step)

    def action_raw(self) -> None:
        """Bodies as they came, or laid out."""
        self._hold()
        self._detail.toggle()

    def action_polls(self) -> None:
        """Show or hide what the watching of the server asks."""
        self._polls = not self._polls
        self._show_all()

    def action_copy_as(self, form: str) -> None:
        """Copy the request as code."""
        if (exchange := self._chosen()) is not None:
            self._handing.copy_as(form, exchange)

    def action_copy_section(self) -> None:
        """Copy what is marked, else the whole section."""
        self._handing.copy_text(self.screen.get_selected_text(), self._detail)

    def action_export(self) -> None:
        """Export as an HTTP archive."""
        if (exchange := self._chosen()) is not None:
            self._handing.export(exchange, [summary.call_id for summary in self._list.shown])

    def action_replay(self) -> None:
        """Send the request again."""
        if (exchange := self._chosen()) is not None:
            self._repeating.ask(self._client, exchange)

    def _chosen(self) -> Exchange | None:
        """The request that is read, else the one under the cursor."""
        if self._held is not None:
            # One that the log has forgotten stays as it was.
            self._held = self._log.get(self._held.summary.call_id) or self._held
            return self._held
        chosen = self._list.chosen
        return None if chosen is None else self._log.get(chosen.call_id)

    def action_clear(self) -> None:
        """Forget the requests, after asking."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._log.clear()
                self.remove_class("-opened")
                self._held = None
                self._list.release()
                self._read()
                self._list.focus()

        count = sum(not summary.under_way for summary in self._all)
        question = f"{count_of(count, 'request')} will be forgotten, with headers and bodies. It cannot be undone."
        app: App[object] = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - as it is
        app.push_screen(Confirm("Clear the list", question, "Clear"), answered)
