"""What nobody foresaw: it is written down and told, and the app goes on."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest
from app_parts import Driver, OpenApp

from lmstudio_tui.features.mishaps import MOST_REPORTS, Mishaps
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.app import LMStudioApp
from lmstudio_tui.tui.screens.help import HelpScreen
from lmstudio_tui.tui.screens.mishap import MishapScreen
from lmstudio_tui.tui.worker_bridge import Runs

pytestmark = pytest.mark.anyio
SECRET = "a-key-that-nobody-may-see"


@pytest.fixture
def mishaps(tmp_path: Path) -> Mishaps:
    return Mishaps(tmp_path / "reports", lambda: [SECRET])


def reports(mishaps: Mishaps) -> list[Path]:
    return sorted(mishaps.folder.glob("*.txt")) if mishaps.folder.exists() else []


def fail(*_: object, **__: object) -> NoReturn:
    raise ValueError(f"it broke at {SECRET}")


async def opened(ui: Driver, mishaps: Mishaps) -> None:
    await ui.ready()
    ui.app.guard(mishaps)


async def test_an_error_in_a_key_is_told_and_the_app_goes_on(
    open_app: OpenApp, simulator: SimulatorServer, mishaps: Mishaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LMStudioApp, "action_retry_server", fail)
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        await ui.type("half a question")
        await ui.press("f5")
        await ui.shows(
            "Something went wrong in the app itself", "ValueError: it broke at [key]", "A report without your"
        )
        assert SECRET not in ui.screen
        (report,) = reports(mishaps)
        await ui.press("escape")
        await ui.hides("Something went wrong")
        assert ui.composer.text == "half a question"
        await ui.press("enter")
        await ui.answered()
    text = report.read_text()
    assert SECRET not in text
    assert "ValueError: it broke at [key]" in text
    assert "LMStudioApp" in text
    assert str(Path.home()) not in text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700


async def test_each_of_many_errors_can_be_gone_on_from(
    open_app: OpenApp, simulator: SimulatorServer, mishaps: Mishaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LMStudioApp, "action_retry_server", fail)
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        for number in range(7):
            await ui.press("f5")
            await ui.shows("Something went wrong")
            assert len(reports(mishaps)) == number + 1
            await ui.press("enter")
            await ui.hides("Something went wrong")
        assert ui.app.is_running


async def test_a_screen_that_cannot_be_made_leaves_the_others(
    open_app: OpenApp, simulator: SimulatorServer, mishaps: Mishaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HelpScreen, "compose", fail)
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        await ui.press("f1")
        await ui.shows("Something went wrong")
        await ui.press("enter", "escape")
        await ui.until(lambda: not isinstance(ui.app.screen, MishapScreen | HelpScreen))
        await ui.ask("hello")
        await ui.answered()


async def test_one_may_leave(
    open_app: OpenApp, simulator: SimulatorServer, mishaps: Mishaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LMStudioApp, "action_retry_server", fail)
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        await ui.press("f5")
        await ui.shows("Something went wrong")
        await ui.press("q")
        await ui.until(lambda: not ui.app.is_running)
        assert ui.app.return_code == 1


async def test_work_on_the_side_is_written_down(
    open_app: OpenApp, simulator: SimulatorServer, mishaps: Mishaps
) -> None:
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        Runs(ui.app).start(fail, name="counting")
        await ui.until(lambda: "Something went wrong in the app itself (counting: ValueError). A report" in ui.told)
        assert "counting" in reports(mishaps)[0].read_text()


@pytest.mark.filterwarnings("ignore")
async def test_a_task_that_nobody_waits_for_is_written_down_and_not_printed(
    open_app: OpenApp,
    simulator: SimulatorServer,
    mishaps: Mishaps,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with open_app(simulator.base_url) as ui:
        await opened(ui, mishaps)
        ui.app.heed_loop()

        async def lost() -> Any:
            fail()

        task = asyncio.get_running_loop().create_task(lost())
        await ui.until(task.done)
        del task
        await ui.until(lambda: bool(reports(mishaps)))
        assert "never retrieved" in reports(mishaps)[0].read_text()
    assert "Traceback" not in capsys.readouterr().err


def test_only_the_latest_reports_are_kept(mishaps: Mishaps) -> None:
    mishaps.folder.mkdir()
    for number in range(MOST_REPORTS + 5):
        (mishaps.folder / f"2020-01-01T00-00-{number:02}-000.txt").write_text("old")
    assert mishaps.keep(ValueError("new"), "a test") is not None
    kept = reports(mishaps)
    assert len(kept) == MOST_REPORTS
    assert "ValueError: new" in kept[-1].read_text()


def test_a_folder_that_takes_no_files_is_no_second_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Mishaps(tmp_path / "file" / "reports", list).keep(ValueError("x"), "a test") is None
