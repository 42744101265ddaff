"""A conversation, and what is sent of it."""

from __future__ import annotations

from lmstudio_tui.features.chat.conversation import Conversation, Said, estimated_tokens

TALK = Conversation(
    (
        Said("u1", "user", "Why?"),
        Said("a1", "assistant", "Because.", reasoning="They ask why.", model="qwen3-8b"),
        Said("u2", "user", "And then?"),
        Said("a2", "assistant", "", status="failed"),
    )
)


def test_a_message_more_or_less_is_another_conversation() -> None:
    empty = Conversation()
    one = empty.with_message(Said("u1", "user", "Why?"))
    assert empty.messages == ()
    assert [said.id for said in one.messages] == ["u1"]
    assert one.without("u1") == empty
    assert one.without("u7") == one
    assert [said.id for said in TALK.without("u1", "a2").messages] == ["a1", "u2"]


def test_the_last_answer_is_the_last_one_with_a_text() -> None:
    assert TALK.last_answer is not None
    assert TALK.last_answer.id == "a1"
    assert Conversation().last_answer is None


def test_the_last_prompt_and_all_of_them() -> None:
    assert TALK.last_prompt is not None
    assert TALK.last_prompt.id == "u2"
    assert TALK.prompts == ("Why?", "And then?")
    assert Conversation().last_prompt is None
    assert Conversation().prompts == ()


def test_what_is_sent_leaves_out_empty_answers_and_all_reasoning() -> None:
    request = TALK.request("qwen3-8b")
    assert request.model == "qwen3-8b"
    assert [(message.role, message.content) for message in request.messages] == [
        ("user", "Why?"),
        ("assistant", "Because."),
        ("user", "And then?"),
    ]
    assert "They ask why" not in str(request.payload(stream=True))


def test_a_stopped_or_interrupted_answer_is_sent_as_far_as_it_came() -> None:
    talk = TALK.with_message(Said("a3", "assistant", "Half an ans", status="interrupted"))
    assert talk.request(None).messages[-1].content == "Half an ans"


def test_a_system_prompt_comes_first() -> None:
    messages = TALK.request(None, "Be brief.").messages
    assert (messages[0].role, messages[0].content) == ("system", "Be brief.")
    assert TALK.request(None, "").messages[0].role == "user"
    assert TALK.request(None).model is None


def test_tokens_are_estimated_at_four_characters() -> None:
    assert [estimated_tokens("x" * length) for length in (0, 1, 4, 5, 400)] == [0, 1, 1, 2, 100]
