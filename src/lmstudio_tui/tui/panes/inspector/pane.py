"""The inspector pane: what went over the wire, as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widgets import Input

from lmstudio_tui.features.inspector.words import count_of
from lmstudio_tui.tui.commands import bindings, keys_of
from lmstudio_tui.tui.messages import PaneWanted
from lmstudio_tui.tui.panes.inspector.sections import SECTIONS
from lmstudio_tui.tui.panes.inspector.view import InspectorView
from lmstudio_tui.tui.panes.inspector.wire_view import WireView
from lmstudio_tui.tui.screens.confirm import Confirm
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from lmstudio_tui.tui.panes.inspector.request_list import RequestList
    from lmstudio_tui.tui.panes.inspector.tabs import SectionTabs

_ON_A_REQUEST: Final = frozenset({"copy_as", "export", "replay"})


class InspectorPane(InspectorView):
    """The requests and what can be done with them. The arguments are those of `InspectorView`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("inspector.open", "inspector.back", "inspector.filter", "inspector.curl", "inspector.httpx"),
        *bindings("inspector.openai", "inspector.copy", "inspector.export", "inspector.replay", "inspector.raw"),
        *bindings("inspector.polls", "inspector.clear", "inspector.next", "inspector.previous"),
        *bindings(*(f"inspector.{name}" for name in SECTIONS)),
    ]

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
        if not self.query_one("#filter").has_focus:
            return
        for id_, step in (("dialog.previous", -1), ("dialog.next", 1)):
            if event.key in keys_of(id_):
                event.stop()
                self._list.action_line(step)

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
        app_of(self).push_screen(Confirm("Clear the list", question, "Clear"), answered)
