"""What is sent for an answer, and for going on with one."""

from __future__ import annotations

import base64
import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.chat.prompting import GO_ON, can_go_on, request_of, with_context
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, ServerKind, ValidationError
from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.store.library.records import Attachment, Message, ToolCallRecord

PNG = b"\x89PNG\r\n\x1a\n-not-really"
BLOBS = {"png": PNG, "md": b"Some `code`.\n```\nblock\n```\n", "bad": b"caf\xe9"}


def said(role: Any, text: str = "", **more: Any) -> Message:
    return Message(id="x", conversation_id="c", parent_id=None, role=role, text=text, **more)


def image(name: str = "a.png", sha256: str = "png") -> Attachment:
    return Attachment(id=name, kind="image", name=name, media_type="image/png", size=9, sha256=sha256)


def text(name: str = "a.md", sha256: str = "md") -> Attachment:
    return Attachment(id=name, kind="text", name=name, media_type="text/plain", size=9, sha256=sha256)


def call(id_: str, name: str = "weather", arguments: str = "{}") -> ToolCallRecord:
    return ToolCallRecord(id=id_, name=name, arguments=arguments)


def sent(*path: Message, parameters: Parameters | None = None, **more: Any) -> dict[str, Any]:
    return request_of(path, parameters or Parameters(), "m", blob=BLOBS.get, **more).payload(stream=False)


def messages(*path: Message, **more: Any) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", sent(*path, **more)["messages"])


def test_a_branch_is_sent_from_its_beginning() -> None:
    assert sent(
        said("user", "Hi"),
        said("assistant", "Hello.", reasoning="They greet me."),
        said("user", "And?"),
        parameters=Parameters("Be brief.", {"temperature": 0.5, "extra": {"mirostat": 2}}),
    ) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "And?"},
        ],
        "temperature": 0.5,
        "mirostat": 2,
        "stream": False,
    }


def test_without_a_model_the_server_chooses() -> None:
    assert "model" not in request_of([said("user", "x")], Parameters(), "", blob=BLOBS.get).payload(stream=False)


def test_an_answer_without_a_text_is_passed_over_and_prompts_become_one() -> None:
    path = [said("user", "One"), said("assistant", " \n", status="failed"), said("user", "Two")]
    assert messages(*path) == [{"role": "user", "content": "One\n\nTwo"}]


def test_what_was_stopped_is_sent_as_far_as_it_came() -> None:
    path = [said("user", "One"), said("assistant", "Half", status="stopped"), said("user", "Two")]
    assert [each["role"] for each in messages(*path)] == ["user", "assistant", "user"]


def test_nothing_to_send_is_said() -> None:
    with pytest.raises(ValidationError):
        sent(said("user", " "), said("assistant", ""))


def test_images_are_parts_with_data_urls() -> None:
    (message,) = messages(said("user", "What is it?", attachments=(image(), image("b.png"))))
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert message["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    (alone,) = messages(said("user", "", attachments=(image(),)))
    assert [part["type"] for part in alone["content"]] == ["image_url"]


def test_prompts_with_images_become_one_too() -> None:
    (message,) = messages(said("user", "One", attachments=(image(),)), said("user", "Two"))
    assert [part["type"] for part in message["content"]] == ["text", "image_url", "text"]


def test_texts_come_before_the_prompt_in_a_fence_that_holds() -> None:
    (message,) = messages(said("user", "Sum up.", attachments=(text(),)))
    assert message["content"] == "a.md:\n````md\nSome `code`.\n```\nblock\n```\n````\n\nSum up."
    (odd,) = messages(said("user", "", attachments=(text("notes\n\x1b[1m", "bad"),)))
    assert odd["content"] == "notes:\n```\ncaf\ufffd\n```"


@given(st.text(), st.text())
def test_no_text_closes_its_fence(content: str, prompt: str) -> None:
    whole = with_context(prompt, [("a.txt", content)])
    opened = re.search(r"^(`{3,})txt$", whole, re.MULTILINE)
    assert opened is not None
    assert opened[1] not in content
    assert whole.count(opened[1]) - prompt.count(opened[1]) == 2


def test_what_is_no_longer_there_is_said_to_the_model() -> None:
    (message,) = messages(said("user", "What is it?", attachments=(image(sha256="gone"),)))
    assert message["content"] == "(a.png was sent along here; it is no longer there.)\n\nWhat is it?"


# Tools

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def test_calls_and_their_answers() -> None:
    body = sent(
        said("user", "Rain?"),
        said("assistant", "", tool_calls=(call("a", arguments='{"city": "Rome"}'), call("b"))),
        said("tool", "dry", tool_call_id="b"),
        said("tool", "wet", tool_call_id="a"),
        tools=[WEATHER],
    )
    assert body["tools"] == [WEATHER]
    asked, first, second = body["messages"][1:]
    assert asked == {
        "role": "assistant",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}},
            {"id": "b", "type": "function", "function": {"name": "weather", "arguments": "{}"}},
        ],
    }
    assert first == {"role": "tool", "tool_call_id": "a", "content": "wet"}
    assert second == {"role": "tool", "tool_call_id": "b", "content": "dry"}


def test_calls_without_ids_get_some() -> None:
    path = [said("user", "x")]
    for number in range(2):
        path += [said("assistant", "", tool_calls=(call(""), call(""))), said("tool", f"a{number}"), said("tool", "b")]
    body = messages(*path)
    ids = [each["id"] for message in body for each in message.get("tool_calls", [])]
    assert ids == ["call_1", "call_2", "call_3", "call_4"]
    assert [each["tool_call_id"] for each in body if each["role"] == "tool"] == ids


def test_a_call_that_nobody_answered_is_not_sent() -> None:
    path = [said("user", "x"), said("assistant", "Let me see.", tool_calls=(call("a"), call("b")))]
    assert messages(*path, said("user", "never mind"))[1] == {"role": "assistant", "content": "Let me see."}
    (asked, answered) = messages(*path, said("tool", "wet", tool_call_id="b"))[1:]
    assert [each["id"] for each in asked["tool_calls"]] == ["b"]
    assert asked["content"] == "Let me see."
    assert answered["tool_call_id"] == "b"
    assert messages(said("user", "x"), said("tool", "lost", tool_call_id="z")) == [{"role": "user", "content": "x"}]


@pytest.mark.parametrize(
    ("arguments", "as_sent"),
    [("", "{}"), ("[1]", '{"arguments": [1]}'), ('{"a', '{"arguments": "{\\"a"}'), ("{ }", "{ }")],
)
def test_arguments_are_always_an_object(arguments: str, as_sent: str) -> None:
    path = [said("user", "x"), said("assistant", "", tool_calls=(call("a", arguments=arguments),))]
    asked = messages(*path, said("tool", "y", tool_call_id="a"))[1]
    assert asked["tool_calls"][0]["function"]["arguments"] == as_sent


# Going on

CUT = (said("user", "Count."), said("assistant", "One, two, th", status="interrupted"))


@pytest.mark.parametrize("kind", [None, ServerKind.LM_STUDIO, ServerKind.CLASSIC, ServerKind.UNKNOWN])
def test_going_on_sends_the_answer_as_it_is(kind: ServerKind | None) -> None:
    body = sent(*CUT, prefill=True, kind=kind)
    assert body["messages"][-1] == {"role": "assistant", "content": "One, two, th"}
    assert set(body) == {"model", "messages", "stream"}


def test_other_servers_are_told_that_it_is_not_complete() -> None:
    body = sent(*CUT, prefill=True, kind=ServerKind.OPENAI)
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    mine = Parameters("", {"extra": {"add_generation_prompt": True, "x": 1}})
    body = sent(*CUT, prefill=True, kind=ServerKind.OPENAI, parameters=mine)
    assert (body["continue_final_message"], body["add_generation_prompt"], body["x"]) == (True, True, 1)
    assert "continue_final_message" not in sent(*CUT, kind=ServerKind.OPENAI)


def test_a_model_can_be_asked_to_go_on() -> None:
    body = sent(*CUT, prefill="ask", kind=ServerKind.OPENAI)
    assert body["messages"][-2:] == [
        {"role": "assistant", "content": "One, two, th"},
        {"role": "user", "content": GO_ON},
    ]
    assert "continue_final_message" not in body


def test_only_an_answer_with_a_text_can_be_gone_on_with() -> None:
    assert can_go_on(CUT[1])
    assert not can_go_on(CUT[0])
    assert not can_go_on(said("assistant", "", reasoning="Hm"))
    assert not can_go_on(said("assistant", "x", tool_calls=(call("a"),)))
    body = sent(CUT[0], said("assistant", "", reasoning="Hm"), prefill=True, kind=ServerKind.OPENAI)
    assert body["messages"] == [{"role": "user", "content": "Count."}]
    assert "continue_final_message" not in body


def test_a_server_takes_all_of_it() -> None:
    path = [
        said("user", "Rain?", attachments=(text(),)),
        said("assistant", "", tool_calls=(call(""),)),
        said("tool", "wet"),
        said("assistant", "It ra"),
    ]
    with SimulatorServer() as server, LMStudioClient(ClientConfig(base_url=server.base_url)) as client:
        model = client.list_models()[0].id
        for prefill in (False, True, "ask"):
            request = request_of(
                path,
                Parameters("Be brief.", {"temperature": 0.1}),
                model,
                blob=BLOBS.get,
                tools=[WEATHER],
                prefill=cast("Any", prefill),
                kind=ServerKind.OPENAI,
            )
            assert client.create_chat_completion(request).text is not None
