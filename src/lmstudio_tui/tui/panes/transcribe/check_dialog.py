"""The dialog of speak and check: a text, who speaks it, and what was heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Static

from lmstudio_tui.audio.values import SoundError
from lmstudio_tui.features.speaking import SpeakOptions
from lmstudio_tui.sdk import LMStudioError, RequestCancelledError
from lmstudio_tui.store.media.errors import StoreError
from lmstudio_tui.text_safety import clean, clean_line
from lmstudio_tui.tui.commands import bindings, told
from lmstudio_tui.tui.panes.transcribe.checking import Checked, Step, check, differences, verdict
from lmstudio_tui.tui.panes.transcribe.words import defect_in_words, failure_in_words
from lmstudio_tui.tui.screens.dialog import Dialog
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.submit_text_area import SubmitTextArea
from lmstudio_tui.tui.worker_bridge import Run, Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.records import RecordingRecord
    from lmstudio_tui.tui.panes.transcribe.keeping import Recordings


class SaidBox(SubmitTextArea):
    """Where the text is typed: Enter checks it, as in the prompt."""


@dataclass(frozen=True, slots=True)
class CheckForm:
    """What stands in the dialog.

    Attributes:
        speaker: the model that speaks; empty for the server's own choice.
        voice: as `speaker`.
        text: what is to be said.
    """

    speaker: str
    voice: str
    text: str = ""


class CheckDialog(Dialog[CheckForm | None]):
    """Gives what stood in it, for the next time.

    Args:
        client: of the server for audio; None when it cannot do it.
        cannot: why it cannot, in words; empty when it can.
        hearing: how it is listened to.
        recordings: where what was spoken is kept.
        now: the time of day.
        found: is told of each recording that comes of it, and of what is heard in it.
        form: what stands in it at first.
        models: to be offered.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.leave")]
    AUTO_FOCUS = "SaidBox"

    DEFAULT_CSS = """
    CheckDialog {
        & > .frame { width: 94%; max-width: 110; height: auto; max-height: 96%; padding: 0 1; }
        & .row { height: 1; }
        & .label { width: 12; height: 1; color: $text-muted; }
        & #listens { width: 1fr; height: 1; padding: 0 1; }
        & Input, & Input:focus { width: 1fr; background: $panel; padding: 0 1; margin: 0; }
        & SaidBox, & SaidBox:focus {
            height: 4; border: none; background: $panel; padding: 0 1; margin-bottom: 1; scrollbar-size-vertical: 1;
        }
        & #verdict { height: auto; max-height: 4; margin-top: 1; }
        & #verdict.-bad { color: $text-error; }
        & #verdict.-good { color: $text-success; }
        & #scroll { height: auto; max-height: 6; margin-top: 1; scrollbar-size-vertical: 1; }
        & .buttons { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; min-width: 10; }
    }
    """

    def __init__(
        self,
        client: LMStudioSDK | None,
        cannot: str,
        hearing: TranscribeOptions,
        recordings: Recordings,
        now: Callable[[], datetime],
        found: Callable[[RecordingRecord], None],
        *,
        form: CheckForm,
        models: Sequence[str],
    ) -> None:
        super().__init__()
        self._client = client
        self._cannot = cannot
        self._hearing = hearing
        self._recordings = recordings
        self._now = now
        self._found = found
        self._form = form
        self._models = models
        self._runs = Runs(self)
        self._run: Run[Step, Checked | str] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Speak and check"
            frame.border_subtitle = told(
                "{field.submit} speak and check   {field.newline} new line   Tab next   {dialog.leave} back"
            )
            yield SaidBox(self._form.text, soft_wrap=True, tab_behavior="focus", placeholder="What is to be said?")
            suggester = SuggestFromList(self._models, case_sensitive=False) if self._models else None
            with Horizontal(classes="row"):
                yield Static("Speaks", classes="label")
                yield LineInput(
                    self._form.speaker, id="speaker", placeholder="the server's own model", suggester=suggester
                )
            with Horizontal(classes="row"):
                yield Static("Voice", classes="label")
                yield LineInput(self._form.voice, id="voice", placeholder="the server's own voice")
            with Horizontal(classes="row"):
                yield Static("Listens", classes="label")
                yield Static(Text(clean_line(self._hearing.model or "the server's own model")), id="listens")
            yield Static(id="verdict", markup=False)
            with VerticalScroll(id="scroll"):
                yield Static(id="differences")
            with Horizontal(classes="buttons"):
                yield Button(Text("Back"), id="back", compact=True)
                yield Button(Text("Speak and check"), id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Say at once when it cannot be."""
        self.query_one("#scroll").display = False
        if self._cannot:
            self._say(self._cannot, "-bad")

    def on_unmount(self) -> None:
        """Nothing goes on without it."""
        self._runs.drop_all()

    def on_submit_text_area_submitted(self) -> None:
        """Check it."""
        self._go()

    def on_input_submitted(self) -> None:
        """Check it."""
        self._go()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Check it, or leave."""
        if event.button.id == "go":
            self._go()
        else:
            self.action_leave()

    def _go(self) -> None:
        text = clean(self.query_one(SaidBox).text).strip()
        client = self._client
        if self._run is not None:
            return
        if client is None:
            self._say(self._cannot or "There is no connection to the server yet.", "-bad")
            return
        if not text:
            self._say("Type what is to be said.", "-bad")
            return
        speaking = SpeakOptions(model=self._typed("speaker") or None, voice=self._typed("voice") or None)

        def work(emit: Callable[[Step], None], scope: CancelScope) -> Checked | str:
            try:
                return check(
                    client,
                    text,
                    speaking,
                    self._hearing,
                    recordings=self._recordings,
                    tell=emit,
                    scope=scope,
                    now=self._now,
                )
            except RequestCancelledError:
                return "It was stopped."
            except (LMStudioError, SoundError, StoreError) as error:
                return failure_in_words(error)

        self.query_one("#scroll").display = False
        self._say("speaking …")
        self._run = self._runs.start(
            work, items=self._told, finished=self._checked, crashed=self._crashed, name="check"
        )

    def _told(self, steps: list[Step]) -> None:
        self._say(steps[-1].words)
        for step in steps:
            if step.spoken is not None:
                self._found(step.spoken)

    def _checked(self, result: Checked | str) -> None:
        self._run = None
        if isinstance(result, str):
            self._say(result, "-bad")
            return
        self._found(result.record)
        self._say(clean_line(verdict(result)), "" if result.errors.rate else "-good")
        self.query_one("#differences", Static).update(differences(result.errors))
        self.query_one("#scroll").display = True

    def _crashed(self, error: BaseException) -> None:
        self._run = None
        self._say(defect_in_words(error), "-bad")

    def _say(self, text: str, kind: str = "") -> None:
        line = self.query_one("#verdict", Static)
        line.update(text)
        for name in ("-bad", "-good"):
            line.set_class(name == kind, name)

    def _typed(self, name: str) -> str:
        return clean_line(self.query_one(f"#{name}", Input).value)

    def action_leave(self) -> None:
        """Stop what is under way, else close it."""
        if self._run is not None:
            self._run.cancel()
            return
        speaker = self._typed("speaker")
        speaker = "" if speaker == self._form.speaker and not self._form.voice else speaker
        self.dismiss(CheckForm(speaker, self._typed("voice"), clean(self.query_one(SaidBox).text)))
