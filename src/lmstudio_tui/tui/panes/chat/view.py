"""A conversation, and everything that can be done in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from lmstudio_tui.tui.commands import bindings, key_of
from lmstudio_tui.tui.messages import CopyWanted, SaveWanted
from lmstudio_tui.tui.panes.chat.desk import Undo
from lmstudio_tui.tui.panes.chat.toolwork import ToolingView
from lmstudio_tui.tui.widgets.absence import Absence
from lmstudio_tui.tui.widgets.composer import Composer
from lmstudio_tui.tui.widgets.find_bar import FindBar
from lmstudio_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.store.library.records import Message


class ConversationView(ToolingView):
    """One conversation on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("chat.stop", "chat.switch", "chat.copy", "chat.retry", "chat.continue", "chat.find"),
        *bindings("transcript.copy", "transcript.copy_code", "chat.page_up", "chat.page_down"),
        *bindings("transcript.edit", "transcript.regenerate", "transcript.continue", "transcript.delete"),
        *bindings("transcript.find", "transcript.look"),
        *bindings(*(f"transcript.copy_code_{number}" for number in range(1, 10))),
    ]

    _found = 0

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield FindBar()

    # Which message is meant

    def selected(self) -> Message | None:
        """The message that is selected in the transcript, while the cursor is there."""
        transcript = self.query_one(Transcript)
        return self.thread.get(transcript.selected_turn) if transcript.has_focus else None

    def _chosen_answer(self) -> Message | None:
        """The selected answer, or the answer to the selected prompt; else the last one."""
        selected = self.selected()
        path = self.thread.path
        if selected is not None and selected.role == "user":
            after = path[path.index(selected) + 1 :]
            return next((one for one in after if one.role == "assistant"), None)
        return selected or next((one for one in reversed(path) if one.role == "assistant"), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        del parameters
        match action:
            case "stop":
                return self.streaming
            case "switch_focus":
                return not self.streaming
            case "copy_answer" | "find":
                return bool(self.thread.path)
            case "edit" | "regenerate" | "delete_message" | "look":
                return bool(self.thread.path) and self.query_one(Transcript).has_focus
            case "retry":
                return self.thread.last_prompt is not None and not self.streaming
            case "continue_answer":
                return bool(self.thread.path)
            case _:
                return True

    # Keys

    def action_page_transcript(self, pages: float) -> None:
        """Scroll the transcript while the cursor stays in the prompt."""
        self.query_one(Transcript).action_page(pages)

    def action_stop(self) -> None:
        """Stop the answer and keep its text."""
        self.stop()

    def action_switch_focus(self) -> None:
        """Go between the prompt and what is above it; leave the search or the editing first."""
        composer, bar, absence = self.query_one(Composer), self.query_one(FindBar), self.query_one(Absence)
        if self.end_tour():
            return
        if bar.display:
            bar.close()
        elif self._found and self.query_one(Transcript).has_focus:
            self._found = 0
            self.query_one(Transcript).clear_search()
        elif (composer.has_focus and self.cancel_edit()) or not composer.display:
            return
        elif composer.has_focus and (self.thread.path or absence.display):
            (self.query_one(Transcript) if self.thread.path else absence).focus()
        else:
            composer.focus()

    # Answers

    def action_retry(self) -> None:
        """Have the prompt answered anew, as another branch; an empty answer makes room."""
        if self.busy():
            return
        if self.open_calls() and self.selected() is None:
            self.answer_tools()
        else:
            self._regenerate(self._chosen_answer())

    def action_regenerate(self) -> None:
        """The same, for the selected answer."""
        self.action_retry()

    def _regenerate(self, answer: Message | None) -> None:
        if answer is None:
            last = self.thread.path[-1] if self.thread.path else None
            if last is not None and last.role != "assistant":
                self.have_answered(last)
            return
        before = self.thread.get(answer.parent_id)
        if before is None:
            return
        empty = not (answer.text or answer.reasoning or answer.tool_calls)
        if empty and not self.thread.children(answer.id):
            self.desk.library.delete_messages([answer.id])
            self.show_thread(self.thread.without(answer.id).ending(before.id))
        self.have_answered(before)

    def action_continue_answer(self) -> None:
        """Let the model go on with the selected answer, else the last one."""
        answer = self._chosen_answer()
        if self.busy():
            pass
        elif answer is None or not answer.text:
            self.remark("There is no answer to go on with.")
        else:
            self.go_on_with(answer)

    def action_edit(self) -> None:
        """Edit the selected prompt, else the last one."""
        selected = self.selected()
        prompt = self.thread.prompt_of(selected.id) if selected is not None else self.thread.last_prompt
        if prompt is not None and not self.busy():
            self.edit(prompt)

    def action_delete_message(self) -> None:
        """Delete the selected turn and what follows from it."""
        selected = self.selected()
        if selected is None:
            self.remark("Select a turn first: [ and ] go from one to the next.")
        else:
            self.delete(selected)
            if self.thread.path:
                self.query_one(Transcript).focus()

    def delete(self, selected: Message) -> None:
        """Delete a message and what follows from it; it can be undone."""
        if self.busy():
            return
        before = self.thread
        gone = before.below(selected.id)

        desk, conversation = self.desk, self.conversation.id

        def back() -> None:
            desk.library.restore_messages(gone)
            view = desk.views.get(conversation)
            if view is not None:
                messages = [message for each in gone if (message := before.get(each)) is not None]
                view.bring_back(messages, before.head, selected.id)
            else:
                desk.library.update(conversation, head=before.head)

        self.leave_editing_of(gone)
        self.desk.library.delete_messages(gone)
        self.desk.undos.append(Undo("The messages are back.", back))
        self.show_thread(before.without(selected.id))
        count = "The turn is" if len(gone) == 1 else f"{len(gone)} messages are"
        self.notify(f"{count} deleted. {key_of('chat.undo')} brings back what was there.", timeout=5)

    def on_transcript_branch_wanted(self, event: Transcript.BranchWanted) -> None:
        """Another version of a turn is to be shown."""
        event.stop()
        self.switch(event.turn_id, event.step)

    def switch(self, message_id: str, step: int) -> None:
        """Show another version of a message."""
        if self.busy():
            return
        thread = self.thread.switched(message_id, step)
        if thread is not self.thread:
            place = [one.id for one in self.thread.path].index(message_id)
            self.show_thread(thread, at=thread.path[place].id)

    # Copying and saving

    def code_blocks(self) -> int:
        """How many blocks of code the last answer has."""
        answer = self.thread.last_answer
        transcript = self.query_one(Transcript)
        return len(transcript.code_blocks(answer.id)) if answer is not None and not self.streaming else 0

    def action_copy_answer(self) -> None:
        """Copy what is marked: text, else a turn; else the last answer."""
        marked = self.screen.get_selected_text()
        if marked:
            self.post_message(CopyWanted(marked, "selection"))
            return
        said = self.selected() or self.thread.last_answer
        if said is None or not said.text:
            self.notify("There is no answer to copy yet.", timeout=3)
            return
        self.post_message(CopyWanted(said.text, "prompt" if said.role == "user" else "answer"))

    def action_copy_code(self, number: int) -> None:
        """Copy a block of code of the selected turn, else of the last answer; 0 is the selected or the last block."""
        transcript = self.query_one(Transcript)
        if not number and (found := transcript.selected_code) is not None:
            self.post_message(CopyWanted(found[1].code, f"code block {found[1].number}"))
            return
        said = self.selected() or self.thread.last_answer
        blocks = list(transcript.code_blocks(said.id)) if said else []
        chosen = [block for block in blocks if block.number == number] if number else list(blocks[-1:])
        if chosen:
            self.post_message(CopyWanted(chosen[0].code, f"code block {chosen[0].number}"))
        else:
            self.notify("There is no such block of code in this answer.", timeout=3)

    def on_transcript_code_copy_requested(self, event: Transcript.CodeCopyRequested) -> None:
        """A block's copy button was clicked."""
        event.stop()
        self.post_message(CopyWanted(event.code, f"code block {event.number}"))

    def on_transcript_code_save_requested(self, event: Transcript.CodeSaveRequested) -> None:
        """A block of code is to be written to a file."""
        event.stop()
        from lmstudio_tui.tui.panes.chat.files import code_file_name

        self.post_message(SaveWanted(event.code, f"code block {event.number}", code_file_name(event.language)))

    # Finding

    def action_find(self) -> None:
        """Open the search in this conversation."""
        bar = self.query_one(FindBar)
        bar.open()

    def find(self, query: str) -> None:
        """Search for this, as when it was typed."""
        self.query_one(FindBar).open(query)
        self.query_one(Transcript).search(query)

    def on_find_bar_changed(self, event: FindBar.Changed) -> None:
        """Another text is searched."""
        event.stop()
        self.query_one(Transcript).search(event.query)

    def on_find_bar_step(self, event: FindBar.Step) -> None:
        """The next place, or the one before."""
        event.stop()
        self.query_one(Transcript).action_hit(event.step)

    def on_find_bar_closed(self, event: FindBar.Closed) -> None:
        """The search was left."""
        event.stop()
        # What was found stays marked, for n and N, until Esc is pressed once more.
        self.query_one(Transcript).focus()

    def on_transcript_hits_changed(self, event: Transcript.HitsChanged) -> None:
        """The search knows more."""
        event.stop()
        self._found = event.total
        self.query_one(FindBar).show_hits(event.current, event.total)

    # What was sent along

    def action_look(self) -> None:
        """Look at what was sent along with the selected prompt."""
        selected = self.selected()
        prompt = self.thread.prompt_of(selected.id) if selected is not None else self.thread.last_prompt
        if prompt is not None:
            self.along.look_at(prompt)

    def on_transcript_look_wanted(self, event: Transcript.LookWanted) -> None:
        """A line of an attachment was clicked."""
        event.stop()
        message = self.thread.get(event.turn_id)
        if message is not None:
            self.along.look_at(message)

    def on_composer_files_pasted(self, event: Composer.FilesPasted) -> None:
        """The paths of files were pasted: the files are meant."""
        event.stop()
        self.along.attach(event.paths, instead=partial(event.composer.insert, event.text))

    # The draft

    def on_composer_draft_changed(self, event: Composer.DraftChanged) -> None:
        """What is typed outlives the app, and ends the tour."""
        del event
        self.end_tour()
        if self._editing.prompt is None:
            self.keep_draft()
