"""An answer on its way: every event is folded in, and every way to end is a value."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import get_args

import pytest

from lmstudio_tui.features.chat.live import Delivered, LiveAnswer, ask
from lmstudio_tui.sdk import (
    CancelScope,
    ChatCompletionRequest,
    ChatMessage,
    ClientConfig,
    ConnectionLostError,
    ContextOverflowError,
    LMStudioClient,
    PhaseChanged,
    ReasoningDelta,
    Reclassified,
    RequestCancelledError,
    ServerRefusedError,
    StreamEvent,
    StreamFinished,
    StreamingDowngraded,
    StreamInterruptedError,
    StreamRetried,
    StreamWarning,
    TextDelta,
    ToolCallDelta,
    Usage,
    UsageReported,
)
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

EVERY_EVENT: tuple[StreamEvent, ...] = (
    TextDelta("text"),
    ReasoningDelta("thought"),
    ToolCallDelta(0, "c1", "get_weather", "{}"),
    Reclassified("answer", "reasoning"),
    UsageReported(Usage(completion_tokens=3)),
    StreamWarning("odd", "Something was odd."),
    StreamRetried("The connection broke."),
    StreamingDowngraded("It did not work."),
    StreamFinished("stop"),
    PhaseChanged("load", 0.5),
)


def fold(*events: StreamEvent) -> LiveAnswer:
    """An answer with these events in it."""
    live = LiveAnswer()
    for event in events:
        live.apply(event)
    return live


# Folding


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EVERY_EVENT} == set(get_args(StreamEvent))


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
def test_only_output_ends_the_wait(event: StreamEvent) -> None:
    ends = isinstance(event, TextDelta | ReasoningDelta | ToolCallDelta | Reclassified)
    assert fold(event).waiting is not ends


def test_text_and_reasoning_are_taken_once() -> None:
    live = fold(ReasoningDelta("Think"), ReasoningDelta("ing."), TextDelta("An "), TextDelta("answer"))
    assert live.take() == ("An answer", "Thinking.", False)
    assert live.take() == ("", "", False)
    live.apply(TextDelta("."))
    assert live.take() == (".", "", False)


def test_a_reclassification_replaces_what_was_there() -> None:
    live = fold(TextDelta("Thinking, as it"), TextDelta(" turned out."))
    live.take()
    live.apply(Reclassified("", "Thinking, as it turned out."))
    live.apply(TextDelta("Answer."))
    assert live.take() == ("Answer.", "Thinking, as it turned out.", True)
    live.apply(TextDelta(" More."))
    assert live.take() == (" More.", "", False)


def test_a_reclassification_drops_what_was_not_taken_yet() -> None:
    live = fold(TextDelta("Half"), ReasoningDelta("odd"), Reclassified("The answer.", "The thought."))
    assert live.take() == ("The answer.", "The thought.", True)


def test_the_tools_that_are_called_are_named() -> None:
    live = fold(
        ToolCallDelta(0, "c1", "get_weather", '{"city":'),
        ToolCallDelta(1, "c2", "get_time", "{}"),
        ToolCallDelta(0, "", "", ' "Oslo"}'),
    )
    assert live.calling == "calling get_weather, get_time …"
    assert LiveAnswer().calling == ""
    assert not live.waiting


def test_what_was_odd_is_noted_in_words_and_in_order() -> None:
    live = fold(
        StreamRetried("The connection broke."),
        StreamingDowngraded("Streaming does not work here."),
        StreamWarning("other_model", "Another model answered."),
    )
    assert live.notes == [
        "The connection broke. Tried once more.",
        "Without streaming: Streaming does not work here.",
        "Another model answered.",
    ]


def test_the_usage_is_kept_and_the_end_changes_nothing() -> None:
    live = fold(UsageReported(Usage(completion_tokens=3)), UsageReported(Usage(completion_tokens=5)))
    assert live.usage is not None
    assert live.usage.completion_tokens == 5
    live.apply(StreamFinished("stop"))
    assert live.take() == ("", "", False)


# The times it tells


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, as the only item; set it to let time go by."""
    now = [1000.0]
    monkeypatch.setattr("lmstudio_tui.features.chat.live.time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_the_wait_is_counted_from_the_start(clock: list[float]) -> None:
    live = LiveAnswer(started_at=clock[0])
    assert live.waited == "waiting 0 s"
    clock[0] += 83
    assert live.waited == "waiting 83 s"


def test_the_thought_lasts_until_the_answer_begins(clock: list[float]) -> None:
    live = LiveAnswer(started_at=clock[0])
    clock[0] += 5
    live.apply(ReasoningDelta("one "))
    clock[0] += 2
    live.apply(ReasoningDelta("two"))
    assert live.thought == "thought for 2.00 s (~2 tokens)"
    clock[0] += 0.4
    live.apply(TextDelta("Answer"))
    clock[0] += 60
    live.apply(TextDelta(" goes on"))
    assert live.thought == "thought for 2.40 s (~2 tokens)"


def test_the_servers_own_count_of_the_thought_is_exact(clock: list[float]) -> None:
    live = fold(ReasoningDelta("a"), TextDelta("b"), UsageReported(Usage(completion_tokens=9, reasoning_tokens=1312)))
    assert live.thought == "thought for 0 ms (1,312 tokens)"


def test_without_reasoning_there_was_no_thought() -> None:
    assert LiveAnswer().thought == ""
    assert fold(TextDelta("Answer")).thought == ""


# Asking, over real HTTP


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


@pytest.fixture
def client(simulator: SimulatorServer) -> Iterator[LMStudioClient]:
    simulator.clear_requests()
    with LMStudioClient(ClientConfig(base_url=simulator.base_url, max_retries=0, stream_retry_ms=1)) as made:
        yield made


def request_for(model: str) -> ChatCompletionRequest:
    return ChatCompletionRequest(model=model, messages=[ChatMessage(role="user", content="hello")])


def asked(client: LMStudioClient, model: str) -> tuple[Delivered, list[StreamEvent]]:
    """Ask this model, and give the end and the events."""
    events: list[StreamEvent] = []
    return ask(client, request_for(model), CancelScope(), events.append), events


def test_a_sound_answer_is_delivered_whole(client: LMStudioClient) -> None:
    delivered, events = asked(client, "sim-llama-3.1-8b")
    assert delivered.error is None
    assert delivered.whole is not None
    assert delivered.whole.text == delivered.partial.text == fold(*events).take()[0]
    assert delivered.partial.finish_reason == "stop"
    assert delivered.timings.tokens_per_second is not None
    assert isinstance(events[-1], StreamFinished)


def test_reasoning_tags_end_up_in_the_reasoning(client: LMStudioClient) -> None:
    for model in ("fault-think-tags", "fault-think-close-only", "fault-reasoning-field"):
        delivered, events = asked(client, model)
        text, reasoning, _ = fold(*events).take()
        assert (text, reasoning) == (delivered.partial.text, delivered.partial.reasoning), model
        assert reasoning, model
        assert "think>" not in text, model


def test_a_refusal_is_a_result(client: LMStudioClient) -> None:
    delivered, events = asked(client, "fault-context-overflow")
    assert isinstance(delivered.error, ContextOverflowError)
    assert delivered.whole is None
    assert delivered.partial.text == ""
    assert not any(isinstance(event, TextDelta) for event in events)


def test_a_cut_keeps_what_had_arrived(client: LMStudioClient) -> None:
    delivered, events = asked(client, "fault-cut-middle")
    assert isinstance(delivered.error, StreamInterruptedError)
    assert delivered.whole is None
    assert delivered.partial.text
    assert delivered.partial.text == fold(*events).take()[0]
    assert delivered.timings.duration_ms > 0


def test_a_connection_that_never_answers_is_a_result(client: LMStudioClient) -> None:
    delivered, _ = asked(client, "fault-cut-before")
    assert isinstance(delivered.error, ConnectionLostError)
    assert delivered.partial.text == ""


def test_streaming_that_does_not_work_is_noted_and_answered(client: LMStudioClient) -> None:
    delivered, events = asked(client, "fault-no-streaming")
    assert delivered.error is None
    assert delivered.partial.text
    assert any(note.startswith("Without streaming: ") for note in fold(*events).notes)


def test_nobody_there_is_a_result() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with LMStudioClient(ClientConfig(base_url=f"http://127.0.0.1:{port}", max_retries=0)) as client:
        delivered, events = asked(client, "any")
    assert isinstance(delivered.error, ServerRefusedError)
    assert not any(isinstance(event, TextDelta) for event in events)


def test_a_cancel_keeps_what_had_arrived_and_the_server_sees_it(
    simulator: SimulatorServer, client: LMStudioClient
) -> None:
    scope = CancelScope()
    events: list[StreamEvent] = []

    def emit(event: StreamEvent) -> None:
        events.append(event)
        if sum(isinstance(one, TextDelta) for one in events) == 3:
            scope.cancel()

    delivered = ask(client, request_for("fault-endless"), scope, emit)
    assert isinstance(delivered.error, RequestCancelledError)
    assert delivered.partial.text
    assert delivered.partial.text == fold(*events).take()[0]
    assert simulator.wait_for(lambda s: any(r.disconnected for r in s.requests), timeout=5)


@pytest.mark.parametrize("model", ["fault-stall", "fault-stall-headers"])
def test_a_cancel_ends_a_wait(client: LMStudioClient, simulator: SimulatorServer, model: str) -> None:
    scope = CancelScope()
    ends: list[Delivered] = []
    thread = threading.Thread(target=lambda: ends.append(ask(client, request_for(model), scope, lambda _: None)))
    thread.start()
    assert simulator.wait_for(lambda s: any(r.path == "/v1/chat/completions" for r in s.requests), timeout=5)
    began = time.monotonic()
    scope.cancel()
    thread.join(5)
    # The promise is 100 ms; a machine that does other things too may take longer.
    assert time.monotonic() - began < 4.0
    assert isinstance(ends[0].error, RequestCancelledError)


def test_a_scope_that_was_cancelled_before_asks_nobody(simulator: SimulatorServer, client: LMStudioClient) -> None:
    scope = CancelScope()
    scope.cancel()
    delivered = ask(client, request_for("sim-llama-3.1-8b"), scope, lambda _: None)
    assert isinstance(delivered.error, RequestCancelledError)
    assert simulator.requests == []
