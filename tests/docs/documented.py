"""The pages of the documentation, and what stands in their fences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Block:
    """A block in a fence.

    Args:
        page: the file, from the root of the repository.
        line: of the fence, counted from 1.
        language: as the fence says; empty when it does not.
        text: what is in it.
        output: what the block of output that follows it says; None without one.
    """

    page: str
    line: int
    language: str
    text: str
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


_FENCE = re.compile(r"^```(\w*)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)


def blocks(path: Path) -> list[Block]:
    """All blocks of a page."""
    text, page = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    found = ((text.count("\n", 0, one.start()) + 1, one.groups()) for one in _FENCE.finditer(text))
    return [Block(page, line, language, inside, output) for line, (language, inside, output) in found]


def sections(path: Path) -> list[str]:
    """The headings of a page, as they are written."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)
