"""An answer in Markdown as it is read aloud: its words, and nothing of what they are set in. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lmstudio_tui.text_safety import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

CODE: Final = "code block"
"""What is said in place of a block of code."""
FORMULA: Final = "formula"
"""What is said in place of a formula that stands alone."""

_URL: Final = re.compile(r"(?:https?|ftp)://[^\s<>()\"']*[^\s<>()\"'.,;:!?]", re.IGNORECASE)
_TIMES: Final = re.compile(r"(?<=[0-9)])\s*\*\s*(?=[0-9(])")
_LEFT_OVER: Final = re.compile(r"[*`\\]|~~|(?<!\w)_+|_+(?!\w)|(?m:^#{1,6} )|\[\^[^\]\s]{1,40}\]")
_TASK: Final = re.compile(r"\[([ xX])\]\s+")
_TAG: Final = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t]+")
_ENDED: Final = re.compile(r"[.!?:;,…。！？：；][\"'”’»)\]]*\Z")
_FORMULAS: Final = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"))
_SHORT_FORMULA: Final = re.compile(r"[\w\s+\-=.,]{1,24}")


def speakable(text: str) -> str:
    """What is to be said of a text in Markdown.

    A block of code is a `code block`, a link its text, a bare address its host; a table is read row by row, each cell
    with the title of its column. Emphasis, headings and list marks are gone; what ends without a full stop gets one,
    since voices make no pause for a line. Paragraphs stay apart by an empty line.

    Args:
        text: as the model wrote it.

    Returns:
        plain text; empty when there is nothing to say.
    """
    tokens = _parser().parse(clean(text))
    return "\n\n".join(block for block in _Reader(tokens).blocks() if block)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # A backslash before a bracket begins a formula here, and hides nothing.
    parser.inline.ruler.before("escape", "formula", _formula)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    """What stands between the marks of a formula, as a token of its own."""
    for begin, end in _FORMULAS:
        if state.src.startswith(begin, state.pos):
            at = state.src.find(end, state.pos + len(begin), state.posMax)
            if at > state.pos + len(begin):
                if not silent:
                    token = state.push("formula", "", 0)
                    token.content = state.src[state.pos + len(begin) : at].strip()
                state.pos = at + len(end)
                return True
    return False


class _Reader:
    """Reads tokens out, block by block.

    Args:
        tokens: of the whole text.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._numbers: list[int | None] = []
        self._mark = ""
        self._titles: list[str] = []
        self._cells: list[str] = []
        self._in_head = False
        self._row_count = 0
        self._found: list[str] = []
        self._lines: list[str] = []
        self._ways: dict[str, Callable[[Token], None]] = {
            "inline": self._inline,
            "fence": self._code,
            "code_block": self._code,
            "html_block": lambda token: self._add(_plain(_TAG.sub(" ", token.content))),
            "bullet_list_open": lambda _: self._numbers.append(None),
            "ordered_list_open": lambda token: self._numbers.append(int(token.attrGet("start") or 1)),
            "bullet_list_close": self._close_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._item,
            "table_open": self._table,
            "thead_open": lambda _: self._head(True),
            "thead_close": lambda _: self._head(False),
            "tr_close": self._row,
            "table_close": self._close_table,
        }

    def blocks(self) -> list[str]:
        """What is said, block by block; a list or a table is one, a line for each item or row."""
        for token in self._tokens:
            way = self._ways.get(token.type)
            if way is not None:
                way(token)
            if token.level == 0 and token.nesting <= 0:
                self._end_block()
        self._end_block()
        return self._found

    def _end_block(self) -> None:
        if self._lines:
            self._found.append("\n".join(self._lines))
            self._lines = []

    def _add(self, text: str) -> None:
        if text:
            self._lines.append(_ended(f"{self._mark}{text}"))
            self._mark = ""

    # Text and code

    def _inline(self, token: Token) -> None:
        text = _said(token.children or [])
        if token.level > 0 and self._table_open:
            self._cells.append(text)
            return
        task = _TASK.match(text) if self._numbers else None
        if task is not None:
            text = f"{'to do' if task[1] == ' ' else 'done'}: {text[task.end() :]}"
        for line in text.split("\n"):
            self._add(line.strip())

    def _code(self, token: Token) -> None:
        language = token.info.split()[0] if token.info.split() else ""
        named = language.isalnum() and len(language) < 20
        self._add(f"{language} {CODE}" if named else CODE)

    # Lists

    def _item(self, token: Token) -> None:
        del token
        number = self._numbers[-1]
        if number is not None:
            self._mark = f"{number}. "
            self._numbers[-1] = number + 1
        else:
            self._mark = ""

    def _close_list(self, token: Token) -> None:
        del token
        self._numbers.pop()
        self._mark = ""

    # Tables

    _table_open = False

    def _table(self, token: Token) -> None:
        del token
        self._table_open, self._row_count, self._titles, self._cells = True, 0, [], []

    def _head(self, inside: bool) -> None:
        self._in_head = inside

    def _row(self, token: Token) -> None:
        del token
        cells, self._cells = [cell.replace("\n", " ").strip() for cell in self._cells], []
        if self._in_head:
            self._titles = cells
            return
        self._row_count += 1
        titles = [*self._titles, *[""] * len(cells)]
        parts = [f"{title}: {cell}" if title else cell for title, cell in zip(titles, cells, strict=False) if cell]
        self._add(", ".join(parts))

    def _close_table(self, token: Token) -> None:
        del token
        if not self._row_count:
            self._add(", ".join(title for title in self._titles if title))
        self._table_open = False


def _said(tokens: Sequence[Token]) -> str:
    """The words of a line of Markdown; a hard break begins another line."""
    parts: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(token.content or "image")
            case "html_inline":
                parts.append("\n" if re.match(r"<br\b", token.content, re.IGNORECASE) else " ")
            case "formula":
                short = _SHORT_FORMULA.fullmatch(token.content)
                parts.append(token.content if short else f" {FORMULA} ")
            case _:
                pass
    return _plain("".join(parts))


def _plain(text: str) -> str:
    """A text without what is left over of marks, and with addresses as their hosts."""
    text = _URL.sub(_host, text)
    text = _LEFT_OVER.sub("", _TIMES.sub(" times ", text))
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n")).strip()


def _host(match: re.Match[str]) -> str:
    try:
        host = urlsplit(match[0]).hostname or ""
    except ValueError:
        host = ""
    return f"link to {host.removeprefix('www.')}" if host else "link"


def _ended(text: str) -> str:
    return text if _ENDED.search(text) else f"{text}."
