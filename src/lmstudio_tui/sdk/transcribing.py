"""Speech into text, and into English text (server contract, 1 and 4).

OpenAI's endpoints, and whisper.cpp's `POST /inference` where those are not there; which of them it is is remembered.
What a server does not know of a request, and says so before it works, is left out: streaming, or segments.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.delivery import Delivery
from lmstudio_tui.sdk.sse import EventReader, StrayLine
from lmstudio_tui.sdk.transcript_bodies import beginning, is_half, json_lines
from lmstudio_tui.sdk.transcript_events import TranscriptGatherer
from lmstudio_tui.sdk.transcript_reading import RefusedError, as_utf8, read_transcription
from lmstudio_tui.sdk.types.audio import TranscriptEvent, Transcription, TranscriptionRequest
from lmstudio_tui.sdk.types.events import PartialCompletion
from lmstudio_tui.sdk.upload_errors import explained
from lmstudio_tui.sdk.uploading import Upload, opened
from lmstudio_tui.sdk.wire import dumped, is_list, is_object, json_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.gates import Gate
    from lmstudio_tui.sdk.hearing import WhereToAsk
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.uploading import AudioFile, AudioSource, UploadListener

Task = Literal["transcription", "translation"]
PATHS = {"transcription": "/v1/audio/transcriptions", "translation": "/v1/audio/translations"}
INFERENCE = "/inference"
"""whisper.cpp's own endpoint."""

_DRAIN = 0.05
_ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.5"
_ACCEPT_STREAM = f"text/event-stream, {_ACCEPT}"
_NO_STREAMS = re.compile(r"(?i)\bstream(?:ing|s|ed)?\b")
_NO_SEGMENTS = re.compile(r"(?i)response_?format|verbose_?json|timestamp_?granularit")


class TranscriptionStream(Delivery[TranscriptEvent]):
    """What is said, while it is heard: iterate over it, in a `with` block.

    A server that answers in one piece gives its events at the end. Where a server knows no streaming, or no segments,
    and refuses for that, it is asked again without.

    Args:
        transport: to the server.
        audio: what is to be heard.
        request: how.
        task: whether it is to be put into English.
        gate: says whether it may be asked for.
        where: which endpoint it is.
        filename: what the server is told that the file is called.
        progress: is told how much of the file was sent.
        scope: cancels it.
        stream: False asks for the answer in one piece.
    """

    def __init__(
        self,
        transport: Transport,
        audio: AudioSource,
        request: TranscriptionRequest,
        task: Task,
        *,
        gate: Gate,
        where: WhereToAsk,
        filename: str | None = None,
        progress: UploadListener | None = None,
        scope: CancelScope | None = None,
        stream: bool = True,
    ) -> None:
        super().__init__(scope)
        self._transport = transport
        self._audio = audio
        self._request = request
        self._task: Task = task
        self._gate = gate
        self._where = where
        self._filename = filename
        self._progress = progress
        self._format = request.response_format
        self._granularities = request.timestamp_granularities
        self._streamed = stream and self._format in {"json", "verbose_json", "text"}
        self._inference = where.inference
        self._sent = 0
        self._gatherer = TranscriptGatherer(request.duration)
        self._result: Transcription | None = None

    @property
    def partial(self) -> str:
        """The text that has come so far, at any time, also after a failure."""
        return self._gatherer.text

    @property
    def result(self) -> Transcription:
        """All of it, once the stream has ended.

        Raises:
            StreamingError: when it has not.
        """
        if self._result is None:
            raise errors.StreamingError("The transcript has not ended.", hint="Iterate to its end.")
        return self._result

    def run(self) -> Transcription:
        """Iterate to the end and give all of it.

        Raises:
            LMStudioError: whatever iterating raises.
        """
        for _ in self:
            pass
        return self.result

    def _run(self) -> Generator[TranscriptEvent]:
        self._gate.check(self._task)
        self.scope.raise_if_cancelled()
        with opened(self._audio, self._filename, self.scope.raise_if_cancelled) as file:
            yield from self._attempts(file)
        self._where.settle(inference=self._inference)
        self._result = self._gatherer.result()

    def _attempts(self, file: AudioFile) -> Generator[TranscriptEvent]:
        """As the request is; then without what the server does not know."""
        missing: errors.FeatureUnavailableError | None = None
        while True:
            self._gatherer, self._sent = TranscriptGatherer(self._request.duration), 0
            try:
                yield from self._ask(file)
            except errors.LMStudioError as error:
                failure = error
            else:
                return
            if self._gatherer.text or isinstance(failure, errors.RequestCancelledError):
                raise self._ended(failure)
            if isinstance(failure, errors.FeatureUnavailableError):
                if missing is None and file.repeatable and self._elsewhere(failure):
                    missing = failure
                    continue
                raise self._gate.explain(missing or failure, self._task)
            if not (file.repeatable and self._simpler(failure)):
                failure = explained(failure, file, self._sent)
                if failure.context.get("about") == "format":
                    self._where.settle(inference=self._inference)  # it has looked at the file
                raise failure

    def _elsewhere(self, failure: errors.FeatureUnavailableError) -> bool:
        """Whether there is another endpoint to be tried."""
        if isinstance(failure, errors.UnsupportedVersionError) or self._gate.classic:
            return False
        self._inference = not self._inference
        return True

    def _simpler(self, failure: errors.LMStudioError) -> bool:
        """Whether the request can be put in a way that the server may know; it has refused before it began."""
        if not isinstance(failure, errors.StatusError) or not 400 <= failure.status < 500:
            return False
        if self._streamed and _NO_STREAMS.search(failure.message):
            self._streamed = False
            return True
        if _NO_SEGMENTS.search(failure.message) and (self._granularities or self._format == "verbose_json"):
            self._granularities, self._format = (), "json"
            return True
        return False

    def _ended(self, failure: errors.LMStudioError) -> errors.LMStudioError:
        """What an end after the first word is."""
        if isinstance(failure, errors.RequestCancelledError):
            return failure
        context = {**failure.context, "cause": type(failure).__name__}
        partial = PartialCompletion(text=self.partial, cursor=len(self.partial))
        return errors.StreamInterruptedError(
            f"The transcript was interrupted: {failure.message}",
            partial=partial,
            hint="What came is kept; ask again for the rest.",
            context=context,
        )

    # One attempt

    def _ask(self, file: AudioFile) -> Generator[TranscriptEvent]:
        call = Call(
            "POST",
            INFERENCE if self._inference else PATHS[self._task],
            self._task,
            works=True,
            stream=self._streams,
            upload=Upload(self._fields(), file, self._note_sent),
            accept=_ACCEPT_STREAM if self._streams else _ACCEPT,
            once=file.size is None,
        )
        with self._transport.open(call, self.scope) as answer:
            try:
                yield from self._read(answer)
            except RefusedError as refused:
                body = refused.body
            else:
                return
            raise self._transport.refusal(answer.status, body, "", call)

    @property
    def _streams(self) -> bool:
        return self._streamed and not self._inference

    def _note_sent(self, sent: int, total: int | None) -> None:
        self.scope.raise_if_cancelled()
        self._sent = sent
        if self._progress is not None:
            self._progress(sent, total)

    def _fields(self) -> list[tuple[str, str]]:
        """The fields of the form, without the file."""
        request, model = self._request, self._request.model or self._transport.config.default_model
        said: list[tuple[str, object]] = []
        if not self._inference:
            said += [("model", model), *(("timestamp_granularities[]", one) for one in self._granularities)]
            said += [("stream", True)] if self._streams else []
        if self._task == "transcription":
            said.append(("language", request.language))
        elif self._inference:
            said.append(("translate", True))
        said += [("prompt", request.prompt), ("temperature", request.temperature), ("response_format", self._format)]
        said = [(name, value) for name, value in said if value is not None and name not in request.extra]
        for name, value in request.extra.items():
            said += [(name, one) for one in value] if is_list(value) else [(name, value)]
        return [(name, value if isinstance(value, str) else dumped(value)) for name, value in said]

    def _read(self, answer: Answer) -> Iterator[TranscriptEvent]:
        """Whatever comes: a stream, or a whole transcript."""
        chunks = answer.chunks()
        head, labelled = b"", answer.content_type == "text/event-stream"
        if self._streams and not labelled:
            head, labelled = beginning(chunks)
        if labelled:
            yield from self._read_events(answer, head, chunks)
            return
        raw = as_utf8(answer.read(head), answer.charset)
        rows = json_lines(raw) if self._streams else []
        if rows:
            for row in rows:
                yield from self._gatherer.add(row)
            return
        yield from self._gatherer.take(self._whole(raw, answer.content_type))

    def _whole(self, raw: bytes, content_type: str) -> Transcription:
        return read_transcription(raw, content_type, self._format, self._request.duration)

    def _read_events(self, answer: Answer, head: bytes, chunks: Iterator[bytes]) -> Iterator[TranscriptEvent]:
        reader = EventReader()
        strays: list[bytes] = []
        sense = cut = False
        for packet in chain((head,), chunks, (None,)):
            for event in reader.flush() if packet is None else reader.feed(packet):
                name, data = ("", event.line) if isinstance(event, StrayLine) else event
                if answer.recording is not None:
                    answer.recording.event(name, data, stray=isinstance(event, StrayLine))
                if packet is None and is_half(event, sense=sense, framed=answer.framed):
                    cut = True
                    continue
                if isinstance(event, StrayLine):
                    strays.append(data)
                    continue
                self.scope.raise_if_cancelled()
                sense = True
                if data.strip() != b"[DONE]":
                    yield from self._event(answer, name, data)
                if data.strip() == b"[DONE]" or self._gatherer.complete:
                    # A server that leaves the connection open after its last word is not waited for.
                    answer.drain(_DRAIN)
                    return
        if cut or (self._gatherer.open_ended and not answer.framed):
            raise errors.ConnectionLostError("The connection closed in the middle of the transcript.")
        if strays and not sense:
            yield from self._gatherer.take(self._whole(b"\n".join(strays), ""))

    def _event(self, answer: Answer, name: str, data: bytes) -> list[TranscriptEvent]:
        """What one event of a stream tells."""
        try:
            value: Any = json_of(data)
        except ValueError:
            value = data.decode("utf-8", "replace")
        if name == "error":
            raise RefusedError(value if is_object(value) and "error" in value else {"error": value})
        if is_object(value) and name and "type" not in value:
            value = {**value, "type": name}
        found = self._gatherer.add(value)
        if found and answer.recording is not None:
            answer.recording.output()
        return found
