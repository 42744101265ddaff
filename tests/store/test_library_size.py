"""A library in which much was said is as quick as any."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from library_parts import conversation, message

from lmstudio_tui.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MANY = 5000


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    path: Path = tmp_path_factory.mktemp("size") / "library.db"
    made = Library(path)
    for number in range(MANY):
        id_ = f"c{number}"
        made.create(conversation(id_, title=f"Title {number} of many"))
        made.add(message(f"{id_}p", f"Tell me about number {number} and word{number % 100}.", conversation_id=id_))
    for number in range(2000):
        role = "assistant" if number % 2 else "user"
        text = f"message {number} " * 60
        made.add(message(f"m{number}", text, f"m{number - 1}", role=role, usage={"total_tokens": 1}, stats={"a": 1.5}))
    assert made.flush(60)
    yield made
    made.close()


def effort(work: Callable[[], object]) -> float:
    """The processor's time for it, the best of several runs, as a multiple of what a plain piece of work takes here."""
    return cpu_time(work) / cpu_time(lambda: list(map(str, range(100_000))))


def cpu_time(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(7):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize(
    "query", ["", "n", "number", "tell me about", "word42", "title 77", '"and word7"', "zzz", "天気"]
)
def test_five_thousand_conversations_are_listed_and_searched_at_once(library: Library, query: str) -> None:
    assert effort(lambda: library.conversations(query)) < 20


def test_two_thousand_messages_are_loaded_at_once(library: Library) -> None:
    loaded = library.load("chat")
    assert loaded is not None
    assert len(loaded.messages) == 2000
    assert effort(lambda: library.load("chat")) < 20
