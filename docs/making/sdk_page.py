"""docs/sdk-reference.md: the public names of the SDK, from their source."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lmstudio_tui import sdk
from sdk_source import Docstring, Method, Name, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = """# SDK reference

Everything that `lmstudio_tui.sdk` exports, from its source. [The guide](sdk.md) shows how it goes together. “Server
contract” is [what the servers send](server-contract.md), by its sections.
"""
_TITLES: Final = {
    "client": "The client",
    "config": "Its configuration",
    "cancellation": "Cancelling",
    "types.chat": "Chat and completions",
    "streaming": "Streams",
    "types.events": "Events of a stream",
    "native_chat": "LM Studio's native chat",
    "types.models": "Models",
    "types.management": "Loading and downloading",
    "types.health": "Health and capabilities",
    "capabilities": "Demanding a capability",
    "types.kinds": "Kinds of servers",
    "types.embeddings": "Embeddings",
    "types.audio": "Sound",
    "transcribing": "Transcripts while they come",
    "speaking": "Speech while it comes",
    "uploading": "Sending files",
    "types.images": "Images",
    "errors": "Errors",
    "recording": "Watching requests",
    "telemetry": "One record for each call",
    "protocol": "For fakes",
}
_WIDTH: Final = 100
_DRAWN: Final = "::"
_HOW_THEY_ARE_READ: Final = ("model_validate", "model_validate_json", "read")
"""What values inherit to be read from JSON: told of nowhere, since nobody who uses them needs it."""


def sdk_page() -> str:
    """The page, as it ought to be."""
    homes: dict[str, tuple[str, ...]] = vars(sdk)["_HOMES"]
    lines = [_HEAD]
    for module in (*_TITLES, *(name for name in homes if name not in _TITLES)):
        lines += [f"## {_TITLES[module]}", ""]
        path = Path(str(sdk.__file__)).parent / f"{module.replace('.', '/')}.py"
        for one in names_of(path, homes[module]):
            lines += _name(one, short=module == "protocol")
    return "\n".join(lines).rstrip() + "\n"


def _name(one: Name, *, short: bool) -> Iterator[str]:
    yield from (f"### {one.name}", "")
    # A stream is made by the client, by nobody else.
    made_here = "transport: Transport" not in one.text
    if one.text and made_here:
        yield from ("```python", one.text if one.text.startswith(one.name) else _stands_for(one), "```", "")
    yield from _text(one.docstring)
    above, hidden = _bases(one.name)
    if above:
        yield from (f"A kind of {' and '.join(f'[`{base}`](#{base.lower()})' for base in above)}.", "")
    yield from (f"* `{name}`: `{value}`" for name, value in one.values)
    yield from [""] if one.values else []
    fields = {field.name: field for field in one.fields}
    for part in hidden:
        fields |= {field.name: field for field in part.fields if field.name not in fields}
    if fields:
        yield from ("| field | type | default | meaning |", "| --- | --- | --- | --- |")
        for field in fields.values():
            yield f"| `{field.name}` | {_code(field.kind)} | {_code(field.default)} | {_cell(field.meaning)} |"
        yield ""
    else:
        yield from _entries(one.docstring, skipped=() if made_here else ("Args",))
    methods = {method.name: method for method in one.methods}
    for part in hidden:
        methods |= {found.name: found for found in part.methods if found.name not in {*methods, *_HOW_THEY_ARE_READ}}
    for method in methods.values():
        yield from [f"* `{method.name}`"] if short else _method(method)
    if short:
        yield ""


def _stands_for(one: Name) -> str:
    whole = f"{one.name} = {one.text}"
    return whole if len(whole) <= _WIDTH else f"{one.name} = (\n    " + one.text.replace(" | ", "\n    | ") + "\n)"


def _bases(name: str) -> tuple[list[str], list[Name]]:
    """What a class is made of: the nearest exported bases, and what its bases that are not exported have."""
    above: list[str] = []
    hidden: list[Name] = []
    for base in getattr(getattr(sdk, name), "__mro__", ())[1:]:
        if base.__name__ in sdk.__all__:
            above.append(base.__name__)
            break
        if base.__module__.startswith("lmstudio_tui."):
            path = Path(str(sys.modules[base.__module__].__file__))
            hidden += names_of(path, [base.__name__])
    return above, hidden


def _method(method: Method) -> Iterator[str]:
    if method.read_as:
        yield from (f"**`{method.name}`** {_code(method.read_as)}", "")
    else:
        yield from (f"**`{method.name}`**", "", "```python", method.signature, "```", "")
    yield from _text(method.docstring)
    yield from _entries(method.docstring, skipped=())


def _text(docstring: Docstring) -> Iterator[str]:
    drawn = False
    for part in docstring.paragraphs:
        if drawn and part.startswith("    "):
            yield from ("```", *(line.removeprefix("    ") for line in part.splitlines()), "```", "")
        elif part.strip() != _DRAWN:
            yield from (_plain(part.removesuffix(_DRAWN) + ":" * part.endswith(_DRAWN)), "")
        drawn = part.endswith(_DRAWN)


def _entries(docstring: Docstring, *, skipped: tuple[str, ...]) -> Iterator[str]:
    for title, entries in docstring.sections.items():
        if title in skipped or not entries:
            continue
        if title in {"Returns", "Yields"}:
            yield from (f"*{title}* {_plain(entries[0][1])}", "")
        else:
            yield from (f"*{title}*", "", *(f"* `{name}`: {_plain(text)}" for name, text in entries), "")


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;") if "`" not in text else " ".join(text.split())


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _code(text: str) -> str:
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`" if text else ""
