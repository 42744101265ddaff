"""Recordings, utterances and images on disk: each a file, with its description in JSON beside it.

The files are what counts. A description that is missing, damaged or of a later version never hides one, and what a
description says is never believed where that could touch a file elsewhere. Several apps can use one folder at once:
what is kept in memory holds as long as the folder says the same.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.media.errors import StoreError, failed
from lmstudio_tui.store.media.kinds import IMAGES, RECORDINGS, UTTERANCES, Kind, R, members_of, spelled
from lmstudio_tui.store.media.looking import GONE, is_plain, look, members_in, safe_suffix, signature_of
from lmstudio_tui.store.media.mending import mended
from lmstudio_tui.store.media.trash import Trash
from lmstudio_tui.store.media.writers import Writers
from lmstudio_tui.store.private import make_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lmstudio_tui.store.media.kinds import Found
    from lmstudio_tui.store.media.records import ImageRecord, RecordingRecord, UtteranceRecord

__all__ = ["MediaShelf", "Shelf", "StoreError"]

VERSION: Final = 1
"""Of the descriptions. What a later version adds is kept when a record is written again."""

DAMAGED: Final = "Its description is damaged; the file itself may well be whole."

_OURS: Final = re.compile(r"\d{8}-\d{6}-([0-9a-f]{8})-[0-9]{1,9}")
"""An id: when it was made, by which process, and a number."""
_QUIET_S: Final = 10.0
"""Seconds without a change after which a file counts as whole that nobody is known to write."""


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class _Known(Generic[R]):
    """A record as it was last read, and what it was read from: what is unchanged is not read again."""

    signature: tuple[int, ...] | None
    place: dict[str, object]
    found: Found
    record: R


class Shelf(Generic[R]):
    """The records of one kind. Everything blocks; safe from any thread.

    Args:
        folder: where they are. Nothing is made there before something is kept.
        kind: of the records.
        now: tells the time, with its zone.
    """

    def __init__(self, folder: Path, kind: Kind[R], now: Callable[[], datetime] = _now) -> None:
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100 - not resolved: the folder may be a link
        self._kind = kind
        self._now = now
        self._writers = Writers(self.folder)
        self._trash = Trash(self.folder)
        self._lock = threading.Lock()
        self._count = 0
        self._known: dict[str, _Known[R]] = {}

    def all(self) -> tuple[R, ...]:
        """All records, the newest first. A folder that cannot be read has none.

        A file without a description, as a crash leaves one, is mended and listed, too; one that is just being written
        is not.
        """
        names = self._names()
        described = [name.removesuffix(".json") for name in sorted(names) if name.endswith(".json")]
        records = [self._read(each, names) for each in described if is_plain(each)]
        self._forget_all_but(described)
        known = {record.path.name for record in records if record.path.parent == self.folder}
        taken = {record.id for record in records}
        for name in sorted(names - known):
            path = Path(name)
            if path.suffix.lower() in self._kind.suffixes:
                id = path.stem if path.stem not in taken else name  # noqa: A001
                taken.add(id)
                records += self._left_behind(id, self.folder / name)
        return tuple(sorted(records, key=lambda record: (record.made_at, record.id), reverse=True))

    def get(self, id: str) -> R | None:  # noqa: A002 - as the record calls it
        """The record with that id; None when there is none."""
        if not is_plain(id):
            return None
        names = self._names()
        if f"{id}.json" in names:
            return self._read(id, names)
        return next((record for record in self.all() if record.id == id), None)

    def new_id(self) -> str:
        """An id that was never used, in no app."""
        with self._lock:
            self._count += 1
            return f"{self._now():%Y%m%d-%H%M%S}-{self._writers.token}-{self._count}"

    def new_file(self, suffix: str) -> tuple[str, Path]:
        """A place for a new file. The folder is made; the file is not, and is nobody's until it is kept.

        Args:
            suffix: what its name is to end with, such as `.wav`.

        Returns:
            the id of the record that is to describe it, and the path.

        Raises:
            StoreError: the folder cannot be made, or nothing can be written there.
        """
        id = self.new_id()  # noqa: A001
        try:
            make_private(self.folder)
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise failed(f"Nothing can be kept in {self.folder}", error) from error
        self._writers.join()
        return id, self.folder / f"{id}{safe_suffix(suffix)}"

    def keep(self, record: R) -> R:
        """Write the description of a file, in one step; or write it anew.

        Returns:
            the record as it is listed from now on.

        Raises:
            StoreError: it cannot be written; what was there before is still there.
            ValueError: the record describes a file that it must not describe.
        """
        described = self._description(record.id)
        members = members_of(record) | {"version": VERSION, "file": self._file_of(record)}
        if members.get("problem") in (GONE, DAMAGED):  # That is seen anew each time.
            members["problem"] = ""
        with self._lock:
            known = members_in(described)
            if known is None and described.exists():
                with suppress(OSError):
                    described.replace(described.with_suffix(".json.broken"))
            if known is not None and isinstance(known.get("version"), int):
                members["version"] = max(VERSION, known["version"])
            try:
                make_private(self.folder)
                write_atomic(described, json.dumps({**(known or {}), **members}, indent=1, default=spelled) + "\n")
            except OSError as error:
                raise failed(f"{self._kind.called} cannot be described in {self.folder}", error) from error
        return self._read(record.id, self._names())

    def remove(self, id: str) -> bool:  # noqa: A002 - as the record calls it
        """Put a record into the trash, with its file if that lies in our folder. False when there is none.

        Raises:
            StoreError: it cannot be moved; everything is then as it was.
        """
        record = self.get(id)
        if record is None:
            return False
        paths = [self._description(id)]
        if record.path.parent == self.folder:
            paths.append(record.path)
        try:
            self._trash.put(id, [path for path in paths if os.path.lexists(path)])
        except OSError as error:
            raise failed(f"{self._kind.called} cannot be deleted", error) from error
        return True

    def restore(self, id: str) -> R | None:  # noqa: A002 - as the record calls it
        """Take a record out of the trash again; None when it is not there any more.

        Raises:
            StoreError: it cannot be moved; it is then still in the trash.
        """
        if not is_plain(id):
            return None
        try:
            back = self._trash.take_back(id)
        except OSError as error:
            raise failed(f"{self._kind.called} cannot be taken back", error) from error
        return self.get(id) if back else None

    def empty_trash(self) -> None:
        """Delete for good what this app has removed, and what others removed more than a day ago."""
        self._trash.empty()

    def close(self) -> None:
        """At the end of the app: the trash is emptied, and files that were not kept are nobody's."""
        self.empty_trash()
        self._writers.clean()
        self._writers.leave()

    def _names(self) -> set[str]:
        try:
            return {name for name in os.listdir(self.folder) if not name.startswith(".")}  # noqa: PTH208 - names alone
        except OSError:
            return set()

    def _forget_all_but(self, ids: Iterable[str]) -> None:
        for each in set(self._known).difference(ids):
            self._known.pop(each, None)

    def _description(self, id: str) -> Path:  # noqa: A002 - as the record calls it
        if not is_plain(id):
            raise ValueError(f"{id!r} is no id")
        return self.folder / f"{id}.json"

    def _file_of(self, record: R) -> str:
        """What stands in the description: a name in our folder, or the path of a file of the user's own."""
        path = Path(os.path.abspath(record.path))  # noqa: PTH100 - not resolved: the folder may be a link
        if path.parent == self.folder and record.id in (path.stem, path.name):
            return path.name
        if self._kind.elsewhere and getattr(record, "source", "") == "file":
            return str(path)
        raise ValueError(f"{path} is not the file of {record.id}")

    def _read(self, id: str, names: set[str]) -> R:  # noqa: A002 - as the record calls it
        described = self._description(id)
        signature, known = signature_of(described), self._known.get(id)
        if known is not None and known.signature == signature is not None:
            found = look(id, self._path_of(id, known.place, names))
            if found == known.found:
                return known.record
        members = members_in(described)
        place: dict[str, object] = {name: (members or {}).get(name) for name in ("file", "source")}
        found = look(id, self._path_of(id, place, names))
        damaged = members is None and not found.problem
        record = self._kind.read(members or {}, replace(found, problem=DAMAGED) if damaged else found)
        self._known[id] = _Known(signature, place, found, record)
        return record

    def _path_of(self, id: str, members: Mapping[str, object], names: set[str]) -> Path:  # noqa: A002
        """The file that a description belongs to. It has to bear its id, or be one of the user's own."""
        file = members.get("file")
        name = file if isinstance(file, str) and "\0" not in file else ""
        if self._kind.elsewhere and members.get("source") == "file" and Path(name).is_absolute():
            return Path(os.path.abspath(name))  # noqa: PTH100 - a link is the user's own affair
        if is_plain(name) and name in names and id in (Path(name).stem, name):
            return self.folder / name
        same = [
            each
            for each in sorted(names)
            if id in (Path(each).stem, each) and Path(each).suffix.lower() in self._kind.suffixes
        ]
        return self.folder / (same[0] if same else id)

    def _left_behind(self, id: str, path: Path) -> list[R]:  # noqa: A002 - as the record calls it
        """A file without a description, with one from now on; nothing when somebody is just writing it."""
        ours = _OURS.fullmatch(path.stem)
        found = look(id, path)
        if not found.size or (ours is not None and self._being_written(ours[1], found)):
            return []
        record = self._kind.read(mended(path, cut=ours is not None), found)
        # What somebody is just copying here is looked at again the next time.
        if ours is not None or _quiet(found):
            with suppress(StoreError):
                return [self.keep(record)]
        return [record]

    def _being_written(self, token: str, found: Found) -> bool:
        # Where files cannot be locked, nobody is known to be alive.
        return self._writers.alive(token) or (not _quiet(found) and not self._writers.join())


class MediaShelf:
    """Everything that is kept of sound and images.

    Args:
        folder: where the folders of each kind are.
        now: tells the time, with its zone.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = _now) -> None:
        self.folder = folder
        self.recordings: Shelf[RecordingRecord] = Shelf(folder / RECORDINGS.folder, RECORDINGS, now)
        self.utterances: Shelf[UtteranceRecord] = Shelf(folder / UTTERANCES.folder, UTTERANCES, now)
        self.images: Shelf[ImageRecord] = Shelf(folder / IMAGES.folder, IMAGES, now)

    def empty_trash(self) -> None:
        """Delete for good what this app has removed, and what others removed more than a day ago."""
        for shelf in (self.recordings, self.utterances, self.images):
            shelf.empty_trash()

    def close(self) -> None:
        """At the end of the app."""
        for shelf in (self.recordings, self.utterances, self.images):
            shelf.close()


def _quiet(found: Found) -> bool:
    return time.time() - found.made_at.timestamp() > _QUIET_S
