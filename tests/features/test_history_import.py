"""What other programs export: ChatGPT, open-webui, and plain lists of messages."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest

from lmstudio_tui.features.history.importing import Imported, UnreadableError, read
from lmstudio_tui.store.library.records import Message

T0 = 1_706_745_600.0


def node(parent: str | None, role: str, at: float | None = None, **message: Any) -> dict[str, Any]:
    """A node of ChatGPT's mapping."""
    content = message.pop("content", {"content_type": "text", "parts": [message.pop("text", "")]})
    said = {"author": {"role": role}, "create_time": None if at is None else T0 + at, "content": content, **message}
    return {"parent": parent, "children": [], "message": said}


def chatgpt() -> list[dict[str, Any]]:
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "S", "content": "Hmm."}]}
    mapping = {
        "root": {"parent": None, "children": ["sys"], "message": None},
        "sys": node("root", "system", weight=0),
        "q": node("sys", "user", 1, text="Capital of France?"),
        "think": node("q", "assistant", None, content=thoughts),
        "recap": node("think", "assistant", 2, content={"content_type": "reasoning_recap", "content": "Thought"}),
        "call": node("recap", "assistant", 3, recipient="python", content={"content_type": "code", "text": "f()"}),
        "out": node("call", "tool", 4, content={"content_type": "execution_output", "text": "Paris"}),
        "a": node(
            "out",
            "assistant",
            5,
            content={"content_type": "multimodal_text", "parts": [image, "It is Paris."]},
            metadata={"model_slug": "gpt-4o"},
        ),
        "other": node("q", "assistant", 2, text="Lyon."),
        "memo": node("other", "tool", 3, text="a tool that nobody called"),
    }
    about = {"title": "France", "create_time": T0, "update_time": T0 + 9, "current_node": "a"}
    return [{**about, "mapping": mapping}]


def only(document: Any, name: str = "conversations.json") -> Imported:
    (found,) = read(json.dumps(document).encode(), name)
    check(found)
    return found


def check(imported: Imported) -> None:
    """What holds of everything that is imported."""
    conversation, messages = imported.loaded.conversation, imported.loaded.messages
    seen: set[str | None] = {None}
    for message in messages:
        assert message.parent_id in seen, "a message comes after the one that it follows"
        assert message.conversation_id == conversation.id
        assert message.created_at >= conversation.created_at
        assert message.role != "tool" or message.tool_call_id
        seen.add(message.id)
    assert len(seen) == len(messages) + 1 == conversation.messages + 1
    assert conversation.head in seen


def test_chatgpt() -> None:
    found = only(chatgpt())
    conversation = found.loaded.conversation
    texts = {message.text: message for message in found.loaded.messages}
    assert list(texts) == ["Capital of France?", "Lyon.", "", "Paris", "It is Paris."]
    question, other, call, result, answer = texts.values()
    assert (conversation.title, conversation.created_at, conversation.updated_at) == ("France", T0, T0 + 9)
    assert (other.parent_id, call.parent_id, result.parent_id, answer.parent_id) == (
        *(question.id, question.id),
        call.id,
        result.id,
    )
    assert (call.reasoning, call.tool_calls[0].name, call.tool_calls[0].arguments) == ("Hmm.", "python", "f()")
    assert result.tool_call_id == call.tool_calls[0].id
    assert (answer.model, answer.created_at, conversation.head) == ("gpt-4o", T0 + 5, answer.id)
    assert found.notes == ("1 attachment is named and not in the file.",)


def test_of_a_list_all_are_read_or_none_and_it_says_which_is_wrong() -> None:
    good = chatgpt()[0]
    assert len(read(json.dumps([good, good]).encode())) == 2
    for bad, where in (({"x": 1}, "[1]"), ({"mapping": {"a": 3}}, "[1].mapping.a"), (7, "[1]")):
        with pytest.raises(UnreadableError) as caught:
            read(json.dumps([good, bad]).encode())
        assert caught.value.where == where


def web_ui() -> dict[str, Any]:
    thought = '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n'
    return {
        "id": "x",
        "title": "Greeting",
        "created_at": int(T0),
        "updated_at": int(T0) + 60,
        "pinned": True,
        "chat": {
            "models": ["llama3"],
            "params": {"system": "Be kind."},
            "history": {
                "currentId": "2",
                "messages": {
                    "1": {
                        "role": "user",
                        "parentId": None,
                        "content": "hi",
                        "timestamp": int(T0) + 1,
                        "files": [{"type": "image", "url": "data:image/png;base64,AAAA"}, {"type": "file", "id": "f"}],
                    },
                    "2": {
                        "role": "assistant",
                        "parentId": "1",
                        "content": f"{thought}&gt; a &lt;b\n&gt; c\n</details>\nHello",
                        "model": "llama3",
                        "timestamp": int(T0) + 2,
                        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "odd": "x"},
                    },
                    "3": {
                        "role": "assistant",
                        "parentId": "1",
                        "content": "Hey",
                        "timestamp": int(T0) + 3,
                        "done": False,
                    },
                },
            },
        },
    }


@pytest.mark.parametrize("document", [[web_ui()], web_ui()], ids=["a list", "one"])
def test_open_webui(document: Any) -> None:
    found = only(document, "chat-export.json")
    conversation = found.loaded.conversation
    question, answer, other = found.loaded.messages
    assert (conversation.title, conversation.model, conversation.pinned) == ("Greeting", "llama3", True)
    assert conversation.parameters == {"system": "Be kind."}
    assert (answer.text, answer.reasoning, answer.model) == ("Hello", "a <b\nc", "llama3")
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 4}
    assert (other.text, other.status, other.parent_id, conversation.head) == (
        "Hey",
        "interrupted",
        question.id,
        answer.id,
    )
    (image,) = question.attachments
    assert (image.kind, found.blobs[image.sha256]) == ("image", b"\0\0\0")
    assert found.notes == ("1 attachment is named and not in the file.",)


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lG"}}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
PLAIN: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Look: "}, IMAGE]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c", "content": "3"},
    {"role": "assistant", "content": "<think>\nhm\n</think>\n\nThree."},
]


@pytest.mark.parametrize(
    "document", [PLAIN, {"model": "qwen3", "messages": PLAIN, "temperature": 0.5}], ids=["list", "request"]
)
def test_a_plain_list_of_messages(document: Any) -> None:
    found = only(document)
    messages: tuple[Message, ...] = found.loaded.messages
    assert [one.role for one in messages] == ["user", "assistant", "tool", "assistant"]
    assert [one.text for one in messages] == ["Look: ", "", "3", "Three."]
    assert messages[1].tool_calls[0].name == "f"
    assert messages[3].reasoning == "hm"
    assert list(found.blobs.values()) == [b"GIF"]
    assert found.loaded.conversation.parameters == {"system": "Be brief."}
    assert found.loaded.conversation.title == "Look:"
    assert found.loaded.conversation.model == ("qwen3" if isinstance(document, dict) else "")


def test_what_history_show_prints_is_understood() -> None:
    shown = {
        "id": "x",
        "title": "T",
        "head": "b",
        "messages": [
            {"id": "a", "parent_id": None, "role": "user", "text": "hi", "created_at": "2026-01-02T03:04:05+00:00"},
            {"id": "b", "parent_id": "a", "role": "assistant", "text": "one", "reasoning": "r"},
            {"id": "c", "parent_id": "a", "role": "assistant", "text": "two"},
        ],
    }
    messages = only(shown).loaded.messages
    assert [one.parent_id for one in messages] == [None, messages[0].id, messages[0].id]
    assert only(shown).loaded.conversation.title == "T"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([{"role": "wizard", "content": "x"}], "messages[0].role: Nobody here has the role 'wizard'."),
        ([{"role": "user", "content": 3}], "messages[0].content: The content is neither a text nor a list of parts."),
        (
            [{"role": "user", "content": [{"image_url": {"url": "data:image/png;base64,?"}}]}],
            "messages[0].content: This is",
        ),
        ([PLAIN[1], "x"], "messages[1]: There should be an object, and there is a text."),
        (
            [{"mapping": {"a": {"parent": "b"}, "b": {"parent": "a"}}}],
            "Some of the messages follow each other in a circle.",
        ),
        ({"messages": [{"id": "a", "role": "user", "text": "x"}] * 2}, "messages: Two messages have the same id."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: Any, sentence: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(json.dumps(document).encode())
    assert caught.value.sentence.startswith(sentence)


def test_hostile_sizes_take_no_time() -> None:
    chain: dict[str, Any] = {str(at): {"parent": str(at - 1), "message": None} for at in range(10_000)}
    chain |= {f"m{at}": node("9999", "user", at, text="x") for at in range(10_000)}
    deep = {str(at): node(str(at - 1), "user", None, text="x") for at in range(10_000)}
    began = process_time()
    assert len(only([{"mapping": chain}]).loaded.messages) == 10_000
    assert len(only([{"mapping": deep}]).loaded.messages) == 10_000
    read(("## User\n" * 20_000 + "## Assistant (x)\n").encode(), "x.md")
    read(("## User\n\n" + "<details type='reasoning'" * 20_000).encode(), "x.md")
    read(("## User\n\n" + "<details>\n<summary>Reasoning</summary>\n" * 20_000).encode(), "x.md")
    for too_many in (
        [{"mapping": {str(at): None for at in range(100_001)}}],
        [{"role": "user", "content": "x"}] * 100_001,
    ):
        with pytest.raises(UnreadableError):
            read(json.dumps(too_many).encode())
    assert process_time() - began < 30


def test_titles_are_one_short_line() -> None:
    title = only([{**chatgpt()[0], "title": "a\x1b[31m\n" + "b" * 1000}]).loaded.conversation.title
    assert title.startswith("a bbb")
    assert len(title) == 200
