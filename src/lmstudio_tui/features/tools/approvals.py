"""Which commands may answer without being asked about each time. None may, before somebody said so."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.sdk.wire import as_object, as_objects, as_text, document_of, is_list
from lmstudio_tui.store.atomic import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.features.tools.definitions import Tool


@dataclass(frozen=True, slots=True)
class Approval:
    """One exact command line, for one tool of one file.

    Args:
        digest: what is compared.
        name: of the tool.
        command: program and arguments.
        file: where the tool is defined.
    """

    digest: str
    name: str
    command: tuple[str, ...]
    file: str


def approval_of(tool: Tool) -> Approval:
    """What approving this tool would approve: another command, name or file is another approval."""
    file = str(tool.file.absolute())
    content = json.dumps([tool.name, list(tool.command), file])
    return Approval(hashlib.sha256(content.encode("utf-8", "replace")).hexdigest(), tool.name, tool.command, file)


class Approvals:
    """The file in which approvals outlive the app. It is read anew each time, since another app may have changed it.

    Args:
        path: of the file; it is made when the first command is approved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def listed(self) -> tuple[Approval, ...]:
        """All of them. A file that cannot be read or understood approves nothing."""
        try:
            content = document_of(self.path.read_bytes())
        except (OSError, ValueError):
            return ()
        return tuple(one for entry in as_objects(as_object(content).get("approved")) if (one := _read(entry)))

    def allows(self, tool: Tool) -> bool:
        """Whether its command may run without being asked about."""
        return bool(tool.command) and any(one.digest == approval_of(tool).digest for one in self.listed())

    def allow(self, tool: Tool) -> bool:
        """Approve its command line from now on. False when that cannot be written, so that it will be asked again."""
        if not tool.command:
            return False
        new = approval_of(tool)
        with self._lock:
            return self._save([*(one for one in self.listed() if one.digest != new.digest), new])

    def revoke(self, tool: Tool) -> bool:
        """Approve none of the commands of that tool any more. False when that cannot be written."""
        with self._lock:
            return self._save([one for one in self.listed() if one.name != tool.name])

    def _save(self, approvals: list[Approval]) -> bool:
        entries = [
            {"digest": one.digest, "name": one.name, "command": list(one.command), "file": one.file}
            for one in approvals
        ]
        try:
            write_atomic(self.path, json.dumps({"approved": entries}, indent=2) + "\n")
        except OSError:
            return False
        return True


def _read(entry: dict[str, object]) -> Approval | None:
    """An entry that says what it approves; the digest has to be that of what it says."""
    command = entry.get("command")
    parts = tuple(str(part) for part in command) if is_list(command) else ()
    name, file, digest = (as_text(entry.get(key)) for key in ("name", "file", "digest"))
    content = json.dumps([name, list(parts), file])
    fits = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest() == digest
    return Approval(digest, name, parts, file) if fits else None
