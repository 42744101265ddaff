"""One call before it is sent, and the bytes on both sides of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.errors import ValidationError
from lmstudio_tui.sdk.wire import has_half, json_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.uploading import Upload


@dataclass(frozen=True, slots=True)
class Call:
    """One call, before it is sent.

    Attributes:
        path: below the base URL, such as `/v1/models`.
        feature: the capability that the endpoint stands for.
        body: JSON to send, or None.
        works: whether it makes a model work: then it has the generation's time limit, and is not sent twice.
        stream: whether a stream is asked for.
        retries: None takes the configured number.
        time_limit: seconds that an attempt may take as a whole; None takes the configured ones.
        once: whether it is never sent again once it may have reached the server, whatever the server answers.
        telling: members of an answer that make it one even when there is an `error` beside them.
        background: whether it is made by the watching of the server, and not for a person.
        upload: a form to send in place of JSON.
        accept: what the answer may be, where that is not JSON.
        at_root: whether the path is that of the address, and not below the base URL.
    """

    method: str
    path: str
    feature: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    works: bool = False
    stream: bool = False
    retries: int | None = None
    time_limit: float | None = None
    once: bool = False
    telling: tuple[str, ...] = ()
    background: bool = False
    upload: Upload | None = None
    accept: str = ""
    at_root: bool = False

    def under(self, scope: CancelScope | None) -> Call:
        """The call as it is made under a scope, which may be one of the background."""
        return replace(self, background=True) if scope is not None and scope.background else self

    def limit(self, config: ClientConfig, scope: CancelScope | None) -> float | None:
        """Seconds that an attempt may take as a whole; None when there is no limit."""
        limit = self.time_limit or (config.generation_timeout if self.works else config.timeout)
        if self.works or scope is None or scope.patience is None or limit is None:
            return limit
        return min(limit, scope.patience)


def headers_for(call: Call, fixed: Mapping[str, bytes], *, has_body: bool) -> list[tuple[bytes, bytes]]:
    """The headers of a call.

    Args:
        fixed: what every call carries, by lower-case names; it goes before what is usual.
        has_body: whether JSON is sent.
    """
    headers = {"accept": b"application/json", "accept-encoding": b"gzip, deflate"}
    if call.stream:
        # A compressed stream would be held back until the compressor has a block together.
        headers = {"accept": b"text/event-stream, application/json;q=0.9", "accept-encoding": b"identity"}
    if call.accept:
        headers |= {"accept": call.accept.encode(), "accept-encoding": b"identity"}
    if has_body:
        headers["content-type"] = b"application/json"
    headers |= fixed
    if call.upload is not None:
        headers["content-type"] = call.upload.content_type.encode()
        if call.upload.length is not None:
            headers["content-length"] = str(call.upload.length).encode()
    return [(name.encode("ascii"), value) for name, value in headers.items()]


def encoded(body: Mapping[str, Any]) -> bytes:
    """The JSON of a request's body.

    Raises:
        ValidationError: when it has none, because what a request holds was changed after it was made.
    """
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        reason = shortened(str(error), 120)
    else:
        # Half of a surrogate pair (from a file name or a pipe) has no UTF-8.
        return text.encode("utf-8", "replace" if has_half(text) else "strict")
    raise ValidationError(f"The request cannot be sent as JSON: {reason}.", field="")


def error_event(raw: bytes) -> object:
    """The JSON of an error that was sent as an event of a stream, with an error status."""
    lines = (line[5:] for line in raw.splitlines() if line.startswith(b"data:"))
    return next((body for line in lines if (body := json_or_none(line)) is not None), None)
