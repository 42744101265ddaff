"""Which model a name means: a name without its publisher or the beginning of one is enough where there is no doubt."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from lmstudio_tui.cli.console import say
from lmstudio_tui.cli.outcome import CommandError
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lmstudio_tui.sdk import ModelListing, ModelSummary

_SHOWN = 6
_ALIKE = 0.6
_PARTS = re.compile(r"[-/_.:@ ]+")


def model_named(name: str, models: Sequence[ModelSummary]) -> ModelSummary | None:
    """The model that a name means; None when there is none. What was guessed is said.

    Raises:
        CommandError: when it may mean several.
    """
    for model in models:
        if name in {model.id, clean_line(model.id)}:
            return model
    for model in models:
        if any(name == one.id for one in model.instances):
            return model
    wanted = name.lower()
    ways: tuple[Callable[[str], bool], ...] = (
        lambda one: one == wanted,
        lambda one: one.rpartition("/")[2] == wanted,
        lambda one: one.startswith(wanted) or one.rpartition("/")[2].startswith(wanted),
        lambda one: wanted in one,
    )
    for fits in ways if wanted else ():
        found = [model for model in models if fits(clean_line(model.id).lower())]
        if len(found) == 1:
            say(f"note: {clean_line(name)} is {clean_line(found[0].id)}.")
            return found[0]
        if found:
            raise CommandError(
                f"{clean_line(name)} may mean several models: {_some([model.id for model in found])}.",
                kind="AmbiguousModelError",
                hint="Write more of the name.",
            )
    return None


def unknown_model(name: str, models: Sequence[ModelSummary]) -> CommandError:
    """The error that there is no such model, with the names that are near."""
    near = near_names(name, [model.id for model in models])
    hint = f"Did you mean {_some(near)}?" if near else "`lmstudio-tui models` lists what this server has."
    return CommandError(f"The server has no model {clean_line(name)}.", kind="ModelNotFoundError", hint=hint)


def near_names(name: str, names: Sequence[str]) -> list[str]:
    """The names that look like one, the nearest first; at most three."""
    wanted = _tail(name)
    likeness = difflib.SequenceMatcher(b=wanted)
    scores: dict[str, float] = {}
    for full in names:
        for spelling in {_tail(full), *_PARTS.split(full.lower())}:
            likeness.set_seq1(spelling)
            scores[full] = max(scores.get(full, 0.0), likeness.ratio())
    return [full for full in sorted(scores, key=lambda full: -scores[full]) if scores[full] >= _ALIKE][:3]


def tells_all(listing: ModelListing) -> bool:
    """Whether a list is LM Studio's own: then a model that is not in it is not there, loaded or not."""
    return NATIVE_V1 in listing.sources


def tells_loaded(listing: ModelListing) -> bool:
    """Whether a list tells what is loaded."""
    return bool({NATIVE_V1, NATIVE_V0} & set(listing.sources))


def _tail(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _some(names: Sequence[str]) -> str:
    """Some names in a row, and how many more there are."""
    shown = ", ".join(clean_line(name) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
