"""Files of other versions, and of other programs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from library_parts import conversation, filled, heard, message, rows, texts, titles

from lmstudio_tui.store.library import Library, schema
from lmstudio_tui.store.library.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of

if TYPE_CHECKING:
    from pathlib import Path

FIRST_VERSION = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
CREATE TABLE conversations(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL DEFAULT '',
    titled INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0, head TEXT, parameters TEXT, draft TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '', deleted_at REAL);
CREATE INDEX conversations_listed ON conversations(pinned DESC, updated_at DESC, number DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_used ON conversations(updated_at DESC, number DESC) WHERE deleted_at IS NULL;
CREATE TABLE messages(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, parent_id TEXT, role TEXT NOT NULL,
    text TEXT NOT NULL, reasoning TEXT NOT NULL, tool_calls TEXT, tool_call_id TEXT, attachments TEXT,
    status TEXT NOT NULL, requested_model TEXT, model TEXT NOT NULL, parameters TEXT, usage TEXT, stats TEXT,
    finish_reason TEXT, note TEXT NOT NULL, created_at REAL NOT NULL, writer TEXT, indexed INTEGER NOT NULL DEFAULT 0,
    deleted_at REAL);
CREATE INDEX messages_there ON messages(number) WHERE deleted_at IS NULL;
CREATE INDEX messages_gone ON messages(deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_below ON messages(parent_id);
CREATE INDEX messages_streaming ON messages(number) WHERE status = 'streaming';
CREATE INDEX messages_unindexed ON messages(number) WHERE indexed = 0;
CREATE INDEX messages_asked ON messages(created_at) WHERE role = 'user' AND deleted_at IS NULL;
CREATE TABLE pieces(number INTEGER PRIMARY KEY, message_id TEXT NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX pieces_of ON pieces(message_id);
CREATE TABLE blobs(sha256 TEXT PRIMARY KEY, content BLOB NOT NULL, stored_at REAL NOT NULL);
CREATE TABLE presets(name TEXT PRIMARY KEY, parameters TEXT);
CREATE TABLE notes(name TEXT PRIMARY KEY, value TEXT);
INSERT INTO conversations(number, id, title, created_at, updated_at) VALUES(1, 'chat', 'By hand', 1, 2);
INSERT INTO messages(number, id, role, text, reasoning, status, model, note, created_at)
    VALUES((1 << 24) + 1, 'm', 'user', 'What was asked', '', 'complete', '', '', 1);
INSERT INTO messages(number, id, parent_id, role, text, reasoning, status, model, note, created_at)
    VALUES((1 << 24) + 2, 'n', 'm', 'assistant', 'Once ', '', 'streaming', '', '', 1);
INSERT INTO pieces VALUES(1, 'n', 0, 'upon a '), (2, 'n', 0, 'time');
"""
NEXT = ("ALTER TABLE conversations ADD COLUMN folder TEXT", "UPDATE conversations SET folder = 'inbox'")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def by_hand(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_VERSION)


def test_a_file_of_the_first_version_is_read(path: Path) -> None:
    by_hand(path)
    library = Library(path)
    said = heard(library)
    assert texts(library) == {"m": "What was asked", "n": "Once upon a time"}
    assert titles(library, "asked") == titles(library, "upon") == ["By hand"]
    library.close()
    assert said == []


def test_it_becomes_one_of_the_next_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand(path)
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, NEXT))
    library = Library(path)
    assert texts(library) == {"m": "What was asked", "n": "Once upon a time"}
    library.close()
    assert rows(path, "SELECT folder FROM conversations") == [("inbox",)]
    assert rows(path, "PRAGMA user_version") == [(2,)]


def test_a_step_is_taken_as_a_whole_or_not_at_all(path: Path) -> None:
    by_hand(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, (*MIGRATIONS, NEXT, ("ALTER TABLE conversations ADD COLUMN x", "no SQL")))
        assert version_of(connection) == 2
        names = {row[1] for row in connection.execute("PRAGMA table_info(conversations)")}
        assert "folder" in names
        assert "x" not in names
        migrate(connection, (*MIGRATIONS, NEXT))
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (1,)


def test_a_new_file_is_like_one_that_grew(path: Path, tmp_path: Path) -> None:
    by_hand(path)
    filled(tmp_path / "new.db")
    query = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'words%' ORDER BY name"
    assert rows(path, query) == rows(tmp_path / "new.db", query)


def test_a_file_of_a_later_version_is_not_touched(path: Path) -> None:
    filled(path)
    rows(path, "PRAGMA user_version = 99")
    content = path.read_bytes()
    library = Library(path)
    said = heard(library)
    assert library.conversations() == ()
    library.create(conversation(title="here"))
    library.add(message("m", "kept in memory"))
    assert titles(library, "memory") == ["here"]
    assert not library.flush()
    library.close()
    assert len(said) == 1
    assert said[0].startswith(f"{path} was made by a later version of this program.")
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_later_version_that_only_the_log_knows(path: Path) -> None:
    library = Library(path)
    library.create(conversation(title="theirs"))
    assert library.flush()
    rows(path, "PRAGMA user_version = 99")
    other = Library(path)
    said = heard(other)
    assert other.conversations() == ()
    assert "later version" in said[0]
    other.close()
    library.close()


def test_the_database_of_another_program_is_not_touched(path: Path) -> None:
    rows(path, "CREATE TABLE theirs(a)")
    content = path.read_bytes()
    library = Library(path)
    said = heard(library)
    library.create(conversation(title="here"))
    assert titles(library) == ["here"]
    library.close()
    assert said[0].startswith(f"{path} is another program's database.")
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_library(path: Path) -> None:
    path.touch()
    library = Library(path)
    assert library.conversations() == ()
    library.create(conversation(title="here"))
    library.close()
    assert titles(Library(path)) == ["here"]
