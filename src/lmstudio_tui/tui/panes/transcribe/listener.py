"""Who listens: the server for audio as far as it is known, and what it is asked with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lmstudio_tui.features.hearing.model_choice import model_that_listens
from lmstudio_tui.features.hearing.settings import TranscribeSettings
from lmstudio_tui.features.service_view import Ability, way_in_words
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.hearing.transcribing import TranscribeOptions
    from lmstudio_tui.features.service_view import ServiceCapability, ServiceView
    from lmstudio_tui.sdk import LMStudioSDK, ModelSummary
    from lmstudio_tui.store.media.records import Task

_SIGNS = {
    Ability.YES: ("●", "$text-success"),
    Ability.PERHAPS: ("?", ""),
    Ability.NO: ("✗", "$text-error"),
    Ability.WAITING: ("…", ""),
}


@dataclass(slots=True)
class Listener:
    """The server for audio, and how it is asked.

    Attributes:
        client: for the server; None while there is none.
        service: who it is, and what it can; None before it was looked for.
        settings: how it is asked.
    """

    client: LMStudioSDK | None = None
    service: ServiceView | None = None
    settings: TranscribeSettings = field(default_factory=TranscribeSettings)

    @property
    def models(self) -> tuple[ModelSummary, ...]:
        """Those of the server."""
        return self.service.view.models if self.service is not None else ()

    @property
    def base_url(self) -> str:
        """Where the server is; empty before it was looked for."""
        return self.service.base_url if self.service is not None else ""

    @property
    def model(self) -> str | None:
        """The model that is asked; None when the server chooses."""
        return model_that_listens(self.models, self.settings.models.get(self.base_url, ""))

    def options(self, task: Task) -> TranscribeOptions:
        """What is asked."""
        from lmstudio_tui.features.hearing.transcribing import TranscribeOptions

        settings = self.settings
        return TranscribeOptions(
            task=task,
            model=self.model,
            language=settings.language or None,
            prompt=settings.prompt or None,
            temperature=settings.temperature,
            wav_only=self.service is not None and self.service.wav_only,
        )

    def cannot(self, capability: ServiceCapability) -> str:
        """Why that cannot be asked of the server now; empty when it may."""
        if self.service is None:
            return "Looking for the server for audio …"
        words = self.service.words(capability)
        if words.can and self.client is not None:
            return ""
        if words.ability is Ability.WAITING or words.can:
            return words.line
        return " ".join(part for part in (f"{words.line.rstrip('.')}.", words.reason, words.next_step) if part)

    def how_to_get_one(self, capability: ServiceCapability) -> tuple[str, ...]:
        """Servers that could do it, where the one in use cannot, a line each."""
        if self.service is None:
            return ()
        lines: list[str] = []
        for way in self.service.words(capability).ways:
            lines += ["", *way_in_words(way, self.service.service)]
        return tuple(lines)

    @property
    def sign(self) -> tuple[str, str]:
        """Whether somebody listens, as a sign and its style."""
        return _SIGNS[Ability.WAITING if self.service is None else self.service.words("transcription").ability]

    @property
    def words(self) -> tuple[str, ...]:
        """Who listens, and how they are asked to, in a line; then in fewer and fewer words, for narrow places."""
        service, settings = self.service, self.settings
        if service is None:
            return ("",)
        parts = [service.name, clean_line(self.model or "a model of its choice"), settings.language]
        parts += ["with a prompt" if settings.prompt else "", clean_line(service.base_url)]
        asked = " · ".join(dict.fromkeys(part for part in parts if part))
        return f"{asked} · {service.role}", asked, *service.shorter
