"""What has changed between two lists of models. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.sdk import ModelSummary

_NOT_THE_MODEL = {"id", "sources"}
"""What differs with a list that did not answer this time, and says nothing of the model."""

FieldChange = tuple[Any, Any]
"""A value before and after, as JSON has it."""


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """What is different in a later list.

    Args:
        added: the ids that are new, in the order of the later list.
        removed: the ids that are gone, in the order of the earlier list.
        changed: for each id that is in both and not the same, its fields by name, with the values before and after.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: dict[str, dict[str, FieldChange]] = field(default_factory=dict[str, "dict[str, FieldChange]"])

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def changes_between(before: Iterable[ModelSummary], after: Iterable[ModelSummary]) -> ModelChanges:
    """Compare two lists of models of one server, by their ids."""
    old = {model.id: model for model in before}
    new = {model.id: model for model in after}
    both = ((name, _different(old[name], model)) for name, model in new.items() if name in old)
    return ModelChanges(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed={name: fields for name, fields in both if fields},
    )


def _different(before: ModelSummary, after: ModelSummary) -> dict[str, FieldChange]:
    """The fields that differ. Only those that a model is known to have: what else was kept of it is no one's word."""
    names = [name for name in type(after).model_fields if name not in _NOT_THE_MODEL]
    old, new = (model.model_dump(mode="json", include=set(names)) for model in (before, after))
    return {name: (old[name], new[name]) for name in names if old[name] != new[name]}
