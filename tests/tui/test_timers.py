"""Timers on a machine so busy that between any two steps more time goes by than their delay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from time import monotonic
from types import SimpleNamespace

import pytest
from app_parts import screen_text, until
from textual.app import App, ComposeResult
from textual.widgets import Static

from lmstudio_tui.sdk import CancelScope
from lmstudio_tui.tui.timers import TimelyApp, once
from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn
from lmstudio_tui.tui.worker_bridge import Run

pytestmark = pytest.mark.anyio


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("here")


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At every second look at the clock 50 ms more have gone by; a thread that is always late would do nothing else."""
    looks = count()
    with monkeypatch.context() as patched:
        late = SimpleNamespace(get_time=lambda: monotonic() + next(looks) // 2 * 0.05)
        patched.setattr("textual.timer._time", late)
        yield


async def test_timers_that_are_late_from_the_start_tick_once(busy: None) -> None:
    ticks: list[int] = []
    app = Host()
    async with app.run_test() as pilot:
        for number in range(20):
            once(app.query_one(Static), 0.001, partial(ticks.append, number))
        await until(pilot, lambda: len(ticks) >= 20)
        await pilot.pause(0.05)
        assert sorted(ticks) == list(range(20))


async def test_the_timers_of_the_app_are_as_sure(busy: None) -> None:
    """By one Textual heeds a change of size, by another it draws again after a dialog."""
    ticks: list[int] = []
    app = TimelyApp()
    async with app.run_test() as pilot:
        for number in range(20):
            app.set_timer(0.001, partial(ticks.append, number))
        await until(pilot, lambda: len(ticks) == 20)


async def test_a_timer_that_was_stopped_does_not_tick(busy: None) -> None:
    ticks: list[bool] = []
    app = Host()
    async with app.run_test() as pilot:
        once(app, 0.001, lambda: ticks.append(True)).stop()
        await pilot.pause(0.05)
        assert ticks == []


async def test_what_threads_say_arrives_all_the_same(busy: None) -> None:
    app = Host()
    async with app.run_test() as pilot:
        for _ in range(10):
            said: list[int] = []
            go_on = threading.Event()

            def work(emit: Callable[[int], None], scope: CancelScope, go_on: threading.Event = go_on) -> None:
                for number in range(3):
                    emit(number)
                    scope.wait(0.01)
                assert go_on.wait(10)

            run = Run(app, work, items=said.extend)
            await until(pilot, lambda said=said: said == [0, 1, 2])
            assert not run.ended
            go_on.set()
            await until(pilot, lambda run=run: run.ended)


@pytest.mark.parametrize("again", range(5))
async def test_a_transcript_is_drawn_to_its_end(again: int, busy: None) -> None:
    del again

    class Reader(App[None]):
        def compose(self) -> ComposeResult:
            yield Transcript()

    app = Reader()
    async with app.run_test(size=(60, 20)) as pilot:
        transcript = app.query_one(Transcript)
        transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
        for number in range(20):
            transcript.append_text("a", f"Paragraph {number}.\n\n")
            await until(pilot, lambda number=number: f"Paragraph {number}." in screen_text(pilot))
