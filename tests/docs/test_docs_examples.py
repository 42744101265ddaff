"""Every example of the SDK guide runs as it stands, over real HTTP, and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import pytest

from documented import DOCS, Block, blocks
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

GUIDE = sorted(path for path in DOCS.glob("sdk*.md") if path.name != "sdk-reference.md")
QUICK = SimulatorConfig(speed=0, load_seconds=0, download_bytes_per_second=1e12)


def printed(block: Block) -> str:
    """What an example prints, or how it fails."""
    out = io.StringIO()
    code = compile(block.text, str(block), "exec")
    try:
        with contextlib.redirect_stdout(out):
            exec(code, {"__name__": "__main__"})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the page is told which of its examples it was
        return f"{out.getvalue()}{type(error).__name__}: {error}"
    return out.getvalue()


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.name)
def test_the_examples_run_and_print_what_is_said(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CONFIG_HOME"):  # nobody's settings
        monkeypatch.setenv(name, str(tmp_path))
    for name in [name for name in os.environ if name.startswith(("LM_STUDIO_", "LM_API", "LMSTUDIO_"))]:
        monkeypatch.delenv(name)
    examples = [one for one in blocks(page) if one.language == "python"]
    assert examples
    with SimulatorServer(QUICK) as server, SimulatorServer(SimulatorConfig(speed=0, flavour="openai")) as media:
        monkeypatch.setenv("LM_STUDIO_BASE_URL", server.base_url)
        monkeypatch.setenv("LM_STUDIO_AUDIO_BASE_URL", media.base_url)
        monkeypatch.setenv("LM_STUDIO_IMAGES_BASE_URL", media.base_url)
        found = {str(one): printed(one) for one in examples}
    assert found == {str(one): one.output for one in examples}
