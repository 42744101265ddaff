"""The key is where it was put and in requests: not on the screen, in no file, in no process's arguments."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from cli_runs import MODULE, ran

from lmstudio_tui.features.clipboard import copying
from lmstudio_tui.sdk import ClientConfig, LMStudioClient, LMStudioError
from lmstudio_tui.settings import load_settings
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from terminal import ESCAPE, Terminal, new_user

KEY = "sk-lm-Zq8Wv3Ty:pL5kM9nB2xC7dF4gH1jQ"
WRONG = "sk-lm-Rt6Uy1Io:aS3dF8gH5jK2lZ9xC4vB"


@pytest.fixture
def locked() -> Iterator[SimulatorServer]:
    """A server that wants the key, and quotes a wrong one."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, api_key=KEY)) as server:
        yield server


def parts(key: str) -> list[str]:
    """Every stretch of ten characters, of the key and of how it may be written."""
    encoded = base64.b64encode(key.encode()).decode()
    return [text[at : at + 10] for text in (key, encoded, key[::-1]) for at in range(len(text) - 9)]


def found_in(data: bytes, *keys: str) -> list[str]:
    """The parts of keys that are in the data, or in what the terminal was told to copy."""
    copied = [base64.b64decode(one + b"==") for one in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/]+)", data)]
    whole = b"\n".join([data, *copied]).decode("utf-8", "replace")
    return [part for key in keys for part in parts(key) if part in whole]


def files_with(folder: Path, *keys: str, but: Iterable[Path] = ()) -> dict[str, list[str]]:
    """The files below a folder that hold a part of a key."""
    files = [path for path in folder.rglob("*") if path.is_file() and path not in but]
    assert files, "nothing was written at all"
    return {str(path): found for path in files if (found := found_in(path.read_bytes(), *keys))}


def arguments_of_all() -> str:
    """The arguments of every process of this machine, as `ps` shows them."""
    lines: list[bytes] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:
            continue
    return b"\n".join(lines).replace(b"\0", b" ").decode("utf-8", "replace")


def test_a_session_in_the_app_leaves_no_key_anywhere(
    locked: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = tmp_path / "secrets" / "key.txt"
    keeper.parent.mkdir()
    keeper.write_text(KEY)
    config = tmp_path / "config" / "lmstudio-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'base_url = "{locked.base_url}"\napi_key_command = "cat {keeper}"\nlog_level = "debug"\n')
    environ = {**new_user(tmp_path), "EDITOR": f"{sys.executable} -c pass"}
    with Terminal(environ=environ) as terminal:
        terminal.ready()
        terminal.type(b"Hello\r")
        terminal.shows("tok/s")
        if Path("/proc/self/cmdline").exists():
            assert KEY not in arguments_of_all()
        terminal.type(b"\x19")  # Ctrl+Y copies the answer
        terminal.until(lambda: b"\x1b]52;" in terminal.raw or b"opied" in terminal.raw)
        terminal.type(b"\x1bOR")  # F3, the facts about the server
        terminal.shows("Esc back")
        terminal.type(ESCAPE)
        terminal.until(lambda: "Esc back" not in terminal.text)
        terminal.type(b"\x0f7")  # Ctrl+O 7, the inspector
        terminal.shows("Requests")
        terminal.type(b"\r")
        terminal.shows("2 Headers")
        terminal.type(b"2")
        terminal.shows("Bearer [key]")
        before = len(terminal.raw)
        terminal.type(b"y")  # as curl
        terminal.until(lambda: b"\x1b]52;" in terminal.raw[before:] or b"opied" in terminal.raw[before:])
        terminal.type(b"e")
        terminal.shows("Enter save")
        terminal.type(b"\r")
        terminal.until(lambda: any(tmp_path.glob("*.har")))
        terminal.leave()
    assert [one for one in locked.requests if f"Bearer {KEY}" == one.headers.get("authorization")], "it was used"
    assert found_in(terminal.raw, KEY) == []
    assert files_with(tmp_path, KEY, but=[keeper]) == {}
    logs = list((tmp_path / "state").rglob("requests.log*"))
    assert logs, "the log was written"


def test_a_key_that_is_typed_is_not_shown(tmp_path: Path, locked: SimulatorServer) -> None:
    environ = {**new_user(tmp_path), "LM_STUDIO_BASE_URL": locked.base_url, "LM_STUDIO_LOG_LEVEL": "debug"}
    with Terminal(environ=environ) as terminal:
        terminal.shows("k Enter key")
        terminal.type(b"k")
        terminal.shows("The key of this server")
        terminal.type(WRONG.encode() + b"\r")
        terminal.shows("does not take that key")
        terminal.type(b"k")
        terminal.shows("The key of this server")
        terminal.type(KEY.encode() + b"\r")
        terminal.ready()
        terminal.leave()
    assert found_in(terminal.raw, KEY, WRONG) == []
    assert files_with(tmp_path, KEY, WRONG) == {}


@pytest.mark.parametrize("key", [KEY, WRONG])
@pytest.mark.parametrize(
    "arguments",
    [
        ("ping",),
        ("models", "--json"),
        ("chat", "Hello"),
        ("chat", "--json", "-m", "fault-auth-required", "Hello"),
        ("doctor",),
        ("doctor", "--json"),
        ("history", "--json"),
    ],
    ids=" ".join,
)
def test_commands_print_and_log_no_key(
    locked: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LM_STUDIO_API_KEY", key)
    monkeypatch.setenv("LM_STUDIO_EXTRA_HEADERS", f'{{"x-auth-token": "{key}"}}')
    result = ran(
        "--base-url", locked.base_url, "--log-level", "debug", *arguments, command=MODULE, env=dict(os.environ)
    )
    assert found_in((result.out + result.err).encode(), key) == []
    if any(path.is_file() for path in tmp_path.rglob("*")):
        assert files_with(tmp_path, key) == {}


def test_errors_of_the_sdk_in_every_form(locked: SimulatorServer) -> None:
    with LMStudioClient(ClientConfig(base_url=locked.base_url, api_key=WRONG, max_retries=0)) as client:
        with pytest.raises(LMStudioError) as caught:
            client.list_models()
        shown = [
            repr(caught.value),
            str(caught.value),
            str(caught.value.context),
            repr(client.config),
            repr(client),
            str(client.config.model_dump()),
        ]
    assert found_in("\n".join(shown).encode(), WRONG) == []


def test_what_is_copied_is_no_argument_of_a_program(tmp_path: Path) -> None:
    """A tool for the clipboard is given the text where `ps` does not show it."""
    seen = tmp_path / "arguments"
    for name in ("xclip", "xsel", "wl-copy", "wl-paste", "tmux"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$0 $@" >> {seen}\ncat > /dev/null\nexit 1\n')
        program.chmod(0o700)
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "DISPLAY": ":9",
        "WAYLAND_DISPLAY": "w",
        "TMUX": "/t,1,0",
        "HOME": str(tmp_path),
    }
    copying.copy(KEY, environ=environ, platform="linux")
    assert seen.exists()
    assert found_in(seen.read_bytes(), KEY) == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
@pytest.mark.parametrize(
    ("written", "warned"),
    [
        (f'api_key = "{KEY}"', True),
        (f'audio_api_key = "{KEY}"', True),
        (f'[profiles.a]\nbase_url = "http://127.0.0.1:1"\napi_key = "{KEY}"', True),
        (f'extra_headers = {{ Authorization = "Bearer {KEY}" }}', True),
        (f'[profiles.a]\nbase_url = "http://127.0.0.1:1"\nextra_headers = {{ x-api-key = "{KEY}" }}', True),
        ('extra_headers = { x-team = "blue" }', False),
        ('api_key_env = "MY_KEY"', False),
    ],
)
def test_a_file_with_a_key_that_others_can_read_is_warned_of(tmp_path: Path, written: str, warned: bool) -> None:
    path = tmp_path / "config.toml"
    path.write_text(written)
    path.chmod(0o644)
    warnings = load_settings(config_path=path, environ={}).warnings
    assert [text for text in warnings if "chmod 600" in text] == (warnings if warned else [])
    assert bool(warnings) is warned
    assert found_in(str(warnings).encode(), KEY) == []
    path.chmod(0o600)
    assert load_settings(config_path=path, environ={}).warnings == []


def test_a_key_from_a_variable_or_a_command(tmp_path: Path) -> None:
    keeper = tmp_path / "key.txt"
    keeper.write_text(f"{KEY}\n")
    for line in ('api_key_env = "MY_KEY"', f'api_key_command = "cat {keeper}"'):
        path = tmp_path / "config.toml"
        path.write_text(line)
        loaded = load_settings(config_path=path, environ={"MY_KEY": KEY})
        key = loaded.client_config().api_key
        assert key is not None
        assert key.get_secret_value() == KEY
        assert found_in(repr(loaded).encode(), KEY) == []
