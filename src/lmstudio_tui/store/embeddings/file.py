"""The file of embeddings, whatever happens to it: reads and writes from any thread, besides other programs.

A few open connections are kept for whoever needs one next. What is wrong with the file is an error in words; what is
damaged is set aside, under another name, before anything else is written.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from lmstudio_tui.store.embeddings.connection import open_to_read, open_to_write
from lmstudio_tui.store.embeddings.rescue import rescue
from lmstudio_tui.store.library import damage, wal
from lmstudio_tui.store.library.base import transaction
from lmstudio_tui.store.library.faults import DamagedError, Fault, UnknownFileError, fault_of, reason_of
from lmstudio_tui.store.locks import taken
from lmstudio_tui.store.media.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TypeAlias

    Identity: TypeAlias = tuple[int, int] | None

T = TypeVar("T")

_TRIES: Final = 4
_KEPT_OPEN: Final = 3
_MENDING: Final = "mending.lock"
_MENDING_PATIENCE: Final = 30.0
_WITHOUT_WRITING: Final = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }
)
_TROUBLE: Final = (sqlite3.Error, OSError, DamagedError, UnknownFileError, ValueError, OverflowError)


class EmbeddingFile:
    """The file. Thread-safe; nothing is opened before it is needed.

    Args:
        path: of the file.
        say: is told a sentence about damage.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.path = Path(os.path.realpath(path))
        self._say = say
        # SQLite would let writers of one process wait for each other, too, but in no order.
        self._writing = threading.RLock()
        self._guard = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._opened: Identity = None

    def read(self, look: Callable[[sqlite3.Connection], T], default: T) -> T:
        """What a look at the file finds; the default while there is none.

        Args:
            look: is called again when the file had to be mended.
            default: is also what an empty file has.

        Raises:
            StoreError: when it cannot be read.
        """
        for last in range(_TRIES):
            file: Identity = None
            try:
                file = self._identity()
                if file is None:
                    return default
                with self._connection() as connection:
                    return look(connection)
            except _TROUBLE as error:
                if fault_of(error) is Fault.DAMAGED and last < _TRIES - 1:
                    self._mend(error, file)
                elif _may_be_read(error):
                    return self._read_only(look, default)
                else:
                    raise self._failed("read", error) from error
        return default

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Change the file, all of it or nothing; the file is made when there is none.

        Args:
            change: is called again when the file had to be mended; the transaction is not its affair.

        Raises:
            StoreError: when it cannot be written.
        """
        return self._written(change, whole=True)

    def tend(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """The same without a transaction around it.

        Raises:
            StoreError: when it cannot be written.
        """
        return self._written(change, whole=False)

    def close(self) -> None:
        """Let go of the file. Whoever uses it again opens it again."""
        with self._guard:
            idle, self._idle, self._opened = self._idle, [], None
        for connection in idle:
            with suppress(sqlite3.Error):
                connection.close()

    def size(self) -> int:
        """Bytes on disk, with what is in its log only."""
        total = 0
        for ending in ("", "-wal"):
            with suppress(OSError):
                total += self.path.with_name(self.path.name + ending).stat().st_size
        return total

    def _written(self, change: Callable[[sqlite3.Connection], T], *, whole: bool) -> T:
        with self._writing:
            tries = 0
            while True:
                tries += 1
                file: Identity = None
                try:
                    file = self._identity()
                    with self._connection() as connection:
                        if not whole:
                            return change(connection)
                        with transaction(connection):
                            return change(connection)
                except _TROUBLE as error:
                    if tries == 1 and _code(error) == sqlite3.SQLITE_READONLY:
                        # The connection may be from a time when the file could not be written.
                        self.close()
                    elif fault_of(error) is Fault.DAMAGED and tries < _TRIES:
                        self._mend(error, file)
                    else:
                        raise self._failed("saved", error) from error

    def _read_only(self, look: Callable[[sqlite3.Connection], T], default: T) -> T:
        """A look at a file that cannot be opened as usual, since nothing may be written there."""
        try:
            connection = open_to_read(self.path)
            if connection is None:
                return default
            try:
                return look(connection)
            finally:
                connection.close()
        except _TROUBLE as error:
            raise self._failed("read", error) from error

    # Connections

    @contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        """A connection for one thread, for a while. One that has failed is not used again."""
        connection, file = self._taken()
        try:
            yield connection
        except StoreError:
            self._given_back(connection, file)
            raise
        except BaseException:
            connection.close()
            raise
        self._given_back(connection, file)

    def _taken(self) -> tuple[sqlite3.Connection, Identity]:
        file = self._identity()
        with self._guard:
            fresh = file is None or file != self._opened
            if not fresh and self._idle:
                return self._idle.pop(), file
        if fresh:
            # Another file has taken its place, or this is the first time.
            self.close()
            connection = self._opened_first()
            file = self._identity()
            with self._guard:
                self._opened = file
            return connection, file
        return open_to_write(self.path), file

    def _given_back(self, connection: sqlite3.Connection, file: Identity) -> None:
        with self._guard:
            if file == self._opened and file is not None and len(self._idle) < _KEPT_OPEN:
                self._idle.append(connection)
                return
        connection.close()

    def _opened_first(self) -> sqlite3.Connection:
        """Open the file, and look whether SQLite has passed over a part of it without a word."""
        before = wal.look(self.path)
        if not before.sound and wal.is_broken(self.path):
            self._say_log(damage.move_log_aside(self.path))
        connection = open_to_write(self.path)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if before.sound and before.frames and wal.is_cut(self.path, connection, before):
                self._say_log(damage.copy_log_aside(self.path))
            if not before.sound:
                # Without its log a file may be half of an older and half of a newer state.
                state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if state != "ok":
                    raise DamagedError(str(state))
        except BaseException:
            connection.close()
            raise
        return connection

    def _identity(self) -> Identity:
        """Which file there is under the name; None when there is none.

        Raises:
            OSError: when that cannot be known.
        """
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_dev, found.st_ino

    # Damage

    def _mend(self, error: Exception, file: Identity) -> None:
        """Set the damaged file aside, unless somebody else has done so, and take over what can be read of it.

        Args:
            error: what was found.
            file: which file it is.
        """
        with self._writing:
            broken = self._set_aside(error, file)
            if broken is None:
                return
            rescued, why = 0, ""
            try:
                with self._connection() as connection:
                    rescued = rescue(connection, broken)
            except _TROUBLE as trouble:
                why = f" because {reason_of(trouble)[0]}"
            found = "Nothing could be rescued"
            if rescued:
                found = f"{rescued} of its sets {'is' if rescued == 1 else 'are'} in a new one"
            self._say(
                f"The embeddings {self.path} are damaged ({error}). They were set aside as {broken}. {found}{why}."
            )

    def _set_aside(self, error: Exception, file: Identity) -> Path | None:
        self.close()
        lock = taken(self.path.with_name(f"{self.path.name}.{_MENDING}"), _MENDING_PATIENCE)
        try:
            # Another program may have done so while this one waited.
            return damage.set_aside(self.path) if self._identity() == file else None
        except OSError as trouble:
            raise self._failed("read", error) from trouble
        finally:
            if lock is not None:
                lock.release()

    def _say_log(self, kept: Path) -> None:
        self._say(
            f"The last changes to {self.path} could not be read: the log beside it is damaged. "
            f"It is kept as {kept}. Everything before is there."
        )

    def _failed(self, what: str, error: Exception) -> StoreError:
        if isinstance(error, UnknownFileError):
            return StoreError(str(error), "It is left as it is. Choose another folder for the app's files, or update.")
        if isinstance(error, DamagedError) or fault_of(error) is Fault.DAMAGED:
            return StoreError(
                f"Embeddings cannot be {what} in {self.path}: the file is damaged ({error}), and cannot be set aside.",
                "Check who may write there, or move the file away.",
            )
        reason, advice = reason_of(error)
        return StoreError(f"Embeddings cannot be {what} in {self.path}: {reason}.", advice)


def _may_be_read(error: Exception) -> bool:
    """Whether a file that cannot be opened as usual might still be read."""
    return isinstance(error, OSError) or _code(error) in _WITHOUT_WRITING


def _code(error: Exception) -> int:
    # What Python's own module refuses has no code.
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
