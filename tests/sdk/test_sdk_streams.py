"""Streams of every kind, from the simulator and byte for byte."""

from __future__ import annotations

import gzip
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sdk_servers import (
    DONE,
    Connection,
    RawServer,
    answering,
    ask,
    chunked,
    config,
    delta,
    event,
    reply,
    stream_head,
    whole,
    whole_stream,
)

from lmstudio_tui.sdk import (
    CancelScope,
    ChatStream,
    CompletionRequest,
    ConnectionLostError,
    ContextOverflowError,
    FeatureUnavailableError,
    LMStudioClient,
    LMStudioError,
    ModelCrashedError,
    ModelNotLoadedError,
    ProtocolError,
    ReasoningDelta,
    Reclassified,
    RequestTimeoutError,
    ServerFailureError,
    StreamEvent,
    StreamFinished,
    StreamingDowngraded,
    StreamingError,
    StreamInterruptedError,
    StreamRetried,
    StreamWarning,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from lmstudio_tui.sdk.transport import Transport
from lmstudio_tui.simulator import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.simulator import SimulatorServer

STOP = event(delta(finish="stop"))


def streamed(*answers: bytes, **settings: Any) -> tuple[list[StreamEvent], Any]:
    """The events of a stream, and the stream; each answer has a connection of its own."""
    with (
        RawServer(*(answering(answer) for answer in answers)) as server,
        LMStudioClient(config(server, **settings)) as client,
        client.stream_chat_completion(ask()) as stream,
    ):
        return list(stream), stream


def text_of(*events: bytes) -> str:
    return streamed(whole_stream(*events))[1].result.text


def run(stream: Iterator[StreamEvent]) -> tuple[list[StreamEvent], LMStudioError | None]:
    """The events, and the error that they ended in."""
    events: list[StreamEvent] = []
    try:
        events.extend(stream)
    except LMStudioError as error:
        return events, error
    return events, None


# The simulator's faults

ENDINGS: dict[str, type[LMStudioError]] = {
    "stream-overflow": ContextOverflowError,
    "stream-error-data": StreamInterruptedError,
    "stream-error-event": StreamInterruptedError,
    "stream-error-before": ModelCrashedError,
    "cut-before": ConnectionLostError,
    "cut-after-headers": ConnectionLostError,
    "cut-middle": StreamInterruptedError,
    "close-middle": StreamInterruptedError,
    "cut-utf8": StreamInterruptedError,
    "unknown-endpoint-200": FeatureUnavailableError,
    "no-model": ModelNotLoadedError,
    "crash": ModelCrashedError,
    "context-overflow": ContextOverflowError,
    "context-overflow-nkeep": ContextOverflowError,
    "error-json-200": ModelCrashedError,
    "unavailable-always": ServerFailureError,
    "html": ServerFailureError,
    "html-200": ProtocolError,
    "truncated-json": ProtocolError,
}
WAITING = {"stall", "stall-headers", "endless", "flood", "rate-limit", "slow-byte"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - WAITING))
def test_every_fault_ends_in_an_answer_or_in_one_of_our_errors(client: LMStudioClient, name: str) -> None:
    with client.stream_chat_completion(ask(model=f"fault-{name}")) as stream:
        events, error = run(stream)
        if error is not None:
            assert isinstance(error, ENDINGS.get(name, LMStudioError))
            assert error.context["stream_id"] == stream.stream_id
            assert (stream.partial.text != "") == isinstance(error, StreamInterruptedError)
        else:
            assert name not in ENDINGS
            assert isinstance(events[-1], StreamFinished)
            assert stream.cursor == len(stream.result.text) + len(stream.result.reasoning)
            assert stream.result.usage is not None


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - WAITING))
def test_every_fault_in_one_piece(client: LMStudioClient, name: str) -> None:
    transport = Transport(client.config)
    _, error = run(ChatStream(transport, ask(model=f"fault-{name}"), stream=False))
    transport.close()
    assert error is None or error.context["endpoint"] == "/v1/chat/completions"


def test_a_sound_stream(client: LMStudioClient) -> None:
    with client.stream_chat_completion(ask("What is a token?", model="sim-qwen3-8b")) as stream:
        events = list(stream)
    result = stream.result
    assert "".join(one.text for one in events if isinstance(one, TextDelta)) == result.text == stream.partial.text
    assert "".join(one.text for one in events if isinstance(one, ReasoningDelta)) == result.reasoning != ""
    assert (
        [one for one in events if isinstance(one, UsageReported)] == [UsageReported(result.usage)]
        if result.usage
        else 0
    )
    assert result.usage
    assert not result.usage.estimated
    assert result.choices[0].message.content == result.text
    assert (result.finish_reason, result.downgraded, result.warnings) == ("stop", False, ())
    assert result.timings
    assert result.timings.time_to_first_token_ms
    assert (stream.model_id, len(stream.prompt_hash), len(stream.stream_id)) == ("sim-qwen3-8b", 16, 32)
    assert list(stream) == []


def test_legacy_completions(client: LMStudioClient) -> None:
    request = CompletionRequest(model="sim-llama-3.1-8b", prompt="Once upon a time", max_tokens=20)
    whole_answer = client.create_completion(request)
    with client.stream_completion(request) as stream:
        assert stream.run().text == whole_answer.text != ""


def test_an_answer_can_be_followed_from_another_thread(simulator: SimulatorServer, client: LMStudioClient) -> None:
    scope = CancelScope()
    stream = client.stream_chat_completion(ask(model="fault-flood"), scope=scope)
    lengths: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.002):
            lengths.append(stream.partial.cursor)

    thread = threading.Thread(target=watch)
    thread.start()
    result = stream.run()
    stop.set()
    thread.join()
    assert lengths == sorted(lengths)
    assert stream.cursor == len(result.text) > 100_000


# Retries, downgrades, interruptions


def cut(connection: Connection) -> None:
    connection.request()
    connection.reset()


def test_a_stream_that_fails_before_any_output_is_tried_once_more() -> None:
    with (
        RawServer(cut, answering(whole_stream(event(delta("x", "stop")), DONE))) as server,
        LMStudioClient(config(server)) as client,
    ):
        events = list(client.stream_chat_completion(ask()))
    assert isinstance(events[0], StreamRetried)
    assert events[1] == TextDelta("x")
    assert len(server.requests) == 2


def test_what_a_failed_attempt_left_behind_does_not_colour_the_next() -> None:
    first = stream_head() + chunked(event({**delta("<thi", role="assistant"), "model": "other", "id": "1"}))
    second = whole_stream(event(delta("x", "stop")), DONE)
    with (
        RawServer(answering(first), answering(second)) as server,
        LMStudioClient(config(server)) as client,
        client.stream_chat_completion(ask()) as stream,
    ):
        # The first server's close is in order, and still no end of a chunked body.
        result = stream.run()
    assert (result.text, result.model, result.warnings) == ("x", "m", ())


def test_a_stream_that_fails_twice_is_asked_for_in_one_piece() -> None:
    with RawServer(cut, cut, answering(reply(whole("x")))) as server, LMStudioClient(config(server)) as client:
        stream = client.stream_chat_completion(ask())
        kinds = [type(one) for one in stream]
    assert kinds == [StreamRetried, StreamingDowngraded, TextDelta, UsageReported, StreamFinished] or kinds[:2] == [
        StreamRetried,
        StreamingDowngraded,
    ]
    assert stream.result.text == "x"
    assert stream.result.downgraded
    assert stream.downgraded
    assert stream.timings.time_to_first_token_ms is None
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    assert [body["stream"] for body in bodies] == [True, True, False]


def test_a_server_that_cannot_stream_is_asked_for_one_piece() -> None:
    refusal = reply({"error": "Streaming is not supported"}, 400)
    events, stream = streamed(refusal, refusal, reply(whole("x")))
    assert [type(one) for one in events[:2]] == [StreamRetried, StreamingDowngraded]
    assert stream.result.text == "x"


def test_a_server_that_knows_no_usage_in_streams_is_not_asked_for_it() -> None:
    refusal = reply({"error": "Unknown parameter: 'stream_options'"}, 400)
    with (
        RawServer(answering(refusal), answering(whole_stream(event(delta("x", "stop")), DONE))) as server,
        LMStudioClient(config(server)) as client,
    ):
        result = client.stream_chat_completion(ask()).run()
    assert (result.text, result.downgraded) == ("x", False)
    assert result.usage
    assert result.usage.estimated
    assert b"stream_options" not in server.requests[1]


def test_once_output_was_delivered_nothing_is_sent_again() -> None:
    def interrupted(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("half"))))
        connection.finish()

    with RawServer(interrupted) as server, LMStudioClient(config(server)) as client:
        stream = client.stream_chat_completion(ask())
        with pytest.raises(StreamInterruptedError) as caught:
            stream.run()
        assert len(server.requests) == 1
    assert caught.value.partial == stream.partial
    assert stream.partial.text == "half"
    assert caught.value.context["cause"] == "ConnectionLostError"
    with pytest.raises(StreamingError, match="not ended") as unfinished:
        _ = stream.result
    assert unfinished.value.partial == stream.partial


@pytest.mark.parametrize(
    "members", [{"reasoning_content": "why"}, {"tool_calls": [{"id": "1", "function": {"name": "f"}}]}]
)
def test_reasoning_and_tool_calls_are_output_too(members: dict[str, Any]) -> None:
    with pytest.raises(StreamInterruptedError):
        streamed(stream_head() + chunked(event(delta(**members))))


def test_http_that_breaks_in_the_middle_interrupts() -> None:
    with pytest.raises(StreamInterruptedError, match="not HTTP as it should be") as caught:
        streamed(stream_head() + chunked(event(delta("half"))) + b"zzz\r\n")
    assert caught.value.partial
    assert caught.value.partial.text == "half"


def test_a_generation_that_takes_too_long_keeps_what_it_had() -> None:
    def stalled(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("half"))))
        connection.wait_until_left()

    with (
        RawServer(stalled) as server,
        LMStudioClient(config(server, generation_timeout=0.2)) as client,
        pytest.raises(StreamInterruptedError, match="in time") as caught,
    ):
        client.stream_chat_completion(ask()).run()
    assert caught.value.context["phase"] == "read"


def test_a_time_out_before_any_output_is_a_time_out() -> None:
    def silent(connection: Connection) -> None:
        connection.request()
        connection.wait_until_left()

    with RawServer(silent) as server, LMStudioClient(config(server, generation_timeout=1.0)) as client:
        with pytest.raises(RequestTimeoutError):
            client.stream_chat_completion(ask()).run()
        assert len(server.requests) == 1


def test_streaming_switched_off() -> None:
    events, stream = streamed(reply(whole("x")), enable_streaming=False)
    assert [type(one) for one in events] == [TextDelta, UsageReported, StreamFinished] or events
    assert (stream.result.text, stream.result.downgraded) == ("x", False)


# How a stream ends


def after_finish(*rest: bytes, **settings: Any) -> tuple[list[StreamEvent], Any]:
    """A server that says its last word, and then neither [DONE] nor goodbye."""

    def lingering(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(event(delta("x", "stop"))) + b"".join(rest))
        connection.wait_until_left()

    with RawServer(lingering) as server, LMStudioClient(config(server, **settings)) as client:
        stream = client.stream_chat_completion(ask())
        events = list(stream)
        assert server.left.wait(5)
    return events, stream


@pytest.mark.parametrize("settings", [{}, {"generation_timeout": 30}])
def test_a_server_that_does_not_let_go_is_left(monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]) -> None:
    monkeypatch.setattr("lmstudio_tui.sdk.reading._AFTER_FINISH", 0.2)
    events, stream = after_finish(**settings)
    assert stream.result.text == "x"
    assert [one.code for one in events if isinstance(one, StreamWarning)] == ["no_done"]


def test_after_done_nothing_is_waited_for() -> None:
    assert after_finish(chunked(DONE))[1].result.warnings == ()


def test_http_garbage_after_the_last_word_costs_nothing() -> None:
    events, stream = streamed(stream_head() + chunked(event(delta("x", "stop"))) + b"zzz\r\n")
    assert stream.result.text == "x"
    assert any(isinstance(one, StreamWarning) for one in events)


UNFRAMED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def test_without_framing_only_a_last_word_tells_an_end_from_a_cut() -> None:
    assert streamed(UNFRAMED + event(delta("x", "stop")))[1].result.warnings == ()
    assert streamed(UNFRAMED + event(delta("x")) + b"data: [DONE]")[1].result.text == "x"
    with pytest.raises(StreamInterruptedError, match="in the middle of the stream"):
        streamed(UNFRAMED + event(delta("x")))
    with pytest.raises(ConnectionLostError):
        streamed(UNFRAMED, UNFRAMED, UNFRAMED[:20])


def test_a_framed_end_without_a_reason_is_an_end_with_a_warning() -> None:
    assert streamed(whole_stream(event(delta("x"))))[1].result.warnings == (
        "The stream ended without saying that it was finished.",
    )


@pytest.mark.parametrize("body", [b"", b": only a comment\n\n", event(delta("")) + STOP, DONE], ids=range(4))
def test_an_empty_stream_says_what_may_be_the_matter(body: bytes) -> None:
    events, stream = streamed(stream_head() + (chunked(body) if body else b"") + b"0\r\n\r\n")
    assert [one.code for one in events if isinstance(one, StreamWarning)] == ["empty"]
    assert stream.result.text == ""


def test_a_stream_whose_connection_is_used_again() -> None:
    answers = [whole_stream(event(delta("x", "stop")), DONE), reply(whole("y"))]
    with RawServer(answering(*answers)) as server, LMStudioClient(config(server)) as client:
        assert client.stream_chat_completion(ask()).run().text == "x"
        assert client.create_chat_completion(ask()).text == "y"


# What comes in place of a stream


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", ""])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_whole_answer_in_place_of_a_stream(kind: str, indent: int | None) -> None:
    events, stream = streamed(
        reply(b"\xef\xbb\xbf\n" + json.dumps(whole("x"), indent=indent).encode() + b"\n", 200, kind)
    )
    assert stream.result.text == "x"
    assert any(isinstance(one, StreamingDowngraded) for one in events) == stream.result.downgraded


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_refusal_in_place_of_a_stream(kind: str, indent: int | None) -> None:
    raw = json.dumps({"error": {"message": "No models loaded."}}, indent=indent).encode()
    with pytest.raises(ModelNotLoadedError):
        streamed(reply(raw, 200, kind))


@pytest.mark.parametrize(
    "raw",
    [
        b"Something else altogether",
        b"<html>",
        b"[1, 2]",
        b'{"object": "list"}',
        b'{"choices": []}',
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"garbage" * 20 + b"\n" + b"more garbage\n" * 100_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_is_no_answer_is_shown_shortened(raw: bytes, stream: bool) -> None:
    with pytest.raises(ProtocolError) as caught:
        streamed(reply(raw, 200, "text/plain"), enable_streaming=stream)
    assert len(caught.value.message) < 300
    assert caught.value.message.isprintable()


def test_a_stream_in_place_of_a_whole_answer() -> None:
    _, stream = streamed(whole_stream(event(delta("x", "stop")), DONE), enable_streaming=False)
    assert stream.result.text == "x"


def test_bare_json_lines() -> None:
    lines = [json.dumps(delta("a")), "", json.dumps(delta("b", "stop")), "[DONE]"]
    for kind in ("application/x-ndjson", "text/event-stream"):
        _, stream = streamed(reply("\n".join(lines).encode(), 200, kind))
        assert (stream.result.text, stream.result.downgraded, stream.result.warnings) == ("ab", False, ())


def test_an_error_among_bare_json_lines() -> None:
    with pytest.raises(StreamInterruptedError, match="crashed"):
        streamed(whole_stream(json.dumps(delta("a")).encode() + b"\n", b'{"error": "The model has crashed"}\n'))


def test_events_without_empty_lines_between_them() -> None:
    assert text_of(event(delta("a")).rstrip() + b"\n", event(delta("b")).rstrip() + b"\n", b"data: [DONE]\n") == "ab"


def test_a_compressed_stream() -> None:
    body = gzip.compress(event(delta("x", "stop")) + DONE)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert streamed(head + body)[1].result.text == "x"
    with pytest.raises(ProtocolError, match="compression"):
        streamed(head + b"x" * len(body))


# What is odd in a stream


def test_garbage_is_skipped_with_a_warning() -> None:
    events, stream = streamed(
        whole_stream(
            b"{oops\n", event(delta("a")), b"data: {broken\n\n", b"<<<\n\n", b"data: 5\n\ndata:\n\n", STOP, DONE
        )
    )
    assert stream.result.text == "a"
    assert len([one for one in events if isinstance(one, StreamWarning)]) == 4
    assert stream.result.warnings[0] == "A line of the stream was skipped: '{oops'."


def test_the_number_of_remembered_warnings_is_bounded() -> None:
    _, stream = streamed(whole_stream(*(b"data: %d\n\n" % number for number in range(500)), event(delta("a")), DONE))
    assert len(stream.result.warnings) == 20


@pytest.mark.parametrize(
    "body",
    [
        event({"error": "The model has crashed"}, "error"),
        event({"message": "The model has crashed"}, "error"),
        b"event: error\ndata: The model has crashed\n\n",
        event({"error": {"message": "The model has crashed"}}),
        event({**delta(finish="error"), "error": {"message": "The model has crashed"}}),
        event({"object": "error", "message": "The model has crashed", "code": 500}),
    ],
)
def test_an_error_within_a_stream(body: bytes) -> None:
    with pytest.raises(ModelCrashedError, match="has crashed"):
        streamed(whole_stream(body))
    with pytest.raises(StreamInterruptedError, match="has crashed") as caught:
        streamed(whole_stream(event(delta("a")), body))
    assert "Load the model again" in caught.value.hint


def test_an_error_event_without_words() -> None:
    with pytest.raises(LMStudioError, match="did not say which"):
        streamed(whole_stream(b"event: error\n\n"))


def test_tool_calls_of_every_shape() -> None:
    pieces: list[dict[str, Any]] = [
        {"tool_calls": [{"index": "0", "id": 7, "function": {"name": "f", "arguments": '{"a"'}}]},
        {"tool_calls": [{"index": 0, "id": "", "function": {"name": "", "arguments": ": 1}"}}]},
        {"tool_calls": [{"index": 0, "id": "8", "function": {"name": "g", "arguments": {"b": 2}}}]},
        {"tool_calls": [{"index": 0, "id": "8", "function": {"name": "g", "arguments": ""}}]},
        {"tool_calls": [{"id": "9", "function": {"name": "h"}}, {"id": "9", "function": {"arguments": "{}"}}, 5]},
        {"tool_calls": [{"function": {"arguments": " "}}, {"index": "²"}]},
        {"tool_calls": None},
    ]
    events, stream = streamed(whole_stream(*(event(delta(**piece)) for piece in pieces), STOP, DONE))
    calls = [(call.id, call.name, call.arguments) for call in stream.result.tool_calls]
    assert calls == [("7", "f", '{"a": 1}'), ("8", "g", '{"b": 2}'), ("9", "h", "{} ")]
    assert len([one for one in events if isinstance(one, ToolCallDelta)]) == 8


def test_whole_tool_calls_with_the_same_id_stay_apart() -> None:
    calls: list[dict[str, Any]] = [{"id": "c", "function": {"name": name, "arguments": {}}} for name in "fg"]
    _, stream = streamed(reply(whole("", tool_calls=calls)))
    assert [(call.name, call.arguments) for call in stream.result.tool_calls] == [("f", "{}"), ("g", "{}")]


def test_surrogate_halves_in_two_chunks() -> None:
    halves = [delta("\ud83d"), delta("\ude80 \ud83d"), delta("x"), delta("\ud83d", reasoning_content="\ud83d"), delta()]
    _, stream = streamed(whole_stream(*map(event, halves), STOP, DONE))
    assert stream.result.text == "🚀 \ufffdx\ufffd"
    assert stream.result.reasoning == "\ufffd"


def test_content_of_other_types() -> None:
    parts: list[Any] = [[{"type": "text", "text": "a"}, "b", {"text": 5}], 5, {"x": 1}, None]
    events, stream = streamed(
        whole_stream(
            *(event({"choices": [{"delta": {"content": part}}]}) for part in parts), event({"choices": {}}), DONE
        )
    )
    assert stream.result.text == "ab"
    assert "odd_content" in [one.code for one in events if isinstance(one, StreamWarning)]


def test_a_lone_closing_tag_divides_anew_what_was_said() -> None:
    events, stream = streamed(whole_stream(*(event(delta(part)) for part in ("why", "</th", "ink>", "so")), STOP, DONE))
    assert Reclassified("", "why") in events
    assert (stream.result.text, stream.result.reasoning, stream.cursor) == ("so", "why", 5)


def test_json_that_came_as_reasoning_is_the_answer() -> None:
    schema: dict[str, Any] = {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}
    body = whole_stream(event(delta(reasoning_content='{"a": 1}')), STOP, DONE)
    with RawServer(answering(body)) as server, LMStudioClient(config(server)) as client:
        result = client.stream_chat_completion(ask(response_format=schema)).run()
    assert (result.text, result.reasoning) == ('{"a": 1}', "")
    assert "shown as the answer" in result.warnings[0]
    _, stream = streamed(body)
    assert stream.result.warnings == ("The model only reasoned and gave no answer; it may need more max_tokens.",)


@pytest.mark.parametrize(
    ("usage", "estimated"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 2}, False),
        ({"prompt_tokens": 3, "completion_tokens": 0}, True),
        ({}, True),
        (None, True),
        ("many", True),
    ],
)
def test_usage_is_estimated_when_it_is_not_told(usage: object, estimated: bool) -> None:
    _, stream = streamed(whole_stream(event(delta("abcd")), event({**delta("efgh", "stop"), "usage": usage}), DONE))
    assert stream.result.usage.estimated is estimated
    assert stream.result.usage.completion_tokens == 2
    assert stream.result.usage.total_tokens == stream.result.usage.prompt_tokens + 2


def test_figures_that_the_server_tells_go_before_measured_ones() -> None:
    stats = {"tokens_per_second": 51.4, "time_to_first_token": 0.5, "stop_reason": "eosFound"}
    _, stream = streamed(reply({**whole("x"), "stats": stats}), enable_streaming=False)
    timings = stream.result.timings
    assert (timings.tokens_per_second, timings.time_to_first_token_ms, timings.measured_by) == (51.4, 500, "server")


def test_another_model_than_the_one_asked_for() -> None:
    events, stream = streamed(whole_stream(event({**delta("x", "stop"), "model": "other"}), DONE))
    assert isinstance(events[0], StreamWarning)
    assert (stream.result.requested_model, stream.result.model) == ("m", "other")
    assert "other answered" in stream.result.warnings[0]


def test_lines_of_several_megabytes() -> None:
    text = "word " * 1_000_000
    assert text_of(event(delta(text)), STOP, DONE) == text


@pytest.mark.parametrize("filler", [b"\n" * 65536, b" " * 65536, b": x\n" * 16384], ids=["lines", "blanks", "comments"])
def test_an_endless_nothing_takes_no_memory_and_can_be_left(filler: bytes) -> None:
    enough = threading.Event()

    def endless(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for _ in range(200):
            connection.send(filler)
        enough.set()
        connection.wait_until_left()

    scope = CancelScope()
    canceller = threading.Thread(target=lambda: enough.wait(5) and scope.cancel())
    canceller.start()
    with (
        RawServer(endless) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(LMStudioError, match="cancelled"),
    ):
        client.stream_chat_completion(ask(), scope=scope).run()
    canceller.join()


def flooding(filler: bytes, head: bytes = UNFRAMED) -> Callable[[Connection], None]:
    def endless(connection: Connection) -> None:
        connection.request()
        connection.send(head)
        while True:
            connection.send(filler)

    return endless


@pytest.mark.parametrize(
    ("filler", "stream"),
    [(b"data: " + b"x" * 65536, True), (b"x" * 65536, True), ((b"x" * 60 + b"\n") * 1000, True), (b"x" * 65536, False)],
    ids=["event", "line", "garbage", "document"],
)
def test_an_endless_body_ends_in_an_error(monkeypatch: pytest.MonkeyPatch, filler: bytes, stream: bool) -> None:
    monkeypatch.setattr("lmstudio_tui.sdk.answer.Answer.read.__defaults__", (b"", 1_000_000))
    with (
        RawServer(flooding(filler)) as server,
        LMStudioClient(config(server, enable_streaming=stream)) as client,
        pytest.raises(ProtocolError),
    ):
        client.stream_chat_completion(ask()).run()


@pytest.mark.usefixtures("impatient")
def test_an_endless_refusal_is_cut() -> None:
    head = b"HTTP/1.1 400 X\r\nContent-Type: text/plain\r\n\r\n"
    with (
        RawServer(flooding(b"no " * 20_000, head)) as server,
        LMStudioClient(config(server)) as client,
        pytest.raises(LMStudioError, match="no no no"),
    ):
        client.stream_chat_completion(ask()).run()
