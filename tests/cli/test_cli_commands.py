"""`ping` and `models` for people, the options that stand before and after a command, and the app's door."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import sys
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any, NoReturn

import pytest
from cli_runs import Result, Run
from typer.main import get_command

from lmstudio_tui import __main__, __version__
from lmstudio_tui.cli import main
from lmstudio_tui.cli.examples import EXAMPLES
from lmstudio_tui.cli.interrupts import Interrupted, interruptible
from lmstudio_tui.sdk import ModelListing, ModelSummary
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

_root: Any = get_command(main.app)
KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


def test_ping_in_words(ask: Run, sim: SimulatorServer) -> None:
    result = ask("ping")
    assert (result.code, result.err) == (0, "")
    first, second, *rest = result.out.splitlines()
    assert first.startswith("\u25cf LM Studio")
    assert "simulator" in first
    assert second.startswith(f"  {sim.base_url}   ")
    assert second.endswith(" ms   2 loaded")
    assert rest[0].startswith("  can      chat, ")
    assert rest[1].startswith("  cannot   ")


def test_models_in_words(ask: Run) -> None:
    result = ask("models")
    assert (result.code, result.err) == (0, "")
    heading, *rows = result.out.splitlines()
    assert heading.split()[:3] == ["model", "state", "type"]
    at = heading.index("type")
    assert {row[at:].split()[0] for row in rows} == {"llm", "vlm", "embedding"}
    assert next(row for row in rows if row.startswith("sim-llama-3.1-8b ")).split()[1] == "loaded"


@pytest.mark.parametrize("names", [(), ("\u6a21\u578b", "b\x1b[2J")])
def test_models_whatever_they_are_called(ask: Run, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    listing = ModelListing.model_construct(models=tuple(ModelSummary(id=name) for name in names), sources=())

    def fetch(*_: object) -> ModelListing:
        return listing

    monkeypatch.setattr("lmstudio_tui.sdk.client.LMStudioClient.fetch_models", fetch)
    out = ask("models").out
    assert out == (
        "model  state\n\u6a21\u578b   unknown\nb      unknown\n" if names else "The server lists no models.\n"
    )


def test_options_before_and_after_a_command(cli: Run, sim: SimulatorServer) -> None:
    nobody = "http://127.0.0.1:9"
    assert cli("--base-url", sim.base_url, "ping").code == 0
    assert cli("ping", "--base-url", sim.base_url).code == 0
    assert cli("--base-url", nobody, "ping", "--base-url", sim.base_url).code == 0, "the later one counts"
    assert cli("--base-url", sim.base_url, "ping", "--base-url", nobody).code == 3


def test_the_key_before_and_after_a_command(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key=KEY)) as server:
        address = ["--base-url", server.base_url]
        assert cli(*address, "ping").code == 4
        assert cli(*address, "--api-key", KEY, "ping").code == 0
        assert cli("chat", "hi", *address, "--api-key", KEY).code == 0
        wrong = cli("chat", "hi", *address, "--api-key", f"{KEY}x")
        assert wrong.code == 4
        assert KEY[:10] not in wrong.err
        assert "try: The server refused the key from --api-key." in wrong.err


def test_where_a_refused_key_came_from(cli: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "mine.toml"
    with SimulatorServer(SimulatorConfig(speed=0, api_key=KEY)) as server:
        file.write_text(f'[profiles.box]\nbase_url = "{server.base_url}"\napi_key_env = "BOX_KEY"')
        options = ["--config", str(file), "--profile", "box"]
        monkeypatch.setenv("BOX_KEY", f"{KEY}x")
        asked = cli("models", "--json", *options)
        assert (asked.code, asked.json["error"]["hint"]) == (
            4,
            "The server refused the key from $BOX_KEY (profile box). Correct it there, or give another: --api-key.",
        )
        none = cli("models", *options, "--api-key", "")
        assert (none.code, "try: Set the server's API key" in none.err) == (4, True)
    # One that belongs elsewhere is not sent, and that is said.
    with SimulatorServer(SimulatorConfig(speed=0, api_key=KEY)) as server:
        other = cli("models", "--json", *options, "--base-url", server.base_url)
        assert other.code == 4
        assert other.json["error"]["hint"].startswith(f"The key of profile box is not sent to {server.base_url}: ")
        assert all("authorization" not in one.headers for one in server.requests)


def test_a_settings_file_before_and_after_a_command(cli: Run, home: Path, sim: SimulatorServer) -> None:
    file = home / "mine.toml"
    file.write_text(f'base_url = "{sim.base_url}"')
    assert cli("--config", str(file), "ping").code == 0
    assert cli("ping", "--config", str(file)).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["chat", "--modle", "x"], "--modle"),
        (["chat", "one", "two"], "two"),
        (["chat", "hi", "--temperature", "warm"], "--temperature"),
        (["ping", "--base-url"], "--base-url"),
        (["--pane", "chat", "ping"], "--pane opens the app"),
        (["--model", "x", "ping"], "--model means nothing to ping"),
        (["--demo", "ping", "--base-url", "http://127.0.0.1"], "--demo brings a server of its own"),
        (["--demo", "--base-url", "http://127.0.0.1", "ping"], "--demo brings a server of its own"),
        (["--demo", "simulate"], "simulate is a server"),
        (["--pane", "nonsense"], "There is no pane 'nonsense'"),
        ([], "The app needs a terminal."),
    ],
    ids=str,
)
def test_mistakes(cli: Run, arguments: list[str], said: str) -> None:
    result = cli(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


@pytest.mark.parametrize(
    "command", ["", "ping", "models", "models load", "models sync", "doctor", "keys", "chat", "complete", "simulate"]
)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(cli: Run, command: str, option: str) -> None:
    result = cli(*command.split(), option)
    assert (result.code, result.err) == (0, "")
    assert "\x1b" not in result.out
    wanted = (
        ("--flavour", "--list-faults") if command == "simulate" else ("--base-url", "--api-key", "--config", "--demo")
    )
    assert all(name in result.out for name in wanted)


def test_no_help_is_cut_off_in_80_columns(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands, seen = ["", *_root.commands], list[str]()
    for command in commands:
        text = cli(*command.split(), "--help").out
        lines = text.splitlines()
        assert max(map(len, lines)) <= 80
        # Words of Python's, and braces around what is required, are not for readers.
        assert [line for line in lines if re.search(r"<(str|int|float|list|path|bool)\b|\{|\]\]", line)] == []
        assert [line for line in lines if line.endswith(("...", "…")) and not line.startswith("Usage: ")] == []
        below = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
        commands += [f"{command} {line.split()[0]}" for line in below.splitlines()]
        seen.append(command.strip())
    assert {"", "chat", "models", "models load", "history import"} <= set(seen)
    assert set(seen) == set(EXAMPLES)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_can_be_typed(line: str) -> None:
    for part in line.split(" | "):
        program, *arguments = shlex.split(part, comments=True)
        if program == "lmstudio-tui":
            context = _root.make_context(program, arguments)
            while context._protected_args:
                name = context._protected_args[0]
                context = context.command.get_command(context, name).make_context(name, context.args, parent=context)


def test_the_version_among_other_options(cli: Run) -> None:
    assert cli("--demo", "--version") == Result(0, f"lmstudio-tui {__version__}\n", "")


@pytest.mark.parametrize(
    "command", [["chat", "hi"], ["chat", "hi", "-m", "x"], ["complete", "hi", "-m", "x"]], ids=" ".join
)
def test_a_classic_server_that_is_too_old_is_refused(cli: Run, command: list[str]) -> None:
    with SimulatorServer(SimulatorConfig(flavour="classic", server_version="0.2.17")) as server:
        result = cli(*command, "--json", "--base-url", server.base_url)
        assert all(request.method == "GET" for request in server.requests)
    assert (result.code, result.json["error"]["type"]) == (5, "UnsupportedVersionError")
    assert "0.2.17" in result.err
    assert "0.2.18" in result.err


# What is contacted


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the network was touched")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("command", [["ping"], ["models"], ["chat", "hi"], ["complete", "hi"]], ids=" ".join)
@pytest.mark.parametrize("host", ["http://box.lan:1234", "http://10.255.255.1", "http://127.0.0.1.evil.example"])
def test_another_host_is_refused_before_anything_is_sent(cli: Run, command: list[str], host: str) -> None:
    result = cli(*command, "--base-url", host, "--api-key", KEY)
    assert result.code == 2
    assert "allowed_hosts" in result.err
    assert "flag --base-url" in result.err
    assert KEY not in result.err


@pytest.mark.usefixtures("no_network")
def test_a_key_is_needed_off_loopback_and_off_local(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_ALLOWED_HOSTS", "box.lan")
    assert "An API key is needed" in cli("ping", "--base-url", "http://box.lan").err
    monkeypatch.setenv("LM_STUDIO_ENV", "production")
    result = cli("ping")
    assert result.code == 2
    assert "An API key is needed" in result.err


def test_the_standing_warnings_are_said(cli: Run, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_ALLOWED_HOSTS", "0.0.0.0")
    result = cli("ping", "--base-url", sim.base_url.replace("127.0.0.1", "0.0.0.0"), "--api-key", KEY)
    assert "warning: 0.0.0.0 is another machine" in result.err


def test_the_demo_works_whatever_the_settings_say_of_the_server(
    cli: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "lmstudio-tui").mkdir()
    lines = ['base_url = "ftp://nowhere"', 'api_key = ["x"]', 'env = "production"', 'default_model = "theirs"']
    lines += ["verify_tls = 7", "allowed_hosts = 7", "extra_headers = 7"]
    (home / "lmstudio-tui" / "config.toml").write_text("\n".join(lines))
    monkeypatch.setenv("LM_STUDIO_PORT", "none")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    result = cli("--demo", "chat", "hello", "--json", "--max-tokens", "1")
    assert result.code == 0, result.err
    assert result.json["model"] == "sim-llama-3.1-8b"
    assert cli("models", "--demo").code == 0
    assert cli("ping").code == 2


# The end


class _Loading(ModuleType):
    """Stands for a module that takes its time."""

    def __getattr__(self, name: str) -> Any:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the signal was lost")


def test_ctrl_c_while_the_program_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> NoReturn:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(sys, "argv", ["lmstudio-tui", "ping"])
    monkeypatch.setitem(sys.modules, "lmstudio_tui.cli.main", _Loading("main"))
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as leaving:
        __main__.main()
    assert leaving.value.code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_a_command_looks_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "run_command", stop)
    monkeypatch.setattr(sys, "argv", ["lmstudio-tui", "ping"])
    with pytest.raises(SystemExit) as leaving:
        __main__.main()
    assert leaving.value.code == 130


@pytest.mark.parametrize("end", [KeyboardInterrupt(), Interrupted(2)], ids=repr)
def test_ctrl_c_where_no_command_sees_it(cli: Run, monkeypatch: pytest.MonkeyPatch, end: BaseException) -> None:
    def stop(*_: object, **__: object) -> NoReturn:
        raise end

    monkeypatch.setattr(main, "app", stop)
    assert cli("ping") == Result(130, "", "")


def test_a_failure_outside_a_command_is_reported(cli: Run, home: Path) -> None:
    (home / "lmstudio-tui").mkdir()
    (home / "lmstudio-tui" / "config.toml").write_text("port = 0")
    result = cli()
    assert result.code == 2
    assert result.err.startswith("error: ")


def test_whoever_asks_twice_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    with interruptible():
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)
    assert codes == [143]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_other_threads_leave_signals_alone() -> None:
    before, during = signal.getsignal(signal.SIGINT), list[object]()

    def look() -> None:
        with interruptible():
            during.append(signal.getsignal(signal.SIGINT))

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert during == [before]
