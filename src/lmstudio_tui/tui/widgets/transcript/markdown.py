"""Draw Markdown blocks: tokens of markdown-it in, lines that fit a width out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from rich.style import Style

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript.code import FENCE, CodeSource, code_lines, header_line
from lmstudio_tui.tui.widgets.transcript.inline import MAX_NESTING, inline_spans
from lmstudio_tui.tui.widgets.transcript.lines import BLANK, Line, Span, indent, wrap
from lmstudio_tui.tui.widgets.transcript.tables import (
    Align,
    fit,
    gap_width,
    natural_width,
    record_lines,
    row_lines,
    rule_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from lmstudio_tui.tui.widgets.transcript.palette import Palette

_BULLETS: Final = "•◦▪"
_TASKS: Final = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}


def source_code(language: str, content: str) -> CodeSource:
    """Return a finished block of code."""
    source = CodeSource(language)
    for line in content.removesuffix("\n").split("\n"):
        source.add(line)
    source.close()
    return source


def fence_code(token: Token) -> CodeSource:
    """Return the code of a fence or of an indented block."""
    match = FENCE.match(f"```{clean(token.info).replace('`', '')}") if token.type == "fence" else None
    language = CodeSource.open(match).language if match is not None else ""
    return source_code(language, clean(token.content))


@dataclass
class MarkdownDrawer:
    """Draws the blocks of one piece of Markdown.

    Args:
        parser: Parses what has not been parsed yet.
        palette: The styles.
        references: The link definitions of the whole text.
        code_number: The number of the last block of code before this piece.
        ordinal: The number of the first list item, where the list began in an earlier piece.
    """

    parser: MarkdownIt
    palette: Palette
    references: dict[str, object] = field(default_factory=dict[str, object])
    code_number: int = 0
    ordinal: int | None = None
    _source: list[str] = field(default_factory=list[str])

    def draw(self, source: str, width: int) -> list[Line]:
        """Draw Markdown so that it fits `width` cells."""
        references = dict(self.references) if "]:" in source else self.references
        tokens = self.parser.parse(source, {"references": references})
        if any(token.level >= MAX_NESTING - 2 for token in tokens):
            return wrap([(source.rstrip("\n"), Style.null())], width)
        self._source = source.split("\n")
        return self._blocks(tokens, max(1, width), Style.null(), 0)

    def _blocks(self, tokens: Sequence[Token], width: int, style: Style, depth: int, tight: bool = False) -> list[Line]:
        """Draw sibling blocks; between tight ones a blank line stands only where the source has one."""
        result: list[Line] = []
        index = 0
        while index < len(tokens):
            token = tokens[index]
            end = closing(tokens, index)
            lines = self._block(token, tokens[index + 1 : end], width, style, depth)
            if result and lines and (not tight or self._blank_before(token)):
                result.append(BLANK)
            result.extend(lines)
            index = end + 1
        return result

    def _block(self, token: Token, inner: Sequence[Token], width: int, style: Style, depth: int) -> list[Line]:
        match token.type:
            case "paragraph_open":
                return wrap(self._inline(inner, style), width)
            case "heading_open":
                return self._heading(int(token.tag[1:]), inner, width, style)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, inner, width, style, depth)
            case "blockquote_open":
                return self._quote(inner, width, style, depth)
            case "fence" | "code_block":
                return self._code(token, width)
            case "table_open":
                return self._table(inner, width, style)
            case "hr":
                return [Line((Segment("─" * width, self.palette["rule"]),), copied=False)]
            case "html_block":
                return wrap([(clean(token.content).rstrip("\n"), style + self.palette["dim"])], width)
            case _:
                return wrap([(clean(token.content), style)], width) if token.content else []

    def _inline(self, tokens: Sequence[Token], style: Style) -> list[Span]:
        return [span for token in tokens for span in inline_spans(token.children or (), self.palette, style)]

    def _heading(self, level: int, inner: Sequence[Token], width: int, style: Style) -> list[Line]:
        lines = wrap(self._inline(inner, style + self.palette[f"heading-{min(level, 4)}"]), width)
        lines[0].source = "#" * level + " "
        return lines

    def _quote(self, inner: Sequence[Token], width: int, style: Style, depth: int) -> list[Line]:
        bar = Segment("▎ " if width > 6 else "▎" if width > 1 else "", self.palette["rule"])
        lines = self._blocks(inner, max(1, width - len(bar.text)), style + self.palette["quote"], depth)
        return indent(lines, bar, bar)

    def _code(self, token: Token, width: int) -> list[Line]:
        self.code_number += 1
        source = fence_code(token)
        lines = [header_line(source, self.code_number, width, self.palette)]
        for number, start in enumerate(source.cuts):
            end = source.cuts[number + 1] if number + 1 < len(source.cuts) else len(source.lines)
            lines.extend(code_lines(source, start, end, width, self.palette))
        return lines

    def _list(self, token: Token, inner: Sequence[Token], width: int, style: Style, depth: int) -> list[Line]:
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        if number is not None and self.ordinal is not None and depth == 0:
            number, self.ordinal = self.ordinal, None
        result: list[Line] = []
        index = 0
        while index < len(inner):
            end = closing(inner, index)
            if result and self._blank_before(inner[index]):
                result.append(BLANK)
            result.extend(self._item(inner[index + 1 : end], number, width, style, depth))
            number = None if number is None else number + 1
            index = end + 1
        return result

    def _item(self, inner: Sequence[Token], number: int | None, width: int, style: Style, depth: int) -> list[Line]:
        mark = _BULLETS[depth % len(_BULLETS)] if number is None else f"{number}."
        task = self._task(inner)
        if task is not None:
            mark = task if number is None else f"{mark} {task}"
        marker = f"{mark} ".rjust(3 if number is None else 4) if width >= 24 else f"{mark} "
        if len(marker) > width // 2:
            marker = marker.strip()[: width // 2]
        lines = self._blocks(inner, max(1, width - len(marker)), style, depth + 1, tight=True) or [Line()]
        body = lines[0].indent
        lines = indent(lines, Segment(marker, self.palette["mark"]), Segment(" " * len(marker)))
        lines[0].marked = True
        lines[0].indent = 0 if not body else lines[0].indent
        return lines

    def _task(self, inner: Sequence[Token]) -> str | None:
        """Return the box of a task, and take its brackets out of the text."""
        if len(inner) < 2 or inner[0].type != "paragraph_open" or not inner[1].children:
            return None
        first = inner[1].children[0]
        box = _TASKS.get(first.content[:4]) if first.type == "text" else None
        if box is not None:
            first.content = first.content[4:]
        return box

    def _table(self, inner: Sequence[Token], width: int, style: Style) -> list[Line]:
        rows: list[list[list[Span]]] = []
        aligns: list[Align] = []
        for index, token in enumerate(inner):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._inline(inner[index + 1 : index + 2], style))
                if token.type == "th_open":
                    aligns.append(cell_align(token))
        natural = [max(natural_width(row[column]) for row in rows) for column in range(len(aligns))]
        widths = fit(natural, width)
        if widths is None:
            return [line for row in rows[1:] for line in record_lines(rows[0], row, width, self.palette, style)]
        gap = gap_width(len(aligns), width)
        result = row_lines(rows[0], widths, aligns, gap, self.palette.strong)
        result.append(rule_line(widths, gap, self.palette))
        for row in rows[1:]:
            result.extend(row_lines(row, widths, aligns, gap))
        return result

    def _blank_before(self, token: Token) -> bool:
        if token.map is None or not 0 < token.map[0] <= len(self._source):
            return False
        return not self._source[token.map[0] - 1].strip(" \t>")


def cell_align(token: Token) -> Align:
    """Return how a column is aligned."""
    style = str(token.attrs.get("style", ""))
    return "right" if style.endswith("right") else "center" if style.endswith("center") else "left"


def closing(tokens: Sequence[Token], index: int) -> int:
    """Return the index of the token that closes the block opened at `index`."""
    if tokens[index].nesting != 1:
        return index
    level = tokens[index].level
    for end in range(index + 1, len(tokens)):
        if tokens[end].nesting == -1 and tokens[end].level == level:
            return end
    return len(tokens) - 1
