"""Highlight code a piece at a time with Pygments, carrying the lexer's state from one piece to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Whitespace

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

TokenLine: TypeAlias = list[tuple[tuple[str, ...], str]]
"""One line of code as token types with their text."""
LexerState: TypeAlias = tuple[str, ...]
"""The lexer's stack of states."""

_Match: TypeAlias = "re.Match[str]"
_Action: TypeAlias = "Callable[[Lexer, _Match], Iterator[tuple[int, tuple[str, ...], str]]]"
_NewState: TypeAlias = "int | str | tuple[str, ...] | None"
_Rules: TypeAlias = (
    "dict[str, list[tuple[Callable[[str, int], _Match | None], tuple[str, ...] | _Action | None, _NewState]]]"
)

_ROOT: LexerState = ("root",)


def lex(lexer: Lexer, lines: list[str], state: LexerState, columns: int) -> tuple[list[TokenLine], LexerState]:
    """Highlight whole lines.

    Args:
        lexer: A Pygments lexer.
        lines: The lines, without their ends.
        state: Where the lexer stood after the lines before these.
        columns: Lines longer than this are left plain, and so are the lines with them.

    Returns:
        The lines as tokens, and where the lexer stands after them.
    """
    if any(len(line) > columns for line in lines):
        return [[((), line)] for line in lines], _ROOT
    text = "".join([line + "\n" for line in lines])
    stack = list(state)
    if type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed:
        tokens = _regex_tokens(cast("RegexLexer", lexer), text, stack)
    else:
        tokens = ((kind, value) for _, kind, value in lexer.get_tokens_unprocessed(text))
    result = _split(tokens, len(lines))
    for number, line in enumerate(lines):
        # A few lexers drop what they do not know; a line must not lose anything by being highlighted.
        if "".join([value for _, value in result[number]]) != line:
            result[number] = [((), line)]
    return result, tuple(stack)


def _split(tokens: Iterator[tuple[tuple[str, ...], str]], count: int) -> list[TokenLine]:
    rows: list[TokenLine] = [[]]
    for kind, value in tokens:
        first, *others = value.split("\n")
        if first:
            rows[-1].append((kind, first))
        rows.extend([(kind, other)] if other else [] for other in others)
    rows.extend([] for _ in range(count - len(rows)))
    return rows[:count]


def _regex_tokens(lexer: RegexLexer, text: str, stack: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Do what `RegexLexer.get_tokens_unprocessed` does, but leave the final stack with the caller."""
    rules = cast("_Rules", getattr(lexer, "_tokens"))  # noqa: B009 - there is no public way
    position = 0
    while position < len(text):
        for match_at, action, new_state in rules[stack[-1]]:
            match = match_at(text, position)
            if not match:
                continue
            if action is not None:
                if isinstance(action, tuple):
                    yield action, match.group()
                else:
                    yield from ((kind, value) for _, kind, value in action(lexer, match))
            position = match.end()
            if new_state is not None:
                _move(stack, new_state)
            break
        else:
            if text[position] == "\n":
                stack[:] = _ROOT
                yield Whitespace, "\n"
            else:
                yield Error, text[position]
            position += 1


def _move(stack: list[str], new_state: int | str | tuple[str, ...]) -> None:
    if isinstance(new_state, int):
        del stack[max(len(stack) + new_state, 1) if new_state < 0 else new_state :]
        return
    for state in (new_state,) if isinstance(new_state, str) else new_state:
        if state == "#pop":
            del stack[max(len(stack) - 1, 1) :]
        else:
            stack.append(stack[-1] if state == "#push" else state)
