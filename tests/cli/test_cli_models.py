"""The list of models and its filters, and the list that is kept for when the server is away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_runs import Run

from lmstudio_tui.cli.models_table import model_as_json
from lmstudio_tui.sdk import ModelListing, ModelSummary
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer


def ids(run: Run, *arguments: str) -> list[str]:
    result = run("models", "--json", *arguments)
    assert (result.code, result.err) == (0, "")
    return [model["id"] for model in result.json["models"] if not model["id"].startswith("fault-")]


def test_the_types(ask: Run) -> None:
    everything = ids(ask)
    assert set(ids(ask, "--type", "embedding")) == {"sim-nomic-embed-v1.5", "sim-bge-m3"}
    assert ids(ask, "--type", "vlm") == ["sim-gemma-3n-e4b"]
    assert ids(ask, "--type", "llm", "--type", "vlm", "--type", "embedding") == everything
    assert ask("models", "--type", "nonsense").code == 2


def test_types_that_only_the_server_knows(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = ModelSummary.model_construct(id="h", type="Hologram")
    listing = ModelListing.model_construct(models=(strange,), sources=("/api/v1/models",), fetched_at=datetime.now(UTC))

    def fetch(*_: object) -> ModelListing:
        return listing

    monkeypatch.setattr("lmstudio_tui.sdk.client.LMStudioClient.fetch_models", fetch)
    assert ids(ask, "--type", "hologram") == ids(ask) == ["h"]
    assert "Hologram" in ask("models").out
    assert ask("models", "--type", "llm").out == "No model passes --type.\n"
    slip = ask("models", "--type", "holograms")
    assert slip.code == 2
    assert "The types are: embedding, hologram, llm, vlm." in slip.err


def test_a_server_below_the_floor_is_warned_of(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(flavour="classic", server_version="0.2.17")) as server:
        result = cli("models", "--base-url", server.base_url)
        ping = cli("ping", "--base-url", server.base_url)
    assert (result.code, ping.code) == (0, 0)
    warning = "warning: Version 0.2.17 is too old; 0.2.18 is the first that works. Upgrade LM Studio to 0.2.21 or later"
    assert result.err.startswith(warning)
    assert result.out.startswith("model ")
    assert "\n  try      Upgrade LM Studio to 0.2.21 or later" in ping.out
    with SimulatorServer(SimulatorConfig(flavour="classic")) as server:
        assert cli("models", "--base-url", server.base_url).err == ""


def test_loaded_status_query_and_limit(ask: Run) -> None:
    loaded = ["sim-llama-3.1-8b", "sim-nomic-embed-v1.5"]
    assert ids(ask, "--loaded") == loaded
    assert ids(ask, "--status", "loaded") == loaded
    assert ids(ask, "--loaded", "--limit", "1") == loaded[:1], "so many of what is left"
    assert ids(ask, "--query", "QWEN q6_k") == ["sim-qwen3-8b"]
    assert ids(ask, "-q", "qwen nonsense") == []
    assert len(ids(ask, "--limit", "3")) == 3
    assert ask("models", "--limit", "0").code == 2


def test_the_owner_or_the_publisher(ask: Run) -> None:
    assert ids(ask, "--owned-by", "lmstudio-tui-simulator") == ids(ask)
    assert ids(ask, "--owned-by", "nobody") == []


def test_a_classic_server_is_asked_for_what_is_wanted(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(flavour="classic", list_faults=False)) as server:
        cli("models", "--owned-by", "x", "--status", "ready", "--base-url", server.base_url)
        asked = [request for request in server.requests if request.path.startswith("/v1/models")]
    assert asked
    assert "owned_by=x" in str(asked[0])
    assert "status=ready" in str(asked[0])


def test_why_nothing_is_listed(ask: Run, cli: Run) -> None:
    assert ask("models", "--query", "nonsense").out == "No model passes --query.\n"
    with SimulatorServer(SimulatorConfig(flavour="openai", list_faults=False, audio=False, images=False)) as server:
        address = ("--base-url", server.base_url)
        assert "does not tell which" in cli("models", "--loaded", *address).out
        assert "does not tell the types" in cli("models", "--type", "vlm", *address).out


def test_the_group_and_its_verbs_share_their_options(cli: Run, sim: SimulatorServer) -> None:
    address = ("--base-url", sim.base_url)
    for arguments in (
        (*address, "models", "ls", "--json"),
        ("models", *address, "ls", "--json"),
        ("models", *address, "--json", "ls"),
        ("models", "ls", "--json", *address),
    ):
        assert cli(*arguments).json["models"], arguments
    assert cli("models", "ls", "--loaded", *address).out == cli("models", "--loaded", *address).out
    misplaced = cli("models", "--loaded", "sync", *address)
    assert (misplaced.code, misplaced.out) == (2, "")
    assert "--loaded belongs to the list" in misplaced.err
    assert cli("models", "nonsense", *address).code == 2


# sync


def kept(home: Path) -> list[Path]:
    return sorted((home / ".cache" / "lmstudio-tui" / "models").glob("*"))


def test_sync_tells_what_has_changed(ask: Run, cli: Run, home: Path) -> None:
    first = ask("models", "sync")
    assert (first.code, first.err) == (0, "")
    assert "models kept; there was no earlier list to compare with." in first.out
    assert len(kept(home)) == 1
    assert "nothing has changed since" in ask("models", "sync").out
    assert ask("models", "load", "sim-qwen3-8b").code == 0
    assert (
        "changed  sim-qwen3-8b: state not-loaded \u2192 loaded, instances \u2013 \u2192 sim-qwen3-8b (16384)"
        in ask("models", "sync").out
    )
    ask("models", "unload", "sim-qwen3-8b")
    found = ask("models", "sync", "--json").json
    assert list(found) == ["base_url", "fetched_at", "previous", "added", "removed", "changed", "total"]
    assert datetime.fromisoformat(found["previous"]) <= datetime.fromisoformat(found["fetched_at"])
    (changed,) = found["changed"]
    assert (changed["id"], changed["fields"]["state"]) == ("sim-qwen3-8b", ["loaded", "not-loaded"])


def test_sync_tells_what_was_added_and_removed(ask: Run, sim: SimulatorServer, home: Path) -> None:
    assert ask("models", "sync", "--json").json["previous"] is None
    (path,) = kept(home)
    members = json.loads(path.read_text())
    members["models"] = [*members["models"][1:], {"id": "gone"}]
    path.write_text(json.dumps(members))
    out = ask("models", "sync").out
    assert "  added    sim-llama-3.1-8b\n  removed  gone\n" in out
    path.write_text("{")
    found = ask("models", "sync", "--json")
    assert (found.code, found.json["previous"], found.json["added"]) == (
        0,
        None,
        [model["id"] for model in ask("models", "--json").json["models"]],
    )
    assert [one.suffix for one in kept(home)] == [".json", ".broken"]


def test_sync_that_fails(ask: Run, cli: Run, home: Path) -> None:
    away = cli("models", "sync", "--json", "--base-url", "http://127.0.0.1:9")
    assert (away.code, away.json["error"]["type"], away.json["total"]) == (3, "ServerRefusedError", 0)
    assert not kept(home)
    (home / ".cache").write_text("a file")
    result = ask("models", "sync", "--json")
    assert (result.code, result.json["error"]["type"]) == (1, "CacheError")
    assert "cannot be kept in" in result.err


@pytest.mark.parametrize("flavour", ["classic", "openai"])
def test_sync_on_every_kind(cli: Run, flavour: str) -> None:
    with SimulatorServer(SimulatorConfig(flavour=flavour)) as server:  # pyright: ignore[reportArgumentType]
        assert cli("models", "sync", "--json", "--base-url", server.base_url).json["total"] > 0


def test_scripts_meet_no_type_or_state_that_they_do_not_know() -> None:
    strange = ModelSummary(id="h", type="hologram", state="loading")
    found = model_as_json(strange)
    assert (found["type"], found["type_as_told"], found["state"]) == (None, "hologram", "not-loaded")
    usual = model_as_json(ModelSummary(id="v", type="vlm", state="loaded"))
    assert (usual["type"], usual["type_as_told"], usual["state"]) == ("vlm", "vlm", "loaded")
