"""One app for one page: its process, what goes to it and what comes from it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from textual_serve.app_service import AppService

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Mapping, Sequence

_SIGN: Final = b"__GANGLION__\n"
"""The line with which Textual's driver for the web begins."""
_LINES_BEFORE: Final = 10
_PATIENCE: Final = 15.0
"""Seconds in which an app that was told to end has to have kept what it had."""
_LONGEST_WORDS: Final = 20_000
_LEFT: Final = b"\x1b[?1049l\x1b[0m\x1b[2J\x1b[H"
"""From the app's screen to an empty one."""
_OPENED: Final = frozenset({"http", "https", "mailto"})


class PageApp(AppService):
    """The app of one page. textual-serve's own runs it by a shell, prints what it says on standard error to standard
    output, and waits for its end for ever.

    Args:
        arguments: the command.
        environ: its environment.
        complain: is told what an app has said that did not come to open.
        options: of textual-serve's.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        complain: Callable[[str], None],
        **options: Any,
    ) -> None:
        super().__init__("", **options)
        self._arguments, self._environ, self._complain = arguments, environ, complain

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._environ, "COLUMNS": str(width), "ROWS": str(height)},
            # Ctrl+C in the terminal is for the server, which ends its apps in order.
            start_new_session=os.name == "posix",
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Hand on what the app says until it ends; then close the page's connection."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        words = asyncio.create_task(_read(process.stderr))
        opened = False
        try:
            opened = await _begins(process.stdout)
            while opened:
                await self._hand_on(process.stdout)
        except asyncio.IncompleteReadError:
            pass  # the app has ended
        said = (await self._ended(process, words)).decode("utf-8", "replace").strip()
        with contextlib.suppress(ConnectionError):
            # Whoever closed the page before does not miss it.
            if self._task is not None and (process.returncode or not opened):
                self._complain(said)
                await self.on_data(_LEFT + (said.replace("\n", "\r\n") or "The app did not open.").encode())
            await self.remote_close()

    async def _hand_on(self, stream: asyncio.StreamReader) -> None:
        head = await stream.readexactly(5)
        payload = await stream.readexactly(int.from_bytes(head[1:], "big"))
        match head[:1]:
            case b"D":
                await self.on_data(payload)
            case b"M":
                await self.on_meta(payload)
            case b"P":
                await self.on_packed(payload)
            case _:
                pass

    async def on_data(self, payload: bytes) -> None:
        """What is to be seen; when the page is gone, the app is still heard to its end."""
        with contextlib.suppress(ConnectionError):
            await super().on_data(payload)

    async def on_meta(self, data: bytes) -> None:
        """What the app wants of the browser."""
        import json

        wanted: dict[str, Any] = json.loads(data)
        # The connection is closed when the process has ended, so that nobody opens it again before all is kept.
        if wanted.get("type") == "exit":
            return
        if wanted.get("type") == "open_url" and urlsplit(str(wanted.get("url"))).scheme not in _OPENED:
            return
        with contextlib.suppress(ConnectionError):
            await super().on_meta(data)

    async def stop(self) -> None:
        """End the app, in order if it can."""
        task, self._task = self._task, None
        if task is None:
            return
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        await self.send_meta({"type": "quit"})
        await asyncio.wait({task}, timeout=_PATIENCE)
        self.kill()
        await asyncio.wait({task}, timeout=_PATIENCE)

    def kill(self) -> None:
        """End the app on the spot, if it is still there."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _ended(self, process: Process, words: asyncio.Task[bytes]) -> bytes:
        """Wait until the process has ended; what it has said on standard error."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            self.kill()
            await process.wait()
        # Programs that it has left behind may hold its standard error open.
        await asyncio.wait({words}, timeout=1)
        return words.result() if words.done() else b""


async def _begins(stream: asyncio.StreamReader) -> bool:
    """Whether it is an app that begins."""
    for _ in range(_LINES_BEFORE):
        line = await stream.readline()
        if line == _SIGN or not line:
            return bool(line)
    return False


async def _read(stream: asyncio.StreamReader) -> bytes:
    """All of it, of which the beginning is kept."""
    found = b""
    while more := await stream.read(4096):
        found = (found + more)[:_LONGEST_WORDS]
    return found
