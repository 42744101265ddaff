"""A recorder that keeps everything, for tests."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from sdk_servers import RawServer, answering, ask, config

from lmstudio_tui.sdk import LMStudioClient, LMStudioError, Moment, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable


M = TypeVar("M")


class Tape:
    """A recorder that keeps everything, and the threads it was told in."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.threads: set[int] = set()

    def record(self, moment: Moment, /) -> None:
        self.moments.append(moment)
        self.threads.add(threading.get_ident())

    def all(self, kind: type[M]) -> list[M]:
        """The moments of a kind."""
        return [moment for moment in self.moments if isinstance(moment, kind)]

    def one(self, kind: type[M]) -> M:
        """The only moment of a kind."""
        [moment] = self.all(kind)
        return moment

    @property
    def kinds(self) -> list[str]:
        """What happened, by name."""
        return [type(moment).__name__ for moment in self.moments]


def taped(*answers: bytes, call: Callable[[LMStudioClient], object] | None = None, **settings: Any) -> Tape:
    """What is told of a call, by default of a chat in one piece."""
    tape = Tape()
    recorder: Recorder = tape
    with (
        RawServer(answering(*answers)) as server,
        LMStudioClient(config(server, **settings), recorder=recorder) as client,
        contextlib.suppress(LMStudioError),
    ):
        call(client) if call else client.create_chat_completion(ask())
    return tape
