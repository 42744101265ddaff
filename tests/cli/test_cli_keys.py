"""`keys`: the map, what the settings change of it, what is refused, and what clashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runs import Run

from lmstudio_tui.simulator import SimulatorServer
from lmstudio_tui.tui.commands import COMMANDS
from terminal import Terminal


def config(home: Path, text: str) -> str:
    """A settings file."""
    path = home / "c.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_map_is_printed_with_what_is_changed(cli: Run, home: Path) -> None:
    path = config(home, '[keys]\n"chat.retry" = ["f12", "ctrl+x"]\napp.simulator = ""\n')
    shown = cli("keys", "--config", path)
    assert shown.code == 0
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["*", "F12", "or", "Ctrl+X", "chat.retry"] in [line[:5] for line in lines]
    assert ["*", "no", "key", "app.simulator"] in [line[:4] for line in lines]
    assert "In the Models pane" in shown.out
    assert "chat.send" not in cli("keys", "retry", "--config", path).out
    assert "| F12 or Ctrl+X | `chat.retry` |" in cli("keys", "--markdown", "--config", path).out
    # The next one is as it always is.
    assert "* " not in cli("keys").out


def test_what_each_command_does_is_never_left_out(cli: Run) -> None:
    lines = cli("keys").out.splitlines()
    assert all(any(f" {one.id} " in line and line.endswith(one.help) for line in lines) for one in COMMANDS)


def test_in_a_narrow_terminal_it_stands_below(home: Path) -> None:
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal("keys", "prompt", "newline", environ=environ, size=(60, 24)) as terminal:
        terminal.shows("chat.newline\n", "Start a new line in the prompt.")


def test_everything_is_there_as_json(cli: Run, home: Path) -> None:
    found = cli("keys", "--json", "--config", config(home, '[keys]\n"chat.send" = "ctrl+s"\n')).json
    assert {one["id"] for one in found["commands"]} == {one.id for one in COMMANDS}
    send = next(one for one in found["commands"] if one["id"] == "chat.send")
    assert (send["keys"], send["usual_keys"], send["changed"]) == (["ctrl+s"], ["enter"], True)
    assert [one["kind"] for one in found["problems"]] == ["clash"]


def test_check_finds_clashes_and_keys_that_never_arrive(cli: Run, home: Path) -> None:
    fine = cli("keys", "--check")
    assert (fine.code, fine.err) == (0, "")
    path = config(home, '[keys]\n"chat.send" = "ctrl+s"\n"app.help" = "ctrl+m"\n')
    found = cli("keys", "--check", "--config", path)
    assert found.code == 1
    assert "Ctrl+S is the key of chat.send and of chat.parameters" in " ".join(found.err.split())
    assert "Enter" in found.err
    doctor = " ".join(cli("doctor", "--config", path).out.split())
    assert "Ctrl+S is the key of chat.send and of chat.parameters" in doctor


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[keys]\n"chat.sent" = "f12"', ["'chat.sent' must be the id of a command", "chat.send"]),
        ('[keys]\n"chat.send" = "ctlr+s"', ["chat.send must be a key such as", "'ctlr+s'", "Did you mean ctrl+s?"]),
        ('[keys]\n"chat.send" = "g, g"', ["not 'g, g'", 'Several keys are a list: ["g", "g"].']),
        ('[keys]\n"chat.send" = "ctrl+x d"', ["not 'ctrl+x d'", "There are no sequences of keys."]),
        ('[keys]\ntheme = "nord"', ["'theme' must be the id of a command", "above that line"]),
        ('[keys]\n"chat.send" = 5', ["'chat.send' must be a key or a list of keys"]),
        ('keys = "ctrl+s"', ["keys must be a table of keys"]),
        ('[profiles.box.keys]\n"chat.send" = "f12"', ["[profiles.box]", "'keys' cannot be set in a profile"]),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(cli: Run, home: Path, text: str, words: list[str]) -> None:
    path = config(home, text + "\n")
    profile = ["--profile", "box"] if "profiles" in text else []
    refused = cli(*profile, "keys", "--config", path)
    said = " ".join(refused.err.split())
    assert refused.code == 2
    assert all(word in said for word in [path, *words]), said
    assert "'chat.sent'" not in text or "chat.send" in cli("doctor", "--config", path).out


def test_the_environment_gives_keys_too(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_STUDIO_KEYS", json.dumps({"app.quit": "f12"}))
    assert "F12" in cli("keys", "app.quit").out
    monkeypatch.setenv("LM_STUDIO_KEYS", json.dumps({"app.qit": "f12"}))
    assert "LM_STUDIO_KEYS: 'app.qit' must be the id of a command" in cli("keys").err


def test_a_changed_key_works_in_a_terminal(home: Path, sim: SimulatorServer) -> None:
    path = config(home, '[keys]\n"chat.send" = "ctrl+x"\n"app.quit" = ["ctrl+q", "f12"]\n')
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal("--base-url", sim.base_url, "--config", path, environ=environ) as terminal:
        terminal.shows("is listening", "Ctrl+X sends", "^x Send")
        terminal.type(b"hello\x18")
        terminal.shows("tok/s")
        terminal.leave()
    # The keys of the last time are those of the first picture.
    assert json.loads(next(home.rglob("state.json")).read_text())["keys"]["chat.send"] == ["ctrl+x"]


def test_wrong_keys_are_said_instead_of_opening_the_app(home: Path, sim: SimulatorServer) -> None:
    path = config(home, '[keys]\n"chat.sent" = "ctrl+x"\n')
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal("--base-url", sim.base_url, "--config", path, environ=environ) as terminal:
        terminal.ended()
        # Behind the first picture; where a line breaks depends on how long the path before it is.
        said = " ".join(terminal.raw.rpartition(b"\x1b[?1049l")[2].decode().split())
    assert "'chat.sent' must be the id of a command" in said
    assert "Did you mean chat.send" in said
