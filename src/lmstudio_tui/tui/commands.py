"""One catalogue of what can be done: bindings, footer, palette, help and the README's table all come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Where = Literal["everywhere", "chat", "prompt", "transcript", "no server"]


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do.

    Args:
        id: names it for key maps.
        keys: the keys, Textual's names, comma-separated; the first is shown.
        action: Textual's action string.
        title: one or two words, for the footer.
        help: one sentence, for the palette and the help page.
        where: where it works.
        show: whether the footer shows it.
        palette: whether the palette lists it.
        priority: whether it works before the focused widget sees the key.
    """

    id: str
    keys: str
    action: str
    title: str
    help: str
    where: Where
    show: bool = False
    palette: bool = True
    priority: bool = False

    @property
    def binding(self) -> Binding:
        """As Textual wants it."""
        return Binding(
            self.keys, self.action, self.title, show=self.show, id=self.id, priority=self.priority, tooltip=self.help
        )

    @property
    def shown_keys(self) -> str:
        """The keys as people read them."""
        return " or ".join(readable_key(key) for key in self.keys.split(","))


_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "question_mark": "?",
}


def readable_key(key: str) -> str:
    """`ctrl+left_square_bracket` → `Ctrl+[`."""
    *modifiers, name = key.strip().split("+")
    function_key = name.startswith("f") and name[1:].isdigit()
    last = _NAMES.get(name, name.upper() if function_key or modifiers else name)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), last])


COMMANDS: tuple[Command, ...] = (
    Command("app.quit", "ctrl+q", "quit", "Quit", "Leave the app.", "everywhere", show=True, priority=True),
    Command(
        "app.palette",
        "ctrl+p",
        "command_palette",
        "Commands",
        "Search everything that can be done.",
        "everywhere",
        show=True,
        palette=False,
        priority=True,
    ),
    Command("app.help", "f1", "help", "Help", "Show the keys that work here.", "everywhere", show=True, priority=True),
    Command(
        "app.simulator",
        "f9",
        "simulator",
        "Simulator",
        "Use the built-in simulator in place of the server.",
        "everywhere",
    ),
    Command("app.retry_server", "f5", "retry_server", "Look again", "Look for the server at once.", "everywhere"),
    Command("chat.send", "enter", "submit", "Send", "Send the prompt.", "prompt", show=True, palette=False),
    Command(
        "chat.newline",
        "ctrl+j,shift+enter",
        "newline",
        "New line",
        "Start a new line in the prompt.",
        "prompt",
        show=True,
        palette=False,
    ),
    Command(
        "chat.previous_prompt",
        "up",
        "recall(-1)",
        "Previous prompt",
        "In the first line: the prompt before.",
        "prompt",
        palette=False,
    ),
    Command(
        "chat.next_prompt",
        "down",
        "recall(1)",
        "Next prompt",
        "In the last line: the prompt after.",
        "prompt",
        palette=False,
    ),
    Command("chat.stop", "escape", "stop", "Stop", "Stop the answer and keep its text.", "chat", show=True),
    Command(
        "chat.switch",
        "escape",
        "switch_focus",
        "Switch",
        "Go from the prompt to the transcript and back.",
        "chat",
        palette=False,
    ),
    Command(
        "chat.model", "ctrl+t,f2", "choose_model", "Model", "Choose the model to ask.", "chat", show=True, priority=True
    ),
    Command(
        "chat.copy",
        "ctrl+y",
        "copy_answer",
        "Copy",
        "Copy the answer (the selected one, else the last).",
        "chat",
        show=True,
        priority=True,
    ),
    Command("chat.retry", "ctrl+r", "retry", "Ask again", "Send the last prompt again.", "chat", priority=True),
    Command("chat.new", "ctrl+n", "new_chat", "New chat", "Begin a new conversation.", "chat", priority=True),
    Command("chat.restore", "f8", "restore_chat", "Bring back", "Bring the conversation before this one back.", "chat"),
    Command("transcript.up", "up,k", "line(-1)", "Up", "Scroll up a line.", "transcript", palette=False),
    Command("transcript.down", "down,j", "line(1)", "Down", "Scroll down a line.", "transcript", palette=False),
    Command(
        "transcript.page",
        "pageup,pagedown",
        "page",
        "Page",
        "Scroll a page (Ctrl+U, Ctrl+D: half a page).",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.ends",
        "home,end",
        "ends",
        "Ends",
        "To the start, to the end (also g, G).",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.turns",
        "left_square_bracket,right_square_bracket",
        "turns",
        "Turns",
        "Select the turn before, the turn after.",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.fold",
        "space,enter",
        "fold",
        "Reasoning",
        "Show or fold the reasoning.",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.copy",
        "y",
        "copy_answer",
        "Copy",
        "Copy the selected turn, else the last answer.",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.copy_code",
        "c,1-9",
        "copy_code",
        "Copy code",
        "Copy its last block of code, or by number.",
        "transcript",
        palette=False,
    ),
)


def commands(*places: Where) -> tuple[Command, ...]:
    """The commands that work in these places."""
    return tuple(command for command in COMMANDS if command.where in places)


def command(id_: str) -> Command:
    """The command of that id."""
    return next(one for one in COMMANDS if one.id == id_)


def bindings(*ids: str) -> list[Binding]:
    """The bindings of these commands."""
    return [command(id_).binding for id_ in ids]


def markdown_table() -> str:
    """The keys as the README shows them."""
    rows = ["| key | what it does | where |", "| --- | --- | --- |"]
    rows += [f"| {one.shown_keys.replace('|', chr(92) + '|')} | {one.help} | {one.where} |" for one in COMMANDS]
    return "\n".join(rows)
