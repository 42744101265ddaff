"""Finding out which server it is, and which version (server contract: 1, 2.1).

Judged by bodies, never by the status alone: LM Studio answers unknown paths with 200. A 401 anywhere ends the probing:
the caller has to get a key first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.capabilities import capabilities_of
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, entries, loaded_count, merged, silence
from lmstudio_tui.sdk.traits import Looker, Traits
from lmstudio_tui.sdk.types.health import HealthStatus
from lmstudio_tui.sdk.types.kinds import UNKNOWN, ServerKind
from lmstudio_tui.sdk.wire import as_object, as_text, is_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport

SIMULATOR_OWNER = "lmstudio-tui-simulator"


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
    unsettled: set[str] = field(default_factory=set[str])
    """Lists that failed in a way that does not tell whether they are there."""
    said_at_health: Mapping[str, Any] = field(default_factory=dict[str, Any])
    server: str = ""
    """The `server` header."""

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
        traits: what was seen of this server the last time, if it was an OpenAI-compatible one.

    Attributes:
        traits: what is seen of it now; None for servers of another kind.
    """

    def __init__(self, transport: Transport, scope: CancelScope | None = None, *, traits: Traits | None = None) -> None:
        self._transport = transport
        self._scope = scope
        self._found = _Findings()
        self._known = traits
        self.traits: Traits | None = None

    @property
    def unsettled(self) -> frozenset[str]:
        """The lists of models of which it is not known whether they are there."""
        return frozenset(self._found.unsettled)

    def probe(self) -> HealthStatus:
        """Ask in the contract's order, and stop as soon as it is clear.

        Raises:
            ServerConnectionError: when nothing answers.
            AuthenticationError: when a key is wanted.
            ProtocolError: when something answers that is no model server.
        """
        found = self._found
        body = found.said_at_health = self._get("/health")
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
        if found.kind is ServerKind.OPENAI and OPENAI in found.listings:
            self._look_closer(found.listings[OPENAI])
        return self._status()

    def _get(self, path: str) -> Mapping[str, Any]:
        """The JSON object at a path, empty when there is none."""
        found = self._found
        started = time.monotonic()
        try:
            body, headers = self._transport.json(Call("GET", path, "health"), self._scope)
        except errors.AuthenticationError as error:
            if error.status != 403 or path in {NATIVE_V1, NATIVE_V0, OPENAI}:
                raise
            # That this path is not for everyone says nothing of the others.
            return {}
        except errors.StatusError as error:
            found.failure = error if path == OPENAI else found.failure
            found.unsettled.add(path)
            # llama.cpp answers 503 everywhere while it loads its model.
            return {"status": error.message} if path == "/health" and error.status == 503 else {}
        except (errors.FeatureUnavailableError, errors.ProtocolError):
            return {}
        found.latencies.append((time.monotonic() - started) * 1000)
        found.simulator = found.simulator or "x-simulator" in headers
        found.server = headers.get("server", found.server)
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
            elif found.kind is ServerKind.UNKNOWN and found.failure is None:
                self._look_without_list()
            return
        versions = (as_object(row.get("metadata")).get("backend_version") for row in rows)
        if any(found.is_version(version, "backend_version") for version in versions):
            found.kind = ServerKind.CLASSIC
        if found.kind is ServerKind.UNKNOWN:
            found.kind = ServerKind.OPENAI

    def _look_without_list(self) -> None:
        """A server for audio or images need not list its models."""
        found = self._found
        self.traits = Looker(self._transport, self._scope).look_without_list(found.server)
        if self.traits is not None:
            found.kind = ServerKind.OPENAI

    def _look_closer(self, rows: list[Mapping[str, Any]]) -> None:
        """What an OpenAI-compatible server tells of itself."""
        found = self._found
        looker = Looker(self._transport, self._scope)
        self.traits = looker.look(found.server, found.said_at_health, rows, self._known)
        if self.traits is not None and self.traits.version != UNKNOWN:
            found.is_version(self.traits.version, self.traits.version_source)

    def _status(self) -> HealthStatus:
        found, health = self._found, self._found.health
        models = merged(found.listings)
        loaded = health.get("models_loaded")
        # A native list that is empty tells, too: with just-in-time loading off, nothing is loaded.
        native = NATIVE_V1 in found.listings or NATIVE_V0 in found.listings
        told = native or any(model.state != "unknown" for model in models)
        count = loaded_count(models) if told else None
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
            software=self.traits.software if self.traits is not None else "",
            capabilities=capabilities_of(
                found.kind,
                found.version,
                models,
                tuple(found.listings),
                self._transport.config,
                traits=self.traits,
                unsettled=self.unsettled,
                silence=silence(found.listings.get(NATIVE_V1, ())),
            ),
        )
