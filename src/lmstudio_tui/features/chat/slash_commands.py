"""The commands that are typed into the prompt, and telling them from prompts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

Values = Literal["", "model", "models", "presets", "set", "unset", "export", "file", "copy", "code", "commands"]

_TYPED: Final = re.compile(r"/([A-Za-z?][A-Za-z0-9-]*)(?:\s+(.*))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command.

    Args:
        name: without the slash.
        argument: what may follow, as help shows it: in brackets when it may be left out; empty when nothing may.
        help: in one line.
        values: what the argument is completed with; empty for none.
        aliases: other names.
    """

    name: str
    argument: str
    help: str
    values: Values = ""
    aliases: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """As it is typed: `/set NAME VALUE`."""
        return f"/{self.name} {self.argument}".rstrip()

    @property
    def needs_argument(self) -> bool:
        """Whether it says nothing without one."""
        return bool(self.argument) and not self.argument.startswith("[")


COMMANDS: Final = (
    SlashCommand("model", "[MODEL]", "Choose the model to ask.", "model"),
    SlashCommand("system", "[TEXT]", "Set the system prompt; alone, show it.", aliases=("system-prompt",)),
    SlashCommand("set", "NAME VALUE", "Set a parameter; NAME=JSON for one that only this server knows.", "set"),
    SlashCommand("unset", "NAME", "Leave a parameter to the server again; all for every one.", "unset"),
    SlashCommand("schema", "[FILE]", "Have answers follow a JSON schema; alone, no longer.", "file"),
    SlashCommand("preset", "[NAME]", "Use the parameters kept under a name.", "presets", ("presets",)),
    SlashCommand("save-preset", "NAME", "Keep these parameters under a name.", "presets"),
    SlashCommand("new", "", "Begin another conversation."),
    SlashCommand("clear", "", "Begin anew; this conversation stays in the list."),
    SlashCommand("title", "[TEXT]", "Give the conversation a title.", aliases=("rename",)),
    SlashCommand("retry", "", "Have the last prompt answered again, as another branch.", aliases=("regenerate",)),
    SlashCommand("edit", "", "Change the last prompt and send it again, as another branch."),
    SlashCommand("continue", "", "Let the model go on with its last answer."),
    SlashCommand("branch", "[N]", "Show another version of the last message that has several."),
    SlashCommand("delete", "", "Delete the last prompt and what followed; it can be undone."),
    SlashCommand("attach", "FILE", "Send an image or a text along with the next prompt.", "file"),
    SlashCommand("tools", "", "Choose what the model may call."),
    SlashCommand("compare", "[MODEL …]", "Ask two to four models the same.", "models"),
    SlashCommand("record", "", "Record your voice; again, it is put into the prompt as text.", aliases=("dictate",)),
    SlashCommand("speak", "", "Read the last answer aloud; again, be silent."),
    SlashCommand("copy", "[N|all]", "Copy the last answer, the Nth of it all, or everything.", "copy"),
    SlashCommand("code", "[N] [FILE]", "Copy a code block by its number, or save it to a file.", "code"),
    SlashCommand("find", "[TEXT]", "Find a text in this conversation.", aliases=("search",)),
    SlashCommand("fold", "", "Fold what is long, or unfold it."),
    SlashCommand("stats", "", "Show the figures of the conversation and its last answer."),
    SlashCommand("export", "[md|json|html] [FILE]", "Write the conversation to a file.", "export"),
    SlashCommand("import", "FILE", "Read a conversation from a file.", "file"),
    SlashCommand("editor", "", "Write the prompt in your editor."),
    SlashCommand("help", "[COMMAND]", "Show the commands.", "commands", ("?",)),
    SlashCommand("quit", "", "Leave.", aliases=("exit", "q")),
)
"""All of them, in the order in which they are shown."""

BY_NAME: Final = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


def parse(text: str) -> tuple[SlashCommand, str] | None:
    """The command that a text is, and what follows its name; None when it is a prompt.

    Only the very beginning counts: a path such as `/etc/hosts` is no command, and what begins with `//` never is one.
    """
    found = _TYPED.fullmatch(text)
    command = BY_NAME.get(found[1].lower()) if found else None
    return None if found is None or command is None else (command, (found[2] or "").strip())


def literal(text: str) -> str:
    """What a text that is no command says as a prompt: `//x` is `/x`."""
    return text[1:] if text.startswith("//") else text


def unknown(text: str) -> str | None:
    """The name of a command that a text looks like without being one; None when it looks like none."""
    found = _TYPED.fullmatch(text)
    return found[1] if found is not None and found[1].lower() not in BY_NAME else None


def nearest(name: str) -> str:
    """The command that was perhaps meant; empty when there is none like it."""
    near = get_close_matches(name.lower(), BY_NAME, n=1)
    return BY_NAME[near[0]].name if near else ""
