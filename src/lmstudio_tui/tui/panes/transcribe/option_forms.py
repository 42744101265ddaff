"""The two small forms: how to transcribe, and how to record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.containers import Horizontal, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from lmstudio_tui.features.hearing.settings import LONGEST_LIMIT_S, LONGEST_SILENCE_S, TranscribeSettings
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import moves, told
from lmstudio_tui.tui.screens.form import Form, buttons
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.tick import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,20}(?:[-_][A-Za-z0-9]{1,8})*")


class _Fields(Form[TranscribeSettings]):
    """What the two have in common: fields with their labels, and a line for what is wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *moves(up="app.focus_previous", down="app.focus_next"),
    ]

    DEFAULT_CSS = """
    _Fields {
        & > .frame { max-width: 76; padding: 1 2 0 2; }
        & .row { height: 1; }
        & .label { width: 18; }
        & .unit { width: 20; padding: 0 1; color: $text-muted; }
        & #problem { color: $text-error; display: none; margin-top: 1; }
        & #problem.-some { display: block; }
        & .more { margin-top: 1; }
        & .buttons { margin: 1 0; }
    }
    """

    def field(
        self, name: str, label: str, value: str, hint: str, offered: Sequence[str] = (), unit: str = ""
    ) -> Horizontal:
        """A label, where something is typed, and what it is measured in."""
        suggester = SuggestFromList(offered, case_sensitive=False) if offered else None
        return Horizontal(
            Static(label, classes="label"),
            LineInput(value, id=name, placeholder=hint, suggester=suggester),
            *([Static(unit, classes="unit")] if unit else ()),
            classes="row",
        )

    def typed(self, name: str) -> str:
        """What stands in a field, in one harmless line."""
        return clean_line(self.query_one(f"#{name}", Input).value)

    def complain(self, name: str, text: str) -> None:
        """Say what is wrong, and go there."""
        line = self.query_one("#problem", Static)
        line.update(Text(text))
        line.add_class("-some")
        self.query_one(f"#{name}").focus()

    def on_input_changed(self) -> None:
        """What was wrong before counts no more."""
        self.query_one("#problem", Static).remove_class("-some")


class ListeningForm(_Fields):
    """Gives the settings with another model, language, prompt and temperature, or None.

    Args:
        settings: as they are.
        base_url: of the server, since each has models of its own.
        models: to be offered, those that listen first.
        usual: the one that is asked where none is named; None where the server chooses.
    """

    def __init__(
        self, settings: TranscribeSettings, base_url: str, models: Sequence[str], usual: str | None = None
    ) -> None:
        super().__init__(self.take)
        self._usual = clean_line(usual or "the server's own choice")
        self._settings = settings
        self._base_url = base_url
        self._models = models

    def compose(self) -> ComposeResult:
        settings = self._settings
        with VerticalScroll(classes="frame", can_focus=False) as frame:
            frame.border_title = "How to transcribe"
            frame.border_subtitle = told("Enter take   → completes a model   Tab next   {dialog.leave} back")
            model = settings.models.get(self._base_url, "")
            yield self.field("model", "Model", model, self._usual, self._models)
            yield self.field("language", "Language", settings.language, "found out; or en, de, zh …")
            yield self.field("prompt", "Prompt", settings.prompt, "what it is about: names, words, style")
            temperature = "" if settings.temperature is None else f"{settings.temperature:g}"
            yield self.field("temperature", "Temperature", temperature, "the server's own; 0 to 1")
            yield Static(id="problem")
            yield buttons("Take")

    def take(self) -> None:
        """Take it, or say what is wrong."""
        language = self.typed("language")
        if language and _LANGUAGE.fullmatch(language) is None:
            self.complain("language", "A language is a code such as en, de or zh.")
            return
        try:
            temperature = float(self.typed("temperature").replace(",", ".")) if self.typed("temperature") else None
        except ValueError:
            temperature = -1.0
        if temperature is not None and not 0 <= temperature <= 2:
            self.complain("temperature", "The temperature is a number from 0 to 1.")
            return
        settings = self._settings.with_model(self._base_url, self.typed("model"))
        self.dismiss(replace(settings, language=language, prompt=self.typed("prompt"), temperature=temperature))


class RecordingForm(_Fields):
    """Gives the settings with another way of recording, or None.

    Args:
        settings: as they are.
    """

    def __init__(self, settings: TranscribeSettings) -> None:
        super().__init__(self.take)
        self._settings = settings

    def compose(self) -> ComposeResult:
        settings = self._settings
        with VerticalScroll(classes="frame", can_focus=False) as frame:
            frame.border_title = "How to record"
            frame.border_subtitle = told("Enter take   Space tick   Tab next   {dialog.leave} back")
            silence = "" if settings.stop_after_silence_s is None else f"{settings.stop_after_silence_s:g}"
            yield self.field("silence", "Stop after", silence, "blank for never", unit="seconds of silence")
            yield self.field("limit", "At most", f"{settings.limit_s / 60:g}", "", unit="minutes")
            yield Tick("Cut off the silence at both ends", value=settings.trim_silence, id="trim")
            yield Tick("Transcribe as soon as it ends", value=settings.at_once, id="at_once")
            yield Static(id="problem")
            yield buttons("Take")

    def take(self) -> None:
        """Take it, or say what is wrong."""
        silence = _number(self.typed("silence"))
        if self.typed("silence") and (silence is None or not 0 < silence <= LONGEST_SILENCE_S):
            self.complain(
                "silence", f"The silence is a number of seconds, at most {LONGEST_SILENCE_S:g}; blank for never."
            )
            return
        minutes = _number(self.typed("limit"))
        if minutes is None or not 0 < minutes * 60 <= LONGEST_LIMIT_S:
            self.complain("limit", f"The limit is a number of minutes, at most {LONGEST_LIMIT_S / 60:g}.")
            return
        self.dismiss(
            replace(
                self._settings,
                stop_after_silence_s=silence,
                limit_s=minutes * 60,
                trim_silence=self.query_one("#trim", Tick).value,
                at_once=self.query_one("#at_once", Tick).value,
            )
        )


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if number == number else None
