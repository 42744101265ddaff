"""The last requests, as they happen."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.inspector.keeping import Kept
from lmstudio_tui.sdk.recording import CallFinished, CallStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from lmstudio_tui.features.inspector.exchange import Exchange, Summary
    from lmstudio_tui.sdk.recording import Moment, Recorder

    Listener = Callable[[bool], None]

ENTRIES: Final = 500
MEMORY: Final = 32_000_000
"""Bytes that all bodies, events and headers may take together."""
_NOTHING, _POLLS, _WHAT_THEY_DID = range(3)
"""What those who subscribed have been told of since they read last."""


class ExchangeLog:
    """A recorder that keeps the last requests. Thread-safe; bounded in number and in memory.

    When there is no room, what the watching of the server did goes first, then the oldest. Bodies go before requests:
    one whose body is gone says so.

    Args:
        entries: how many requests are kept.
        memory: how many bytes of bodies, events and headers are kept, of the requests under way, too.
    """

    def __init__(self, *, entries: int = ENTRIES, memory: int = MEMORY) -> None:
        self._entries = entries
        self._limit = memory
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}
        self._weight = 0
        self._told = _NOTHING
        self._listeners: tuple[Listener, ...] = ()
        self._replaying: dict[int, str] = {}

    # Being told

    def record(self, moment: Moment, /) -> None:
        """Take note of a moment of a call that a person made."""
        self._note(moment, background=False)

    def background(self) -> Recorder:
        """A recorder for calls that no person made: they are kept here, too, for as long as there is room."""
        return _Background(self._note)

    @contextlib.contextmanager
    def replaying(self, call_id: str) -> Generator[None]:
        """The calls that this thread makes within the block repeat that one."""
        me = threading.get_ident()
        self._replaying[me] = call_id
        try:
            yield
        finally:
            del self._replaying[me]

    def _note(self, moment: Moment, *, background: bool) -> None:
        with self._lock:
            if isinstance(moment, CallStarted):
                self._begin(moment, background=background)
            else:
                kept = self._kept.get(moment.call_id)
                if kept is None:
                    return
                before = kept.weight
                kept.note(moment)
                self._weight += kept.weight - before
            if self._weight > self._limit:
                self._make_room()
            kept = self._kept.get(moment.call_id)
            polled = kept is not None and kept.background
            # Of a call that nobody waits for only the end is news.
            news = _WHAT_THEY_DID if not polled else _POLLS if isinstance(moment, CallFinished) else _NOTHING
        self._tell(news)

    def _begin(self, started: CallStarted, *, background: bool) -> None:
        replay_of = self._replaying.get(threading.get_ident())
        watching = background or started.background or started.feature == "health"
        kept = Kept(started, background=watching, replay_of=replay_of)
        self._kept[started.call_id] = kept
        self._weight += kept.weight
        while len(self._kept) > self._entries:
            self._forget(next(self._by_worth()))

    def _tell(self, news: int) -> None:
        """Tell those who subscribed, unless they know as much already."""
        with self._lock:
            if news <= self._told:
                return
            self._told = news
        for listener in self._listeners:
            listener(news == _POLLS)

    # Letting go

    def _by_worth(self) -> Iterator[str]:
        """The requests, those first that are missed least."""
        for background in (True, False):
            for ended in (True, False):
                for call_id, kept in self._kept.items():
                    if kept.background is background and (kept.finished is not None) is ended:
                        yield call_id

    def _forget(self, call_id: str) -> None:
        self._weight -= self._kept.pop(call_id).weight

    def _make_room(self) -> None:
        """Drop bodies, then headers, then requests."""
        order = [self._kept[call_id] for call_id in self._by_worth()]
        for kept in order:
            if self._weight <= self._limit:
                return
            if kept.body_weight:
                self._weight -= kept.weight
                kept.drop_bodies()
                self._weight += kept.weight
        for kept in order:
            if self._weight <= self._limit:
                return
            if kept.header_weight:
                self._weight -= kept.weight
                kept.drop_headers()
                self._weight += kept.weight
        while self._weight > self._limit and len(self._kept) > 1:
            self._forget(next(self._by_worth()))

    def clear(self) -> None:
        """Forget every request that has ended."""
        with self._lock:
            for call_id in [call_id for call_id, kept in self._kept.items() if kept.finished is not None]:
                self._forget(call_id)
            self._told = _NOTHING
        self._tell(_WHAT_THEY_DID)

    # Being read

    @property
    def weight(self) -> int:
        """The bytes of memory that are in use, about."""
        return self._weight

    def snapshot(self) -> tuple[Summary, ...]:
        """How every request stands, the newest first. Those who subscribed are told again when that has changed."""
        with self._lock:
            self._told = _NOTHING
            return tuple(kept.summary for kept in reversed(self._kept.values()))

    def get(self, call_id: str) -> Exchange | None:
        """All that is kept of a request; None when it was forgotten."""
        with self._lock:
            kept = self._kept.get(call_id)
            return None if kept is None else kept.exchange

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have somebody told that something has changed: once, until the next `snapshot`.

        Of what the watching of the server does only the end of a call is told; what a person does is told after that,
        too.

        Args:
            listener: called in the thread of whoever makes the call, with whether only the watching of the server has
                done something. It must be quick, and must not raise.

        Returns:
            what ends it.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe


class _Background:
    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note

    def record(self, moment: Moment, /) -> None:
        """Take note of a moment of a call that no person made."""
        self._note(moment, background=True)
