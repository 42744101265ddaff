"""Tools as files define them: a function as the API wants it, and perhaps the command that answers for it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lmstudio_tui.sdk.wire import document_of, is_list, is_object
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DEFAULT_TIMEOUT: Final = 30.0
LONGEST_TIMEOUT: Final = 3600.0
"""Seconds."""

_MOST_BYTES: Final = 1_000_000
_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_OWN: Final = ("command", "timeout_seconds")
"""Members that are ours, and are not sent."""

_PARTS: Final = ("name", "description", "parameters", "strict")


@dataclass(frozen=True, eq=False)
class Tool:
    """A function that a model may call.

    Args:
        function: `name`, `description`, `parameters` and what else the API knows, as it is sent.
        file: where it is defined.
        command: the program that answers, and its arguments; empty when the user answers by hand.
        timeout_seconds: how long the command may take.
    """

    function: Mapping[str, Any]
    file: Path
    command: tuple[str, ...] = ()
    timeout_seconds: float = DEFAULT_TIMEOUT

    @property
    def name(self) -> str:
        """What the model calls it."""
        return str(self.function["name"])

    @property
    def description(self) -> str:
        """What it is for, in one line, harmless to a terminal."""
        return clean_line(str(self.function.get("description") or ""))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The JSON schema of its arguments."""
        found = self.function.get("parameters")
        return found if is_object(found) else {}

    @property
    def request_object(self) -> dict[str, Any]:
        """For `ChatCompletionRequest.tools`."""
        return {"type": "function", "function": dict(self.function)}

    @property
    def command_line(self) -> str:
        """The command as it would be typed into a shell, though none runs it; empty without one.

        It hides nothing: what has no shape of its own, or would change that of its neighbours, is spelt out.
        """
        line = shlex.join(self.command)
        return "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)


class Problem(NamedTuple):
    """What is wrong with a file of tools.

    Args:
        file: which.
        sentence: what, and what would be right.
    """

    file: Path
    sentence: str


class _UnusableError(Exception):
    """A definition that cannot be used; its text says why."""


def load_tools(*places: Path) -> tuple[tuple[Tool, ...], tuple[Problem, ...]]:
    """Read the tools that some files define. Blocks.

    Args:
        places: folders, of which each `*.json` is read, and files. A folder that is not there has no tools.

    Returns:
        the usable ones by name, and what is wrong with the others.
    """
    tools: dict[str, Tool] = {}
    problems: list[Problem] = []
    for file in _files(places, problems):
        try:
            definitions = _definitions(file)
        except _UnusableError as error:
            problems.append(Problem(file, str(error)))
            continue
        for number, definition in enumerate(definitions, 1):
            place = f"Number {number} in it: " if len(definitions) > 1 else ""
            try:
                tool, remarks = _tool(definition, file)
            except _UnusableError as error:
                problems.append(Problem(file, f"{place}{error}"))
                continue
            problems += [Problem(file, f"{place}{remark}") for remark in remarks]
            first = tools.setdefault(tool.name, tool)
            if first is not tool:
                where = "above in it" if first.file == file else f"in {clean_line(first.file.name)}"
                said = f"{place}There is a tool {tool.name} already, {where}; this one is not used."
                problems.append(Problem(file, said))
    return tuple(tools[name] for name in sorted(tools)), tuple(problems)


def _files(places: Iterable[Path], problems: list[Problem]) -> list[Path]:
    files: dict[Path, None] = {}
    for place in places:
        try:
            if place.is_dir():
                found = sorted(path for path in place.iterdir() if path.suffix.lower() == ".json")
                files |= dict.fromkeys(path for path in found if not path.name.startswith("."))
            elif place.suffix.lower() == ".json" or place.exists():
                files[place] = None
        except OSError as error:
            problems.append(Problem(place, f"It cannot be read: {error.strerror or type(error).__name__}."))
    return list(files)


def _definitions(file: Path) -> list[Any]:
    """What the file defines: an object, or a list of some."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _UnusableError(f"It cannot be read: {error.strerror or type(error).__name__}.") from error
    if len(content) > _MOST_BYTES:
        raise _UnusableError("It is larger than 1 MB, which no definition is.")
    try:
        found = document_of(content)
    except ValueError as error:
        raise _UnusableError(f"It is no JSON: {clean_line(str(error)).rstrip('.')}.") from error
    if is_list(found):
        return found
    return [found]


def _tool(definition: Any, file: Path) -> tuple[Tool, list[str]]:
    """The tool, and what is odd about it though it can be used."""
    if not is_object(definition):
        raise _UnusableError('A tool is an object: {"type": "function", "function": {"name": …}}.')
    wrapped = "function" in definition
    own = {name: definition[name] for name in _OWN if name in definition}
    if not wrapped:
        function = {name: value for name, value in definition.items() if name not in _OWN and name != "type"}
    elif is_object(definition["function"]):
        function = dict(definition["function"])
    else:
        raise _UnusableError('"function" must be an object with a name.')
    if definition.get("type", "function") != "function" and (wrapped or "name" in definition):
        raise _UnusableError('"type" must be "function".')
    for name in _OWN:
        if wrapped and name in function:
            raise _UnusableError(f'"{name}" belongs beside "function", not into it.')
    remarks = _unknown(definition, ("type", "function", *_OWN)) if wrapped else _unknown(function, _PARTS, _OWN)
    _check_function(function)
    command = _command(own.get("command"))
    return Tool(function, file, command, _timeout(own.get("timeout_seconds"))), remarks


def _unknown(found: Mapping[str, Any], known: tuple[str, ...], more: tuple[str, ...] = ()) -> list[str]:
    """A misspelt member would be passed over in silence."""
    said: list[str] = []
    for name in found:
        near = get_close_matches(name, (*known, *more), n=1)
        if name not in known and near:
            said.append(f'"{clean_line(name)[:40]}" means nothing here; did you mean "{near[0]}"?')
    return said


def _check_function(function: dict[str, Any]) -> None:
    name: object = function.get("name")
    if not isinstance(name, str) or not name:
        raise _UnusableError('The function needs a "name".')
    if _NAME.fullmatch(name) is None:
        raise _UnusableError(
            f'"{clean_line(name)[:70]}" is no name for a function: letters, digits, _ and - only, at most 64 of them.'
        )
    if not isinstance(function.get("description", ""), str):
        raise _UnusableError('"description" must be a text.')
    parameters: object = function.get("parameters", {"properties": {}})
    if not is_object(parameters):
        raise _UnusableError('"parameters" must be a JSON schema, which is an object.')
    if parameters.get("type", "object") != "object":
        raise _UnusableError('"parameters" must have "type": "object", since arguments have names.')
    function["parameters"] = {"type": "object", **parameters}
    from lmstudio_tui.features.tools.checking import check_schema

    said = check_schema(parameters)
    if said:
        raise _UnusableError(said)


def _command(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        raise _UnusableError('"command" must be a list, such as ["python3", "tool.py"]: no shell takes it apart.')
    parts: list[Any] = value if is_list(value) else []
    if not parts or not all(isinstance(part, str) and "\0" not in part for part in parts) or not parts[0].strip():
        raise _UnusableError('"command" must be a list of texts: the program, and its arguments.')
    return tuple(str(part) for part in parts)


def _timeout(value: object) -> float:
    if value is None:
        return DEFAULT_TIMEOUT
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_TIMEOUT:
        raise _UnusableError(f'"timeout_seconds" must be a number, more than 0 and at most {LONGEST_TIMEOUT:.0f}.')
    return float(value)
