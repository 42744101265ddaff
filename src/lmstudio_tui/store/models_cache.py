"""The last list of models of each server: what the app shows while the server is away.

It can be fetched again, so that no fault in these files ever stops anything.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from lmstudio_tui.sdk import ModelSummary, ProtocolError
from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import read_object, set_aside

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.sdk import ModelListing

REMEMBERED_SERVERS = 32
"""Each run of the built-in simulator has a port of its own, so the files would grow in number for ever."""


@dataclass(frozen=True)
class CachedListing:
    """A list of models as it was.

    Args:
        models: what the server had.
        sources: the lists of the server that told of them.
        fetched_at: when, with its zone.
    """

    models: tuple[ModelSummary, ...]
    sources: tuple[str, ...]
    fetched_at: datetime


class ModelsCache:
    """One file for each server. Nothing is created before something is saved.

    Args:
        folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_for(self, base_url: str) -> Path:
        """The file for a server. Its name is a hash, since an address may hold anything."""
        return self.folder / f"{hashlib.sha256(base_url.encode('utf-8', 'replace')).hexdigest()[:32]}.json"

    def load(self, base_url: str) -> CachedListing | None:
        """What was saved for a server; None when there is nothing, or nothing of use.

        A file that cannot be understood is set aside as `.broken`; entries that are no models are passed over.
        """
        path = self.path_for(base_url)
        members = read_object(path)
        if members is None:
            return None
        found = _understood(members, base_url)
        if found is None:
            set_aside(path)
        return found

    def save(self, base_url: str, listing: ModelListing) -> None:
        """Keep a list of models in place of the one before, in one step.

        Raises:
            OSError: when it cannot be written; what was there before is then still there.
        """
        content = {
            "base_url": base_url,
            "fetched_at": listing.fetched_at.isoformat(),
            "sources": list(listing.sources),
            "models": [model.model_dump(mode="json") for model in listing.models],
        }
        write_atomic(self.path_for(base_url), json.dumps(content, indent=1) + "\n")
        self._forget()

    def _forget(self) -> None:
        """Remove the files that were written longest ago, when there are too many."""
        with suppress(OSError):
            files = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            for path in files[:-REMEMBERED_SERVERS]:
                path.unlink()


def _understood(members: dict[str, object], base_url: str) -> CachedListing | None:
    models, sources, fetched_at = members.get("models"), members.get("sources"), members.get("fetched_at")
    if members.get("base_url") != base_url or not isinstance(models, list) or not isinstance(fetched_at, str):
        return None
    try:
        when = datetime.fromisoformat(fetched_at)
    except ValueError:
        return None
    kept: list[ModelSummary] = []
    for entry in cast("list[object]", models):
        with suppress(ProtocolError):
            kept.append(ModelSummary.read(entry))
    paths = cast("list[object]", sources) if isinstance(sources, list) else []
    return CachedListing(
        models=tuple(kept),
        sources=tuple(path for path in paths if isinstance(path, str)),
        fetched_at=when if when.tzinfo else when.replace(tzinfo=UTC),
    )
