"""What is known of the server, fact by fact, each with how it is known: for badges and their explanations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import Ability
from lmstudio_tui.key_words import key_word
from lmstudio_tui.sdk import ServerKind
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lmstudio_tui.features.service_view import Service, ServiceCapability, ServiceView
    from lmstudio_tui.sdk import HealthStatus

CALM_MS = 10.0
"""Milliseconds: below that, latencies are drawn as the small differences that they are."""

_BARS = "▁▂▃▄▅▆▇█"
_NAMED = 6
"""How many models a sentence names before it counts the others."""

CAPABILITY_TITLES = {
    "chat": "Chat",
    "streaming": "Streaming",
    "completions": "Completions",
    "embeddings": "Embeddings",
    "transcription": "Transcription",
    "translation": "Translation",
    "speech": "Speech",
    "images": "Images",
    "vision": "Vision",
    "tools": "Tools",
    "structured_output": "Structured output",
    "reasoning": "Reasoning",
    "model_load": "Loading models",
    "download": "Downloading models",
}

_SERVED: dict[str, tuple[Service, ServiceCapability]] = {
    "transcription": ("audio", "transcription"),
    "translation": ("audio", "translation"),
    "speech": ("audio", "speech"),
    "images": ("images", "images"),
}
"""What may be there by a server of its own."""
_NONE: Mapping[Service, ServiceView] = MappingProxyType({})

_HOW_TOLD = {
    ServerKind.LM_STUDIO: "It answers GET /lmstudio-greeting, which only LM Studio does.",
    ServerKind.CLASSIC: "GET /health names an lmstudio_version, as the classic servers do.",
    ServerKind.OPENAI: "It lists models at GET /v1/models, and answers in neither of LM Studio's ways.",
    ServerKind.UNKNOWN: "Nothing that it answered tells which kind it is.",
}
_VERSION_SOURCES = {
    "health": "It says so at GET /health.",
    "header": "The header x-lmstudio-version of its answers says so.",
    "backend_version": "The metadata of its models says so.",
    "lms-status": "It says so at GET /lms-status.",
}
_NO_VERSION = (
    "This server does not tell its version. That blocks nothing: what it can do is found out by looking, not by number."
)


class Mark(StrEnum):
    """How a fact is to be taken."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    NO = "no"
    UNKNOWN = "unknown"
    PLAIN = "plain"


SIGNS = {
    Mark.GOOD: "●",
    Mark.FAIR: "!",
    Mark.BAD: "●",
    Mark.NO: "✗",
    Mark.UNKNOWN: "?",
    Mark.PLAIN: " ",
}
"""Beside the colour, since no fact is told by colour alone."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, or known to be unknown.

    Attributes:
        id: names it: `server`, `kind`, `version`, `latency`, `models`, `security`, or a capability.
        title: what it is about.
        value: in a few words.
        mark: how to take it.
        explanation: how it is known, and what to do about it; sentences, perhaps in several lines.
        capability: whether it is one of the capabilities.
    """

    id: str
    title: str
    value: str
    mark: Mark
    explanation: str
    capability: bool = False

    @property
    def sign(self) -> str:
        """The mark as one character."""
        return "✓" if self.capability and self.mark is Mark.GOOD else SIGNS[self.mark]


def sparkline(values: Sequence[float], width: int = 8, *, least: float = 0.0) -> str:
    """The last values as bars between zero and the largest, or `least` if that is more."""
    shown = list(values)[-width:]
    top = max([least, *shown])
    return "".join(_BARS[min(7, int(value / top * 7.99))] if top > 0 else _BARS[0] for value in shown)


def clock(moment: float) -> str:
    """A time of day as people read it, with the date when it is not today's."""
    then = datetime.fromtimestamp(moment).astimezone()
    today = datetime.now().astimezone().date()
    return f"{then:%H:%M:%S}" if then.date() == today else f"{then:%Y-%m-%d %H:%M}"


def health_in_words(view: ServerView) -> tuple[str, Mark]:
    """How the server is, in a word or two."""
    silent = silent_seconds(view)
    if silent is not None:
        return f"no answer for {silent} s", Mark.FAIR
    match view.presence:
        case Presence.ONLINE if view.busy:
            return "busy", Mark.FAIR
        case Presence.ONLINE:
            said = clean_line(view.status.status)[:20] if view.status else "ok"
            return said, Mark.GOOD if said == "ok" else Mark.FAIR
        case Presence.OFFLINE:
            return "no server", Mark.BAD
        case Presence.LOCKED:
            return "key wanted", Mark.FAIR
        case Presence.STRANGE:
            return "no model server", Mark.BAD
        case _:
            return "looking", Mark.UNKNOWN


def silent_seconds(view: ServerView) -> int | None:
    """For how long a look has been waiting for an answer; None when none is."""
    return None if view.silent_since is None else max(0, round(time.time() - view.silent_since))


def facts_of(
    view: ServerView, warnings: Sequence[str] = (), change: str = "", services: Mapping[Service, ServiceView] = _NONE
) -> list[Fact]:
    """Every fact, the most important first.

    Args:
        view: the last look at the server.
        warnings: what stands against these settings, such as an address that is not this machine.
        change: what has changed last, and when, in words.
        services: who serves audio and images, as far as that was looked into.
    """
    facts = [_server(view, change)]
    if warnings:
        facts.append(Fact("security", "Security", "see why", Mark.FAIR, "\n".join(warnings)))
    status = view.status
    if status is None or view.presence in {Presence.CONNECTING, Presence.STRANGE}:
        return facts
    facts += [_kind(status), _version(status)]
    if view.latencies:
        facts.append(_latency(view))
    facts.append(_models(view))
    return facts + [_served_elsewhere(name, services) or _capability(name, status) for name in status.capabilities]


def _server(view: ServerView, change: str) -> Fact:
    value, mark = health_in_words(view)
    since = f" Since {clock(view.since)}." if view.since else ""
    if view.online:
        said = f"The server at {view.base_url} answers.{since}"
        if view.checked_at:
            said += f" Looked at last at {clock(view.checked_at)}."
        if view.busy:
            said += "\nIt lets the last look wait while it answers another call: it does one thing at a time."
        said += f"\nIt is looked at every 5 seconds; {key_word('app.retry_server', 'F5')} looks at once."
    elif view.presence is Presence.CONNECTING:
        said = f"Looking for a server at {view.base_url}."
    else:
        error = view.error
        reason = f"{clean_line(error.message)} {clean_line(error.hint)}".strip() if error else ""
        key = key_word("app.retry_server", "F5")
        said = f"{view.base_url}: {value}.{since}\n{reason}\nIt is tried again by itself; {key} tries at once."
    if change:
        said += f"\nThe last change: {change}."
    return Fact("server", "Health", value, mark, said)


def _kind(status: HealthStatus) -> Fact:
    value = status.software or status.kind.label
    said = _HOW_TOLD[status.kind]
    if status.software:
        said += f"\nIt was recognised as {clean_line(status.software)}; to this app it is an OpenAI-compatible server."
    if status.simulator:
        value += " simulator"
        said += "\nIt is the built-in simulator: its answers are made up, and no model runs."
    if status.surfaces:
        said += f"\nLists of models that answered: {', '.join(status.surfaces)}."
    return Fact("kind", "Kind", clean_line(value), Mark.PLAIN, said)


def _version(status: HealthStatus) -> Fact:
    if status.version == "unknown":
        return Fact("version", "Version", "unknown", Mark.UNKNOWN, _NO_VERSION)
    source = status.version_source
    said = _VERSION_SOURCES.get(source, f"It says so at /{source}.")
    if status.api_version:
        said += f"\nIts API is {clean_line(status.api_version)}."
    chat = status.capabilities.get("chat")
    old = status.kind is ServerKind.CLASSIC and chat is not None and chat.available is False
    if old and chat is not None:
        said += f"\n{chat.reason} {chat.hint}"
    return Fact("version", "Version", clean_line(status.version), Mark.BAD if old else Mark.PLAIN, said)


def _latency(view: ServerView) -> Fact:
    values = view.latencies
    now, least, most = values[-1], min(values), max(values)
    said = f"The last look took {now:.1f} ms; the last {len(values)} took {least:.1f} to {most:.1f} ms.\n"
    said += f"{sparkline(values, 24, least=CALM_MS)}\nIt is the time of one small request, not of a model."
    return Fact("latency", "Latency", f"{now:.0f} ms {sparkline(values, least=CALM_MS)}", Mark.PLAIN, said)


def _models(view: ServerView) -> Fact:
    loaded = [model for model in view.models if model.loaded]
    plural = "" if len(view.models) == 1 else "s"
    value = f"{len(view.models)} model{plural}"
    if view.loaded is not None:
        value += f", {view.loaded} loaded"
    if view.loaded is not None and (loaded or not view.loaded):
        names = [clean_line(model.id) for model in loaded[:_NAMED]]
        more = f" and {len(loaded) - _NAMED} more" if len(loaded) > _NAMED else ""
        said = f"Loaded: {', '.join(names)}{more}." if loaded else "None is loaded. The first question loads one."
    else:
        said = "This server does not tell which models are loaded."
    if view.models_at:
        said += f"\nThe list last changed at {clock(view.models_at)}."
    return Fact("models", "Models", value, Mark.PLAIN, said)


def _capability(name: str, status: HealthStatus) -> Fact:
    capability = status.capabilities[name]
    mark = {True: Mark.GOOD, False: Mark.NO, None: Mark.UNKNOWN}[capability.available]
    value = {True: "available", False: "unavailable", None: "unknown"}[capability.available]
    title = CAPABILITY_TITLES.get(name, name.replace("_", " "))
    said = clean_line(f"{capability.reason} {capability.hint if capability.available is not True else ''}")
    return Fact(name, title, value, mark, said, capability=True)


def _served_elsewhere(name: str, services: Mapping[Service, ServiceView]) -> Fact | None:
    """A capability that is there by a server of its own; None where the main one is the one to ask."""
    served = _SERVED.get(name)
    if served is None:
        return None
    service, capability = served
    other = services.get(service)
    if other is None or not other.own:
        return None
    words = other.words(capability)
    mark = {Ability.YES: Mark.GOOD, Ability.NO: Mark.NO}.get(words.ability, Mark.UNKNOWN)
    value = {Mark.GOOD: "available", Mark.NO: "unavailable", Mark.UNKNOWN: "unknown"}[mark]
    said = " ".join(part for part in (f"{words.line}.", words.reason, words.next_step) if part)
    return Fact(name, CAPABILITY_TITLES[name], value, mark, said, capability=True)
