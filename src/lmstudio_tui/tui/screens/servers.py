"""The servers by name: choosing, trying, adding, editing and removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lmstudio_tui.features.discovery import Found, discover
from lmstudio_tui.features.profiles import NO_PROFILE, ProfileDraft, ProfileEntry, ProfileError
from lmstudio_tui.features.server_trial import Trial, try_server
from lmstudio_tui.sdk import RequestCancelledError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.profile_editor import ProfileEditor
from lmstudio_tui.tui.screens.server_rows import ServerList, describe, keys_for
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK

_FILTER_KEYS = "Enter use  ↑↓ choose  Esc end the filter"
_CORNERS = 6
"""Columns of the border beside what stands in it."""


class ServersScreen(Dialog[str | None]):
    """Gives the name of the server to use from now on, or None to stay with the one of before.

    The name `NO_PROFILE`, which is the empty text, stands for the settings without a profile.

    Args:
        profiles: the servers by name.
        connect: makes a client, for trying and finding servers. Called in threads.
        current: the name of the one in use; None or `NO_PROFILE` when none is.
        ports: where servers are looked for on this machine; the usual ones when None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down"),
        *bindings("servers.add", "servers.edit", "servers.test", "servers.start", "servers.remove"),
        *bindings("servers.restore", "servers.find", "servers.filter"),
    ]
    AUTO_FOCUS = "ServerList"

    DEFAULT_CSS = """
    ServersScreen {
        & > .frame {
            width: 96%;
            max-width: 110;
            max-height: 90%;
            padding: 0 1;
            link-style: none;
            link-color: $text-muted;
            link-background: transparent;
            link-style-hover: underline;
        }
        & Input, & Input:focus { display: none; padding: 0; margin: 0 0 1 0; }
        &.-filtering Input { display: block; }
        & #told { height: 6; margin-top: 1; padding: 0 1; border-top: solid $border-blurred; overflow-y: auto; }
    }
    """

    def __init__(
        self,
        profiles: Profiles,
        connect: Callable[[ClientConfig], LMStudioSDK],
        current: str | None,
        *,
        ports: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self._profiles = profiles
        self._connect = connect
        self._current = current or NO_PROFILE
        self._ports = ports
        self._entries: list[ProfileEntry] = []
        self._found: list[Found] = []
        self._removed: list[tuple[str, object]] = []
        self._runs = Runs(self)
        self._asking: Run[None, Any] | None = None
        self._told: Content | None = None
        self._told_of: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Servers"
            yield Input(placeholder="Type to filter: a name, an address, a model …")
            yield ServerList()
            yield Static(id="told")

    def on_mount(self) -> None:
        """Read the profiles, in a thread."""
        self._reload(self._current)

    def on_unmount(self) -> None:
        """End whatever is under way."""
        self._runs.drop_all()

    # The list

    def _reload(self, name: str | None = None, told: tuple[str, str] | None = None) -> None:
        """Read the profiles again, with the cursor on one of them afterwards, and something said."""
        self._do(self._profiles.entries, lambda entries: self._read(entries, name, told))

    def _read(self, entries: list[ProfileEntry], name: str | None, told: tuple[str, str] | None) -> None:
        self._entries = entries
        # What was added meanwhile is no longer to be found.
        addresses = self._addresses()
        self._found = [one for one in self._found if one.base_url not in addresses]
        self._show(name)
        self._show_keys()
        if told is not None:
            self._say(*told)

    def _addresses(self) -> set[str]:
        """Those that have a name: the server of the settings without a profile is offered, too."""
        return {entry.base_url for entry in self._entries if entry.name != NO_PROFILE}

    def on_resize(self) -> None:
        """Align the lines anew, and see which keys have room."""
        if self._entries:
            self._show()
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        frame = self.query_one(Vertical)
        room = frame.outer_size.width - _CORNERS
        keys = keys_for(room, removed=bool(self._removed))
        frame.border_subtitle = _FILTER_KEYS if self.has_class("-filtering") else keys

    def _show(self, name: str | None = None) -> None:
        """Show what the filter lets through."""
        if self._asking is None:
            self._told = None
        query = self.query_one(Input).value
        self._list.fill(self._entries, self._found, query, self._current, name)
        self._explain()

    @property
    def _list(self) -> ServerList:
        return self.query_one(ServerList)

    def _profile(self, doing: str) -> ProfileEntry | None:
        """The profile under the cursor; when there is none, it is said."""
        row = self._list.under
        if isinstance(row, ProfileEntry) and row.name != NO_PROFILE:
            return row
        if isinstance(row, Found):
            self._say("This one is not among your servers yet; a adds it.")
        elif row is not None:
            self._say(f"These are the settings at the top of config.toml; to {doing} them, use an editor.")
        return None

    # What is said below the list

    def _say(self, text: str, more: str = "", style: str = "") -> None:
        """Say something, until the cursor moves."""
        parts = [(clean_line(text), style), *([(f"\n{clean_line(more)}", "dim")] if more else [])]
        self._told = Content.assemble(*parts)
        under = self._list.under
        self._told_of = under.name if under is not None else None
        self._explain()

    def _explain(self) -> None:
        empty = Content.styled("Nothing has these words in it.", "dim") if self._entries else Content("")
        row = self._list.under
        self.query_one("#told", Static).update(self._told or (empty if row is None else describe(row, self._current)))

    def on_option_list_option_highlighted(self) -> None:
        """Say what is known of the one under the cursor."""
        under = self._list.under
        if self._asking is None and (under.name if under is not None else None) != self._told_of:
            self._told = None
        self._explain()

    # Choosing

    def on_option_list_option_selected(self) -> None:
        """Use it."""
        self.action_use()

    def on_input_submitted(self) -> None:
        """Use the one that the filter left."""
        self.action_use()

    def on_input_changed(self) -> None:
        """Filter."""
        self._told = None
        self._show()

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
        app = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - of any result
        former = was.name if was else None
        app.push_screen(
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
        self._reload(told=(f"{name} is removed.", "z brings it back."))

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

    def _ask(self, work: Callable[[Any, CancelScope], Any], done: Callable[[Any], None], told: str) -> None:
        """Ask a server, of which one can think better."""
        self._stop()

        def finished(result: Any) -> None:
            self._asking = None
            done(result)

        def crashed(error: BaseException) -> None:
            self._asking = None
            self._say(f"That did not work ({type(error).__name__}).", "", "$text-error")

        self._asking = self._runs.start(work, finished=finished, crashed=crashed, name="servers")
        self._say(told, "Esc stops it.")

    def _stop(self) -> None:
        if self._asking is not None:
            self._asking.drop()
            self._asking = None

    def _do(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Have the profiles read or written in a thread, and say what went wrong."""

        def run(emit: object, scope: CancelScope) -> Any:
            del emit, scope
            try:
                return work()
            except ProfileError as error:
                return error

        def finished(result: Any) -> None:
            if isinstance(result, ProfileError):
                self._say(result.message, result.hint, "$text-error")
            else:
                done(result)

        self._runs.start(run, finished=finished, name="profiles")
