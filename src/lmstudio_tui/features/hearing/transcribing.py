"""Speech into text: a file is looked at, made ready for the server, sent, and what the server heard is kept.

Servers differ in what they take (server contract, section 4). A file that one refuses for its format, or for a size
that it would not have as WAV (16 kHz, mono), is converted and sent once more.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.hearing.preparing import Sent, is_plain_wav, sent_as_is, sent_as_wav
from lmstudio_tui.features.hearing.progress import Heard, Listening, Preparing, Progress, Uploading
from lmstudio_tui.features.hearing.refusals import in_words, reason_to_convert
from lmstudio_tui.features.hearing.results import record_of, segments_of
from lmstudio_tui.sdk import CancelScope, LMStudioError, StreamInterruptedError
from lmstudio_tui.sdk.types.audio import Transcription, TranscriptionRequest, TranscriptSegmentCame
from lmstudio_tui.text_safety import StreamCleaner

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from lmstudio_tui.audio.files import AudioFacts
    from lmstudio_tui.sdk import LMStudioSDK
    from lmstudio_tui.store.media.records import SegmentRecord, Task, TranscriptRecord

__all__ = [
    "Heard",
    "Listening",
    "Preparing",
    "Progress",
    "TranscribeOptions",
    "TranscriptInterruptedError",
    "Uploading",
    "transcribe",
]


@dataclass(frozen=True, slots=True)
class TranscribeOptions:
    """How speech is to be made into text. None leaves it to the server.

    Attributes:
        task: whether the text is to be in the language that is spoken, or in English.
        model: which one listens.
        language: that is spoken, as an ISO-639-1 code; not sent with a translation.
        prompt: what the speech is about.
        temperature: 0 to 1.
        stream: whether the text is to come while it is made, where the server does that.
        wav_only: whether the server is known to take nothing but WAV, so that it is not asked in vain.
    """

    task: Task = "transcribe"
    model: str | None = None
    language: str | None = None
    prompt: str | None = None
    temperature: float | None = None
    stream: bool = True
    wav_only: bool = False


class TranscriptInterruptedError(StreamInterruptedError):
    """The text broke off. `record` is what had come until then; its `problem` says that it is not all."""

    def __init__(self, error: LMStudioError, record: TranscriptRecord) -> None:
        super().__init__(error.message, hint="What was heard until then is kept. Try again.", context=error.context)
        self.record = record


def transcribe(
    client: LMStudioSDK,
    path: Path,
    options: TranscribeOptions,
    *,
    tell: Callable[[Progress], None] = lambda _: None,
    scope: CancelScope | None = None,
    now: Callable[[], datetime],
) -> TranscriptRecord:
    """Have a server make the speech in a file into text. It blocks; it ends soon after the scope is cancelled.

    Args:
        client: of the server for audio.
        path: of the file; its name says nothing about its format.
        options: how.
        tell: is told how far it is, in the thread that calls.
        scope: ends it.
        now: tells the time, with its zone.

    Raises:
        AudioFormatError: the file is no audio that is known here, or there is no sound in it.
        LMStudioError: the server cannot do it, or did not.
        RequestCancelledError: the scope was cancelled.
        SoundError: the file cannot be read.
        StoreError: there is no room to convert it.
        TranscriptInterruptedError: the text broke off after it had begun.
    """
    with ExitStack() as cleanup:
        return _Work(client, path, options, tell, scope or CancelScope(), now, cleanup).run()


@dataclass
class _Work:
    client: LMStudioSDK
    path: Path
    options: TranscribeOptions
    tell: Callable[[Progress], None]
    scope: CancelScope
    now: Callable[[], datetime]
    cleanup: ExitStack
    facts: AudioFacts = field(init=False)
    began: float = 0.0
    text: str = ""
    segments: list[SegmentRecord] = field(default_factory=list["SegmentRecord"])

    def run(self) -> TranscriptRecord:
        # Here, so that a pane can name what it is told without loading what reads audio.
        from lmstudio_tui.audio.files import inspect

        self.scope.raise_if_cancelled()
        self.facts = inspect(self.path)
        self.scope.raise_if_cancelled()
        if is_plain_wav(self.path, self.facts):
            return self._asked(sent_as_is(self.path, self.facts))
        if self.options.wav_only:
            return self._converted("This server takes WAV only: the file is converted.")
        try:
            return self._asked(sent_as_is(self.path, self.facts))
        except LMStudioError as error:
            reason = "" if self.text else reason_to_convert(error, self.facts)
            if not reason:
                raise
        return self._converted(reason)

    def _converted(self, reason: str) -> TranscriptRecord:
        self.tell(Preparing(reason))
        return self._asked(sent_as_wav(self.path, self.scope, self.cleanup))

    def _asked(self, sent: Sent) -> TranscriptRecord:
        request = TranscriptionRequest(
            model=self.options.model or None,
            language=self.options.language or None,
            prompt=self.options.prompt or None,
            temperature=self.options.temperature,
            duration=self.facts.duration_s or None,
        )
        self.began = time.monotonic()
        try:
            return self._record(self._streamed(request, sent) if self.options.stream else self._whole(request, sent))
        except StreamInterruptedError as error:
            record = replace(
                self._record(Transcription(text=self.text)), segments=tuple(self.segments), problem=error.message
            )
            raise TranscriptInterruptedError(error, record) from error
        except LMStudioError as error:
            raise in_words(error) from None

    def _whole(self, request: TranscriptionRequest, sent: Sent) -> Transcription:
        ask = self.client.create_translation if self.options.task == "translate" else self.client.create_transcription
        return ask(sent.path, request, filename=sent.filename, progress=self._uploaded, scope=self.scope)

    def _streamed(self, request: TranscriptionRequest, sent: Sent) -> Transcription:
        with self.client.stream_transcription(
            sent.path,
            request,
            task="translation" if self.options.task == "translate" else "transcription",
            filename=sent.filename,
            progress=self._uploaded,
            scope=self.scope,
        ) as stream:
            cleaner = StreamCleaner()
            for event in stream:
                if isinstance(event, TranscriptSegmentCame):
                    self.segments += segments_of([event.segment], self.facts.duration_s)
                else:
                    self.text += cleaner.feed(event.text)
                self.tell(Heard(self.text, tuple(self.segments)))
            return stream.result

    def _uploaded(self, sent: int, total: int | None) -> None:
        self.tell(Uploading(sent, total))
        if total is not None and sent >= total:
            self.tell(Listening(time.monotonic() - self.began, self.facts.duration_s))

    def _record(self, result: Transcription) -> TranscriptRecord:
        record = record_of(
            result,
            task=self.options.task,
            made_at=self.now(),
            server=self.client.config.base_url,
            duration_s=self.facts.duration_s,
            took_s=time.monotonic() - self.began,
        )
        return replace(record, model=record.model or self.options.model or None, prompt=self.options.prompt or "")
