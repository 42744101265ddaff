"""The keys that the user has changed; the catalogue has all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_changed: dict[str, tuple[str, ...]] = {}


def change_keys(changed: Mapping[str, Sequence[str]]) -> None:
    """Have these keys from now on, in place of those of the catalogue.

    Args:
        changed: Textual's names of keys, by the id of the command; none at all for a command without a key.
    """
    _changed.clear()
    _changed.update({id_: tuple(keys) for id_, keys in changed.items()})


def changed_keys() -> Mapping[str, tuple[str, ...]]:
    """The keys that are not those of the catalogue, by the id of the command."""
    return _changed
