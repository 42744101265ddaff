"""Long work beside the event loop: the server goes on answering while something is spoken, heard or drawn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from lmstudio_tui.simulator.uploads import Upload

T = TypeVar("T")

Stop: TypeAlias = Callable[[], bool]
"""Says whether nobody waits for the work any longer."""

_THREADS = 4


class Workers:
    """Some threads, made when they are first needed."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    async def do(self, work: Callable[[Stop], T], upload: Upload | None = None) -> T:
        """Do `work` in a thread.

        Args:
            work: Is given a function that says when to stop, because the client has left.
            upload: What it reads, which stays open until it ends.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_THREADS, "lmstudio-tui-simulator-work")
        left = threading.Event()
        held = upload.hold() if upload is not None else None
        job = self._pool.submit(work, left.is_set)
        if held is not None:
            job.add_done_callback(lambda _: held.release())
        try:
            return await asyncio.wrap_future(job)
        finally:
            left.set()
