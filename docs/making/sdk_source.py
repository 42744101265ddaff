"""What the source of a module says of its public names: signatures, fields, docstrings."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields):$")
_ENTRY = re.compile(r"^    (\S.*?): +(.*)$")
_WIDTH = 100
"""Columns of a signature on one line."""


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Args:
        paragraphs: the text before any section; a drawing keeps its lines.
        sections: what each section says, by its title: names and texts. Returns and Yields have one, without a name.
    """

    paragraphs: tuple[str, ...]
    sections: dict[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Field:
    """A field of a class: its name, type and default as the source has them, and what is said of it."""

    name: str
    kind: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Method:
    """A function: its name, its signature without `self`, what it gives when it is read like a field, its docstring."""

    name: str
    signature: str
    read_as: str
    docstring: Docstring


@dataclass(frozen=True)
class Name:
    """A name of a module: a class, a function, or another thing (then `text` is what it stands for).

    Args:
        name: itself.
        docstring: what is said of it.
        fields: of a class, those of its own.
        methods: of a class, those of its own.
        text: how a class is made or a function called; empty for a class that takes just its fields.
        values: the members of an enumeration, and what each stands for.
    """

    name: str
    docstring: Docstring
    fields: tuple[Field, ...]
    methods: tuple[Method, ...]
    text: str
    values: tuple[tuple[str, str], ...] = ()


def names_of(path: Path, wanted: Sequence[str]) -> Iterator[Name]:
    """The wanted names of a module, in the order of its source."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    constants = {
        str(_assigned(node)): ast.unparse(node.value)
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    for at, node in enumerate(body):
        if isinstance(node, ast.ClassDef) and node.name in wanted:
            yield _class(node, constants)
        elif isinstance(node, ast.FunctionDef) and node.name in wanted:
            yield Name(node.name, docstring(ast.get_docstring(node)), (), (), _signature(node))
        elif (target := _assigned(node)) in wanted:
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            said = _text_after(body, at)
            yield Name(str(target), docstring(said), (), (), ast.unparse(node.value) if node.value else "")


def docstring(text: str | None) -> Docstring:
    """Take a docstring in Google's style apart."""
    before: list[str] = []
    sections: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] | None = None
    named = False
    lines = (text or "").splitlines()
    if lines and _SECTION.match(lines[0]):  # then what is below it stands as far to the left
        lines = [lines[0], *(f"    {line}" for line in lines[1:])]
    for line in lines:
        title = _SECTION.match(line)
        entry = _ENTRY.match(line)
        if title:
            current = sections.setdefault(title.group(1), [])
            named = title.group(1) not in {"Returns", "Yields"}
        elif current is None:
            before.append(line)
        elif entry and named:
            current.append((entry.group(1), entry.group(2)))
        elif line.strip():
            name, said = current.pop() if current else ("", "")
            current.append((name, f"{said} {line.strip()}".strip()))
    paragraphs = tuple(part for part in "\n".join(before).strip("\n").split("\n\n") if part.strip())
    return Docstring(paragraphs, {title: tuple(entries) for title, entries in sections.items()})


def _class(node: ast.ClassDef, constants: dict[str, str]) -> Name:
    said = docstring(ast.get_docstring(node))
    meanings = {name: text for entries in said.sections.values() for name, text in entries}
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    made = next((one for one in methods if one.name == "__init__"), None)
    return Name(
        node.name,
        said,
        tuple(replace(one, default=constants.get(one.default, one.default)) for one in _fields(node.body, meanings)),
        tuple(
            Method(one.name, _signature(one), _read_as(one), docstring(ast.get_docstring(one)))
            for one in methods
            if not one.name.startswith("_") and not _is_for_pydantic(one)
        ),
        "" if made is None else _signature(made, node.name, returns=False),
        tuple(_values(node)),
    )


def _values(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    if any("Enum" in ast.unparse(base) for base in node.bases):
        for one in node.body:
            if isinstance(one, ast.Assign) and (name := _assigned(one)) and not name.startswith("_"):
                yield name, ast.unparse(one.value)


def _fields(body: list[ast.stmt], meanings: dict[str, str]) -> Iterator[Field]:
    for at, node in enumerate(body):
        name = _assigned(node)
        if name is None or name.startswith("_") or name == "model_config" or not isinstance(node, ast.AnnAssign):
            continue
        if ast.unparse(node.annotation).startswith("ClassVar"):
            continue
        said = " ".join((_text_after(body, at) or meanings.get(name, "")).split())
        yield Field(name, ast.unparse(node.annotation), _default(node.value), said)


def _default(value: ast.expr | None) -> str:
    if isinstance(value, ast.Call) and ast.unparse(value.func) in {"Field", "field"}:
        given = {one.arg: one.value for one in value.keywords}
        if "default" in given:
            return ast.unparse(given["default"])
        if "default_factory" in given:
            made = ast.unparse(given["default_factory"])
            return {"dict": "{}", "list": "[]"}.get(re.split(r"\W", made)[0], made)
        return ""
    return "" if value is None else ast.unparse(value)


def _signature(node: ast.FunctionDef, name: str = "", *, returns: bool = True) -> str:
    """As one would write it, on several lines where it is long."""
    parts = list(_arguments(node.args))
    answer = f" -> {ast.unparse(node.returns)}" if node.returns and returns else ""
    whole = f"{name or node.name}({', '.join(parts)}){answer}"
    if len(whole) <= _WIDTH:
        return whole
    return f"{name or node.name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){answer}"


def _arguments(given: ast.arguments) -> Iterator[str]:
    ordinary = [one for one in (*given.posonlyargs, *given.args) if one.arg not in {"self", "cls"}]
    defaults: list[ast.expr | None] = [None] * (len(ordinary) - len(given.defaults)) + [*given.defaults]
    for one, default in zip(ordinary, defaults, strict=True):
        yield _argument(one, default)
    if given.vararg:
        yield f"*{_argument(given.vararg, None)}"
    elif given.kwonlyargs:
        yield "*"
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(one, default)
    if given.kwarg:
        yield f"**{_argument(given.kwarg, None)}"


def _argument(one: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(one.annotation)}" if one.annotation else ""
    return f"{one.arg}{kind}" + (f" = {ast.unparse(default)}" if default else "")


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _text_after(body: list[ast.stmt], at: int) -> str:
    following = body[at + 1] if at + 1 < len(body) else None
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return following.value.value if isinstance(following.value.value, str) else ""
    return ""


def _read_as(node: ast.FunctionDef) -> str:
    read = any(ast.unparse(one).endswith("property") for one in node.decorator_list)
    return ast.unparse(node.returns) if read and node.returns else ""


def _is_for_pydantic(node: ast.FunctionDef) -> bool:
    return any("validator" in ast.unparse(one) or "serializer" in ast.unparse(one) for one in node.decorator_list)
