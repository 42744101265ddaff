"""Reading the named events of LM Studio's native chat (server contract, 2.4).

Each becomes a chunk as the ordinary endpoint sends them, so that one gatherer reads both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.reading import AnswerReader
from lmstudio_tui.sdk.sse import StrayLine
from lmstudio_tui.sdk.types.events import PhaseChanged
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, is_count, is_object, json_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lmstudio_tui.sdk.calls import Call
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.gathering import Gatherer
    from lmstudio_tui.sdk.phases import PhaseClock
    from lmstudio_tui.sdk.sse import ServerEvent
    from lmstudio_tui.sdk.stopwatch import Stopwatch
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.events import PhaseName, StreamEvent

_PHASES: dict[str, PhaseName] = {
    "model_load": "load",
    "prompt_processing": "prompt",
    "reasoning": "thought",
    "message": "answer",
}
_FIELDS = {"thought": "reasoning_content", "answer": "content"}
_CUT = {"maxpredictedtokensreached", "contextlengthreached", "length", "max_output_tokens"}
"""Reasons to stop that mean that there would have been more."""


class NativeReader(AnswerReader):
    """Reads one native answer into events, and into the gatherer.

    Args:
        transport: makes the errors, with the key taken out of them.
        call: what was asked.
        gatherer: takes the chunks.
        stopwatch: is told when output arrives.
        scope: looked at between two events.
        clock: times the phases.

    Attributes:
        understood: whether anything came that only a native chat sends.
    """

    def __init__(
        self,
        transport: Transport,
        call: Call,
        gatherer: Gatherer,
        stopwatch: Stopwatch,
        scope: CancelScope,
        clock: PhaseClock,
    ) -> None:
        super().__init__(transport, call, gatherer, stopwatch, scope)
        self._clock = clock
        self._limit: object = as_object(call.body).get("max_output_tokens")
        self._last: PhaseChanged | None = None
        self.understood = False

    def _read_event(self, event: ServerEvent | StrayLine) -> list[StreamEvent]:
        raw = event[-1]
        body = json_or_none(raw) if raw.lstrip().startswith(b"{") and not isinstance(event, StrayLine) else None
        if isinstance(event, StrayLine) or not is_object(body):
            return super()._read_event(event)
        kind = as_text(body.get("type")) or event.name
        if kind == "error":
            self._fail(body, raw)
        subject, _, step = kind.partition(".")
        if subject == "chat" and step in {"start", "end"}:
            self.understood = True
            return self._read_end_of_chat(body, raw) if step == "end" else self._read_chunk(_identity(body), raw)
        phase = _PHASES.get(subject)
        if phase is None or not step:
            # What is not known says nothing; a chunk of the ordinary endpoint is read as one.
            return super()._read_event(event)
        self.understood = True
        found = [*self._enter(phase, step, body)]
        field = _FIELDS.get(phase)
        delta = {field: as_text(body.get("content"))} if step == "delta" and field is not None else None
        return found + self._read_chunk({"choices": [{"delta": delta}]} if delta else {}, raw)

    def _enter(self, phase: PhaseName, step: str, body: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """The phase that an event is of, where that is news."""
        if step == "end":
            if phase in _FIELDS:
                return
            self._clock.settle(phase, body.get("load_time_seconds"))
            now = PhaseChanged(phase, 1.0)
        else:
            begins = self._clock.enter(phase)
            now = PhaseChanged(phase, _share(body.get("progress")))
            if not begins and now.progress is None:
                return
        if now != self._last:
            self._last = now
            yield now

    def _read_end_of_chat(self, body: Mapping[str, Any], raw: bytes) -> list[StreamEvent]:
        """The last event, which holds the whole answer once more, and the figures."""
        self._over = True
        self._clock.stop()
        result = as_object(body.get("result"))
        found = self._read_chunk(_identity(result), raw)
        said = {} if self._gatherer.has_output else _message(result)
        choice = {"delta": said, "finish_reason": _finish_reason(result, self._limit)}
        return found + self._read_chunk({**_figures(result), "choices": [choice]}, raw)

    def _check_sense(self) -> None:
        super()._check_sense()
        if not self.understood and not self._gatherer.has_output:
            raise errors.ProtocolError("The stream holds none of the events of a native chat.")

    def _read_document(self, body: object) -> Iterator[StreamEvent]:
        """The answer in one piece, although a stream was asked for."""
        if is_object(body) and as_objects(body.get("output")):
            self.understood = True
            choice = {"message": _message(body), "finish_reason": _finish_reason(body, self._limit)}
            body = {**_identity(body), **_figures(body), "choices": [choice]}
        yield from super()._read_document(body)


def _identity(body: Mapping[str, Any]) -> dict[str, Any]:
    """Which instance answers."""
    return {"model": as_text(body.get("model_instance_id"))}


def _message(result: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, from a whole answer."""
    said = {"reasoning": "", "message": ""}
    for item in as_objects(result.get("output")):
        kind = as_text(item.get("type"))
        if kind in said:
            said[kind] += as_text(item.get("content"))
    return {"content": said["message"], "reasoning_content": said["reasoning"]}


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """Usage and stats, under the names that the other endpoints give them."""
    stats = as_object(result.get("stats"))
    names = {
        "prompt_tokens": "input_tokens",
        "completion_tokens": "total_output_tokens",
        "reasoning_tokens": "reasoning_output_tokens",
    }
    usage = {name: stats[theirs] for name, theirs in names.items() if is_count(stats.get(theirs))}
    figures = {**stats, "time_to_first_token": stats.get("time_to_first_token_seconds")}
    rate, made = stats.get("tokens_per_second"), stats.get("total_output_tokens")
    if isinstance(rate, int | float) and rate > 0 and is_count(made):
        figures["generation_time"] = made / rate
    return {"usage": usage, "stats": figures} if stats else {}


def _finish_reason(result: Mapping[str, Any], limit: object) -> str:
    """`length` where the answer was cut, otherwise `stop`: a native chat hardly tells."""
    stats = as_object(result.get("stats"))
    made = stats.get("total_output_tokens")
    full = is_count(made) and is_count(limit) and made >= limit
    return "length" if full or as_text(stats.get("stop_reason")).lower() in _CUT else "stop"


def _share(value: object) -> float | None:
    """How much of something is done."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(min(1.0, max(0.0, value)))
