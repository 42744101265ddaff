"""From what a server says to a typed error.

LM Studio answers unknown paths with status 200 and `{"error": …}`, and most failures with 400 and a sentence
(server contract, 2.1 and 2.5): so the words of a body decide before the status does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.wire import as_objects, as_text, dumped, is_list, is_object
from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.errors import ContextValue, LMStudioError, StatusError
    from lmstudio_tui.sdk.redaction import Redactor

_LONGEST = 500
_UNKNOWN_KEYS = "unrecognized_keys"
_LOOKED_AT = 4000
"""Characters of a message that are looked at, however long it is."""

_OVERFLOW = re.compile(
    r"context the overflows|n_ctx|n_keep|context_length_exceeded|exceed_context|prompt is too long"
    r"|(?:exceed|greater than|larger than|longer than|not fit|too long|too many tokens|maximum|overflow)[^.]*context"
    r"|context (?:length|window|size)[^.]*(?:exceed|of only|only supports|too small|overflow)"
    r"|maximum model length"
)
_CRASH = re.compile(r"model (?:has )?(?:crashed|died|exited)|\(exit code: ")
_LOAD = re.compile(
    r"failed to load|model loading (?:was stopped|failed)|error loading model|insufficient system resources"
)
_NOT_LOADED = re.compile(
    r"no models? (?:is |are )?(?:currently )?loaded|not currently loaded"
    r"|model (?:\S+ )?(?:is |was |has been )?(?:not loaded|unloaded)"
)
_NOT_FOUND = re.compile(
    r"invalid model identifier|model (?:\S+ ){0,3}(?:not found|does not exist|is unknown)|unknown model|no such model"
)
_NO_ENDPOINT = re.compile(r"unexpected endpoint or method|no such endpoint|unknown endpoint")
_MODEL = re.compile(r"(?<![/\w])models?(?![/\w])|model_not_found")
_THING = re.compile(r"(?:model|instance|job|download)_not_found")
"""Codes of a 404 that is about a thing that the path or the body names, and not about the path itself."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server says is wrong, from any of the shapes it may say it in."""

    message: str
    type: str = ""
    code: str = ""
    param: str = ""


def shortened(text: str, limit: int = _LONGEST) -> str:
    """One printable line, cut at `limit` characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in clean(text[: limit * 4])).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def complaint_of(body: object) -> Complaint | None:
    """What a JSON body complains of, or None when it does not.

    `error` may be a string or an object (LM Studio, OpenAI), `detail` a string, a list or an object (FastAPI's,
    speaches, Kokoro: server contract, section 4). An older vLLM is itself the error (`"object":"error"`).
    """
    if not is_object(body):
        return None
    said: Any = body.get("error") or (body.get("detail") if not _is_answer(body) else None)
    if not said and body.get("object") == "error":
        said = body
    if not said:
        return None
    if is_list(said):
        return _first_of(said)
    if is_object(said):
        return _of_object(said, body)
    return Complaint(_in_words(said))


def _of_object(said: Mapping[str, Any], body: Mapping[str, Any]) -> Complaint:
    """What an error says that is an object."""
    inner = (said.get(name) for name in ("message", "error", "msg"))
    text = next((text for text in [*inner, body.get("message")] if isinstance(text, str) and text), None)
    if said.get("code") == _UNKNOWN_KEYS:
        text = _naming(text or "The request has keys that this server does not know", said)
    return Complaint(text or _in_words(said), *(_in_words(said.get(name)) for name in ("type", "code", "param")))


def _naming(text: str, said: Mapping[str, Any]) -> str:
    """The complaint about unknown keys, with their names (server contract, 2.4: strict schemas)."""
    listed: Any = said.get("keys")
    names: list[Any] = listed if is_list(listed) else [said.get("param")]
    missing = [name for name in names if isinstance(name, str) and name and name not in text]
    return f"{text.rstrip('.: ')}: {', '.join(missing)}" if missing else text


def is_refusal(body: object) -> bool:
    """Whether a body that came with a success is none.

    Some servers always send an `error`, empty or not; results beside it count for more. Only a `detail` that stands
    alone is a refusal.
    """
    if not is_object(body) or _is_answer(body):
        return False
    return bool(body.get("error")) or body.get("object") == "error" or (len(body) == 1 and bool(body.get("detail")))


def _is_answer(body: Mapping[str, Any]) -> bool:
    return any(body.get(name) for name in ("choices", "data", "models"))


def _first_of(said: list[Any]) -> Complaint:
    """The first of FastAPI's list of errors."""
    found = as_objects(said)
    if not found:
        return Complaint(_in_words(said[0]))
    if found[0].get("code") == _UNKNOWN_KEYS:
        return _of_object(found[0], {})
    parts: Any = found[0].get("loc")
    place = ".".join(_in_words(part) for part in parts if part != "body") if is_list(parts) else ""
    text = as_text(found[0].get("msg")) or _in_words(found[0])
    return Complaint(f"{place}: {text}" if place else text, param=place)


def _in_words(value: object) -> str:
    if value is None:
        return ""
    return value[: _LOOKED_AT * 2] if isinstance(value, str) else dumped(value)[:_LOOKED_AT]


def _status_within(status: int, said: Complaint) -> int:
    """The status that a body names, when it came with a success: an error within a stream does."""
    return int(said.code) if status < 400 and re.fullmatch(r"[45][0-9][0-9]", said.code) else status


def _kind(status: int, said: Complaint) -> type[StatusError]:
    """Which error the words, then the codes, then the status stand for."""
    text = said.message[:_LOOKED_AT].lower()
    code, kind = said.code.lower(), said.type.lower()
    if status in {401, 403} or code == "invalid_api_key" or "api token is required" in text:
        return errors.AuthenticationError
    unknown = "unrecognized" in text or code == _UNKNOWN_KEYS
    by_words = (
        (_CRASH.search(text), errors.ModelCrashedError),
        (_LOAD.search(text), errors.ModelLoadError),
        (_NOT_LOADED.search(text), errors.ModelNotLoadedError),
        (code == "model_not_found" or _NOT_FOUND.search(text), errors.ModelNotFoundError),
        (
            code == "context_length_exceeded" or "exceed_context" in kind or (_OVERFLOW.search(text) and not unknown),
            errors.ContextOverflowError,
        ),
        (status == 429, errors.RateLimitError),
        (status == 404, errors.ModelNotFoundError),
        (status >= 500, errors.ServerFailureError),
        (400 <= status < 500, errors.BadRequestError),
    )
    return next((error for matches, error in by_words if matches), errors.StatusError)


def error_for(
    status: int,
    body: object,
    raw: str,
    *,
    redact: Redactor,
    context: Mapping[str, ContextValue],
    feature: str,
) -> LMStudioError:
    """The typed error of an answer that is a refusal.

    Args:
        status: its HTTP status; 200 happens.
        body: its JSON, or None when it is none.
        raw: its text, for when it is not JSON.
        redact: takes the key out of what the server says.
        context: what is known of the call; `endpoint` and `method` are looked at.
        feature: the capability the endpoint stands for, for when the server does not know the endpoint.
    """
    said = complaint_of(body)
    endpoint = str(context.get("endpoint", ""))
    if _is_no_endpoint(status, said, endpoint, reads=context.get("method") == "GET"):
        told = shortened(redact(said.message)) if status == 501 and said is not None else ""
        message = f"This server does not offer {endpoint}: {told}" if told else f"This server has no {endpoint}."
        return errors.FeatureUnavailableError(message, feature=feature, context={**context, "status": status})
    if 300 <= status < 400:
        return errors.StatusError(
            f"The server wants to send {endpoint} elsewhere (status {status}); redirects are not followed.",
            status=status,
            hint="Set base_url to the server's final address.",
            context=context,
        )
    if said is None:
        said = _without_shape(status, body, raw)
    kind = _kind(_status_within(status, said), said)
    return kind(shortened(redact(said.message)), status=status, context=context)


def _without_shape(status: int, body: object, raw: str) -> Complaint:
    """What an answer says that has none of the known shapes."""
    if is_object(body) and isinstance(body.get("message"), str):
        return Complaint(_in_words(body["message"]))
    text = shortened(_without_tags(raw), 200)
    return Complaint(f"The server answered {status}" + (f": {text}" if text else " and said nothing more."))


def _is_no_endpoint(status: int, said: Complaint | None, endpoint: str, *, reads: bool) -> bool:
    """Whether the server does not know the path. A 404 that speaks of a model is about the model."""
    text = said.message[:_LOOKED_AT].lower() if said is not None else ""
    if _NO_ENDPOINT.search(text):
        return True
    if status in {405, 501}:
        return "stream" not in text
    if status != 404 or (said is not None and _THING.fullmatch(said.code.lower())):
        return False
    if reads or said is None:
        return True
    about = f"{text} {said.param} {said.code}".lower().replace(endpoint.lower(), "")
    return _MODEL.search(about) is None


def _without_tags(raw: str) -> str:
    """The words of an HTML error page."""
    if "<" not in raw[:2000]:
        return raw[:20_000]
    body = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", raw[:20_000])
    return re.sub(r"<[^>]*>", " ", body)
