"""The styles of a transcript, taken from the theme through the widget's component classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pygments.token import Token
from rich.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable

TokenType = tuple[str, ...]

_SYNTAX: Final[dict[TokenType, str]] = {
    Token.Comment: "comment",
    Token.Keyword: "keyword",
    Token.Operator.Word: "keyword",
    Token.Literal.String: "string",
    Token.Literal.Number: "number",
    Token.Keyword.Constant: "number",
    Token.Name.Constant: "number",
    Token.Name.Function: "function",
    Token.Name.Decorator: "function",
    Token.Name.Class: "type",
    Token.Name.Builtin: "type",
    Token.Name.Tag: "keyword",
    Token.Name.Attribute: "type",
    Token.Keyword.Type: "type",
    Token.Generic.Inserted: "string",
    Token.Generic.Deleted: "deleted",
    Token.Generic.Heading: "function",
    Token.Generic.Subheading: "function",
    Token.Generic.Prompt: "comment",
}

FOREGROUNDS: Final = (
    "heading-1", "heading-2", "heading-3", "heading-4",
    "mark", "code-inline", "link", "dim", "rule", "quote", "reasoning", "warning", "error", "accent",
    "user-rule", "phase", "comment", "keyword", "string", "number", "function", "type", "deleted",
)  # fmt: skip
BACKGROUNDS: Final = ("user", "code")
WHOLE: Final = ("pill", "hit", "hit-current")
COMPONENTS: Final = frozenset(f"transcript--{name}" for name in (*FOREGROUNDS, *BACKGROUNDS, *WHOLE))


@dataclass(frozen=True)
class Palette:
    """Every style a transcript draws with; two are equal when nothing has to be drawn again.

    Args:
        base: The widget's own style.
        colours: Those of the parts.
        strong: Bold text.
        emphasis: Italic text.
        struck: Text that is struck through.
        compact: Whether no blank rows stand around what is no text: notes, figures, the next turn.
    """

    base: Style = field(default_factory=Style.null)
    colours: dict[str, Style] = field(default_factory=dict[str, Style])
    strong: Style = field(default_factory=lambda: Style(bold=True))
    emphasis: Style = field(default_factory=lambda: Style(italic=True))
    struck: Style = field(default_factory=lambda: Style(strike=True))
    compact: bool = False

    @classmethod
    def read(cls, base: Style, lookup: Callable[[str], Style], *, compact: bool = False) -> Palette:
        """Build a palette.

        Args:
            base: The widget's own style, background included.
            lookup: Gives the whole style of a component class.
            compact: Whether blank rows are left out.
        """
        colours = {name: _foreground(lookup(f"transcript--{name}")) for name in FOREGROUNDS}
        for name in BACKGROUNDS:
            colours[name] = Style(bgcolor=lookup(f"transcript--{name}").bgcolor)
        colours.update({name: lookup(f"transcript--{name}") for name in WHOLE})
        return cls(base, colours, compact=compact)

    def __getitem__(self, name: str) -> Style:
        return self.colours.get(name) or Style.null()

    def syntax(self, token: TokenType) -> Style:
        """Return the style of a Pygments token type, or of the nearest type above it that has one."""
        while token:
            if (name := _SYNTAX.get(token)) is not None:
                return self[name]
            token = token[:-1]
        return Style.null()


def _foreground(style: Style) -> Style:
    return Style(
        color=style.color,
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=style.reverse,
    )
