"""Programs that are killed, and programs that write at the same time."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from library_parts import end, heard, rows, start, texts

from lmstudio_tui.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

STREAMING = """
import pathlib, sys, time
from lmstudio_tui.store.library import *
library = Library(pathlib.Path(sys.argv[1]))
name = sys.argv[2]
library.create(Conversation(id=name, title=f"Title {name}"))
library.add(Message(id=f"{name}p", conversation_id=name, parent_id=None, role="user", text="ask"))
writer = library.begin(Message(id=f"{name}a", conversation_id=name, parent_id=f"{name}p", role="assistant"))
# Open from here on: on a busy machine that alone may take a second.
assert library.flush()
for number in range(10**9):
    (writer.reasoning if number < 20 else writer.text)(f"{number} ")
    if number % 100 == 50:
        library.add(Message(id=f"{name}.{number}", conversation_id=name, parent_id=f"{name}p", role="user", text="x"))
    print(number, time.time(), flush=True)
    # As a model is: slow, and now and then silent for a while, in which nothing else brings about a write.
    time.sleep(3 if number % 1000 == 999 else 0.002)
"""


@dataclass
class Victim:
    """A program that will be killed."""

    process: subprocess.Popen[str]
    name: str
    path: Path
    lines: list[str] = field(default_factory=list[str])
    killed_at: float = 0.0

    def live_and_die(self, seconds: float) -> None:
        assert self.process.stdout is not None
        self.lines.append(self.process.stdout.readline())
        reader = Thread(target=lambda: self.lines.extend(self.process.stdout or ()))
        reader.start()
        with pytest.raises(subprocess.TimeoutExpired):  # It lives until it is killed.
            self.process.wait(seconds)
        self.killed_at = time.time()
        self.process.kill()
        reader.join()
        end(self.process)

    def check(self, library: Library) -> None:
        told = [line.split() for line in self.lines if line.endswith("\n")]
        old = [int(number) for number, moment in told if float(moment) < self.killed_at - 1.0]
        loaded = library.load(self.name)
        if loaded is None:
            assert not old, "a conversation of which something was told a second before is there"
            return
        assert loaded.conversation.title == f"Title {self.name}"
        by_id = {each.id: each for each in loaded.messages}
        answer = by_id.get(f"{self.name}a")
        if answer is None:
            assert not old
            return
        assert answer.status == "interrupted"
        kept = [*answer.reasoning.split(), *answer.text.split()]
        # Whole as far as it goes, and nothing of what was told a second before is missing.
        assert kept == [str(number) for number in range(len(kept))]
        assert len(kept) > max(old, default=-1)
        assert {f"{self.name}.{number}" for number in old if number % 100 == 50} <= set(by_id)


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_older_than_a_second_outlives_a_kill(tmp_path: Path, shared: bool) -> None:
    chance = random.Random()
    for round_ in range(2):
        victims: list[Victim] = []
        for number in range(6):
            path = tmp_path / ("shared" if shared else f"{round_}.{number}") / "library.db"
            name = f"c{round_}.{number}"
            victims.append(Victim(start(STREAMING, path, name), name, path))
        threads = [Thread(target=each.live_and_die, args=(chance.uniform(0.3, 3.5),)) for each in victims]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for victim in victims:
            library = Library(victim.path)
            said = heard(library)
            victim.check(library)
            library.close()
            assert said == []
            assert rows(victim.path, "PRAGMA integrity_check") == [("ok",)]
            assert not [each for each in victim.path.parent.iterdir() if "broken" in each.name or "lock" in each.name]


WRITING = """
import pathlib, sys
from lmstudio_tui.store.library import *
library = Library(pathlib.Path(sys.argv[1]))
said = []
library.listen(said.append)
name = sys.argv[2]
sys.stdin.readline()
for number in range(150):
    id = f"{name}.{number}"
    library.create(Conversation(id=id, title=f"Title {id}"))
    library.add(Message(id=f"{id}p", conversation_id="common", parent_id=None, role="user", text=f"word {id}"))
    writer = library.begin(Message(id=f"{id}a", conversation_id=id, parent_id=None, role="assistant"))
    writer.text("some ")
    writer.text("words")
    if number % 10 == 0:
        assert library.flush(60)
        assert len(library.conversations(f"title", limit=5000)) > number
    writer.end(Message(id=f"{id}a", conversation_id=id, parent_id=None, role="assistant", text=f"answer {id}"))
assert library.flush(60)
library.close()
print(said)
"""


def test_several_programs_write_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "new" / "library.db"
    programs = [start(WRITING, path, name) for name in ("a", "b", "c")]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    library = Library(path)
    said = heard(library)
    while any(program.poll() is None for program in programs):
        library.conversations("word")
        library.update("common", draft="not in the way")
    assert [program.communicate()[0] for program in programs] == ["[]\n"] * 3
    assert said == []
    names = [f"{name}.{number}" for name in "abc" for number in range(150)]
    assert texts(library, "common") == {f"{name}p": f"word {name}" for name in names}
    assert all(texts(library, name) == {f"{name}a": f"answer {name}"} for name in names)
    library.close()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert [each.name for each in path.parent.iterdir()] == ["library.db"]
