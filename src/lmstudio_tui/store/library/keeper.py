"""Writes and reads, whatever happens to the file. Everything here belongs to the one thread of the library.

Three states: nothing is there yet; the file is open; or it cannot be written, and a copy in memory answers while what
was written waits, in order, and is tried again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from lmstudio_tui.store.library import damage, index, wal
from lmstudio_tui.store.library.base import Base, Op, transaction
from lmstudio_tui.store.library.connection import copied_base, copied_file, empty_base, open_base
from lmstudio_tui.store.library.faults import DamagedError, Fault, UnknownFileError, fault_of, reason_of
from lmstudio_tui.store.library.liveness import Presence
from lmstudio_tui.store.library.upkeep import purge, unattended
from lmstudio_tui.store.locks import taken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_TRIES: Final = 4
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 30.0
"""Seconds until what could not be written is tried again."""

_MENDING: Final = "mending.lock"
_MENDING_PATIENCE: Final = 30.0

_TROUBLE: Final = (sqlite3.Error, OSError, DamagedError, UnicodeDecodeError)


class Keeper:
    """The library's file, or what stands in for it.

    Args:
        path: of the file.
        now: seconds since 1970.
        say: is told a sentence.
        writing: the ids of the answers that this process is writing.
        again: writes anew what has come of these answers, when the file that had it is gone; it is handed what
            names this process.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], float],
        say: Callable[[str], None],
        writing: Callable[[], frozenset[str]],
        again: Callable[[Callable[[], str | None]], list[Op]],
    ) -> None:
        self.path = Path(os.path.realpath(path))
        self._presence = Presence(self.path)
        self._now = now
        self._say = say
        self._writing = writing
        self._again = partial(again, self._presence.token)
        self._disk: Base | None = None
        self._file: tuple[int, int] | None = None
        self._spare: Base | None = None
        self._waiting: list[Op] = []
        self._pause = _FIRST_PAUSE
        self._due = 0.0
        self._hopeless = False

    @property
    def seconds_to_wait(self) -> float | None:
        """Until what waits is tried again; None when nothing waits."""
        return None if self._spare is None or self._hopeless else max(0.0, self._due - time.monotonic())

    @property
    def saves(self) -> bool:
        """Whether what is written is on disk, and not in a copy in memory."""
        return self._spare is None

    @property
    def token(self) -> Callable[[], str | None]:
        """Names this process to others, from the first call on."""
        return self._presence.token

    def write(self, ops: Sequence[Op]) -> None:
        """Write, in one transaction; raises nothing."""
        todo = list(ops)
        if self._spare is None:
            fault = self._try(todo)
            if fault is None:
                return
            self._stand_in(fault)
        self._put_by(todo)

    def read(self, look: Callable[[Base], T], default: T) -> T:
        """What a look at the library finds; the default while there is none."""
        for _ in range(_TRIES):
            base = self._spare
            try:
                if base is None and not self._is_there():
                    return default  # Nothing is made before something is written.
                base = base or self._opened()
                upkeep = unattended(base, self._writing(), self._presence)
                if upkeep:
                    self.write(upkeep)
                    base = self._spare or self._opened()
                return look(base)
            except UnknownFileError as error:
                self._stand_in(error)
            except _TROUBLE as error:
                if self._spare is not None or fault_of(error) is Fault.REFUSED:
                    self._say(f"Something could not be read in {self.path}: {error}.")
                    return default
                rescued = self._mend(error)
                if rescued is None:
                    self._stand_in(error)
                else:
                    self.write(rescued)
        return default

    def retry(self) -> bool:
        """Try what waits; whether everything is on disk then."""
        if self._spare is None or self._hopeless:
            return self._spare is None
        if self._try(self._waiting) is not None:
            self._let_go()
            self._due = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return False
        self._spare.connection.close()
        self._spare = None
        self._waiting = []
        self._pause = _FIRST_PAUSE
        self._say("The conversations are saved again; nothing was lost.")
        return True

    def close(self) -> None:
        """Let go of everything."""
        if not self.retry() and not self._hopeless and self._waiting:
            self._say(f"What was last said could not be saved in {self.path}.")
        self._let_go()
        if self._spare is not None and not self._waiting:
            self._spare.connection.close()
            self._spare = None
        self._presence.leave()

    # The file

    def _try(self, ops: list[Op]) -> Exception | None:
        """Write to the file. What has been rescued of a damaged one is put before the others."""
        error: Exception | None = None
        for _ in range(_TRIES):
            try:
                self._write_to(self._opened(), ops)
            except UnknownFileError as unknown:
                return unknown
            except _TROUBLE as trouble:
                error = trouble
                rescued = self._mend(trouble)
                if rescued is None:
                    return error
                ops[:0] = rescued
            else:
                for op in ops:
                    if op.kept is not None:
                        op.kept()
                return None
        return error

    def _write_to(self, base: Base, ops: list[Op]) -> None:
        """Write in one transaction; what is impossible by itself is left out, and said."""
        try:
            with transaction(base.connection):
                for op in ops:
                    op.apply(base)
        except (sqlite3.Error, ValueError, OverflowError, TypeError) as error:
            if fault_of(error) is not Fault.REFUSED:
                raise
            if len(ops) == 1:
                self._say(f"Something could not be saved: {error}.")
                return
            for op in ops:
                self._write_to(base, [op])

    def _opened(self) -> Base:
        """The open file; opened anew when another one has taken its place."""
        if self._disk is not None and self._identity() == self._file:
            return self._disk
        self._let_go()
        begun, self._file = self._file, self._identity()
        before = wal.look(self.path)
        if not before.sound and wal.is_broken(self.path):
            self._say_log(damage.move_log_aside(self.path))
        self._disk = base = open_base(self.path)
        self._file = self._identity()
        base.rows("SELECT count(*) FROM sqlite_schema")
        if before.sound and before.frames and wal.is_cut(self.path, base.connection, before):
            self._say_log(damage.copy_log_aside(self.path))
        if not before.sound:
            self._check(base)
        self._presence.clean()
        purge(base, self._now())
        if begun is not None and begun != self._file:
            self._write_to(base, self._again())
        return base

    def _check(self, base: Base) -> None:
        """Without its log a file may be half of an older and half of a newer state."""
        found = base.rows("PRAGMA quick_check(1)")[0][0]
        if found != "ok":
            raise DamagedError(str(found))

    def _say_log(self, kept: Path) -> None:
        self._say(
            f"The last changes to {self.path} could not be read: the log beside it is damaged. "
            f"It is kept as {kept}. Everything before is there."
        )

    def _identity(self) -> tuple[int, int] | None:
        """Which file there is under the name."""
        with suppress(OSError):
            found = self.path.stat()
            return found.st_dev, found.st_ino
        return None

    def _is_there(self) -> bool:
        """Whether there is a file.

        Raises:
            OSError: when that cannot be known.
        """
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def _let_go(self) -> None:
        if self._disk is not None:
            with suppress(sqlite3.Error):
                self._disk.connection.close()
        self._disk = None

    # Damage

    def _mend(self, error: Exception) -> list[Op] | None:
        """Do what makes another try worth while; what must be written then first, or None when nothing can be done."""
        match fault_of(error):
            case Fault.INDEX:
                return [Op(index.rebuild)]
            case Fault.DAMAGED:
                return self._replaced(error)
            case _:
                return None

    def _replaced(self, error: Exception) -> list[Op] | None:
        """Set the damaged file aside."""
        self._let_go()
        lock = taken(self.path.with_name(f"{self.path.name}.{_MENDING}"), _MENDING_PATIENCE)
        try:
            # Another program may have done so while this one waited.
            if self._identity() != self._file:
                return []
            broken = damage.set_aside(self.path)
            self._file = None
        except OSError:
            return None
        finally:
            if lock is not None:
                lock.release()
        counted: list[int] = []
        rescue = Op(
            lambda base: counted.append(damage.rescue(base, broken)), partial(self._say_broken, error, broken, counted)
        )
        return [rescue, *self._again()]

    def _say_broken(self, error: Exception, broken: Path, counted: list[int]) -> None:
        rescued = counted[-1]
        found = f"{rescued} of its conversations {'is' if rescued == 1 else 'are'} in" if rescued else "There is now"
        self._say(
            f"The library {self.path} is damaged ({error}). It was set aside as {broken}. "
            f"{found} a new one{'.' if rescued else '; no conversation could be rescued.'}"
        )

    # In memory

    def _stand_in(self, error: Exception) -> None:
        """From now on a copy in memory answers."""
        self._hopeless = isinstance(error, UnknownFileError)
        self._spare = empty_base() if self._hopeless else self._copy()
        self._let_go()
        self._pause = _FIRST_PAUSE
        self._due = time.monotonic() + self._pause
        if self._hopeless:
            self._say(f"{error} It is left as it is. Conversations are kept until the app ends, and not saved.")
            return
        reason, advice = reason_of(error)
        self._say(
            f"Conversations cannot be saved in {self.path}: {reason}. They are kept in memory, and saved as soon as "
            f"that is possible. {advice}"
        )

    def _copy(self) -> Base:
        """A copy of what can be read."""
        if self._disk is not None:
            with suppress(sqlite3.Error, DamagedError, UnicodeDecodeError):
                return copied_base(self._disk.connection)
        with suppress(*_TROUBLE, UnknownFileError):
            return copied_file(self.path)
        return empty_base()

    def _put_by(self, ops: list[Op]) -> None:
        """Write into the copy, and remember it for the file."""
        if self._spare is not None:
            if not self._hopeless:
                self._waiting.extend(ops)
            for op in ops:
                try:
                    self._write_to(self._spare, [op])
                except _TROUBLE as error:
                    self._say(f"Something cannot be shown: {error}.")
