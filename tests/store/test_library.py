"""The library: what is put in comes out."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from library_parts import CHAT, conversation, heard, message, rows, texts, titles

from lmstudio_tui.store.library import Attachment, Library, Loaded, Preset, ToolCallRecord, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 24 * 3600.0


class Clock:
    """A time of day that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(path: Path, clock: Clock) -> Iterator[Library]:
    made = Library(path, now=clock)
    yield made
    made.close()


FULL = message(
    "m",
    "text\twith\nlines \x00 and NUL, עברית, 日本語, 👩‍💻",
    "p",
    role="assistant",
    reasoning="why",
    tool_calls=(ToolCallRecord(id="1", name="f", arguments='{"a": 1}'),),
    tool_call_id="call",
    attachments=(
        Attachment(id="a", kind="image", name="a.png", media_type="image/png", size=3, sha256="ab", width=1, height=2),
        Attachment(id="b", kind="text", name="b.txt", media_type="text/plain", size=2**40, sha256="cd"),
    ),
    status="stopped",
    requested_model="asked",
    model="answered",
    parameters={"seed": 2**63 + 1, "temperature": 0.1, "schema": {"type": "object"}, "stop": ["a"], "none": None},
    usage={"prompt_tokens": 0, "estimated": True},
    stats={"phases": [{"name": "load", "ms": 1.25}]},
    finish_reason="stop",
    note="a note",
    created_at=1234567890.123456,
)


def test_nothing_is_made_before_something_is_written(path: Path, library: Library) -> None:
    assert library.conversations() == ()
    assert library.conversations("word") == ()
    assert library.load(CHAT) is None
    assert library.last_conversation() is None
    assert library.find("c") is None
    assert library.blob("ab") is None
    assert library.prompts() == ()
    assert library.presets() == ()
    assert library.flush()
    library.close()
    assert not path.parent.exists()


def test_sqlite_is_imported_when_it_is_used() -> None:
    # What measures the coverage may have imported it already.
    code = "import sys; b = set(sys.modules); import lmstudio_tui.store.library; n = set(sys.modules) - b; sys.exit("
    code += "bool(n & {'sqlite3', 'filelock', 'lmstudio_tui.store.library.keeper'}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")
def test_the_file_is_for_its_owner_only(path: Path, library: Library) -> None:
    library.create(conversation())
    assert library.flush()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}


def test_a_message_comes_back_as_it_was(library: Library) -> None:
    library.create(conversation())
    library.add(FULL)
    loaded = library.load(CHAT)
    assert loaded is not None
    assert loaded.messages == (FULL,)
    assert loaded.conversation.messages == 1


def test_a_conversation_comes_back_as_it_was(library: Library) -> None:
    whole = conversation(
        title="Titel",
        titled=True,
        created_at=1.5,
        updated_at=2.5,
        pinned=True,
        head="m",
        parameters={"system": "Be brief.", "values": {"top_k": 40}},
        draft="not sent",
        model="a model",
    )
    library.create(whole)
    assert library.load(CHAT) == Loaded(whole, ())
    assert library.last_conversation() == whole
    library.create(replace(whole, title="another"))
    assert library.load(CHAT) == Loaded(whole, ())


def test_text_that_utf8_cannot_hold_is_replaced(library: Library) -> None:
    library.create(conversation(title="\ud800 and \ud83d\ude00"))
    library.add(message("m", "a\udfffb\ud83d\ude00"))
    assert texts(library) == {"m": "a\ufffdb😀"}
    assert titles(library) == ["\ufffd and 😀"]


def test_a_very_long_line(library: Library) -> None:
    long = "word " * 800_000
    library.add(message("m", long))
    library.add(message("n", "A" * 4_000_000))
    assert texts(library) == {"m": long, "n": "A" * 4_000_000}
    assert [hit.message_id for hit in library.conversations("word")] == ["m"]


def test_fields_change_and_only_a_title_counts_as_a_change(library: Library, clock: Clock) -> None:
    library.create(conversation(created_at=1.0))
    clock.now = 50.0
    library.update(CHAT, pinned=True, head="h", parameters={"a": 1}, draft="d", model="m", titled=True)
    changed = conversation(
        created_at=1.0, updated_at=1.0, pinned=True, head="h", parameters={"a": 1}, draft="d", model="m", titled=True
    )
    assert library.find(CHAT) == changed
    library.update(CHAT, title="t", head=None)
    assert library.find(CHAT) == replace(changed, title="t", updated_at=50.0, head=None)
    clock.now = 60.0
    library.add(message("m"))
    assert library.find(CHAT) == replace(changed, title="t", updated_at=60.0, head=None, messages=1)


@pytest.mark.parametrize("fields", [{"messages": 1}, {"id": "x"}, {"title": 1}, {"parameters": None}, {"pinned": 1}])
def test_what_a_conversation_does_not_have_is_refused_at_once(library: Library, fields: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        library.update(CHAT, **fields)


def test_the_order_of_the_list(library: Library) -> None:
    for number, (title, pinned) in enumerate([("old", False), ("pinned", True), ("new", False), ("newest", False)]):
        library.create(conversation(title, title=title, pinned=pinned, updated_at=float(number), created_at=1.0))
    assert titles(library) == ["pinned", "newest", "new", "old"]
    assert [hit.conversation.title for hit in library.conversations(limit=2)] == ["pinned", "newest"]
    last = library.last_conversation()
    assert last is not None
    assert last.title == "newest"


def test_a_message_without_its_conversation_is_not_lost(library: Library) -> None:
    library.add(message("m", "here"))
    assert texts(library) == {"m": "here"}


def test_a_message_is_replaced_by_one_with_its_id(library: Library) -> None:
    library.add(message("m", "first"))
    library.add(message("n", "next"))
    library.add(message("m", "second"))
    assert list(texts(library).items()) == [("m", "second"), ("n", "next")]
    assert not library.conversations("first")


def test_deleted_and_brought_back(library: Library) -> None:
    library.create(conversation(title="Title"))
    library.add(message("m", "word"))
    library.delete(CHAT)
    assert library.conversations() == library.conversations("word") == ()
    assert library.load(CHAT) is library.find(CHAT) is library.last_conversation() is None
    assert library.prompts() == ()
    library.restore(CHAT)
    assert titles(library, "word") == ["Title"]
    assert library.prompts() == ("word",)


def test_messages_are_deleted_with_all_below_and_brought_back(library: Library, clock: Clock) -> None:
    for id_, parent in [("a", None), ("b", "a"), ("c", "b"), ("d", "b"), ("e", "a")]:
        library.add(message(id_, f"word {id_}", parent))
    library.delete_messages(["d"])
    clock.now += 1
    library.delete_messages(["b"])
    assert set(texts(library)) == {"a", "e"}
    assert not library.conversations('"word c"')
    found = library.find(CHAT)
    assert found is not None
    assert found.messages == 2
    library.restore_messages(["b"])
    assert set(texts(library)) == {"a", "b", "c", "e"}  # d was deleted by itself
    assert library.conversations('"word c"')
    library.restore_messages(["d", "d", "nothing"])
    assert set(texts(library)) == {"a", "b", "c", "d", "e"}


def test_what_was_deleted_is_gone_for_good_after_thirty_days(path: Path, library: Library, clock: Clock) -> None:
    library.create(conversation("gone"))
    shared, only = library.put_blob(b"shared"), library.put_blob(b"only")
    kinds = {"kind": "text", "name": "n", "media_type": "text/plain", "size": 1}
    for id_, where, names in [("g", "gone", (shared, only)), ("k", CHAT, (shared,)), ("x", CHAT, ())]:
        attachments = tuple(Attachment(id=new_id(), sha256=name, **kinds) for name in names)  # pyright: ignore[reportArgumentType]
        library.add(message(id_, "text", conversation_id=where, attachments=attachments))
    library.delete("gone")
    library.delete_messages(["x"])
    library.close()
    clock.now += 29 * DAY
    assert library.conversations()
    assert len(rows(path, "SELECT id FROM messages")) == 3
    library.close()
    clock.now += 2 * DAY
    assert library.conversations()
    library.restore("gone")
    library.restore_messages(["x"])
    assert set(texts(library)) == {"k"}
    assert library.load("gone") is None
    assert library.blob(shared) == b"shared"
    assert library.blob(only) is None


def test_a_duplicate_has_ids_of_its_own(library: Library) -> None:
    library.create(conversation(title="Title", head="b", pinned=True, parameters={"a": 1}))
    library.add(message("a", "ask"))
    library.add(message("b", "answer", "a", role="assistant"))
    library.duplicate(CHAT, "copy")
    copy = library.load("copy")
    assert copy is not None
    first, second = copy.messages
    assert (first.text, second.text, second.parent_id) == ("ask", "answer", first.id)
    assert copy.conversation.head == second.id
    assert not {first.id, second.id} & {"a", "b"}
    assert (copy.conversation.title, copy.conversation.pinned) == ("Title (copy)", False)
    assert copy.conversation.parameters == {"a": 1}
    assert texts(library) == {"a": "ask", "b": "answer"}
    library.duplicate("nothing", "none")
    assert library.load("none") is None


def test_an_import_overwrites_nothing(library: Library) -> None:
    library.create(conversation(title="mine"))
    library.add(message("a", "mine"))
    outside = Loaded(
        conversation(title="theirs"),
        (message("a", "theirs"), message("b", "new", "a", role="assistant", status="streaming")),
    )
    library.import_(outside)
    loaded = library.load(CHAT)
    assert loaded is not None
    assert [(each.text, each.status) for each in loaded.messages] == [("mine", "complete"), ("new", "interrupted")]
    assert loaded.conversation.title == "mine"
    # The same messages in another conversation are copies.
    library.import_(Loaded(conversation("other", head="b"), outside.messages))
    other = library.load("other")
    assert other is not None
    assert [each.text for each in other.messages] == ["theirs", "new"]
    assert other.conversation.head == other.messages[1].id
    assert texts(library) == {"a": "mine", "b": "new"}


def test_found_by_the_beginning_of_an_id(library: Library) -> None:
    for id_ in ("abc", "abd", "ab"):
        library.create(conversation(id_))
    found = {prefix: library.find(prefix) for prefix in ("ab", "abc", "abd", "a", "", "x", "%", "ab_")}
    assert {prefix: each.id for prefix, each in found.items() if each} == {"ab": "ab", "abc": "abc", "abd": "abd"}


def test_prompts_of_all_conversations(library: Library) -> None:
    for number, text in enumerate(["one", "two", "one", "", "three"]):
        library.add(message(f"m{number}", text, conversation_id=f"c{number}", created_at=number + 1.0))
    library.add(message("answer", "no prompt", role="assistant"))
    assert library.prompts() == ("two", "one", "three")
    assert library.prompts(2) == ("one", "three")


def test_presets(library: Library) -> None:
    library.save_preset(Preset("b", {"temperature": 0.5}))
    library.save_preset(Preset("A", {}))
    library.save_preset(Preset("b", {"temperature": 1}))
    library.save_preset(Preset("c", {}))
    library.delete_preset("c")
    assert library.presets() == (Preset("A", {}), Preset("b", {"temperature": 1}))


def test_bytes_are_kept_once(path: Path, library: Library) -> None:
    content = bytes(range(256)) * 1000
    name = library.put_blob(content)
    assert library.put_blob(content) == name
    assert library.blob(name) == content
    assert rows(path, "SELECT count(*) FROM blobs") == [(1,)]


def test_it_goes_on_after_it_was_closed(library: Library) -> None:
    said = heard(library)
    library.add(message("a", "before"))
    library.close()
    library.close()
    library.add(message("b", "after"))
    assert set(texts(library)) == {"a", "b"}
    assert said == []


def test_who_ends_without_closing_loses_nothing(path: Path) -> None:
    code = (
        "import pathlib, sys; from lmstudio_tui.store.library import *; l = Library(pathlib.Path(sys.argv[1]));"
        "l.add(Message(id='m', conversation_id='chat', parent_id=None, role='user', text='the end'))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert texts(Library(path)) == {"m": "the end"}
    assert sorted(each.name for each in path.parent.iterdir() if "lock" in each.name) == []


def test_what_cannot_be_written_costs_nothing_else(library: Library) -> None:
    said = heard(library)
    library.add(message("a", "before"))
    library.add(message("b", "not this", parent=object()))  # pyright: ignore[reportArgumentType] - the point of it
    library.add(message("c", "after"))
    assert set(texts(library)) == {"a", "c"}
    assert len(said) == 1
    assert said[0].startswith("Something could not be saved: ")
