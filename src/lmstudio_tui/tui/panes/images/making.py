"""One request for images: begun, waited for, ended."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.sdk.types.images import ImageRequest
    from lmstudio_tui.store.media.records import ImageRecord
    from lmstudio_tui.store.media.shelf import Shelf
    from lmstudio_tui.tui.worker_bridge import Run, Runs


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it.

    Attributes:
        records: the images that are kept.
        problems: why some, or all, are not there; a sentence each.
        stopped: whether it was ended before it was done.
        took_s: from the beginning to the end.
    """

    records: tuple[ImageRecord, ...] = ()
    problems: tuple[str, ...] = ()
    stopped: bool = False
    took_s: float = 0.0

    @property
    def words(self) -> str:
        """It in a sentence or two."""
        count = _count(len(self.records))
        if self.stopped:
            return f"Stopped; {count} kept." if self.records else "Stopped; nothing had come."
        said = " ".join(clean_line(one) for one in self.problems)
        if not self.records:
            return said or "The server answered without an image."
        return f"{count[:1].upper()}{count[1:]} in {self.took_s:.1f} s. {said}".strip()


class Making:
    """Has images made, one request at a time.

    Args:
        runs: what runs on behalf of the pane.
        shelf: where they are kept.
        now: the time of day.
        ended: is told what came of it.
    """

    def __init__(
        self, runs: Runs, shelf: Shelf[ImageRecord], now: Callable[[], datetime], ended: Callable[[Made], None]
    ) -> None:
        self._runs = runs
        self._shelf = shelf
        self._now = now
        self._ended = ended
        self._run: Run[None, Made] | None = None
        self._request: ImageRequest | None = None
        self._began = 0.0
        self._stopping = False

    @property
    def running(self) -> bool:
        """Whether something is being made."""
        return self._run is not None

    @property
    def words(self) -> str:
        """How it stands."""
        if self._request is None:
            return ""
        if self._stopping:
            return "Stopping …"
        taken = duration_in_words(monotonic() - self._began)
        return f"Making {_count(self._request.n)} … {taken}   {key_of('images.back')} stops"

    def start(self, client: LMStudioSDK, request: ImageRequest) -> None:
        """Begin."""
        shelf, now, began = self._shelf, self._now, monotonic()

        def make(emit: Callable[[None], None], scope: CancelScope) -> Made:
            del emit
            return _made(client, request, shelf, scope, now, began)

        self._request, self._began, self._stopping = request, began, False
        self._run = self._runs.start(make, finished=self._finished, crashed=self._crashed, name="images")

    def stop(self) -> None:
        """End it; what came until then is kept."""
        if self._run is not None:
            self._stopping = True
            self._run.cancel()

    def _finished(self, made: Made) -> None:
        self._run = self._request = None
        self._ended(made)

    def _crashed(self, error: BaseException) -> None:
        self._finished(Made(problems=(f"Something went wrong in the app itself ({type(error).__name__}).",)))


def _made(
    client: LMStudioSDK,
    request: ImageRequest,
    shelf: Shelf[ImageRecord],
    scope: CancelScope,
    now: Callable[[], datetime],
    began: float,
) -> Made:
    """Have them made and kept. Blocks."""
    from lmstudio_tui.features.imaging import make_images

    try:
        found = make_images(client, request, shelf, scope=scope, now=now)
    except RequestCancelledError:
        return Made(stopped=True)
    except (LMStudioError, StoreError) as error:
        return Made(problems=(f"{error.message} {error.hint}".strip(),))
    return Made(found.images, found.problems, scope.cancelled, monotonic() - began)


def _count(images: int) -> str:
    return "one image" if images == 1 else f"{images} images"
