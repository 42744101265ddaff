"""Answers that are kept while they are made."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from library_parts import CHAT, conversation, end, message, rows, start, texts

from lmstudio_tui.store.library import Library, Message, ToolCallRecord, worker
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = (ToolCallRecord(id="1", name="f", arguments='{"a":'),)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def library(path: Path) -> Iterator[Library]:
    made = Library(path)
    made.create(conversation())
    made.add(message("p", "ask"))
    yield made
    made.close()


def answer(text: str = "", **fields: object) -> Message:
    return message("a", text, "p", role="assistant", **fields)


def last(library: Library) -> Message:
    loaded = library.load(CHAT)
    assert loaded is not None
    return loaded.messages[-1]


def test_an_answer_as_it_comes(library: Library) -> None:
    writer = library.begin(answer(requested_model="m"))
    assert (last(library).text, last(library).status) == ("", "streaming")
    writer.reasoning("Let me ")
    writer.reasoning("think.")
    writer.text("One ")
    writer.text("")
    assert (last(library).text, last(library).reasoning) == ("One ", "Let me think.")
    writer.text("two\ud83d")
    writer.text("\ude00")
    writer.calls(CALLS)
    now = last(library)
    assert (now.text, now.tool_calls, now.requested_model) == ("One two😀", CALLS, "m")
    final = answer("One two.", model="answered", finish_reason="stop", created_at=5.0)
    writer.end(final)
    assert last(library) == final
    writer.text("too late")
    writer.replace("too", "late")
    writer.calls(())
    assert last(library) == final
    assert library.conversations("two")


def test_something_else_in_place_of_what_came(library: Library) -> None:
    writer = library.begin(answer("Before. "))
    writer.text("wrong")
    writer.reasoning("wrong")
    library.flush()
    writer.text(" too")
    writer.replace("right", "because")
    writer.text("!")
    assert (last(library).text, last(library).reasoning) == ("Before. right!", "because")


def test_an_end_without_a_status_or_a_time(library: Library) -> None:
    writer = library.begin(answer(created_at=3.0))
    writer.end(answer("all", status="streaming"))
    assert (last(library).status, last(library).created_at) == ("complete", 3.0)


def test_it_is_on_disk_soon_though_nothing_follows(path: Path, library: Library) -> None:
    writer = library.begin(answer())
    assert library.flush()
    for word in ("one", "two"):
        writer.text(word)
        told = time.monotonic()
        until(lambda word=word: (word,) in rows(path, "SELECT text FROM pieces"))
        assert time.monotonic() - told < 0.5 + 2.5  # and some for a busy machine


def test_nothing_ticks_when_there_is_nothing_to_write(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = library.begin(answer())
    writer.text("a word")
    assert library.flush()
    waits: list[float | None] = []
    changed = library._worker._changed
    wait = changed.wait

    def watched(timeout: float | None = None) -> bool:
        waits.append(timeout)
        return wait(timeout)

    monkeypatch.setattr(changed, "wait", watched)
    writer.text("another")
    until(lambda: waits[-1:] == [None] and len(waits) > 1)
    assert [each is None for each in waits] == [False] * (len(waits) - 1) + [True]
    assert len(waits) <= 3


def test_a_flush_costs_the_same_at_the_end_of_a_long_answer(
    path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The writer writes nothing by itself meanwhile.
    monkeypatch.setattr(worker, "GATHERING", 3600.0)
    writer = library.begin(answer())
    assert library.flush()
    changes: list[int] = []
    for block in range(10):
        for number in range(10_000):
            writer.text(f"{block * 10_000 + number} ")
        assert library.flush()
        keeper = library._worker._keeper
        assert keeper is not None
        assert keeper._disk is not None
        changes.append(keeper._disk.connection.total_changes)
    assert {after - before for before, after in pairwise(changes)} == {1}
    whole = " ".join(map(str, range(100_000)))
    assert last(library).text == f"{whole} "
    writer.end(answer(whole))
    assert last(library).text == whole
    library.close()
    assert rows(path, "SELECT count(*) FROM pieces") == [(0,)]


def test_many_threads_at_once(library: Library) -> None:
    def run(name: str) -> None:
        library.create(conversation(name))
        writer = library.begin(message(f"a{name}", role="assistant", conversation_id=name))
        for number in range(500):
            writer.text(f"{number} ")
            if number % 100 == 0:
                library.conversations("ask")
        if name == "0":
            writer.end(message(f"a{name}", "the end", role="assistant", conversation_id=name))

    threads = [threading.Thread(target=run, args=(str(name),)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = "".join(f"{number} " for number in range(500))
    assert texts(library, "0") == {"a0": "the end"}
    assert [texts(library, str(name)) for name in range(1, 6)] == [{f"a{name}": whole} for name in range(1, 6)]


def test_an_answer_that_was_left_is_interrupted(path: Path, library: Library) -> None:
    writer = library.begin(answer("Kept: "))
    writer.text("this ")
    writer.calls(CALLS)
    library.close()
    left = last(library)
    assert (left.status, left.text, left.tool_calls) == ("interrupted", "Kept: this ", CALLS)
    assert library.conversations("kept this")
    # Gone on with, by the same message.
    writer = library.begin(left)
    writer.text("and that")
    assert (last(library).status, last(library).text) == ("streaming", "Kept: this and that")
    writer.end(answer("Kept: all"))
    assert (last(library).status, last(library).text) == ("complete", "Kept: all")


def test_the_end_of_one_is_not_the_end_of_the_next(library: Library) -> None:
    first = library.begin(answer())
    first.end(answer("first"))
    second = library.begin(answer("first"))
    library.flush()
    assert library._answers == {"a": second}


OTHER = """
import pathlib, sys
from lmstudio_tui.store.library import *
library = Library(pathlib.Path(sys.argv[1]))
writer = library.begin(Message(id="a", conversation_id="chat", parent_id="p", role="assistant"))
for line in sys.stdin:
    if line == "end\\n":
        writer.end(Message(id="a", conversation_id="chat", parent_id="p", role="assistant", text="the end"))
    else:
        writer.text(line)
    library.flush()
    print("told", flush=True)
"""


def test_what_another_program_writes_can_be_read(path: Path, library: Library) -> None:
    library.flush()
    other = start(OTHER, path)
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        for so_far in ("one\n", "one\ntwo\n"):
            other.stdin.write(so_far[-4:])
            other.stdin.flush()
            assert other.stdout.readline() == "told\n"
            assert (last(library).status, last(library).text) == ("streaming", so_far)
        assert [each for each in path.parent.iterdir() if each.suffix == ".lock"]
    finally:
        end(other)
    assert (last(library).status, last(library).text) == ("interrupted", "one\ntwo\n")
    assert [each for each in path.parent.iterdir() if each.suffix == ".lock"] == []


def test_an_answer_that_another_program_ends(path: Path, library: Library) -> None:
    library.flush()
    other = start(OTHER, path)
    other.communicate("one\nend\n")
    assert (last(library).status, last(library).text) == ("complete", "the end")


def test_lock_files_that_were_left_are_removed(path: Path, library: Library) -> None:
    stale = path.with_name(f"{path.name}.0123456789abcdef.lock")
    other = path.with_name("something.else.lock")
    stale.touch()
    other.touch()
    writer = library.begin(answer())
    assert library.flush()
    assert not stale.exists()
    assert other.exists()
    writer.end(answer("done"))


def test_where_files_cannot_be_locked_nothing_is_lost(
    path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        """As on some network drives."""

    monkeypatch.setattr("lmstudio_tui.store.library.liveness.taken", refuse)
    writer = library.begin(answer())
    writer.text("one ")
    assert last(library).status == "streaming"
    other = Library(path)
    assert (last(other).status, last(other).text) == ("interrupted", "one ")  # nobody can know better
    writer.text("two")
    assert last(library).text == last(other).text == "one two"
    writer.end(answer("whole"))
    assert (last(library).status, last(library).text) == ("complete", "whole")
    assert last(other).text == "whole"
    other.close()
