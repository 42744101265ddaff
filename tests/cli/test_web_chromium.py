"""The app in a real browser: it opens, chats with the simulator, and shows a picture."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import web_browser
from cli_runs import asked, some, started
from PIL import Image
from web_browser import browser

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from waiting import until

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(500),
    pytest.mark.skipif(web_browser.PROGRAM is None, reason="there is no Chromium here (Debian: apt install chromium)"),
]
_NEAR = 16
"""Of 255: how far a colour on the screen may be from that of the picture, which was made smaller on the way."""

Colour = tuple[int, ...]


def colours(image: Image.Image) -> set[Colour]:
    """Those of a picture that is made very small."""
    raw = image.convert("RGB").resize((8, 8), Image.Resampling.BOX).tobytes()
    return {tuple(raw[at : at + 3]) for at in range(0, len(raw), 3)}


def share_shown(wanted: set[Colour], screen: Image.Image) -> float:
    """How many of the colours are on the screen."""
    raw = screen.resize((screen.width // 2, screen.height // 2), Image.Resampling.NEAREST).tobytes()
    there = {tuple(raw[at : at + 3]) for at in range(0, len(raw), 3)}

    def near(one: Colour) -> bool:
        return any(max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR for other in there)

    return sum(map(near, wanted)) / len(wanted)


async def test_it_chats_and_shows_a_picture(
    sim: SimulatorServer, home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, flavour="openai")) as painter:
        monkeypatch.setenv("LM_STUDIO_IMAGES_BASE_URL", painter.base_url)
        with started("web", "--port", "0", "--base-url", sim.base_url) as process:
            address = some(process.stdout).decode().strip()
            async with browser(tmp_path_factory.mktemp("browser")) as chromium:
                page = await chromium.page(address)
                # The terminal has the focus without a click: else there are no keys below.
                await page.shows("is listening", "Help", "Commands")
                await page.comes_true("document.activeElement.classList.contains('xterm-helper-textarea')")
                await page.type("Hello from a browser")
                await page.press("Enter")
                await page.shows("no language model was run")
                assert b"Hello from a browser" in asked(sim)[-1].body

                await page.press("o", ctrl=True, code="KeyO")
                await page.shows("Go to")
                await page.type("6")
                await page.shows("No image yet")
                await page.type("a red house by the sea at sunset")
                await page.shows("sim-images")
                before = await page.picture()
                await page.press("r", ctrl=True, code="KeyR")
                assert painter.wait_for(lambda it: any(one.finished for one in asked(it)), web_browser.PATIENCE)
                until(lambda: list(home.rglob("*.png")), what="no picture was kept")
                with Image.open(next(home.rglob("*.png"))) as picture:
                    wanted = colours(picture)
                assert share_shown(wanted, before) < 0.5
                await page.looks(lambda screen: share_shown(wanted, screen) > 0.9)

                # Nothing was fetched from elsewhere.
                assert {urlsplit(one).netloc for one in page.requested} == {urlsplit(address).netloc}
                await page.close()
