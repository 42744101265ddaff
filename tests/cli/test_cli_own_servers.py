"""Servers of their own for audio and images: `ping` and `doctor` ask them, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cli_runs import Run

from lmstudio_tui.cli.session import Session
from lmstudio_tui.features.profiles import NO_PROFILE
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    """Serves audio and images, and wants a key."""
    with SimulatorServer(SimulatorConfig(flavour="classic", api_key=KEY)) as server:
        monkeypatch.setenv("LM_STUDIO_AUDIO_BASE_URL", server.base_url)
        monkeypatch.setenv("LM_STUDIO_AUDIO_API_KEY", KEY)
        yield server


def test_ping_asks_them(ask: Run, other: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_IMAGES_BASE_URL", "http://127.0.0.1:9")
    words = ask("ping")
    assert words.code == 0
    assert f"\n  audio    {other.base_url}   LM Studio (classic) 0.2.21; can transcription, translation" in words.out
    assert "\n  images   http://127.0.0.1:9   Nothing answers" in words.out
    services = ask("ping", "--json").json["services"]
    assert (services["audio"]["kind"], services["audio"]["capabilities"]["speech"]["available"]) == ("classic", True)
    assert (services["images"]["reachable"], services["images"]["error"]["type"]) == (False, "ServerRefusedError")


def test_doctor_asks_them(ask: Run, other: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {one["name"]: one for one in ask("doctor", "--json").json["checks"]}
    assert found["audio server"]["status"] == "ok"
    assert found["audio server"]["detail"].startswith(f"{other.base_url}; key from $LM_STUDIO_AUDIO_API_KEY; ")
    assert "images server" not in found
    monkeypatch.setenv("LM_STUDIO_AUDIO_API_KEY", f"{KEY}x")
    wrong = ask("doctor", "--json")
    found = {one["name"]: one for one in wrong.json["checks"]}
    assert (wrong.code, found["audio server"]["status"]) == (1, "failed")
    assert found["audio server"]["hint"].startswith("The server refused the key from $LM_STUDIO_AUDIO_API_KEY.")
    assert KEY[:10] not in wrong.out
    monkeypatch.delenv("LM_STUDIO_AUDIO_API_KEY")
    found = {one["name"]: one for one in ask("doctor", "--json").json["checks"]}
    assert found["audio server"]["hint"] == "Set LM_STUDIO_AUDIO_API_KEY, or audio_api_key in config.toml."


def test_without_any_nobody_is_asked(ask: Run, cli: Run) -> None:
    assert "services" not in ask("ping", "--json").json
    assert all("server" not in one["name"] for one in ask("doctor", "--json").json["checks"])


def test_the_entry_without_a_profile_is_the_server_of_this_run(sim: SimulatorServer) -> None:
    with Session(base_url=sim.base_url) as session:
        assert {one.name: one.base_url for one in session.profiles.entries()} == {NO_PROFILE: sim.base_url}
    with Session(demo=True) as session:
        (entry,) = session.profiles.entries()
        assert entry.base_url == session.start_simulator()
