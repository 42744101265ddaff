"""What the tests of the library share."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from lmstudio_tui.store.library import Conversation, Library, Message

if TYPE_CHECKING:
    from pathlib import Path

CHAT = "chat"


def conversation(id_: str = CHAT, **fields: Any) -> Conversation:
    return Conversation(id=id_, **fields)


def message(id_: str, text: str = "", parent: str | None = None, **fields: Any) -> Message:
    fields.setdefault("role", "user")
    fields.setdefault("conversation_id", CHAT)
    return Message(id=id_, parent_id=parent, text=text, **fields)


def texts(library: Library, id_: str = CHAT) -> dict[str, str]:
    """The texts of a conversation's messages."""
    loaded = library.load(id_)
    return {} if loaded is None else {each.id: each.text for each in loaded.messages}


def titles(library: Library, query: str = "") -> list[str]:
    return [hit.conversation.title for hit in library.conversations(query)]


def heard(library: Library) -> list[str]:
    """What the library says, from its beginning on."""
    sentences: list[str] = []
    library.listen(sentences.append)
    return sentences


def start(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another program that uses the library."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> None:
    """Kill it, and let go of its pipes."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def rows(path: Path, query: str) -> list[Any]:
    """What somebody else reads or does in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(query).fetchall()


def filled(path: Path, conversations: int = 3, messages: int = 4) -> None:
    """A library with something in it, closed."""
    library = Library(path)
    for number in range(conversations):
        library.create(conversation(f"c{number}", title=f"Title {number}"))
        for index in range(messages):
            library.add(
                message(f"m{number}.{index}", f"text {number} {index} " + "x" * 500, conversation_id=f"c{number}")
            )
    assert library.flush()
    library.close()
