"""Which server this is, which version, what it can do, and how each of these is known (server contract: 1, 2.1, 3).

Judged by bodies, never by the status alone: LM Studio answers unknown paths with 200. A 401 anywhere ends the probing:
the caller has to get a key first.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, entries, merged, names
from lmstudio_tui.sdk.types.health import CAPABILITIES, UNKNOWN, Capability, HealthStatus, ServerKind
from lmstudio_tui.sdk.wire import as_object, as_text, is_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.transport import Transport
    from lmstudio_tui.sdk.types.models import ModelSummary

SIMULATOR_OWNER = "lmstudio-tui-simulator"
_FLOOR = (0, 2, 18)
_AUDIO = (0, 2, 20)
_IMAGES = (0, 2, 21)


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`0.4.4+1` → (0, 4, 4); None for what is no version."""
    match = re.match(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


@dataclass(slots=True)
class _Findings:
    """What the probing has seen."""

    kind: ServerKind = ServerKind.UNKNOWN
    version: str = UNKNOWN
    version_source: str = UNKNOWN
    health: Mapping[str, Any] = field(default_factory=dict[str, Any])
    listings: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict[str, list["Mapping[str, Any]"]])
    latencies: list[float] = field(default_factory=list[float])
    simulator: bool = False
    failure: errors.StatusError | None = None
    """Why the model list could not be had, when the server said why."""

    def is_version(self, version: object, source: str) -> bool:
        """Take a version, unless it is none or one is known."""
        if not isinstance(version, str) or not version.strip() or self.version != UNKNOWN:
            return False
        self.version, self.version_source = shortened(version, 60), source
        return True


class Prober:
    """Finds out who answers.

    Args:
        transport: to the server.
        scope: cancels the probing.
    """

    def __init__(self, transport: Transport, scope: CancelScope | None = None) -> None:
        self._transport = transport
        self._scope = scope
        self._found = _Findings()

    def probe(self) -> HealthStatus:
        """Ask in the contract's order, and stop as soon as it is clear.

        Raises:
            ServerConnectionError: when nothing answers.
            AuthenticationError: when a key is wanted.
            ProtocolError: when something answers that is no model server.
        """
        found = self._found
        body = self._get("/health")
        if isinstance(body.get("status"), str) or body.get("lmstudio_version"):
            found.health = body
        if found.is_version(body.get("lmstudio_version"), "health"):
            found.kind = ServerKind.CLASSIC
        elif self._get("/lmstudio-greeting").get("lmstudio") is True:
            found.kind = ServerKind.LM_STUDIO
            self._ask_lm_studio()
        if found.kind is not ServerKind.LM_STUDIO:
            self._ask_openai()
        if found.kind is ServerKind.UNKNOWN:
            raise found.failure or errors.ProtocolError(
                "Something answers there, but not as a model server does.",
                hint="Is the address right? A model server answers at /v1/models.",
                context={"endpoint": OPENAI, "base_url": self._transport.config.base_url},
            )
        return self._status()

    def _get(self, path: str) -> Mapping[str, Any]:
        """The JSON object at a path, empty when there is none."""
        found = self._found
        started = time.monotonic()
        try:
            body, headers = self._transport.json(Call("GET", path, path.rsplit("/", 1)[-1]), self._scope)
        except errors.AuthenticationError:
            raise
        except errors.StatusError as error:
            found.failure = error if path == OPENAI else found.failure
            # llama.cpp answers 503 everywhere while it loads its model.
            return {"status": error.message} if path == "/health" and error.status == 503 else {}
        except (errors.FeatureUnavailableError, errors.ProtocolError):
            return {}
        found.latencies.append((time.monotonic() - started) * 1000)
        found.simulator = found.simulator or "x-simulator" in headers
        if path.startswith("/v1/") and found.is_version(headers.get("x-lmstudio-version"), "header"):
            found.kind = ServerKind.CLASSIC if found.kind is ServerKind.UNKNOWN else found.kind
        rows = entries(path, body) if path in {NATIVE_V1, NATIVE_V0, OPENAI} else None
        if rows is not None:
            found.listings[path] = rows
        return as_object(body)

    def _ask_lm_studio(self) -> None:
        found = self._found
        said = self._get("/lms-status")
        if isinstance(said.get("package"), str):
            found.is_version(said.get("version"), "lms-status")
        self._get(NATIVE_V1)
        self._get(NATIVE_V0)
        if not found.listings:
            self._get(OPENAI)

    def _ask_openai(self) -> None:
        found = self._found
        self._get(OPENAI)
        rows = found.listings.get(OPENAI)
        if rows is None:
            # It may be a server that is still loading its model.
            starting = found.failure is not None and found.failure.status == 503 and bool(found.health)
            if starting and found.kind is ServerKind.UNKNOWN:
                found.kind = ServerKind.OPENAI
            return
        versions = (as_object(row.get("metadata")).get("backend_version") for row in rows)
        if any(found.is_version(version, "backend_version") for version in versions):
            found.kind = ServerKind.CLASSIC
        if found.kind is ServerKind.UNKNOWN:
            found.kind = ServerKind.OPENAI

    def _status(self) -> HealthStatus:
        found, health = self._found, self._found.health
        models = merged(found.listings)
        loaded = health.get("models_loaded")
        told = any(model.state != "unknown" for model in models)
        count = sum(len(model.instances) or 1 for model in models if model.loaded) if told else None
        uptime, api = health.get("uptime_ms"), health.get("api_version")
        return HealthStatus(
            status=shortened(as_text(health.get("status")), 120) or "ok",
            kind=found.kind,
            version=found.version,
            version_source=found.version_source,
            api_version=api if isinstance(api, str) else None,
            models_loaded=loaded if is_count(loaded) else count,
            uptime_ms=uptime if is_count(uptime) else None,
            latency_ms=min(found.latencies, default=0.0),
            simulator=found.simulator or any(model.owned_by == SIMULATOR_OWNER for model in models),
            surfaces=tuple(found.listings),
            capabilities=capabilities_of(
                found.kind, found.version, models, tuple(found.listings), self._transport.config
            ),
        )


def capabilities_of(
    kind: ServerKind,
    version: str,
    models: tuple[ModelSummary, ...],
    surfaces: tuple[str, ...],
    config: ClientConfig,
) -> dict[str, Capability]:
    """Every capability with its reason."""
    match kind:
        case ServerKind.CLASSIC:
            known = _classic(version, config)
        case ServerKind.LM_STUDIO:
            known = _lm_studio(models, surfaces)
        case _:
            known = {}
    untried = Capability(available=None, reason="This server does not say; it turns out when it is used.")
    return {name: known.get(name, untried) for name in CAPABILITIES}


def refuse_unsupported(status: HealthStatus, feature: str) -> None:
    """Server contract, section 1: below 0.2.18 a classic server is not supported.

    Raises:
        UnsupportedVersionError: which says what to upgrade to.
    """
    version = parse_version(status.version) if status.kind is ServerKind.CLASSIC else None
    if version is not None and version < _FLOOR:
        raise errors.UnsupportedVersionError(
            _too_old(status.version),
            feature=feature,
            hint="Upgrade LM Studio to 0.2.21 or later (lmstudio.ai/download).",
            context={"version": status.version},
        )


def _too_old(version: str) -> str:
    return f"Version {version} is too old; 0.2.18 is the first that works."


def _classic(text: str, config: ClientConfig) -> dict[str, Capability]:
    """The version table of the server contract, section 1."""
    version = parse_version(text)
    if version is None:
        return {}
    if version < _FLOOR:
        return dict.fromkeys(CAPABILITIES, Capability(available=False, reason=_too_old(text)))
    yes = Capability(available=True, reason=f"Version {text} has it.")
    found: dict[str, Capability] = dict.fromkeys(("chat", "streaming", "completions", "embeddings"), yes)
    audio = _gated(text, version, _AUDIO, "audio", "enable_audio", on=config.enable_audio)
    found |= dict.fromkeys(("transcription", "translation", "speech"), audio)
    found["images"] = _gated(text, version, _IMAGES, "images", "enable_images", on=config.enable_images)
    if found["images"].available:
        found["images"] = Capability(
            available=None, reason="It needs an image backend, too; that shows when it is used."
        )
    no = Capability(available=False, reason="A classic server has no such endpoint.")
    return found | dict.fromkeys(("model_load", "download"), no)


def _gated(
    text: str, version: tuple[int, int, int], floor: tuple[int, int, int], what: str, flag: str, *, on: bool
) -> Capability:
    if version < floor:
        least = ".".join(map(str, floor))
        return Capability(available=False, reason=f"Version {text} has no {what}; {least} is the first that has.")
    if not on:
        return Capability(available=False, reason=f"It is switched off: set {flag} = true.")
    return Capability(available=True, reason=f"Version {text} has it, and {flag} is on.")


def _lm_studio(models: tuple[ModelSummary, ...], surfaces: tuple[str, ...]) -> dict[str, Capability]:
    """What was seen on LM Studio's surfaces."""
    yes = Capability(available=True, reason="LM Studio serves it.")
    offered = ("chat", "streaming", "completions", "embeddings", "structured_output")
    found: dict[str, Capability] = dict.fromkeys(offered, yes)
    audio = Capability(available=False, reason="No version of LM Studio serves audio.")
    found |= dict.fromkeys(("transcription", "translation", "speech"), audio)
    found["images"] = Capability(available=False, reason="No version of LM Studio makes images.")
    for name in ("vision", "tools", "reasoning"):
        having = names(models, name)
        if having:
            more = f" and {len(having) - 1} more" if len(having) > 1 else ""
            found[name] = Capability(available=True, reason=f"Declared by {having[0]}{more}.")
        elif NATIVE_V1 in surfaces:
            found[name] = Capability(available=False, reason="No model here declares it.")
    if NATIVE_V1 in surfaces:
        native = Capability(available=True, reason="The native v1 API answers.")
    else:
        native = Capability(available=False, reason="It needs the native v1 API of LM Studio 0.4.0 or later.")
    return found | dict.fromkeys(("model_load", "download"), native)
