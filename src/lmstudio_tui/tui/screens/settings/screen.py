"""The settings, and what can be done with them: searching, changing, going back to the default, undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widgets import Input, TextArea

from lmstudio_tui.features.settings_desk import TOP
from lmstudio_tui.tui.commands import bindings
from lmstudio_tui.tui.screens.settings.view import SettingsView
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.binding import BindingType

    from lmstudio_tui.features.settings_desk import SettingRow, SettingsDesk
    from lmstudio_tui.tui.screens.settings.line import SettingLine
    from lmstudio_tui.tui.worker_bridge import Run


class SettingsScreen(SettingsView):
    """The settings and what can be done with them. Other arguments are those of `SettingsView`.

    Args:
        changed: is told the name of a setting that was written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down"),
        *bindings("settings.edit", "settings.reset", "settings.undo", "settings.place", "settings.search"),
    ]

    def __init__(
        self,
        desk: SettingsDesk,
        profile: Callable[[], str | None],
        changed: Callable[[str], None],
        choices: Mapping[str, Sequence[str]] | None = None,
        suggestions: Mapping[str, Sequence[str]] | None = None,
        at: str = "",
    ) -> None:
        super().__init__(desk, profile, choices or {}, suggestions or {}, at)
        self._changed = changed
        self._checking: Run[None, Any] | None = None
        self._writing = False

    # Finding

    @on(Input.Changed, "#search")
    async def _search_changed(self) -> None:
        # The line that is being changed is not taken away.
        if self._editing is None:
            self._told = None
            await self.fill()
            self.explain()

    @on(Input.Submitted, "#search")
    async def _search_submitted(self) -> None:
        await self.action_edit()

    async def action_search(self) -> None:
        """Type into the search."""
        await self._leave_field()
        self.set_focus(self.query_one("#search", Input))

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while typing in the search."""
        if self._editing is None:
            self.list.action_move(step)

    def on_setting_list_moved(self) -> None:
        """Say what is known of the one under the cursor."""
        self._told = None
        self.explain()

    async def on_setting_line_clicked(self, event: SettingLine.Clicked) -> None:
        """The first click goes there, the second changes it."""
        if event.line is self._editing:
            return
        await self._leave_field()
        if event.line is self.list.under:
            await self.action_edit()
        else:
            self.list.go_to(event.line)
            self.set_focus(self.list)

    async def action_leave(self) -> None:
        """End the change, else the search, else close it."""
        search = self.query_one("#search", Input)
        if self._editing is not None:
            await self._leave_field()
            self.explain()
        elif search.value or search.has_focus:
            search.value = ""
            self.set_focus(self.list)
        else:
            self.dismiss(None)

    def action_place(self) -> None:
        """Choose where settings are to stand."""
        from lmstudio_tui.tui.screens.choose import Choose

        if len(self._places) == 1:
            self.say("There is no profile yet.", "The list of servers makes one.")
            return
        options = [(place or " ", f"profile {place}" if place else "the top of the file", "") for place in self._places]

        def go(place: str | None) -> None:
            if place is not None:
                self.reload(place=place.strip() or TOP)

        app_of(self).push_screen(Choose("Where settings stand", options, self._place or " "), go)

    # Changing

    async def action_edit(self) -> None:
        """Change the setting under the cursor, as its sort wants it."""
        line = self.list.under
        if line is None or self._editing is not None or self._writing:
            return
        self._told = None
        row = line.row
        if row.kind == "bool":
            on_now = (row.text or row.value) == "true"
            self._write(row, "false" if on_now else "true")
        elif row.kind == "choice":
            self._choose(row)
        else:
            self._editing = line
            self._wrong = ""
            await line.open(self._suggestions.get(row.name, ()))
            self._show_where()
            self.explain()
            self.call_after_refresh(line.scroll_visible, animate=False)

    def _choose(self, row: SettingRow) -> None:
        from lmstudio_tui.tui.screens.choose import Choose

        if not row.choices:
            self.say("There is nothing to choose from yet.")
            return
        current = row.text or row.value or row.default
        options = [(choice, choice, "default" if choice == row.default else "") for choice in row.choices]

        def take(choice: str | None) -> None:
            if choice is not None:
                self._write(row, choice)

        app_of(self).push_screen(Choose(row.name, options, current), take)

    @on(Input.Changed, "SettingLine Input")
    @on(TextArea.Changed)
    def _typed(self) -> None:
        """Check it as it is typed, in a thread."""
        line = self._editing
        if line is None:
            return
        name, text, place = line.row.name, line.typed, self._place
        self._told = None
        if self._checking is not None:
            self._checking.drop()
        if text == line.row.text:
            self._show_wrong("")
            return

        def look(emit: object, scope: object) -> str:
            del emit, scope
            return self._desk.mistake(place, name, text)

        # What keeps it from being checked keeps it from being written, too, and is told then.
        self._checking = self._runs.start(look, finished=self._show_wrong, crashed=lambda _: None, name="check")

    def _show_wrong(self, wrong: str) -> None:
        self._wrong = wrong
        self.explain()

    @on(Input.Submitted, "SettingLine Input")
    @on(SubmitTextArea.Submitted)
    async def _submitted(self) -> None:
        """Take what is typed; what is as it was, is not written."""
        line = self._editing
        if line is None:
            return
        if line.typed == line.row.text:
            await self._leave_field()
            self.explain()
        else:
            self._write(line.row, line.typed)

    async def _leave_field(self) -> None:
        line, self._editing, self._wrong = self._editing, None, ""
        if self._checking is not None:
            self._checking.drop()
        if line is not None:
            self.set_focus(self.list)
            await line.close()
            await self.fill()
            self._show_where()

    def action_reset(self) -> None:
        """Take the setting out of the file."""
        line = self.list.under
        if line is None or self._editing is not None:
            return
        if line.row.stands:
            self._write(line.row, "")
        else:
            self.say(f"{line.row.name} is not set here.", f"Default: {line.row.default}.")

    def action_undo(self) -> None:
        """Undo the last change."""
        if self._editing is None:
            self.do(self._desk.undo, lambda name: self._written(name, f"{name} is as it was before."))

    def _write(self, row: SettingRow, text: str) -> None:
        if self._writing:
            return
        self._writing = True
        place = self._place
        said = f"{row.name} is written." if text.strip() else f"{row.name} is out of the file; the default holds."

        def done(_: object) -> None:
            self._writing = False
            self._written(row.name, said)

        def failed() -> None:
            self._writing = False
            # Somebody else may have changed the file: the next attempt begins with what stands there now.
            self.reload(self._told)

        self.do(lambda: self._desk.put(place, row.name, text), done, failed)

    def _written(self, name: str, said: str) -> None:
        row = next((row for row in self._rows if row.name == name), None)
        more = "" if row is None else row.outdone or ("" if row.at_once else "It counts from the next start.")
        self.call_next(self._leave_field)
        self._changed(name)
        self.reload((f"✓ {said}", more, "$text-success"), written=name)

    def show_trouble(self, message: str, hint: str) -> None:
        """What was written cannot be used by the running app."""
        self.say(f"✗ {message}", hint, "$text-error")
