"""Programs that are killed while they keep vectors, and programs that do so at the same time."""

from __future__ import annotations

import random
import time
from threading import Thread
from typing import TYPE_CHECKING

from embedding_parts import KEY, hashes, made, names, words
from library_parts import end, rows, start

from lmstudio_tui.store.embeddings import EmbeddingShelf

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

BEGINNING = """
import pathlib, sys
from array import array
from lmstudio_tui.store.embeddings import *
shelf = EmbeddingShelf(pathlib.Path(sys.argv[1]))
KEY = VectorKey("http://localhost:1234", "nomic")
def made(start, end):
    return [
        (content_hash(f"text {n}"), array("f", [n + index / 4 for index in range(8)])) for n in range(start, end)
    ]
"""

KEEPING = f"""{BEGINNING}
record = shelf.create(sys.argv[2])
for step in range(10**9):
    shelf.keep(KEY, made(step * 32, step * 32 + 32))
    shelf.append(record.id, [TextRecord(f"text {{step}}")])
    print(step, flush=True)
"""

IN_ONE_GO = f"""{BEGINNING}
def slow():
    for n in range(10**9):
        # Those before are on disk when it is asked for the next.
        print(n, flush=True)
        yield from ((hash_, array("f", list(vector) * 60_000)) for hash_, vector in made(n, n + 1))
shelf.keep(KEY, slow())
"""


def until_killed(process: subprocess.Popen[str], lines: int) -> int:
    """Let a program go on for so many lines, and a little, then kill it. The number that it said last."""
    assert process.stdout is not None
    told: list[str] = []
    while len(told) < lines:
        told.append(process.stdout.readline())
    reader = Thread(target=lambda: told.extend(process.stdout or ()))
    reader.start()
    time.sleep(random.Random().uniform(0, 0.05))
    process.kill()
    reader.join()
    end(process)
    return int([line for line in told if line.endswith("\n")][-1])


def test_what_was_kept_outlives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    for round_ in range(5):
        last = until_killed(start(KEEPING, path, f"set {round_}"), lines=5 + round_ * 17)
        shelf = EmbeddingShelf(path)
        said: list[str] = []
        shelf.listen(said.append)
        count = (last + 1) * 32
        assert shelf.vectors(KEY, hashes(0, count)) == dict(made(0, count))
        (record,) = [each for each in shelf.sets() if each.name == f"set {round_}"]
        texts = words(shelf, record.id)
        assert texts == [f"text {step}" for step in range(len(texts))]
        assert len(texts) == record.count >= last + 1
        shelf.close()
        assert said == []
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        assert [each.name for each in tmp_path.iterdir()] == ["embeddings.sqlite"]


def test_a_kill_in_the_middle_of_one_call(tmp_path: Path) -> None:
    path = tmp_path / "embeddings.sqlite"
    last = until_killed(start(IN_ONE_GO, path), lines=30)
    shelf = EmbeddingShelf(path)
    there = shelf.vectors(KEY, hashes(0, last + 1))
    # What was gathered for one transaction may be missing, and nothing else.
    assert set(there) == set(hashes(0, len(there)))
    assert len(there) >= last - 2
    shelf.close()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


WRITING = f"""{BEGINNING}
name = sys.argv[2]
said = []
shelf.listen(said.append)
sys.stdin.readline()
own = shelf.create(name)
for step in range(100):
    shelf.keep(KEY, made(step * 20, step * 20 + 20))
    assert len(shelf.vectors(KEY, [hash_ for hash_, _ in made(step * 20, step * 20 + 20)])) == 20
    shelf.append(own.id, [TextRecord(f"{{name}} {{step}}")])
    shelf.append(sys.argv[3], [TextRecord(f"{{name}} {{step}}")])
    if step % 10 == 0:
        shelf.delete(shelf.create("gone").id)
        shelf.sets("nothing of the kind")
shelf.close()
print(said)
"""


def test_several_programs_write_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "new" / "embeddings.sqlite"
    shelf = EmbeddingShelf(path)
    common = shelf.create("common")
    programs = [start(WRITING, path, name, common.id) for name in ("a", "b", "c")]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    while any(program.poll() is None for program in programs):
        shelf.change(common.id, name="common")
        shelf.vectors(KEY, hashes(0, 100))
    assert [program.communicate()[0] for program in programs] == ["[]\n"] * 3
    steps = {f"{name} {step}" for name in "abc" for step in range(100)}
    assert set(words(shelf, common.id)) == steps
    assert sorted(names(shelf)) == ["a", "b", "c", "common"]
    assert [each.count for each in sorted(shelf.sets(), key=lambda each: each.name)] == [100, 100, 100, 300]
    assert shelf.vectors(KEY, hashes(0, 2000)) == dict(made(0, 2000))
    assert shelf.sizes().vectors == ((KEY, 2000),)
    shelf.close()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert [each.name for each in path.parent.iterdir()] == ["embeddings.sqlite"]


def test_programs_that_begin_the_file_at_the_same_time(tmp_path: Path) -> None:
    code = f"{BEGINNING}\nsys.stdin.readline()\nshelf.create(sys.argv[2])\nshelf.keep(KEY, made(0, 50))\nshelf.close()"
    path = tmp_path / "new" / "embeddings.sqlite"
    programs = [start(code, path, name) for name in "abcd"]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    codes = [program.wait() for program in programs]
    for program in programs:
        end(program)
    assert codes == [0] * 4
    shelf = EmbeddingShelf(path)
    assert sorted(names(shelf)) == list("abcd")
    assert shelf.vectors(KEY, hashes(0, 50)) == dict(made(0, 50))
    shelf.close()
