"""Links of the documentation, as the site wants them.

The same Markdown is read on the code host, where a link is a path in the repository, and in the site, which has the
pages of `docs` and a few that lie elsewhere. Nothing is copied in the repository for that: the site takes it over.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

ELSEWHERE: Final = {
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
    "README.md": "index.md",
}
"""Pages that lie outside `docs`, by their path in the repository: the page of the site. The README is the code host's
home page, and has one of its own here."""

GENERATED: Final = tuple(path for path in ELSEWHERE if path != "README.md")
"""Those that the site takes over as pages."""

_FENCE = re.compile(r"^(```|~~~)")
_LINK = re.compile(r"(\]\()([^)\s#:]+)((?:#[^)\s]*)?\))")


def page_of(path: str) -> str | None:
    """Where a file of the repository is in the site.

    Args:
        path: from the root of the repository, with slashes.

    Returns:
        The path in the site's sources; none when the site does not have the file.
    """
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("screenshots/") and path.endswith((".png", ".svg")):
        return path
    return None


def in_the_site(text: str, path: str) -> str:
    """A page's Markdown with its links as they are in the site.

    Args:
        text: the page as the repository has it.
        path: where it lies in the repository.

    Returns:
        The same with other links. One that leads to nothing in the site is left as it is: a strict build then fails.
    """
    folder = posixpath.dirname(path)
    home = posixpath.dirname(page_of(path) or path)

    def moved(found: re.Match[str]) -> str:
        before, target, after = found.groups()
        wanted = page_of(posixpath.normpath(posixpath.join(folder, target)))
        return found.group() if wanted is None else f"{before}{posixpath.relpath(wanted, home or '.')}{after}"

    lines: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        opened = _FENCE.match(line.lstrip())
        if opened:
            fence = "" if fence == opened.group() else fence or opened.group()
        lines.append(line if fence or opened else _LINK.sub(moved, line))
    return "".join(lines)
