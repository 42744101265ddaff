"""The settings as they look: the search, the list, what is said of the one under the cursor, and reading in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from lmstudio_tui.features.settings_desk import TOP, SettingRow, SettingsDesk, SettingsDeskError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of, keys_of, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.settings.listing import SettingList
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.events import Key

    from lmstudio_tui.tui.screens.settings.line import SettingLine

_KEYS = {
    "edit": ("settings.edit", "change"),
    "reset": ("settings.reset", "default"),
    "undo": ("settings.undo", "undo"),
    "search": ("settings.search", "search"),
    "place": ("settings.place", "where"),
    "leave": ("dialog.leave", "back"),
}
"""What can be done: the command, and the word for it."""
_LEAVING = ("place", "undo", "search", "reset", "edit")
"""The order in which keys are left out where there is no room; the help has them all."""
_CORNERS = 6


class SettingsView(Dialog[None]):
    """Shows the settings.

    Args:
        desk: reads and writes them. Called in threads.
        profile: gives the profile in use.
        choices: what may be chosen that only the app knows, by the name of the setting.
        suggestions: what may be meant, by the name of the setting.
        at: the name of the setting to begin at; else the first one.
    """

    AUTO_FOCUS = "SettingList"

    DEFAULT_CSS = """
    SettingsView {
        & > .frame {
            width: 98%;
            max-width: 124;
            height: 94%;
            max-height: 100%;
            padding: 0 1;
            link-style: none;
            link-color: $text-muted;
            link-background: transparent;
            link-style-hover: underline;
        }
        &.-narrow > .frame, &.-tiny > .frame { width: 100%; height: 100%; }
        & #top { height: 1; margin-bottom: 1; }
        & #search, & #search:focus { width: 1fr; margin: 0; padding: 0; }
        & #where { width: auto; color: $text-muted; padding-left: 2; link-color: $text-muted; }
        & #told { height: 6; padding: 0 1; border-top: solid $border-blurred; overflow-y: auto; }
    }
    """

    def __init__(
        self,
        desk: SettingsDesk,
        profile: Callable[[], str | None],
        choices: Mapping[str, Sequence[str]],
        suggestions: Mapping[str, Sequence[str]],
        at: str = "",
    ) -> None:
        super().__init__()
        self._at = at
        self._desk = desk
        self._profile = profile
        self._choices = choices
        self._suggestions = suggestions
        self._place = TOP
        self._places: list[str] = [TOP]
        self._rows: list[SettingRow] = []
        self._editing: SettingLine | None = None
        self._wrong = ""
        self._told: tuple[str, str, str] | None = None
        self._runs = Runs(self)

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Settings"
            with Horizontal(id="top"):
                key = key_of("settings.search")
                yield LineInput(placeholder=f"{key} searches names, meanings and values", id="search")
                yield Static(id="where")
            yield SettingList(self._at)
            yield Static(id="told")

    def on_mount(self) -> None:
        """Read them, in a thread."""
        self.reload()

    def on_unmount(self) -> None:
        """End whatever is under way."""
        self._runs.drop_all()

    @property
    def list(self) -> SettingList:
        """The list."""
        return self.query_one(SettingList)

    def on_key(self, event: Key) -> None:
        """Letters typed quickly behind the key that opens a field are for the field.

        The search is opened here at once: as a binding its key would come behind the letters after it.
        """
        field = self.focused
        if event.key in keys_of("settings.search") and field is self.list:
            event.stop()
            event.prevent_default()
            self.set_focus(self.query_one("#search", Input))
            return
        if event.is_printable and event.character and isinstance(field, Input | TextArea):
            event.stop()
            event.prevent_default()
            if isinstance(field, Input):
                field.insert_text_at_cursor(event.character)
            else:
                field.insert(event.character)

    def go_to(self, name: str) -> None:
        """Go to a setting, whatever is searched for."""
        if self._editing is None and any(row.name == name for row in self._rows):
            self.list.put(name)
            self.query_one("#search", Input).value = ""
            self.set_focus(self.list)

    # Reading

    def reload(
        self, told: tuple[str, str, str] | None = None, place: str | None = None, written: str | None = None
    ) -> None:
        """Read them again, and say something.

        Args:
            told: a sentence, another one said more quietly, and a style.
            place: where settings are to be shown and changed from now on, if they can be read there.
            written: the name of the setting that this is about: what there is to remark on it now is said, too.
        """
        wanted = self._place if place is None else place

        def read() -> tuple[list[str], str, list[SettingRow]]:
            places = self._desk.places()
            there = wanted if wanted in places else TOP  # the profile may be gone
            return places, there, self._desk.rows(there, self._profile())

        async def show(found: tuple[list[str], str, list[SettingRow]]) -> None:
            self._places, self._place, rows = found
            self._rows = [self._completed(row) for row in rows]
            remark = next((row.remark for row in rows if row.name == written), "")
            self._told = told and (told[0], f"{remark} {told[1]}".strip(), told[2])
            self._show_where()
            await self.fill()
            self.explain()

        self.do(read, lambda found: self.call_next(show, found), self._show_where)

    def _completed(self, row: SettingRow) -> SettingRow:
        from dataclasses import replace

        more = self._choices.get(row.name)
        return replace(row, kind="choice", choices=tuple(more)) if more else row

    def do(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[], None] | None = None
    ) -> None:
        """Have the settings read or written in a thread, and say what went wrong."""

        def run(emit: object, scope: object) -> Any:
            del emit, scope
            try:
                return work()
            except SettingsDeskError as error:
                return error

        def finished(result: Any) -> None:
            if isinstance(result, SettingsDeskError):
                self.say(f"✗ {result.message}", result.hint, "$text-error")
                if failed is not None:
                    failed()
            else:
                done(result)

        self._runs.start(run, finished=finished, name="settings")

    # Showing

    async def fill(self) -> None:
        """Show what the search lets through."""
        await self.list.fill(self._rows, self.query_one("#search", Input).value)

    def _show_where(self) -> None:
        place = f"profile {self._place}" if self._place else "top of the file"
        key = key_of("settings.place")
        where = Content.from_markup("$key [@click=screen.place]$place[/]", key=key, place=clean_line(place))
        self.query_one("#where", Static).update(where if len(self._places) > 1 else "")
        frame = self.query_one(Vertical)
        room = frame.outer_size.width - _CORNERS
        path = clean_line(self._desk.path)
        title = f"Settings · {path}"
        frame.border_title = Content(title if len(title) <= room else "Settings")
        frame.border_subtitle = self._keys(room)

    def _keys(self, room: int) -> str:
        """The keys for which there is room, as markup: they can be clicked, too."""
        if self._editing is not None:
            # In a field of one line it is Textual's own key.
            take = "{field.submit}" if isinstance(self._editing.field, TextArea) else "Enter"
            return told(f"{take} take   {{dialog.leave}} leave it as it was")
        kept = {action: f"{key_of(id_)} {word}" for action, (id_, word) in _KEYS.items()}
        if not self._rows:  # the file cannot be read
            kept = {"leave": kept["leave"]}
        kept = {action: text for action, text in kept.items() if self._desk.undoable or action != "undo"}
        for action in _LEAVING:
            if sum(len(text) + 2 for text in kept.values()) - 2 <= room:
                break
            kept.pop(action, None)
        return "  ".join(f"[@click=screen.{action}]{text}[/]" for action, text in kept.items())

    def on_resize(self) -> None:
        """See which keys have room."""
        if self._rows:
            self.call_after_refresh(self._show_where)

    def say(self, text: str, more: str = "", style: str = "") -> None:
        """Say something, until the cursor moves."""
        self._told = (text, more, style)
        self.explain()

    def explain(self) -> None:
        """Say what there is to say: what has happened, else what is known of the setting under the cursor."""
        told = self.query_one("#told", Static)
        if self._told is not None:
            text, more, style = self._told
            told.update(Content.assemble((clean_line(text), style), (f"\n{clean_line(more)}" if more else "", "dim")))
            return
        line = self.list.under
        if line is not None:
            told.update(describe(line.row, self._wrong if self._editing is not None else ""))
        else:
            told.update(Content.styled("No setting has these words in it." if self._rows else "", "dim"))


def describe(row: SettingRow, wrong: str) -> Content:
    """What is known of a setting, and what is wrong with what is typed for it."""
    meaning = clean_line(row.meaning)
    parts: list[tuple[str, str]] = [(row.name, "bold"), (f"  {meaning}", "")]
    must = f"It must be {row.must_be}."
    parts.append((f"\n✗ {clean_line(wrong)}", "$text-error") if wrong else (f"\n{clean_line(must)}", ""))
    if row.remark and not wrong:
        parts.append((f"\n{clean_line(row.remark)}", "$text-warning"))
    if row.outdone:
        parts.append((f"\n{clean_line(row.outdone)}", "$text-warning"))
    elif row.origin != "default":
        parts.append((f"\nFrom {clean_line(row.origin)}.", "dim"))
    parts.append((f"\nDefault: {row.default}. In the environment: {row.variables[0]}." if row.variables else "", "dim"))
    if not row.at_once:
        parts.append(("\nA change counts from the next start.", "dim"))
    return Content.assemble(*parts)
