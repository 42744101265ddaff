"""One catalogue of what can be done: bindings, footer, palette, help and the README's table all come from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Where = Literal["everywhere", "chat", "prompt", "transcript", "no server", "dialog"]


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
        "Use the built-in simulator instead.",
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
        "Copy the selected turn, else the last answer.",
        "chat",
        show=True,
        priority=True,
    ),
    Command("chat.retry", "ctrl+r", "retry", "Ask again", "Send the last prompt again.", "chat", priority=True),
    Command("chat.new", "ctrl+n", "new_chat", "New chat", "Begin a new conversation.", "chat", priority=True),
    Command("chat.restore", "f8", "restore_chat", "Bring back", "Bring the conversation before this one back.", "chat"),
    Command(
        "chat.page_up",
        "pageup",
        "page_transcript(-1.0)",
        "Page up",
        "Scroll the transcript up, from the prompt too.",
        "chat",
        palette=False,
    ),
    Command(
        "chat.page_down",
        "pagedown",
        "page_transcript(1.0)",
        "Page down",
        "Scroll the transcript down, from the prompt too.",
        "chat",
        palette=False,
    ),
    Command("transcript.up", "up,k", "line(-1)", "Up", "Scroll up a line.", "transcript", palette=False),
    Command("transcript.down", "down,j", "line(1)", "Down", "Scroll down a line.", "transcript", palette=False),
    Command("transcript.page_up", "pageup", "page(-1.0)", "Page up", "Scroll up a page.", "transcript", palette=False),
    Command(
        "transcript.page_down", "pagedown", "page(1.0)", "Page down", "Scroll down a page.", "transcript", palette=False
    ),
    Command(
        "transcript.half_up", "ctrl+u", "page(-0.5)", "Half up", "Scroll up half a page.", "transcript", palette=False
    ),
    Command(
        "transcript.half_down",
        "ctrl+d",
        "page(0.5)",
        "Half down",
        "Scroll down half a page.",
        "transcript",
        palette=False,
    ),
    Command("transcript.start", "home,g", "start", "Start", "Go to the start.", "transcript", palette=False),
    Command("transcript.end", "end,G", "end", "End", "Go to the end, and follow it.", "transcript", palette=False),
    Command(
        "transcript.previous",
        "left_square_bracket",
        "select_turn(-1)",
        "Previous",
        "Select the turn before.",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.next",
        "right_square_bracket",
        "select_turn(1)",
        "Next",
        "Select the turn after.",
        "transcript",
        palette=False,
    ),
    Command(
        "transcript.fold",
        "enter,space,r",
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
        "c",
        "copy_code(0)",
        "Copy code",
        "Copy its last block of code; 1 to 9: that block.",
        "transcript",
        palette=False,
    ),
    Command(
        "absence.simulator",
        "d",
        "choose('simulator')",
        "Simulator",
        "Use the built-in simulator.",
        "no server",
        show=True,
        palette=False,
    ),
    Command(
        "absence.retry",
        "r",
        "choose('retry')",
        "Try now",
        "Look for the server at once.",
        "no server",
        show=True,
        palette=False,
    ),
    Command(
        "absence.key",
        "k",
        "choose('key')",
        "Enter key",
        "Type the API key that the server wants.",
        "no server",
        show=True,
        palette=False,
    ),
    Command("dialog.leave", "escape", "leave", "Back", "Close it.", "dialog", show=True, palette=False),
    Command("dialog.previous", "up", "move(-1)", "Previous", "The line before.", "dialog", palette=False),
    Command("dialog.next", "down", "move(1)", "Next", "The line after.", "dialog", palette=False),
    Command("dialog.page_up", "pageup", "move(-10)", "Page up", "Ten lines up.", "dialog", palette=False),
    Command("dialog.page_down", "pagedown", "move(10)", "Page down", "Ten lines down.", "dialog", palette=False),
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
