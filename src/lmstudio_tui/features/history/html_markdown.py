"""Markdown as HTML that can do nothing: no script, no foreign tag, nothing fetched from anywhere."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import find_lexer_class, get_all_lexers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from pygments.lexer import Lexer

LONGEST_MARKDOWN: Final = 1_000_000
"""Characters; what is longer is shown as it is."""
_LONGEST_LINE: Final = 50_000
_LONGEST_CODE: Final = 200_000
"""Characters that are highlighted."""
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
CODE_CLASS: Final = "code"


def html_of(text: str) -> str:
    """A Markdown text as HTML."""
    text = printable(text)
    if len(text) > LONGEST_MARKDOWN or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        return f"<pre>{escape(text)}</pre>\n"
    return _renderer().render(text)


def code_html(text: str, language: str = "") -> str:
    """Code as HTML, highlighted where the language is known."""
    return f"{_fence(printable(text), language, '')}\n"


def printable(text: str) -> str:
    """A text without the characters that HTML does not know."""
    return _NOT_IN_HTML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def code_style(name: str) -> str:
    """The style sheet of highlighted code.

    Args:
        name: a style of Pygments.
    """
    # The background is the page's, and line numbers there are none.
    formatter: Any = HtmlFormatter[str](style=name)
    rules: list[str] = formatter.get_style_defs(f".{CODE_CLASS}").split("\n")
    return "\n".join(rule for rule in rules if rule.startswith(f".{CODE_CLASS} ."))


@cache
def _renderer() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False, "highlight": _fence})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _harmless
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _image)
    return parser


def _harmless(url: str) -> bool:
    """Whether an address may be linked to: nothing that a browser would run, or look for on this machine."""
    return _LINK.match(url.strip()) is not None


def _link(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, _environment: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, index, options, {})


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    """A picture from elsewhere as a link: whoever opens the file does not have to tell anybody that they did."""
    token = tokens[index]
    words = self.renderInlineAsText(token.children or [], options, environment) or "image"
    address = str(token.attrGet("src") or "")
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{escape(words)}</a>'


def _fence(text: str, language: str, _attributes: str) -> str:
    return f'<pre class="{CODE_CLASS}"><code>{_highlighted(text, language)}</code></pre>'


def _highlighted(text: str, language: str) -> str:
    lexer = _lexer(language[:40].lower()) if language and len(text) <= _LONGEST_CODE else None
    return escape(text) if lexer is None else str(highlight(text, lexer, HtmlFormatter[str](nowrap=True)))


@lru_cache(100)
def _lexer(language: str) -> Lexer | None:
    name = _lexer_names().get(language)
    lexer = find_lexer_class(name) if name is not None else None
    return None if lexer is None else lexer(stripnl=False, ensurenl=False)


@cache
def _lexer_names() -> dict[str, str]:
    """The name of each lexer by its aliases; asking Pygments for an unknown alias reads every package."""
    return {alias: name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}
