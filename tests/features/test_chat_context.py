"""How full the context is, and whether a prompt fits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.chat.context import ContextUse, context_use, estimated_tokens, fits, in_words, limit_of
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.sdk import ModelInstance, ModelSummary
from lmstudio_tui.store.library.records import Attachment, Message, ToolCallRecord

LOADED = ModelSummary(
    id="m", state="loaded", max_context_length=32768, instances=(ModelInstance(id="m", context_length=8192),)
)
IDLE = ModelSummary(id="m", state="not-loaded", max_context_length=32768)
IMAGE = Attachment(id="i", kind="image", name="a.png", media_type="image/png", size=90_000, sha256="0")
TEXT = Attachment(id="t", kind="text", name="a.md", media_type="text/markdown", size=4000, sha256="1")


def said(role: Any, text: str, **more: Any) -> Message:
    return Message(id=text[:8] or "x", conversation_id="c", parent_id=None, role=role, text=text, **more)


COUNTED = [
    said("user", "x" * 4000),
    said("assistant", "y", usage={"prompt_tokens": 2000, "completion_tokens": 130, "reasoning_tokens": 30}),
]


def test_what_the_server_counted_is_believed() -> None:
    use = context_use(COUNTED, Parameters(), LOADED)
    assert (use.used, use.limit, use.estimated, use.loaded) == (2100, 8192, False, True)
    assert use.words == "2.1k / 8.2k"
    assert use.level == ""
    assert round(use.share, 3) == 0.256


def test_what_came_since_is_estimated() -> None:
    use = context_use([*COUNTED, said("user", "z" * 400, attachments=(IMAGE, TEXT))], Parameters(), LOADED)
    assert use.used == 2100 + 100 + 800 + 1000 + 4
    assert use.estimated
    assert use.words.startswith("~4.0k")


def test_without_a_count_everything_is_estimated() -> None:
    call = ToolCallRecord(id="1", name="weather", arguments='{"city": "Rome"}')
    path = [said("user", "a" * 40), said("assistant", "", tool_calls=(call,)), said("tool", "sunny", usage=None)]
    use = context_use(path, Parameters(system="b" * 40), None)
    assert use.estimated
    assert use.used == (10 + 4) + (10 + 4) + (6 + 4 + 4) + (2 + 4)
    assert (use.limit, use.share, use.level, use.words) == (None, 0.0, "", "~48 tokens")
    assert "does not say" in use.sentence


def test_nothing_takes_nothing() -> None:
    use = context_use([], Parameters(), LOADED)
    assert (use.used, use.estimated, use.words) == (0, False, "0 / 8.2k")
    assert context_use([said("assistant", "")], Parameters(), LOADED).used == 0


@pytest.mark.parametrize("usage", [{"prompt_tokens": None}, {"completion_tokens": 9}, {"prompt_tokens": "7"}, {}])
def test_a_count_of_no_use_is_passed_over(usage: dict[str, Any]) -> None:
    assert context_use([said("assistant", "abcd", usage=usage)], Parameters(), LOADED).used == 5


def test_the_limit_is_that_of_the_model_in_memory() -> None:
    assert limit_of(LOADED) == (8192, True)
    assert limit_of(IDLE) == (32768, False)
    assert limit_of(ModelSummary(id="m")) == (None, False)
    assert limit_of(None) == (None, True)
    assert "not loaded" in context_use(COUNTED, Parameters(), IDLE).sentence


@pytest.mark.parametrize(
    ("used", "level"), [(0, ""), (69, ""), (70, "warn"), (89, "warn"), (90, "full"), (300, "full")]
)
def test_it_is_told_when_it_fills(used: int, level: str) -> None:
    assert ContextUse(used, 100).level == level


def test_a_prompt_that_cannot_fit_is_told_before() -> None:
    use = ContextUse(2000, 4096)
    assert fits(use, "x" * 8000) == ""
    assert fits(use, "x" * 9000) == (
        "This prompt has about 2.3k tokens; that, with the 2.0k that are there, is more than the 4,096 of the context."
    )
    assert "4,096 that the model takes at most" in fits(ContextUse(0, 4096, loaded=False), "x" * 20_000)
    assert "that is more" in fits(ContextUse(0, 4096), "x" * 20_000)
    assert fits(ContextUse(0, None), "x" * 10**6) == ""
    assert fits(ContextUse(3500, 4096), "look", (IMAGE,)) != ""
    assert fits(ContextUse(3500, 4096), "look") == ""


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("abcd", 1), ("abcde", 2), ("你好世界", 4), ("안녕", 2), ("über alles", 3), ("🙂🙂", 2)],
)
def test_tokens_are_estimated_by_the_script(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


@pytest.mark.parametrize(
    ("tokens", "words"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (8192, "8.2k"), (9960, "10k"), (131_072, "131k"), (1_048_576, "1.0M")],
)
def test_tokens_in_words(tokens: int, words: str) -> None:
    assert in_words(tokens) == words


@given(st.integers(0, 10**12))
def test_any_number_is_short(tokens: int) -> None:
    assert len(in_words(tokens)) <= 7
