"""Whether the write-ahead log beside a database is whole: SQLite passes over a broken one without a word.

Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and https://www.sqlite.org/walformat.html.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.store.sqlite_file import frames_seen

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_LITTLE, _BIG = 0x377F0682, 0x377F0683
_LOOKS: Final = 5
_PAUSE: Final = 0.1
"""Looks at a log that another program may be writing, and the seconds between them."""


@dataclass(frozen=True, slots=True)
class WalState:
    """What a log says of itself.

    Args:
        sound: whether its header is one; true for a log that is empty or missing.
        salts: name the time since it was begun anew.
        frames: how many frames it has up to the last finished transaction.
    """

    sound: bool
    salts: bytes = b""
    frames: int = 0


def look(database: Path) -> WalState:
    """Read the log of a database. It is not checked as a whole, which SQLite does: see `frames_seen`."""
    try:
        with _beside(database, "-wal").open("rb") as file:
            header = file.read(_HEADER)
            if len(header) < _HEADER:
                return WalState(sound=True)
            if not _sound(header):
                return WalState(sound=False)
            page, salts, count, finished = int.from_bytes(header[8:12], "big"), header[16:24], 0, 0
            while len(frame := file.read(_FRAME_HEADER)) == _FRAME_HEADER and frame[8:16] == salts:
                count += 1
                if len(file.read(page)) < page:
                    break
                if frame[4:8] != b"\0\0\0\0":
                    finished = count
            return WalState(sound=True, salts=salts, frames=finished)
    except OSError:
        return WalState(sound=True)


def is_broken(database: Path) -> bool:
    """Whether the header of the log is none. It is looked at several times: another program may be writing it."""
    for _ in range(_LOOKS):
        if look(database).sound:
            return False
        time.sleep(_PAUSE)
    return True


def is_cut(database: Path, connection: sqlite3.Connection, before: WalState) -> bool:
    """Whether SQLite, which has read the log since, has understood less than there was.

    Args:
        database: the file.
        connection: to it.
        before: what `look` said before it was opened.
    """
    for _ in range(_LOOKS):
        seen = frames_seen(connection)
        if seen is None or seen >= before.frames or look(database).salts != before.salts:
            return False
        time.sleep(_PAUSE)
    return True


def _sound(header: bytes) -> bool:
    """Whether the header's checksum is right."""
    magic = int.from_bytes(header[:4], "big")
    if magic not in {_LITTLE, _BIG}:
        return False
    words = struct.unpack(f"{'<' if magic == _LITTLE else '>'}6I", header[:24])
    first = second = 0
    for index in range(0, 6, 2):
        first = (first + words[index] + second) & 0xFFFFFFFF
        second = (second + words[index + 1] + first) & 0xFFFFFFFF
    return struct.unpack(">2I", header[24:32]) == (first, second)


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(database.name + ending)
