"""A headless Chromium, driven by its own protocol: a page is opened, typed into, and looked at."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, ClientWebSocketResponse
from PIL import Image

PROGRAM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""Where it is; None when there is none."""
PATIENCE: Final = 90.0
"""Seconds for whatever is waited for; a busy machine takes a good part of it to open the app in a page."""
_KEYS: Final = {"Enter": (13, "\r"), "Escape": (27, ""), "F1": (112, ""), "F2": (113, "")}
_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?<>=$]*[a-zA-Z]")
_OPTIONS: Final = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1000,640"),
    "--remote-debugging-port=0",
)


class Page:
    """A page in the browser.

    Args:
        connection: to its protocol.
    """

    def __init__(self, connection: ClientWebSocketResponse) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.requested: list[str] = []
        """The addresses that it has asked for."""
        self.received = ""
        """What the app has painted, without colours and places."""

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and wait for its answer."""
        number = next(self._numbers)
        await self._connection.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE):
            while True:
                said: dict[str, Any] = await self._connection.receive_json()
                if said.get("method") in {"Network.requestWillBeSent", "Network.webSocketCreated"}:
                    about = said["params"]
                    self.requested.append(about["request"]["url"] if "request" in about else about["url"])
                if said.get("method") == "Network.webSocketFrameReceived" and said["params"]["response"]["opcode"] == 2:
                    painted = base64.b64decode(said["params"]["response"]["payloadData"]).decode()
                    self.received += _SEQUENCE.sub("", painted)
                if said.get("id") == number:
                    assert "error" not in said, said["error"]
                    return said["result"]

    async def evaluate(self, expression: str) -> Any:
        """The value of some JavaScript in the page."""
        done = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    async def open(self, address: str) -> None:
        """Go there."""
        await self.ask("Network.enable")
        await self.ask("Page.enable")
        await self.ask("Page.bringToFront")
        await self.ask("Page.navigate", url=address)

    async def comes_true(self, expression: str) -> None:
        """Wait until some JavaScript is true."""
        async with asyncio.timeout(PATIENCE):
            while not await self.evaluate(expression):
                await asyncio.sleep(0.05)

    async def shows(self, *texts: str) -> None:
        """Wait until the app has painted texts, each in one line and one go, since this was last asked for."""
        async with asyncio.timeout(PATIENCE):
            while not all(text in self.received for text in texts):
                await self.evaluate("0")
                await asyncio.sleep(0.05)
        self.received = ""

    async def type(self, text: str) -> None:
        """Type a text as one would."""
        for letter in text:
            await self.ask("Input.dispatchKeyEvent", type="char", text=letter)

    async def press(self, key: str, *, code: str = "", ctrl: bool = False) -> None:
        """Press a key and let it go."""
        number, text = _KEYS.get(key, (ord(key[0].upper()), "" if ctrl else key))
        about = {
            "key": key,
            "code": code or key,
            "windowsVirtualKeyCode": number,
            "modifiers": 2 if ctrl else 0,
            **({"text": text} if text else {}),
        }
        await self.ask("Input.dispatchKeyEvent", type="keyDown", **about)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    async def picture(self) -> Image.Image:
        """What is seen of it."""
        taken = await self.ask("Page.captureScreenshot", format="png")
        return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")

    async def looks(self, right: Callable[[Image.Image], bool]) -> Image.Image:
        """Wait until the picture is as it should be."""
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = await self.picture()
                if right(seen):
                    return seen
                await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Close its tab."""
        await self._connection.send_json({"id": next(self._numbers), "method": "Page.close"})
        await self._connection.close()


class Browser:
    """A running browser.

    Args:
        session: to ask it with.
        port: at which it is asked.
    """

    def __init__(self, session: ClientSession, port: int) -> None:
        self._session, self._port = session, port

    async def page(self, address: str) -> Page:
        """A new tab, at an address."""
        async with self._session.put(f"http://127.0.0.1:{self._port}/json/new?about:blank") as answer:
            target = (await answer.json(content_type=None))["webSocketDebuggerUrl"]
        page = Page(await self._session.ws_connect(target, max_msg_size=0))
        await page.open(address)
        return page


@asynccontextmanager
async def browser(folder: Path) -> AsyncGenerator[Browser]:
    """A browser of nobody's, for as long as the block.

    Args:
        folder: for what it keeps.
    """
    assert PROGRAM is not None
    root = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
    command = [PROGRAM, *_OPTIONS, *root, f"--user-data-dir={folder}", "about:blank"]
    environ = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
    try:
        told = folder / "DevToolsActivePort"
        async with asyncio.timeout(PATIENCE):
            while not (told.exists() and told.read_text().strip()):
                assert process.poll() is None, "the browser has ended"
                await asyncio.sleep(0.05)
        async with ClientSession() as session:
            yield Browser(session, int(told.read_text().split()[0]))
    finally:
        process.terminate()
        process.wait(PATIENCE)
