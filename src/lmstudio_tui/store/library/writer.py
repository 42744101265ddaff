"""Keeping an answer while it is made."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from lmstudio_tui.store.library import writing
from lmstudio_tui.store.library.base import Op
from lmstudio_tui.store.library.pieces import REASONING, TEXT
from lmstudio_tui.store.library.rows import calls_text, message_row, storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.store.library.base import Base, Row
    from lmstudio_tui.store.library.records import Message, ToolCallRecord


@dataclass(slots=True)
class _Parts:
    """What was told and is not written yet."""

    texts: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    calls: tuple[ToolCallRecord, ...] | None = None
    told: Callable[[], None] | None = None
    """Called when it is written."""


@dataclass(slots=True)
class _Saved:
    """What is on disk of an answer, in case that the file is lost before the answer has ended."""

    begun: bool = False
    texts: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    calls: str | None = None


class AnswerWriter:
    """Keeps an answer while it is made. Cheap, and safe to call from any thread.

    Args:
        begun: what is known at its beginning; its text is what the pieces come after.
        post: takes what is to be written.
        ended: is called when nothing more comes.
        token: names this process.
        now: seconds since 1970.
    """

    def __init__(
        self,
        begun: Message,
        post: Callable[[Op], None],
        ended: Callable[[AnswerWriter], None],
        token: Callable[[], str | None],
        now: Callable[[], float],
    ) -> None:
        self.id = begun.id
        self._begun = begun
        self._post = post
        self._forget = ended
        self._token = token
        self._now = now
        self._row = message_row(begun)
        self._moment = now()
        self._lock = threading.Lock()
        self._open: _Parts | None = None
        self._saved = _Saved()
        self._over = False
        post(Op(self._begin, partial(setattr, self._saved, "begun", True)))

    def text(self, piece: str) -> None:
        """More of the answer."""
        self._tell(TEXT, piece)

    def reasoning(self, piece: str) -> None:
        """More of the reasoning."""
        self._tell(REASONING, piece)

    def calls(self, calls: tuple[ToolCallRecord, ...]) -> None:
        """The tool calls as far as they have come, all of them."""
        with self._lock:
            if not self._over:
                self._parts().calls = calls

    def when_kept(self, told: Callable[[], None]) -> None:
        """Have somebody told, in the library's thread, that what came so far is on disk; only the latest is told.

        Nobody is told while the library cannot be written, or when the answer ends before.
        """
        with self._lock:
            if not self._over:
                self._parts().told = told

    def replace(self, text: str, reasoning: str) -> None:
        """What came since the beginning was something else: this."""
        text, reasoning = storable(text), storable(reasoning)
        with self._lock:
            if self._over:
                return
            self._open = None
            self._post(
                Op(
                    partial(writing.replace_pieces, message_id=self.id, text=text, reasoning=reasoning),
                    partial(setattr, self._saved, "texts", [(TEXT, text), (REASONING, reasoning)]),
                )
            )

    def end(self, message: Message, kept: Callable[[], None] | None = None) -> None:
        """The answer as it is kept, in place of all that came; what is told afterwards is nothing any more.

        Args:
            kept: is called when it is on disk, in the library's thread.
        """
        if message.status == "streaming":
            message = replace(message, status="complete")
        if not message.created_at:
            message = replace(message, created_at=self._begun.created_at)
        row = message_row(message)
        with self._lock:
            self._over = True
            self._open = None
            end = partial(self._end, row=row, conversation_id=message.conversation_id, moment=self._now())
            self._post(Op(end, kept))

    def again(self, token: Callable[[], str | None]) -> list[Op]:
        """Writes anew what was on disk."""
        saved = self._saved
        if not saved.begun:
            return []
        texts, calls = list(saved.texts), saved.calls

        def write(base: Base) -> None:
            writing.add(base, self._row, self._begun.conversation_id, self._moment, token)
            writing.put_pieces(base, self.id, texts)
            if calls is not None:
                writing.replace_calls(base, self.id, calls)

        return [Op(write)]

    def _tell(self, kind: int, piece: str) -> None:
        if piece:
            with self._lock:
                if not self._over:
                    self._parts().texts.append((kind, piece))

    def _parts(self) -> _Parts:
        """Where to put what is told; it stays open until it is written."""
        parts = self._open
        if parts is None:
            self._open = parts = _Parts()
            self._post(Op(partial(self._write, parts=parts), partial(self._keep, parts)))
        return parts

    def _begin(self, base: Base) -> None:
        writing.add(base, self._row, self._begun.conversation_id, self._moment, self._token)

    def _write(self, base: Base, parts: _Parts) -> None:
        with self._lock:
            if self._open is parts:
                self._open = None
        # It may be written again, elsewhere: by then it is joined.
        parts.texts[:] = [
            (kind, storable("".join(text for _, text in some))) for kind, some in groupby(parts.texts, itemgetter(0))
        ]
        writing.put_pieces(base, self.id, parts.texts)
        if parts.calls is not None:
            writing.replace_calls(base, self.id, calls_text(parts.calls) or "[]")

    def _keep(self, parts: _Parts) -> None:
        self._saved.texts.extend(parts.texts)
        if parts.calls is not None:
            self._saved.calls = calls_text(parts.calls) or "[]"
        if parts.told is not None:
            parts.told()

    def _end(self, base: Base, row: Row, conversation_id: str, moment: float) -> None:
        writing.add(base, row, conversation_id, moment)
        self._forget(self)
