"""Who listens, and how they are asked to; how it is recorded: what is known of that, and the dialogs to change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from lmstudio_tui.audio.values import Device
from lmstudio_tui.features.hearing.model_choice import (
    listening_first,
    listens,
    model_that_listens,
    model_that_speaks,
)
from lmstudio_tui.features.service_view import Ability, way_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.panes.transcribe.view import TranscribeView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.screen import Screen

    from lmstudio_tui.features.hearing.settings import TranscribeSettings
    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.features.service_view import Service, ServiceCapability, ServiceView
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK, ModelSummary
    from lmstudio_tui.store.media.records import RecordingRecord, Task

Result = TypeVar("Result")

_SIGNS = {
    Ability.YES: ("●", "$text-success"),
    Ability.PERHAPS: ("?", ""),
    Ability.NO: ("✗", "$text-error"),
    Ability.WAITING: ("…", ""),
}
_OWN_CHOICE = "\0own"
"""In the choice of a model; no id of a server's can be this."""


class TranscribeServing(TranscribeView):
    """Knows the server for audio, and the settings. The arguments are those of `TranscribeView`."""

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who listens."""
        if service == "audio":
            self._client, self._service = client, view
            self._show_service()

    # Who listens

    def _cannot(self, capability: ServiceCapability) -> str:
        if self._service is None:
            return "Looking for the server for audio …"
        words = self._service.words(capability)
        if words.can and self._client is not None:
            return ""
        if words.ability is Ability.WAITING or words.can:
            return words.line
        return " ".join(part for part in (f"{words.line.rstrip('.')}.", words.reason, words.next_step) if part)

    def _how_to_get_one(self, capability: ServiceCapability) -> tuple[str, ...]:
        if self._service is None:
            return ()
        lines: list[str] = []
        for way in self._service.words(capability).ways:
            lines += ["", *way_in_words(way, self._service.service)]
        return tuple(lines)

    @property
    def _sign(self) -> tuple[str, str]:
        service = self._service
        return _SIGNS[Ability.WAITING if service is None else service.words("transcription").ability]

    def _served(self) -> str:
        service, settings = self._service, self._settings
        if service is None:
            return ""
        parts = [service.name, clean_line(self.hearing_model or "a model of its choice"), settings.language]
        parts += ["with a prompt" if settings.prompt else "", clean_line(service.base_url)]
        parts += ["audio server" if service.own else "main server"]
        return " · ".join(dict.fromkeys(part for part in parts if part))

    @property
    def _models(self) -> tuple[ModelSummary, ...]:
        return self._service.view.models if self._service is not None else ()

    @property
    def _base_url(self) -> str:
        return self._service.base_url if self._service is not None else ""

    @property
    def hearing_model(self) -> str | None:
        """The model that is asked; None when the server chooses."""
        return model_that_listens(self._models, self._settings.models.get(self._base_url, ""))

    def _options(self, task: Task) -> TranscribeOptions:
        from lmstudio_tui.features.hearing.transcribing import TranscribeOptions

        settings = self._settings
        return TranscribeOptions(
            task=task,
            model=self.hearing_model,
            language=settings.language or None,
            prompt=settings.prompt or None,
            temperature=settings.temperature,
            wav_only=self._service is not None and self._service.wav_only,
        )

    # Settings

    def _use(self, settings: TranscribeSettings | None) -> None:
        """Use other settings from now on, and the next time."""
        if settings is None or settings == self._settings:
            return
        self._settings = settings

        def save(emit: object, scope: CancelScope) -> bool:
            del emit, scope
            return self._settings_file.save(settings)

        self._runs.start(save, name="settings")
        self._show_taking()
        self._show_service()

    def action_options(self) -> None:
        """How to transcribe."""
        from lmstudio_tui.tui.panes.transcribe.option_forms import ListeningForm

        models = [model.id for model in listening_first(self._models)]
        usual = model_that_listens(self._models, "")
        self._open(ListeningForm(self._settings, self._base_url, models, usual), self._use)

    def action_choose_model(self) -> None:
        """Which model listens."""
        from lmstudio_tui.tui.screens.choose import Choose

        options = [(_OWN_CHOICE, "not chosen here", "the first that listens, else the server's own choice")]
        for model in listening_first(self._models):
            said = ", ".join(part for part in (model.type or "", "loaded" if model.loaded else "") if part)
            options.append((model.id, model.id, said or ("listens" if listens(model) else "")))

        def chosen(model: str | None) -> None:
            if model is not None:
                self._use(self._settings.with_model(self._base_url, "" if model == _OWN_CHOICE else model))

        self._open(Choose("Which model listens?", options, self._settings.models.get(self._base_url)), chosen)

    def action_choose_device(self) -> None:
        """Which microphone."""
        from lmstudio_tui.tui.panes.transcribe.device_chooser import DeviceChooser

        def chosen(device: Device | str | None) -> None:
            if device is not None:
                known = isinstance(device, Device)
                self._device = device.name if known else ""
                self._use(replace(self._settings, device=device.key if known else ""))
                self._taking.forget()
                self._show_taking()

        self._open(DeviceChooser(self._services.sound, self._settings.device, listen=not self._taking.busy), chosen)

    def action_recording_options(self) -> None:
        """How to record."""
        from lmstudio_tui.tui.panes.transcribe.option_forms import RecordingForm

        self._open(RecordingForm(self._settings), self._use)

    def action_check(self) -> None:
        """Speak a text, and check what is heard of it."""
        from lmstudio_tui.tui.panes.transcribe.check_dialog import CheckDialog, CheckForm

        settings, url = self._settings, self._base_url
        cannot = self._cannot("speech") or self._cannot("transcription")

        def checked(form: CheckForm | None) -> None:
            if form is not None:
                self._to_be_said = form.text
                self._use(replace(self._settings.with_speech_model(url, form.speaker), voice=form.voice))

        speaker = settings.speech_models.get(url) or model_that_speaks(self._models, "") or ""
        dialog = CheckDialog(
            None if cannot else self._client,
            cannot,
            self._options("transcribe"),
            self._recordings,
            self._services.now,
            self._checked,
            form=CheckForm(speaker, settings.voice, self._to_be_said),
            models=[model.id for model in self._models],
        )
        self._open(dialog, checked)

    def _checked(self, record: RecordingRecord) -> None:
        """What was spoken is among the recordings, too."""
        self._show_list(record.id)

    def _open(self, screen: Screen[Result], answered: Callable[[Result | None], None]) -> None:
        app: App[object] = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - as it is
        app.push_screen(screen, answered)
