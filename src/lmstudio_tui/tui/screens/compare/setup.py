"""What is asked, and who: filled in before the comparison begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Static, TextArea

from lmstudio_tui.features.chat.attaching import words
from lmstudio_tui.features.chat.compare import FEWEST, MOST, Contestant, why_not
from lmstudio_tui.features.chat.context import context_use
from lmstudio_tui.features.chat.parameters import Parameters
from lmstudio_tui.features.models.columns import state_in_words
from lmstudio_tui.tui.panes.chat.opening import open_screen
from lmstudio_tui.tui.screens.choose import Choose
from lmstudio_tui.tui.screens.compare.contestants import ContestantList
from lmstudio_tui.tui.screens.model_picker import ModelPicker
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea
from lmstudio_tui.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from lmstudio_tui.sdk import ModelSummary
    from lmstudio_tui.store.library.records import Attachment, Preset
    from lmstudio_tui.store.library.records import Message as Said


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from, and what goes along.

    Args:
        models: what the server has.
        presets: parameters by name.
        parameters: the conversation's own.
        path: what was said in it, on the branch that is shown.
        attachments: what is sent along with the prompt.
    """

    models: Sequence[ModelSummary]
    presets: Sequence[Preset]
    parameters: Parameters
    path: Sequence[Said] = ()
    attachments: Sequence[Attachment] = ()


class PromptBox(SubmitTextArea):
    """Where the prompt is typed: Enter begins, as it sends in the chat."""


class Setup(Vertical):
    """The prompt, who is asked, and how.

    Args:
        known: what there is to choose from.
        prompt: what to begin with.
        contestants: who is asked at first.
    """

    DEFAULT_CSS = """
    Setup {
        height: 1fr;
        align-horizontal: center;
        & > * { max-width: 120; }
        & .frame {
            border: round $border-blurred; border-title-color: $text-muted; border-subtitle-color: $text-muted;
            padding: 0 1;
        }
        & .frame:focus-within { border: round $border; border-title-color: $accent; border-title-style: bold; }
        & #asked { height: 1fr; max-height: 22; min-height: 4; }
        & #who { height: auto; padding: 0; }
        & PromptBox, & PromptBox:focus {
            height: 1fr; border: none; background: transparent; padding: 0; scrollbar-size-vertical: 1;
        }
        & PromptBox .text-area--cursor-line { background: transparent; }
        & Tick { padding: 0 2; }
        & Tick:disabled { display: none; }
        & #problem { height: 1; padding: 0 2; color: $text-warning; }
        & .buttons { height: 1; align-horizontal: right; padding: 0 2; }
        & Button { margin-left: 2; min-width: 12; }
    }
    """

    @dataclass
    class Ready(Message):
        """Everything is chosen.

        Attributes:
            prompt: what is asked.
            contestants: who is asked.
            along: whether the conversation so far goes along.
            at_once: whether they are all asked at the same time.
        """

        prompt: str
        contestants: tuple[Contestant, ...]
        along: bool
        at_once: bool

    class Left(Message):
        """Nothing is to be compared."""

    def __init__(self, known: Known, prompt: str, contestants: Sequence[Contestant]) -> None:
        super().__init__(id="setup")
        self._known = known
        self._prompt = prompt
        self._contestants = list(contestants[:MOST])

    def compose(self) -> ComposeResult:
        known = self._known
        with Vertical(id="asked", classes="frame") as asked:
            asked.border_title = "Prompt"
            asked.border_subtitle = Text(words(known.attachments)) if known.attachments else ""
            yield PromptBox(
                self._prompt,
                placeholder="What all of them are asked.",
                soft_wrap=True,
                show_line_numbers=False,
                tab_behavior="focus",
                highlight_cursor_line=False,
            )
        with Vertical(id="who", classes="frame") as who:
            who.border_title = "Who is asked"
            yield ContestantList({model.id: state_in_words(model) for model in known.models})
        use = context_use(known.path, Parameters(), None)
        along = Tick(f"The conversation so far goes along ({use.words})", value=bool(known.path), id="along")
        along.disabled = not known.path
        yield along
        yield Tick("All at once; otherwise one after the other", id="at-once")
        yield Static(id="problem")
        with Horizontal(classes="buttons"):
            yield Button("Back", id="back", compact=True)
            yield Button("Compare", id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Put the cursor where something is missing."""
        box, listed = self.query_one(PromptBox), self.query_one(ContestantList)
        box.move_cursor(box.document.end)
        self._show(len(self._contestants))
        if not self._prompt.strip() and not self._known.attachments:
            box.focus()
        else:
            listed.focus()

    @property
    def prompt(self) -> str:
        """What is typed."""
        return self.query_one(PromptBox).text

    def _show(self, at: int | None = None) -> None:
        self.query_one(ContestantList).show(self._contestants, at)
        self.query_one("#who").border_subtitle = f"{len(self._contestants)} of {FEWEST} to {MOST}"
        self._say("")

    def _say(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Text(problem))

    # Who is asked

    def on_contestant_list_add_wanted(self) -> None:
        """Choose one more: with the conversation's parameters at first."""

        def add(model: str) -> None:
            self._contestants.append(Contestant(model, self._known.parameters))
            self._show(len(self._contestants))

        self._choose_model(None, add)

    def on_contestant_list_model_wanted(self, event: ContestantList.ModelWanted) -> None:
        """Choose another model."""
        one = self._contestants[event.number]

        def change(model: str) -> None:
            self._contestants[event.number] = replace(one, model=model)
            self._show()

        self._choose_model(one.model, change)

    def _choose_model(self, current: str | None, take: Callable[[str], None]) -> None:
        def chosen(model: str | None) -> None:
            if model:
                take(model)

        open_screen(self, ModelPicker(self._known.models, current), chosen)

    def on_contestant_list_parameters_wanted(self, event: ContestantList.ParametersWanted) -> None:
        """Choose a preset, or the conversation's own parameters."""
        known, one = self._known, self._contestants[event.number]
        own = Contestant(one.model, known.parameters)
        choices = [own, *(_with(one, preset) for preset in known.presets)]
        options = [
            (str(number), choice.preset or "as the conversation", choice.parameters.words or "nothing changed")
            for number, choice in enumerate(choices)
        ]
        current = next((number for number, choice in enumerate(choices) if choice.preset == one.preset), 0)

        def take(name: str | None) -> None:
            if name is not None:
                self._contestants[event.number] = choices[int(name)]
                self._show()

        open_screen(self, Choose("Parameters", options, str(current)), take)

    def on_contestant_list_removed(self, event: ContestantList.Removed) -> None:
        """Ask one fewer."""
        del self._contestants[event.number]
        self._show()

    # Beginning

    def on_submit_text_area_submitted(self) -> None:
        """Begin."""
        self.begin()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Begin, or leave."""
        if event.button.id == "go":
            self.begin()
        else:
            self.post_message(self.Left())

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """What was missing may be there now."""
        event.stop()
        self._say("")

    def begin(self) -> None:
        """Begin, or say what is missing and put the cursor there."""
        prompt, contestants = self.prompt, tuple(self._contestants)
        if problem := why_not(prompt, contestants, attached=bool(self._known.attachments)):
            listed = self.query_one(ContestantList)
            (self.query_one(PromptBox) if problem.startswith("Type") else listed).focus()
            listed.highlighted = listed.option_count - 1
            self._say(problem)
            return
        along, at_once = self.query_one("#along", Tick), self.query_one("#at-once", Tick)
        self.post_message(self.Ready(prompt, contestants, along.value, at_once.value))


def _with(one: Contestant, preset: Preset) -> Contestant:
    return Contestant(one.model, Parameters.from_json(preset.parameters), preset.name)
