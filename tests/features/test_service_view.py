"""Which server serves audio or images, whether it can, and the next step: true sentences, in every situation."""

from __future__ import annotations

import pytest

from lmstudio_tui.features.server_view import Presence, ServerView
from lmstudio_tui.features.service_view import (
    WAYS,
    Ability,
    Service,
    ServiceCapability,
    ServiceView,
    ServiceWords,
    way_in_words,
)
from lmstudio_tui.sdk import (
    AuthenticationError,
    ClientConfig,
    HealthStatus,
    LMStudioError,
    ServerKind,
    ServerRefusedError,
)
from lmstudio_tui.sdk.capabilities import capabilities_of
from lmstudio_tui.sdk.config import normalise_base_url
from lmstudio_tui.sdk.traits import Traits

URL = "http://127.0.0.1:8000"
ON = ClientConfig(enable_audio=True, enable_images=True)
NAMES: tuple[ServiceCapability, ...] = ("transcription", "translation", "speech", "images")


def status(
    kind: ServerKind,
    version: str = "unknown",
    *,
    software: str = "",
    config: ClientConfig = ON,
    endpoints: dict[str, bool] | None = None,
) -> HealthStatus:
    traits = Traits(software=software, endpoints=endpoints or {})
    known = capabilities_of(kind, version, (), (), config, traits=traits)
    return HealthStatus(status="ok", kind=kind, version=version, software=software, latency_ms=1, capabilities=known)


def view(
    known: HealthStatus | None,
    presence: Presence = Presence.ONLINE,
    *,
    service: Service = "audio",
    own: bool = True,
    error: LMStudioError | None = None,
    base_url: str = URL,
) -> ServiceView:
    return ServiceView(service, base_url, own, ServerView(base_url, presence, status=known, error=error))


def said(words: ServiceWords) -> str:
    return f"{words.line} {words.reason} {words.next_step}"


def test_a_server_of_its_own_that_can_is_named() -> None:
    kokoro = view(status(ServerKind.OPENAI, software="Kokoro", endpoints={"speech": True, "transcription": False}))
    words = kokoro.words("speech")
    assert (words.ability, words.can, words.ways) == (Ability.YES, True, ())
    assert words.line == f"Kokoro at {URL}, a server of its own for audio"
    assert words.shorter == (f"Kokoro · {URL} · audio server", f"Kokoro · {URL}")
    assert kokoro.can("speech")
    assert not kokoro.can("transcription")
    words = kokoro.words("transcription")
    assert words.line == f"Kokoro at {URL} does not transcribe"
    assert words.next_step.startswith("Name another server that can transcribe, such as speaches")
    assert "audio_base_url" in words.next_step
    assert [way.name for way in words.ways] == ["speaches", "whisper.cpp", "LocalAI"]


@pytest.mark.parametrize("name", NAMES)
def test_lm_studio_serves_neither_and_that_is_said(name: ServiceCapability) -> None:
    service: Service = "images" if name == "images" else "audio"
    words = view(status(ServerKind.LM_STUDIO, "0.4.12"), service=service, own=False).words(name)
    assert words.ability is Ability.NO
    assert "No version of LM Studio" in words.reason
    assert words.next_step.startswith(f"Give {service} a server of")
    assert f"LM_STUDIO_{service.upper()}_BASE_URL" in words.next_step
    assert words.ways == WAYS[name]
    away = view(status(ServerKind.LM_STUDIO), Presence.OFFLINE, service=service, own=False).words(name)
    assert away.next_step.startswith(f"No version of LM Studio serves {service}.")
    assert "Start it" not in away.next_step, "that would not help"


def test_what_is_switched_off_is_to_be_switched_on() -> None:
    words = view(status(ServerKind.CLASSIC, "0.2.21", config=ClientConfig()), own=False).words("speech")
    assert words.line.endswith("audio switched off")
    assert "enable_audio = true" in words.next_step
    assert words.ways == ()


def test_an_old_server_is_to_be_upgraded() -> None:
    words = view(status(ServerKind.CLASSIC, "0.2.19"), own=False).words("speech")
    assert "0.2.20 is the first" in words.reason
    assert "Upgrade" in words.next_step


@pytest.mark.parametrize("kind", list(ServerKind))
def test_what_is_not_known_blocks_nothing(kind: ServerKind) -> None:
    words = view(status(kind)).words("translation")
    if kind is not ServerKind.LM_STUDIO:
        assert words.can
        assert words.reason


def test_while_it_is_looked_for_nothing_is_claimed() -> None:
    words = view(None, Presence.CONNECTING).words("speech")
    assert (words.ability, words.can) == (Ability.WAITING, False)
    assert words.line == f"Looking for the server for audio at {URL} …"


def test_one_that_does_not_answer_is_to_be_started() -> None:
    refused = ServerRefusedError("Nothing listens at 127.0.0.1:8000.")
    words = view(None, Presence.OFFLINE, error=refused).words("speech")
    assert words.line == f"The server for audio at {URL} does not answer"
    assert words.reason == refused.message
    assert words.next_step.startswith("Start it, or name another server")
    main = view(None, Presence.OFFLINE, own=False, error=refused).words("speech")
    assert main.line.startswith("The main server")
    assert main.next_step.startswith("Start it. Or: Give audio a server of its own")


def test_a_key_that_is_wanted_is_named_for_the_right_server() -> None:
    error = AuthenticationError("A key is wanted.", status=401)
    assert "LM_STUDIO_AUDIO_API_KEY" in view(None, Presence.LOCKED, error=error).words("speech").next_step
    main = view(None, Presence.LOCKED, own=False, error=error).words("speech").next_step
    assert "LM_STUDIO_API_KEY" in main
    assert "audio_api_key" not in main


def test_settings_that_stand_in_the_way_are_said() -> None:
    error = LMStudioError("The host 10.0.0.7 is not allowed.", hint="Put it into allowed_hosts.")
    words = view(None, Presence.STRANGE, error=error, base_url="").words("speech")
    assert said(words) == (
        "The server for audio cannot be used The host 10.0.0.7 is not allowed. Put it into allowed_hosts."
    )


@pytest.mark.parametrize("presence", list(Presence))
@pytest.mark.parametrize("name", NAMES)
def test_what_a_server_says_is_harmless(presence: Presence, name: ServiceCapability) -> None:
    evil = status(ServerKind.OPENAI, "1\x1b[2J", software="e\x1b]52;c;x\x07vil\n")
    error = LMStudioError("bad \x1b[31m news\n", hint="\x1b[0mhint")
    words = view(evil, presence, error=error, base_url="http://h\x1b[1m").words(name)
    assert "\x1b" not in said(words)
    assert "\n" not in said(words)
    assert words.line


def test_only_whisper_cpp_is_known_to_take_wav_only() -> None:
    assert view(status(ServerKind.OPENAI, software="whisper.cpp")).wav_only
    assert not view(status(ServerKind.OPENAI, software="speaches")).wav_only
    assert not view(None, Presence.OFFLINE).wav_only


@pytest.mark.parametrize("name", NAMES)
def test_ways_to_get_a_server_fit_on_a_screen_and_belong_together(name: ServiceCapability) -> None:
    assert WAYS[name]
    for way in WAYS[name]:
        lines = way_in_words(way, "images" if name == "images" else "audio")
        assert all(len(line) <= 96 for line in lines)
        port = normalise_base_url(way.base_url).rpartition(":")[2]
        assert port in way.command, "the address is that of the server which the command starts"
        assert not way.command.isspace()
