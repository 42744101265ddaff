"""The library as everybody uses it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial
from hashlib import sha256
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from lmstudio_tui.store.library import reading, search, writing
from lmstudio_tui.store.library.base import Op
from lmstudio_tui.store.library.rows import conversation_row, field_value, json_text, message_row, storable
from lmstudio_tui.store.library.worker import Worker
from lmstudio_tui.store.library.writer import AnswerWriter
from lmstudio_tui.store.telling import Telling
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from lmstudio_tui.store.library.base import Base
    from lmstudio_tui.store.library.keeper import Keeper
    from lmstudio_tui.store.library.records import Conversation, Hit, Loaded, Message, Preset

T = TypeVar("T")

_CLOSING_PATIENCE = 15.0


class Library:
    """Everything that was said. Thread-safe. Making one touches nothing; the file is made by the first write.

    Writes return at once, and are on disk within a tenth of a second. Reads block, and see every write asked for before
    them. Neither raises for what is wrong with the file: that is said to those who `listen`, and what cannot be written
    is kept in memory and tried again.

    Args:
        path: of the file.
        now: seconds since 1970.
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self.path = path
        self._now = now
        self._lock = threading.Lock()
        self._answers: dict[str, AnswerWriter] = {}
        self._telling = Telling()
        self._worker = Worker(self._make_keeper, self._telling.say)

    def listen(self, callback: Callable[[str], None]) -> None:
        """Be told what is to be known about the library: damage, no room, another version.

        Args:
            callback: is called with a sentence, in the library's thread; it must not read from the library there. What
                was said before is told at once.
        """
        self._telling.listen(callback)

    # Reading

    def conversations(self, query: str = "", *, limit: int = 500) -> tuple[Hit, ...]:
        """The conversations that a query finds, or all: the pinned ones first, then the ones used last.

        Args:
            query: words that must all be there, in the title or what was said; the last may be unfinished. Words in
                quotes must follow each other.
            limit: how many at most.
        """
        return self._read(partial(search.search, query=clean(query), limit=limit), ())

    def load(self, conversation_id: str) -> Loaded | None:
        """A conversation with its messages; None when there is none, or it is deleted."""
        return self._read(partial(reading.load, conversation_id=conversation_id), None)

    def last_conversation(self) -> Conversation | None:
        """The one that was used last."""
        return self._read(reading.last_conversation, None)

    def find(self, prefix: str) -> Conversation | None:
        """The conversation of that id, or the only one whose id begins so."""
        return self._read(partial(reading.find, prefix=storable(prefix)), None)

    def blob(self, sha256: str) -> bytes | None:
        """The bytes with that hash."""
        return self._read(partial(reading.blob, sha256=sha256), None)

    def prompts(self, limit: int = 500) -> tuple[str, ...]:
        """What was asked in any conversation, the oldest first, without repeats: the last so many."""
        return self._read(partial(reading.prompts, limit=limit), ())

    def presets(self) -> tuple[Preset, ...]:
        """All of them, by name."""
        return self._read(reading.presets, ())

    # Writing

    def create(self, conversation: Conversation) -> None:
        """A new conversation. Times that it does not have are now."""
        moment = self._now()
        created = conversation.created_at or moment
        self._write(
            partial(
                writing.create,
                row=conversation_row(
                    replace(conversation, created_at=created, updated_at=conversation.updated_at or created)
                ),
            )
        )

    def update(self, conversation_id: str, **fields: object) -> None:
        """Change a conversation.

        Args:
            conversation_id: which.
            fields: title, titled, pinned, head, parameters, draft, model.

        Raises:
            TypeError: when it has no such field, or the field no such value.
        """
        values = {name: field_value(name, value) for name, value in fields.items()}
        if "title" in values:
            values["updated_at"] = self._now()
        if values:
            self._write(partial(writing.update, conversation_id=conversation_id, values=values))

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation. It can be brought back for 30 days."""
        self._write(partial(writing.delete, conversation_id=conversation_id, moment=self._now()))

    def restore(self, conversation_id: str) -> None:
        """Bring a deleted conversation back."""
        self._write(partial(writing.restore, conversation_id=conversation_id))

    def duplicate(self, conversation_id: str, new_id: str) -> None:
        """A second conversation with the same messages, which get ids of their own."""
        self._write(partial(writing.duplicate, conversation_id=conversation_id, new_id=new_id, moment=self._now()))

    def add(self, message: Message) -> None:
        """A message, in place of the one with its id if there is one."""
        moment = self._now()
        self._write(
            partial(
                writing.add,
                row=message_row(self._dated(message, moment)),
                conversation_id=message.conversation_id,
                moment=moment,
            )
        )

    def delete_messages(self, ids: Iterable[str]) -> None:
        """Delete messages and all below them. They can be brought back for 30 days."""
        self._write(partial(writing.delete_messages, ids=tuple(ids), moment=self._now()))

    def restore_messages(self, ids: Iterable[str]) -> None:
        """Bring messages back, and what was deleted with them."""
        self._write(partial(writing.restore_messages, ids=tuple(ids)))

    def put_blob(self, content: bytes) -> str:
        """Keep bytes, once. Returns their SHA-256 in hexadecimal."""
        name = sha256(content).hexdigest()
        self._write(partial(writing.put_blob, sha256=name, content=content, moment=self._now()))
        return name

    def save_preset(self, preset: Preset) -> None:
        """Keep parameters under a name, in place of those that had it."""
        name, parameters = storable(preset.name), json_text(preset.parameters)
        self._write(partial(writing.save_preset, name=name, parameters=parameters))

    def delete_preset(self, name: str) -> None:
        """Forget the parameters of that name."""
        self._write(partial(writing.delete_preset, name=storable(name)))

    def import_(self, loaded: Loaded) -> None:
        """A conversation from elsewhere. Of one that is there, only missing messages are added; nothing is changed."""
        self._write(partial(writing.import_, loaded=loaded))

    def begin(self, message: Message) -> AnswerWriter:
        """An answer that will come in pieces.

        Args:
            message: what is known of it; its text is what the pieces come after.
        """
        begun = self._dated(replace(message, status="streaming"), self._now())
        writer = AnswerWriter(begun, self._worker.post, self._forget, self._token, self._now)
        with self._lock:
            self._answers[begun.id] = writer
        return writer

    def make_ready(self) -> None:
        """Have the file opened, or made, and its log begun, for which the disk is waited for; later it is not."""
        self._write(writing.begin_log)

    def saved(self, timeout: float) -> bool:
        """Wait until what was written so far is on disk, unless it is known that it cannot be written now.

        Args:
            timeout: seconds to wait.

        Returns:
            whether it is on disk.
        """
        return self._worker.ask(attrgetter("saves"), timeout) == (True,)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything is on disk, and try once more what could not be written until now.

        Args:
            timeout: seconds to wait.

        Returns:
            whether it is.
        """
        return self._worker.ask(_settle, timeout) == (True,)

    def close(self) -> None:
        """Write everything and let go of the file. Whoever uses the library again opens it again."""
        self._worker.close(_CLOSING_PATIENCE)
        with self._lock:
            # What is still written then has no process that others could ask after.
            self._answers.clear()

    def _write(self, apply: Callable[[Base], None]) -> None:
        self._worker.post(Op(apply))

    def _read(self, look: Callable[[Base], T], default: T) -> T:
        found = self._worker.ask(lambda keeper: keeper.read(look, default))
        return default if found is None else found[0]

    def _dated(self, message: Message, moment: float) -> Message:
        return message if message.created_at else replace(message, created_at=moment)

    def _forget(self, answer: AnswerWriter) -> None:
        with self._lock:
            # The same message may be gone on with by then, by another one.
            if self._answers.get(answer.id) is answer:
                del self._answers[answer.id]

    def _open_answers(self) -> list[AnswerWriter]:
        with self._lock:
            return list(self._answers.values())

    def _make_keeper(self) -> Keeper:
        # SQLite is imported here, not when the app starts.
        from lmstudio_tui.store.library.keeper import Keeper

        keeper = Keeper(
            self.path,
            self._now,
            self._telling.say,
            writing=lambda: frozenset(answer.id for answer in self._open_answers()),
            again=lambda token: [op for answer in self._open_answers() for op in answer.again(token)],
        )
        self._keeper = keeper
        return keeper

    def _token(self) -> str | None:
        """Names this process; called in the library's thread."""
        return self._keeper.token()


def _settle(keeper: Keeper) -> bool:
    return keeper.retry()
