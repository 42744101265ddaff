"""What an OpenAI-compatible server tells of itself when it is only looked at (server contract, section 4).

No model is set to work. A GET at an endpoint that takes POST is answered with 405 where the endpoint is there; a 404
proves that it is not only on a server that answers 405 elsewhere, because llama.cpp's HTTP library answers such a GET
with 404 always. Well-known servers are recognised by what they state: llama.cpp by its `server` header and `GET
/props`, vLLM by `owned_by` and `GET /version`, Ollama by `GET /api/version` and its front page, speaches by its
`/health` and the title of its OpenAPI document, Kokoro by `owned_by`, whisper.cpp by its `server` header or its front
page. A server for audio or images need not have a list of models.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.types.kinds import UNKNOWN
from lmstudio_tui.sdk.wire import as_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport

ENDPOINTS = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "embeddings": "/v1/embeddings",
    "transcription": "/v1/audio/transcriptions",
    "translation": "/v1/audio/translations",
    "speech": "/v1/audio/speech",
    "images": "/v1/images/generations",
}
"""The endpoint of each capability that has one of its own."""

SOUNDS = ("transcription", "translation", "speech")
"""The capabilities that `enable_audio` switches on."""

LLAMA_CPP = "llama.cpp"
OLLAMA = "Ollama"
KOKORO = "Kokoro"
WHISPER_CPP = "whisper.cpp"
_LIMIT = 2.0
"""Seconds for each look: a look that takes longer is not worth it."""
_FRESH = 300.0
"""Seconds for which what was seen holds, as long as the server lists the same models."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What was seen.

    Attributes:
        software: what the server is called; empty when it was not recognised.
        version: its version, or `unknown`.
        version_source: the path that told it.
        endpoints: for a capability, whether its endpoint is there; those that cannot be told are not in it.
        vision: whether its model sees images; None when it does not tell.
        seen_at: by `time.monotonic`.
        base: what it was seen beside: the `server` header, and what was listed.
    """

    software: str = ""
    version: str = UNKNOWN
    version_source: str = UNKNOWN
    endpoints: Mapping[str, bool] = field(default_factory=dict[str, bool])
    vision: bool | None = None
    seen_at: float = 0.0
    base: tuple[object, ...] = ()

    def holds_for(self, base: tuple[object, ...]) -> bool:
        """Whether it need not be looked at again."""
        return self.base == base and time.monotonic() - self.seen_at < _FRESH


@dataclass(frozen=True, slots=True)
class _Seen:
    """The answer to one look. `missing`: the server says that there is no such path."""

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    text: str = ""
    missing: bool = False


class Looker:
    """Looks at an OpenAI-compatible server.

    Args:
        transport: to the server.
        scope: cancels the looking.
    """

    def __init__(self, transport: Transport, scope: CancelScope | None) -> None:
        self._transport = transport
        self._scope = scope

    def look(
        self, server: str, health: Mapping[str, Any], rows: list[Mapping[str, Any]], known: Traits | None
    ) -> Traits | None:
        """What there is to see, in at most ten small requests; None when the server fell silent meanwhile.

        Args:
            server: its `server` header.
            health: what it answers at `/health`.
            rows: its list of models.
            known: what was seen the last time; given back when it still holds.

        Raises:
            AuthenticationError: when a key is wanted.
        """
        config = self._transport.config
        owners = {str(row.get("owned_by")) for row in rows}
        listed = tuple(sorted(str(row.get("id")) for row in rows))
        base = (server, tuple(sorted(owners)), listed, config.enable_audio, config.enable_images)
        if known is not None and known.holds_for(base):
            return known
        try:
            traits = self._recognise(server, health, owners)
            if traits.software not in {LLAMA_CPP, OLLAMA}:
                traits = replace(traits, endpoints=self._endpoints(self._asked()))
        except errors.ServerConnectionError:
            return None
        return replace(traits, base=base, seen_at=time.monotonic())

    def look_without_list(self, server: str) -> Traits | None:
        """What there is to see of a server that lists no models; None when it is none for audio or images either.

        Args:
            server: its `server` header.

        Raises:
            AuthenticationError: when a key is wanted.
        """
        config = self._transport.config
        wanted = [*(SOUNDS if config.enable_audio else ()), *(("images",) if config.enable_images else ())]
        if not wanted:
            return None
        try:
            if server.lower() == WHISPER_CPP or f"{WHISPER_CPP} server" in self._get("/").text.lower():
                return Traits(software=WHISPER_CPP, base=(server,), seen_at=time.monotonic())
            endpoints = self._endpoints(wanted)
        except errors.ServerConnectionError:
            return None
        if True not in endpoints.values():
            return None
        return Traits(endpoints=endpoints, base=(server,), seen_at=time.monotonic())

    def _recognise(self, server: str, health: Mapping[str, Any], owners: set[str]) -> Traits:
        if server == LLAMA_CPP or "llamacpp" in owners:
            return self._llama_cpp(certain=server == LLAMA_CPP)
        if "vllm" in owners:
            version = self._get("/version").body.get("version")
            return _named("vLLM", version, "version") if isinstance(version, str) else Traits()
        if owners == {"kokoro"}:
            return Traits(software=KOKORO)
        if health == {"message": "OK"}:
            info = as_object(self._get("/openapi.json").body.get("info"))
            if str(info.get("title")).lower() == "speaches":
                return _named("speaches", info.get("version"), "openapi.json")
            return Traits()
        said = self._get("/api/version").body
        if list(said) == ["version"] and self._get("/").text == "Ollama is running":
            return _named(OLLAMA, said["version"], "api/version")
        return Traits()

    def _llama_cpp(self, *, certain: bool) -> Traits:
        props = self._get("/props").body
        build = props.get("build_info")
        if not certain and not isinstance(build, str):
            return Traits()
        vision = as_object(props.get("modalities")).get("vision")
        return replace(_named(LLAMA_CPP, build, "props"), vision=vision if isinstance(vision, bool) else None)

    def _asked(self) -> list[str]:
        """The endpoints that are looked for. What is switched off is not."""
        config = self._transport.config
        asked = ["chat", "completions", "embeddings", *(SOUNDS if config.enable_audio else ())]
        return [*asked, "images"] if config.enable_images else asked

    def _endpoints(self, asked: Iterable[str]) -> dict[str, bool]:
        """Which of these endpoints are there."""
        seen = {name: self._get(ENDPOINTS[name]) for name in asked}
        there = {name: True for name, one in seen.items() if one.status == 405}
        return there | ({name: False for name, one in seen.items() if one.missing} if there else {})

    def _get(self, path: str) -> _Seen:
        limit = min(_LIMIT, self._transport.config.timeout)
        try:
            body, _ = self._transport.json(Call("GET", path, "health", retries=0, time_limit=limit), self._scope)
        except errors.AuthenticationError as error:
            if error.status != 403:
                raise
            # That this path is not for everyone says nothing of the others.
            return _Seen(status=403)
        except errors.FeatureUnavailableError as error:
            status = error.context.get("status")
            return _Seen(status=status if isinstance(status, int) else 0, missing=status in {200, 404})
        except errors.StatusError as error:
            return _Seen(status=error.status)
        except errors.ProtocolError as error:
            return _Seen(text=error.received)
        return _Seen(body=as_object(body))


def _named(software: str, version: object, source: str) -> Traits:
    """A server that was recognised, with its version if it is one."""
    if not isinstance(version, str) or not version.strip():
        return Traits(software=software)
    return Traits(software=software, version=shortened(version, 60), version_source=source)
