"""`embed` in a process of its own: Ctrl+C and again, a reader that leaves, a terminal."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cli_runs import LIMIT, MODULE, finished, ran, started
from terminal_runs import Reply, at_terminal

from embedding_server import EmbeddingServer, vector

COUNT = 300
TEXTS = [f"text {number}" for number in range(COUNT)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddingServer]:
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS))
    with EmbeddingServer() as running:
        yield running


def interrupted(server: EmbeddingServer, *arguments: str) -> tuple[int, str, str]:
    """Ctrl+C while the server is at the fifth request."""
    server.holding = 4
    with started("embed", *arguments, "--base-url", server.base_url) as process:
        assert server.held.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        done = finished(process)
    server.holding = None
    return done.code, done.out, done.err


def test_what_was_done_before_an_interruption_is_kept(server: EmbeddingServer, tmp_path: Path) -> None:
    texts, output = str(tmp_path / "texts.txt"), tmp_path / "out.npy"
    code, out, err = interrupted(server, "--file", texts, "-o", str(output))
    assert (code, out, output.exists()) == (130, "", False)
    assert "error: Interrupted." in err
    assert "128 of 300 vectors are kept: the same command goes on from there." in err
    done = ran("embed", "--file", texts, "-o", str(output), "--base-url", server.base_url)
    assert done.code == 0
    assert "128 of them as they were kept" in done.err
    assert server.texts == TEXTS, "each was embedded once, in both runs together"
    assert np.load(output).tolist() == [vector(text, "shuffled", 12) for text in TEXTS]


def test_what_had_come_is_printed(server: EmbeddingServer, tmp_path: Path) -> None:
    texts = str(tmp_path / "texts.txt")
    code, out, _ = interrupted(server, "--file", texts)
    found = json.loads(out)
    assert (code, found["error"]["type"]) == (130, "RequestCancelledError")
    assert [one["index"] for one in found["data"]] == list(range(128))
    server.holding, server.asked = 4, []
    server.held.clear()
    code, out, _ = interrupted(server, "--file", texts, "-f", "jsonl", "--no-store")
    assert (code, len(out.splitlines())) == (130, 128)


def test_numbers_alone_are_saved_too(server: EmbeddingServer, tmp_path: Path) -> None:
    output = tmp_path / "out.npy"
    code, _, err = interrupted(server, "--file", str(tmp_path / "texts.txt"), "-o", str(output), "--no-store")
    assert (code, "out.npy.part" in err, output.exists()) == (130, True, False)
    found = np.load(tmp_path / "out.npy.part")
    assert found[:128].tolist() == [vector(text, "shuffled", 12) for text in TEXTS[:128]]
    assert np.isnan(found[128:]).all()


def test_pipes_are_files(server: EmbeddingServer) -> None:
    line = 'printf "one\\ntwo" | "$@" --file /dev/stdin -f jsonl'
    command = [*MODULE, "embed", "--base-url", server.base_url]
    done = subprocess.run(["sh", "-c", line, "sh", *command], capture_output=True, timeout=LIMIT)
    assert [json.loads(one)["text"] for one in done.stdout.splitlines()] == ["one", "two"]


def test_a_matrix_or_a_ranking_of_a_part_is_none(server: EmbeddingServer, tmp_path: Path) -> None:
    code, out, _ = interrupted(server, "--file", str(tmp_path / "texts.txt"), "--similarity")
    found = json.loads(out)
    assert (code, found["matrix"], found["error"]["type"]) == (130, [], "RequestCancelledError")


def test_a_reader_that_leaves_ends_it(server: EmbeddingServer, tmp_path: Path) -> None:
    line = '"$@" | head -c 10'
    command = [*MODULE, "embed", "--file", str(tmp_path / "texts.txt"), "-f", "jsonl", "--base-url", server.base_url]
    done = subprocess.run(["sh", "-c", line, "sh", *command], capture_output=True, timeout=LIMIT)
    assert (done.stdout, done.stderr) == (b'{"index": ', b"")


# At a terminal


def test_a_person_gets_text_and_sees_how_far_it_is(server: EmbeddingServer, tmp_path: Path) -> None:
    server.holding = 4
    texts = str(tmp_path / "texts.txt")
    reply = Reply("42 %  128 of 300 texts", signal=signal.SIGINT)
    code, said = at_terminal("embed", "--file", texts, "--base-url", server.base_url, replies=[reply])
    assert (code, "a second" in said) == (130, True)
    server.holding = None
    code, said = at_terminal("embed", "--file", texts, "--base-url", server.base_url)
    assert code == 0
    assert "shuffled  12 dimensions  300 of 300 texts" in said
    assert "… and 260 more" in said


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_lines_fit_the_terminal(server: EmbeddingServer, size: tuple[int, int]) -> None:
    texts = ["日本語のテキストはとても広い" * 9, "plain", *TEXTS[:60]]
    for more in ([], ["--similarity"], ["--query", "what"]):
        code, said = at_terminal("embed", *texts, *more, "--base-url", server.base_url, size=size)
        lines = said.rsplit("\x1b[0J", 1)[-1].splitlines()
        assert code == 0
        assert len(lines) > 5
        widths = [len(line) + sum("\u3000" < char < "\ua000" for char in line) for line in lines]
        assert max(widths) <= size[0]
    assert at_terminal("embed", "a", "-f", "npy", "--base-url", server.base_url)[0] == 2


def test_nothing_to_embed_at_a_terminal(server: EmbeddingServer) -> None:
    code, said = at_terminal("embed", "--base-url", server.base_url)
    assert (code, "There are no texts." in said) == (2, True)
