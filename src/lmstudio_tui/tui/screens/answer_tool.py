"""Answering a call of a tool: by hand, by its command, or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from lmstudio_tui.features.tools import check_arguments
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea
from lmstudio_tui.tui.widgets.tick import Tick
from lmstudio_tui.tui.worker_bridge import Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.tools import Tool
    from lmstudio_tui.sdk import CancelScope
    from lmstudio_tui.store.library.records import ToolCallRecord

_PAUSE = 0.5
"""Seconds after it has opened in which nothing is run or refused: the key or click was meant for what was there."""

_MOST_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class ToolDecision:
    """What is to be done about a call.

    Args:
        kind: `answer` with the text; `run` the command; `refuse`; or decide `later`.
        text: what was typed as the answer so far.
        always: with `run`: this command line may run for this tool from now on without being asked about.
    """

    kind: Literal["answer", "run", "refuse", "later"]
    text: str = ""
    always: bool = False


class AnswerBox(SubmitTextArea):
    """Where an answer is typed: Enter gives it, as in the prompt."""


class AnswerTool(Dialog[ToolDecision]):
    """Gives what was decided; Esc leaves the call open, with what was typed.

    Args:
        call: what the model wants to be called.
        tool: the one of that name; None when there is none.
        place: which of how many calls it is.
        answer: what was typed before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.leave", "tool.run"),
    ]
    AUTO_FOCUS = "AnswerBox"

    DEFAULT_CSS = """
    AnswerTool {
        & > .frame { width: 94%; max-width: 110; height: auto; max-height: 96%; padding: 0 1; overflow-y: auto; }
        & .-none { display: none; }
        & #about { color: $text-muted; height: auto; max-height: 3; }
        & #arguments {
            height: auto; min-height: 1; background: $panel; padding: 0 1;
            scrollbar-size-vertical: 1;
        }
        & #complaint { color: $text-warning; height: auto; max-height: 3; }
        & #command {
            height: auto; margin-top: 1; border: none; border-left: outer $warning; padding: 0 1;
            & VerticalScroll { height: auto; max-height: 4; scrollbar-size-vertical: 1; }
        }
        & AnswerBox, & AnswerBox:focus {
            height: auto; min-height: 3; max-height: 12; margin-top: 1; border: none; background: $panel; padding: 0 1;
            scrollbar-size-vertical: 1;
        }
        & AnswerBox .text-area--cursor-line { background: transparent; }
        & #problem { color: $text-error; height: 1; }
        & .buttons { height: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(
        self, call: ToolCallRecord, tool: Tool | None, *, place: tuple[int, int] = (1, 1), answer: str = ""
    ) -> None:
        super().__init__()
        self._call = call
        self._tool = tool
        self._place = place
        self._answer = answer
        self._opened_at = 0.0
        self._runs = Runs(self)

    @property
    def _runs_something(self) -> bool:
        return self._tool is not None and bool(self._tool.command)

    def compose(self) -> ComposeResult:
        number, of = self._place
        tool = self._tool
        with Vertical(classes="frame") as frame:
            frame.border_title = Text(f"{clean_line(self._call.name)} is called{f'  ({number} of {of})' * (of > 1)}")
            run = told("{tool.run} run   ") if self._runs_something else ""
            frame.border_subtitle = run + told(
                "{field.submit} answer   {field.newline} new line   {dialog.leave} later"
            )
            about = tool.description if tool is not None else "There is no tool of this name here."
            yield Static(Text(about), id="about", classes="" if about else "-none")
            with VerticalScroll(id="arguments"):
                yield Static(Text(pretty(self._call.arguments)))
            yield Static(id="complaint", classes="-none")
            if tool is not None and tool.command:
                with Vertical(id="command"):
                    with VerticalScroll(can_focus=False):
                        yield Static(Text(f"$ {tool.command_line}", style="bold", overflow="fold"))
                    yield Static(Text(f"in {clean_line(str(tool.file.absolute().parent))}", style="dim"))
                    yield Tick(f"Always run this very command for {tool.name}, without asking", id="always")
            box = AnswerBox(
                self._answer,
                placeholder="Type the answer by hand.",
                soft_wrap=True,
                show_line_numbers=False,
                tab_behavior="focus",
                highlight_cursor_line=False,
            )
            yield box
            yield Static(id="problem")
            with Horizontal(classes="buttons"):
                yield Button(Text("Later"), id="later", compact=True)
                yield Button(Text("Refuse"), id="refuse", compact=True)
                if self._runs_something:
                    yield Button(Text("Run"), id="run", variant="warning", compact=True)
                yield Button(Text("Answer"), id="answer", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The cursor stands where it can do no harm."""
        self._opened_at = monotonic()
        box = self.query_one(AnswerBox)
        box.move_cursor(box.document.end)
        tool, arguments = self._tool, self._call.arguments
        if tool is not None:

            def check(emit: Callable[[None], None], scope: CancelScope) -> str:
                del emit, scope
                return check_arguments(tool, arguments)

            self._runs.start(check, finished=self._checked, name="arguments")

    def on_resize(self) -> None:
        """Long arguments leave room for the rest."""
        share = 4 if self._runs_something else 3
        self.query_one("#arguments").styles.max_height = max(3, self.size.height // share)

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._runs.drop_all()

    def _checked(self, complaint: str) -> None:
        line = self.query_one("#complaint", Static)
        line.update(Text(f"! {complaint}"))
        line.set_class(not complaint, "-none")

    # Deciding

    def on_submit_text_area_submitted(self) -> None:
        """Answer."""
        self._decide("answer")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Whatever it says."""
        match event.button.id:
            case "run":
                self._decide("run")
            case "refuse":
                self._decide("refuse")
            case "answer":
                self._decide("answer")
            case _:
                self.action_leave()

    def action_run(self) -> None:
        """Run the command."""
        if self._runs_something:
            self._decide("run")

    def action_leave(self) -> None:
        """Decide later."""
        self.dismiss(ToolDecision("later", self.query_one(AnswerBox).text))

    def _decide(self, kind: Literal["answer", "run", "refuse"]) -> None:
        text = self.query_one(AnswerBox).text
        problem = self.query_one("#problem", Static)
        if kind == "answer" and not text.strip():
            problem.update("Type an answer first; an empty one would tell the model nothing.")
            return
        if kind != "answer" and monotonic() < self._opened_at + _PAUSE:
            return
        always = kind == "run" and self.query_one(Tick).value
        self.dismiss(ToolDecision(kind, text, always))


def pretty(arguments: str) -> str:
    """Arguments as people read them; what is no JSON as it came."""
    if not arguments.strip():
        return "(no arguments)"
    try:
        text = json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = arguments
    text = clean(text)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}\n… and {len(text) - _MOST_SHOWN:,} more"
