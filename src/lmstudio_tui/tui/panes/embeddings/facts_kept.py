"""How quickly models have embedded: kept in a file, so that it is known the next time, too."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from lmstudio_tui.features.embeddings.sweeping import BatchPace, paces_of
from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.embeddings import VectorKey
from lmstudio_tui.store.json_file import read_object
from lmstudio_tui.tui.panes.embeddings.computing import Computed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.tui.panes.embeddings.writing import Writer
    from lmstudio_tui.tui.worker_bridge import Runs

_MOST: Final = 100
"""Models that are kept; those measured the longest ago go."""
_TELLING: Final = 32
"""So many texts say how quick a model is."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How quickly a model has embedded.

    Attributes:
        at: when that was, by ISO 8601.
        texts: how many.
        took_s: seconds that the server took for all of them.
        tokens: what the server counted; None when it did not say.
        size: texts in most of the requests.
        request_s: seconds that such a request took, the middle one of them.
    """

    at: str
    texts: int
    took_s: float
    tokens: int | None
    size: int
    request_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured of a model.

    Attributes:
        speed: how quickly it has embedded texts of a set.
        swept_at: when it was tried with requests of each size, by ISO 8601.
        paces: what came of that.
        problems: what is to be known about that, a sentence each.
    """

    speed: Speed | None = None
    swept_at: str = ""
    paces: tuple[BatchPace, ...] = ()
    problems: tuple[str, ...] = ()


class KeptSpeeds:
    """Knows what was measured, now or at an earlier time.

    Args:
        path: of the file. No fault in it ever stops the pane.
        runs: what runs on behalf of the pane.
        writer: writes.
        changed: is told that the file was read.
        now: the time.
    """

    def __init__(
        self,
        path: Path,
        runs: Runs,
        writer: Writer,
        changed: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = path
        self._writer = writer
        self._now = now
        self._read: Computed[dict[VectorKey, Measured]] = Computed(runs, changed)
        self._new: dict[VectorKey, Measured] = {}
        self._seen: dict[VectorKey, object] = {}

    def of(self, key: VectorKey) -> Measured:
        """What is known of a model; nothing while the file is being read."""
        kept = self._read.value("file", lambda _: read(self._path)) or {}
        return _merged(kept.get(key, Measured()), self._new.get(key, Measured()))

    def is_new(self, key: VectorKey) -> bool:
        """Whether the speed of a model was measured since the app began."""
        return self._new.get(key, Measured()).speed is not None

    def take(self, measured: Mapping[VectorKey, Embedded]) -> None:
        """Keep what has come of embedding.

        Args:
            measured: of each model the last time that it was asked.
        """
        for key, side in measured.items():
            if self._seen.get(key) is not side:
                self._seen[key] = side
                before = self._new.get(key, Measured()).speed
                if before is not None and side.asked < min(before.texts, _TELLING):
                    # A text that was typed says little, and would hide what many have shown.
                    continue
                self._keep(key, replace(self._new.get(key, Measured()), speed=_speed_of(side, self._stamp())))

    def take_sweep(self, key: VectorKey, paces: tuple[BatchPace, ...], problems: tuple[str, ...]) -> None:
        """Keep what has come of trying requests of each size."""
        if paces:
            found = Measured(self._new.get(key, Measured()).speed, self._stamp(), paces, problems)
            self._keep(key, found)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="seconds")

    def _keep(self, key: VectorKey, found: Measured) -> None:
        self._new[key] = found
        path = self._path
        self._writer.write(lambda: add(path, key, found))


def when(stamp: str) -> str:
    """A time by ISO 8601, in the user's own time; empty for what is none."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return ""


def _merged(old: Measured, new: Measured) -> Measured:
    """What is new, and what is old of that which is not."""
    found = new if new.swept_at else old
    return replace(found, speed=new.speed or old.speed)


def _speed_of(side: Embedded, at: str) -> Speed:
    common = max(paces_of(side.batches), key=lambda pace: pace.requests * pace.size, default=None)
    size, latency = (common.size, common.latency_s) if common is not None else (0, 0.0)
    return Speed(at, side.asked, side.took_s, side.prompt_tokens, size, latency)


def read(path: Path) -> dict[VectorKey, Measured]:
    """What is in a file, as far as it is of use. Blocks."""
    found: dict[VectorKey, Measured] = {}
    members = (read_object(path) or {}).get("models")
    for one in cast("list[Any]", members) if isinstance(members, list) else []:
        try:
            speed = one["speed"]
            found[VectorKey(str(one["server"]), str(one["model"]), int(one["dimensions"]))] = Measured(
                None if speed is None else _speed_in(speed),
                str(one["swept_at"]),
                tuple(_pace_in(pace) for pace in one["paces"]),
                tuple(str(text) for text in one["problems"]),
            )
        except (TypeError, KeyError, ValueError, OverflowError):
            continue  # another version of the app has written it, or somebody by hand
    return found


def _pace_in(members: dict[str, Any]) -> BatchPace:
    size, requests = int(members["size"]), int(members["requests"])
    return BatchPace(size, requests, float(members["latency_s"]), float(members["texts_per_s"]))


def _speed_in(members: dict[str, Any]) -> Speed:
    tokens = members["tokens"]
    return Speed(
        str(members["at"]),
        int(members["texts"]),
        float(members["took_s"]),
        None if tokens is None else int(tokens),
        int(members["size"]),
        float(members["request_s"]),
    )


def add(path: Path, key: VectorKey, new: Measured) -> None:
    """Write what was measured of a model to what the file has already, if that is possible. Blocks."""
    kept = read(path)
    kept[key] = _merged(kept.pop(key, Measured()), new)
    models = [{**asdict(one), **asdict(found)} for one, found in list(kept.items())[-_MOST:]]
    try:
        write_atomic(path, json.dumps({"models": models}, indent=2) + "\n")
    except OSError:
        return
