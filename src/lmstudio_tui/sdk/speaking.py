"""Text into speech (`POST /v1/audio/speech`; server contract, 1 and 4): audio that is handed on as it comes.

The format is told by the first bytes: servers send WAV and call it MP3, or call everything `application/octet-stream`.
A JSON body, a page of HTML or nothing at all in place of audio is an error, whatever its status.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import complaint_of, shortened
from lmstudio_tui.sdk.delivery import Delivery
from lmstudio_tui.sdk.sniffing import ENOUGH, audio_format, is_text
from lmstudio_tui.sdk.wire import json_or_none

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.gates import Gate
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.audio import SpeechRequest

PATH = "/v1/audio/speech"

_LONGEST_COMPLAINT = 1024 * 1024
_TOLD = 64 * 1024
"""Bytes of the audio that a recorder is told."""
_BY_TYPE = {
    "wav": "wav",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "mpeg": "mp3",
    "mp3": "mp3",
    "mpeg3": "mp3",
    "x-mpeg": "mp3",
    "flac": "flac",
    "x-flac": "flac",
    "ogg": "ogg",
    "opus": "ogg",
    "vorbis": "ogg",
    "aac": "aac",
    "aacp": "aac",
    "x-aac": "aac",
    "mp4": "m4a",
    "m4a": "m4a",
    "x-m4a": "m4a",
    "webm": "webm",
    "pcm": "pcm",
    "x-pcm": "pcm",
    "l16": "pcm",
    "raw": "pcm",
    "x-raw": "pcm",
}
_ASKED = {"opus": "ogg", "vorbis": "ogg", "mpeg": "mp3", "wave": "wav", "raw": "pcm"}
_RATE_HEADERS = ("x-sample-rate", "x-audio-sample-rate", "x-samplerate", "sample-rate")
_RATE = re.compile(r"(?i);\s*(?:sample-?)?rate\s*=\s*\"?(\d{4,6})\b")
_HINTS = (
    (
        re.compile(r"(?i)\bvoices?\b"),
        "Choose another voice: `lmstudio-tui voices` lists those that the server tells of.",
    ),
    (re.compile(r"(?i)format"), "Ask for another format, such as wav or mp3."),
    (re.compile(r"(?i)\bmodel\b[^.]*(?:required|missing)"), "Name the model: this server wants to be told which."),
)
"""The next step, by what a server complains of."""
_TEXTUAL = re.compile(r"^(?:text/|application/(?:.*\+)?json|application/(?:.*\+)?xml)")


class SpeechStream(Delivery[bytes]):
    """Speech, while it is made: iterate over its bytes, in a `with` block; or `read` or `save` all of it.

    What is broken off in the middle raises `StreamInterruptedError`; what was given before is the caller's.

    Args:
        transport: to the server.
        request: what is to be said.
        gate: says whether it may be asked for.
        scope: cancels it.

    Attributes:
        content_type: as the server calls it, without parameters; empty before the first bytes.
        format: `wav`, `mp3`, `flac`, `ogg` (Opus and Vorbis), `aac`, `m4a`, `webm`, `pcm`, or what else was asked for;
            by the first bytes, else by the content type, else what was asked for. Empty before the first bytes.
        sample_rate: in Hz, of `pcm`, when the server says so; None otherwise.
        first_audio_ms: from sending the request to the first bytes; None before.
        received: how many bytes have come.
    """

    def __init__(
        self, transport: Transport, request: SpeechRequest, *, gate: Gate, scope: CancelScope | None = None
    ) -> None:
        super().__init__(scope)
        self.content_type = ""
        self.format = ""
        self.sample_rate: int | None = None
        self.first_audio_ms: float | None = None
        self.received = 0
        self._transport = transport
        self._request = request
        self._gate = gate

    def read(self) -> bytes:
        """All of it.

        Raises:
            LMStudioError: whatever iterating raises.
        """
        return b"".join(self)

    def save(self, path: str | os.PathLike[str]) -> int:
        """Write all of it to a file, which is there when it is whole and not before; one of that name is replaced.

        Returns:
            how many bytes it has.

        Raises:
            LMStudioError: whatever iterating raises.
            OSError: when the file cannot be written.
        """
        target = Path(path)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        with contextlib.ExitStack() as failing:
            failing.callback(_remove, Path(name))
            with os.fdopen(handle, "wb") as file:
                for piece in self:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            # As a file that is simply opened would be: the temporary one is for its owner alone.
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(target)
            failing.pop_all()
        return self.received

    def _run(self) -> Generator[bytes]:
        self._gate.check("speech")
        started = time.monotonic()
        call = Call("POST", PATH, "speech", self._payload(), works=True, accept="audio/*")
        try:
            with self._transport.open(call, self.scope) as answer:
                yield from self._deliver(answer, call, started)
        except errors.LMStudioError as error:
            failure = error
        else:
            return
        raise self._meaning(failure)

    def _payload(self) -> dict[str, Any]:
        request = self._request
        wanted = request.response_format
        body: dict[str, Any] = {
            "model": request.model or self._transport.config.default_model,
            "voice": request.voice,
            "input": request.input,
            "response_format": wanted,
            "format": wanted if self._gate.classic else None,
            "speed": request.speed,
        }
        return {name: value for name, value in body.items() if value is not None} | request.extra

    def _meaning(self, failure: errors.LMStudioError) -> errors.LMStudioError:
        if isinstance(failure, errors.RequestCancelledError):
            return failure
        if self.received and not isinstance(failure, errors.StreamingError):
            return errors.StreamInterruptedError(
                f"The speech was interrupted: {failure.message}",
                hint="What came is kept; ask again for all of it.",
                context={**failure.context, "cause": type(failure).__name__, "received": self.received},
            )
        if isinstance(failure, errors.BadRequestError):
            failure.hint = next((hint for words, hint in _HINTS if words.search(failure.message)), failure.hint)
        return self._gate.explain(failure, "speech")

    def _deliver(self, answer: Answer, call: Call, started: float) -> Iterator[bytes]:
        self.content_type = answer.content_type
        chunks = answer.chunks()
        head = b""
        for chunk in chunks:
            if chunk and self.first_audio_ms is None:
                self.first_audio_ms = (time.monotonic() - started) * 1000
            head += chunk
            if len(head) >= ENOUGH:
                break
        known = audio_format(head)
        if not known and _is_no_audio(head, answer.content_type):
            self.first_audio_ms = None
            self._fail(answer, head, call)
        self.format = known or _by_type(answer.content_type) or _by_name(self._request.response_format)
        self.sample_rate = _rate_in(answer.headers) if self.format == "pcm" else None
        told = bytearray()
        try:
            while head:
                self.received += len(head)
                told += head[: _TOLD - len(told)]
                yield head
                self.scope.raise_if_cancelled()
                head = next(chunks, b"")
        finally:
            answer.note_body(bytes(told), self.received)

    def _fail(self, answer: Answer, head: bytes, call: Call) -> None:
        """The answer is no audio.

        Raises:
            LMStudioError: what the server complains of; `ProtocolError` when it does not say.
        """
        raw = answer.read(head, _LONGEST_COMPLAINT)
        body = json_or_none(raw) if raw.lstrip().startswith((b"{", b"[", b'"')) else None
        if complaint_of(body) is not None:
            raise self._transport.refusal(answer.status, body, "", call)
        shown = self._transport.shown(raw, 160)
        what = f"it begins {shown!r}" if shown else "it is empty"
        kind = shortened(answer.content_type, 80) or "no content type"
        raise errors.ProtocolError(f"The answer is no audio ({kind}): {what}.", received=shown)


def _is_no_audio(head: bytes, content_type: str) -> bool:
    """Whether an answer is an error in place of audio; samples alone have no mark, and any bytes may be some."""
    if not head:
        return True
    textual = is_text(head)
    declared = _TEXTUAL.match(content_type) is not None
    return textual and (declared or len(head) >= ENOUGH or head.lstrip()[:1] in {b"{", b"<", b"["})


def _by_type(content_type: str) -> str:
    kind, _, name = content_type.partition("/")
    return _BY_TYPE.get(name, "") if kind in {"audio", "application", "video"} else ""


def _by_name(asked: str | None) -> str:
    return _ASKED.get(asked or "", asked or "")


def _rate_in(headers: Mapping[str, str]) -> int | None:
    """The sample rate that a server tells, in Hz."""
    match = _RATE.search(headers.get("content-type", ""))
    told = [match[1]] if match else []
    told += [headers[name] for name in _RATE_HEADERS if name in headers]
    rates = [int(one) for one in told if re.fullmatch(r"\d{4,6}", one.strip())]
    return next((rate for rate in rates if 4_000 <= rate <= 384_000), None)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _umask() -> int:
    """What is taken away from the rights of a new file. It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
