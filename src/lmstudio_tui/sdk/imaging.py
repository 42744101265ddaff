"""Making images (`POST /v1/images/generations`; server contract, 1).

An image comes within the answer, or its address does. An address is fetched from the configured server only, with its
key; from another host only when the caller allows it, and then without the key. No redirect is followed.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import complaint_of, is_refusal, shortened
from lmstudio_tui.sdk.config import is_loopback
from lmstudio_tui.sdk.sniffing import image_type
from lmstudio_tui.sdk.types.images import GeneratedImage, ImageResult
from lmstudio_tui.sdk.wire import as_text, is_count, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.answer import Answer
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.gates import Gate
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.images import ImageRequest

PATH = "/v1/images/generations"

_LONGEST = 512 * 1024 * 1024
"""Bytes of an answer: a hundred large images, written in base64."""
_LONGEST_IMAGE = 64 * 1024 * 1024
_TOLD = 64 * 1024
_LISTS = ("data", "images", "artifacts", "output")
_ENCODED = ("b64_json", "base64", "b64", "image")
_DATA = re.compile(r"(?is)\s*data:[^,;]*(?:;[^,;]*)*,(.*)\Z")


class _Source(NamedTuple):
    """Where an image is: within the answer, at an address, or nowhere, for a reason."""

    data: bytes = b""
    url: str = ""
    problem: str = ""


class Painter:
    """Makes images.

    Args:
        transport: to the server.
        gate: says whether it may be asked for.
        fetch_elsewhere: whether an image may be fetched from another server.
        scope: cancels it.
    """

    def __init__(self, transport: Transport, gate: Gate, *, fetch_elsewhere: bool, scope: CancelScope | None) -> None:
        self._transport = transport
        self._gate = gate
        self._elsewhere = fetch_elsewhere
        self._scope = scope

    def make(self, request: ImageRequest) -> ImageResult:
        """As `LMStudioClient.create_image`."""
        self._gate.check("images")
        body = self._asked(request)
        if isinstance(body, bytes):
            return self._gathered([_Source(body)], {}, request.n)
        rows = _rows(body)
        if rows is None:
            shown = self._transport.shown(repr(body).encode("utf-8", "replace"), 160)
            raise errors.ProtocolError(f"The answer holds no images: {shown}", received=shown)
        return self._gathered(rows, body, request.n)

    # Asking

    def _asked(self, request: ImageRequest) -> Any:
        """The JSON of the answer; or the bytes of an image that came in its place."""
        body = {
            "model": request.model or self._transport.config.default_model,
            "prompt": request.prompt,
            "n": request.n if request.n != 1 else None,
            "size": request.size,
            "seed": request.seed,
            "response_format": "b64_json",
        }
        body = {name: value for name, value in body.items() if value is not None} | request.extra
        try:
            return self._send(body)
        except errors.BadRequestError as error:
            # Some models always send the image itself, and refuse to be told so.
            if "response_format" not in error.message or "response_format" in request.extra:
                raise
        del body["response_format"]
        return self._send(body)

    def _send(self, body: Mapping[str, Any]) -> Any:
        call = Call("POST", PATH, "images", body, works=True)
        try:
            with self._transport.open(call, self._scope) as answer:
                raw = answer.read(limit=_LONGEST, told=_TOLD)
                if image_type(raw):
                    return raw
                document = self._transport.parsed(raw, answer)
                if is_refusal(document) or (_rows(document) is None and complaint_of(document) is not None):
                    raise self._transport.refusal(answer.status, document, "", call)
                return document
        except (errors.FeatureUnavailableError, errors.StatusError) as error:
            failure = self._gate.explain(error, "images")
        raise failure

    # What came

    def _gathered(self, rows: list[Any], body: Any, wanted: int) -> ImageResult:
        images: list[GeneratedImage] = []
        problems: list[str] = []
        for number, row in enumerate(rows, 1):
            source = row if isinstance(row, _Source) else _source_of(row)
            try:
                images.append(self._image(source, row if is_object(row) else {}))
            except (errors.LMStudioError, ValueError) as error:
                if isinstance(error, errors.RequestCancelledError):
                    raise
                which = f"Image {number} of {len(rows)}" if len(rows) > 1 else "The image"
                said = error.message if isinstance(error, errors.LMStudioError) else str(error)
                problems.append(f"{which} could not be had: {said}")
        if len(rows) < wanted:
            problems.append(f"{wanted} images were asked for; the server made {len(rows)}.")
        model = as_text(body.get("model")) if is_object(body) else ""
        return ImageResult(images=tuple(images), model=model or None, problems=tuple(problems))

    def _image(self, source: _Source, row: Mapping[str, Any]) -> GeneratedImage:
        """The image itself.

        Raises:
            ValueError: with the sentence that says why it is none.
            LMStudioError: it cannot be fetched.
        """
        if source.problem:
            raise ValueError(source.problem)
        data = source.data or self._fetched(source.url)
        kind = image_type(data)
        if not kind:
            shown = self._transport.shown(data, 60)
            raise ValueError(f"what came is no PNG, JPEG, WebP or GIF; it begins {shown!r}.")
        seed = row.get("seed")
        return GeneratedImage(
            data=data,
            media_type=kind,
            revised_prompt=as_text(row.get("revised_prompt")),
            seed=seed if is_count(seed) else None,
            url="" if source.data else self._transport.redact(source.url),
        )

    # Fetching

    def _fetched(self, address: str) -> bytes:
        """The image at an address.

        Raises:
            ValueError: it is on another server, and that is not allowed, or it would take the key there.
            LMStudioError: it cannot be had.
        """
        config, redact = self._transport.config, self._transport.redact
        try:
            url = urljoin(f"{config.origin}/", address.strip())
            parts = urlsplit(url)
            own = _same_server(url, config.base_url)
        except ValueError:
            raise ValueError(f"its address is none: {shortened(redact(address), 80)!r}.") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise ValueError(f"its address cannot be fetched: {shortened(redact(address), 80)!r}.")
        if not own and not self._elsewhere:
            host = shortened(redact(parts.netloc), 80)
            raise ValueError(
                f"it lies on another server ({host}), and images are fetched from the configured one only."
            )
        if not own and (redact.knows(url) or redact.knows(unquote(url))):
            raise ValueError("its address is of another server, and holds the key of this one; it is not asked.")
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        call = Call("GET", path, "images", accept="image/*, */*;q=0.5", at_root=True)
        if own:
            return self._read(self._transport, call)
        other = self._transport.to(f"{parts.scheme}://{parts.netloc}")
        try:
            return self._read(other, call)
        finally:
            other.close()

    def _read(self, transport: Transport, call: Call) -> bytes:
        with transport.open(call, self._scope) as answer:
            return _whole(answer)


def _whole(answer: Answer) -> bytes:
    return answer.read(limit=_LONGEST_IMAGE, told=_TOLD)


def _rows(body: Any) -> list[Any] | None:
    """The images of an answer as it tells of them; None when it tells of none."""
    if is_list(body):
        return body or None
    if not is_object(body):
        return None
    for name in _LISTS:
        listed: Any = body.get(name)
        if is_list(listed) and listed:
            return listed
        if is_object(listed) or (isinstance(listed, str) and listed):
            return [listed]
    return [body] if any(isinstance(body.get(name), str) for name in (*_ENCODED, "url")) else None


def _source_of(row: Any) -> _Source:
    """Where an image is that an answer tells of."""
    if isinstance(row, str):
        return _Source(url=row) if re.match(r"(?i)\s*(?:https?:|/)", row) and len(row) < 4000 else _decoded(row)
    if not is_object(row):
        return _Source(problem="the answer does not tell where it is.")
    said = complaint_of(row)
    for name in _ENCODED:
        if isinstance(row.get(name), str) and row[name].strip():
            return _decoded(row[name])
    url = as_text(row.get("url")).strip()
    if url:
        return _decoded(url) if _DATA.match(url) else _Source(url=url)
    if said is not None:
        return _Source(problem=f"the server says: {shortened(said.message, 200)}")
    return _Source(problem="the answer holds neither the image nor its address.")


def _decoded(text: str) -> _Source:
    """An image in base64, with or without what says so before it."""
    match = _DATA.match(text)
    plain = re.sub(r"\s+", "", match[1] if match else text).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return _Source(problem="its base64 is broken.")
    return _Source(data) if data else _Source(problem="it is empty.")


def _same_server(url: str, base_url: str) -> bool:
    """Whether an address is of the configured server; this machine has several names.

    Raises:
        ValueError: it is no address.
    """
    asked, own = urlsplit(url), urlsplit(base_url)
    usual = {"http": 80, "https": 443}
    if asked.scheme != own.scheme or (asked.port or usual.get(asked.scheme)) != (own.port or usual.get(own.scheme)):
        return False
    host, ours = (asked.hostname or "").lower(), (own.hostname or "").lower()
    return host == ours or (is_loopback(host) and is_loopback(ours))
