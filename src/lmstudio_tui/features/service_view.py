"""Which server speaks, listens or draws; whether it can; and what to do when it cannot.

No version of LM Studio serves audio or images, so each has a server of its own or falls back to the main one (server
contract, sections 3 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from lmstudio_tui.features.server_view import Presence, ServerView, server_name
from lmstudio_tui.sdk import ServerKind
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.sdk import Capability

Service = Literal["audio", "images"]
ServiceCapability = Literal["transcription", "translation", "speech", "images"]

SETTINGS: Final[dict[Service, str]] = {"audio": "audio_base_url", "images": "images_base_url"}
"""The setting that gives a service a server of its own."""

_OWN: Final[dict[Service, str]] = {"audio": "audio server", "images": "image server"}
"""What such a server is called where there is little room."""


class Ability(StrEnum):
    """Whether something can be done now."""

    YES = "yes"
    PERHAPS = "perhaps"
    """The server does not tell; it turns out when it is tried."""
    NO = "no"
    WAITING = "waiting"
    """The server was not reached yet."""


@dataclass(frozen=True, slots=True)
class Way:
    """A server that can be had.

    Attributes:
        name: of it.
        does: what for, in a few words.
        command: that starts it.
        base_url: where it is then.
    """

    name: str
    does: str
    command: str
    base_url: str


_SPEACHES = Way(
    "speaches",
    "transcribes, translates and speaks",
    "docker run --rm -p 8000:8000 ghcr.io/speaches-ai/speaches:latest-cpu",
    "http://127.0.0.1:8000",
)
_KOKORO = Way(
    "Kokoro-FastAPI",
    "speaks, in many voices",
    "docker run --rm -p 8880:8880 ghcr.io/remsky/kokoro-fastapi-cpu:latest",
    "http://127.0.0.1:8880",
)
_WHISPER_CPP = Way(
    "whisper.cpp",
    "transcribes",
    "whisper-server -m models/ggml-base.bin --port 8081 --inference-path /v1/audio/transcriptions",
    "http://127.0.0.1:8081",
)
_LOCALAI = Way(
    "LocalAI",
    "transcribes, speaks and draws, with models of its gallery",
    "docker run --rm -p 8080:8080 localai/localai:latest",
    "http://127.0.0.1:8080",
)

WAYS: Final[dict[ServiceCapability, tuple[Way, ...]]] = {
    "transcription": (_SPEACHES, _WHISPER_CPP, _LOCALAI),
    "translation": (_SPEACHES,),
    "speech": (_SPEACHES, _KOKORO, _LOCALAI),
    "images": (_LOCALAI,),
}
"""How to get a server that can do it."""

_DOING: Final[dict[ServiceCapability, str]] = {
    "transcription": "transcribe",
    "translation": "translate",
    "speech": "speak",
    "images": "draw",
}


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """What is to be said of a server and something that it is to do.

    Attributes:
        ability: whether it can.
        line: which server it is and how it is, in one short line.
        reason: why it can or cannot, in a sentence or two.
        next_step: what to do about it, in a sentence or two; empty when there is nothing to do.
        ways: servers that could do it, where this one cannot.
        shorter: the line in fewer and fewer words, for narrow places.
    """

    ability: Ability
    line: str
    reason: str = ""
    next_step: str = ""
    ways: tuple[Way, ...] = ()
    shorter: tuple[str, ...] = ()

    @property
    def can(self) -> bool:
        """Whether it is worth trying."""
        return self.ability in (Ability.YES, Ability.PERHAPS)


@dataclass(frozen=True, slots=True)
class ServiceView:
    """The server of a service, as it was last seen.

    Attributes:
        service: what for.
        base_url: where it is.
        own: whether it is another server than the main one.
        view: the last look at it.
    """

    service: Service
    base_url: str
    own: bool
    view: ServerView

    @property
    def wav_only(self) -> bool:
        """Whether it is known to take nothing but WAV (`TranscribeOptions.wav_only`)."""
        return self.view.status is not None and self.view.status.software.lower() == "whisper.cpp"

    @property
    def name(self) -> str:
        """What the server is called: `speaches 0.8.2`, or its address as long as nobody answered."""
        if self.view.status is None:
            return clean_line(self.base_url)
        return "The built-in simulator" if self.view.status.simulator else server_name(self.view.status)

    @property
    def shorter(self) -> tuple[str, ...]:
        """Who it is, where, and what for, in few words: `speaches 0.8.2 · http://127.0.0.1:8000 · audio server`.

        The second form says what cannot be left out.
        """
        named = " · ".join(dict.fromkeys((self.name, self._address)))
        return f"{named} · {self.role}", named

    @property
    def role(self) -> str:
        """What it is to the app: `audio server`, or `main server`."""
        return _OWN[self.service] if self.own else "main server"

    def capability(self, name: ServiceCapability) -> Capability | None:
        """What is known of a capability; None when nothing is."""
        return None if self.view.status is None else self.view.status.capabilities.get(name)

    def can(self, name: ServiceCapability) -> bool:
        """Whether it is worth trying: what is not known blocks nothing."""
        return self.words(name).can

    def words(self, name: ServiceCapability) -> ServiceWords:
        """What is to be said of a capability."""
        match self.view.presence:
            case Presence.CONNECTING:
                line, shorter = f"Looking for {self._which} at {self._address} …", f"Looking for {self._address} …"
                return ServiceWords(Ability.WAITING, line, shorter=(shorter,))
            case Presence.ONLINE:
                return self._online(name)
            case _:
                return self._away(name)

    @property
    def _address(self) -> str:
        return clean_line(self.base_url)

    @property
    def _which(self) -> str:
        return f"the server for {self.service}" if self.own else "the main server"

    @property
    def _setting(self) -> str:
        name = SETTINGS[self.service]
        return f"set {name} in config.toml, or LM_STUDIO_{name.upper()}"

    def _online(self, name: ServiceCapability) -> ServiceWords:
        own = f"a server of its own for {self.service}" if self.own else "the main server"
        line = f"{self.name} at {self._address}, {own}"
        found = self.capability(name)
        if found is None or found.available is None:
            reason = "" if found is None else clean_line(found.reason)
            return ServiceWords(Ability.PERHAPS, line, reason or "It turns out when it is tried.", shorter=self.shorter)
        if found.available:
            return ServiceWords(Ability.YES, line, clean_line(found.reason), shorter=self.shorter)
        if found.missing and all(missing.startswith("enable_") for missing in found.missing):
            line = f"{self.name} at {self._address}: {self.service} switched off"
            return ServiceWords(Ability.NO, line, next_step=clean_line(found.hint))
        line = f"{self.name} at {self._address} does not {_DOING[name]}"
        # Where a version is missing the hint says which; otherwise another server is the only way.
        step = clean_line(found.hint) if "version" in found.missing else self._elsewhere(name)
        return ServiceWords(Ability.NO, line, clean_line(found.reason), step, WAYS[name])

    def _away(self, name: ServiceCapability) -> ServiceWords:
        error, presence = self.view.error, self.view.presence
        reason = "" if error is None else clean_line(error.message)
        if error is not None and not self.base_url:
            # It could not even be looked for: the settings are in the way.
            line = f"{_sentence(self._which)} cannot be used"
            return ServiceWords(Ability.NO, line, reason, clean_line(error.hint))
        if presence is Presence.LOCKED:
            prefix = f"{self.service}_" if self.own else ""
            key = f"Set {prefix}api_key in config.toml, or LM_STUDIO_{prefix.upper()}API_KEY."
            return ServiceWords(Ability.NO, f"{_sentence(self._which)} at {self._address} wants a key", reason, key)
        if presence is Presence.STRANGE:
            line = f"What answers at {self._address} is no model server"
            return ServiceWords(Ability.NO, line, reason, self._elsewhere(name), WAYS[name])
        line = f"{_sentence(self._which)} at {self._address} does not answer"
        return ServiceWords(Ability.NO, line, reason, self._start(name), WAYS[name])

    def _start(self, name: ServiceCapability) -> str:
        if self.own:
            return f"Start it, or name another server{_such_as(name)}: {self._setting}."
        status = self.view.status
        if status is not None and status.kind is ServerKind.LM_STUDIO:
            return f"No version of LM Studio serves {self.service}. {self._elsewhere(name)}"
        return f"Start it. Or: {self._elsewhere(name)}"

    def _elsewhere(self, name: ServiceCapability) -> str:
        """How to have another server do it."""
        if self.own:
            return f"Name another server that can {_DOING[name]}{_such_as(name)}: {self._setting}."
        own = "a server of its own" if self.service == "audio" else "a server of their own"
        return f"Give {self.service} {own}{_such_as(name)}: {self._setting}."


def way_in_words(way: Way, service: Service) -> tuple[str, str, str]:
    """How to get a server, in three lines: what it does, the command, the setting."""
    return f"{way.name} {way.does}:", way.command, f'{SETTINGS[service]} = "{way.base_url}"'


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _such_as(name: ServiceCapability) -> str:
    """`, such as speaches, whisper.cpp or LocalAI`."""
    names = [way.name for way in WAYS[name]]
    return f", such as {', '.join(names[:-1])}{' or ' if names[1:] else ''}{names[-1]}"
