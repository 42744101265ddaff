"""The servers by name as they look: the list, what is said below it, and the threads that read and ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lmstudio_tui.features.profiles import NO_PROFILE, ProfileEntry, ProfileError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.server_rows import ServerList, describe, keys_for
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from lmstudio_tui.features.discovery import Found
    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.sdk import CancelScope, ClientConfig, LMStudioSDK

_FILTER_KEYS = "Enter use  ↑↓ choose  {filter.clear} end the filter"
_CORNERS = 6
"""Columns of the border beside what stands in it."""

_NONE = "\0"
"""The name of no profile at all."""


class ServersView(Dialog[str | None]):
    """Gives the name of the server to use from now on, or None to stay with the one of before.

    The name `NO_PROFILE`, which is the empty text, stands for the settings without a profile.

    Args:
        profiles: the servers by name.
        connect: makes a client, for trying and finding servers. Called in threads.
        current: the name of the one in use; None or `NO_PROFILE` when none is.
        instead: what is in use in its place, such as "the simulator"; empty when that one is.
        ports: where servers are looked for on this machine; the usual ones when None.
        find: whether that is done at once.
    """

    AUTO_FOCUS = "ServerList"

    DEFAULT_CSS = """
    ServersView {
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
        instead: str = "",
        ports: Sequence[int] | None = None,
        find: bool = False,
    ) -> None:
        super().__init__()
        self._profiles = profiles
        self._connect = connect
        self._chosen = current or NO_PROFILE
        self._instead = instead
        self._current = _NONE if instead else self._chosen
        self._ports = ports
        self._find = find
        self._entries: list[ProfileEntry] = []
        self._found: list[Found] = []
        self._removed: list[tuple[str, object]] = []
        self._runs = Runs(self)
        self._asking: Run[None, Any] | None = None
        self._told: Content | None = None
        self._told_of: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = f"Servers · {self._instead} is in use" if self._instead else "Servers"
            yield LineInput(placeholder="Type to filter: a name, an address, a model …")
            yield ServerList()
            yield Static(id="told")

    def on_mount(self) -> None:
        """Read the profiles, in a thread."""
        self._reload(self._chosen)

    def action_find(self) -> None:
        """Look for servers on this machine."""

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
        if self._find:
            self._find = False
            self.action_find()

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
        frame.border_subtitle = told(_FILTER_KEYS) if self.has_class("-filtering") else keys

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

    def on_input_changed(self) -> None:
        """Filter."""
        self._told = None
        self._show()

    # In threads

    def _ask(self, work: Callable[[Any, CancelScope], Any], done: Callable[[Any], None], busy: str) -> None:
        """Ask a server, of which one can think better."""
        self._stop()

        def finished(result: Any) -> None:
            self._asking = None
            done(result)

        def crashed(error: BaseException) -> None:
            self._asking = None
            self._say(f"That did not work ({type(error).__name__}).", "", "$text-error")

        self._asking = self._runs.start(work, finished=finished, crashed=crashed, name="servers")
        self._say(busy, told("{dialog.leave} stops it."))

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
