"""The sets of texts above the embeddings pane: search, open, new, rename, delete, bring back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.store.embeddings import StoreError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import bindings, key_of, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.screens.embedding_set_lines import set_line
from lmstudio_tui.tui.screens.rename import LineEntry
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.embeddings import SetRecord


@dataclass(frozen=True, slots=True)
class SetsDesk:
    """Does what the list asks for. All of it blocks, is called in a thread, and may raise `StoreError`.

    Attributes:
        sets: those that a query finds, the one that was changed last first.
        rename: gives a set another name.
        delete: deletes a set, so that it can be brought back.
        undo: brings back what was deleted last; None when there is nothing.
        deleted: is told, in the app's loop, that a set was deleted.
        renamed: is told, in the app's loop, that a set has another name.
        restored: is told, in the app's loop, that a set was brought back.
    """

    sets: Callable[[str], list[SetRecord]]
    rename: Callable[[str, str], object]
    delete: Callable[[str], object]
    undo: Callable[[], SetRecord | None]
    deleted: Callable[[str], None]
    renamed: Callable[[str, str], None]
    restored: Callable[[str], None]


class EmbeddingSets(Dialog[str | None]):
    """Gives the id of the set to open, an empty text for a new one, or None.

    Args:
        desk: does what is asked for.
        current: the id of the set in front; empty for none.
        now: the time of day, with its time zone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "dialog.previous", "dialog.next", "dialog.page_up", "dialog.page_down"),
        *bindings("sets.rename", "sets.delete", "sets.undo", "sets.new"),
    ]
    AUTO_FOCUS = "Input"

    DEFAULT_CSS = """
    EmbeddingSets {
        & > .frame { width: 96%; max-width: 100; height: 80%; max-height: 32; padding: 0 1; }
        & Input, & Input:focus { background: $panel; padding: 0 1; margin: 0; }
        & OptionList, & OptionList:focus { height: 1fr; scrollbar-gutter: stable; }
        & #told { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        & #told.-bad { color: $text-error; }
    }
    """

    def __init__(self, desk: SetsDesk, current: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._desk = desk
        self._current = current
        self._now = now
        self._runs = Runs(self)
        self._run: Run[None, Sequence[SetRecord] | StoreError] | None = None
        self._records: tuple[SetRecord, ...] = ()
        self._asked = ""
        self._steps: list[int] = []
        self._then: Callable[[SetRecord], object] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Sets of texts"
            frame.border_subtitle = told(
                "Enter open  {sets.new} new  {sets.rename} rename  {sets.delete} delete  {sets.undo} undo  "
                "{dialog.leave} back"
            )
            yield LineInput(placeholder="Words of a name or a text")
            options = OptionList()
            options.can_focus = False
            yield options
            yield Static(id="told", markup=False)

    def on_mount(self) -> None:
        """Show all of them."""
        self._look(self._current)

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._runs.drop_all()

    # The list

    def on_input_changed(self) -> None:
        """Search as it is typed, unless what was found by the words before is waited for."""
        if self._then is None:
            self._keep_up()

    def _keep_up(self) -> None:
        """Search by what is typed now, if that is not done yet."""
        if self.query_one(Input).value != self._asked:
            self._look()

    def _look(self, choose: str = "") -> None:
        query, desk = self.query_one(Input).value, self._desk
        self._asked = query
        keep = choose or (self._record.id if self._record is not None else self._current)
        if self._run is not None:
            self._run.drop()

        def look(emit: object, scope: CancelScope) -> Sequence[SetRecord] | StoreError:
            del emit, scope
            try:
                return desk.sets(query)
            except StoreError as error:
                return error

        def show(found: Sequence[SetRecord] | StoreError) -> None:
            self._run = None
            then, self._then = self._then, None
            if isinstance(found, StoreError):
                self._say(f"{found.message} {found.hint}", bad=True)
                return
            self._show(found, keep)
            if then is not None and self._record is not None:
                then(self._record)
            else:
                self._keep_up()

        self._run = self._runs.start(look, finished=show, name="sets")

    def _after_typing(self, then: Callable[[SetRecord], object]) -> None:
        """The same for a key that overtakes those typed before it, which the search has not read yet."""
        self.query_one(Input).call_later(self.call_later, self._with_record, then)

    def _with_record(self, then: Callable[[SetRecord], object]) -> None:
        """Do something with the set under the cursor, as soon as it is known which that is by the words typed now."""
        self._keep_up()
        if self._run is not None:
            self._then = then
        elif (record := self._record) is not None:
            then(record)

    def _show(self, records: Sequence[SetRecord], choose: str) -> None:
        self._records = tuple(records)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(record)) for record in records])
        places = [record.id for record in records]
        steps, self._steps = self._steps, []
        if records:
            options.highlighted = places.index(choose) if choose in places else 0
            for step in steps:
                self._step(step)
        elif self.query_one(Input).value:
            self._say("No set has these words.")
        else:
            self._say("There is no set yet: texts that are added to the pane become one.")

    def _line(self, record: SetRecord) -> Text:
        width = (self.query_one(OptionList).scrollable_content_region.width or 60) - 2
        return set_line(record, width, self._now(), current=record.id == self._current)

    @property
    def _record(self) -> SetRecord | None:
        at = self.query_one(OptionList).highlighted
        return self._records[at] if at is not None and at < len(self._records) else None

    def _say(self, text: str, *, bad: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.update(Text(clean_line(text)))
        told.set_class(bad, "-bad")

    # What is wanted

    def action_move(self, step: int) -> None:
        """Move the cursor of the list while that of the keyboard stays in the search."""
        self.query_one(Input).call_later(self.call_later, self._step, step)

    def _step(self, step: int) -> None:
        self._keep_up()
        if self._run is not None:
            # It is a step in the list that is being looked for.
            self._steps.append(step)
            return
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = max(0, min(options.option_count - 1, (options.highlighted or 0) + step))

    def on_input_submitted(self) -> None:
        """Open the one under the cursor."""
        self._with_record(lambda record: self.dismiss(record.id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the one that was clicked."""
        self.dismiss(self._records[event.option_index].id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Del is for the text that is typed, as long as there is one behind the cursor."""
        del parameters
        if action == "delete" and self.is_mounted:
            box = self.query_one(Input)
            return box.cursor_position >= len(box.value)
        return True

    def action_new(self) -> None:
        """Begin a new one."""
        self.dismiss("")

    def action_rename(self) -> None:
        """Ask for another name."""
        self._after_typing(self._rename)

    def _rename(self, record: SetRecord) -> None:
        def named(name: str | None) -> None:
            if name:
                self._desk.renamed(record.id, name)
                self._do(lambda: self._desk.rename(record.id, name), " ", record.id)

        def wrong(line: str) -> str | None:
            return None if line else "A name needs a letter at least."

        app_of(self).push_screen(LineEntry("Rename the set", "", record.name, validate=wrong, take="rename"), named)

    def action_delete(self) -> None:
        """Delete the one under the cursor."""
        self._after_typing(self._delete)

    def _delete(self, record: SetRecord) -> None:
        name = clean_line(record.name)[:50] or "the set"
        self._desk.deleted(record.id)
        self._do(lambda: self._desk.delete(record.id), f"Deleted: {name}. {key_of('sets.undo')} brings it back.")

    def action_undo(self) -> None:
        """Bring back what was deleted last."""

        def undo() -> str:
            record = self._desk.undo()
            return "" if record is None else record.id

        self._do(undo, "", told=self._desk.restored)

    def _do(
        self, work: Callable[[], object], said: str, choose: str = "", told: Callable[[str], None] | None = None
    ) -> None:
        """Have something done, and look again; `told` is given the id of the set that came of it."""

        def attempt(emit: object, scope: CancelScope) -> object:
            del emit, scope
            try:
                return work()
            except StoreError as error:
                return error

        def done(found: object) -> None:
            if isinstance(found, StoreError):
                self._say(f"{found.message} {found.hint}", bad=True)
                return
            self._say(said or ("There is nothing to bring back." if found == "" else ""))
            if told is not None and isinstance(found, str) and found:
                told(found)
            self._look(found if isinstance(found, str) and found else choose)

        self._runs.start(attempt, finished=done, name="sets")

    def action_leave(self) -> None:
        """Open none."""
        self.dismiss(None)
