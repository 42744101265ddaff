"""LM Studio's native chat: what is asked of it, its events, its phases, and the way back to the ordinary endpoint."""

from __future__ import annotations

import json
import math
import threading
from typing import TYPE_CHECKING, Any

import pytest
from sdk_servers import (
    CI_BOUND,
    DONE,
    KEY,
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
from sdk_tape import Tape

from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    ContextOverflowError,
    EventReceived,
    HealthStatus,
    LMStudioClient,
    LMStudioError,
    ModelCrashedError,
    NativeChatStream,
    PhaseChanged,
    ReasoningDelta,
    RequestCancelledError,
    ServerKind,
    StreamEvent,
    StreamFinished,
    StreamingDowngraded,
    StreamInterruptedError,
    StreamRetried,
    StreamWarning,
    TextDelta,
    UsageReported,
    native_can,
    native_chat_offered,
)
from lmstudio_tui.sdk.phases import PhaseClock, told_phases
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PIXEL = "data:image/png;base64,iVBORw0KGgo="
STATS = {
    "input_tokens": 9,
    "total_output_tokens": 20,
    "reasoning_output_tokens": 5,
    "tokens_per_second": 40.0,
    "time_to_first_token_seconds": 0.25,
}


def named(name: str, **members: Any) -> bytes:
    """One event of a native chat."""
    return event({"type": name, **members}, name)


def ending(*output: dict[str, str], **stats: Any) -> bytes:
    result = {"model_instance_id": "m", "output": list(output), "stats": {**STATS, **stats}}
    return named("chat.end", result=result)


START = named("chat.start", model_instance_id="m")
HELLO = (named("message.start"), named("message.delta", content="Hel"), named("message.delta", content="lo"))
ORDINARY = whole_stream(event(delta("ordinary", "stop")), DONE)


def native(
    *answers: bytes, request: ChatCompletionRequest | None = None, **settings: Any
) -> tuple[list[StreamEvent], Any, list[bytes]]:
    """The events of a native chat, the stream, and what was asked; each answer has a connection of its own."""
    with (
        RawServer(*(answering(answer) for answer in answers)) as server,
        LMStudioClient(config(server, **settings)) as client,
        client.stream_native_chat(request or ask()) as stream,
    ):
        return list(stream), stream, server.requests


def failed(*answers: bytes) -> tuple[list[StreamEvent], LMStudioError, Any]:
    """What came of a native chat that fails, the error, and the stream."""
    found: list[StreamEvent] = []
    with (
        RawServer(*(answering(answer) for answer in answers)) as server,
        LMStudioClient(config(server, api_key=KEY)) as client,
        client.stream_native_chat(ask()) as stream,
    ):
        with pytest.raises(LMStudioError) as caught:
            found.extend(stream)
        return found, caught.value, stream


def paths(requests: list[bytes]) -> list[str]:
    return [request.split(b" ")[1].decode() for request in requests]


def body_of(request: bytes) -> dict[str, Any]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def message(role: Any, content: Any, **members: Any) -> ChatMessage:
    return ChatMessage(role=role, content=content, **members)


def asking(*messages: ChatMessage, **parameters: Any) -> ChatCompletionRequest:
    return ChatCompletionRequest(messages=list(messages), model="m", **parameters)


# What can be asked


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (ask("Hi"), {"input": "Hi"}),
        (asking(message("system", "Be brief."), message("user", "Hi")), {"input": "Hi", "system_prompt": "Be brief."}),
        (
            asking(message("developer", [{"type": "text", "text": "Be brief."}]), message("user", "Hi")),
            {"input": "Hi", "system_prompt": "Be brief."},
        ),
        (asking(message("system", ""), message("user", "Hi")), {"input": "Hi"}),
        (
            asking(
                message(
                    "user",
                    [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": PIXEL}}],
                )
            ),
            {"input": [{"type": "text", "content": "What?"}, {"type": "image", "data_url": PIXEL}]},
        ),
        (
            ask("Hi", temperature=0.2, top_p=0.9, top_k=40, min_p=0.1, repeat_penalty=1.1, max_tokens=7),
            {
                "input": "Hi",
                "temperature": 0.2,
                "top_p": 0.9,
                "top_k": 40,
                "min_p": 0.1,
                "repeat_penalty": 1.1,
                "max_output_tokens": 7,
            },
        ),
        (ask("Hi", max_tokens=-1), {"input": "Hi"}),
        (ask("Hi", reasoning_effort="none"), {"input": "Hi", "reasoning": "off"}),
        (ask("Hi", reasoning_effort="high"), {"input": "Hi", "reasoning": "high"}),
    ],
)
def test_what_the_native_chat_can_be_asked(request_: ChatCompletionRequest, body: dict[str, Any]) -> None:
    assert native_can(request_)
    _, stream, requests = native(whole_stream(START, *HELLO, ending()), request=request_)
    assert stream.native
    assert paths(requests) == ["/api/v1/chat"]
    assert body_of(requests[0]) == {"model": "m", "stream": True, "store": False, **body}


@pytest.mark.parametrize(
    "request_",
    [
        asking(message("user", "A"), message("assistant", "B"), message("user", "C")),
        asking(message("user", "A"), message("user", "B")),
        asking(message("user", "A"), message("assistant", "B")),
        asking(message("system", "A")),
        asking(message("system", "A"), message("system", "B"), message("user", "C")),
        asking(message("user", "A", name="someone")),
        asking(message("user", "")),
        asking(message("user", [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}])),
        asking(message("user", [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}])),
        ask(tools=[{"type": "function", "function": {"name": "f"}}]),
        ask(tool_choice="none"),
        ask(response_format={"type": "text"}),
        ask(stop="."),
        ask(seed=1),
        ask(presence_penalty=0.5),
        ask(frequency_penalty=0.5),
        ask(logit_bias={"1": 1.0}),
        ask(ttl=60),
        ask(draft_model="d"),
        ask(stream_options={"include_usage": True}),
        ask(extra={"mirostat": 2}),
        ask(temperature=1.5),
        ask(top_k=-1),
        ask(reasoning_effort="minimal"),
    ],
)
def test_what_it_cannot_be_asked_goes_to_the_ordinary_endpoint(request_: ChatCompletionRequest) -> None:
    assert not native_can(request_)
    _, stream, requests = native(ORDINARY, request=request_)
    assert paths(requests) == ["/v1/chat/completions"]
    assert (stream.native, stream.result.text, stream.phases) == (False, "ordinary", ())


def test_without_a_model_the_server_chooses_at_the_ordinary_endpoint() -> None:
    _, stream, requests = native(ORDINARY, request=ask(model=None))
    assert paths(requests) == ["/v1/chat/completions"]
    assert stream.result.text == "ordinary"


def test_the_model_of_the_settings_is_asked() -> None:
    done = whole_stream(START, *HELLO, ending())
    _, _, requests = native(done, request=ask(model=None), default_model="m")
    assert body_of(requests[0])["model"] == "m"


def test_with_streaming_off_it_is_asked_for_in_one_piece() -> None:
    _, stream, requests = native(reply(whole("all of it")), enable_streaming=False)
    assert paths(requests) == ["/v1/chat/completions"]
    assert stream.result.text == "all of it"


@pytest.mark.parametrize(
    ("kind", "surfaces", "offered"),
    [
        (ServerKind.LM_STUDIO, ("/api/v1/models", "/api/v0/models"), True),
        (ServerKind.LM_STUDIO, ("/api/v0/models",), False),
        (ServerKind.LM_STUDIO, (), False),
        (ServerKind.OPENAI, ("/api/v1/models",), False),
        (ServerKind.CLASSIC, (), False),
        (ServerKind.UNKNOWN, (), False),
    ],
)
def test_which_servers_offer_it(kind: ServerKind, surfaces: tuple[str, ...], *, offered: bool) -> None:
    status = HealthStatus(status="ok", kind=kind, latency_ms=1, surfaces=surfaces, capabilities={})
    assert native_chat_offered(status) is offered


# Its events


def test_the_events_become_typed_ones() -> None:
    events, stream, _ = native(
        whole_stream(
            START,
            named("model_load.start", model_instance_id="m"),
            named("model_load.progress", model_instance_id="m", progress=0.5),
            named("model_load.progress", model_instance_id="m", progress=0.5),
            named("model_load.end", model_instance_id="m", load_time_seconds=1.25),
            named("prompt_processing.start"),
            named("prompt_processing.progress", progress=0.75),
            named("prompt_processing.end"),
            named("reasoning.start"),
            named("reasoning.delta", content="Hm."),
            named("reasoning.end"),
            *HELLO,
            named("message.end"),
            ending(model_load_time_seconds=1.25),
        )
    )
    usage = stream.result.usage
    assert events == [
        PhaseChanged("load"),
        PhaseChanged("load", 0.5),
        PhaseChanged("load", 1.0),
        PhaseChanged("prompt"),
        PhaseChanged("prompt", 0.75),
        PhaseChanged("prompt", 1.0),
        PhaseChanged("thought"),
        ReasoningDelta("Hm."),
        PhaseChanged("answer"),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(usage),
        StreamFinished("stop"),
    ]
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.reasoning_tokens) == (9, 20, 29, 5)
    assert not usage.estimated
    timings = stream.result.timings
    assert (timings.tokens_per_second, timings.time_to_first_token_ms, timings.measured_by) == (40.0, 250.0, "server")
    assert [name for name, _ in stream.phases] == ["load", "prompt", "thought", "answer"]
    assert dict(stream.phases)["load"] == 1250.0
    assert (stream.partial.text, stream.partial.reasoning, stream.cursor) == ("Hello", "Hm.", 8)
    assert (stream.result.model, stream.result.requested_model, stream.result.warnings) == ("m", "m", ())


def test_the_phases_take_as_long_as_they_took() -> None:
    go = threading.Event()

    def slow(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(START + named("prompt_processing.start")))
        go.wait(10)
        connection.send(chunked(named("prompt_processing.end") + b"".join(HELLO) + ending()) + b"0\r\n\r\n")
        connection.finish()

    with (
        RawServer(slow) as server,
        LMStudioClient(config(server)) as client,
        client.stream_native_chat(ask()) as stream,
    ):
        assert stream.phases == ()
        assert next(stream) == PhaseChanged("prompt")
        assert [name for name, _ in stream.phases] == ["prompt"]
        # It goes on while one looks.
        before = dict(stream.phases)["prompt"]
        while dict(stream.phases)["prompt"] < before + 30:
            pass
        go.set()
        stream.run()
        assert dict(stream.phases)["prompt"] >= 30
        assert stream.phases == stream.phases


@pytest.mark.parametrize("nameless", [True, False])
def test_events_without_a_name_or_without_a_type_are_understood(*, nameless: bool) -> None:
    def one(name: str, **members: Any) -> bytes:
        return event({"type": name, **members}) if nameless else event(members, name)

    end = one("chat.end", result={"output": [], "stats": STATS})
    events, stream, _ = native(whole_stream(one("message.delta", content="Hi"), end))
    assert events[:2] == [PhaseChanged("answer"), TextDelta("Hi")]
    assert stream.result.usage.completion_tokens == 20


@pytest.mark.parametrize(
    "odd",
    [
        named("tool_call.start", tool="x"),
        named("message.applause", content="no"),
        named("chat.middle"),
        named("message.delta", content=None),
        named("message.delta", content=7),
        named("message.delta"),
        named("model_load.progress", progress="half"),
        named("prompt_processing.progress", progress=True),
        b": a comment\n\n",
        b"event: message.delta\n\n",
    ],
)
def test_what_is_odd_costs_no_more_than_itself(odd: bytes) -> None:
    _, stream, requests = native(whole_stream(START, odd, *HELLO, odd, ending()))
    assert stream.result.text == "Hello"
    assert paths(requests) == ["/api/v1/chat"]


@pytest.mark.parametrize(("told", "share"), [(-3, 0.0), (7, 1.0), (10**400, 1.0), (0.25, 0.25), (None, None)])
def test_a_progress_is_a_share(told: object, share: float | None) -> None:
    events, _, _ = native(whole_stream(START, named("model_load.progress", progress=told), *HELLO, ending()))
    assert events[0] == PhaseChanged("load", share)


def test_thoughts_between_tags_are_thoughts_here_too() -> None:
    text = named("message.delta", content="<think>Hm.</think>Hello")
    _, stream, _ = native(whole_stream(START, text, ending()))
    assert (stream.result.text, stream.result.reasoning) == ("Hello", "Hm.")


def test_another_model_that_answers_is_noticed() -> None:
    events, stream, _ = native(whole_stream(named("chat.start", model_instance_id="other"), *HELLO, ending()))
    assert any(isinstance(found, StreamWarning) and found.code == "other_model" for found in events)
    assert stream.result.model == "other"


def test_an_answer_that_comes_at_the_end_only_is_taken_from_there() -> None:
    output = ({"type": "reasoning", "content": "Hm."}, {"type": "message", "content": "Hello"}, {"type": "tool_call"})
    _, stream, _ = native(whole_stream(START, ending(*output)))
    assert (stream.result.text, stream.result.reasoning) == ("Hello", "Hm.")


def test_a_connection_that_stays_open_after_the_end_is_not_waited_for() -> None:
    def lingering(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(START + b"".join(HELLO) + ending()))
        connection.wait_until_left()

    with RawServer(lingering) as server, LMStudioClient(config(server)) as client:
        result = client.stream_native_chat(ask()).run()
        assert (result.text, result.warnings) == ("Hello", ())
        assert server.left.wait(5)


@pytest.mark.parametrize(
    ("stats", "limit", "reason"),
    [
        ({}, None, "stop"),
        ({}, 20, "length"),
        ({}, 21, "stop"),
        ({"stop_reason": "maxPredictedTokensReached"}, None, "length"),
        ({"stop_reason": "eosFound"}, None, "stop"),
        ({"total_output_tokens": None}, 1, "stop"),
    ],
)
def test_why_it_ended(stats: dict[str, Any], limit: int | None, reason: str) -> None:
    done = whole_stream(START, *HELLO, ending(**stats))
    _, stream, _ = native(done, request=ask(max_tokens=limit))
    assert stream.result.finish_reason == reason


@pytest.mark.parametrize("stats", [None, [], {}, {"tokens_per_second": math.inf, "total_output_tokens": -1}, {"x": 1}])
def test_figures_that_are_none_are_counted_here(stats: object) -> None:
    body = json.dumps({"type": "chat.end", "result": {"stats": stats}})
    _, stream, _ = native(whole_stream(START, *HELLO, f"event: chat.end\ndata: {body}\n\n".encode()))
    assert stream.result.text == "Hello"
    assert stream.result.usage.estimated
    assert [name for name, _ in stream.phases] == ["answer"]


def test_an_answer_in_one_piece_is_taken_for_one() -> None:
    body = {
        "model_instance_id": "m",
        "output": [{"type": "reasoning", "content": "Hm."}, {"type": "message", "content": "Hello"}],
        "stats": {**STATS, "model_load_time_seconds": 2},
    }
    events, stream, _ = native(reply(body))
    assert any(isinstance(found, StreamingDowngraded) for found in events)
    assert (stream.result.text, stream.result.reasoning, stream.downgraded) == ("Hello", "Hm.", True)
    assert stream.phases == (("load", 2000.0), ("prompt", 250.0), ("answer", 500.0))


# The way back


@pytest.mark.parametrize(
    "answer",
    [
        reply({"error": "Unexpected endpoint or method. (POST /api/v1/chat)"}),
        reply({"error": "Unexpected endpoint or method. (POST /api/v1/chat)"}, 404),
        reply({"detail": "Not Found"}, 404),
        reply(b"404 page not found", 404, "text/plain"),
        reply({"error": {"message": 'Invalid model identifier "m".', "code": "model_not_found"}}, 404),
        reply({"detail": "Method Not Allowed"}, 405),
        reply({"error": "not implemented"}, 501),
        reply({"error": {"message": "Unrecognized key(s) in object: 'min_p'", "code": "unrecognized_keys"}}, 400),
        reply({"error": "streaming is not supported here"}, 400),
        reply({"error": "forbidden"}, 403),
        reply(b"<html><body>It works!</body></html>", 200, "text/html"),
        reply({"status": "ok"}),
        reply(b"", 200),
        reply(b"[1, 2]"),
        whole_stream(event({"hello": "world"}), DONE),
        whole_stream(event({"type": "response.created"}, "response.created")),
        whole_stream(b"data: garbage\n\n"),
        whole_stream(),
    ],
)
def test_what_does_not_take_it_is_asked_in_the_ordinary_way(answer: bytes) -> None:
    events, stream, requests = native(answer, ORDINARY)
    assert paths(requests) == ["/api/v1/chat", "/v1/chat/completions"]
    assert [found for found in events if not isinstance(found, UsageReported)] == [
        TextDelta("ordinary"),
        StreamFinished("stop"),
    ]
    assert (stream.native, stream.downgraded, stream.phases) == (False, False, ())
    assert (stream.result.text, stream.result.warnings) == ("ordinary", ())


def test_chunks_of_the_ordinary_endpoint_are_understood_where_a_gateway_sends_them() -> None:
    _, stream, requests = native(ORDINARY)
    assert paths(requests) == ["/api/v1/chat"]
    assert stream.result.text == "ordinary"


def test_where_it_turned_out_to_be_missing_it_is_not_asked_again() -> None:
    missing = reply({"error": "Unexpected endpoint or method. (POST /api/v1/chat)"})
    with (
        RawServer(answering(missing), answering(ORDINARY), answering(ORDINARY)) as server,
        LMStudioClient(config(server)) as client,
    ):
        for _ in range(2):
            assert client.stream_native_chat(ask()).run().text == "ordinary"
        assert paths(server.requests) == ["/api/v1/chat", "/v1/chat/completions", "/v1/chat/completions"]


def test_the_ordinary_endpoint_may_fail_then_as_it_does() -> None:
    _, error, _ = failed(
        reply({"detail": "Not Found"}, 404), reply({"error": {"message": "The model has crashed"}}, 400)
    )
    assert isinstance(error, ModelCrashedError)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"error": {"message": "No key", "code": "invalid_api_key"}}, 401), AuthenticationError),
        (reply({"error": {"message": "n_keep: 9 >= n_ctx: 4"}}, 400), ContextOverflowError),
        (reply({"error": "The model has crashed without additional information."}, 400), ModelCrashedError),
    ],
)
def test_a_failure_that_is_none_of_the_endpoint_is_raised(answer: bytes, kind: type[LMStudioError]) -> None:
    _, error, stream = failed(answer)
    assert isinstance(error, kind)
    assert stream.native


# Failures on the way


def test_an_error_within_the_stream_is_one() -> None:
    said = {"type": "internal_error", "message": f"The model has crashed, said {KEY}."}
    _, error, _ = failed(whole_stream(START, named("error", error=said), ending()))
    assert isinstance(error, ModelCrashedError)
    assert KEY[:10] not in error.message


def test_after_output_an_error_leaves_what_had_arrived() -> None:
    said = {"type": "internal_error", "message": "The model has crashed."}
    found, error, stream = failed(whole_stream(START, *HELLO, named("error", error=said), ending()))
    assert isinstance(error, StreamInterruptedError)
    assert error.partial is not None
    assert (error.partial.text, stream.partial.text) == ("Hello", "Hello")
    assert [name for name, _ in stream.phases] == ["answer"]
    assert TextDelta("lo") in found


def test_one_that_breaks_before_any_output_is_tried_again_and_then_asked_for_in_one_piece() -> None:
    cut = stream_head() + chunked(START)
    events, stream, requests = native(cut, cut, reply(whole("all of it")))
    assert paths(requests) == ["/api/v1/chat", "/api/v1/chat", "/v1/chat/completions"]
    assert [type(found) for found in events[:2]] == [StreamRetried, StreamingDowngraded]
    assert (stream.result.text, stream.downgraded) == ("all of it", True)


def test_it_is_cancelled_at_once_and_keeps_what_had_arrived() -> None:
    def lasting(connection: Connection) -> None:
        connection.request()
        connection.send(stream_head() + chunked(START + b"".join(HELLO)))
        connection.wait_until_left()

    scope = CancelScope()
    with (
        RawServer(lasting) as server,
        LMStudioClient(config(server)) as client,
        client.stream_native_chat(ask(), scope=scope) as stream,
    ):
        seen = [next(stream) for _ in range(3)]
        assert seen[-1] == TextDelta("lo")
        timer = threading.Timer(0.05, stream.cancel)
        timer.start()
        with pytest.raises(RequestCancelledError):
            next(stream)
        timer.join()
        assert server.left.wait(CI_BOUND * 4)
        assert stream.partial.text == "Hello"


def test_the_recorder_is_told_of_every_event() -> None:
    tape = Tape()
    with (
        RawServer(answering(whole_stream(START, *HELLO, ending()))) as server,
        LMStudioClient(config(server, api_key=KEY), recorder=tape) as client,
    ):
        client.stream_native_chat(ask()).run()
    assert [moment.name for moment in tape.all(EventReceived)] == [
        "chat.start",
        "message.start",
        "message.delta",
        "message.delta",
        "chat.end",
    ]
    assert KEY not in repr(tape.moments)


# The simulator's


@pytest.fixture
def loading() -> Iterator[SimulatorServer]:
    """A stand-in that takes a moment to load a model."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0.1)) as server:
        yield server


def test_a_model_is_loaded_with_progress(loading: SimulatorServer) -> None:
    with LMStudioClient(ClientConfig(base_url=loading.base_url)) as client:
        assert native_chat_offered(client.health())
        with client.stream_native_chat(ask("What is a token?", model="sim-qwen3-8b")) as stream:
            events = list(stream)
        ordinary = client.stream_chat_completion(ask("What is a token?", model="sim-qwen3-8b")).run()
    phases = [found for found in events if isinstance(found, PhaseChanged)]
    assert [found.progress for found in phases if found.name == "load"] == [None, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert [name for name, _ in stream.phases] == ["load", "prompt", "thought", "answer"]
    assert dict(stream.phases)["load"] == 100.0
    assert isinstance(stream, NativeChatStream)
    assert (stream.result.text, stream.result.reasoning) == (ordinary.text, ordinary.reasoning)
    assert stream.result.usage is not None
    assert ordinary.usage is not None
    assert stream.result.usage.completion_tokens == ordinary.usage.completion_tokens


@pytest.mark.parametrize(
    "fault", ["crash", "cut-middle", "stream-error-event", "load-failed", "context-overflow", "auth-required"]
)
def test_the_simulators_faults_end_in_typed_errors(client: LMStudioClient, fault: str) -> None:
    with client.stream_native_chat(ask(model=f"fault-{fault}")) as stream, pytest.raises(LMStudioError) as caught:
        stream.run()
    assert caught.value.hint


# What the ordinary endpoint tells of phases


@pytest.mark.parametrize(
    ("members", "phases"),
    [
        (
            {"timings": {"prompt_n": 12, "prompt_ms": 34.56, "predicted_n": 7, "predicted_ms": 789.04}},
            (("prompt", 34.6), ("answer", 789.0)),
        ),
        ({"timings": {"prompt_ms": None, "predicted_ms": "7"}}, ()),
        ({"timings": {"prompt_ms": -1, "predicted_ms": math.nan}}, ()),
        ({"timings": {"prompt_ms": True, "predicted_ms": 10**400}}, ()),
        ({"timings": []}, ()),
        (
            {"stats": {"tokens_per_second": 50.0, "time_to_first_token": 0.111, "generation_time": 0.954}},
            (("prompt", 111.0), ("answer", 954.0)),
        ),
        ({"stats": {}}, ()),
        ({}, ()),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_the_ordinary_endpoint_tells_its_phases_where_it_can(
    members: dict[str, Any], phases: tuple[tuple[str, float], ...], *, streamed: bool
) -> None:
    streams = whole_stream(event(delta("Hi")), event({**delta(finish="stop"), **members}), DONE)
    answer = streams if streamed else reply({**whole("Hi"), **members})
    with (
        RawServer(answering(answer)) as server,
        LMStudioClient(config(server, enable_streaming=streamed)) as client,
        client.stream_chat_completion(ask()) as stream,
    ):
        assert stream.phases == ()
        stream.run()
        assert stream.phases == phases


def test_the_last_timings_count() -> None:
    first = {**delta("Hi"), "timings": {"prompt_ms": 5.0, "predicted_ms": 1.0}}
    last = {**delta(finish="stop"), "timings": {"prompt_ms": 5.0, "predicted_ms": 9.0}}
    with (
        RawServer(answering(whole_stream(event(first), event(last), DONE))) as server,
        LMStudioClient(config(server)) as client,
        client.stream_chat_completion(ask()) as stream,
    ):
        stream.run()
        assert stream.phases == (("prompt", 5.0), ("answer", 9.0))


# The clock


def test_a_phase_that_comes_back_goes_on() -> None:
    clock = PhaseClock()
    assert [clock.enter(name) for name in ("thought", "thought", "answer", "thought")] == [True, False, True, True]
    clock.stop()
    assert [name for name, _ in clock.phases] == ["thought", "answer"]


def test_the_servers_own_figure_counts() -> None:
    clock = PhaseClock()
    clock.enter("prompt")
    clock.enter("load")
    clock.settle("load", 2.5)
    clock.settle("prompt", "soon")
    assert [name for name, _ in clock.phases] == ["load", "prompt"]
    assert dict(clock.phases)["load"] == 2500.0


def test_nothing_told_is_no_phase() -> None:
    assert told_phases(None, None) == ()
