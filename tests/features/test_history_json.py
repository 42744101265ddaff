"""The project's own format: everything, and back exactly as it was; and what is wrong with a file, and where."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from history_parts import BLOBS, conversation, conversations, rich, said
from hypothesis import given, settings

from lmstudio_tui.features.history.exporting import export
from lmstudio_tui.features.history.importing import UnreadableError, read, settled, with_new_ids
from lmstudio_tui.features.history.times import exact_time, plain_time, seconds_of
from lmstudio_tui.store.library.records import Loaded


def back(loaded: Loaded) -> Loaded:
    (imported,) = read(export(loaded, "json").encode())
    return imported.loaded


def broken(**changes: Any) -> str:
    """Why a document with these changes is refused."""
    document = json.loads(export(rich(), "json", blob=BLOBS.get))
    message = changes.pop("message", {})
    document["messages"][1].update(message)
    document.update(changes)
    with pytest.raises(UnreadableError) as caught:
        read(json.dumps(document).encode())
    return caught.value.sentence


@given(conversations())
@settings(max_examples=150)
def test_everything_comes_back_exactly(loaded: Loaded) -> None:
    assert back(loaded) == loaded


def test_all_branches_and_all_attachments_are_in_it() -> None:
    text = export(rich(), "json", blob=BLOBS.get)
    assert (json.loads(text)["format"], json.loads(text)["version"]) == ("lmstudio-tui/conversation", 1)
    (imported,) = read(text.encode())
    assert imported.loaded == rich()
    assert imported.blobs == BLOBS


def test_without_attachments_they_are_still_named() -> None:
    (imported,) = read(export(rich(), "json").encode())
    assert imported.loaded == rich()
    assert imported.blobs == {}


def test_several_in_one_list() -> None:
    text = f"[{export(rich(), 'json')},{export(conversation(said('x', None, 'user', 'hi')), 'json')}]"
    assert [len(one.loaded.messages) for one in read(text.encode())] == [6, 1]


def test_numbers_that_json_does_not_have_cost_only_themselves() -> None:
    message = said("m", None, "user", "half \ud83d of it", usage={"x": float("nan"), "y": [float("inf")]})
    text = export(conversation(message), "json")
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert back(conversation(message)).messages[0].usage == {"x": None, "y": [None]}
    text.encode()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"version": 2}, "A later version of lmstudio-tui made it (format 2; this one reads up to 1)."),
    ({"title": 3}, "title: There should be a text, and there is a number."),
    ({"messages": {}}, "messages: There should be a list, and there is an object."),
    ({"messages": ["x"]}, "messages[0]: There should be an object, and there is a text."),
    (
        {"message": {"role": "system"}},
        "messages[1].role: The role is 'system'; it should be user, assistant or tool.",
    ),
    ({"message": {"status": "odd"}}, "messages[1].status: There is no status 'odd'."),
    ({"message": {"id": "m1"}}, "messages[1].id: There are two messages with the id m1."),
    ({"message": {"id": "../x y"}}, "messages[1].id: This is no id of a message."),
    ({"message": {"parent_id": "no"}}, "messages[1].parent_id: The message that it follows is not there."),
    ({"message": {"parent_id": "m2"}}, "messages[1].parent_id: The message that it follows follows this one."),
    ({"message": {"parent_id": "m3"}}, "messages[1].parent_id: The message that it follows follows this one."),
    ({"message": {"created_at": "soon"}}, "messages[1].created_at: There should be a time, such as 2026-11-20"),
    ({"message": {"tool_calls": [{"name": []}]}}, "messages[1].tool_calls[0].name: There should be a text"),
    ({"message": {"attachments": [{"kind": "film"}]}}, "messages[1].attachments[0].kind: There is no attachment"),
    ({"blobs": {next(iter(BLOBS)): "AAAA"}}, "blobs.df40f62bfcb7: The bytes of this attachment are damaged."),
    ({"blobs": {next(iter(BLOBS)): "?"}}, "blobs.df40f62bfcb7: This is no base64."),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_what_is_wrong_is_said_with_its_place(changes: dict[str, Any], sentence: str) -> None:
    assert broken(**changes).startswith(sentence)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "It is empty."),
        (b" \n", "It is empty."),
        (b"{", "It begins like JSON, and is none: "),
        (b"[" * 100_000, "It begins like JSON, and is none: it is nested too deeply."),
        (b"[]", "It is an empty list."),
        (b"[1]", "[0]: There should be an object, and there is a number."),
        (b'{"a": 1}', "This is no conversation of a kind that is known here."),
        (b"PK\x03\x04...", "It is a zip archive."),
        (b"\x89PNG\x00\x00", "It is neither JSON nor a text."),
        (b"just a text", "No heading says who speaks."),
    ],
)
def test_what_is_no_conversation_is_refused_in_words(raw: bytes, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(raw, "file")
    assert caught.value.sentence.startswith(message)
    assert len(caught.value.sentence) < 300


def test_ids_that_are_taken_become_others_and_nothing_else_changes() -> None:
    (imported,) = read(export(rich(), "json").encode())
    assert with_new_ids(imported, {"something"}) is imported
    for taken in ({"c1"}, {"m3"}):
        anew = with_new_ids(imported, taken).loaded
        assert anew.conversation.id != "c1"
        assert not {message.id for message in anew.messages} & {message.id for message in imported.loaded.messages}
        places = {message.id: at for at, message in enumerate(anew.messages)}
        parents = [None if one.parent_id is None else places[one.parent_id] for one in anew.messages]
        assert parents == [None, 0, 1, 2, 3, 0]
        assert places[anew.conversation.head or ""] == 4
        assert {message.conversation_id for message in anew.messages} == {anew.conversation.id}
        assert [message.text for message in anew.messages] == [message.text for message in imported.loaded.messages]


def test_what_was_under_way_when_it_was_exported_is_interrupted_here() -> None:
    message = replace(said("m", None, "assistant", "so f"), status="streaming", created_at=0.0)
    (imported,) = read(export(conversation(message, created_at=0, updated_at=0), "json").encode())
    loaded = settled(imported, 77.0).loaded
    assert (loaded.messages[0].status, loaded.messages[0].created_at) == ("interrupted", 77.0)
    assert (loaded.conversation.created_at, loaded.conversation.updated_at) == (77.0, 77.0)


def test_times() -> None:
    for seconds in (0.0, 1.0, 1763690000.1234567, 0.00001, 4e9 + 0.5):
        assert seconds_of(exact_time(seconds)) == seconds
    assert exact_time(1763690000.5) == "2025-11-21T01:53:20.5Z"
    assert plain_time(1763690000.5) == "2025-11-21T01:53:20.500+00:00"
    assert plain_time(float("inf")) == plain_time(0)
    assert seconds_of("2025-11-21T02:53:20.5+01:00") == 1763690000.5
    assert seconds_of(1763690000500) == 1763690000.5
    nonsense: tuple[Any, ...] = ("", "soon", None, True, -1, 10**400, float("nan"), [], "9" * 100)
    assert [one for one in nonsense if seconds_of(one) is not None] == []
