"""Fetching a server's lists of models, and remembering which of them it has and what they said.

A server without LM Studio's native lists is asked for them once. Lists that say the same as the last time give the same
summaries, the very same objects: so that it costs little to look again and again.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1, OPENAI, entries, merged
from lmstudio_tui.sdk.types.models import ModelFilter, ModelListing, ModelSummary
from lmstudio_tui.sdk.wire import as_object, is_count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport

Rows = list["Mapping[str, Any]"]

_MOST_PAGES = 200
"""Pages of a list that is given in pieces: more than any server has, for one that never says that it ends."""


class ModelLists:
    """The lists of one server. Thread-safe.

    Args:
        transport: to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._absent: frozenset[str] = frozenset()
        self._present: frozenset[str] = frozenset()
        self._last: tuple[dict[str, Rows], tuple[ModelSummary, ...]] = ({}, ())

    def settle(self, present: Collection[str], unsettled: Collection[str]) -> None:
        """Take over what a whole look at the server has found.

        Args:
            present: the lists that answered.
            unsettled: those of which it is not known whether they are there.
        """
        with self._lock:
            self._present = frozenset(present)
            self._absent = frozenset({NATIVE_V1, NATIVE_V0}) - self._present - frozenset(unsettled)

    @property
    def native(self) -> bool | None:
        """Whether the server has the native v1 surface; None when that is not known."""
        with self._lock:
            return False if NATIVE_V1 in self._absent else (NATIVE_V1 in self._present or None)

    def fetch(self, wanted: ModelFilter, scope: CancelScope | None) -> ModelListing:
        """The models; as `LMStudioClient.fetch_models`."""
        bodies: dict[str, Rows] = {}
        failure: errors.LMStudioError | None = None
        for path in (OPENAI, NATIVE_V1, NATIVE_V0):
            if path in self._absent:
                continue
            try:
                rows = self._entries(path, wanted, scope)
            except (errors.AuthenticationError, errors.RequestCancelledError):
                raise
            except errors.LMStudioError as error:
                if isinstance(error, errors.ServerConnectionError) and not bodies:
                    raise
                failure = failure or error
                continue
            if rows is not None:
                bodies[path] = rows
        if not bodies:
            raise failure or errors.ProtocolError("The list of models is no list.", context={"endpoint": OPENAI})
        models = self._merged(bodies)
        if wanted != _EVERYTHING:
            models = tuple([model for model in models if wanted.keeps(model)][: wanted.limit])
        return ModelListing(models=models, sources=tuple(bodies), fetched_at=datetime.now(UTC))

    def _merged(self, bodies: dict[str, Rows]) -> tuple[ModelSummary, ...]:
        """What the lists say together; the same summaries as the last time when they say the same."""
        before, models = self._last
        if bodies != before:
            models = merged(bodies)
            self._last = (bodies, models)
        return models

    def _entries(self, path: str, wanted: ModelFilter, scope: CancelScope | None) -> Rows | None:
        """The entries of one list, None when the server has no such list; a native one is then not asked for again."""
        try:
            rows = self._pages(wanted, scope) if path == OPENAI else self._page(path, {}, scope)[0]
        except (errors.FeatureUnavailableError, errors.BadRequestError, errors.ProtocolError):
            if path == OPENAI:
                raise
            rows = None
        with self._lock:
            if rows is not None:
                self._present |= {path}
            elif path != OPENAI:
                self._absent |= {path}
        return rows

    def _pages(self, wanted: ModelFilter, scope: CancelScope | None) -> Rows | None:
        """`/v1/models`, which a classic server may give in pieces (server contract, 1): as far as it is wanted."""
        params = wanted.params()
        found, seen = list["Mapping[str, Any]"](), {wanted.cursor}
        enough = _Enough(wanted)
        while True:
            rows, body = self._page(OPENAI, params, scope)
            if rows is None:
                return found or None
            found += rows
            cursor = _next_of(body)
            if not rows or cursor is None or cursor in seen or len(seen) > _MOST_PAGES or enough.with_these(rows):
                return found
            seen.add(cursor)
            params = {**params, "cursor": cursor}

    def _page(
        self, path: str, params: Mapping[str, str], scope: CancelScope | None
    ) -> tuple[Rows | None, Mapping[str, Any]]:
        body, _ = self._transport.json(Call("GET", path, "models", params=params), scope)
        return entries(path, body), as_object(body)


class _Enough:
    """Whether a limit is reached, by the models that pass the filter: a server may heed it or not.

    Args:
        wanted: the filter.
    """

    def __init__(self, wanted: ModelFilter) -> None:
        self._wanted = wanted
        self._ids: set[str] = set()

    def with_these(self, rows: Rows) -> bool:
        """Count some more."""
        if self._wanted.limit is None:
            return False
        self._ids |= {model.id for model in merged({OPENAI: rows}) if self._wanted.keeps(model)}
        return len(self._ids) >= self._wanted.limit


def _next_of(body: Mapping[str, Any]) -> str | None:
    """Where the next piece begins; None when this is the last one."""
    cursor: object = body.get("next_cursor")
    cursor = str(cursor) if is_count(cursor) else cursor
    return cursor if isinstance(cursor, str) and cursor and body.get("has_more") is not False else None


_EVERYTHING = ModelFilter()
