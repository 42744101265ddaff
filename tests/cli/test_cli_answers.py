"""`chat` and `complete` as text: what is asked, what is printed, and where."""

from __future__ import annotations

import os
import re
from typing import NoReturn

import pytest
from cli_runs import Run, asked, body, ran

from lmstudio_tui.cli.printer import Printer
from lmstudio_tui.sdk import ReasoningDelta, Reclassified
from lmstudio_tui.simulator import SimulatorServer

LOADED = "sim-llama-3.1-8b"


def test_an_answer_is_on_standard_output_and_nothing_else_is(ask: Run) -> None:
    result = ask("chat", "hello")
    assert result.code == 0
    assert "Simulated answer" in result.out
    assert result.out.endswith("\n")
    assert not result.out.endswith("\n\n")
    assert result.err == ""
    assert "\x1b" not in result.out


def test_without_a_model_a_loaded_one_is_asked(ask: Run, sim: SimulatorServer) -> None:
    ask("chat", "hello")
    assert body(sim)["model"] == LOADED
    ask("complete", "hello")
    assert body(sim)["model"] == LOADED


def test_the_model_of_the_option_then_that_of_the_settings(
    ask: Run, cli: Run, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_STUDIO_DEFAULT_MODEL", "sim-qwen3-8b")
    ask("chat", "hello")
    assert body(sim)["model"] == "sim-qwen3-8b"
    ask("chat", "hello", "-m", "sim-gpt-oss-20b")
    assert body(sim)["model"] == "sim-gpt-oss-20b"
    cli("-m", "sim-gemma-3n-e4b", "--base-url", sim.base_url, "chat", "hello")
    assert body(sim)["model"] == "sim-gemma-3n-e4b"


@pytest.mark.parametrize(
    ("prompt", "stdin", "sent"),
    [
        (["Summarise"], b"one\ntwo\n", "Summarise\n\none\ntwo"),
        ([], b"  one\r\n", "  one"),
        (["hi"], b"", "hi"),
        (["hi"], b" \n\n", "hi"),
        (["h\u00e9"], "\u65e5\u672c\U0001f999\n".encode(), "h\u00e9\n\n\u65e5\u672c\U0001f999"),
        (["hi"], b"\xff\x00abc", "hi\n\n\ufffd\x00abc"),
        ([], b"\xef\xbb\xbfmarked", "marked"),
        (["--", "--demo"], b"", "--demo"),
        (["-s", "--demo", "hi"], b"", "hi"),
    ],
    ids=["both", "input", "prompt", "blank input", "UTF-8", "binary", "mark", "dashes", "a value with dashes"],
)
def test_the_question_is_the_prompt_and_the_input(
    ask: Run, cli: Run, sim: SimulatorServer, prompt: list[str], stdin: bytes, sent: str
) -> None:
    result = cli("chat", "--base-url", sim.base_url, "-m", LOADED, "--max-tokens", "1", *prompt, stdin=stdin)
    assert result.code == 0, result.err
    assert body(sim)["messages"][-1] == {"role": "user", "content": sent}
    if "-s" in prompt:
        assert body(sim)["messages"][0] == {"role": "system", "content": "--demo"}


def test_a_huge_input_is_sent_whole(ask: Run, sim: SimulatorServer) -> None:
    result = ask("chat", "-m", LOADED, stdin=b"x" * 3_000_000)
    assert body(sim)["messages"][-1]["content"] == "x" * 3_000_000
    assert (result.code, "does not fit in context" in result.err) == (1, True)


@pytest.mark.parametrize("command", ["chat", "complete"])
@pytest.mark.parametrize("prompt", [[], [""], [" \n"]])
def test_nothing_to_ask_is_a_mistake(ask: Run, sim: SimulatorServer, command: str, prompt: list[str]) -> None:
    result = ask(command, *prompt, stdin=b" \n")
    assert result.code == 2
    assert "There is nothing to ask" in result.err
    assert not sim.requests


def test_standard_input_that_cannot_be_read_is_a_mistake(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> NoReturn:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("lmstudio_tui.cli.chat.piped_text", fail)
    result = ask("chat", "hi")
    assert result.code == 2
    assert "Standard input cannot be read: input/output error." in result.err


def test_every_parameter_is_sent(ask: Run, sim: SimulatorServer) -> None:
    given = {
        "temperature": 0.0,
        "max_tokens": 7,
        "top_p": 0.5,
        "top_k": 3,
        "min_p": 0.1,
        "presence_penalty": 0.25,
        "frequency_penalty": -0.25,
        "repeat_penalty": 1.5,
        "seed": 9,
        "ttl": 60,
        "draft_model": LOADED,
    }
    options = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    options += ["--stop", "A", "--stop", "B", "--param", 'logit_bias={"5": -1}', "--param", "note=not json"]
    expected = {**given, "stop": ["A", "B"], "logit_bias": {"5": -1}, "note": "not json"}
    assert ask("chat", "hi", "-m", LOADED, "-s", "Be brief", "--reasoning-effort", "low", *options).code == 0
    sent = body(sim)
    assert expected.items() <= sent.items()
    assert sent["reasoning_effort"] == "low"
    assert sent["messages"][0] == {"role": "system", "content": "Be brief"}
    assert ask("complete", "hi", "-m", LOADED, "--suffix", "end", *options).code == 0
    assert expected.items() <= body(sim).items()
    assert (body(sim)["prompt"], body(sim)["suffix"], asked(sim)[-1].path) == ("hi", "end", "/v1/completions")


def test_nothing_is_sent_that_was_not_asked_for(ask: Run, sim: SimulatorServer) -> None:
    ask("chat", "hi", "-m", LOADED)
    assert set(body(sim)) == {"model", "messages", "stream", "stream_options"}


def test_a_parameter_without_a_value_is_a_mistake(ask: Run) -> None:
    result = ask("chat", "hi", "--param", "top_k")
    assert (result.code, result.out) == (2, "")
    assert "NAME=JSON" in result.err


def test_no_stream_asks_for_one_piece(ask: Run, sim: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Simulated answer" in ask("chat", "hello", "--no-stream").out
    assert body(sim)["stream"] is False
    ask("chat", "hello")
    assert body(sim)["stream"] is True
    monkeypatch.setenv("LM_STUDIO_ENABLE_STREAMING", "false")
    ask("chat", "hello")
    assert body(sim)["stream"] is False


def test_stats_are_on_standard_error(ask: Run) -> None:
    plain, result = ask("chat", "hello"), ask("chat", "hello", "--stats")
    assert result.out == plain.out
    assert re.fullmatch(rf"[\d.,]+ tok/s · first .+ · \d+ tokens · .+ · {LOADED} · stop\n", result.err)
    assert " tokens · " in ask("chat", "hello", "--stats", "--no-stream").err
    cut = ask("chat", "hello", "--stats", "-m", "fault-cut-middle")
    assert cut.err.endswith("· interrupted\n")
    never = ask("chat", "hello", "--stats", "-m", "fault-crash")
    assert "interrupted" not in never.err


def test_what_had_arrived_stays(ask: Run) -> None:
    result = ask("chat", "hello", "-m", "fault-cut-middle")
    assert result.code == 1
    assert result.out.startswith("Hello!")
    assert result.out.endswith("\n")
    first, place, hint = result.err.splitlines()
    assert first.startswith("error: The answer was interrupted: ")
    assert place.startswith("  at:  POST http://127.0.0.1:")
    assert hint.startswith("  try: ")


def test_reasoning_is_no_part_of_the_answer(ask: Run) -> None:
    result = ask("chat", "hello", "-m", "fault-reasoning-field")
    assert "The user wants" not in result.out + result.err


def test_reasoning_that_passed_for_the_answer_is_told_apart(ask: Run) -> None:
    result = ask("chat", "hello", "-m", "fault-think-close-only")
    assert result.code == 0
    before, answer = result.out.split("\n\n", 1)
    assert "The user wants" in before
    assert answer.startswith("This is the **answer**")
    assert "note: what came before this line was the model's reasoning." in result.err


def test_an_answer_that_passed_for_reasoning_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer()
    for event in (ReasoningDelta('{"a":'), ReasoningDelta(" 1}"), Reclassified('{"a": 1}', "")):
        printer.show(event)
    printer.end()
    assert capsys.readouterr() == ('{"a": 1}\n', "")


def test_what_is_odd_is_said_on_standard_error(ask: Run) -> None:
    garbage = ask("chat", "hello", "-m", "fault-garbage-line")
    assert (garbage.code, garbage.out.count("skipped")) == (0, 0)
    assert garbage.err.startswith("warning: ")
    downgraded = ask("chat", "hello", "-m", "fault-no-streaming")
    assert downgraded.code == 0
    assert "note: without streaming: " in downgraded.err
    assert "Trying once more." in ask("chat", "hello", "-m", "fault-cut-before-once").err


def test_into_a_pipe_it_is_written_as_it_came(ask: Run) -> None:
    assert "\x1b[31mRed" in ask("chat", "hello", "-m", "fault-escape-codes").out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_encoding_lacks_is_replaced(sim: SimulatorServer, encoding: str) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    command = ["chat", "hello", "--base-url", sim.base_url]
    assert ran(*command, env=environ).out.startswith("Hello! ? I am")
    result = ran(*command, "--json", env=environ)
    assert result.out.isascii()
    assert result.json["text"].startswith("Hello! \N{WAVING HAND SIGN} I am")
