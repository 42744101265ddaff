"""`--profile` and `--log-level` on the command line, and what a session hands on."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from cli_runs import Run

from lmstudio_tui.cli import options
from lmstudio_tui.cli.session import Session
from lmstudio_tui.features.profiles import NO_PROFILE, ProfileError
from lmstudio_tui.sdk.recording import CallStarted, Moment
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


@pytest.fixture
def file(tmp_path: Path, sim: SimulatorServer) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(
        f'base_url = "http://127.0.0.1:9"\ndefault_model = "top"\n'
        f'[profiles.sim]\nbase_url = "{sim.base_url}"\n[profiles.nobody]\nport = 9\n[profiles.broken]\nx = 1\n'
    )
    return path


def test_it_stands_before_and_after_every_command(cli: Run, file: Path) -> None:
    chosen = ["--config", str(file), "--profile", "sim"]
    for command in (["ping"], ["models"], ["chat", "hi", "-m", "sim-llama-3.1-8b"]):
        assert cli(*chosen, *command).code == 0
        assert cli(*command, *chosen).code == 0
    assert cli(*chosen, "ping", "--profile", "nobody").code == 3, "the later one counts"
    assert cli("--config", str(file), "--profile", "nobody", "ping", "--profile", "sim").code == 0


def test_every_command_that_has_a_server_has_it(cli: Run) -> None:
    for command in ("ping", "models", "chat", "complete"):
        text = cli(command, "--help").out
        assert "--profile NAME" in text
        assert "--log-level LEVEL" in text
    assert "--profile" not in cli("simulate", "--help").out


def test_the_environment_chooses(cli: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_PROFILE", "sim")
    monkeypatch.setenv("LM_STUDIO_CONFIG", str(file))
    assert cli("ping").code == 0
    assert cli("ping", "--profile", "").code == 3, "the empty one is none"


def test_an_unknown_or_broken_one_is_told(cli: Run, file: Path) -> None:
    result = cli("ping", "--config", str(file), "--profile", "sin")
    assert result.code == 2
    assert f"--profile must name a profile in {file}, and 'sin' is none." in result.err
    assert "Did you mean sim? The profiles are: sim, nobody, broken." in result.err
    result = cli("ping", "--config", str(file), "--profile", "broken")
    assert (result.code, result.out) == (2, "")
    assert f"{file} [profiles.broken]: unknown key 'x'." in result.err
    assert "The other profiles can be used." in cli("ping", "--config", str(file), "--profile", "sim").err


def test_the_demo_is_a_server_of_its_own(cli: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["--demo", "ping", "--profile", "sim"], ["ping", "--demo", "--profile", "sim"]):
        result = cli(*arguments)
        assert result.code == 2
        assert "leave --profile out" in result.err
    monkeypatch.setenv("LM_STUDIO_PROFILE", "no-such-profile")
    assert cli("--demo", "ping").code == 0


def test_a_key_is_fetched_when_it_is_needed(cli: Run, tmp_path: Path) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key=KEY)) as server:
        path = tmp_path / "mine.toml"
        path.write_text(f'[profiles.box]\nbase_url = "{server.base_url}"\napi_key_command = "echo {KEY}"\n')
        assert cli("ping", "--config", str(path), "--profile", "box").code == 0
        path.write_text(f'[profiles.box]\nbase_url = "{server.base_url}"\napi_key_env = "NO_SUCH_KEY"\n')
        result = cli("ping", "--config", str(path), "--profile", "box")
        assert (result.code, "$NO_SUCH_KEY" in result.err) == (2, True)
        assert cli("ping", "--config", str(path), "--profile", "box", "--help").code == 0


def test_the_level_of_the_log(cli: Run, file: Path) -> None:
    result = cli("ping", "--config", str(file), "--profile", "sim", "--log-level", "loud")
    assert (result.code, "--log-level must be off, error, info or debug" in result.err) == (2, True)
    session = Session(config_path=file, log_level="debug")
    assert session.loaded.settings.log_level == "debug"


# What a session hands on


class Notes:
    def __init__(self) -> None:
        self.moments: list[Moment] = []

    def record(self, moment: Moment, /) -> None:
        self.moments.append(moment)


def test_recorders_are_told_of_every_call(file: Path) -> None:
    first, second = Notes(), Notes()
    with Session(config_path=file, profile="sim", recorders=[first, second]) as session:
        session.client().health()
    assert first.moments == second.moments
    assert any(isinstance(moment, CallStarted) for moment in first.moments)


def test_services_of_their_own(sim: SimulatorServer, file: Path) -> None:
    file.write_text(f'audio_base_url = "{sim.base_url}"\n')
    with Session(config_path=file) as session:
        assert session.config_for("audio").base_url == sim.base_url
        assert session.config_for("images") == session.config_for("main") == session.config
    with Session(config_path=file, demo=True) as session:
        # LM Studio has neither: another simulator stands beside it.
        beside = session.config_for("audio")
        assert beside == session.config_for("images") == session.service_config("audio", session.config, None)
        assert beside.base_url not in {session.config.base_url, sim.base_url}
        assert (beside.enable_audio, beside.enable_images) == (True, True)


def test_who_serves_audio_goes_by_the_profile(sim: SimulatorServer, file: Path) -> None:
    with file.open("a") as settings:
        settings.write(f'[profiles.studio]\nbase_url = "http://127.0.0.1:9"\naudio_base_url = "{sim.base_url}"\n')
    with Session(config_path=file) as session:
        main = session.config
        assert session.service_config("audio", main, session.loaded.settings.profile) is None
        own = session.service_config("audio", main, "studio")
        assert own is not None
        assert (own.base_url, own.enable_audio) == (sim.base_url, True)
        assert session.service_config("images", main, "studio") is None
        assert session.service_config("audio", main, NO_PROFILE) is None
        # Who has gone over to the simulator in the app hears and sees by its like.
        simulated = main.model_copy(update={"base_url": session.start_simulator()})
        beside = session.service_config("audio", simulated, "studio")
        assert beside is not None
        assert beside.base_url not in {simulated.base_url, sim.base_url}
        with pytest.raises(ProfileError):
            session.service_config("audio", main, "nowhere")


def test_the_profiles_that_the_app_is_handed(sim: SimulatorServer, file: Path) -> None:
    with Session(config_path=file, profile="sim") as session:
        profiles = session.profiles
        assert [entry.name for entry in profiles.entries()] == [NO_PROFILE, "sim", "nobody", "broken"]
        assert profiles.config_of("sim") == session.config
        assert profiles.config_of(NO_PROFILE).base_url == "http://127.0.0.1:9"
    with Session(demo=True) as session:
        assert session.profiles.config_of(NO_PROFILE) == session.config
    with Session(config_path=file, base_url=sim.base_url) as session:
        assert session.profiles.config_of(NO_PROFILE).base_url == sim.base_url
        assert session.profiles.config_of("nobody").base_url == "http://127.0.0.1:9"


def test_a_command_that_takes_no_session_is_left_alone() -> None:
    app = typer.Typer()

    def command(base_url: str = "", session: str = "") -> None:
        pass

    app.command()(command)
    options.complete(app)
    assert app.registered_commands[0].callback is command
