"""What can be done with answers that are side by side: go from one to the other, read, copy, tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import ModalScreen, ScreenResultType

from lmstudio_tui.tui.commands import bindings, moves, told
from lmstudio_tui.tui.keyed import Keyed
from lmstudio_tui.tui.messages import CopyWanted, SaveWanted
from lmstudio_tui.tui.panes.chat.files import code_file_name
from lmstudio_tui.tui.panes.chat.opening import open_screen
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.compare.arena import Arena
from lmstudio_tui.tui.screens.compare.diff import DiffScreen, Side
from lmstudio_tui.tui.typed import app_of
from lmstudio_tui.tui.widgets.too_small import USABLE, TooSmall, fit

if TYPE_CHECKING:
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Message
    from lmstudio_tui.tui.screens.compare.race import Race
    from lmstudio_tui.tui.widgets.transcript import Transcript


class LookingScreen(Keyed[ScreenResultType], ModalScreen[ScreenResultType]):
    """A screen with an arena, once there is a race."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("compare.diff", "compare.copy", "compare.fold"),
        *moves(left="step(-1)", right="step(1)", up="scroll(-1)", down="scroll(1)"),
        *bindings(*(f"compare.look_{number}" for number in range(1, 5))),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._race: Race | None = None

    def on_mount(self) -> None:
        """What does not fit is not shown in part."""
        self.mount(TooSmall(told("{dialog.leave} goes back.")))
        fit(self, USABLE, app_of(self).size)

    def on_resize(self) -> None:
        """There is another room."""
        fit(self, USABLE, app_of(self).size)

    @property
    def _arena(self) -> Arena:
        return self.query_one(Arena)

    def _front_answer(self) -> Message | None:
        """The answer in front; says so where there is none."""
        race = self._race
        answer = race.answer(self._arena.front) if race is not None else None
        if answer is None or not (answer.text or answer.status == "streaming"):
            self.notify("There is no answer here.", timeout=3)
            return None
        return answer

    def action_diff(self) -> None:
        """Show what is different between the answer in front and another one."""
        front = self._arena.front
        sides = {column.number: Side(column.label, text) for column in self._arena.columns if (text := column.said)}
        mine = sides.pop(front, None)
        if mine is None or not sides:
            self.notify("A comparison needs two answers with a text.", timeout=3)
        elif len(sides) == 1:
            open_screen(self, DiffScreen(mine, next(iter(sides.values()))))
        else:

            def take(number: str | None) -> None:
                if number is not None:
                    open_screen(self, DiffScreen(mine, sides[int(number)]))

            options = [(str(number), f"{number + 1}  {side.name}", "") for number, side in sides.items()]
            open_screen(self, Choose(f"{mine.name} against", options), take)

    def action_copy(self) -> None:
        """Copy what is marked, else the answer in front."""
        if marked := self.get_selected_text():
            self.post_message(CopyWanted(marked, "selection"))
        elif text := self._arena.column(self._arena.front).said:
            self.post_message(CopyWanted(text, "answer"))
        else:
            self.notify("There is no answer to copy yet.", timeout=3)

    def action_step(self, step: int) -> None:
        """Go to the next, or to the one before."""
        self._arena.look_at(self._arena.front + step)

    def action_look(self, number: int) -> None:
        """Go to one by its number."""
        self._arena.look_at(number)

    def action_scroll(self, lines: int) -> None:
        """Scroll the answer in front."""
        self._text.action_line(lines)

    def action_fold(self) -> None:
        """Show or fold what the model thought."""
        self._text.action_fold()

    @property
    def _text(self) -> Transcript:
        return self._arena.column(self._arena.front).text

    # The mouse

    def on_transcript_code_copy_requested(self, event: Transcript.CodeCopyRequested) -> None:
        """A block's copy button was clicked."""
        self.post_message(CopyWanted(event.code, f"code block {event.number}"))

    def on_transcript_code_save_requested(self, event: Transcript.CodeSaveRequested) -> None:
        """A block of code is to be written to a file."""
        self.post_message(SaveWanted(event.code, f"code block {event.number}", code_file_name(event.language)))
