"""The downloads that servers were asked for: they go on without the app, which finds them again by this file.

A server can say how a download stands, but not which ones there are. No fault in this file ever stops the app.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

from lmstudio_tui.store.atomic import write_atomic
from lmstudio_tui.store.json_file import broken_path, is_text, read_object

if TYPE_CHECKING:
    from pathlib import Path

REMEMBERED_DOWNLOADS = 32
"""For one server. Downloads that nobody asks about any more would pile up for ever."""
REMEMBERED_SERVERS = 32


@dataclass(frozen=True, slots=True)
class KnownDownload:
    """A download that was begun.

    Attributes:
        job_id: what the server calls it.
        model: what was asked for.
        quantization: which one of it; None leaves that to the server.
    """

    job_id: str
    model: str
    quantization: str | None = None


class DownloadsFile:
    """Remembers downloads by server. Nothing is created before something is remembered. Safe from any thread.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    @property
    def broken_path(self) -> Path:
        """Where a file that cannot be understood is put, for whoever wants to look at it."""
        return broken_path(self.path)

    def load(self, base_url: str) -> tuple[KnownDownload, ...]:
        """The downloads of a server, the oldest first. What cannot be read counts as none."""
        with self._lock:
            return self._read().get(base_url, ())

    def add(self, base_url: str, download: KnownDownload) -> bool:
        """Remember a download. False when that is impossible, as in a read-only home."""
        with self._lock:
            servers = self._read()
            others = tuple(one for one in servers.pop(base_url, ()) if one.job_id != download.job_id)
            # The server used last comes last, so that the one longest unused is forgotten.
            servers[base_url] = (*others, download)[-REMEMBERED_DOWNLOADS:]
            return self._write(servers)

    def remove(self, base_url: str, job_id: str) -> bool:
        """Forget a download. False when that is impossible."""
        with self._lock:
            servers = self._read()
            known = servers.get(base_url, ())
            kept = tuple(one for one in known if one.job_id != job_id)
            if len(kept) == len(known):
                return True
            servers[base_url] = kept
            return self._write({url: downloads for url, downloads in servers.items() if downloads})

    def _read(self) -> dict[str, tuple[KnownDownload, ...]]:
        servers = read_object(self.path) or {}
        usable = {url: _downloads(entries) for url, entries in servers.items() if is_text(url)}
        return {url: downloads for url, downloads in usable.items() if downloads}

    def _write(self, servers: dict[str, tuple[KnownDownload, ...]]) -> bool:
        kept = list(servers.items())[-REMEMBERED_SERVERS:]
        text = json.dumps({url: [asdict(one) for one in downloads] for url, downloads in kept}, indent=1) + "\n"
        try:
            write_atomic(self.path, text)
        except OSError:
            return False
        return True


def _downloads(entries: object) -> tuple[KnownDownload, ...]:
    """What of a server's entries is usable."""
    found: dict[str, KnownDownload] = {}
    for entry in cast("list[object]", entries) if isinstance(entries, list) else ():
        members = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        job_id, model, quantization = (members.get(name) for name in ("job_id", "model", "quantization"))
        if is_text(job_id) and is_text(model):
            known = KnownDownload(job_id, model, quantization if is_text(quantization) else None)
            found[known.job_id] = known
    return tuple(found.values())[-REMEMBERED_DOWNLOADS:]
