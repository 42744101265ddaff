"""`embed`: forms, exactness, files and pipes, models, and the store."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runs import Result, Run

from embedding_server import EmbeddingServer, vector
from lmstudio_tui.simulator import SimulatorConfig, SimulatorServer
from lmstudio_tui.store.embeddings import EmbeddingShelf, StoreError

TEXTS = ["the cat sat", "a cat was sitting", "the market fell", "shares lost"]
QUERY = "cats"


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running


@pytest.fixture
def embed(cli: Run, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `embed` on a server that answers out of order."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        return cli("embed", *arguments, "--base-url", server.base_url, stdin=stdin)

    return run


def numbers(texts: list[str], model: str = "shuffled", dimensions: int = 12) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([vector(text, model, dimensions) for text in texts])


def by_numpy(metric: str, texts: list[str] = TEXTS, model: str = "shuffled") -> np.ndarray[Any, np.dtype[np.float64]]:
    """The whole matrix."""
    values = numbers(texts, model)
    if metric == "euclidean":
        return np.linalg.norm(values[:, None] - values[None, :], axis=2)
    products = values @ values.T
    norms = np.linalg.norm(values, axis=1)
    return products if metric == "dot" else products / norms[:, None] / norms[None, :]


# What is written


def test_json_is_exact_and_in_order(embed: Run) -> None:
    done = embed(*TEXTS)
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ["model", "dimensions", "data", "usage"]
    assert (done.json["model"], done.json["dimensions"]) == ("shuffled", 12)
    assert done.json["usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    assert [list(one) for one in done.json["data"]] == [["index", "text", "embedding"]] * 4
    assert [one["index"] for one in done.json["data"]] == [0, 1, 2, 3]
    for one in done.json["data"]:
        assert one["embedding"] == vector(one["text"], "shuffled", 12)
    for more in (["--json"], ["--format", "json"], ["-o", "-"]):
        assert embed(*TEXTS, *more).json["data"] == done.json["data"]


def test_json_lines_and_csv(embed: Run) -> None:
    lines = [json.loads(line) for line in embed(*TEXTS, "-f", "jsonl").out.splitlines()]
    assert [list(one) for one in lines] == [["index", "text", "embedding"]] * 4
    assert [one["embedding"] for one in lines] == numbers(TEXTS).tolist()
    rows = list(csv.reader(io.StringIO(embed(*TEXTS, 'with "quotes", and\na line', "-f", "csv").out)))
    assert rows[0] == ["index", "text", *(f"embedding_{at}" for at in range(12))]
    assert [row[1] for row in rows[1:]] == [*TEXTS, 'with "quotes", and\na line']
    assert [[float(cell) for cell in row[2:]] for row in rows[1:5]] == numbers(TEXTS).tolist()


def test_npy_and_the_name_of_the_file(embed: Run, tmp_path: Path) -> None:
    done = embed(*TEXTS, "-o", "a.npy")
    assert (done.code, done.out) == (0, "")
    assert "written to a.npy: 4 texts of 12 dimensions" in done.err
    found = np.load(tmp_path / "a.npy")
    assert found.dtype == np.float64
    assert (found == numbers(TEXTS)).all()
    (tmp_path / "a.npy").chmod(0o640)
    assert embed("x", "-o", "a.npy").code == 2
    again = embed("x", *TEXTS, "-o", "a.npy", "--force")
    assert "4 of them as they were kept" in again.err
    assert np.load(tmp_path / "a.npy").shape == (5, 12)
    assert (tmp_path / "a.npy").stat().st_mode & 0o777 == 0o640
    for name, begins in (("a.json", "{"), ("a.jsonl", '{"index": 0'), ("a.csv", "index,text"), ("a.txt", "shuffled")):
        embed(*TEXTS, "-o", name)
        assert (tmp_path / name).read_text().startswith(begins)
    assert json.loads((tmp_path / "a.json").read_text())["dimensions"] == 12


def test_numbers_of_32_bits_stay_so(ask: Run, tmp_path: Path) -> None:
    done = ask("embed", *TEXTS, "-o", str(tmp_path / "a.npy"))
    assert done.code == 0
    found = np.load(tmp_path / "a.npy")
    printed = ask("embed", *TEXTS, "--json").json
    assert (np.array([one["embedding"] for one in printed["data"]]) == found.astype(np.float64)).all()


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_similarity(embed: Run, tmp_path: Path, metric: str) -> None:
    found = embed(*TEXTS, "--similarity", "--metric", metric).json
    assert list(found) == ["model", "metric", "labels", "matrix"]
    assert (found["model"], found["metric"], found["labels"]) == ("shuffled", metric, TEXTS)
    assert np.abs(np.array(found["matrix"]) - by_numpy(metric)).max() < 1e-9
    embed(*TEXTS, "--similarity", "--metric", metric, "-o", "a.npy")
    assert np.load(tmp_path / "a.npy").tolist() == found["matrix"]
    lines = embed(*TEXTS, "--similarity", "--metric", metric, "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["similarities"] for line in lines] == found["matrix"]
    rows = list(csv.reader(io.StringIO(embed(*TEXTS, "--similarity", "--metric", metric, "-f", "csv").out)))
    assert rows[0] == ["", *TEXTS]
    assert [[float(cell) for cell in row[1:]] for row in rows[1:]] == found["matrix"]


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_query(embed: Run, metric: str) -> None:
    found = embed(*TEXTS, "--query", QUERY, "--metric", metric).json
    assert list(found) == ["model", "query", "results"]
    assert (found["model"], found["query"]) == ("shuffled", QUERY)
    scores = by_numpy(metric, [*TEXTS, QUERY])[-1][:-1]
    order = np.argsort(scores if metric == "euclidean" else -scores)
    assert [one["index"] for one in found["results"]] == order.tolist()
    for rank, one in enumerate(found["results"], 1):
        assert list(one) == ["rank", "index", "text", "score"]
        assert (one["rank"], one["text"]) == (rank, TEXTS[one["index"]])
        assert abs(one["score"] - scores[one["index"]]) < 1e-9
    assert embed(*TEXTS, "--query", QUERY, "--top", "2", "--metric", metric).json["results"] == found["results"][:2]
    rows = list(csv.reader(io.StringIO(embed(*TEXTS, "-q", QUERY, "-k", "2", "-f", "csv").out)))
    assert [rows[0], len(rows)] == [["rank", "index", "text", "score"], 3]
    lines = embed(*TEXTS, "-q", QUERY, "--metric", metric, "-f", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == found["results"]


def permit(text: str) -> str:
    return ""


# Two models


def test_two_models_are_compared(embed: Run, server: EmbeddingServer) -> None:
    both = ["-m", "one", "-m", "two"]
    found = embed(*TEXTS, *both).json
    assert list(found) == ["models"]
    assert [one["model"] for one in found["models"]] == ["one", "two"]
    for one in found["models"]:
        assert [row["embedding"] for row in one["data"]] == numbers(TEXTS, one["model"]).tolist()
    found = embed(*TEXTS, *both, "--similarity").json
    for one in found["models"]:
        assert np.abs(np.array(one["matrix"]) - by_numpy("cosine", TEXTS, one["model"])).max() < 1e-9
    found = embed(*TEXTS, *both, "--query", QUERY, "--top", "3").json
    for one in found["models"]:
        scores = by_numpy("cosine", [*TEXTS, QUERY], one["model"])[-1][:-1]
        assert [row["index"] for row in one["results"]] == np.argsort(-scores)[:3].tolist()
    lines = [json.loads(line) for line in embed(*TEXTS, *both, "-f", "jsonl").out.splitlines()]
    assert [line["model"] for line in lines] == ["one"] * 4 + ["two"] * 4
    assert embed(*TEXTS, *both, "-o", "a.npy").code == 2
    assert embed(*TEXTS, "-m", "one", "-m", "one").json["model"] == "one"


def test_two_models_for_people(embed: Run) -> None:
    said = embed(*TEXTS, "-m", "one", "-m", "two", "--query", QUERY, "-f", "text").out
    assert said.startswith("one, two  cosine  cats\n")
    assert "by 2" in said
    assert all(text in said for text in TEXTS)
    said = embed(*TEXTS, "-m", "one", "-m", "two", "--similarity", "-f", "text").out
    assert said.count("1.000") == 8
    assert "two  12 dimensions  4 of 4 texts  cosine" in said


# Where texts are from


def test_standard_input_a_text_a_line(embed: Run) -> None:
    piped = "\ufeffone\r\n\n  \ntwo words\nthree".encode()
    for arguments in ([], ["-"], ["--file", "-"]):
        found = embed(*arguments, stdin=piped).json
        assert [one["text"] for one in found["data"]] == ["one", "two words", "three"]
    assert [one["text"] for one in embed("zero", "-", stdin=piped).json["data"]] == [
        "zero",
        "one",
        "two words",
        "three",
    ]
    assert embed("zero", stdin=piped).json["data"][-1]["text"] == "zero", "it is read when it is wanted"
    assert embed("--query", QUERY, stdin=piped).json["results"][0]["rank"] == 1
    assert embed(*TEXTS, "--query", "-", stdin=b"cats\n").json["query"] == QUERY


def test_files(embed: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.csv").write_text("id,text,title\n1,three,x\n2,four,y\n")
    (tmp_path / "c.jsonl").write_text('{"body": "five"}\n')
    done = embed("zero", "--file", "a.txt", "--file", "b.csv", "--file", "c.jsonl")
    assert [one["text"] for one in done.json["data"]] == ["zero", "one", "two", "three", "four", "five"]
    assert "The texts are from" in done.err
    done = embed("--file", "b.csv", "--csv-column", "title")
    assert [one["text"] for one in done.json["data"]] == ["x", "y"]
    missing = embed("--file", "b.csv", "--column", "nothing")
    assert (missing.code, missing.json["error"]["type"], missing.json["data"]) == (2, "ReadingError", [])
    assert embed("--file", "a.txt", "-o", "a.txt", "--force").code == 2
    assert (tmp_path / "a.txt").read_text() == "one\ntwo\n"


def test_prefixes_go_to_the_model_and_nowhere_else(embed: Run, server: EmbeddingServer) -> None:
    found = embed("a", "b", "--query", "c", "--prefix", "text: ", "--query-prefix", "query: ").json
    assert server.texts == ["text: a", "text: b", "query: c"]
    assert {one["text"] for one in found["results"]} == {"a", "b"}
    assert found["query"] == "c"


def test_dimensions_and_batches_are_the_servers(embed: Run, server: EmbeddingServer) -> None:
    found = embed(*TEXTS, "--dimensions", "5", "--batch-size", "3").json
    assert (found["dimensions"], [len(texts) for texts in server.asked]) == (5, [3, 1])
    assert [body["dimensions"] for body in server.bodies] == [5, 5]


# Models


def test_which_model_is_asked(embed: Run, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.models = [{"id": "llama"}, {"id": "bge-m3"}]
    assert embed("a").json["model"] == "bge-m3"
    server.models.append({"id": "nomic-embed"})
    both = embed("a")
    assert (both.json["model"], "nomic-embed" in both.err) == ("bge-m3", True)
    monkeypatch.setenv("LM_STUDIO_DEFAULT_EMBEDDING_MODEL", "mine")
    assert embed("a").json["model"] == "mine"
    assert embed("a", "-m", "yours").json["model"] == "yours"


def test_no_model_that_embeds(embed: Run, server: EmbeddingServer) -> None:
    server.models = [{"id": f"llama-{number}"} for number in range(12)]
    done = embed("a")
    assert done.code == 5
    assert done.json["error"]["type"] == "ModelNotFoundError"
    assert "llama-0, llama-1" in done.json["error"]["message"]
    assert "and 4 more" in done.json["error"]["message"]
    assert "--model" in done.json["error"]["hint"]
    assert server.bodies == []


def test_the_model_may_stand_before_the_command(cli: Run, server: EmbeddingServer) -> None:
    assert cli("-m", "one", "embed", "a", "--base-url", server.base_url).json["model"] == "one"


def test_another_model_answers(embed: Run, server: EmbeddingServer) -> None:
    server.named = {"typo": "other"}
    done = embed("a", "-m", "typo")
    assert (done.code, done.json["model"]) == (0, "other")
    assert "typo was asked, and other has answered" in done.err


def test_a_chat_model_is_refused_in_words(ask: Run) -> None:
    done = ask("embed", "a", "-m", "sim-llama-3.1-8b", "--json")
    assert (done.code, done.json["error"]["type"], done.json["data"]) == (1, "BadRequestError", [])
    assert "error: " in done.err


# The store


def test_nothing_is_embedded_twice(embed: Run, server: EmbeddingServer) -> None:
    first = embed(*TEXTS)
    again = embed(*TEXTS)
    assert len(server.bodies) == 1
    assert again.json["data"] == first.json["data"]
    assert again.json["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    embed(*TEXTS, "more", "--similarity")
    assert server.asked[1:] == [["more"]]
    assert embed(*TEXTS, "--anew").json["data"] == first.json["data"]
    assert len(server.asked[2]) == 4


def test_without_the_store(embed: Run, server: EmbeddingServer, home: Path) -> None:
    for _ in range(2):
        embed(*TEXTS, "--no-store")
    assert len(server.bodies) == 2
    assert not list(home.rglob("embeddings.sqlite"))


def test_the_simulator_is_enough(cli: Run) -> None:
    first = cli("embed", *TEXTS, "--demo")
    assert first.code == 0
    assert cli("embed", *TEXTS, "--demo").json["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


# What goes wrong


def test_a_text_that_is_refused_costs_no_others(embed: Run, server: EmbeddingServer, tmp_path: Path) -> None:
    server.refuse = lambda text: "input is too large to process" if text == TEXTS[1] else ""
    done = embed(*TEXTS)
    assert done.code == 1
    assert list(done.json) == ["model", "dimensions", "data", "usage", "refused", "error"]
    assert [one["index"] for one in done.json["data"]] == [0, 2, 3]
    (refused,) = done.json["refused"]
    assert (refused["index"], refused["text"]) == (1, TEXTS[1])
    assert "too large" in refused["message"]
    assert done.json["error"]["type"] == "RefusedInputError"
    assert 'Text 2 ("a cat was sitting")' in done.err
    matrix = embed(*TEXTS, "--similarity").json["matrix"]
    assert matrix[1] == [None] * 4
    assert [row[1] for row in matrix] == [None] * 4
    assert len(embed(*TEXTS, "--query", QUERY).json["results"]) == 3
    assert embed(*TEXTS, "-o", "a.npy").code == 1
    found = np.load(tmp_path / "a.npy")
    assert np.isnan(found[1]).all()
    assert (found[[0, 2, 3]] == numbers([TEXTS[0], *TEXTS[2:]])).all()
    alone = embed(TEXTS[1])
    assert (alone.code, alone.json["data"], alone.json["dimensions"]) == (1, [], None)


def test_what_had_come_before_an_error(embed: Run, server: EmbeddingServer, tmp_path: Path) -> None:
    server.dying = 2
    done = embed(*TEXTS, "--batch-size", "1")
    assert (done.code, done.json["error"]["type"]) == (1, "ModelCrashedError")
    assert [one["index"] for one in done.json["data"]] == [0, 1]
    assert "2 of 4 vectors are kept" in done.err
    done = embed(*TEXTS, "--batch-size", "1", "-o", "a.jsonl", "--json", "-f", "json")
    assert (done.code, done.json["data"]) == (1, [])
    assert list(tmp_path.glob("a.jsonl*")) == []
    assert embed(*TEXTS, "--similarity").json["matrix"] == []
    server.dying, server.asked = 1, []
    done = embed(*TEXTS, "--batch-size", "1", "-o", "a.jsonl", "--no-store")
    assert "what had come is in a.jsonl.part" in done.err
    assert len((tmp_path / "a.jsonl.part").read_text().splitlines()) == 1
    server.dying, server.asked = None, []
    embed(*TEXTS, "-o", "a.jsonl")
    assert server.asked == [TEXTS[2:]]


def test_a_query_that_fails(embed: Run, server: EmbeddingServer) -> None:
    server.refuse = lambda text: "no such thing" if text == QUERY else ""
    done = embed(*TEXTS, "--query", QUERY)
    assert (done.code, done.json["results"], done.json["query"]) == (1, [], QUERY)
    embed(*TEXTS)
    server.dimensions, server.refuse = 7, permit
    done = embed(*TEXTS, "--query", QUERY)
    assert (done.code, done.json["error"]["type"]) == (1, "VectorsError")
    assert "--anew" in done.json["error"]["hint"]
    assert embed(*TEXTS, "--query", QUERY, "--anew").code == 0


def test_a_query_is_kept_too(embed: Run, server: EmbeddingServer) -> None:
    first = embed(*TEXTS, "--query", QUERY)
    server.asked.clear()
    assert embed(*TEXTS, "--query", QUERY).json == first.json
    assert server.asked == []


def test_one_server_has_one_store_however_it_is_called(cli: Run, server: EmbeddingServer) -> None:
    for address in (server.base_url, f"{server.base_url.replace('127.0.0.1', 'localhost')}/v1/"):
        assert cli("embed", "a", "--base-url", address).code == 0
    assert server.asked == [["a"]]


@pytest.mark.parametrize("form", ["jsonl", "npy"])
def test_what_a_store_does_not_keep_is_written_beside_the_file(
    embed: Run, server: EmbeddingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def refuse(*_: object) -> int:
        raise StoreError("Embeddings cannot be saved: the disk is full.", "Make room on it.")

    keep, kept = EmbeddingShelf.keep, iter([True])

    def keep_one(*args: Any) -> int:
        return keep(*args) if next(kept, False) else refuse()

    monkeypatch.setattr(EmbeddingShelf, "keep", keep_one)
    server.dying = 2
    done = embed(*TEXTS, "--batch-size", "1", "-o", f"a.{form}")
    assert "Vectors are not kept" in done.err
    assert "1 of 4 vectors are kept" in done.err
    part = tmp_path / f"a.{form}.part"
    assert f"what had come is in a.{form}.part" in done.err
    if form == "npy":
        assert np.isnan(np.load(part)).all(axis=1).tolist() == [False, False, True, True]
        assert (np.load(part)[:2] == numbers(TEXTS[:2])).all()
    else:
        assert len(part.read_text().splitlines()) == 2
    server.asked = []
    monkeypatch.setattr(EmbeddingShelf, "keep", refuse)
    done = embed(*TEXTS, "--anew", "--batch-size", "1", "-o", f"a.{form}")
    assert "are kept" not in done.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "utf-8-sig"])
def test_standard_input_is_read_as_files_are(embed: Run, server: EmbeddingServer, encoding: str) -> None:
    done = embed(stdin="Grüße aus Köln\nsecond\n".encode(encoding))
    assert server.asked == [["Grüße aus Köln", "second"]]
    assert ("It was read as" in done.err or "It is not UTF-8" in done.err) == (encoding != "utf-8-sig")
    assert embed("a", "--query", "-", stdin="Köln\n".encode(encoding)).json["query"] == "Köln"


def test_what_is_no_text_is_refused(embed: Run, server: EmbeddingServer) -> None:
    for arguments in ([], ["a", "--query", "-"]):
        done = embed(*arguments, "--json", stdin=b"\x89PNG\r\n\x1a\n\0\0\0")
        assert (done.code, done.json["error"]["type"]) == (2, "ReadingError")
    for arguments in (["a\udcff"], ["a", "-q", "\udcff"], ["a", "--prefix", "\ud800"]):
        done = embed(*arguments)
        assert (done.code, done.json["error"]["type"]) == (2, "InputError")
    assert server.bodies == []


def test_files_of_any_name(embed: Run, server: EmbeddingServer, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("one\ntwo\n")
    done = embed("--file", "notes.md")
    assert (done.code, server.asked) == (0, [["one", "two"]])
    assert "notes.md was read as a text a line" in done.err


def test_several_texts_that_are_refused(embed: Run, server: EmbeddingServer) -> None:
    server.refuse = lambda text: "input is too large to process" if text.startswith("bad") else ""
    done = embed("good", *(f"bad {number}" for number in range(8)))
    message = done.json["error"]["message"]
    assert message.startswith('8 of 9 texts were not embedded: text 2 ("bad 0"), ')
    assert "and 4 more. The first: " in message
    assert done.json["error"]["hint"] == "Shorten them, or leave them out."
    assert embed("good", "bad").json["error"]["hint"] == "Shorten it, or leave it out."
    server.refuse = lambda text: "NaN" if text.startswith("odd") else ""
    assert embed("good", "odd").json["error"]["hint"] == "Leave it out, or take another model."


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["a", "--base-url", "http://127.0.0.1:9"], 3, "ServerRefusedError"),
        (["a", "--base-url", "http://127.0.0.1:9", "-m", "x"], 3, "ServerRefusedError"),
        (["a", "--base-url", "http://box.lan"], 2, "HostNotAllowedError"),
        (["a", "--config", "nowhere.toml"], 2, "SettingsError"),
        (["a", " "], 2, "InputError"),
        ([], 2, "InputError"),
        (["--file", "none.txt"], 2, "ReadingError"),
    ],
)
@pytest.mark.parametrize(
    ("task", "members"),
    [
        ([], {"model": None, "dimensions": None, "data": [], "usage": None}),
        (["--similarity"], {"model": None, "metric": "cosine", "labels": [], "matrix": []}),
        (["--query", "q"], {"model": None, "query": "q", "results": []}),
        (["-m", "one", "-m", "two"], {"models": []}),
    ],
)
def test_every_failure_is_an_object(
    cli: Run,
    sim: SimulatorServer,
    arguments: list[str],
    code: int,
    kind: str,
    task: list[str],
    members: dict[str, object],
) -> None:
    done = cli("--base-url", sim.base_url, "embed", *arguments, *task, "--json")
    found = done.json
    error = found.pop("error")
    assert (done.code, error["type"]) == (code, kind)
    assert error["message"] in done.err.replace("\n", " ")
    if "-m" in [*arguments, *task] and code == 3:
        # What was begun says of which model.
        assert found.keys() == members.keys()
    else:
        assert found == members


def test_a_key_that_is_wanted(cli: Run) -> None:
    with SimulatorServer(SimulatorConfig(speed=0, api_key="sk-lm-secret")) as sim:
        done = cli("embed", "a", "--base-url", sim.base_url)
        assert (done.code, done.json["error"]["type"]) == (4, "AuthenticationError")
        assert cli("embed", "a", "--base-url", sim.base_url, "--api-key", "sk-lm-secret").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "--similarity", "--query", "b"],
        ["a", "--top", "3"],
        ["a", "--query-prefix", "x"],
        ["a", "--metric", "dot"],
        ["a", "--similarity", "--metric", "angle"],
        ["a", "--format", "xml"],
        ["a", "--json", "--format", "csv"],
        ["a", "--json", "-o", "a.npy"],
        ["a", "--query", "b", "-o", "a.npy"],
        ["a", "--query", "b", "-o", "a.parquet"],
        ["a", "-o", "a.xyz"],
        ["-", "--file", "-"],
        ["--query", "-"],
        ["a", "--top", "0", "--query", "b"],
    ],
)
def test_options_that_contradict_each_other(embed: Run, server: EmbeddingServer, arguments: list[str]) -> None:
    assert embed(*arguments).code == 2
    assert server.bodies == []


# For people


def test_the_text_form(embed: Run) -> None:
    said = embed("plain", "with \x1b[31mcolour", "-f", "text").out.splitlines()
    assert said[0] == "shuffled  12 dimensions  2 of 2 texts"
    assert "norm" in said[1]
    assert said[2].endswith("plain")
    assert "\x1b" not in said[3]
    norm = float(np.linalg.norm(numbers(["plain"])[0]))
    assert f"{norm:.4f}" in said[2]
    ranked = embed(*TEXTS, "--query", QUERY, "-k", "2", "-f", "text").out.splitlines()
    assert len(ranked) == 3
    many = embed(*(f"text {number}" for number in range(50)), "-f", "text").out
    assert "… and 10 more; --json or -o FILE has all." in many


def test_large_numbers_stay_in_their_columns(embed: Run, server: EmbeddingServer) -> None:
    lines: list[str] = []
    answer = server.answer
    for size in (1.0, -12345.678, 1e30, -1e300):
        server.answer = lambda body, size=size: (
            200,
            {**answer(body)[1], "data": [{"index": 0, "embedding": [size, -size, size * 7, 0.5]}]},
        )
        lines += embed("column", "-f", "text", "--anew").out.splitlines()[2:]
    assert len({line.index("column") for line in lines}) == 1


def test_nothing_is_printed_where_there_is_nothing(embed: Run, server: EmbeddingServer, tmp_path: Path) -> None:
    server.refuse = lambda _: "no such thing"
    for more in ([], ["--similarity"], ["--query", "b"]):
        done = embed("a", *more, "-f", "text")
        assert (done.code, done.out) == (1, "")
    assert embed("a", "-o", "a.txt").code == 1
    assert not (tmp_path / "a.txt").exists()


def test_parquet_needs_a_library(embed: Run, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:

    def installed(_: str) -> bool:
        return False

    monkeypatch.setattr("lmstudio_tui.vectors.extras.installed", installed)
    done = embed("a", "-o", "a.parquet")
    assert (done.code, server.bodies) == (2, [])
    assert "pip install" in done.err


def test_parquet(embed: Run, server: EmbeddingServer, tmp_path: Path) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    server.refuse = lambda text: "no such thing" if text == TEXTS[1] else ""
    embed(*TEXTS, "-o", "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table["index"].to_pylist() == [0, 2, 3]
    assert table["embedding"].to_pylist() == numbers([TEXTS[0], *TEXTS[2:]]).tolist()


def test_json_is_harmless(embed: Run) -> None:
    done = embed("a\x1b[31m\x9b\u202e\u2028b", "-f", "jsonl")
    assert len(done.out.splitlines()) == 1
    assert done.out.rstrip("\n").isprintable()
    assert json.loads(done.out)["text"] == "a\x1b[31m\x9b\u202e\u2028b"


def test_the_page_shows_what_is_printed(embed: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "embeddings.md").read_text(encoding="utf-8")
    told = {
        name: json.loads(text) for name, text in re.findall(r"<!-- (embed.*?) -->\n```json\n(.*?)```", page, re.DOTALL)
    }
    for name, more in (("embed", []), ("embed --similarity", ["--similarity"]), ("embed --query", ["--query", QUERY])):
        assert list(told[name]) == list(embed(*TEXTS, *more).json)
    assert list(told["embed models"]) == list(embed(*TEXTS, "-m", "one", "-m", "two").json)
    assert list(told["embed"]["data"][0]) == list(embed("a").json["data"][0])


def test_of_which_file_something_is_said(embed: Run, tmp_path: Path) -> None:
    (tmp_path / "pets.csv").write_text("name,age\ncat,1\n", encoding="utf-8")
    done = embed("--file", "pets.csv", "-o", "a.npy")
    assert "warning: pets.csv: The texts are from “name”; there is also “age”.\n" in done.err
    assert "note: written to a.npy: 1 text of 12 dimensions.\n" in done.err
