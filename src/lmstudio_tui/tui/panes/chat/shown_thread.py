"""What was said, and what of it the transcript shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.chat.thread import Thread
from lmstudio_tui.tui.panes.chat.turns import turn_of, turns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from lmstudio_tui.store.library.records import Message
    from lmstudio_tui.tui.widgets.transcript import Transcript


class ShownThread:
    """A thread whose branch in front is in the transcript.

    Args:
        transcript: gives the transcript, once it is there.
        now: the time of day.
    """

    def __init__(self, transcript: Callable[[], Transcript], now: Callable[[], datetime]) -> None:
        self.thread = Thread((), None)
        """What was said, on all branches."""
        self.ours: str | None = None
        """The answer that this window is writing."""
        self._transcript = transcript
        self._now = now

    @property
    def theirs(self) -> list[Message]:
        """The answers that other windows are writing on the branch that is shown."""
        return [one for one in self.thread.path if one.status == "streaming" and one.id != self.ours]

    def add(self, message: Message) -> None:
        """One more message: at the end of what is shown, or as the beginning of another branch."""
        if message.status == "streaming":
            self.ours = message.id
        at_end = self.thread.head == message.parent_id
        self.thread = self.thread.with_message(message)
        if not at_end:
            self.show(self.thread)
        elif message.role == "tool":
            self.redraw(message.parent_id)
        else:
            self._transcript().add_turn(turn_of(self.thread, message, self._now(), self.ours))

    def show(self, thread: Thread) -> None:
        """Show another branch, or what is left."""
        self.thread = thread
        self._transcript().set_turns(turns_of(thread, self._now(), self.ours))

    def replace(self, message: Message) -> None:
        """A message is like this now."""
        self.thread = self.thread.replaced(message)
        self.redraw(message.id)

    def put_beside(self, thread: Thread, at: str) -> None:
        """Take a thread with other branches, of which the one in front is the same.

        Args:
            thread: what was said.
            at: the message that there are several of now.
        """
        self.thread = thread
        for one in thread.path:
            if one.id in thread.siblings(at) and one.id != self.ours:
                self.redraw(one.id)

    def with_messages(self, messages: Sequence[Message]) -> Thread:
        """The thread with these messages as well, each after its parent; the same branch is in front."""
        thread = self.thread
        for message in messages:
            thread = thread.with_message(message, head=False)
        return thread

    def redraw(self, message_id: str | None) -> None:
        """Draw the turn to which a message belongs once more."""
        message = self.thread.get(message_id) if message_id else None
        while message is not None and message.role == "tool":
            message = self.thread.get(message.parent_id) if message.parent_id else None
        if message is not None:
            self._transcript().replace_turn(turn_of(self.thread, message, self._now(), self.ours))
