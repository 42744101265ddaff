"""Loading and unloading: what is sent, what is refused, what a person is asked."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from cli_runs import LIMIT, Result, Run, asked, body, finished, started
from terminal_runs import Reply, at_terminal

from lmstudio_tui.cli.models_naming import model_named
from lmstudio_tui.sdk import ModelSummary
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer

QWEN, LLAMA, NOMIC = "sim-qwen3-8b", "sim-llama-3.1-8b", "sim-nomic-embed-v1.5"


@pytest.fixture
def slow() -> Iterator[SimulatorServer]:
    """One where a model takes its time."""
    with SimulatorServer(SimulatorConfig(speed=0, load_seconds=1.2)) as server:
        yield server


def loaded(ask: Run) -> list[str]:
    models: list[dict[str, Any]] = ask("models", "--loaded", "--json").json["models"]
    return [one["id"] for model in models for one in model["instances"]]


def test_an_instance_as_json(ask: Run, sim: SimulatorServer) -> None:
    result = ask("models", "load", QWEN, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == {"instance_id": QWEN, "model": QWEN, "context_length": 16_384, "load_time_seconds": 0.0}
    assert body(sim) == {"model": QWEN, "echo_load_config": True}


def test_every_option_is_sent(ask: Run, sim: SimulatorServer) -> None:
    options = [
        "-c",
        "4096",
        "--flash-attention",
        "--eval-batch-size",
        "8",
        "--num-experts",
        "2",
        "--no-offload-kv-cache",
    ]
    result = ask("models", "load", QWEN, *options)
    assert result.out == f"{QWEN} is loaded as {QWEN} · context 4,096 tokens · in 0.0 s\n"
    assert body(sim) == {
        "model": QWEN,
        "context_length": 4096,
        "flash_attention": True,
        "eval_batch_size": 8,
        "num_experts": 2,
        "offload_kv_cache_to_gpu": False,
        "echo_load_config": True,
    }


def test_a_second_instance_is_refused(ask: Run, sim: SimulatorServer) -> None:
    for more in ([], ["--yes"], ["--json"]):
        result = ask("models", "load", LLAMA, *more)
        assert result.code == 1
        assert f"{LLAMA} is loaded as {LLAMA}; nothing was sent." in result.err
        assert "--new-instance" in result.err
        assert f"models unload {LLAMA}" in result.err
    assert result.json["error"]["type"] == "AlreadyLoadedError"
    assert (result.json["instance_id"], result.json["model"]) == (None, LLAMA)
    assert not asked(sim)
    assert ask("models", "load", LLAMA, "--new-instance", "--json").json["instance_id"] == f"{LLAMA}:2"
    result = ask("models", "load", f"{LLAMA}:2")
    assert f"as {LLAMA}, {LLAMA}:2;" in result.err


def test_what_v1_does_not_see_is_loaded_all_the_same(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(load_seconds=0, v1_blind=True, jit=False)) as server:
        result = cli("models", "load", LLAMA, "--base-url", server.base_url)
        assert not asked(server)
    assert (result.code, "is loaded as" in result.err) == (1, True)


def test_one_that_is_just_being_loaded(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(load_seconds=60)) as server:
        with started("models", "load", QWEN, "--base-url", server.base_url):
            assert server.wait_for(lambda it: bool(asked(it)), LIMIT)
            result = cli("models", "load", QWEN, "--base-url", server.base_url)
        assert len(asked(server)) == 1
    assert (result.code, f"{QWEN} is just being loaded; nothing was sent." in result.err) == (1, True)


def test_a_part_of_a_name_is_enough_where_there_is_no_doubt(ask: Run, sim: SimulatorServer) -> None:
    result = ask("models", "load", "QWEN3", "--json")
    assert (result.code, result.json["model"]) == (0, QWEN)
    assert result.err == f"note: QWEN3 is {QWEN}.\n"
    doubtful = ask("models", "load", "8b")
    assert doubtful.code == 1
    assert f"may mean several models: {LLAMA}, {QWEN}" in doubtful.err
    assert len(asked(sim)) == 1


def test_names_that_hide_something_are_called_as_they_are_shown() -> None:
    models = [ModelSummary(id="qwen/qwen3-8b\x1b[31m"), ModelSummary(id="qwen/qwen3-8b-2")]
    for name in ("qwen/qwen3-8b", "Qwen3-8b", "qwen/qwen3-8b\x1b[31m"):
        assert model_named(name, models) is models[0]


def test_an_unknown_model(ask: Run, sim: SimulatorServer) -> None:
    result = ask("models", "load", "sim-qwem3-8b", "--json")
    assert (result.code, result.json["error"]["type"]) == (1, "ModelNotFoundError")
    assert f"Did you mean {QWEN}" in result.err
    assert "`lmstudio-tui models` lists" in ask("models", "load", "\u6a21\u578b").err
    assert ask("models", "load", "").code == 2
    assert not asked(sim)


def test_a_refusal_in_words(ask: Run) -> None:
    result = ask("models", "load", "fault-load-failed", "--json")
    assert (result.code, result.json["error"]["type"]) == (1, "ModelLoadError")


def test_a_context_that_the_model_cannot_take_is_refused(ask: Run, sim: SimulatorServer) -> None:
    result = ask("models", "load", QWEN, "-c", "40961", "--yes", "--json")
    assert (result.code, result.json["error"]["type"]) == (2, "ValidationError")
    assert f"error: {QWEN} takes 40,960 tokens of context at most, not 40,961." in result.err
    assert not asked(sim)
    assert ask("models", "load", QWEN, "-c", "40960").code == 0


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        (SimulatorConfig(flavour="classic"), "FeatureUnavailableError"),
        (SimulatorConfig(flavour="openai"), "FeatureUnavailableError"),
        (SimulatorConfig(server_version="0.3.20"), "FeatureUnavailableError"),
        (SimulatorConfig(flavour="classic", server_version="0.2.17"), "UnsupportedVersionError"),
    ],
    ids=["classic", "openai", "old", "too old"],
)
@pytest.mark.parametrize(
    "command",
    [["load", "sim-x"], ["unload", "sim-x"], ["unload", "--all", "--yes"], ["download", "sim-x"]],
    ids=" ".join,
)
def test_servers_that_cannot(cli: Run, config: SimulatorConfig, kind: str, command: list[str]) -> None:
    with SimulatorServer(config) as server:
        result = cli("models", *command, "--json", "--base-url", server.base_url)
        assert not asked(server)
    assert (result.code, result.json["error"]["type"]) == (5, kind)
    assert result.err.startswith("error: ")


@pytest.mark.parametrize("command", [["load", "x"], ["unload", "x"], ["download", "x"], ["sync"], ["ls"]], ids=" ".join)
def test_nobody_answers(cli: Run, command: list[str]) -> None:
    result = cli("models", *command, "--json", "--base-url", "http://127.0.0.1:9")
    assert (result.code, result.json["error"]["type"]) == (3, "ServerRefusedError")


def test_elapsed_time_on_a_terminal(slow: SimulatorServer) -> None:
    code, text = at_terminal("models", "load", QWEN, "--base-url", slow.base_url)
    assert code == 0
    assert f"0 s  Loading {QWEN}" in text
    assert f"1 s  Loading {QWEN}" in text
    drawn = [line.removeprefix("\x1b[2K").split("\x1b[2K")[-1] for line in text.split("\n") if "Loading" in line]
    assert {len(line) for line in drawn} == {79}
    assert text.endswith(f"\x1b[0J{QWEN} is loaded as {QWEN} · context 16,384 tokens · in 1.2 s\n")


def test_none_where_lines_cannot_be_drawn_over(slow: SimulatorServer) -> None:
    code, text = at_terminal("models", "load", QWEN, "--base-url", slow.base_url, environ={"TERM": "dumb"})
    assert (code, text) == (0, f"{QWEN} is loaded as {QWEN} · context 16,384 tokens · in 1.2 s\n")


def test_ctrl_c_leaves_the_server_to_it() -> None:
    with SimulatorServer(SimulatorConfig(load_seconds=60)) as server:
        # A second after it said so the server has been asked.
        code, text = at_terminal(
            *("models", "load", QWEN, "--base-url", server.base_url),
            replies=[Reply(to="1 s  Loading", signal=signal.SIGINT)],
        )
    assert code == 130
    assert "error: Interrupted.\n  try: The server may go on loading" in text
    assert text.count("Interrupted") == 1


def test_ctrl_c_as_json() -> None:
    with SimulatorServer(SimulatorConfig(load_seconds=60)) as server:
        with started("models", "load", QWEN, "--json", "--base-url", server.base_url) as process:
            assert server.wait_for(lambda it: bool(asked(it)), LIMIT)
            process.send_signal(signal.SIGINT)
            result: Result = finished(process)
        assert server.wait_for(lambda it: asked(it)[0].disconnected, LIMIT)
    assert result.code == 130
    assert json.loads(result.out)["error"]["hint"].startswith("The server may go on")


@pytest.mark.parametrize(
    ("keys", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("\x04", 1)], ids=["y", "n", "enter", "end"]
)
def test_a_second_instance_is_asked_about(sim: SimulatorServer, keys: str, code: int) -> None:
    found, text = at_terminal(
        "models", "load", LLAMA, "--base-url", sim.base_url, replies=[Reply(to="once more? [y/N]", keys=keys)]
    )
    assert found == code, text
    assert len(asked(sim)) == (code == 0)


def test_yes_answers_at_a_terminal(sim: SimulatorServer) -> None:
    code, text = at_terminal("models", "load", LLAMA, "--yes", "--base-url", sim.base_url)
    assert (code, "[y/N]" in text) == (0, False)


# unload


def test_unload_an_instance_or_a_model(ask: Run) -> None:
    ask("models", "load", QWEN)
    ask("models", "load", QWEN, "--new-instance")
    result = ask("models", "unload", QWEN, "--json")
    assert result.json == {"unloaded": [QWEN], "failed": []}
    assert result.err == f"note: still loaded: {QWEN}:2 (--all unloads these, too).\n"
    assert ask("models", "unload", QWEN).out == f"{QWEN}:2 is unloaded.\n", "by its model, since it has only one"
    assert loaded(ask) == [LLAMA, NOMIC]


def test_a_model_with_several_instances(ask: Run) -> None:
    for _ in range(3):
        ask("models", "load", QWEN, "--new-instance")
    ask("models", "unload", QWEN)
    result = ask("models", "unload", QWEN)
    assert result.code == 1
    assert f"more than once: {QWEN}:2, {QWEN}:3." in result.err
    assert "--all" in result.err
    assert ask("models", "unload", QWEN, "--all", "--json").json["unloaded"] == [f"{QWEN}:2", f"{QWEN}:3"]


def test_unload_everything(ask: Run, sim: SimulatorServer) -> None:
    refused = ask("models", "unload", "--all", "--json")
    assert (refused.code, refused.json["error"]["type"]) == (2, "ConfirmationError")
    assert not sim.requests
    assert ask("models", "unload", "--all", "--yes", "--json").json["unloaded"] == [LLAMA, NOMIC]
    again = ask("models", "unload", "--all", "--yes")
    assert (again.code, again.out) == (0, "Nothing is loaded.\n")
    nothing = ask("models", "unload", LLAMA)
    assert (nothing.code, "; nothing is." in nothing.err) == (1, True)


@pytest.mark.parametrize(("keys", "code"), [("y\n", 0), ("\n", 1)], ids=["yes", "no"])
def test_unload_everything_is_asked_about(sim: SimulatorServer, keys: str, code: int) -> None:
    reply = Reply(to=f"Unload {LLAMA}, {NOMIC}? [y/N]", keys=keys)
    found, text = at_terminal("models", "unload", "--all", "--base-url", sim.base_url, replies=[reply])
    assert found == code, text
    assert len(asked(sim)) == (2 if code == 0 else 0)


def test_unload_nothing_or_what_is_not_there(ask: Run) -> None:
    assert ask("models", "unload").code == 2
    result = ask("models", "unload", "sim-lama", "--json")
    assert (result.code, result.json["unloaded"]) == (1, [])
    assert f"Did you mean {LLAMA}?" in result.err


def test_one_that_fails_does_not_keep_the_others(
    ask: Run, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lmstudio_tui.sdk import LMStudioClient

    real = LMStudioClient.unload_model

    def unload(self: LMStudioClient, instance_id: str) -> str:
        if instance_id == LLAMA:
            real(self, instance_id)  # somebody else was quicker
        return real(self, instance_id)

    monkeypatch.setattr(LMStudioClient, "unload_model", unload)
    result = ask("models", "unload", "--all", "--yes", "--json")
    assert result.code == 1
    assert result.json["unloaded"] == [NOMIC]
    (failed,) = result.json["failed"]
    assert (failed["instance_id"], set(failed["error"])) == (LLAMA, {"type", "message", "hint"})
