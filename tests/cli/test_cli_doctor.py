"""`doctor`: its order, its exit codes, its last line, and that nothing keeps it from its object."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runs import LIMIT, Result, Run, finished, ran, started
from terminal_runs import at_terminal

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"
ORDER = [
    *("python", "package", "terminal", "colours", "unicode", "settings file", "settings", "profile", "address"),
    *("proxies", "dns", "tcp", "tls", "http", "kind", "version", "key", "models", "clipboard", "audio", "disk"),
]


def checks(result: Result) -> dict[str, dict[str, Any]]:
    """The checks by name, after a look at the shape."""
    found = result.json
    assert list(found) == ["ok", "checks"]
    assert found["ok"] == (result.code == 0)
    for check in found["checks"]:
        assert list(check) == ["name", "status", "detail", "hint"]
        assert check["status"] in {"ok", "warning", "failed", "skipped"}
        assert check["hint"] or check["status"] != "failed", "what fails can be mended"
    assert [check["name"] for check in found["checks"]] == ORDER
    return {check["name"]: check for check in found["checks"]}


@pytest.fixture
def config(home: Path) -> Path:
    """The usual settings file, which is not there yet."""
    (home / "lmstudio-tui").mkdir(exist_ok=True)
    return home / "lmstudio-tui" / "config.toml"


def test_all_is_well(ask: Run, sim: SimulatorServer) -> None:
    result = ask("doctor", "--json")
    found = checks(result)
    assert (result.code, result.err) == (0, "")
    assert found["address"]["detail"] == f"{sim.base_url}; no key"
    assert "(flag --base-url)" in found["settings"]["detail"]
    assert found["tls"]["status"] == "skipped"
    text = ask("doctor").out
    assert text.splitlines()[-1].startswith(("All is well", "Nothing has to be done"))
    assert "\x1b" not in text
    assert [line.split(maxsplit=2)[1] for line in text.splitlines()[:5]] == ["ok", "ok", "skipped", "skipped", "ok"]


def test_on_the_demo(cli: Run) -> None:
    assert checks(cli("--demo", "doctor", "--json"))["kind"]["detail"] == "LM Studio, the built-in simulator"


def test_nobody_answers(cli: Run) -> None:
    result = cli("doctor", "--json", "--base-url", "http://127.0.0.1:9")
    found = checks(result)
    assert (result.code, found["tcp"]["status"]) == (3, "failed")
    assert {found[name]["status"] for name in ("tls", "http", "kind", "version", "key", "models")} == {"skipped"}
    text = cli("doctor", "--base-url", "http://127.0.0.1:9")
    assert text.code == 3
    assert text.out.splitlines()[-1].startswith("To do: tcp: Start the server")
    assert result.err == f"{text.out.splitlines()[-1]}\n"


@pytest.mark.parametrize("key", [None, f"{KEY}x"])
def test_a_key_that_is_missing_or_wrong(cli: Run, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    if key:
        monkeypatch.setenv("LM_STUDIO_API_KEY", key)
    with SimulatorServer(SimulatorConfig(api_key=KEY)) as server:
        result = cli("doctor", "--json", "--base-url", server.base_url)
    found = checks(result)
    assert (result.code, found["key"]["status"]) == (4, "failed")
    told = "The server refused the key from $LM_STUDIO_API_KEY." if key else "Set the server's API key"
    assert told in found["key"]["hint"]
    assert KEY[6:] not in result.out + result.err
    assert ("set (environment LM_STUDIO_API_KEY)" in found["settings"]["detail"]) == bool(key)


def test_a_key_that_belongs_to_another_server(cli: Run, config: Path, sim: SimulatorServer) -> None:
    config.write_text(f'profile = "box"\n[profiles.box]\nbase_url = "http://127.0.0.1:9"\napi_key = "{KEY}"')
    config.chmod(0o600)
    found = checks(cli("doctor", "--json", "--base-url", sim.base_url))
    sentence = f"The key of profile box is not sent to {sim.base_url}: it belongs to http://127.0.0.1:9."
    assert (found["settings"]["status"], found["settings"]["hint"]) == ("warning", sentence)
    assert found["address"]["detail"] == f"{sim.base_url}; no key"
    assert all("authorization" not in request.headers for request in sim.requests)
    with SimulatorServer(SimulatorConfig(api_key=KEY)) as locked:
        refused = checks(cli("doctor", "--json", "--base-url", locked.base_url))
    assert refused["key"]["hint"].startswith("The key of profile box is not sent to http://127.0.0.1:")


@pytest.mark.parametrize("text", ["htp:/x", "http//x"])
def test_an_address_that_is_none(cli: Run, text: str) -> None:
    result = cli("doctor", "--json", "--base-url", text)
    found = checks(result)["address"]
    assert (result.code, found["status"]) == (2, "failed")
    assert f"{text!r} is no address: it must begin with http:// or https://" in found["detail"]
    assert "allowed" not in f"{found}"


def test_a_server_that_is_too_old(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(flavour="classic", server_version="0.2.17")) as server:
        result = cli("doctor", "--json", "--base-url", server.base_url)
    assert (result.code, checks(result)["version"]["status"]) == (5, "failed")


@pytest.mark.parametrize(
    ("content", "place", "hint"),
    [
        ("tiemout = 3\n", "settings file", "Did you mean timeout?"),
        ("base_url = ", "settings file", "An example of a right line"),
        ("port = 0\n", "settings file", ""),
    ],
)
def test_a_settings_file_that_is_broken(cli: Run, config: Path, content: str, place: str, hint: str) -> None:
    config.write_text(content)
    result = cli("doctor", "--json")
    found = checks(result)
    assert (result.code, found[place]["status"]) == (2, "failed")
    assert str(config) in found[place]["detail"]
    assert found[place]["hint"].startswith(hint)
    assert {found[name]["status"] for name in ORDER[ORDER.index("address") : ORDER.index("clipboard")]} == {"skipped"}
    assert found["disk"]["status"] == "ok"


def test_settings_that_are_wrong_elsewhere(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_TIMEOUT", "soon")
    result = cli("doctor", "--json")
    found = checks(result)
    assert (result.code, found["settings"]["status"], found["settings file"]["status"]) == (2, "failed", "skipped")
    monkeypatch.delenv("LM_STUDIO_TIMEOUT")
    refused = cli("doctor", "--json", "--base-url", "http://box.lan")
    assert (refused.code, checks(refused)["address"]["status"]) == (2, "failed")
    missing = cli("doctor", "--json", "--config", "nowhere.toml")
    assert (missing.code, checks(missing)["settings file"]["status"]) == (2, "failed")


def test_where_each_setting_came_from(
    cli: Run, config: Path, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(
        f'timeout = 7\napi_key = "{KEY}"\nallowed_hosts = ["a.lan", "b.lan"]\n'
        f'[extra_headers]\n"X-Token" = "{KEY}"\n[profiles.box]\nbase_url = "{sim.base_url}"\napi_key_env = "BOX_KEY"\n'
    )
    config.chmod(0o644)
    monkeypatch.setenv("LM_STUDIO_MAX_RETRIES", "5")
    monkeypatch.setenv("LM_STUDIO_TIEMOUT", "5")
    monkeypatch.setenv("BOX_KEY", f"{KEY}box")
    result = cli("doctor", "--json", "--profile", "box")
    found = checks(result)
    told = found["settings"]["detail"].splitlines()
    assert f"timeout = 7 ({config})" in told
    assert f"allowed_hosts = a.lan b.lan ({config})" in told
    assert "max_retries = 5 (environment LM_STUDIO_MAX_RETRIES)" in told
    assert any(line.startswith("default: ") and "connect_timeout 10" in line for line in told)
    assert found["profile"]["detail"].startswith("box (")
    assert KEY[6:] not in result.out + result.err
    assert (found["settings file"]["status"], "chmod 600" in found["settings file"]["hint"]) == ("warning", True)
    assert "(mode 644)" in found["settings file"]["detail"]
    assert (found["settings"]["status"], "LM_STUDIO_TIEMOUT" in found["settings"]["hint"]) == ("warning", True)
    assert (result.code, result.err) == (0, ""), "warnings are no failures, and are told once"


def test_the_standing_warnings(cli: Run, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_ALLOWED_HOSTS", "0.0.0.0")
    monkeypatch.setenv("HTTP_PROXY", f"http://u:{KEY}@proxy:1")
    address = sim.base_url.replace("127.0.0.1", "0.0.0.0")
    result = cli("doctor", "--json", "--base-url", address, "--api-key", KEY)
    found = checks(result)
    assert (found["address"]["status"], "is another machine" in found["address"]["hint"]) == ("warning", True)
    assert found["proxies"]["status"] == "warning"
    assert KEY[6:] not in result.out + result.err


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_server_that_says_nothing_does_not_hold_it_up(silent: str) -> None:
    result = ran("doctor", "--json", "--base-url", silent)
    found = checks(result)
    assert (result.code, found["http"]["status"], found["kind"]["status"]) == (3, "failed", "skipped")


def test_ctrl_c_in_the_middle(silent: str) -> None:
    with started("doctor", "--base-url", silent) as process:
        assert process.stdout
        while b" tls " not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        result = finished(process)
    assert (result.code, result.err) == (130, "error: Interrupted.\n")


def test_ctrl_c_prints_the_object() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with started("doctor", "--json", "--base-url", f"http://127.0.0.1:{listener.getsockname()[1]}") as process:
            listener.accept()[0].close()  # the step that only connects
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(10)
                process.send_signal(signal.SIGINT)
                result = finished(process)
    found = json.loads(result.out)
    assert (result.code, found["ok"]) == (130, False)
    assert [check["name"] for check in found["checks"]] == ORDER[: ORDER.index("http")]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_on_a_terminal(sim: SimulatorServer, width: int) -> None:
    code, text = at_terminal("doctor", "--base-url", sim.base_url, size=(width, 24))
    assert code == 0
    plain = text
    for colour in ("\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[2m", "\x1b[0m"):
        plain = plain.replace(colour, "")
    assert "\x1b[32m\u2713 ok      \x1b[0m python" in text
    assert "\x1b" not in plain
    words = max(len(word) for word in plain.split())
    assert max(map(len, plain.splitlines())) <= max(width, 25 + words)


def test_without_colours(sim: SimulatorServer) -> None:
    code, text = at_terminal("doctor", "--base-url", sim.base_url, environ={"NO_COLOR": "1"})
    assert (code, "\x1b" in text) == (0, False)
    _, ascii_text = at_terminal("doctor", "--base-url", sim.base_url, environ={"PYTHONIOENCODING": "ascii"})
    assert "\x1b[32m+ ok " in ascii_text
