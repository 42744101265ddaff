"""Changing one table of a TOML text, and not a letter of the rest.

tomlkit keeps comments, but those above a table it counts to the table before, with which they would go. So a text is
cut into its tables here, each with the comments that stand right above it, and tomlkit changes one piece alone.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomlkit.container import Container

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Section:
    """A table of the text, or what stands above the first one.

    Args:
        path: the names in its header; none for what stands above the first.
        start: its first line, with the comments right above its header.
        header: the line of its header.
        end: the line after its last own one: blank lines, and comments that stand alone, belong to nobody.
    """

    path: tuple[str, ...]
    start: int
    header: int
    end: int


def lines_of(text: str) -> list[str]:
    """The lines, each with its end."""
    return _LINE.findall(text)


def sections(lines: list[str]) -> list[Section]:
    """The tables of a valid text, in its order; the first is what stands above them."""
    headers = [number for number, line in enumerate(lines) if line.lstrip(" \t").startswith("[")]
    # In the middle of a list or a text over several lines, what stands above is not valid alone.
    headers = [number for number in headers if _valid("".join(lines[:number]))]
    starts = [_start(lines, number) for number in headers]
    ends = [_end(lines, low, high) for low, high in zip([0, *headers], [*starts, len(lines)], strict=True)]
    found = [Section((), 0, 0, ends[0])]
    for header, start, end in zip(headers, starts, ends[1:], strict=True):
        found.append(Section(_path(lines[header]), start, header, end))
    return found


def _valid(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True


def _start(lines: list[str], header: int) -> int:
    while header > 0 and lines[header - 1].lstrip(" \t").startswith("#"):
        header -= 1
    return header


def _end(lines: list[str], start: int, end: int) -> int:
    """Without the blank lines at the end, nor comments between blank lines."""
    while True:
        while end > start and not lines[end - 1].strip():
            end -= 1
        first = max(start, _start(lines, end))
        if first in {start, end} or lines[first - 1].strip():
            return end
        end = first


def _path(header: str) -> tuple[str, ...]:
    names: list[str] = []
    inside: object = tomllib.loads(header)
    while inside:
        if isinstance(inside, list):  # [[name]]
            inside = cast("list[object]", inside)[0]
            continue
        (name, inside), *_ = cast("dict[str, object]", inside).items()
        names.append(name)
    return tuple(names)


def changed(piece: str, path: tuple[str, ...], values: Mapping[str, object]) -> str:
    """A piece of a text with some values of one table in it set; None takes one away.

    Args:
        piece: valid TOML by itself.
        path: to the table within the piece.
        values: what to set, by name.
    """
    import tomlkit  # only where something is written

    document = tomlkit.parse(piece)
    table: Container = document
    for name in path:
        table = cast("Any", table)[name]
    for name, value in values.items():
        if value is None:
            if name in table:
                del cast("Any", table)[name]
        else:
            cast("Any", table)[name] = _item(value)
    text = tomlkit.dumps(document)
    return text if text.endswith("\n") or not text else f"{text}\n"


def content_of(piece: str, path: tuple[str, ...]) -> object:
    """What a piece of a text holds at this path."""
    inside: Any = tomllib.loads(piece)
    for name in path:
        inside = inside[name]
    return inside


def new_table(path: tuple[str, ...], values: Mapping[str, object]) -> str:
    """A table with its header, to stand at the end of a text."""
    import tomlkit

    body = tomlkit.document()
    for name, value in values.items():
        if value is not None:
            body.append(name, _item(value))
    return f"{header_of(path)}\n{tomlkit.dumps(body)}"


def header_of(path: tuple[str, ...]) -> str:
    """`[profiles."a.b"]`."""
    plain = re.compile(r"[A-Za-z0-9_-]+")
    return f"[{'.'.join(name if plain.fullmatch(name) else _quoted(name) for name in path)}]"


def renamed_header(line: str, path: tuple[str, ...]) -> str:
    """A header with another path, and the comment behind it."""
    closing = next(at for at, letter in enumerate(line) if letter == "]" and _valid(line[: at + 1]))
    return f"{header_of(path)}{line[closing + 1 :]}"


def without(lines: list[str], taken: list[Section]) -> list[str]:
    """The lines without these tables, and without the blank ones that they leave behind."""
    left = list(lines)
    for section in sorted(taken, key=lambda one: one.start, reverse=True):
        end = section.end
        above = section.start == 0 or not left[section.start - 1].strip()
        while above and end < len(left) and not left[end].strip():
            end += 1
        del left[section.start : end]
    while left and not left[-1].strip():
        left.pop()
    return left


def _quoted(name: str) -> str:
    import tomlkit

    return tomlkit.item(name).as_string()


def _item(value: object) -> Any:
    import tomlkit

    plain: Any = value
    if not isinstance(value, dict):
        return cast("Any", tomlkit).item(plain)
    # In one line, since what follows a header would belong to it.
    table: Any = tomlkit.inline_table()
    table.update(plain)
    return table
