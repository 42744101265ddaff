"""What a server did not take of a file, and whether it takes it as WAV (server contract, section 4).

What the refusal is about has been told by the SDK (`context["about"]`); a server that does not stream, or has no times,
has been asked otherwise by it already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.hearing.preparing import size_as_wav
from lmstudio_tui.sdk.wire import is_count

if TYPE_CHECKING:
    from lmstudio_tui.audio.files import AudioFacts
    from lmstudio_tui.sdk import LMStudioError

USUAL_LIMIT: Final = 25_000_000
"""Bytes: what OpenAI takes, and vLLM unless it is told otherwise."""

_VLLM: Final = "vLLM takes 25 MB, unless it was started with a larger VLLM_MAX_AUDIO_CLIP_FILESIZE_MB."


def reason_to_convert(error: LMStudioError, facts: AudioFacts) -> str:
    """Why to send the file once more, as WAV; empty when that would not help.

    Args:
        error: the refusal.
        facts: what the file is; it is not the WAV already that would be sent.
    """
    about = error.context.get("about")
    if about == "format":
        return "The server does not take this format: the file is converted to WAV."
    if about == "size":
        limit, size = error.context.get("limit_bytes"), size_as_wav(facts)
        most = limit if is_count(limit) else USUAL_LIMIT
        if size is not None and size <= min(most, facts.size_bytes):
            return "The file is too large for the server: it is made smaller."
    return ""


def in_words(error: LMStudioError) -> LMStudioError:
    """The same error, with what is known of sizes where the server does not say what it takes."""
    if error.context.get("about") == "size" and not error.context.get("limit_bytes"):
        error.hint = f"{error.hint} {_VLLM}".strip()
    return error
