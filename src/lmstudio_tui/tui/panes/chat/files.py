"""Names of files: for what is written from the chat, and completed as they are typed."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

_ENDINGS = {
    "python": "py",
    "py": "py",
    "javascript": "js",
    "js": "js",
    "typescript": "ts",
    "ts": "ts",
    "rust": "rs",
    "rs": "rs",
    "go": "go",
    "bash": "sh",
    "sh": "sh",
    "shell": "sh",
    "zsh": "sh",
    "powershell": "ps1",
    "json": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "toml": "toml",
    "html": "html",
    "css": "css",
    "sql": "sql",
    "c": "c",
    "cpp": "cpp",
    "c++": "cpp",
    "csharp": "cs",
    "java": "java",
    "kotlin": "kt",
    "swift": "swift",
    "ruby": "rb",
    "php": "php",
    "lua": "lua",
    "markdown": "md",
    "md": "md",
    "xml": "xml",
    "csv": "csv",
    "diff": "diff",
    "dockerfile": "Dockerfile",
    "makefile": "mk",
}


def code_file_name(language: str) -> Path:
    """A name for a block of code, by its language."""
    ending = _ENDINGS.get(language.strip().casefold(), "txt")
    return Path("Dockerfile") if ending == "Dockerfile" else Path(f"code.{ending}")


def paths_like(typed: str) -> list[str]:
    """What a path that is being typed may become; folders end with a slash. Of a huge folder only a part is read."""
    shown, _, begun = typed.rpartition("/")
    shown += "/" if "/" in typed else ""
    found: list[str] = []
    # RuntimeError: the home of a user who is not there.
    with suppress(OSError, ValueError, RuntimeError), os.scandir(Path(shown or ".").expanduser()) as entries:
        found = [
            f"{shown}{entry.name}{'/' if entry.is_dir() else ''}"
            for entry in islice(entries, 5000)
            if entry.name.startswith(begun) and (begun.startswith(".") or not entry.name.startswith("."))
        ]
    return sorted(found)[:50]
