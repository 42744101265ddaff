"""What a server means that does not take a file: too large, a format it does not know, no model named."""

from __future__ import annotations

import re
import wave
from io import BytesIO
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors

if TYPE_CHECKING:
    from lmstudio_tui.sdk.uploading import AudioFile

_TOO_LARGE = re.compile(
    r"(?i)too large|too big|(?:maximum|max)\w*[ _](?:\w+ ){0,3}(?:size|length)|size[^.]{0,40}(?:exceed|limit)"
    r"|exceed[^.]{0,40}(?:size|limit|bytes|\bMi?B\b)|request entity|payload"
)
_BOUND = re.compile(r"(?i)(\d[\d,_]*(?:\.\d+)?)\s*(bytes?|[kmg]i?b)\b")
_FORMAT = re.compile(
    r"(?i)(?:unsupported|unknown|invalid|unrecogni[sz]ed|not a valid|wrong|bad)"
    r"[^.]{0,30}(?:format|file|media|audio|codec|wav)"
    r"|(?:format|codec|file type)[^.]{0,40}(?:not (?:supported|recogni[sz]ed|known|allowed)|unsupported|unknown)"
    r"|(?:could not|cannot|can't|failed to|unable to|error)[^.]{0,20}(?:decod|read|load|open|pars|convert)\w*[^.]{0,30}"
    r"(?:audio|file|wav|media)|ffmpeg|libsndfile|only (?:wav|\.wav|16)"
)
_NO_MODEL = re.compile(r"(?i)\bmodel\b[^.]{0,40}(?:required|missing|must be)|(?:required|missing)[^.]{0,20}\bmodel\b")
_PLAIN = "16 kHz, one channel, 16 bits"
_UNITS = {"k": 1_000, "ki": 1 << 10, "m": 1_000_000, "mi": 1 << 20, "g": 1_000_000_000, "gi": 1 << 30}


def explained(error: errors.LMStudioError, file: AudioFile, sent: int) -> errors.LMStudioError:
    """The same error with the next step as its hint; `context["about"]` says what it is about, where that is clear.

    Args:
        file: what was sent.
        sent: bytes of the request that had been sent.
    """
    if isinstance(error, errors.StatusError) and not isinstance(error, errors.AuthenticationError):
        _explain_refusal(error, file)
    elif _broke_off(error) and file.size is not None and sent < file.size:
        shown = f"{megabytes(sent)} of {megabytes(file.size)}"
        error.hint = f"It broke after {shown}: perhaps the server takes no file that large, or its log says why."
        error.with_context(size_bytes=file.size, sent_bytes=sent)
    return error


def _explain_refusal(error: errors.StatusError, file: AudioFile) -> None:
    text = error.message
    if error.status == 413 or _TOO_LARGE.search(text):
        bound = bound_in(text)
        size = f" has {megabytes(file.size)}" if file.size is not None else " is too large"
        takes = f", and the server takes {megabytes(bound)} at most" if bound else ""
        error.hint = (
            f"{file.name}{size}{takes}: send it in parts, or smaller, as mp3 or as WAV with one channel and 16 kHz."
        )
        error.with_context(about="size", size_bytes=file.size, limit_bytes=bound)
    elif error.status == 415 or _FORMAT.search(text):
        error.hint = _other_format(file)
        error.with_context(about="format")
    elif _NO_MODEL.search(text):
        error.hint = "Name the model: this server wants to be told which."
        error.with_context(about="model")


def _other_format(file: AudioFile) -> str:
    """What to do about a format that a server does not take."""
    if _is_plain_wav(file):
        return (
            "It is WAV with 16 kHz, one channel and 16 bits, which every server takes: the file may be broken, or the"
            " server lacks something; its log says more."
        )
    what = f"It is {file.format}. " if file.format else "It does not begin as audio does. "
    convert = f"Convert it to {_PLAIN}" if file.format == "wav" else f"Convert it to WAV ({_PLAIN})"
    return f"{what}{convert}, which every server takes."


def _is_plain_wav(file: AudioFile) -> bool:
    try:
        with wave.open(BytesIO(file.beginning), "rb") as head:
            return (head.getframerate(), head.getnchannels(), head.getsampwidth()) == (16_000, 1, 2)
    except (wave.Error, EOFError):
        return False


def _broke_off(error: errors.LMStudioError) -> bool:
    slow = isinstance(error, errors.RequestTimeoutError) and error.phase == "write"
    return slow or isinstance(error, errors.ConnectionLostError)


def bound_in(text: str) -> int | None:
    """The size, in bytes, that a server names in its complaint; the smallest, where it names the file's, too."""
    found: list[int] = []
    for number, unit in _BOUND.findall(text):
        factor = _UNITS.get(unit.lower().removesuffix("b"), 1) if not unit.lower().startswith("byte") else 1
        found.append(int(float(number.replace(",", "").replace("_", "")) * factor))
    return min((size for size in found if size > 0), default=None)


def megabytes(size: int) -> str:
    """A file's size for people."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.2f} GB"
    if size >= 100_000:
        return f"{size / 1e6:.1f} MB"
    return f"{size / 1000:.1f} kB" if size >= 1000 else f"{size} bytes"
