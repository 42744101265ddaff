"""Downloads that a server makes: begun here, followed each in a thread of its own, found again after a restart."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lmstudio_tui.features.models.downloads import DownloadProgress, follow
from lmstudio_tui.features.models.saying import failure_in_words
from lmstudio_tui.sdk import DownloadStatus, LMStudioError
from lmstudio_tui.store.downloads import KnownDownload
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.models.activity import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.downloads import DownloadsFile
    from lmstudio_tui.tui.worker_bridge import Run, Runs

Seen = DownloadStatus | LMStudioError


class Downloads:
    """The downloads of the server in use.

    Args:
        runs: for the threads.
        file: in which they outlive the app.
        now: the time of day.
        changed: is called when there is something else to be shown.
        ended: is called when a download has ended, or could not be begun, with a sentence for a passing remark; that is
            empty when it failed, which stays to be read.
    """

    def __init__(
        self,
        runs: Runs,
        file: DownloadsFile,
        now: Callable[[], datetime],
        changed: Callable[[], None],
        ended: Callable[[str], None],
    ) -> None:
        self._runs = runs
        self._file = file
        self._now = now
        self._changed = changed
        self._ended = ended
        self._client: LMStudioSDK | None = None
        self._base_url = ""
        self._known: dict[str, DownloadProgress] = {}
        self._following: dict[str, Run[Seen, None]] = {}
        self._beginning: dict[str, str] = {}
        self._failed: dict[str, tuple[str, str]] = {}
        self._online = False
        self._count = 0

    def use(self, client: LMStudioSDK) -> None:
        """Turn to a server, and to what it was asked to download."""
        self.pause()
        base_url = client.config.base_url
        if base_url != self._base_url:
            self._known.clear()
            self._failed.clear()
            self._beginning.clear()
        self._client, self._base_url = client, base_url

        def work(emit: object, scope: CancelScope) -> tuple[KnownDownload, ...]:
            del emit, scope
            return self._file.load(base_url)

        def found(downloads: tuple[KnownDownload, ...]) -> None:
            if client is not self._client:
                return
            for one in downloads:
                self._known.setdefault(one.job_id, DownloadProgress(one.job_id, one.model, one.quantization))
            self.follow_all()
            self._changed()

        self._runs.start(work, finished=found, name="downloads")

    def show_online(self, online: bool) -> None:
        """Follow the downloads while the server is there, and let them be while it is not."""
        if online == self._online:
            return
        self._online = online
        if online:
            self.follow_all()
        else:
            self.pause()

    def pause(self) -> None:
        """Ask no more how they stand."""
        for run in self._following.values():
            run.drop()
        self._following.clear()

    def follow_all(self) -> None:
        """Ask how those stand that go on."""
        client = self._client
        if client is None or not self._online:
            return
        for progress in self._known.values():
            if not progress.ended and progress.job_id not in self._following:
                self._follow(client, progress)

    def find(self, model: str, quantization: str | None) -> str | None:
        """The id of the line of the same download, when one is under way. One at rest may be asked for again."""
        name = DownloadProgress("", model, quantization).name.casefold()
        lines = ((one.name, f"download-{one.job_id}") for one in self._known.values() if not one.ended | one.resting)
        return next((key for known, key in (*_turned(self._beginning), *lines) if known.casefold() == name), None)

    def begin(self, model: str, quantization: str | None) -> None:
        """Ask the server for a download."""
        client, base_url = self._client, self._base_url
        if client is None:
            return
        self._count += 1
        key = f"begin-{self._count}"
        self._beginning[key] = DownloadProgress("", model, quantization).name

        def work(emit: object, scope: CancelScope) -> Seen:
            del emit
            try:
                status = client.download_model(model, quantization, scope=scope)
            except LMStudioError as error:
                return error
            if status.job_id and not status.finished:
                # Here, so that it is remembered even when nobody is there any more to be told of it.
                self._file.add(base_url, KnownDownload(status.job_id, model, quantization))
            return status

        def finished(result: Seen) -> None:
            if base_url == self._base_url:
                self._begun(key, DownloadProgress("", model, quantization), result)

        self._runs.start(
            work, finished=finished, crashed=lambda error: self._not_begun(key, _defect(error)), name="download"
        )
        self._changed()

    def dismiss(self, activity_id: str) -> str:
        """Put away what has ended or is at rest. Returns what is to be said of it; mostly nothing."""
        self._failed.pop(activity_id, None)
        progress = self._known.get(activity_id.removeprefix("download-"))
        said = ""
        if progress is not None and (progress.ended or self._rests(progress)):
            del self._known[progress.job_id]
            if not progress.ended:
                self._let_be(progress.job_id)
                self._forget(self._base_url, progress.job_id)
                said = f"{progress.name} is only forgotten here: the server still has the download."
        self._changed()
        return said

    def activities(self) -> list[Activity]:
        """A line for each."""
        lines = [Activity(key, name, "asking the server for it …") for key, name in self._beginning.items()]
        lines += [Activity(key, name, note, tone="failed") for key, (name, note) in self._failed.items()]
        return [*(self._activity(one) for one in self._known.values()), *lines]

    # What is behind it

    def _activity(self, one: DownloadProgress) -> Activity:
        words = one.in_words(self._now())
        key = f"download-{one.job_id}"
        if one.succeeded:
            return Activity(key, one.name, words, tone="done")
        if one.ended:
            return Activity(key, one.name, words, tone="failed")
        if not self._online:
            return Activity(key, one.name, "the server is away", tone="resting", fraction=one.fraction)
        return Activity(key, one.name, words, tone="resting" if one.resting else "running", fraction=one.fraction)

    def _rests(self, one: DownloadProgress) -> bool:
        return one.resting or not self._online

    def _let_be(self, job_id: str) -> None:
        """Ask no more how that one stands."""
        run = self._following.pop(job_id, None)
        if run is not None:
            run.drop()

    def _begun(self, key: str, progress: DownloadProgress, result: Seen) -> None:
        if isinstance(result, LMStudioError):
            self._not_begun(key, failure_in_words(result))
            return
        self._beginning.pop(key, None)
        progress.look(result, time.monotonic())
        if result.status == "already_downloaded":
            self._ended(f"{progress.name} is there already.")
        elif result.finished:
            progress.job_id = result.job_id or key
            self._known[progress.job_id] = progress
            self._end(progress)
        elif result.job_id:
            progress.job_id = result.job_id
            # A server may give the job that it has already.
            self._let_be(progress.job_id)
            self._known[progress.job_id] = progress
            self.follow_all()
        else:
            self._ended(f"The server downloads {progress.name}, but gives no way to ask how far it is.")
        self._changed()

    def _not_begun(self, key: str, note: str) -> None:
        name = self._beginning.pop(key, "")
        self._failed[key] = (name, f"is not downloaded. {note}")
        self._ended("")
        self._changed()

    def _follow(self, client: LMStudioSDK, progress: DownloadProgress) -> None:
        job_id, base_url = progress.job_id, self._base_url

        def work(emit: Callable[[Seen], None], scope: CancelScope) -> None:
            follow(client, job_id, scope, emit)

        def seen(looks: list[Seen]) -> None:
            for look in looks:
                progress.look(look, time.monotonic())
            self._changed()

        def finished(_: None) -> None:
            self._following.pop(job_id, None)
            if progress.ended:
                self._forget(base_url, job_id)
                self._end(progress)

        def crashed(error: BaseException) -> None:
            self._following.pop(job_id, None)
            self._known.pop(job_id, None)
            self._failed[job_id] = (progress.name, _defect(error))
            self._changed()

        self._following[job_id] = self._runs.start(
            work, items=seen, finished=finished, crashed=crashed, name="download"
        )

    def _forget(self, base_url: str, job_id: str) -> None:
        def work(emit: object, scope: CancelScope) -> None:
            del emit, scope
            self._file.remove(base_url, job_id)

        self._runs.start(work, name="downloads")

    def _end(self, progress: DownloadProgress) -> None:
        self._ended(f"{clean_line(progress.name)} is downloaded." if progress.succeeded else "")
        self._changed()


def _turned(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, key) for key, name in names.items()]


def _defect(error: BaseException) -> str:
    return f"Something went wrong in the app itself ({type(error).__name__})."
