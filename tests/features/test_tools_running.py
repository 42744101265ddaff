"""Commands that answer: what they get, what they may do, and that they always end."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest

from lmstudio_tui.features.tools import Tool, ToolResult, load_tools, run_command
from lmstudio_tui.features.tools.running import MOST_OUTPUT, environment
from lmstudio_tui.sdk import CancelScope
from waiting import until

DOCS = Path(__file__).parent.parent.parent / "docs" / "tools.md"


def script(folder: Path, code: str, *, seconds: float = 30.0, arguments: str = "{}") -> ToolResult:
    (folder / "tool.py").write_text(code)
    tool = Tool({"name": "tool"}, folder / "a.json", (sys.executable, "tool.py"), seconds)
    return run_command(tool, arguments, CancelScope())


def test_arguments_in_answer_out(tmp_path: Path) -> None:
    code = "import json, sys, os\nprint(json.load(sys.stdin)['city'] + ' ünï', os.getcwd())"
    found = script(tmp_path, code, arguments='{"city": "Genève"}')
    assert (found.text, found.ok) == (f"Genève ünï {tmp_path.resolve()}", True)
    assert re.fullmatch(r"It took \d+\.\d s\.", found.note)


def test_no_arguments_are_an_empty_object(tmp_path: Path) -> None:
    assert script(tmp_path, "import sys; print(sys.stdin.read())", arguments=" ").text == "{}"


def test_arguments_that_are_none_never_reach_it(tmp_path: Path) -> None:
    found = script(tmp_path, "open('ran', 'w')", arguments="{nope")
    assert found.text.startswith("Error: The arguments are no JSON")
    assert not found.ok
    assert not (tmp_path / "ran").exists()


def test_it_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LM_STUDIO_API_KEY", "LM_API_TOKEN", "OPENAI_API_KEY", "MY_PASSWORD", "LC_TOKEN", "TERM", "ANYTHING"):
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("LC_TIME", "C")
    found = script(tmp_path, "import os, json; print(json.dumps(dict(os.environ)))")
    given = json.loads(found.text)
    assert "s3cr3t" not in found.text
    assert given["PATH"] == os.environ["PATH"]
    assert given["LC_TIME"] == "C"
    assert environment({"Path": "x", "SECRET": "y"}) == {"Path": "x"}


def test_a_failure_says_what_stderr_said(tmp_path: Path) -> None:
    found = script(tmp_path, "import sys; print('half'); sys.exit('no such city')")
    assert found.text == "Error: the tool ended with exit code 1.\nno such city"
    assert not found.ok
    assert "exit code 1" in found.note
    assert script(tmp_path, "print('why'); raise SystemExit(3)").text.endswith("code 3.\nwhy")
    assert script(tmp_path, "import os; os.kill(os.getpid(), 11)").text == "Error: the tool was ended by signal 11."


def test_silence_is_an_answer(tmp_path: Path) -> None:
    assert script(tmp_path, "").text == "(no output)"


def test_much_output_is_cut_and_its_end_awaited(tmp_path: Path) -> None:
    found = script(tmp_path, "print('ü' * 1_000_000); open('done', 'w')")
    assert found.ok
    assert "Only its first 64 kB are used" in found.note
    assert found.text.startswith("üüü")
    assert "cut after 64 kB of 1953 kB" in found.text
    assert len(found.text.encode()) < MOST_OUTPUT + 100
    assert "\ufffd" not in found.text
    assert (tmp_path / "done").exists()


def test_what_is_printed_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    assert script(tmp_path, r"print('\x1b[31mred\x07')").text == "red"
    assert script(tmp_path, r"import sys; sys.stdout.buffer.write(b'a\xffb')").text == "a\ufffdb"


def test_input_that_nobody_reads(tmp_path: Path) -> None:
    assert script(tmp_path, "print(1)", arguments=json.dumps({"x": "y" * 1_000_000})).text == "1"


def test_a_time_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    found = script(tmp_path, "import time; time.sleep(60)", seconds=0.3)
    assert time.monotonic() - started < 10
    assert found.text == "Error: the tool did not answer within 0.3 s and was ended."
    assert not found.cancelled


def alive(path: Path) -> bool:
    """Whether the process that wrote its id there still runs."""
    try:
        state = Path(f"/proc/{path.read_text()}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", stubborn])
open("child.part", "w").write(str(child.pid))
os.rename("child.part", "child")
time.sleep({seconds})
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes by /proc")
def test_cancelling_ends_all_that_it_has_started(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(STUBBORN.format(seconds=60))
    scope, results = CancelScope(), list[ToolResult]()
    tool = Tool({"name": "tool"}, tmp_path / "a.json", (sys.executable, "tool.py"))
    thread = threading.Thread(target=lambda: results.append(run_command(tool, "{}", scope)))
    thread.start()
    until(lambda: (tmp_path / "child").exists())
    assert alive(tmp_path / "child")
    scope.cancel()
    thread.join(10)
    assert [(found.cancelled, found.ok, found.text) for found in results] == [(True, False, "")]
    until(lambda: not alive(tmp_path / "child"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes by /proc")
def test_what_it_leaves_running_neither_lasts_nor_delays_the_answer(tmp_path: Path) -> None:
    found = script(tmp_path, STUBBORN.format(seconds=0) + "print('done')")
    assert found.text == "done"
    until(lambda: not alive(tmp_path / "child"))


@pytest.mark.parametrize("program", ["no-such-program-here", "./tool.py", "/", "x" * 300])
def test_what_cannot_be_started(tmp_path: Path, program: str) -> None:
    (tmp_path / "tool.py").touch()
    found = run_command(Tool({"name": "tool"}, tmp_path / "a.json", (program,)), "{}", CancelScope())
    assert found.text == "Error: the tool could not be started."
    assert "could not be started: " in found.note


def test_a_program_beside_its_file_or_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "answer"
    program.write_text("#!/bin/sh\necho \"$1\" '$(id)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    for named in ("./answer", "~/answer", str(program)):
        tool = Tool({"name": "tool"}, tmp_path / "a.json", (named, "$(id); x"))
        assert run_command(tool, "{}", CancelScope()).text == "$(id); x $(id)"


def test_the_guide_is_right(tmp_path: Path) -> None:
    text = DOCS.read_text()
    for name, content in re.findall(r"`tools/([a-z_.]+)`:\n\n```\w+\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(content)
    tools, problems = load_tools(tmp_path)
    assert [tool.name for tool in tools] == ["ask_a_colleague", "count_words"]
    assert problems == ()
    assert run_command(tools[1], '{"text": "three small words"}', CancelScope()).text == "3 words"
