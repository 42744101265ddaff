"""`models sync`: keep the list of models for when the server is away, and say what has changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from lmstudio_tui.cli import options
from lmstudio_tui.cli.console import write, write_json
from lmstudio_tui.cli.outcome import CommandError, Failure, as_json, reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import wants_json
from lmstudio_tui.features.model_changes import ModelChanges, changes_between
from lmstudio_tui.sdk.wire import is_list, is_object
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ModelListing
    from lmstudio_tui.store.models_cache import CachedListing

_LONGEST = 40


def sync(
    context: typer.Context,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Keep the list for when the server is away, and say what is new."""
    from lmstudio_tui import paths
    from lmstudio_tui.store.models_cache import ModelsCache

    as_object = wants_json(context, json_)
    with reporting(_failed if as_object else None):
        address = session.config.base_url
        cache = ModelsCache(paths.models_cache_dir())
        listing = session.client().fetch_models()
        before = cache.load(address)
        changes = changes_between(before.models if before else (), listing.models)
        try:
            cache.save(address, listing)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise CommandError(
                f"The list cannot be kept in {cache.folder}: {reason}.",
                kind="CacheError",
                hint="Make that folder writable, or set XDG_CACHE_HOME to another one.",
            ) from None
        if as_object:
            write_json(_synced(address, before, listing, changes))
        else:
            write(_in_words(before, listing, changes))


def _synced(
    base_url: str, before: CachedListing | None, listing: ModelListing, changes: ModelChanges
) -> dict[str, Any]:
    changed = [
        {"id": name, "fields": {field: list(values) for field, values in fields.items()}}
        for name, fields in changes.changed.items()
    ]
    return {
        "base_url": base_url,
        "fetched_at": _instant(listing.fetched_at),
        "previous": _instant(before.fetched_at) if before else None,
        "added": list(changes.added),
        "removed": list(changes.removed),
        "changed": changed,
        "total": len(listing.models),
    }


def _failed(error: Failure) -> dict[str, Any]:
    nothing: dict[str, Any] = {"base_url": None, "fetched_at": None, "previous": None}
    return {**nothing, "added": [], "removed": [], "changed": [], "total": 0, "error": as_json(error)}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _in_words(before: CachedListing | None, listing: ModelListing, changes: ModelChanges) -> str:
    count = len(listing.models)
    models = "1 model" if count == 1 else f"{count} models"
    if before is None:
        return f"{models} kept; there was no earlier list to compare with.\n"
    since = before.fetched_at.astimezone().strftime("%Y-%m-%d %H:%M")
    if not changes:
        return f"{models} kept; nothing has changed since {since}.\n"
    lines = [f"{models} kept; since {since}:"]
    lines += [f"  added    {clean_line(name)}" for name in changes.added]
    lines += [f"  removed  {clean_line(name)}" for name in changes.removed]
    for name, fields in changes.changed.items():
        told = ", ".join(f"{field} {_short(old)} → {_short(new)}" for field, (old, new) in fields.items())
        lines.append(f"  changed  {clean_line(name)}: {told}")
    return "".join(f"{line}\n" for line in lines)


def _short(value: Any) -> str:
    """A value in a few characters."""
    if value is None or value in ([], ""):
        return "–"
    if is_list(value):
        value = " ".join(_instance(one) if is_object(one) else str(one) for one in value)
    text = clean_line(value if isinstance(value, str) else json.dumps(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _instance(one: dict[str, Any]) -> str:
    length = one.get("context_length")
    return f"{one.get('id')} ({length})" if length else str(one.get("id"))
