"""LM Studio's native chat (server contract, 2.4), which tells what the server is busy with while it answers.

It takes less than the ordinary endpoint does: a single prompt, fewer parameters, no tools. What cannot be put that way,
and what the server does not take that way, goes to the ordinary endpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.listing import NATIVE_V1
from lmstudio_tui.sdk.native_reading import NativeReader
from lmstudio_tui.sdk.phases import PhaseClock
from lmstudio_tui.sdk.streaming import ChatStream
from lmstudio_tui.sdk.types.chat import text_of
from lmstudio_tui.sdk.types.kinds import ServerKind
from lmstudio_tui.sdk.wire import as_object, as_text

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Sequence

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.errors import LMStudioError
    from lmstudio_tui.sdk.reading import AnswerReader
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.chat import ChatCompletionRequest, ChatMessage
    from lmstudio_tui.sdk.types.events import StreamEvent
    from lmstudio_tui.sdk.types.health import HealthStatus

NATIVE_CHAT = "/api/v1/chat"

_SAME = ("temperature", "top_p", "top_k", "min_p", "repeat_penalty")
_TRANSLATED = ("model", "max_tokens", "reasoning_effort")
_EFFORTS = {"none": "off", "off": "off", "low": "low", "medium": "medium", "high": "high", "on": "on"}
_WARMEST = 1.0
"""The highest temperature that the native chat takes."""


def native_chat_offered(status: HealthStatus) -> bool:
    """Whether a server has LM Studio's native v1 API, and so very likely its chat."""
    return status.kind is ServerKind.LM_STUDIO and NATIVE_V1 in status.surfaces


def native_can(request: ChatCompletionRequest) -> bool:
    """Whether the native chat can be asked this: one prompt, perhaps with a system prompt and images, and only
    parameters that it takes."""
    return _translated(request, request.model or "") is not None


def _translated(request: ChatCompletionRequest, model: str) -> dict[str, Any] | None:
    """The body for the native chat; None when it has no words for the request."""
    *before, prompt = request.messages
    given = request.model_dump(exclude_none=True, exclude={"messages", "extra"})
    if request.extra or given.keys() - {*_SAME, *_TRANSLATED} or prompt.role != "user" or prompt.name:
        return None
    system, said = _system_of(before), _input_of(prompt)
    if system is None or not said or not _are_taken(given):
        return None
    body: dict[str, Any] = {"model": model, "input": said, "stream": True, "store": False}
    if system:
        body["system_prompt"] = system
    body |= {name: given[name] for name in _SAME if name in given}
    if given.get("max_tokens", -1) > 0:
        body["max_output_tokens"] = given["max_tokens"]
    if "reasoning_effort" in given:
        body["reasoning"] = _EFFORTS[given["reasoning_effort"]]
    return body


def _are_taken(given: dict[str, Any]) -> bool:
    """Whether the native chat takes these values."""
    return (
        given.get("temperature", 0.0) <= _WARMEST
        and given.get("top_k", 0) >= 0
        and given.get("reasoning_effort", "off") in _EFFORTS
    )


def _system_of(messages: Sequence[ChatMessage]) -> str | None:
    """The system prompt that comes before the prompt, "" without one; None when something else does."""
    if not messages:
        return ""
    text = text_of(messages[0].content)
    alone = len(messages) == 1 and messages[0].role in {"system", "developer"} and not messages[0].name
    return text if alone and isinstance(text, str) else None


def _input_of(prompt: ChatMessage) -> str | list[dict[str, str]] | None:
    """What the prompt says; None when it cannot be said to the native chat."""
    if not isinstance(prompt.content, list):
        return prompt.content
    found: list[dict[str, str]] = []
    for part in prompt.content:
        if part["type"] == "text":
            text = as_text(part.get("text"))
            found += [{"type": "text", "content": text}] if text else []
            continue
        url = as_text(as_object(part.get("image_url")).get("url"))
        if part["type"] != "image_url" or not url.startswith("data:"):
            return None
        found.append({"type": "image", "data_url": url})
    return found


class NativeChatStream(ChatStream):
    """The answer to a chat request, while it is made, with `PhaseChanged` events where the server has a native chat.

    Args:
        transport: to the server.
        request: what to ask.
        scope: cancels this stream; by default one of its own.
        stream: False asks for the answer in one piece, of the ordinary endpoint.
        check: called before anything is sent; raises when it should not be.
        known: whether the native chat may be there.
        missing: whether it has turned out not to be there; set here when it does.

    Attributes:
        native: whether the native chat is asked; it changes when that does not work.
    """

    def __init__(
        self,
        transport: Transport,
        request: ChatCompletionRequest,
        *,
        scope: CancelScope | None = None,
        stream: bool = True,
        check: Callable[[], None] | None = None,
        known: bool = True,
        missing: threading.Event | None = None,
    ) -> None:
        super().__init__(transport, request, scope=scope, stream=stream, check=check)
        self._body = _translated(request, self.model_id)
        self._missing = missing
        self._clock = PhaseClock()
        self._understands: NativeReader | None = None
        asked = stream and known and not (missing is not None and missing.is_set())
        self.native = asked and bool(self.model_id) and self._body is not None

    @property
    def phases(self) -> tuple[tuple[str, float], ...]:
        """As `CompletionStream.phases`; of a native chat also while it goes on."""
        return self._clock.phases or super().phases

    def _call(self, *, stream: bool) -> Call:
        if not (stream and self.native):
            return super()._call(stream=stream)
        return Call("POST", NATIVE_CHAT, "chat", body=self._body, works=True, stream=True)

    def _reader(self, call: Call) -> AnswerReader:
        self._clock = PhaseClock()
        if call.path != NATIVE_CHAT:
            return super()._reader(call)
        self._understands = NativeReader(
            self._transport, call, self._gatherer, self._stopwatch, self.scope, self._clock
        )
        return self._understands

    def _read(self, *, stream: bool) -> Generator[StreamEvent]:
        if not (stream and self.native):
            yield from super()._read(stream=stream)
            return
        # What is said before anything has begun is of interest only if this is the answer.
        held: list[StreamEvent] = []
        try:
            for event in super()._read(stream=True):
                held.append(event)
                if self._begun:
                    yield from held
                    held.clear()
            yield from held
        except errors.LMStudioError as error:
            if not self._is_for_the_ordinary_one(error):
                raise
        else:
            return
        finally:
            self._clock.stop()
        self.native = False
        yield from super()._read(stream=True)

    @property
    def _begun(self) -> bool:
        """Whether the server answers as a native chat does, or answers at all."""
        return self._gatherer.has_output or (self._understands is not None and self._understands.understood)

    def _is_for_the_ordinary_one(self, error: LMStudioError) -> bool:
        """Whether the ordinary endpoint is to be asked instead: nothing has begun, and it may well know better."""
        if self._begun or isinstance(error, errors.UnsupportedVersionError):
            return False
        absent = isinstance(error, errors.FeatureUnavailableError)
        if absent and self._missing is not None:
            self._missing.set()
        # A key that is right may still be one for the ordinary endpoint alone.
        forbidden = isinstance(error, errors.AuthenticationError) and error.status == 403
        refused = isinstance(error, errors.BadRequestError | errors.ModelNotFoundError | errors.ProtocolError)
        return absent or forbidden or refused
