"""A paragraph that still grows: its lines are looked at once, unless something that was begun in them is still open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.style import Style

from lmstudio_tui.tui.widgets.transcript.inline import inline_spans
from lmstudio_tui.tui.widgets.transcript.lines import Line, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from lmstudio_tui.tui.widgets.transcript.palette import Palette

_GOES_ON: Final = re.compile(
    r" {0,3}(?:(?!\d{1,9}[.)](?:\s|$))[^\s#`~*+\-_>=|:<]"
    r"|(?:\*{1,3}|_{1,3}|`{1,2}|~{1,2}|#{1,6}|=+)[^\s*_`~#=]|[+\-:]\w)"
)
"""A line that can neither end the paragraph above it nor make something else of it."""
_OPEN: Final = re.compile(
    r"`|~~|\]\(|<[A-Za-z/!?]|\*(?!\s)|(?<!\s)\*|(?<![\w\s])_|_(?![\w\s])|(?<=\s)_(?=\w)|(?<=\w)_(?=\s)"
)
"""What is left in a text where code, emphasis, a link or a tag may end in a later line."""
_BREAKS: Final = ("softbreak", "hardbreak")


def goes_on(lines: str) -> bool:
    """Whether a paragraph certainly goes on in all of these lines."""
    return all(_GOES_ON.match(line) for line in lines.split("\n"))


class ParagraphDraft:
    """The rows of a growing paragraph, of which only the last line, and what is open before it, is drawn again."""

    __slots__ = ("_done", "_drawn_for", "_lines", "_parser")

    def __init__(self, parser: MarkdownIt) -> None:
        self._parser = parser
        self._done = ""
        self._lines: list[Line] = []
        self._drawn_for: object = None

    def draw(
        self, source: str, references: dict[str, object], version: int, width: int, palette: Palette
    ) -> list[Line] | None:
        """Draw the paragraph.

        Args:
            source: The Markdown, which does not begin with a link definition.
            references: The link definitions of the whole text.
            version: Another number for other definitions.
            width: Cells to fit.
            palette: The styles.

        Returns:
            The rows, or None where it may be something else than one paragraph.
        """
        if self._drawn_for != (version, width, palette) or not source.startswith(self._done):
            self._drawn_for = (version, width, palette)
            self._done, self._lines = "", []
        start = len(self._done)
        cut = self._last_cut(source, start)
        head = self._parse(source[start : cut - 1], references) if cut > start else None
        if head is not None and _is_settled(head, source[start : cut - 1]):
            self._lines.extend(wrap(inline_spans(head, palette, Style.null()), width))
            self._done, start = source[:cut], cut
        rest = self._parse(source[start:], references)
        return None if rest is None else [*self._lines, *wrap(inline_spans(rest, palette, Style.null()), width)]

    @staticmethod
    def _last_cut(source: str, start: int) -> int:
        """Return where the last line begins that certainly belongs to the paragraph."""
        cut = source.rfind("\n", start) + 1
        while cut and not _GOES_ON.match(source, cut):
            cut = source.rfind("\n", start, cut - 1) + 1
        return cut

    def _parse(self, source: str, references: dict[str, object]) -> list[Token] | None:
        """Return what is in a text that is one paragraph."""
        known = dict(references) if "]:" in source else references
        tokens = self._parser.parse(source, {"references": known})
        if len(tokens) != 3 or tokens[0].type != "paragraph_open" or (tokens[0].map or (1,))[0]:
            return None
        return tokens[1].children or []


def _is_settled(tokens: Sequence[Token], source: str) -> bool:
    """Whether nothing in whole lines of a paragraph depends on what follows."""
    end = source.rstrip(" ")[-1:]
    if end == "\\" or end.isspace():
        return False
    parts = ["\n" if token.type in _BREAKS else token.content if token.type == "text" else "\0" for token in tokens]
    text = "".join(parts)
    if _OPEN.search(text):
        return False
    depth = 0
    for bracket in re.findall(r"[\[\]]", text):
        depth = depth + 1 if bracket == "[" else max(0, depth - 1)
    return depth == 0
