"""From worker threads to the app's loop: in order, coalesced, ended once, and quiet when nobody listens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from app_parts import until
from textual.app import App, ComposeResult
from textual.message_pump import MessagePump
from textual.widgets import Static

from lmstudio_tui.sdk import CancelScope, RequestCancelledError
from lmstudio_tui.tui.worker_bridge import Run, Runs

pytestmark = pytest.mark.anyio

BURST = 6_000
Emit = Callable[[int], None]


class Host(App[None]):
    """An app that starts runs and writes down what comes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = Runs(self)
        self.batches: list[list[int]] = []
        self.said: list[object] = []
        self.ends: list[object] = []
        self.threads: set[int] = set()

    def compose(self) -> ComposeResult:
        yield Static("owner", id="owner")

    def start(self, work: Callable[[Emit, CancelScope], object], runs: Runs | None = None) -> Run[int, object]:
        """Start this work; what comes goes into the lists."""
        return (runs or self.runs).start(
            work, items=self._items, finished=self._finished, crashed=self._crashed, name="test-run"
        )

    def _items(self, items: list[int]) -> None:
        self.threads.add(threading.get_ident())
        self.batches.append(items)
        self.said += items

    def _finished(self, result: object) -> None:
        self.threads.add(threading.get_ident())
        self.said.append("end")
        self.ends.append(result)

    def _crashed(self, error: BaseException) -> None:
        self.threads.add(threading.get_ident())
        self.said.append("end")
        self.ends.append(error)

    @property
    def items(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


@pytest.fixture
def thread_failures(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whatever a thread did not catch."""
    failures: list[object] = []

    def note(failure: Any) -> None:
        failures.append(failure.exc_value)

    monkeypatch.setattr(threading, "excepthook", note)
    return failures


async def join(*threads: threading.Thread) -> None:
    """Wait for these threads to end, while the loop goes on."""
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()


async def settle(app: Host, *threads: threading.Thread) -> None:
    """Wait for these threads to end, and for whatever may still be on its way from them.

    A delivery is put off by a thirtieth of a second at most. Another run begins now, and its second delivery is put off
    by as much after its first: by then all that was put off before has had its turn.
    """
    await join(*threads)
    delivered = threading.Semaphore(0)
    done = asyncio.Event()

    def work(emit: Emit, _: CancelScope) -> None:
        for number in range(2):
            emit(number)
            assert delivered.acquire(timeout=30)

    Runs(app).start(work, items=lambda _: delivered.release(), finished=lambda _: done.set(), name="later")
    async with asyncio.timeout(60):
        await done.wait()


def worker() -> threading.Thread:
    """The thread of the only run there is."""
    (found,) = [thread for thread in threading.enumerate() if thread.name == "test-run"]
    return found


def burst(emit: Emit, _: CancelScope) -> str:
    for number in range(BURST):
        emit(number)
    return "done"


# What arrives


async def test_a_burst_arrives_in_order_and_in_few_deliveries() -> None:
    app = Host()
    async with app.run_test() as pilot:
        began = time.monotonic()
        app.start(burst)
        await until(pilot, lambda: bool(app.ends))
        took = time.monotonic() - began
    assert app.said == [*range(BURST), "end"]
    assert app.ends == ["done"]
    # At most 30 a second, and those at the beginning and at the end.
    assert len(app.batches) <= 30 * took + 2
    assert len(app.batches) < BURST / 10


async def test_all_is_told_in_the_apps_own_thread() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.start(burst)
        app.start(lambda emit, scope: 1 / 0)
        await until(pilot, lambda: len(app.ends) == 2)
    assert app.threads == {threading.get_ident()}


async def test_a_steady_stream_is_shown_while_it_comes() -> None:
    app = Host()

    def work(emit: Emit, scope: CancelScope) -> str:
        for number in range(60):
            emit(number)
            scope.wait(0.005)
        return "done"

    async with app.run_test() as pilot:
        app.start(work)
        await until(pilot, lambda: bool(app.ends))
    assert app.items == list(range(60))
    assert 2 <= len(app.batches) < 60


async def test_a_single_item_is_not_kept_waiting_for_the_end() -> None:
    app = Host()
    go_on = threading.Event()

    def work(emit: Emit, _: CancelScope) -> str:
        emit(1)
        assert go_on.wait(10)
        emit(2)
        return "done"

    async with app.run_test() as pilot:
        app.start(work)
        await until(pilot, lambda: app.said == [1])
        go_on.set()
        await until(pilot, lambda: bool(app.ends))
    assert app.said == [1, 2, "end"]


async def test_the_last_items_come_before_the_end_every_time() -> None:
    app = Host()
    async with app.run_test() as pilot:
        for times in range(1, 21):
            app.said.clear()
            app.start(lambda emit, scope: [emit(number) for number in range(3)])
            await until(pilot, lambda times=times: len(app.ends) == times)
            assert app.said == [0, 1, 2, "end"]


async def test_nobody_needs_to_listen(thread_failures: list[object]) -> None:
    app = Host()

    def fail(emit: Emit, scope: CancelScope) -> None:
        raise ValueError("a defect")

    async with app.run_test() as pilot:
        run = app.runs.start(burst)
        failed = app.runs.start(fail)
        await until(pilot, lambda: run.ended and failed.ended)
    assert thread_failures == []


# How it ends


async def test_a_run_ends_once() -> None:
    app = Host()
    async with app.run_test() as pilot:
        run = app.start(burst)
        await until(pilot, lambda: bool(app.ends))
        run.cancel()
        run.drop()
        await settle(app)
    assert app.said.count("end") == 1
    assert app.said[-1] == "end"
    assert run.ended


@pytest.mark.parametrize("error", [ValueError("a defect"), SystemExit(3), KeyboardInterrupt()], ids=repr)
async def test_a_crash_is_told_once_after_what_came_before(error: BaseException, thread_failures: list[object]) -> None:
    app = Host()

    def work(emit: Emit, _: CancelScope) -> None:
        emit(1)
        emit(2)
        raise error

    async with app.run_test() as pilot:
        app.start(work)
        await until(pilot, lambda: bool(app.ends))
        await settle(app)
    assert app.said == [1, 2, "end"]
    assert app.ends == [error]
    assert thread_failures == []


async def test_a_crash_that_nobody_asked_for_is_said_on_the_screen() -> None:
    def work(emit: Emit, scope: CancelScope) -> None:
        raise TypeError("[red]a defect")

    app = Host()
    async with app.run_test(notifications=True) as pilot:
        app.runs.start(work, name="settings")
        await until(pilot, lambda: len(app._notifications) == 1)
        said = next(iter(app._notifications))
    assert said.message == "Something went wrong in the app itself (settings: TypeError)."
    assert said.severity == "error"


async def test_a_cancel_reaches_the_work_and_its_result_is_delivered() -> None:
    app = Host()
    began = threading.Event()

    def work(emit: Emit, scope: CancelScope) -> str:
        emit(1)
        began.set()
        try:
            scope.wait(60)
        except RequestCancelledError:
            emit(2)
            return "cancelled"
        return "not cancelled"

    async with app.run_test() as pilot:
        run = app.start(work)
        assert await asyncio.to_thread(began.wait, 10)
        pressed = time.monotonic()
        run.cancel()
        await until(pilot, lambda: bool(app.ends))
        # The promise is 100 ms; a machine that does other things too may take longer.
        assert time.monotonic() - pressed < 5.0
    assert run.scope.cancelled
    assert app.said == [1, 2, "end"]
    assert app.ends == ["cancelled"]


async def test_only_the_run_that_is_cancelled_ends() -> None:
    app = Host()
    go_on = threading.Event()

    def work(emit: Emit, scope: CancelScope) -> str:
        while not go_on.wait(0.01):
            if scope.cancelled:
                return "cancelled"
        return "done"

    async with app.run_test() as pilot:
        first, second = app.start(work), app.start(work)
        first.cancel()
        await until(pilot, lambda: first.ended)
        assert not second.ended
        go_on.set()
        await until(pilot, lambda: second.ended)
    assert app.ends == ["cancelled", "done"]


# Who is no longer heard


@pytest.mark.parametrize("outcome", ["result", "crash"])
async def test_a_dropped_run_delivers_nothing_more(outcome: str, thread_failures: list[object]) -> None:
    app = Host()
    dropped = threading.Event()

    def work(emit: Emit, scope: CancelScope) -> str:
        emit(1)
        assert dropped.wait(10)
        assert scope.cancelled
        burst(emit, scope)
        if outcome == "crash":
            raise ValueError("a defect")
        return "done"

    async with app.run_test() as pilot:
        run = app.start(work)
        await until(pilot, lambda: app.said == [1])
        thread = worker()
        run.drop()
        dropped.set()
        await settle(app, thread)
    assert app.said == [1]
    assert thread_failures == []


async def test_what_waits_for_its_delivery_is_dropped_too() -> None:
    app = Host()
    async with app.run_test():
        run = app.start(burst)
        # The loop has had no turn yet, so that nothing can have been delivered.
        run.drop()
        await settle(app, *(thread for thread in threading.enumerate() if thread.name == "test-run"))
    assert app.said == []


async def test_all_of_an_owners_runs_can_be_dropped(thread_failures: list[object]) -> None:
    app = Host()
    ends: list[bool] = []

    def work(emit: Emit, scope: CancelScope) -> None:
        try:
            while True:
                emit(1)
                scope.wait(0.001)
        finally:
            ends.append(scope.cancelled)

    async with app.run_test() as pilot:
        runs = [app.start(work) for _ in range(5)]
        finished = app.start(lambda emit, scope: "done")
        await until(pilot, lambda: finished.ended and len(app.batches) > 5)
        threads = [thread for thread in threading.enumerate() if thread.name == "test-run"]
        app.runs.drop_all()
        heard = len(app.said)
        await settle(app, *threads)
        assert len(app.said) == heard
        assert not any(run.ended for run in runs)
        # The owner can go on with others.
        app.start(lambda emit, scope: "another")
        await until(pilot, lambda: app.ends == ["done", "another"])
    assert ends == [True] * 5
    assert thread_failures == []


# Many at once


async def test_ten_runs_do_not_wait_for_each_other() -> None:
    app = Host()
    together = threading.Barrier(10)

    def work(number: int) -> Callable[[Emit, CancelScope], int]:
        def count(emit: Emit, _: CancelScope) -> int:
            together.wait(10)  # passes only when all ten are under way
            for item in range(200):
                emit(1000 * number + item)
            return number

        return count

    async with app.run_test() as pilot:
        for number in range(10):
            app.start(work(number))
        await until(pilot, lambda: len(app.ends) == 10)
    assert sorted(app.ends, key=str) == list(range(10))
    for number in range(10):
        mine = [item for item in app.items if item // 1000 == number]
        assert mine == [1000 * number + item for item in range(200)]


async def test_the_loop_has_its_turns_while_much_comes_in() -> None:
    app = Host()
    turns_between: set[int] = set()

    def work(emit: Emit, scope: CancelScope) -> str:
        sent = 0
        while len(app.batches) < 12 or sent <= BURST:
            for _ in range(100):
                emit(sent)
                sent += 1
            scope.wait(0.0005)
        return "done"

    async with app.run_test():
        began = time.monotonic()
        app.start(work)
        while not app.ends:
            await asyncio.sleep(0)
            turns_between.add(len(app.batches))
        took = time.monotonic() - began
    # After nearly every delivery the loop went on with something else before the next one.
    assert len(turns_between) > 10
    assert len(app.items) > BURST
    assert len(app.batches) <= 30 * took + 2


# When nobody is there any more


async def test_an_owner_that_is_gone_hears_nothing(thread_failures: list[object]) -> None:
    app = Host()
    gone = threading.Event()

    def work(emit: Emit, _: CancelScope) -> str:
        emit(1)
        assert gone.wait(10)
        emit(2)
        return "done"

    async with app.run_test() as pilot:
        owner = app.query_one("#owner")
        app.start(work, Runs(owner))
        await until(pilot, lambda: app.said == [1])
        thread = worker()
        await owner.remove()
        gone.set()
        await settle(app, thread)
        assert app.is_running
    assert app.said == [1]
    assert thread_failures == []


async def test_a_run_outlives_the_app_quietly(thread_failures: list[object]) -> None:
    before = asyncio.all_tasks()
    app = Host()
    gone = threading.Event()

    def work(emit: Emit, _: CancelScope) -> str:
        emit(1)
        assert gone.wait(10)
        emit(2)
        return "done"

    async with app.run_test() as pilot:
        app.start(work)
        await until(pilot, lambda: app.said == [1])
        thread = worker()
    gone.set()
    await join(thread)
    # Whatever was put off has had its turn, too.
    if late := asyncio.all_tasks() - before:
        _, pending = await asyncio.wait(late, timeout=30)
        assert not pending
    assert app.said == [1]
    assert thread_failures == []


@pytest.mark.parametrize("outcome", ["result", "crash"])
def test_a_run_outlives_the_loop_quietly(outcome: str, thread_failures: list[object]) -> None:
    app = Host()
    gone = threading.Event()
    threads: list[threading.Thread] = []

    def work(emit: Emit, _: CancelScope) -> str:
        threads.append(threading.current_thread())
        emit(1)
        assert gone.wait(10)
        emit(2)
        if outcome == "crash":
            raise ValueError("a defect")
        return "done"

    async def use() -> None:
        async with app.run_test() as pilot:
            app.start(work)
            await until(pilot, lambda: app.said == [1])

    asyncio.run(use())
    gone.set()
    threads[0].join(10)
    assert not threads[0].is_alive()
    assert app.said == [1]
    assert thread_failures == []


def test_an_app_that_ends_in_the_middle_of_a_stream_ends_quietly(thread_failures: list[object]) -> None:
    for _ in range(5):
        app = Host()
        threads: list[threading.Thread] = []
        stop = threading.Event()

        def work(
            emit: Emit, _: CancelScope, threads: list[threading.Thread] = threads, stop: threading.Event = stop
        ) -> str:
            threads.append(threading.current_thread())
            number = 0
            while not stop.wait(0.0002):
                emit(number)
                number += 1
            return "done"

        async def use(app: Host = app, work: Callable[[Emit, CancelScope], object] = work) -> None:
            async with app.run_test() as pilot:
                app.start(work)
                app.start(work)
                await until(pilot, lambda: len(app.batches) > 2)

        asyncio.run(use())
        stop.set()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert app.ends == []
    assert thread_failures == []


class ClosingOwner:
    """An owner whose loop is closed between the look at it and the use of it."""

    def call_later(self, callback: Callable[[], None]) -> bool:
        raise RuntimeError("Event loop is closed")


@pytest.mark.parametrize("outcome", ["result", "crash"])
def test_a_loop_that_closes_at_this_very_moment_is_no_failure(outcome: str, thread_failures: list[object]) -> None:
    threads: list[threading.Thread] = []
    emitted = threading.Event()

    def work(emit: Emit, _: CancelScope) -> None:
        threads.append(threading.current_thread())
        emit(1)
        emitted.set()
        if outcome == "crash":
            raise ValueError("a defect")

    run: Run[int, None] = Run(cast("MessagePump", ClosingOwner()), work)
    assert emitted.wait(10)
    threads[0].join(10)
    assert not threads[0].is_alive()
    assert thread_failures == []
    assert not run.ended
