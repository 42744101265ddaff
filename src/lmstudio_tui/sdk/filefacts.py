"""The facts about a model's file: which quantization, how large. They belong together.

A list may have two entries for one model, of which each tells of another file (server contract, 2.4: a repeated `key`).
A size from the one beside a quantization from the other would describe a file that does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS = ("quantization", "bits_per_weight", "size_bytes", "format", "selected_variant")

Facts = dict[str, Any]


class FileFacts:
    """What the lists tell of one model's file.

    Args:
        path: the endpoint of the first list that tells of the model.
        row: its entry there, by the fields of `ModelSummary`.
    """

    def __init__(self, path: str, row: Mapping[str, Any]) -> None:
        self._tellings: dict[str, list[tuple[bool, Facts]]] = {}
        self.add(path, row)

    def add(self, path: str, row: Mapping[str, Any]) -> None:
        """Note what another entry tells; one that tells the same as the last of its list is passed over."""
        facts = {name: row[name] for name in _FIELDS if row.get(name) is not None}
        telling = (row["state"] == "loaded", facts)
        noted = self._tellings.setdefault(path, [])
        if facts and (not noted or noted[-1] != telling):
            noted.append(telling)

    def settled(self) -> Facts:
        """The facts: all of one entry, and what the other lists add without contradicting it.

        Of the entries of a list the one counts that tells most; where they contradict each other, the one in memory.
        Otherwise it is the first.
        """
        known: Facts = dict.fromkeys(_FIELDS)
        for tellings in self._tellings.values():
            if not tellings:
                continue
            best = max((facts for _, facts in tellings), key=len)
            split = not all(_agree(best, other) for _, other in tellings)
            if split:
                best = max(tellings, key=lambda one: (one[0], len(one[1])))[1]
            told = {name: value for name, value in known.items() if value is not None}
            if told and (split or not _agree(told, best)):
                continue
            known |= {**best, **told}
            if split:
                # Another list may mean the other file.
                break
        return known


def _agree(one: Facts, other: Facts) -> bool:
    """Whether both can be of one file."""
    return all(str(one[name]).lower() == str(other[name]).lower() for name in one.keys() & other.keys())
