"""Markdown inside of a line: emphasis, code, links. Tokens of markdown-it in, styled text out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from rich.style import Style

    from lmstudio_tui.tui.widgets.transcript.lines import Span
    from lmstudio_tui.tui.widgets.transcript.palette import Palette

MAX_NESTING: Final = 50
"""How deep blocks may nest; markdown-it leaves out what is deeper, so such text is shown as it is."""

_PLAIN: Final = re.compile(r"[^\\`*_\[\]<>&!~\n]*\Z")
_OPEN: Final = {"strong_open": "strong", "em_open": "emphasis", "s_open": "struck"}
_CLOSE: Final = frozenset({"strong_close", "em_close", "s_close"})


def make_parser() -> MarkdownIt:
    """Return the parser for what models write: CommonMark with tables and strikethrough."""
    # Here, because an app without a turn has nothing to parse, and wants to be painted soon.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])


def parse_inline(parser: MarkdownIt, text: str, references: dict[str, object]) -> list[Token]:
    """Parse the text of one block or table cell."""
    tokens = parser.parseInline(text, {"references": references})
    return tokens[0].children or []


def is_plain(text: str) -> bool:
    """Whether `text` certainly holds no Markdown."""
    return _PLAIN.match(text) is not None


def inline_spans(tokens: Sequence[Token], palette: Palette, style: Style) -> list[Span]:
    """Draw inline tokens on top of `style`. Soft and hard breaks both become newlines."""
    spans: list[Span] = []
    styles = [style]
    links: list[tuple[str, int]] = []
    for token in tokens:
        kind = token.type
        if kind == "text":
            spans.append((clean(token.content), styles[-1]))
        elif kind in ("softbreak", "hardbreak"):
            spans.append(("\n", styles[-1]))
        elif kind == "code_inline":
            spans.append((clean(token.content), styles[-1] + palette["code-inline"]))
        elif kind in _OPEN:
            extra = {"strong": palette.strong, "emphasis": palette.emphasis, "struck": palette.struck}[_OPEN[kind]]
            styles.append(styles[-1] + extra)
        elif kind in _CLOSE:
            styles.pop()
        elif kind == "link_open":
            links.append((str(token.attrs.get("href", "")), len(spans)))
            styles.append(styles[-1] + palette["link"])
        elif kind == "link_close":
            styles.pop()
            url, first = links.pop()
            spans.extend(_address(url, spans[first:], styles[-1], palette))
        elif kind == "image":
            spans.append((f"image: {clean_line(token.content)}", styles[-1] + palette.emphasis))
            spans.extend(_address(str(token.attrs.get("src", "")), [], styles[-1], palette))
        else:
            spans.append((clean(token.content), styles[-1]))
    return spans


def _address(url: str, label: list[Span], style: Style, palette: Palette) -> list[Span]:
    """Return the address in brackets, where the label does not say it already."""
    url = clean_line(url)
    shown = "".join([text for text, _ in label])
    if not url or shown in (url, url.removeprefix("mailto:")):
        return []
    return [(f" ({url})", style + palette["dim"])]
