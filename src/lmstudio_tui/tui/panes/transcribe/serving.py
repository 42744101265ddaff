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
from lmstudio_tui.tui.panes.transcribe.view import TranscribeView
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from lmstudio_tui.features.hearing.settings import TranscribeSettings
    from lmstudio_tui.features.service_view import Service, ServiceView
    from lmstudio_tui.sdk import CancelScope, LMStudioSDK
    from lmstudio_tui.store.media.records import RecordingRecord

Result = TypeVar("Result")

_OWN_CHOICE = "\0own"
"""In the choice of a model; no id of a server's can be this."""


class TranscribeServing(TranscribeView):
    """Knows the server for audio, and the settings. The arguments are those of `TranscribeView`."""

    def use_service(self, service: Service, client: LMStudioSDK | None, view: ServiceView) -> None:
        """Take note of who listens."""
        if service == "audio":
            self._listener.client, self._listener.service = client, view
            self._show_service()

    # Settings

    def _use(self, settings: TranscribeSettings | None) -> None:
        """Use other settings from now on, and the next time."""
        if settings is None or settings == self._listener.settings:
            return
        self._listener.settings = settings

        def save(emit: object, scope: CancelScope) -> bool:
            del emit, scope
            return self._settings_file.save(settings)

        self._runs.start(save, name="settings")
        self._show_taking()
        self._show_service()

    def action_options(self) -> None:
        """How to transcribe."""
        from lmstudio_tui.tui.panes.transcribe.option_forms import ListeningForm

        models = [model.id for model in listening_first(self._listener.models)]
        usual = model_that_listens(self._listener.models, "")
        self._open(ListeningForm(self._listener.settings, self._listener.base_url, models, usual), self._use)

    def action_choose_model(self) -> None:
        """Which model listens."""
        from lmstudio_tui.tui.screens.choose import Choose

        options = [(_OWN_CHOICE, "not chosen here", "the first that listens, else the server's own choice")]
        for model in listening_first(self._listener.models):
            said = ", ".join(part for part in (model.type or "", "loaded" if model.loaded else "") if part)
            options.append((model.id, model.id, said or ("listens" if listens(model) else "")))

        def chosen(model: str | None) -> None:
            if model is not None:
                self._use(
                    self._listener.settings.with_model(self._listener.base_url, "" if model == _OWN_CHOICE else model)
                )

        self._open(
            Choose("Which model listens?", options, self._listener.settings.models.get(self._listener.base_url)), chosen
        )

    def action_choose_device(self) -> None:
        """Which microphone."""
        from lmstudio_tui.tui.panes.transcribe.device_chooser import DeviceChooser

        def chosen(device: Device | str | None) -> None:
            if device is not None:
                known = isinstance(device, Device)
                self._device = device.name if known else ""
                self._use(replace(self._listener.settings, device=device.key if known else ""))
                self._taking.forget()
                self._show_taking()

        self._open(
            DeviceChooser(self._services.sound, self._listener.settings.device, listen=not self._taking.busy), chosen
        )

    def action_recording_options(self) -> None:
        """How to record."""
        from lmstudio_tui.tui.panes.transcribe.option_forms import RecordingForm

        self._open(RecordingForm(self._listener.settings), self._use)

    def action_check(self) -> None:
        """Speak a text, and check what is heard of it."""
        from lmstudio_tui.tui.panes.transcribe.check_dialog import CheckDialog, CheckForm

        settings, url = self._listener.settings, self._listener.base_url
        cannot = self._listener.cannot("speech") or self._listener.cannot("transcription")

        def checked(form: CheckForm | None) -> None:
            if form is not None:
                self._to_be_said = form.text
                self._use(replace(self._listener.settings.with_speech_model(url, form.speaker), voice=form.voice))

        speaker = settings.speech_models.get(url) or model_that_speaks(self._listener.models, "") or ""
        dialog = CheckDialog(
            None if cannot else self._listener.client,
            cannot,
            self._listener.options("transcribe"),
            self._recordings,
            self._services.now,
            self._checked,
            form=CheckForm(speaker, settings.voice, self._to_be_said),
            models=[model.id for model in self._listener.models],
        )
        self._open(dialog, checked)

    def _checked(self, record: RecordingRecord) -> None:
        """What was spoken is among the recordings, too."""
        self._show_list(record.id)

    def _open(self, screen: Screen[Result], answered: Callable[[Result | None], None]) -> None:
        app_of(self).push_screen(screen, answered)
