"""The servers by name: choosing, trying, adding, editing and removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.widgets import Input

from lmstudio_tui.features.discovery import Found, discover
from lmstudio_tui.features.profiles import NO_PROFILE, ProfileDraft, ProfileEntry
from lmstudio_tui.features.server_trial import Trial, try_server
from lmstudio_tui.sdk import RequestCancelledError
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.profile_editor import ProfileEditor
from lmstudio_tui.tui.screens.servers_view import ServersView
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope


class ServersScreen(ServersView):
    """The servers and what can be done with them. The result and the arguments are those of `ServersView`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down"),
        *bindings("servers.add", "servers.edit", "servers.test", "servers.start", "servers.remove"),
        *bindings("servers.restore", "servers.find", "servers.filter"),
    ]

    # Choosing

    def on_option_list_option_selected(self) -> None:
        """Use it."""
        self.action_use()

    def on_input_submitted(self) -> None:
        """Use the one that the filter left."""
        self.action_use()

    def action_use(self) -> None:
        """Use the server under the cursor, or add the one that was found."""
        row = self._list.under
        if isinstance(row, Found):
            self.action_add()
        elif row is not None and row.problem:
            self._say(row.problem, "e edits it." if row.name else "", "$text-error")
        elif row is not None:
            self.dismiss(row.name)

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while typing in the filter."""
        self._list.move(step)

    def action_filter(self) -> None:
        """Type into the filter."""
        self.add_class("-filtering")
        self._show_keys()
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """End what is under way, else the filter, else close it."""
        if self._asking is not None:
            self._stop()
            self._say("Stopped.")
        elif self.has_class("-filtering"):
            self.query_one(Input).value = ""
            self.remove_class("-filtering")
            self._show_keys()
            self._list.focus()
        else:
            self.dismiss(None)

    def _profile(self, doing: str) -> ProfileEntry | None:
        """The profile under the cursor; when there is none, it is said."""
        row = self._list.under
        if isinstance(row, ProfileEntry) and row.name != NO_PROFILE:
            return row
        if isinstance(row, Found):
            self._say(told("This one is not among your servers yet; {servers.add} adds it."))
        elif row is not None:
            self._say(f"These are the settings at the top of config.toml; to {doing} them, use an editor.")
        return None

    # Adding, editing, removing

    def action_add(self) -> None:
        """Open the form, with what was found when the cursor is on that."""
        row = self._list.under
        draft = ProfileDraft()
        if isinstance(row, Found):
            draft = ProfileDraft(row.name, row.base_url, "typed" if row.wants_key else "none")
        self._open_form(draft, None)

    def action_edit(self) -> None:
        """Open the form with the profile."""
        row = self._profile("change")
        if row is not None:
            self._do(lambda: self._profiles.draft_of(row.name), lambda draft: self._open_form(draft, draft))

    def _open_form(self, draft: ProfileDraft, was: ProfileDraft | None) -> None:
        former = was.name if was else None
        app_of(self).push_screen(
            ProfileEditor(self._profiles, self._connect, draft, was), lambda name: self._edited(name, former)
        )

    def _edited(self, name: str | None, former: str | None) -> None:
        if name is not None:
            if former == self._current:
                self._current = name
            self._told = None
            self._reload(name)

    def action_remove(self) -> None:
        """Remove the profile; it can be brought back."""
        row = self._profile("remove")
        if row is not None:
            self._do(lambda: self._profiles.remove(row.name), lambda removed: self._gone(row.name, removed))

    def _gone(self, name: str, removed: object) -> None:
        self._removed.append((name, removed))
        self._reload(told=(f"{name} is removed.", told("{servers.restore} brings it back.")))

    def action_restore(self) -> None:
        """Bring back what was removed last."""
        if not self._removed:
            self._say("Nothing was removed.")
            return
        name, removed = self._removed.pop()

        told = (f"{name} is back.", "")
        self._do(lambda: self._profiles.restore(removed), lambda _: self._reload(name, told))

    def action_start_with(self) -> None:
        """Choose the server that the app starts with."""
        row = self._list.under
        if not isinstance(row, ProfileEntry):
            return
        name = NO_PROFILE if row.chosen else row.name

        told = (f"The app starts with {name or 'no profile'} from now on.", "")
        self._do(lambda: self._profiles.choose(name), lambda _: self._reload(row.name, told))

    # Trying and finding

    def action_test(self) -> None:
        """Ask the server under the cursor who it is."""
        row = self._list.under
        if not isinstance(row, ProfileEntry):
            self._profile("test")
            return

        def ask(emit: object, scope: CancelScope) -> Trial | None:
            del emit
            try:
                return try_server(self._connect, lambda: self._profiles.config_of(row.name), scope)
            except RequestCancelledError:
                return None

        self._ask(ask, self._tried, f"Asking {row.base_url} …")

    def _tried(self, trial: Trial | None) -> None:
        if trial is None:
            return
        mark = "● " if trial.answered else "✗ "
        self._say(mark + trial.told, trial.more, "$text-success" if trial.answered else "$text-error")

    def action_find(self) -> None:
        """Look for servers on this machine."""
        known = self._addresses()
        names = [entry.name for entry in self._entries]
        more: dict[str, Any] = {} if self._ports is None else {"ports": self._ports}

        def look(emit: object, scope: CancelScope) -> list[Found]:
            del emit
            return discover(self._connect, known, scope, names=names, **more)

        self._ask(look, self._discovered, "Looking at the usual ports of this machine …")

    def _discovered(self, found: list[Found]) -> None:
        self._found = found
        self._show(found[0].name if found else None)
        if not found:
            self._say("No other model server answers on this machine.")
