"""From what a server says to a typed error.

LM Studio answers unknown paths with status 200 and `{"error": …}`, and most failures with 400 and a sentence
(server contract, 2.1 and 2.5): so the words of a body decide before the status does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.errors import ContextValue, LMStudioError, StatusError
    from lmstudio_tui.sdk.redaction import Redactor

_LONGEST = 500
_OVERFLOW = re.compile(
    r"context (?:length|window|size|the overflows)|context_length|n_ctx|n_keep|exceeds? the (?:available )?context"
    r"|too (?:long|many tokens).*(?:context|model)|maximum context|prompt is too long"
)
_CRASH = re.compile(r"model (?:has )?(?:crashed|died|exited)|\(exit code: ")
_LOAD = re.compile(r"failed to load|model loading (?:was stopped|failed)|error loading model|insufficient system resources")
_NOT_LOADED = re.compile(r"no models? (?:is |are )?(?:currently )?loaded|model (?:\S+ )?is not loaded|not currently loaded")
_NOT_FOUND = re.compile(
    r"invalid model identifier|model (?:\S+ ){0,3}(?:not found|does not exist|is unknown)|unknown model|no such model"
)
_NO_ENDPOINT = re.compile(r"unexpected endpoint or method|no such endpoint|unknown endpoint")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server says is wrong, from any of the shapes it may say it in."""

    message: str
    type: str = ""
    code: str = ""
    param: str = ""


def shortened(text: str, limit: int = _LONGEST) -> str:
    """One printable line, cut at `limit` characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: limit * 4]).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def complaint_of(body: object) -> Complaint | None:
    """What a JSON body complains of, or None when it does not.

    `error` may be a string or an object (LM Studio, OpenAI), `detail` a string, a list or an object (FastAPI's,
    speaches, Kokoro: server contract, section 4).
    """
    if not isinstance(body, dict):
        return None
    for key in ("error", "detail"):
        said: Any = body.get(key)
        if not said:
            continue
        if isinstance(said, list):
            said = said[0]
            if isinstance(said, dict):
                place = ".".join(str(part) for part in said.get("loc") or [] if part != "body")
                return Complaint(f"{place}: {said.get('msg')}" if place else str(said.get("msg")), param=place)
        if isinstance(said, dict):
            inner = said.get("message") or said.get("error") or said.get("msg") or body.get("message")
            text = inner if isinstance(inner, str) else json.dumps(said, ensure_ascii=False, default=str)
            return Complaint(text, *(str(said.get(name) or "") for name in ("type", "code", "param")))
        return Complaint(str(said))
    return None


def _kind(status: int, said: Complaint) -> type[StatusError]:
    """Which error the words, then the codes, then the status stand for."""
    text = said.message.lower()
    code, kind = said.code.lower(), said.type.lower()
    if status in {401, 403} or code in {"invalid_api_key", "401"} or "api token is required" in text:
        return errors.AuthenticationError
    by_words = (
        (_CRASH.search(text), errors.ModelCrashedError),
        (_LOAD.search(text), errors.ModelLoadError),
        (_NOT_LOADED.search(text), errors.ModelNotLoadedError),
        (code == "model_not_found" or _NOT_FOUND.search(text), errors.ModelNotFoundError),
        (
            code == "context_length_exceeded" or "exceed_context" in kind or _OVERFLOW.search(text),
            errors.ContextOverflowError,
        ),
        (status == 429, errors.RateLimitError),
        (status == 404 and said.param == "model", errors.ModelNotFoundError),
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
        feature: the capability the endpoint stands for, for when the server does not know the endpoint.
    """
    said = complaint_of(body)
    endpoint = str(context.get("endpoint", ""))
    if _is_no_endpoint(status, said):
        return errors.FeatureUnavailableError(
            f"This server has no {endpoint}.", feature=feature, context={**context, "status": status}
        )
    if 300 <= status < 400:
        return errors.StatusError(
            f"The server wants to send {endpoint} elsewhere (status {status}); redirects are not followed.",
            status=status,
            hint="Set base_url to the server's final address.",
            context=context,
        )
    if said is None and isinstance(body, dict) and isinstance(body.get("message"), str):
        said = Complaint(body["message"])
    if said is None:
        text = shortened(_without_tags(raw), 200)
        said = Complaint(f"The server answered {status}" + (f": {text}" if text else " and said nothing more."))
    kind = _kind(status, said)
    return kind(shortened(redact(said.message)), status=status, context=context)


def _is_no_endpoint(status: int, said: Complaint | None) -> bool:
    if said is not None and _NO_ENDPOINT.search(said.message.lower()):
        return True
    if status in {405, 501}:
        return said is None or "stream" not in said.message.lower()
    return status == 404 and (said is None or "model" not in f"{said.message} {said.param} {said.code}".lower())


def _without_tags(raw: str) -> str:
    """The words of an HTML error page."""
    if "<" not in raw[:2000]:
        return raw
    body = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", raw[:20_000])
    return re.sub(r"<[^>]*>", " ", body)
