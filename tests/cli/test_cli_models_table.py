"""The table of models: fitted to a terminal, whole where there is none."""

from __future__ import annotations

import pytest
from cli_runs import Run
from rich.cells import cell_len
from terminal_runs import at_terminal

from lmstudio_tui.cli.models_table import model_as_json, table
from lmstudio_tui.sdk import ModelInstance, ModelSummary
from lmstudio_tui.simulator import SimulatorServer

TWICE = ModelSummary(
    id="qwen/qwen3-8b",
    state="loaded",
    type="llm",
    parameters="8B",
    quantization="Q4_K_M",
    bits_per_weight=4.5,
    size_bytes=5_000_000_000,
    instances=(ModelInstance(id="a", context_length=4096), ModelInstance(id="a:2", context_length=8192)),
    capabilities=("vision", "tools", "reasoning"),
    owned_by="me",
    variants=("a@q4",),
    selected_variant="a@q4",
)
LONG = ModelSummary(id="long/" + "\u6a21" * 100 + "x" * 95 + "-end", state="not-loaded", type="embedding")
ORDINARY = ModelSummary(id="lmstudio-community/Meta-Llama-3.1-8B-Instruct-GGUF", state="not-loaded", type="llm")
ALL = (TWICE, LONG, ORDINARY)


@pytest.mark.parametrize("width", [20, 40, 80, 100, 160, 500])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = table(ALL, width).splitlines()
    assert len(lines) == 4
    assert max(map(cell_len, lines)) <= width
    assert lines[0].split()[:2] == ["model", "state"]
    assert ("can" in lines[0].split()) == (width >= 160), "it is the first to go"
    assert lines[2].split()[0].endswith("nd"), "names lose their middle"
    assert (LONG.id in lines[2]) == (width >= 500)
    assert (ORDINARY.id in lines[3]) == (width >= 160)


def test_without_a_terminal_nothing_is_cut_and_no_name_pushes_the_rest_away() -> None:
    lines = table(ALL, None).splitlines()
    assert [line.split()[0] for line in lines] == ["model", *(model.id for model in ALL)]
    assert lines[2].split()[1:] == ["not-loaded", "embedding"]
    assert max(map(cell_len, (lines[0], lines[1], lines[3]))) <= 140
    words = ModelSummary(id="a", quantization="q" * 200, type="llm")
    assert "q" * 200 in table([words, ORDINARY], None)
    assert len(table([words, ORDINARY], None).splitlines()[2]) < 100


def test_several_instances_show() -> None:
    line = table(ALL, None).splitlines()[1]
    assert "loaded ×2" in line
    assert "4k, 8k" in line
    same = TWICE.model_copy(update={"instances": (TWICE.instances[0],) * 3})
    assert "loaded ×3" in table([same], None)
    assert "  4k  " in table([same], None)
    many = tuple(ModelInstance(id=str(number), context_length=1024 * number) for number in range(1, 9))
    assert "1k, 2k, 3k, …" in table([TWICE.model_copy(update={"instances": many})], None)


def test_json_has_everything_that_is_known() -> None:
    found = model_as_json(TWICE)
    assert (found["parameters"], found["bits_per_weight"], found["owned_by"]) == ("8B", 4.5, "me")
    assert (found["variants"], found["selected_variant"]) == (["a@q4"], "a@q4")
    assert (found["description"], found["status"]) == (None, None)


def test_on_a_real_terminal(cli: Run, sim: SimulatorServer) -> None:
    for columns in (80, 50):
        code, text = at_terminal("models", "--base-url", sim.base_url, size=(columns, 24))
        assert code == 0
        assert max(map(cell_len, text.splitlines())) <= columns
    assert "reasoning" in cli("models", "--base-url", sim.base_url).out
