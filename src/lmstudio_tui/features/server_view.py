"""The server as it was last seen, as values ready to be shown, and in words what has changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import RequestTimeoutError
from lmstudio_tui.sdk.types.kinds import UNKNOWN
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lmstudio_tui.sdk import HealthStatus, LMStudioError, ModelSummary


class Presence(StrEnum):
    """What is known of the server."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    LOCKED = "locked"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class ServerView:
    """One look at the server, as values ready to be shown.

    Args:
        base_url: where it is looked for.
        presence: connecting; online; offline: nothing answers; locked: it wants a key; strange: it is no model server.
        since: when the presence last changed, in seconds since the epoch.
        status: the last answer; it stays while the server is away. Its count of loaded models follows `models`.
        error: why it is not online.
        next_try_at: when it is tried again, by `time.monotonic`; None while it is online.
        latencies: of the last probes, in milliseconds, the newest last.
        models: the last list.
        models_at: when that list last changed, in seconds since the epoch; 0 before the first.
        checked_at: when the server last answered a whole look, in seconds since the epoch; 0 before the first.
        busy: whether it lets a look wait while it answers another call: it is there, and does one thing at a time.
        silent_since: since when a look waits without an answer, in seconds since the epoch; None unless it does so for
            longer than a moment.
    """

    base_url: str
    presence: Presence = Presence.CONNECTING
    since: float = 0.0
    status: HealthStatus | None = None
    error: LMStudioError | None = None
    next_try_at: float | None = None
    latencies: tuple[float, ...] = ()
    models: tuple[ModelSummary, ...] = ()
    models_at: float = 0.0
    checked_at: float = 0.0
    busy: bool = False
    silent_since: float | None = None

    @property
    def loaded(self) -> int | None:
        """How many models are loaded; None when the server does not tell."""
        if any(model.state != "unknown" for model in self.models):
            return sum(model.loaded for model in self.models)
        return self.status.models_loaded if self.status is not None else None

    @property
    def online(self) -> bool:
        """Whether it can be used."""
        return self.presence is Presence.ONLINE


def server_name(status: HealthStatus) -> str:
    """What a server is called, with its version where it is known: `LM Studio 0.4.12`, `llama.cpp b4321`."""
    name = clean_line(status.software) or status.kind.label
    return name if status.version == UNKNOWN else f"{name} {clean_line(status.version)}"


def describe_change(before: ServerView, after: ServerView) -> str:
    """What has changed from one view to the next, in words for people; empty when it is not worth saying.

    Such as `LM Studio 0.4.12 is back`, `qwen3-8b was loaded`, `3 models are new; gemma was unloaded`.
    """
    if before.base_url != after.base_url:
        return ""
    if before.presence is not after.presence:
        return _presence_in_words(before, after)
    if not after.online or before.status is None or after.status is None:
        return ""
    old, new = server_name(before.status), server_name(after.status)
    if old != new:
        return f"{new} answers now (it was {old})"
    return "; ".join(_models_in_words(before.models, after.models))


def _presence_in_words(before: ServerView, after: ServerView) -> str:
    name = "The server" if before.status is None else server_name(before.status)
    if before.presence is Presence.CONNECTING:
        # How it is at first is on the screen anyway.
        return ""
    match after.presence:
        case Presence.ONLINE:
            return _returned(before, after)
        case Presence.OFFLINE if isinstance(after.error, RequestTimeoutError):
            return f"{name} does not answer any more"
        case Presence.OFFLINE:
            return f"{name} is gone"
        case Presence.LOCKED:
            return f"{name} wants a key" if before.online else "A server is there, and wants a key"
        case Presence.STRANGE if before.online:
            return f"{name} no longer answers as a model server does"
        case Presence.STRANGE:
            return "Something answers there, but not as a model server does"
        case _:
            return ""


def _returned(before: ServerView, after: ServerView) -> str:
    if after.status is None:
        return ""
    new = server_name(after.status)
    if before.status is None:
        return f"{new} answers now"
    old = server_name(before.status)
    return f"{new} is back" if old == new else f"{new} answers now (it was {old})"


def _models_in_words(before: Sequence[ModelSummary], after: Sequence[ModelSummary]) -> list[str]:
    """A sentence for each kind of change."""
    old, new = ({model.id: model for model in models} for models in (before, after))
    come, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    both = [name for name in new if name in old]
    loaded = [name for name in both if new[name].loaded and not old[name].loaded]
    unloaded = [name for name in both if old[name].loaded and not new[name].loaded and new[name].state != "unknown"]
    if _only_loaded(old) and _only_loaded(new):
        # With just-in-time loading off a server may list only what is loaded.
        loaded, come = [*loaded, *come], []
        unloaded, gone = [*unloaded, *gone], []
    counts = {name: (len(old[name].instances), len(new[name].instances)) for name in both if new[name].loaded}
    more = [name for name, (was, now) in counts.items() if now > was > 0]
    fewer = [name for name, (was, now) in counts.items() if was > now > 0]
    loading = [name for name in both if new[name].state == "loading" != old[name].state]
    parts = (
        (loading, "is being loaded", "are being loaded"),
        (loaded, "was loaded", "were loaded"),
        (more, "was loaded once more", "were loaded once more"),
        (unloaded, "was unloaded", "were unloaded"),
        (fewer, "has an instance less", "have an instance less"),
        (come, "is new", "are new"),
        (gone, "is gone", "are gone"),
    )
    return [_of(names, one, several) for names, one, several in parts if names]


def _only_loaded(models: Mapping[str, ModelSummary]) -> bool:
    return all(model.loaded for model in models.values())


def _of(names: Sequence[str], one: str, several: str) -> str:
    """`a was loaded`, `a and b were loaded`, `3 models were loaded`."""
    match [clean_line(name) for name in names[:3]]:
        case [name]:
            return f"{name} {one}"
        case [first, second]:
            return f"{first} and {second} {several}"
        case _:
            return f"{len(names)} models {several}"
