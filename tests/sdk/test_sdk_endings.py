"""How an answer is divided when all of it is known, and what the end of a stream is worth."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from sdk_servers import DONE, RawServer, answering, ask, chunked, config, delta, event, reply, stream_head, whole

from lmstudio_tui.sdk import (
    LMStudioClient,
    ProtocolError,
    ReasoningDelta,
    RequestTimeoutError,
    StreamInterruptedError,
    TextDelta,
)
from lmstudio_tui.sdk.retrying import may_retry
from lmstudio_tui.sdk.types.events import Reclassified


@pytest.mark.parametrize("text", ["It is a greeting.</think>Hello.", "<think>It is a greeting.</think>Hello."])
def test_a_whole_answer_is_divided_before_any_of_it_is_given(text: str) -> None:
    with RawServer(answering(reply(whole(text)))) as server, LMStudioClient(config(server)) as client:
        unstreamed = client.config.model_copy(update={"enable_streaming": False})
        with LMStudioClient(unstreamed) as plain, plain.stream_chat_completion(ask()) as stream:
            events = list(stream)
    said = [one for one in events if isinstance(one, TextDelta | ReasoningDelta | Reclassified)]
    assert said == [ReasoningDelta("It is a greeting."), TextDelta("Hello.")]
    assert stream.result.text == "Hello."


def test_a_compressed_stream_that_was_cut_is_interrupted() -> None:
    data = b"".join(event(delta(f"word {number} ")) for number in range(200))
    cut = gzip.compress(data)[:-400]
    answer = stream_head("Content-Encoding: gzip") + chunked(cut) + b"0\r\n\r\n"
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server)) as client,
        client.stream_chat_completion(ask()) as stream,
        pytest.raises(StreamInterruptedError) as caught,
    ):
        list(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.text.startswith("word 0 word 1 ")


@pytest.mark.parametrize("end", [b"", DONE])
def test_a_stream_of_garbage_only_is_no_empty_answer(end: bytes) -> None:
    answer = stream_head() + chunked(b"data: {broken\n\n" * 3 + end) + b"0\r\n\r\n"
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server)) as client,
        client.stream_chat_completion(ask()) as stream,
        pytest.raises(ProtocolError) as caught,
    ):
        list(stream)
    assert "{broken" in caught.value.message


def test_a_handshake_that_takes_too_long_is_not_tried_again() -> None:
    assert not may_retry(RequestTimeoutError("…", phase="tls"), works=False)
    assert may_retry(RequestTimeoutError("…", phase="connect"), works=True)


def test_a_wanted_format_counts_also_where_it_is_an_extra_parameter() -> None:
    wanted: dict[str, Any] = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}
    assert ask(extra={"response_format": wanted}).wants_json
    assert ask(response_format=wanted).wants_json
    assert not ask(response_format=wanted, extra={"response_format": {"type": "text"}}).wants_json
    assert not ask().wants_json
