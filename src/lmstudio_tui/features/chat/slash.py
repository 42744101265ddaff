"""Slash commands: what they are, what a text means as one, and what it can be completed to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.parameter_fields import BY_NAME as PARAMETERS
from lmstudio_tui.features.chat.parameter_fields import FIELDS
from lmstudio_tui.features.chat.slash_arguments import (
    FORMATS,
    PARAMETER_ALIASES,
    assignment,
    code_of,
    export_of,
    path_of,
    with_assigned,
    without_assigned,
)
from lmstudio_tui.features.chat.slash_commands import (
    BY_NAME,
    COMMANDS,
    SlashCommand,
    literal,
    nearest,
    parse,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "BY_NAME",
    "COMMANDS",
    "FORMATS",
    "Completion",
    "CompletionContext",
    "SlashCommand",
    "assignment",
    "code_of",
    "completions",
    "export_of",
    "literal",
    "nearest",
    "parse",
    "path_of",
    "unknown",
    "with_assigned",
    "without_assigned",
]

_MOST: Final = 200
_NAME: Final = re.compile(r"/([A-Za-z?][A-Za-z0-9-]*)?")
_ARGUMENT: Final = re.compile(r"/([A-Za-z?][A-Za-z0-9-]*)[ \t]+(.*)", re.DOTALL)
_FORMAT_HELP: Final = {"md": "Markdown", "json": "everything, to be imported again", "html": "a page to look at"}


def _no_paths(typed: str) -> Sequence[str]:
    del typed
    return ()


@dataclass(frozen=True, slots=True)
class CompletionContext:
    """What there is to complete with.

    Args:
        models: the ids of the models.
        presets: the names of the presets.
        changed: the names of the parameters that are set, those of the server's own among them.
        code_blocks: how many there are in the conversation.
        paths: the paths that a typed one can go on to, whole, folders with a `/` at the end. It may be called for each
            key, so it must be quick.
    """

    models: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    code_blocks: int = 0
    paths: Callable[[str], Sequence[str]] = _no_paths


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that a text can be completed to.

    Args:
        label: what is shown.
        help: what it means, in a few words; may be empty.
        start, end: what of the text it replaces.
        insert: what it puts there.
    """

    label: str
    help: str
    start: int
    end: int
    insert: str

    def applied(self, text: str) -> tuple[str, int]:
        """The completed text, and where the cursor is then."""
        return text[: self.start] + self.insert + text[self.end :], self.start + len(self.insert)


_Choice = tuple[str, str, str]
"""What is shown, what it means, and what is put there."""


def completions(text: str, cursor: int, context: CompletionContext) -> tuple[Completion, ...]:
    """What a command that is being typed can be completed to, the likeliest first; nothing for a prompt.

    What begins with what was typed comes before what only has it within. What is there already is not offered, so with
    nothing left the command is whole, or nothing is known that could follow.

    Args:
        text: all that was typed.
        cursor: where in it, in characters; what is behind it on the same word is replaced, too.
        context: what there is.
    """
    before = text[:cursor]
    if _NAME.fullmatch(before):
        end = _word_end(text, cursor)
        return _found(text, 0, end, before, _commands())
    found = _ARGUMENT.fullmatch(before)
    command = BY_NAME.get(found[1].lower()) if found else None
    if found is None or command is None:
        return ()
    typed = found[2]
    if command.values in {"set", "unset", "models"}:
        return _of_words(text, cursor, command, typed, context)
    return _of_argument(text, cursor, command, typed, context)


def _commands() -> list[_Choice]:
    """Every command; one that takes an argument is put there with a space behind it."""
    return [(f"/{each.name}", each.help, f"/{each.name}" + (" " if each.argument else "")) for each in COMMANDS]


def _of_words(
    text: str, cursor: int, command: SlashCommand, typed: str, context: CompletionContext
) -> tuple[Completion, ...]:
    """For an argument of several words."""
    words = re.split(r"[ \t]+", typed)
    word = words[-1]
    choices: list[_Choice] = []
    match command.values:
        case "set" if len(words) == 1:
            choices = [(each.name, each.help, f"{each.name} ") for each in FIELDS if each.name != "extra"]
        case "set" if len(words) == 2:
            choices = _values(words[0].lower(), context)
        case "unset":
            names = [name for name in context.changed if name not in words[:-1]]
            choices = [(name, PARAMETERS[name].help if name in PARAMETERS else "", name) for name in names]
            choices += [("all", "everything that was changed", "all")] if names and len(words) == 1 else []
        case "models":
            choices = [(model, "", model) for model in context.models if model not in words[:-1]]
        case _:
            pass
    return _found(text, cursor - len(word), _word_end(text, cursor), word, choices)


def _values(name: str, context: CompletionContext) -> list[_Choice]:
    """What a parameter can be."""
    field = PARAMETERS.get(PARAMETER_ALIASES.get(name, name))
    if field is None:
        return []
    known = context.models if field.name == "draft_model" else field.choices
    return [(each, "", each) for each in known]


def _of_argument(
    text: str, cursor: int, command: SlashCommand, typed: str, context: CompletionContext
) -> tuple[Completion, ...]:
    """For an argument that is one thing, whatever blanks it has."""
    choices: list[_Choice] = []
    match command.values:
        case "model":
            choices = [(model, "", model) for model in context.models]
        case "presets":
            choices = [(name, "", name) for name in context.presets]
        case "commands":
            choices = [(each.name, each.help, each.name) for each in COMMANDS]
        case "copy":
            choices = [("all", "the whole conversation", "all")]
        case "file":
            return _of_path(text, cursor, typed, context)
        case "export":
            first, blank, rest = typed.partition(" ")
            if first.lower() in FORMATS:
                return _of_path(text, cursor, rest.lstrip(), context) if blank else ()
            choices = [(each, _FORMAT_HELP[each], each) for each in FORMATS]
            return _found(text, cursor - len(typed), len(text), typed, choices) or _of_path(
                text, cursor, typed, context
            )
        case "code":
            first, blank, rest = typed.partition(" ")
            if blank and first.isdigit():
                return _of_path(text, cursor, rest.lstrip(), context)
            choices = [(str(number), "", str(number)) for number in range(1, context.code_blocks + 1)]
        case _:
            pass
    return _found(text, cursor - len(typed), len(text), typed, choices)


def _of_path(text: str, cursor: int, typed: str, context: CompletionContext) -> tuple[Completion, ...]:
    quote = typed[0] if typed[:1] in {'"', "'"} else ""
    paths = context.paths(typed[len(quote) :])
    start = cursor - len(typed)
    return tuple(
        Completion(path, "", start, len(text), quote + path)
        for path in list(paths)[:_MOST]
        if quote + path != text[start:]
    )


def _found(text: str, start: int, end: int, typed: str, choices: Sequence[_Choice]) -> tuple[Completion, ...]:
    """The choices that what was typed may be the beginning or a part of."""
    wanted = typed.lower()
    # A space that is there already is not put there again.
    spaced = text[end : end + 1].isspace()
    ranked: list[tuple[int, _Choice]] = []
    for choice in choices:
        place = choice[0].lower().find(wanted.lstrip("/") if choice[0].startswith("/") else wanted)
        if place >= 0:
            begins = choice[0].lower().startswith(wanted)
            ranked.append((0 if begins else 1, choice))
    ranked.sort(key=lambda each: each[0])
    offered = [
        Completion(label, help_, start, end, insert.rstrip(" ") if spaced else insert)
        for _, (label, help_, insert) in ranked
        if not _is_there(text[start:end], label, insert, spaced)
    ]
    return tuple(offered[:_MOST])


def _is_there(there: str, label: str, insert: str, spaced: bool) -> bool:
    """Whether a choice is typed already, and nothing has to follow it."""
    command = BY_NAME.get(label[1:]) if label.startswith("/") else None
    whole = spaced or (command is not None and not command.needs_argument)
    return there == insert or (there == label and whole)


def _word_end(text: str, cursor: int) -> int:
    """Where the word ends that the cursor is in."""
    rest = re.search(r"\s", text[cursor:])
    return len(text) if rest is None else cursor + rest.start()
