"""Every setting as it is told to a person: by the settings screen, by `doctor`, and by the reference.

All of it is read off the model, so that a new field is there as soon as it says what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import SecretStr

from lmstudio_tui.settings.about import GROUPS, About, Group
from lmstudio_tui.settings.model import APP_ONLY, Settings
from lmstudio_tui.settings.sources import variables_of

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Kind = Literal["text", "secret", "number", "choice", "bool", "list", "table"]
_NOTHING = "none"
_TRUTHS = ("true", "false")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting, whatever it is set to.

    Args:
        name: its name in the file.
        group: where it belongs; `GROUPS` has the titles.
        meaning: what it is for, in a few words without a full stop.
        must_be: what it may hold, in words: "It must be …".
        default: what holds when it is not set, in words.
        variables: its environment variables; the first that is set counts.
        in_profile: whether it may stand in a profile.
        kind: of which sort it is.
        choices: what may be chosen, when that is a few words.
        hidden: whether its value is never shown.
        at_once: whether a running app takes a change over.
    """

    name: str
    group: Group
    meaning: str
    must_be: str
    default: str
    variables: tuple[str, ...]
    in_profile: bool
    kind: Kind
    choices: tuple[str, ...] = ()
    hidden: bool = False
    at_once: bool = True

    @property
    def group_title(self) -> str:
        """The title of its group."""
        return GROUPS[self.group]


@cache
def catalogue() -> tuple[Setting, ...]:
    """All settings, group by group; the address comes before its parts."""
    return described(Settings)


def described(model: type[Settings]) -> tuple[Setting, ...]:
    """The settings of a model.

    Raises:
        TypeError: when a field does not say what it is for.
    """
    found = [_setting(name, field) for name, field in model.model_fields.items()]
    groups = list(GROUPS)
    return tuple(sorted(found, key=lambda one: (groups.index(one.group), one.name != "base_url")))


def setting_named(name: str) -> Setting:
    """One of them.

    Raises:
        KeyError: when there is none of that name.
    """
    for one in catalogue():
        if one.name == name:
            return one
    raise KeyError(name)


def _setting(name: str, field: FieldInfo) -> Setting:
    about = next((one for one in field.metadata if isinstance(one, About)), None)
    if about is None or not field.description:
        raise TypeError(f"{name} does not say what it is for, or what it must be")  # the programmer's mistake
    kind, choices = _kind(field.annotation)
    return Setting(
        name,
        about.group,
        about.meaning,
        field.description,
        about.default or shown(field.default) or _NOTHING,
        variables_of(name),
        name not in APP_ONLY,
        kind,
        choices,
        kind == "secret" or not field.repr,
        about.at_once,
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """The sort of a field by its type, None left aside; and what may be chosen."""
    origin, within = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(within[0])
    if origin in {Union, UnionType}:
        sorts = [_kind(one) for one in within if one is not NoneType]
        if len(sorts) == 1:
            return sorts[0]
        # Such as true, false or a word.
        return "choice", tuple(choice for _, choices in sorts for choice in choices or _TRUTHS)
    if origin is Literal:
        return "choice", within
    plain: list[tuple[type, Kind]] = [
        (bool, "bool"),
        (int, "number"),
        (float, "number"),
        (SecretStr, "secret"),
        (tuple, "list"),
        (list, "list"),
        (dict, "table"),
    ]
    for sort, kind in plain:
        if (origin or annotation) is sort:
            return kind, ()
    return "text", ()


def shown(value: object) -> str:
    """A value as it is written in the file, without quotes; nothing when there is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if value < 1e6 else f"{value:.0f}"
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in cast("list[object]", value))
    return str(value) if isinstance(value, str | int) else ""
