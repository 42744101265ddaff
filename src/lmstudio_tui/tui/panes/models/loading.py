"""Models that are being loaded and unloaded: any number at once, each in a thread of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lmstudio_tui.features.models.saying import load_failure_in_words, unload_failure_in_words
from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.sdk import LMStudioError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.models.activity import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK, LoadedModel, LoadModelRequest
    from lmstudio_tui.tui.worker_bridge import Run, Runs


@dataclass
class Job:
    """One model on its way into memory or out of it.

    Attributes:
        id: names it.
        kind: which way.
        model: its id.
        request: how it is loaded; None when it is unloaded.
        started: by `time.monotonic`.
        run: the thread; None once it has ended.
        note: what went wrong; empty while nothing has.
        doing: what of several instances is being unloaded.
        left: whether it was begun on a server that is not the one in use any more.
    """

    id: str
    kind: Literal["load", "unload"]
    model: str
    request: LoadModelRequest | None = None
    started: float = 0.0
    run: Run[Any, Any] | None = None
    note: str = ""
    doing: str = ""
    left: bool = False


class Loads:
    """Loads and unloads models, and remembers what became of it until that was read.

    Args:
        runs: for the threads.
        changed: is called when there is something else to be shown.
        ended: is called when a model is loaded or unloaded, or was not, with a sentence for a passing remark; that is
            empty when it failed, which stays to be read.
    """

    def __init__(self, runs: Runs, changed: Callable[[], None], ended: Callable[[str], None]) -> None:
        self._runs = runs
        self._changed = changed
        self._ended = ended
        self._jobs: dict[str, Job] = {}
        self._count = 0
        self._times: dict[str, float] = {}
        self._asked: dict[str, LoadModelRequest] = {}

    @property
    def running(self) -> bool:
        """Whether anything is under way."""
        return any(job.run is not None for job in self._jobs.values())

    def busy(self) -> dict[str, str]:
        """What goes on with each model, such as `loading 12 s`."""
        doing = {"load": "loading", "unload": "unloading"}
        return {
            job.model: f"{doing[job.kind]} {self._elapsed(job)}" for job in self._jobs.values() if job.run is not None
        }

    def loading(self, model: str) -> bool:
        """Whether that model is being loaded."""
        return any(job.run and job.model == model and job.kind == "load" for job in self._jobs.values())

    def asked_last(self, model: str) -> LoadModelRequest | None:
        """How that model was to be loaded the last time it did not work."""
        return self._asked.get(model)

    def load(self, client: LMStudioSDK, request: LoadModelRequest) -> None:
        """Begin to load a model."""
        job = self._job("load", request.model)
        job.request = request

        def work(emit: Callable[[object], None], scope: CancelScope) -> LoadedModel | LMStudioError:
            del emit
            try:
                return client.load_model(request, scope=scope)
            except LMStudioError as error:
                return error

        job.run = self._runs.start(
            work,
            finished=lambda result: self._load_ended(job, result),
            crashed=lambda error: self._crashed(job, error),
            name="load",
        )
        self._changed()

    def unload(self, client: LMStudioSDK, model: str, instances: Sequence[str]) -> None:
        """Begin to unload instances, one after the other.

        Args:
            client: for the server.
            model: whose they are, in words.
            instances: their ids.
        """
        job = self._job("unload", model)
        job.doing = instances[0] if instances else ""

        def work(emit: Callable[[str], None], scope: CancelScope) -> list[tuple[str, LMStudioError]]:
            failures: list[tuple[str, LMStudioError]] = []
            for instance in instances:
                emit(instance)
                try:
                    client.unload_model(instance, scope=scope)
                except LMStudioError as error:
                    failures.append((instance, error))
                    if scope.cancelled:
                        break
            return failures

        def doing(items: list[str]) -> None:
            job.doing = items[-1]
            self._changed()

        job.run = self._runs.start(
            work,
            items=doing,
            finished=lambda failures: self._unload_ended(job, instances, failures),
            crashed=lambda error: self._crashed(job, error),
            name="unload",
        )
        self._changed()

    def stop(self, job_id: str | None = None, model: str | None = None) -> bool:
        """Wait no longer for a load: for that one, else for that model's, else for the one begun last."""
        running = [job for job in self._jobs.values() if job.run is not None and job.kind == "load"]
        ranked = sorted(running, key=lambda job: (job.id == job_id, job.model == model))
        if not ranked or (job_id is not None and ranked[-1].id != job_id):
            return False
        run = ranked[-1].run
        if run is not None:
            run.cancel()
        return True

    def dismiss(self, job_id: str) -> None:
        """Put away what has ended."""
        job = self._jobs.get(job_id)
        if job is not None and job.run is None:
            del self._jobs[job_id]
            self._changed()

    def leave(self, server: str) -> None:
        """Turn away from a server: what was under way there is no longer waited for, which stays to be read.

        Args:
            server: in words; where it was under way.
        """
        for job in self._jobs.values():
            if job.run is not None:
                job.run.drop()
                job.run, job.left = None, True
                job.note = f"is no longer waited for; {clean_line(server)} may go on {job.kind}ing it."
        self._jobs = {key: job for key, job in self._jobs.items() if job.left}
        self._times.clear()
        self._asked.clear()

    def activities(self) -> list[Activity]:
        """A line for each."""
        return [self._activity(job) for job in self._jobs.values()]

    # What is behind it

    def _job(self, kind: Literal["load", "unload"], model: str) -> Job:
        # What became of it before is no longer of interest.
        kept = {key: job for key, job in self._jobs.items() if job.run or job.left}
        self._jobs = kept | {key: job for key, job in self._jobs.items() if (job.kind, job.model) != (kind, model)}
        self._count += 1
        job = Job(f"job-{self._count}", kind, model, started=time.monotonic())
        self._jobs[job.id] = job
        return job

    def _elapsed(self, job: Job) -> str:
        return duration_in_words(time.monotonic() - job.started)

    def _activity(self, job: Job) -> Activity:
        name = clean_line(job.model)
        if job.run is None:
            return Activity(job.id, name, job.note, tone="failed")
        if job.kind == "unload":
            doing = f"unloading {clean_line(job.doing)}" if job.doing != job.model else "unloading"
            return Activity(job.id, name, f"{doing}, {self._elapsed(job)}")
        last = self._times.get(job.model)
        before = f" (the last time it took {last:.1f} s)" if last is not None else ""
        return Activity(job.id, name, f"loading, {self._elapsed(job)}{before}", can_stop=True)

    def _load_ended(self, job: Job, result: LoadedModel | LMStudioError) -> None:
        job.run = None
        if isinstance(result, LMStudioError):
            job.note = load_failure_in_words(result)
            if job.request is not None:
                self._asked[job.model] = job.request
            self._end("")
            return
        del self._jobs[job.id]
        self._asked.pop(job.model, None)
        took = result.load_time_seconds
        took = time.monotonic() - job.started if took is None else took
        self._times[job.model] = took
        length = f" with {result.context_length:,} tokens" if result.context_length else ""
        self._end(f"{clean_line(result.instance_id)} is loaded{length}, in {took:.1f} s.")

    def _unload_ended(self, job: Job, instances: Sequence[str], failures: Sequence[tuple[str, LMStudioError]]) -> None:
        job.run = None
        if failures:
            job.note = " ".join(
                f"{'' if one == job.model else f'{clean_line(one)} '}{unload_failure_in_words(error)}"
                for one, error in failures
            )
            self._end("")
            return
        del self._jobs[job.id]
        one = clean_line(instances[0]) if len(instances) == 1 else f"{len(instances)} instances"
        self._end(f"{one} {'is' if len(instances) == 1 else 'are'} unloaded.")

    def _crashed(self, job: Job, error: BaseException) -> None:
        """A defect of ours."""
        job.run = None
        job.note = f"Something went wrong in the app itself ({type(error).__name__})."
        self._end("")

    def _end(self, remark: str) -> None:
        self._ended(remark)
        self._changed()
