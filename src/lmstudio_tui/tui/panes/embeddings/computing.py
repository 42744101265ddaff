"""What takes a while to compute: in a thread, one of a kind at a time, and never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lmstudio_tui.vectors.values import Stopped, VectorsError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.tui.worker_bridge import Run, Runs
    from lmstudio_tui.vectors.values import Stop

Value = TypeVar("Value")

_KEPT: Final = 8


class Computed(Generic[Value]):
    """Computes on request.

    Args:
        runs: what runs on behalf of the pane.
        changed: is told when a value is there, or why there is none.

    Attributes:
        problem: why there is no value, in a sentence; empty while there is, or it is being computed.
    """

    def __init__(self, runs: Runs, changed: Callable[[], None]) -> None:
        self._runs = runs
        self._changed = changed
        self._run: Run[None, Value | str | None] | None = None
        self._wanted: Hashable = None
        self._stopped: Hashable = None
        self._values: dict[Hashable, Value] = {}
        self._problems: dict[Hashable, str] = {}

    @property
    def running(self) -> bool:
        """Whether it is being computed."""
        return self._run is not None

    @property
    def problem(self) -> str:
        """Why there is no value of what was asked for last."""
        if self._wanted is not None and self._wanted == self._stopped:
            return "Stopped."
        return self._problems.get(self._wanted, "")

    def value(self, key: Hashable, work: Callable[[Stop], Value]) -> Value | None:
        """The value, if it is there; else it is computed from now on.

        Args:
            key: what it is of.
            work: computes it in a thread; may raise `VectorsError` and `Stopped`.
        """
        if key in self._values:
            self.stop()
            self._wanted = key
            return self._values[key]
        if key != self._wanted or (self._run is None and key not in self._problems and key != self._stopped):
            self._start(key, work)
        return None

    def _start(self, key: Hashable, work: Callable[[Stop], Value]) -> None:
        if self._run is not None:
            self._run.drop()
        self._wanted, self._stopped = key, None

        def compute(emit: object, scope: CancelScope) -> Value | str | None:
            del emit
            try:
                return work(lambda: scope.cancelled)
            except Stopped:
                return None
            except VectorsError as error:
                return str(error)

        def done(found: Value | str | None) -> None:
            self._run = None
            if found is None:
                self._stopped = key
            elif isinstance(found, str):
                self._problems[key] = found
            else:
                self._keep(key, found)
            self._changed()

        def crashed(error: BaseException) -> None:
            done(f"Something went wrong in the app itself ({type(error).__name__}).")

        self._run = self._runs.start(compute, finished=done, crashed=crashed, name="compute")

    def _keep(self, key: Hashable, found: Any) -> None:
        self._values[key] = found
        while len(self._values) > _KEPT:
            del self._values[next(iter(self._values))]

    def stop(self) -> bool:
        """Give it up. Returns whether there was something to give up."""
        if self._run is None:
            return False
        self._run.drop()
        self._run, self._stopped = None, self._wanted
        return True

    def forget_stop(self) -> None:
        """Compute again what was given up, when it is asked for the next time."""
        self._stopped = None
