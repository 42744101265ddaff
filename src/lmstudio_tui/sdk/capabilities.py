"""What a server can do, and how that is known (server contract: 1, 2.1, 3, 4): each capability with its reason.

Classic servers are judged by their version, LM Studio by the surfaces that answered, others by what was seen of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.listing import NATIVE_V1, names
from lmstudio_tui.sdk.traits import ENDPOINTS, LLAMA_CPP, OLLAMA, Traits
from lmstudio_tui.sdk.types.health import CAPABILITIES, Capability, HealthStatus, ServerKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.types.models import ModelSummary

_FLOOR = (0, 2, 18)
_AUDIO = (0, 2, 20)
_IMAGES = (0, 2, 21)
_SOUNDS = ("transcription", "translation", "speech")


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`0.4.4+1` → (0, 4, 4); None for what is no version."""
    match = re.match(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def capabilities_of(
    kind: ServerKind,
    version: str,
    models: tuple[ModelSummary, ...],
    surfaces: tuple[str, ...],
    config: ClientConfig,
    *,
    traits: Traits | None = None,
    unsettled: Collection[str] = (),
) -> dict[str, Capability]:
    """Every capability with its reason.

    Args:
        kind: of the server.
        version: of a classic one.
        models: that it lists.
        surfaces: the lists of models that answered.
        config: says what is switched off.
        traits: what was seen of an OpenAI-compatible one.
        unsettled: lists of models that failed in a way that does not tell whether they are there.
    """
    match kind:
        case ServerKind.CLASSIC:
            known = _classic(version, config)
        case ServerKind.LM_STUDIO:
            known = _lm_studio(models, surfaces, unsettled)
        case ServerKind.OPENAI:
            known = _openai(traits or Traits(), config)
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
    found |= dict.fromkeys(_SOUNDS, audio)
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
        return _off(flag)
    return Capability(available=True, reason=f"Version {text} has it, and {flag} is on.")


def _off(flag: str) -> Capability:
    return Capability(available=False, reason=f"It is switched off: set {flag} = true.")


def _lm_studio(
    models: tuple[ModelSummary, ...], surfaces: tuple[str, ...], unsettled: Collection[str]
) -> dict[str, Capability]:
    """What was seen on LM Studio's surfaces."""
    yes = Capability(available=True, reason="LM Studio serves it.")
    offered = ("chat", "streaming", "completions", "embeddings", "structured_output")
    found: dict[str, Capability] = dict.fromkeys(offered, yes)
    audio = Capability(available=False, reason="No version of LM Studio serves audio.")
    found |= dict.fromkeys(_SOUNDS, audio)
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
    elif NATIVE_V1 in unsettled:
        native = Capability(available=None, reason="The native v1 API answered with an error just now.")
    else:
        native = Capability(available=False, reason="It needs the native v1 API of LM Studio 0.4.0 or later.")
    return found | dict.fromkeys(("model_load", "download"), native)


def _openai(traits: Traits, config: ClientConfig) -> dict[str, Capability]:
    """What was seen of an OpenAI-compatible server."""
    found = _recognised(traits)
    for name, there in traits.endpoints.items():
        path = ENDPOINTS[name]
        sentence = f"It has {path}; whether a model serves it turns out when it is used."
        found[name] = Capability(available=there, reason=sentence if there else f"The server has no {path}.")
    if traits.endpoints.get("chat") is False:
        no = Capability(available=False, reason="The server has no endpoint for chats.")
        found |= dict.fromkeys(("streaming", "vision", "tools", "structured_output", "reasoning"), no)
    if not config.enable_audio:
        found |= dict.fromkeys(_SOUNDS, _off("enable_audio"))
    if not config.enable_images:
        found["images"] = _off("enable_images")
    no = Capability(available=False, reason="Only LM Studio's native v1 API does that, and this server is another one.")
    return found | dict.fromkeys(("model_load", "download"), no)


def _recognised(traits: Traits) -> dict[str, Capability]:
    """What a well-known server always has (server contract, section 4)."""
    if traits.software not in {LLAMA_CPP, OLLAMA}:
        return {}
    yes = Capability(available=True, reason=f"{traits.software} serves it.")
    found: dict[str, Capability] = dict.fromkeys(("chat", "streaming", "completions"), yes)
    if traits.software == OLLAMA:
        return found | {"embeddings": yes}
    found["structured_output"] = yes
    found["embeddings"] = Capability(available=None, reason="llama.cpp serves it when started with --embeddings.")
    found["speech"] = Capability(available=False, reason="llama.cpp does not speak.")
    if traits.vision is not None:
        reason = "Its model sees images (/props)." if traits.vision else "Its model does not see images (/props)."
        found["vision"] = Capability(available=traits.vision, reason=reason)
    return found
