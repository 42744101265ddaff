"""Make the pictures of the README anew: `make screenshots`. With `--check`, tell which are not as the app is now.

From the same fakes as the snapshot tests, so that they change only when the app does. SVG always; PNG where there is a
Chromium to draw it.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "tui"))

from app_parts import Driver, FakeServer, services  # noqa: E402
from picture_chats import ComparedServer, fill  # noqa: E402
from picture_embeddings import MODELS as EMBEDDING_MODELS  # noqa: E402
from picture_embeddings import QUERY, EmbeddingServer, fill_embeddings  # noqa: E402
from picture_first import PicturedDesk  # noqa: E402
from picture_media import connect as connect_beside  # noqa: E402
from picture_media import fill_media, service_config  # noqa: E402
from picture_parts import URL, PicturedServer, begin_download, connect, exchanges, profiles  # noqa: E402
from textual.widgets import Input  # noqa: E402

from lmstudio_tui.features import facts, health  # noqa: E402
from lmstudio_tui.features.chat.live import LiveAnswer  # noqa: E402
from lmstudio_tui.sdk import CancelScope, ServerKind, ServerRefusedError  # noqa: E402
from lmstudio_tui.tui import server_display  # noqa: E402
from lmstudio_tui.tui.app import LMStudioApp  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

PROMPT = "Compare error handling in Rust and Go. Short table, then an example each."
LATENCIES = (2.6, 3.1, 2.4, 4.8, 3.3, 2.7, 6.2, 3.0, 2.5, 2.9, 3.4)
OFTEN, NEVER = 0.01, 3600.0


class Watched(PicturedServer):
    """Is looked at a few times, and then no more."""

    asked = 0

    def ping(self, kind: ServerKind, *, scope: CancelScope | None = None) -> float:
        """A sign of life, each in its own time."""
        super().ping(kind, scope=scope)
        self.asked += 1
        health._EVERY = OFTEN if self.asked < len(LATENCIES) else NEVER  # noqa: SLF001
        return LATENCIES[(self.asked - 1) % len(LATENCIES)]


@dataclass(frozen=True)
class Picture:
    """What is to be on a picture.

    Attributes:
        name: of its file.
        size: columns and lines.
        keys: are pressed, one after the other; one that begins with `@` is a text to wait for.
        wait_for: texts that have to be there at last.
        server: makes the server.
        downloading: whether something is being downloaded.
        pane: the one to begin with.
        chats: whether there are conversations already.
        media: whether audio and images have servers of their own, and something was made there before.
        texts: how many models embed a set of texts; 0 for no set.
        theme: in which colours.
        newcomer: whether the app is seen for the first time.
    """

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    wait_for: tuple[str, ...]
    server: Callable[[], FakeServer] = FakeServer
    downloading: bool = False
    pane: str | None = None
    chats: bool = False
    media: bool = False
    texts: int = 0
    theme: str | None = None
    newcomer: bool = False


REFUSED = ServerRefusedError("Nothing answers: connection refused.")
ASKED = (*PROMPT, "enter")
OPENED = ("@2.4k", "alt+right", "@Sundog", "alt+left", "@stop")
COMPARED = (
    "@2.4k",
    *"How does Rust handle errors?",
    "alt+c",
    "@Who",
    "a",
    "@filter",
    *"gpt",
    "@20B",
    "enter",
    "ctrl+r",
)
SORTED = ("@● embedded", "alt+s", "o", "@o sorts as they", "down", "down")
NEAREST = ("@● embedded", "alt+n", *QUERY, "@±", "tab")
MAPPED = ("@● embedded", "alt+m", "@of the variance")
SAID = "The build is green again."
PICTURES = (
    Picture("chat", (120, 34), ASKED, ("tok/s",)),
    Picture("chat-80x24", (80, 24), ASKED, ("tok/s",)),
    Picture("conversations", (100, 30), (*OPENED, "f7", "@Today", *"for"), ("Sourdough",), Watched, chats=True),
    Picture("parameters", (120, 34), (*OPENED, "f10"), ("Presets",), Watched, chats=True),
    Picture("compare", (120, 30), COMPARED, ("★",), ComparedServer, chats=True),
    Picture("tour", (100, 30), (), ("Ask anything",), newcomer=True),
    Picture("jump", (120, 34), (*ASKED, "@tok/s", "ctrl+o"), ("Go to",)),
    Picture("settings", (100, 30), ("f12", "@base_url"), ("LM_STUDIO_BASE_URL",)),
    Picture("light", (120, 34), ASKED, ("tok/s",), theme="quiet-light"),
    Picture("models", (100, 24), ("ctrl+t",), ("gemma",)),
    Picture("no-server", (100, 24), (), ("lms server start",), lambda: FakeServer(health_error=REFUSED)),
    Picture("models-pane", (160, 44), ("down",), ("60 %", "listed by"), Watched, downloading=True, pane="models"),
    Picture("models-pane-80x24", (80, 24), (), ("qwen3-8b",), Watched, pane="models"),
    Picture("embeddings", (164, 44), SORTED, ("0.696",), EmbeddingServer, pane="embeddings", texts=1),
    Picture("embeddings-nearest", (120, 34), NEAREST, ("rank 1",), EmbeddingServer, pane="embeddings", texts=2),
    Picture("embeddings-map", (120, 34), MAPPED, ("32 points",), EmbeddingServer, pane="embeddings", texts=1),
    Picture("transcribe", (120, 34), ("@Weekly",), ("Good morning", "✓ images"), pane="transcribe", media=True),
    Picture("speech", (120, 34), (*SAID,), ("af_heart", "✓ images"), pane="speech", media=True),
    Picture("images", (120, 34), ("@red house",), ("512×512", "✓ images"), pane="images", media=True),
    Picture("inspector", (160, 44), ("5",), ("+0.420",), Watched, pane="inspector"),
    Picture("servers", (100, 30), ("f4", "@nas", "f", "@Ollama"), ("Enter adds",), Watched),
    Picture("server-facts", (100, 30), ("f3", "@Health", *["down"] * 3), ("Latency:",), Watched),
)


async def draw(picture: Picture, folder: Path) -> Path:
    """Open the app, press some keys, wait for what is to be there, and save the screen in a folder."""
    server = picture.server()
    health._EVERY = OFTEN if isinstance(server, Watched) else NEVER  # noqa: SLF001
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        if picture.downloading:
            begin_download(home)
        if picture.chats:
            fill(home)
        if picture.media:
            fill_media(home)
        if picture.texts:
            fill_embeddings(home, *EMBEDDING_MODELS[: picture.texts])
        handed = services(
            URL,
            home,
            connect=connect_beside(server) if picture.media else connect(server),
            service_config=service_config if picture.media else None,
            exchanges=exchanges(),
            profiles=profiles(home),
            pane=picture.pane,
            theme=picture.theme,
            tour=picture.newcomer,
            settings=PicturedDesk(),
        )
        app = LMStudioApp(replace(handed, profile="studio"))
        async with app.run_test(size=picture.size) as pilot:
            ui = Driver(app, pilot)
            ui.composer.cursor_blink = False
            if isinstance(server, Watched):
                await ui.until(lambda: len(app._view.latencies) > len(LATENCIES))  # noqa: SLF001
            elif server.health_error is None and not picture.chats and picture.pane is None:
                await ui.ready()
            for key in picture.keys:
                if key.startswith("@"):
                    await ui.shows(key[1:])
                else:
                    await pilot.press(key)
            await ui.shows(*picture.wait_for)
            if picture.keys == ASKED:
                # What was never in view has an estimated height: look at all of it once, for an exact scroll bar.
                ui.transcript.action_start()
                await ui.shows(PROMPT[:30])
                ui.transcript.action_end()
                await ui.shows(*picture.wait_for)
            await pilot.pause(0.3)
            return Path(app.save_screenshot(filename=f"{picture.name}.svg", path=str(folder)))


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


def _morning(moment: float) -> str:
    """Every moment of a picture is the same."""
    del moment
    return "09:41:00"


async def main() -> None:
    """All of them, or those that are named."""
    LiveAnswer.thought = "thought for 2.40 s (12 tokens)"  # type: ignore[assignment,method-assign]
    facts.clock = server_display.clock = _morning
    Input.cursor_blink = False  # type: ignore[assignment]
    check = "--check" in sys.argv
    named = [one for one in sys.argv[1:] if not one.startswith("-")]
    wanted = [one for one in PICTURES if not named or one.name in named]
    if check:
        sys.exit(await tell_old(wanted))
    for picture in wanted:
        to_png(await draw(picture, HERE))


async def tell_old(pictures: list[Picture]) -> int:
    """Say which pictures do not show what the app shows; how many those are."""
    old = 0
    with tempfile.TemporaryDirectory() as name:
        for picture in pictures:
            kept, now = HERE / f"{picture.name}.svg", await draw(picture, Path(name))
            if not kept.exists() or words_of(kept) != words_of(now):
                old += 1
                print(f"screenshots/{picture.name}.svg is old: look at what `make screenshots` makes of it.")
        for kept in HERE.glob("*.svg"):
            if kept.stem not in {one.name for one in PICTURES}:
                old += 1
                print(f"screenshots/{kept.name} is of nothing: remove it.")
    return old


def words_of(svg: Path) -> list[str]:
    """What a picture says, but for what is measured: the time of day, and how quick the machine was."""
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", svg.read_text(encoding="utf-8"))
    return [re.sub(r"[\d▁-█.,]+", "#", html.unescape(text).replace("\xa0", " ")) for text in texts]


if __name__ == "__main__":
    asyncio.run(main())
