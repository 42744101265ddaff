"""The README and the pages below docs claim only what is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.main import get_command

from key_tables import keys_page, keys_table
from lmstudio_tui.cli.key_settings import checked_keys
from lmstudio_tui.cli.main import app
from lmstudio_tui.cli.outcome import Exit
from lmstudio_tui.features.chat.parameter_fields import FIELDS
from lmstudio_tui.features.chat.slash_commands import COMMANDS as SLASH_COMMANDS
from lmstudio_tui.features.embeddings.reading import LIMIT
from lmstudio_tui.features.embeddings.sweeping import SIZES
from lmstudio_tui.features.history.exporting import FORMATS
from lmstudio_tui.features.models.query import Query
from lmstudio_tui.settings import Settings, load_settings
from lmstudio_tui.simulator import EMBEDDING_FAULTS, FAULTS, MEDIA_FAULTS, SimulatorConfig, SimulatorServer
from lmstudio_tui.tui.commands import COMMANDS, markdown_table
from lmstudio_tui.tui.key_clashes import problems
from lmstudio_tui.tui.panes.embeddings.set_desk import MOST
from lmstudio_tui.tui.panes.embeddings.working import AUTOMATIC

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (
        *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")),
        *(ROOT / "docs").glob("*.md"),
    )
}


def section(page: str, title: str) -> str:
    """What stands below a heading of the second level."""
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {at for at, line in enumerate(lines) for at in (at - 1, at) if set(line) <= set("|- ")}
    cells = (re.split(r"(?<!\\)\|", line)[1:-1] for at, line in enumerate(lines) if at not in heads)
    return [[cell.strip() for cell in row] for row in cells]


def fenced(text: str, language: str) -> list[str]:
    """The blocks of code of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


# Keys


def test_the_keys_are_those_of_the_catalogue() -> None:
    assert PAGES["docs/keys.md"] == keys_page(), "python tests/key_tables.py writes it anew"
    assert keys_table() in README, "python tests/key_tables.py writes it anew"


def _each_key(tables: str) -> set[tuple[str, str]]:
    """Each key with what it does: several that do the same may stand in one row."""
    return {(key, row[1]) for row in rows(tables) for key in row[0].split(" or ")}


def test_no_key_is_left_out() -> None:
    assert _each_key(PAGES["docs/keys.md"]) == _each_key(markdown_table())
    footer = {f"`{one.shown_keys}` {one.title}" for one in COMMANDS if one.show and one.where != "dialog"}
    assert {key for key in footer if key not in section(README, "Keys")} == set()


# Settings


def test_the_settings_of_the_readme_are_settings() -> None:
    named = {name for row in rows(section(README, "Settings")) for name in re.findall(r"`(\w+)`", row[0])}
    assert named
    assert named <= Settings.model_fields.keys()


@pytest.mark.parametrize("page", ["README.md", "docs/settings.md"])
def test_the_example_of_profiles_can_be_used(page: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    (text,) = fenced(PAGES[page], "toml")
    path.write_text(text, encoding="utf-8")
    names = tomllib.loads(text)["profiles"]
    environ = {"WORK_KEY": "correct-horse"}
    for name in names:
        loaded = load_settings({"profile": name, "api_key": None}, config_path=path, environ=environ)
        assert loaded.settings.profile == name
        assert loaded.warnings == []
        assert loaded.policy() is None
    assert load_settings(config_path=path, environ=environ).settings.profile == "box"


@pytest.mark.parametrize("at", range(len(fenced(PAGES["docs/keys.md"], "toml"))))
def test_the_example_of_other_keys_clashes_with_none(at: int, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(fenced(PAGES["docs/keys.md"], "toml")[at], encoding="utf-8")
    assert problems(checked_keys(load_settings(config_path=path, environ={}))) == []


# The command line


def test_every_exit_code_is_named() -> None:
    for page in (README, section(PAGES["docs/cli.md"], "Exit codes")):
        assert {code for code in Exit if f"| {code.value} |" not in page} == set()


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    for one in getattr(command, "commands", {}).values():
        yield from _options(one)


def test_every_option_that_is_named_exists() -> None:
    known = {*_options(get_command(app)), "--help"}
    pages = "".join(PAGES[f"docs/{page}.md"] for page in ("cli", "settings", "chat"))
    text = f"{section(README, 'Command line')}{pages}{section(PAGES['docs/embeddings.md'], 'On the command line')}"
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text.replace("--[no-]", "--")))
    assert named
    assert named - known == set()


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment without anybody's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LM", "XDG_"))}
    return kept | dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(tmp_path))


def _missing(told: Any, real: Any) -> list[str]:
    """The members that are told of and not there, also those of the first object in a list."""
    if isinstance(told, list) and told and isinstance(real, list) and real:
        return _missing(told[0], real[0])
    if not isinstance(told, dict) or not isinstance(real, dict):
        return []
    members, there = cast("dict[str, Any]", told), cast("dict[str, Any]", real)
    gone = [name for name in members if name not in there]
    return gone + [one for name in members.keys() & there.keys() for one in _missing(members[name], there[name])]


def test_the_json_of_the_commands_has_the_members_that_are_told(home: dict[str, str]) -> None:
    told = dict(re.findall(r"<!-- lmstudio-tui (.+?) --json -->\n```json\n(.*?)```", PAGES["docs/cli.md"], re.DOTALL))
    more = {
        "models load": ["sim-qwen3-8b"],
        "models unload": ["sim-qwen3-8b"],
        "models download": ["sim-qwen3-8b"],
        "chat": ["Hello"],
    }
    found: dict[str, dict[str, Any]] = {}
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=0)) as server:
        for name in told:
            line = [*name.split(), *more.get(name, []), "--json", "--base-url", server.base_url]
            done = subprocess.run(
                [sys.executable, "-m", "lmstudio_tui", *line],
                capture_output=True,
                check=False,
                env=home,
                stdin=subprocess.DEVNULL,
                timeout=60,
            )
            found[name] = json.loads(done.stdout)
    assert list(told) == [
        *("ping", "models", "models sync", "models load", "models unload", "models download", "chat", "keys"),
        "doctor",
    ]
    assert {name: _missing(json.loads(text), found[name]) for name, text in told.items()} == {name: [] for name in told}


def test_the_json_of_the_history_has_the_members_that_are_told(home: dict[str, str]) -> None:
    told = dict(re.findall(r"<!-- (history \w+) -->\n```json\n(.*?)```", PAGES["docs/cli.md"], re.DOTALL))

    def run(*line: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "lmstudio_tui", *line, "--json"],
            capture_output=True,
            check=False,
            env=home,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        return json.loads(done.stdout)

    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        kept = run("chat", "--save", "Hello", "--base-url", server.base_url)["conversation_id"]
    found = {"history list": run("history", "list"), "history show": run("history", "show", kept)}
    assert found["history list"]["conversations"]
    assert [one["role"] for one in found["history show"]["messages"]] == ["user", "assistant"]
    assert list(told) == list(found)
    # This one was asked with no system prompt.
    gone = {name: set(_missing(json.loads(text), found[name])) - {"system"} for name, text in told.items()}
    assert gone == {name: set() for name in told}


def test_the_json_of_sounds_and_images_has_the_members_that_are_told(home: dict[str, str], tmp_path: Path) -> None:
    told = dict(re.findall(r"<!-- sound (\w+) -->\n```json\n(.*?)```", PAGES["docs/cli.md"], re.DOTALL))
    lines = {
        "speak": ["Hello there", "-o", "a.wav", "--demo"],
        "transcribe": ["a.wav", "--demo"],
        "record": ["-o", "b.wav", "--device", "none"],
        "voices": ["--demo"],
        "image": ["A house", "-o", "a.png", "--size", "64x64", "--demo"],
    }
    assert told.keys() == lines.keys()
    for name, line in lines.items():
        done = subprocess.run(
            [sys.executable, "-m", "lmstudio_tui", name, *line, "--json"],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=home,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        found = json.loads(done.stdout)
        # There is no such microphone: then the members are there, and empty.
        assert ("error" in found) == (name == "record")
        assert _missing(json.loads(told[name]), found) == []


def test_the_json_of_embeddings_has_the_members_that_are_told(home: dict[str, str], tmp_path: Path) -> None:
    told = dict(re.findall(r"<!-- (embed.*?) -->\n```json\n(.*?)```", PAGES["docs/embeddings.md"], re.DOTALL))
    texts = ["A cat sat.", "It was a cat."]
    lines = {
        "embed": [],
        "embed --similarity": ["--similarity"],
        "embed --query": ["--query", "pets"],
        "embed models": ["--query", "pets", "-m", "sim-nomic-embed-v1.5", "-m", "sim-bge-m3"],
    }
    assert told.keys() == lines.keys()
    for name, line in lines.items():
        done = subprocess.run(
            [sys.executable, "-m", "lmstudio_tui", "embed", *texts, *line, "--json", "--demo"],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env=home,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        assert _missing(json.loads(told[name]), json.loads(done.stdout)) == []


def test_the_filters_that_are_shown_ask_for_something() -> None:
    shown = [row[0] for row in rows(section(PAGES["docs/models.md"], "Filter"))]
    texts = [text for cell in shown for text in re.findall(r"`([^`]+)`", cell)]
    assert len(texts) > 6
    assert [text for text in texts if not Query.read(text).tests] == []


# The chat


def test_the_slash_commands_are_those_that_there_are() -> None:
    told = [tuple(row) for row in rows(section(PAGES["docs/chat.md"], "Slash commands"))]
    assert told == [
        (f"`{one.usage}`".replace("|", "\\|"), " ".join(f"`/{name}`" for name in one.aliases), one.help)
        for one in SLASH_COMMANDS
    ]


def test_the_parameters_are_those_that_there_are() -> None:
    told = [tuple(row) for row in rows(section(PAGES["docs/chat.md"], "Parameters and presets"))]
    assert told == [(f"`{one.name}`", one.label, one.help) for one in FIELDS]


def test_the_formats_of_an_export_are_those_that_there_are() -> None:
    assert tuple(row[0].strip("`") for row in rows(section(PAGES["docs/chat.md"], "Export and import"))) == FORMATS


@pytest.mark.parametrize("page", ["docs/chat.md", "docs/settings.md"])
def test_the_library_is_where_it_says(page: str, home: dict[str, str]) -> None:
    code = "from lmstudio_tui.paths import library_file; print(library_file().as_posix())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=home, text=True)
    path = Path(done.stdout.strip())
    if sys.platform == "linux":
        assert f"~/{path.parent.relative_to(home['HOME']).as_posix()}/" in PAGES[page]
    assert path.name in PAGES[page]


# The rest


def test_there_are_as_many_faults_as_it_says() -> None:
    for page in (README, PAGES["docs/sdk.md"]):
        assert re.search(r"more than a hundred and eighty\s+\[?faults by name", page)
    assert len({**FAULTS, **EMBEDDING_FAULTS, **MEDIA_FAULTS}) > 180


def _anchor(title: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", sorted(PAGES))
def test_links_and_pictures_are_there(page: str) -> None:
    for target, _, anchor in re.findall(r"\]\((?!https?://)([^)#]*)(#([^)]+))?\)", PAGES[page]):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.is_file(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(title) for title in titles}


def test_every_page_and_every_picture_is_shown_somewhere() -> None:
    targets = {
        (ROOT / page).parent.joinpath(target).resolve()
        for page, text in PAGES.items()
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", text)
    }
    assert [name for name in PAGES if (ROOT / name).resolve() not in targets and name != "README.md"] == []


def test_the_modules_that_the_architecture_names_are_there() -> None:
    page = PAGES["docs/architecture.md"]
    modules = set(re.findall(r"(?<![\w/.])(\w+\.py)", page))
    folders = set(re.findall(r"(?<![\w/.])(\w+)/ ", fenced(page, "")[1]))
    source = ROOT / "src" / "lmstudio_tui"
    assert len(modules) > 40
    assert modules - {path.name for path in source.rglob("*.py")} == set()
    assert folders - {path.name for path in source.rglob("*") if path.is_dir()} == set()


def test_the_limits_of_embeddings_are_those_that_there_are() -> None:
    page = PAGES["docs/embeddings.md"]
    assert f"A set has {MOST:,} texts at most" in page
    assert f"first {LIMIT:,}" in page
    assert f"Up to {AUTOMATIC} missing texts" in page
    assert f"{SIZES[0]} to {SIZES[-1]} texts" in page.replace("\n", " ")


def test_the_example_of_embeddings_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = fenced(PAGES["docs/embeddings.md"], "python")
    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        exec(compile(code.replace("http://127.0.0.1:1234", server.base_url), "embeddings.md", "exec"), {})
    assert capsys.readouterr().out == "2 256 sim-nomic-embed-v1.5\n"


def test_the_sdk_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = fenced(README, "python")
    with SimulatorServer(SimulatorConfig(speed=0)) as server:
        exec(compile(code.replace("http://127.0.0.1:1234", server.base_url), "README.md", "exec"), {})
    assert "Simulated answer" in capsys.readouterr().out
