"""What answers at the address: HTTP at all, which server, whether it wants a key, which models it has."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lmstudio_tui.features.doctor.checks import LIMIT, Check, Status
from lmstudio_tui.sdk import (
    AuthenticationError,
    CancelScope,
    FeatureUnavailableError,
    HeadersReceived,
    LMStudioError,
    ProtocolError,
    RequestCancelledError,
    ServerConnectionError,
    ServerKind,
    StatusError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from lmstudio_tui.sdk import ClientConfig, HealthStatus, LMStudioSDK, ModelListing, Moment

STEPS = ("http", "kind", "version", "key", "models")


class FirstAnswer:
    """A recorder that remembers the first answer."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.milliseconds = 0.0

    def record(self, moment: Moment, /) -> None:
        """Take note."""
        if isinstance(moment, HeadersReceived) and self.status is None:
            self.status, self.milliseconds = moment.status, moment.at_ms


def patient(config: ClientConfig, limit: float = LIMIT) -> ClientConfig:
    """The same server, with so many seconds for a request and no second try."""
    return config.model_copy(update={"timeout": limit, "connect_timeout": limit, "max_retries": 0})


def check_server(
    client: LMStudioSDK,
    first: FirstAnswer,
    without_key: Callable[[], LMStudioSDK] | None,
    limit: float = LIMIT,
    about_key: Callable[[str], str] = str,
) -> Generator[Check]:
    """Ask the server, step by step. What follows a failure is skipped.

    Args:
        client: for the server.
        first: is told of the client's calls.
        without_key: makes a client for the same server that sends no key; None when no key is sent anyway.
        limit: seconds that each step may take.
        about_key: makes of what is said of a refused key what is to be done about this one.
    """
    http = _http(client, first, limit)
    yield http
    if http.status is Status.FAILED:
        yield from skipped_from("kind", "There is no answer.")
        return
    try:
        with _limited(limit) as scope:
            status = client.health(scope=scope)
    except AuthenticationError as error:
        yield Check("kind", Status.SKIPPED, "The server does not say without a key.")
        yield Check("version", Status.SKIPPED, "The server does not say without a key.")
        yield _key_refused(client.config, error, about_key)
        yield Check("models", Status.SKIPPED, "The server does not say without a key.")
        return
    except LMStudioError as error:
        yield Check("kind", Status.FAILED, _said(error, limit), _hint(error))
        yield from skipped_from("version", "It is not known what answers.")
        return
    yield _kind(status)
    yield _version(status)
    yield _key(client.config, without_key, limit)
    yield _models(client, status, limit)


def skipped_from(name: str, why: str) -> list[Check]:
    """The checks from one on, skipped."""
    return [Check(step, Status.SKIPPED, why) for step in STEPS[STEPS.index(name) :]]


def _http(client: LMStudioSDK, first: FirstAnswer, limit: float) -> Check:
    failure: LMStudioError | None = None
    try:
        with _limited(limit) as scope:
            client.ping(ServerKind.CLASSIC, scope=scope)
    except LMStudioError as error:
        failure = error
    if first.status is not None and not isinstance(failure, ServerConnectionError | RequestCancelledError):
        return Check("http", Status.OK, f"status {first.status} after {first.milliseconds:.0f} ms")
    if failure is None:
        return Check("http", Status.OK, "it answers")
    return Check("http", Status.FAILED, _said(failure, limit), _hint(failure))


@contextmanager
def _limited(limit: float) -> Generator[CancelScope]:
    """A scope that ends what it is given to when the time is over."""
    scope = CancelScope()
    timer = threading.Timer(limit, scope.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield scope
    finally:
        timer.cancel()


def _said(error: LMStudioError, limit: float) -> str:
    return f"no whole answer within {limit:g} s" if isinstance(error, RequestCancelledError) else error.message


def _hint(error: LMStudioError) -> str:
    """Nobody but the clock cancels here."""
    busy = "The server may be busy, or stuck: look at its log, or start it again."
    return busy if isinstance(error, RequestCancelledError) or not error.hint else error.hint


def _kind(status: HealthStatus) -> Check:
    name = status.kind.label + (f": {status.software}" if status.software else "")
    detail = f"{name}, the built-in simulator" if status.simulator else name
    if status.status.lower() not in {"ok", "healthy", "ready", "up"}:
        return Check("kind", Status.WARNING, f"{detail}; it says of itself: {status.status}")
    return Check("kind", Status.OK, detail)


def _version(status: HealthStatus) -> Check:
    if status.version == "unknown":
        return Check("version", Status.OK, "unknown: the server does not tell, and nothing is refused for that")
    detail = f"{status.version} (from {status.version_source})"
    chat = status.capabilities.get("chat")
    if status.kind is ServerKind.CLASSIC and chat is not None and chat.available is False:
        return Check("version", Status.FAILED, f"{detail}: {chat.reason}", "Upgrade LM Studio (lmstudio.ai/download).")
    return Check("version", Status.OK, detail)


def _key_refused(config: ClientConfig, error: AuthenticationError, about_key: Callable[[str], str]) -> Check:
    what = "the server wants a key, and none is set" if config.api_key is None else "the server refuses the key"
    return Check("key", Status.FAILED, f"{what} (status {error.status})", about_key(error.hint))


def _key(config: ClientConfig, without_key: Callable[[], LMStudioSDK] | None, limit: float) -> Check:
    """Whether the key is needed: the server was just asked with it, or without one."""
    if config.api_key is None:
        return Check("key", Status.OK, "none is set, and the server wants none")
    if without_key is None:
        return Check("key", Status.OK, "it is accepted")
    try:
        with _limited(limit) as scope:
            without_key().fetch_models(scope=scope)
    except AuthenticationError:
        return Check("key", Status.OK, "the server wants one, and accepts this")
    except LMStudioError:
        return Check("key", Status.OK, "it is accepted")
    return Check("key", Status.OK, "one is set; the server answers without it, too")


def _models(client: LMStudioSDK, status: HealthStatus, limit: float) -> Check:
    try:
        with _limited(limit) as scope:
            listing = client.fetch_models(scope=scope)
    except (StatusError, ProtocolError, FeatureUnavailableError) as error:
        return Check("models", Status.WARNING, error.message, error.hint)
    except LMStudioError as error:
        return Check("models", Status.FAILED, _said(error, limit), _hint(error))
    return _judged(client.config, listing, status)


def _judged(config: ClientConfig, listing: ModelListing, status: HealthStatus) -> Check:
    models = listing.models
    if not models:
        hint = "Download or load one: in LM Studio, or with `lmstudio-tui models download`."
        return Check("models", Status.WARNING, "the server lists none", hint)
    loaded = sum(model.loaded for model in models)
    told = any(model.state != "unknown" for model in models)
    parts = [f"{len(models)} listed", f"{loaded} loaded" if told else "which are loaded is not told"]
    embedding = [model for model in models if model.type == "embedding"]
    if embedding:
        parts.append(f"{len(embedding)} for embeddings")
    elif any(model.type is not None for model in models):
        parts.append("none for embeddings")
    names = {model.id for model in models} | {one.id for model in models for one in model.instances}
    wanted = (("default_model", config.default_model), ("default_embedding_model", config.default_embedding_model))
    missing = [f"{setting} {name}" for setting, name in wanted if name and name not in names]
    if missing:
        detail = ", ".join([*parts, *(f"{one} is not among them" for one in missing)])
        return Check(
            "models", Status.WARNING, detail, "Correct that setting: `lmstudio-tui models` lists what is there."
        )
    if told and not loaded and status.capabilities["model_load"].available:
        hint = "The first request loads one, if the server is set to; or: `lmstudio-tui models load …`."
        return Check("models", Status.OK, ", ".join(parts), hint)
    return Check("models", Status.OK, ", ".join(parts))
