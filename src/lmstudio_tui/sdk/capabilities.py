"""What a server can do, and how that is known (server contract: 1, 2.1, 3, 4): each capability with its reason.

Classic servers are judged by their version, LM Studio by the surfaces that answered, others by what was seen of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.classify import shortened
from lmstudio_tui.sdk.listing import NATIVE_V1, names
from lmstudio_tui.sdk.traits import ENDPOINTS, KOKORO, LLAMA_CPP, OLLAMA, SOUNDS, WHISPER_CPP, Traits
from lmstudio_tui.sdk.types.health import Capability, HealthStatus
from lmstudio_tui.sdk.types.kinds import CAPABILITIES, ServerKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.listing import Silence
    from lmstudio_tui.sdk.types.models import ModelSummary

_FLOOR = (0, 2, 18)
_AUDIO = (0, 2, 20)
_IMAGES = (0, 2, 21)
_MANAGING = ("model_load", "download")
_UPGRADE = "Upgrade LM Studio to 0.2.21 or later (lmstudio.ai/download)."
_UPGRADE_FAR = "Upgrade LM Studio to 0.4.0 or later (lmstudio.ai/download)."
_ANOTHER = "Use a server that has it."
_OWN_AUDIO = "Give audio a server of its own, such as speaches: set audio_base_url, or LM_STUDIO_AUDIO_BASE_URL."
_OWN_IMAGES = "Give images a server of their own, such as LocalAI: set images_base_url, or LM_STUDIO_IMAGES_BASE_URL."
ELSEWHERE = {**dict.fromkeys(SOUNDS, _OWN_AUDIO), "images": _OWN_IMAGES}
"""The next step where the main server lacks what another one may have (server contract, section 3)."""


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
    silence: Silence = "none",
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
        silence: how many entries of LM Studio's v1 list do not tell what their models can.
    """
    match kind:
        case ServerKind.CLASSIC:
            known = _classic(version, config)
        case ServerKind.LM_STUDIO:
            known = _lm_studio(models, surfaces, unsettled, silence)
        case ServerKind.OPENAI:
            known = _openai(traits or Traits(), config)
        case _:
            known = {}
    untried = Capability(available=None, reason="This server does not say; it turns out when it is used.")
    return {name: known.get(name, untried) for name in CAPABILITIES}


def require(status: HealthStatus, capability: str) -> None:
    """Make sure that a capability is not known to be lacking. What is not known blocks nothing.

    Args:
        status: of the server.
        capability: one of `CAPABILITIES`.

    Raises:
        FeatureUnavailableError: it is lacking; the message says why, the hint what to do, and `context["missing"]`
            what is missing.
        UnsupportedVersionError: the whole server is too old.
    """
    refuse_unsupported(status, capability)
    found = status.capabilities.get(capability)
    if found is not None:
        refuse_lacking(found, capability, {"kind": status.kind.value, "version": status.version})


def refuse_lacking(found: Capability, capability: str, known: Mapping[str, errors.ContextValue]) -> None:
    """As `require`, for a capability that was found; `known` is what else the error says."""
    if found.available is not False:
        return
    missing = {"missing": ", ".join(found.missing)} if found.missing else {}
    raise errors.FeatureUnavailableError(
        found.reason, feature=capability, hint=found.hint or None, context={**known, **missing}
    )


def gated(capability: str, version: str, config: ClientConfig) -> Capability | None:
    """What is known of sounds and images before anybody has looked at the server.

    Args:
        capability: one of `CAPABILITIES`.
        version: of a classic server, if one has told it; otherwise empty.
        config: says what is switched off.
    """
    if parse_version(version) is not None:
        return _classic(version, config).get(capability)
    if capability in SOUNDS and not config.enable_audio:
        return _off("enable_audio")
    return _off("enable_images") if capability == "images" and not config.enable_images else None


def refuse_unsupported(status: HealthStatus, feature: str) -> None:
    """Server contract, section 1: below 0.2.18 a classic server is not supported.

    Raises:
        UnsupportedVersionError: which says what to upgrade to.
    """
    if status.kind is ServerKind.CLASSIC:
        refuse_classic(status.version, feature)


def refuse_classic(text: str, feature: str) -> None:
    """As `refuse_unsupported`, for the version of a classic server; what is no version is not refused."""
    version = parse_version(text)
    if version is not None and version < _FLOOR:
        shown = shortened(text, 60)
        raise errors.UnsupportedVersionError(
            _too_old(shown), feature=feature, hint=_UPGRADE, context={"version": shown, "missing": "version"}
        )


def _too_old(version: str) -> str:
    return f"Version {version} is too old; 0.2.18 is the first that works."


def _classic(text: str, config: ClientConfig) -> dict[str, Capability]:
    """The version table of the server contract, section 1."""
    no = Capability(
        available=False,
        reason="A classic server has no such endpoint.",
        hint="LM Studio 0.4.0 or later has; here use the server's own window or `lms`.",
        missing=("endpoint",),
    )
    managing: dict[str, Capability] = dict.fromkeys(_MANAGING, no)
    version = parse_version(text)
    if version is None:
        return managing
    if version < _FLOOR:
        old = _lacking(_too_old(text), _UPGRADE, "version")
        managing = dict.fromkeys(_MANAGING, _lacking(_too_old(text), _UPGRADE_FAR, "version"))
        return dict.fromkeys(CAPABILITIES, old) | managing
    yes = Capability(available=True, reason=f"Version {text} has it.")
    found: dict[str, Capability] = dict.fromkeys(("chat", "streaming", "completions", "embeddings"), yes)
    audio = _gated(text, version, _AUDIO, "audio", "enable_audio", on=config.enable_audio)
    found |= dict.fromkeys(SOUNDS, audio)
    found["images"] = _gated(text, version, _IMAGES, "images", "enable_images", on=config.enable_images)
    if found["images"].available:
        found["images"] = Capability(
            available=None, reason="It needs an image backend, too; that shows when it is used."
        )
    return found | managing


def _gated(
    text: str, version: tuple[int, int, int], floor: tuple[int, int, int], what: str, flag: str, *, on: bool
) -> Capability:
    """What needs a version and a flag: each of them that is missing is named."""
    if version >= floor:
        return Capability(available=True, reason=f"Version {text} has it, and {flag} is on.") if on else _off(flag)
    least = ".".join(map(str, floor))
    reason = f"Version {text} has no {what}; {least} is the first that has"
    hint = f"Upgrade LM Studio to {least} or later (lmstudio.ai/download)"
    if on:
        return Capability(available=False, reason=f"{reason}.", hint=f"{hint}.", missing=("version",))
    return Capability(
        available=False,
        reason=f"{reason}, and {flag} is off.",
        hint=f"{hint}, and set {flag} = true.",
        missing=("version", flag),
    )


def _off(flag: str) -> Capability:
    return Capability(
        available=False,
        reason=f"It is switched off: set {flag} = true.",
        hint=f"Set {flag} = true in config.toml, or LM_STUDIO_{flag.upper()}=true.",
        missing=(flag,),
    )


def _lacking(reason: str, hint: str, missing: str) -> Capability:
    return Capability(available=False, reason=reason, hint=hint, missing=(missing,))


def _lm_studio(
    models: tuple[ModelSummary, ...], surfaces: tuple[str, ...], unsettled: Collection[str], silence: Silence
) -> dict[str, Capability]:
    """What was seen on LM Studio's surfaces."""
    yes = Capability(available=True, reason="LM Studio serves it.")
    offered = ("chat", "streaming", "completions", "embeddings", "structured_output")
    found: dict[str, Capability] = dict.fromkeys(offered, yes)
    audio = _lacking("No version of LM Studio serves audio.", ELSEWHERE["speech"], "endpoint")
    found |= dict.fromkeys(SOUNDS, audio)
    found["images"] = _lacking("No version of LM Studio makes images.", ELSEWHERE["images"], "endpoint")
    for name in ("vision", "tools", "reasoning"):
        having = names(models, name)
        if having:
            more = f" and {len(having) - 1} more" if len(having) > 1 else ""
            found[name] = Capability(available=True, reason=f"Declared by {having[0]}{more}.")
        elif NATIVE_V1 in surfaces:
            found[name] = _UNDECLARED[silence]
    if NATIVE_V1 in surfaces:
        native = Capability(available=True, reason="The native v1 API answers.")
    elif NATIVE_V1 in unsettled:
        native = Capability(available=None, reason="The native v1 API answered with an error just now.")
    else:
        native = _lacking(
            "It needs the native v1 API of LM Studio 0.4.0 or later.",
            "Upgrade LM Studio, or use its own window or `lms`.",
            "version",
        )
    return found | dict.fromkeys(_MANAGING, native)


_UNDECLARED = {
    "none": _lacking("No model here declares it.", "Download a model that does.", "model"),
    "some": Capability(available=None, reason="No model here declares it, but not every one says what it can."),
    "all": Capability(available=None, reason="This LM Studio does not say; it turns out when it is used."),
}


def _openai(traits: Traits, config: ClientConfig) -> dict[str, Capability]:
    """What was seen of an OpenAI-compatible server."""
    found = _recognised(traits)
    for name, there in traits.endpoints.items():
        path = ENDPOINTS[name]
        sentence = f"It has {path}; whether a model serves it turns out when it is used."
        hint = ELSEWHERE.get(name, _ANOTHER)
        found[name] = (
            Capability(available=True, reason=sentence)
            if there
            else _lacking(f"The server has no {path}.", hint, "endpoint")
        )
    if traits.endpoints.get("chat") is False:
        no = _lacking("The server has no endpoint for chats.", _ANOTHER, "endpoint")
        found |= dict.fromkeys(("streaming", "vision", "tools", "structured_output", "reasoning"), no)
    if not config.enable_audio:
        found |= dict.fromkeys(SOUNDS, _off("enable_audio"))
    if not config.enable_images:
        found["images"] = _off("enable_images")
    no = _lacking(
        "Only LM Studio's native v1 API does that, and this server is another one.",
        "Use the server's own command or configuration.",
        "endpoint",
    )
    return found | dict.fromkeys(_MANAGING, no)


def _recognised(traits: Traits) -> dict[str, Capability]:
    """What a well-known server always has (server contract, section 4)."""
    if traits.software in {KOKORO, WHISPER_CPP}:
        return _of_one_kind(traits.software)
    if traits.software not in {LLAMA_CPP, OLLAMA}:
        return {}
    yes = Capability(available=True, reason=f"{traits.software} serves it.")
    found: dict[str, Capability] = dict.fromkeys(("chat", "streaming", "completions"), yes)
    if traits.software == OLLAMA:
        return found | {"embeddings": yes}
    found["structured_output"] = yes
    found["embeddings"] = Capability(available=None, reason="llama.cpp serves it when started with --embeddings.")
    found["speech"] = _lacking("llama.cpp does not speak.", ELSEWHERE["speech"], "endpoint")
    if traits.vision is True:
        found["vision"] = Capability(available=True, reason="Its model sees images (/props).")
    elif traits.vision is False:
        found["vision"] = _lacking(
            "Its model does not see images (/props).", "Start the server with a model that does.", "model"
        )
    return found


def _of_one_kind(software: str) -> dict[str, Capability]:
    """Servers that do nothing but speak, or nothing but listen."""
    doing = {KOKORO: ("speech",), WHISPER_CPP: ("transcription", "translation")}[software]
    found = {
        name: _lacking(f"{software} does not do that.", ELSEWHERE.get(name, _ANOTHER), "endpoint")
        for name in CAPABILITIES
    }
    found |= dict.fromkeys(doing, Capability(available=True, reason=f"{software} serves it."))
    if software == WHISPER_CPP:
        found["translation"] = Capability(
            available=None, reason="whisper.cpp serves it with a model of several languages, not with an English one."
        )
    return found
