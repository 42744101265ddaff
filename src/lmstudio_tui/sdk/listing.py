"""One list of models out of three (server contract: 1, 2.2, 2.3, 2.4).

LM Studio's v1 surface tells most, but may not see loaded instances that v0 sees; `/v1/models` lists what the others
hide, or only what is loaded. Pure functions over the JSON of each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from lmstudio_tui.sdk.entries import from_openai, from_v0, from_v1
from lmstudio_tui.sdk.filefacts import FileFacts
from lmstudio_tui.sdk.modeltypes import type_of
from lmstudio_tui.sdk.types.models import ModelInstance, ModelSummary
from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, is_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Silence = Literal["none", "some", "all"]

NATIVE_V1 = "/api/v1/models"
NATIVE_V0 = "/api/v0/models"
OPENAI = "/v1/models"

_TELLING = {NATIVE_V1: ("key",), NATIVE_V0: ("compatibility_type", "state")}
"""What the entries of the native lists have, because a server may answer any path with its one list."""
_BY_CERTAINTY = ("unknown", "not-loaded", "loading", "loaded")
"""States: where two lists disagree, the one that sees more is right."""


def entries(path: str, body: object) -> list[Mapping[str, Any]] | None:
    """The entries of a listing, or None when the body is no such listing."""
    if path == OPENAI and is_list(body):
        body = {"data": body}
    found: object = as_object(body).get("models" if path == NATIVE_V1 else "data")
    if found is None and path == OPENAI and "data" in as_object(body):
        # Ollama's list of no models is null.
        found = []
    if not is_list(found):
        return None
    rows: list[Mapping[str, Any]] = [*as_objects(found)]
    if path == OPENAI:
        return _with_details(rows, as_object(body).get("models"))
    telling = _TELLING.get(path, ())
    if rows and not any(name in row for row in rows for name in telling):
        return None
    return rows


def _with_details(rows: list[Mapping[str, Any]], others: object) -> list[Mapping[str, Any]]:
    """llama.cpp lists its models a second time, as Ollama would: what only that tells is added."""
    second = {one["model"]: one for one in as_objects(others) if isinstance(one.get("model"), str)}
    if not second:
        return rows
    return [{**_further(second.get(as_text(row.get("id")), {})), **row} for row in rows]


def _further(other: Mapping[str, Any]) -> dict[str, Any]:
    return {name: other[name] for name in ("details", "capabilities") if name in other}


def silence(rows: Iterable[Mapping[str, Any]]) -> Silence:
    """Whether `all`, `some` or `none` of the entries of the v1 list lack their capabilities.

    Embedding models have none to tell.
    """
    told = [bool(as_object(row.get("capabilities"))) for row in rows if type_of(row.get("type")) != "embedding"]
    if all(told):
        return "none"
    return "some" if any(told) else "all"


def merged(bodies: Mapping[str, list[Mapping[str, Any]]]) -> tuple[ModelSummary, ...]:
    """One summary a model, in the order of the fullest list.

    Args:
        bodies: the entries by the path that gave them.
    """
    table = _Table(native=NATIVE_V1 in bodies or NATIVE_V0 in bodies)
    readers = ((NATIVE_V1, from_v1), (NATIVE_V0, from_v0), (OPENAI, from_openai))
    for path, read in readers:
        for entry in bodies.get(path, ()):
            row = read(entry)
            if row is not None:
                table.add(row, path)
    return tuple(row.summary() for row in table.rows.values())


class _Row:
    """What the lists told of one model so far.

    Args:
        first: what the first of them told.
        path: its endpoint.
    """

    def __init__(self, first: dict[str, Any], path: str) -> None:
        self.values = first
        self._sources = {path: None}
        self._capabilities = dict.fromkeys(first["capabilities"])
        self._instances: dict[str, ModelInstance] = {one.id: one for one in first["instances"]}
        self._tails = {_tail(name): name for name in self._instances}
        self._file = FileFacts(path, first)

    def fill(self, row: dict[str, Any], path: str) -> None:
        """Fill the gaps with what another entry tells of the same model."""
        known = self.values
        self._sources[path] = None
        self._capabilities |= dict.fromkeys(row["capabilities"])
        self._file.add(path, row)
        for instance in row["instances"]:
            self._note(instance)
        if _BY_CERTAINTY.index(row["state"]) > _BY_CERTAINTY.index(known["state"]):
            known["state"] = row["state"]
        if known.get("type") == "llm" and row.get("type") == "vlm":
            known["type"] = "vlm"
        for name, value in row.items():
            if known.get(name) in (None, ()):
                known[name] = value

    def _note(self, instance: ModelInstance) -> None:
        """A new instance, or a known one of which this list may tell more, or which it calls by its short name."""
        name = instance.id
        other = self._tails.get(_tail(name), name)
        if name not in self._instances and ("/" in name) != ("/" in other):
            name = other
        known = self._instances.get(name)
        if known is None:
            self._instances[name] = instance
            self._tails.setdefault(_tail(name), name)
        elif known.context_length is None and instance.context_length is not None:
            self._instances[name] = known.model_copy(update={"context_length": instance.context_length})

    def summary(self) -> ModelSummary:
        """The model."""
        gathered = {
            "instances": tuple(self._instances.values()),
            "capabilities": tuple(self._capabilities),
            "sources": tuple(self._sources),
        }
        return ModelSummary.read({**self.values, **self._file.settled(), **gathered})


class _Table:
    """Rows by model.

    Args:
        native: whether LM Studio names these models: then `id:2` is a second instance, and an id may lack its
            publisher.
    """

    def __init__(self, *, native: bool) -> None:
        self.rows: dict[str, _Row] = {}
        self._native = native
        self._instances: dict[str, str] = {}
        self._tails: dict[str, list[str]] = {}

    def add(self, row: dict[str, Any], path: str) -> None:
        """Add a row, or fill with it the gaps of the row that is the same model."""
        key = self._match(row["id"])
        if key is None:
            key = row["id"]
            self.rows[key] = _Row(row, path)
            self._tails.setdefault(_tail(key), []).append(key)
        else:
            self.rows[key].fill(row, path)
        for instance in row["instances"]:
            self._instances.setdefault(instance.id, key)

    def _match(self, name: str) -> str | None:
        """The row that means the same model: by its id, an instance's id, or its id without the publisher."""
        if name in self.rows or not self._native:
            return name if name in self.rows else None
        base = re.sub(r":\d+$", "", name)
        if base in self.rows:
            return base
        if name in self._instances:
            return self._instances[name]
        publisher, slash, tail = base.rpartition("/")
        if slash:
            # A key may lack the publisher that it is called by elsewhere.
            short = self.rows.get(tail)
            return tail if short is not None and short.values.get("publisher") in {publisher, None} else None
        tails = self._tails.get(base, [])
        return tails[0] if len(tails) == 1 else None


def _tail(name: str) -> str:
    """A name without its publisher."""
    return name.rpartition("/")[2]


def loaded_count(models: Iterable[ModelSummary]) -> int:
    """How many instances are in memory."""
    return sum(len(model.instances) or 1 for model in models if model.loaded)


def names(models: Iterable[ModelSummary], capability: str) -> list[str]:
    """The ids of the models that declare a capability."""
    return [model.id for model in models if capability in model.capabilities]
