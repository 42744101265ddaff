"""The list of servers and the form for one, on a settings file and a simulator."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_parts import until
from servers_app import Servers, open_servers
from textual.widgets import Button, Checkbox, Input, OptionList

from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.screens.profile_editor import ProfileEditor

pytestmark = pytest.mark.anyio
KEY = "sk-lm-aBcD1234:s3cr3ts3cr3ts3cr3t12"


@pytest.fixture
def sim() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        yield server


@pytest.fixture
def locked() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0, api_key=KEY)) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path, sim: SimulatorServer) -> Path:
    """A settings file with a few profiles."""
    file = tmp_path / "config.toml"
    file.write_text(
        f"""# mine
[profiles.box]
base_url = "http://box.lan:1234"
allowed_hosts = ["box.lan"]
api_key_env = "BOX_KEY"
default_model = "qwen3-8b"

# the simulator
[profiles.sim]
base_url = "{sim.base_url}"
api_key = "{KEY}"
timeout = 7

[profiles.broken]
tiemout = 3
"""
    )
    file.chmod(0o600)
    return file


async def under(servers: Servers, name: str) -> None:
    """Put the cursor on a line of the list."""
    options = servers.app.screen.query_one(OptionList)
    lines = [str(options.get_option_at_index(number).prompt) for number in range(options.option_count)]
    options.highlighted = next(number for number, line in enumerate(lines) if line[2:].startswith(name))
    await servers.pilot.pause()


async def form(servers: Servers) -> ProfileEditor:
    await until(servers.pilot, lambda: isinstance(servers.app.screen, ProfileEditor))
    screen = servers.app.screen
    assert isinstance(screen, ProfileEditor)
    await until(servers.pilot, lambda: screen.query_one("#name").has_focus)
    return screen


async def fill(servers: Servers, field: str, text: str) -> None:
    """Type into a field of the form, in place of what is there."""
    servers.app.screen.query_one(f"#{field}", Input).focus()
    await servers.press("end", "ctrl+u")
    await servers.type(text)


# The list


async def test_what_there_is(path: Path) -> None:
    async with open_servers(path, current="sim") as servers:
        await servers.shows("box", "http://box.lan:1234", "key from $BOX_KEY", "● sim", "key in config.toml", "in use")
        await servers.shows("broken", "cannot be used")
        await under(servers, "box")
        await servers.shows("model qwen3-8b")
        await under(servers, "broken")
        # The line may break anywhere: before it stands the path.
        await servers.shows("[profiles.broken]:", "unknown", "'tiemout'.")
        assert KEY not in servers.screen


async def test_enter_uses_it(path: Path) -> None:
    async with open_servers(path, current="sim") as servers:
        await under(servers, "box")
        await servers.press("enter")
        await servers.gave("box")


async def test_a_click_uses_it(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.shows("no profile", "box")
        lines = servers.screen.split("\n")
        row = next(number for number, line in enumerate(lines) if " box " in line)
        await servers.pilot.click(offset=(lines[row].index(" box ") + 2, row))
        await servers.gave("box")


async def test_what_the_keys_do_can_be_clicked(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.shows("f find", "Esc back")
        lines = servers.screen.split("\n")
        row = next(number for number, line in enumerate(lines) if "f find" in line)
        await servers.pilot.click(offset=(lines[row].index("f find") + 2, row))
        await servers.shows("No other model server answers on this machine.")
        await servers.pilot.click(offset=(lines[row].index("Esc back") + 2, row))
        await servers.gave(None)


async def test_back_to_the_settings_without_a_profile(path: Path) -> None:
    async with open_servers(path, current="sim") as servers:
        await under(servers, "no profile")
        await servers.press("e")
        await servers.shows("the settings at the top of config.toml")
        await servers.press("enter")
        await servers.gave("")


async def test_escape_uses_none(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.press("escape")
        await servers.gave(None)


async def test_a_broken_one_is_not_used(path: Path) -> None:
    async with open_servers(path) as servers:
        await under(servers, "broken")
        await servers.press("enter")
        await servers.shows("e edits it.")
        assert servers.app.given == []


async def test_the_filter_takes_letters_that_are_commands_elsewhere(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.press("slash")
        await servers.type("box")
        await servers.hides("sim")
        await servers.shows("http://box.lan:1234")
        await servers.press("escape")
        await servers.shows("● no profile", "sim")
        await servers.press("slash")
        await servers.type("zzz")
        await servers.shows("Nothing has these words in it.")
        await servers.press(*["backspace"] * 3)
        await servers.type("sim")
        await servers.hides("box.lan")
        await servers.press("enter")
        await servers.gave("sim")


# Trying


async def test_trying_one(path: Path, sim: SimulatorServer) -> None:
    async with open_servers(path) as servers:
        await under(servers, "sim")
        await servers.press("t")
        await servers.shows("The simulator", "models, ", " loaded · ", " ms")
        await under(servers, "box")
        await servers.press("t")
        await servers.shows("$BOX_KEY, which api_key_env names, is not set")
        assert sim.requests


async def test_trying_can_be_stopped(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path.write_text(f'[profiles.silent]\nbase_url = "http://127.0.0.1:{silent.getsockname()[1]}"\n')
        async with open_servers(path) as servers:
            await under(servers, "silent")
            await servers.press("t")
            await servers.shows("Asking", "Esc stops it")
            await servers.press("escape")
            await servers.shows("Stopped.")
            assert servers.app.given == []


# Removing


async def test_one_is_removed_and_comes_back(path: Path) -> None:
    before = path.read_text()
    async with open_servers(path) as servers:
        await servers.press("z")
        await servers.shows("Nothing was removed.")
        await under(servers, "sim")
        await servers.press("x")
        await servers.shows("sim is removed.", "z brings it back.")
        assert "the simulator" not in servers.file
        assert "[profiles.box]" in servers.file
        await servers.press("z")
        await servers.shows("sim is back.")
        assert servers.file == before


async def test_a_file_that_broke_meanwhile_is_left_alone(path: Path) -> None:
    async with open_servers(path) as servers:
        await under(servers, "box")
        path.write_text("broken = ")
        await servers.press("x")
        await servers.shows("not valid TOML")
        assert servers.file == "broken = "


async def test_the_one_to_start_with(path: Path) -> None:
    async with open_servers(path) as servers:
        await under(servers, "box")
        await servers.press("s")
        await servers.shows("The app starts with box from now on.", "· starts")
        assert 'profile = "box"' in servers.file
        await servers.press("s")
        await servers.shows("The app starts with no profile from now on.")
        assert 'profile = "box"' not in servers.file


# Finding


async def test_what_is_found_is_added_under_a_name(path: Path) -> None:
    with SimulatorServer(SimulatorConfig(speed=0)) as other:
        port = int(other.base_url.rsplit(":", 1)[1])
        async with open_servers(path, ports=[port]) as servers:
            await servers.press("f")
            await servers.shows("on this machine, not among your servers", "Enter adds it")
            await servers.press("x")
            await servers.shows("a adds it.")
            await servers.press("enter")
            await form(servers)
            await servers.shows("A new server", "simulator", other.base_url)
            await fill(servers, "name", "mine")
            await servers.press("ctrl+s")
            await servers.shows("mine")
            await servers.until(lambda: f'[profiles.mine]\nbase_url = "{other.base_url}"\n' in servers.file)
            await servers.hides("on this machine")


async def test_a_server_without_a_name_is_offered_one(path: Path, sim: SimulatorServer) -> None:
    port = int(sim.base_url.rsplit(":", 1)[1])
    async with open_servers(path, ports=[port]) as servers:
        await servers.press("f")
        await servers.shows("No other model server answers on this machine.")
    path.write_text(f'base_url = "{sim.base_url}"\n')
    async with open_servers(path, ports=[port]) as servers:
        await servers.press("f")
        await servers.shows("+ simulator")


async def test_when_nothing_is_found_it_is_said(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.press("f")
        await servers.shows("No other model server answers on this machine.")


# The form


async def test_adding_one_by_keyboard_alone(tmp_path: Path, locked: SimulatorServer) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    async with open_servers(path) as servers:
        await servers.press("a")
        await form(servers)
        await servers.type("new")
        await servers.press("enter")
        await servers.type(locked.base_url)
        await servers.press("tab", "right", "enter")
        await servers.until(lambda: servers.app.screen.query_one("#key_text").region.height > 0)
        await servers.press("tab")
        await servers.type(KEY)
        assert KEY not in servers.screen
        await servers.press("ctrl+t")
        await servers.shows("● The simulator", "models")
        assert KEY not in servers.screen
        await servers.press("ctrl+s")
        await servers.shows("key in config.toml")
        assert servers.file == f'[profiles.new]\nbase_url = "{locked.base_url}"\napi_key = "{KEY}"\n'
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600


async def test_only_what_was_changed_is_written(path: Path) -> None:
    before = path.read_text()
    async with open_servers(path) as servers:
        await under(servers, "sim")
        await servers.press("e")
        screen = await form(servers)
        await servers.shows("Server sim", "unchanged; type to replace it")
        assert KEY not in servers.screen
        assert screen.query_one("#key_text", Input).value == ""
        await fill(servers, "default_model", "m")
        await servers.press("ctrl+s")
        await servers.hides("Server sim")
        assert servers.file == before.replace("timeout = 7\n", 'timeout = 7\ndefault_model = "m"\n')


async def test_a_key_is_replaced_or_taken_away(path: Path) -> None:
    async with open_servers(path, environ={"OTHER": "o"}) as servers:
        await under(servers, "sim")
        await servers.press("e")
        await form(servers)
        await servers.click("#kind_variable")
        await servers.shows("Variable")
        await fill(servers, "key_text", "OTHER")
        await servers.press("ctrl+s")
        await servers.shows("key from $OTHER")
        assert 'api_key_env = "OTHER"' in servers.file
        assert KEY not in servers.file
        await servers.press("e")
        await form(servers)
        await servers.click("#kind_none")
        await servers.click("#do_save")
        await until(servers.pilot, lambda: "OTHER" not in servers.file)


async def test_mistakes_are_told_as_they_are_typed(path: Path) -> None:
    async with open_servers(path) as servers:
        await under(servers, "sim")
        await servers.press("e")
        await form(servers)
        await fill(servers, "name", "box")
        await servers.shows("There is a profile of this name already.")
        await fill(servers, "name", "b x")
        await servers.shows("up to 40 letters")
        await fill(servers, "base_url", "http://me:word@x")
        await servers.shows("It must hold no user name")
        await fill(servers, "base_url", "ftp://x")
        await servers.shows("it must begin with")
        await servers.click("#kind_variable")
        await fill(servers, "key_text", "a-b")
        await servers.shows("It must be the name of an environment variable")
        before = servers.file
        await servers.press("ctrl+s")
        await until(servers.pilot, lambda: servers.app.screen.query_one("#name").has_focus)
        assert servers.file == before


async def test_another_machine_is_asked_about_and_wants_a_key(path: Path) -> None:
    async with open_servers(path) as servers:
        await servers.press("a")
        screen = await form(servers)
        await servers.type("far")
        await fill(servers, "base_url", "http://far.lan")
        await servers.shows("prompts may leave this machine, for far.lan", "Is that what you want?")
        screen.query_one(Checkbox).focus()
        await servers.press("space")
        await servers.hides("Is that what you want?")
        await servers.press("ctrl+s")
        await servers.shows("An API key is needed: far.lan is not this machine.")
        await servers.click("#kind_command")
        await fill(servers, "key_text", "echo k")
        await servers.press("ctrl+s")
        await servers.shows("key from a command")
        assert 'allowed_hosts = ["far.lan"]' in servers.file


async def test_what_is_not_saved_is_asked_about(path: Path) -> None:
    before = path.read_text()
    async with open_servers(path) as servers:
        await under(servers, "sim")
        await servers.press("e")
        await form(servers)
        await servers.press("escape")
        await servers.hides("Server sim")
        await servers.press("e")
        await form(servers)
        await servers.type("x")
        await servers.press("escape")
        await servers.shows("What was changed here is not saved.")
        await servers.press("escape")
        await servers.hides("is not saved")
        await servers.shows("Server sim")
        await servers.press("escape")
        await servers.shows("What was changed here is not saved.")
        await servers.press("y")
        await servers.hides("Server sim")
        assert servers.file == before


async def test_it_can_be_used_where_there_is_little_room(path: Path) -> None:
    async with open_servers(path, size=(60, 12)) as servers:
        await under(servers, "sim")
        await servers.press("e")
        screen = await form(servers)
        screen.query_one("#do_save", Button).focus()
        await servers.shows("Save")
        await servers.press("shift+tab", "shift+tab", "shift+tab")
        await servers.shows("Images at")


@pytest.mark.parametrize("size", [(40, 20), (60, 20), (80, 24), (160, 50)])
async def test_no_key_in_the_border_is_cut(path: Path, size: tuple[int, int]) -> None:
    async with open_servers(path, size=size) as servers:
        await servers.shows("Esc back")
        (keys,) = [line for line in servers.screen.splitlines() if "Esc back" in line]
        assert "…" not in keys
        assert ("f find" in keys, "s start with" in keys) == (size[0] >= 80, size[0] >= 160)
        await servers.press("slash")
        await servers.shows("Esc end")
        await servers.press("escape")
        await servers.shows("Esc back")


async def test_the_kind_of_key_is_not_told_by_colour_alone(path: Path) -> None:
    async with open_servers(path) as servers:
        await under(servers, "sim")
        await servers.press("e")
        await form(servers)
        await servers.shows("▐ ▌ none   ▐●▌ typed   ▐ ▌ variable")
        await servers.click("#kind_variable")
        await servers.shows("▐ ▌ typed   ▐●▌ variable")


async def test_the_one_in_use_is_marked_under_its_new_name(path: Path) -> None:
    async with open_servers(path, current="sim") as servers:
        await servers.shows("● sim")
        await servers.press("e")
        await form(servers)
        await fill(servers, "name", "mine")
        await servers.press("ctrl+s")
        await servers.shows("● mine")


async def test_bringing_back_is_offered_when_there_is_something(path: Path) -> None:
    async with open_servers(path, size=(160, 50)) as servers:
        await servers.shows("s start with it")
        assert "z bring back" not in servers.screen
        await under(servers, "sim")
        await servers.press("x")
        await servers.shows("sim is removed.", "z bring back")
        await servers.press("z")
        await servers.shows("sim is back.")
        assert "z bring back" not in servers.screen
