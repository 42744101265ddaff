"""Everything that is known of a model, as labels and values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.features.models.columns import abilities_of, state_in_words
from lmstudio_tui.features.models.words import size_in_words, tokens_in_words
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ModelInstance, ModelSummary

_INSTANCE_LABELS: Final = {
    "context_length": "context",
    "eval_batch_size": "batch",
    "parallel": "parallel",
    "flash_attention": "flash",
    "num_experts": "experts",
    "offload_kv_cache_to_gpu": "cache on GPU",
}
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known.

    Attributes:
        label: what.
        value: in words, perhaps in several lines.
    """

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together.

    Attributes:
        title: over them; empty for the first.
        facts: one a line.
    """

    title: str
    facts: tuple[Fact, ...]


def sections_of(model: ModelSummary) -> tuple[Section, ...]:
    """Everything that is known of a model; what is unknown is left out, and so is a section without facts."""
    sections = [
        Section("", _identity(model)),
        *(Section(f"instance {one.id}", _instance(one)) for one in model.instances),
        Section("capabilities", _capabilities(model)),
        Section("variants", tuple(Fact("", name) for name in model.variants)),
        Section("origin", _origin(model)),
        Section("more from the server", _more(model.model_extra or {})),
    ]
    cleaned = (
        Section(clean_line(one.title), tuple(Fact(clean_line(fact.label), _tidy(fact.value)) for fact in one.facts))
        for one in sections
    )
    return tuple(one for one in cleaned if one.facts)


def _identity(model: ModelSummary) -> tuple[Fact, ...]:
    bits = "" if model.bits_per_weight is None else f"{model.bits_per_weight:g} bits"
    quantization = f"{model.quantization} ({bits})" if model.quantization and bits else model.quantization or bits
    size = model.size_bytes or None
    most = model.max_context_length
    return _known(
        ("id", model.id),
        ("name", model.display_name if model.display_name != model.id else None),
        ("type", model.type),
        ("state", state_in_words(model) or model.state),
        ("architecture", model.architecture),
        ("parameters", model.parameters),
        ("quantization", quantization),
        ("variant", model.selected_variant),
        ("format", model.format),
        ("size", None if size is None else f"{size_in_words(size)} ({size:,} bytes)"),
        ("max context", None if most is None else f"{most:,} tokens ({tokens_in_words(most)})"),
    )


def _instance(one: ModelInstance) -> tuple[Fact, ...]:
    facts: list[tuple[str, str | None]] = []
    for name, label in _INSTANCE_LABELS.items():
        value: object = getattr(one, name, None)
        words = None if value is None else value_in_words(value)
        facts.append((label, f"{words} tokens" if words and name == "context_length" else words))
    others = {name: value for name, value in one.config.items() if name not in _INSTANCE_LABELS}
    facts += [(name.replace("_", " "), value_in_words(value)) for name, value in others.items()]
    return _known(*facts) or (Fact("", "in memory; the server tells nothing more"),)


def _capabilities(model: ModelSummary) -> tuple[Fact, ...]:
    able = ["embeddings" if one == "embed" else one for one in abilities_of(model)]
    default = model.reasoning_default
    options = ", ".join(f"{one} (default)" if one == default else one for one in model.reasoning_options)
    return _known(("declared", ", ".join(able)), ("reasoning", options or default))


def _origin(model: ModelSummary) -> tuple[Fact, ...]:
    created = _day(model.created)
    return _known(
        ("publisher", model.publisher),
        ("owner", model.owned_by),
        ("created", created),
        ("status", model.status),
        ("about", model.description),
        ("listed by", "\n".join(model.sources)),
    )


def _more(extra: dict[str, Any]) -> tuple[Fact, ...]:
    return _known(*((name.replace("_", " "), value_in_words(value)) for name, value in extra.items()))


def _known(*pairs: tuple[str, str | None]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in pairs if value)


def value_in_words(value: object) -> str:
    """A value of the server's as a person reads it: `on`, `8,192`; anything else as it is."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _day(created: int | None) -> str | None:
    if created is None or created <= 0:
        return None
    try:
        return f"{datetime.fromtimestamp(created, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):  # a number that is no time
        return None


def _tidy(value: str) -> str:
    text = "\n".join(line.strip() for line in clean(value).splitlines()).strip()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
