"""Make the pictures of the README anew: `make screenshots`.

From the same fakes as the snapshot tests, so that they change only when the app does. SVG always; PNG where there is a
Chromium to draw it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "tui"))

from app_parts import Driver, FakeServer, services  # noqa: E402

from lmstudio_tui.features.chat.live import LiveAnswer  # noqa: E402
from lmstudio_tui.sdk import ServerRefusedError  # noqa: E402
from lmstudio_tui.tui.app import LMStudioApp  # noqa: E402

PROMPT = "Compare error handling in Rust and Go. Short table, then an example each."


async def picture(name: str, server: FakeServer, keys: list[str], wait_for: str, size: tuple[int, int]) -> None:
    """Open the app, press some keys, wait for a text, and save the screen."""
    with tempfile.TemporaryDirectory() as folder:
        app = LMStudioApp(services("http://127.0.0.1:1234", Path(folder), connect=server.connect))
        async with app.run_test(size=size) as pilot:
            ui = Driver(app, pilot)
            ui.composer.cursor_blink = False
            if server.health_error is None:
                await ui.ready()
            await pilot.press(*keys)
            await ui.shows(wait_for)
            await pilot.pause(0.3)
            app.save_screenshot(filename=f"{name}.svg", path=str(HERE))


def to_png(svg: Path) -> None:
    """Draw an SVG with Chromium, if there is one."""
    browser = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
    )
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text())
    if not browser or size is None:
        return
    width, height = (int(float(number)) + 1 for number in size.groups())
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
        flags += [f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        flags += [f"--screenshot={svg.with_suffix('.png')}", svg.as_uri()]
        subprocess.run([browser, *flags], check=True, capture_output=True)


async def main() -> None:
    """All of them."""
    LiveAnswer.thought = "thought for 2.40 s (12 tokens)"  # type: ignore[assignment,method-assign]
    asked = [*PROMPT, "enter"]
    await picture("chat", FakeServer(), asked, "tok/s", (120, 34))
    await picture("chat-80x24", FakeServer(), asked, "tok/s", (80, 24))
    await picture("models", FakeServer(), ["ctrl+t"], "gemma", (100, 24))
    refused = ServerRefusedError("Nothing answers: connection refused.")
    await picture("no-server", FakeServer(health_error=refused), [], "lms server start", (100, 24))
    for svg in sorted(HERE.glob("*.svg")):
        to_png(svg)


if __name__ == "__main__":
    asyncio.run(main())
