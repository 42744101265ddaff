"""The first ten minutes, step by step, as their page says: the installed command in a terminal of its own."""

from __future__ import annotations

import re
from pathlib import Path

from documented import DOCS
from terminal import ESCAPE, Terminal, new_user

CTRL_O, CTRL_R, CTRL_S, CTRL_T, CTRL_N, F7 = b"\x0f", b"\x12", b"\x13", b"\x14", b"\x0e", b"\x1b[18~"
PAGE = " ".join((DOCS / "getting-started.md").read_text(encoding="utf-8").split())


def test_every_step_leads_where_it_says(tmp_path: Path) -> None:
    for said in (
        "`Write three sentences about lighthouses.`",
        "type `system`, press Tab, and type a system prompt, such as *Answer in one sentence.*",
        "**F7** lists all conversations: type a word that was said",
        "`type:vlm` and press Enter. `l` on a model shows",
        "**Ctrl+O**, then **7**.",
        "Enter opens one, `5` shows the events of its stream",
        "**Ctrl+O**, then **3**. Type a text, Enter; another, Enter.",
    ):
        assert said in PAGE
    with Terminal("--demo", environ=new_user(tmp_path), whole_frames=True) as terminal:

        def goes(number: bytes, *texts: str) -> None:
            terminal.type(CTRL_O)
            terminal.shows("Go to")
            terminal.type(number)
            terminal.shows(*texts)

        # 2. Ask
        terminal.ready()
        terminal.type(b"Write three sentences about lighthouses.\r")
        # Something of the answer: "esc Stop" is there while it is awaited, and what has not come cannot be kept.
        terminal.shows("esc Stop", "Three sentences about lighthouses")
        terminal.type(ESCAPE)
        terminal.shows("■ Stopped. What had arrived is kept.")
        terminal.type(CTRL_R)
        # It is there: one on its way cannot be left for another, and the one that was stopped has its tok/s too.
        terminal.shows("· stop", "‹ 2/2 ›")
        terminal.type(b"\t")
        terminal.until(lambda: not terminal.prompt_focused)
        terminal.type(b"<")
        terminal.shows("‹ 1/2 ›")
        terminal.type(b"\t")
        terminal.until(lambda: terminal.prompt_focused)

        # 3. Change how it answers
        terminal.type(CTRL_S)
        terminal.shows("Type to filter")
        terminal.type(b"system")
        terminal.until(lambda: "Temperature" not in terminal.text)
        terminal.type(b"\tAnswer in one sentence.")
        terminal.shows("● System prompt", "Answer in one sentence.")
        terminal.type(ESCAPE)
        terminal.until(lambda: "System prompt" not in terminal.text)
        terminal.type(CTRL_T)
        terminal.shows("Enter take")
        terminal.type(b"qwen3\r")
        terminal.shows("Ask sim-qwen3-8b")

        # 4. Find it again
        terminal.type(CTRL_N)
        terminal.shows("New chat")
        terminal.type(F7)
        terminal.shows("Conversations")
        terminal.type(b"lighth")
        terminal.shows("## Three sentences about lighthouses")
        terminal.type(b"\r")
        terminal.shows("■ Stopped.")

        # 5. Look at the models
        goes(b"2", "loaded first")
        terminal.type(b"/")
        terminal.quiet(0.5)
        terminal.type(b"type:vlm\r")
        terminal.shows("1 of 7")
        terminal.quiet(0.5)
        terminal.type(b"l")
        terminal.shows("Estimated memory")
        terminal.type(ESCAPE)
        terminal.until(lambda: "Estimated memory" not in terminal.text)
        terminal.quiet(0.5)
        terminal.type(b"c")
        terminal.shows("← chat")
        goes(b"1", "Ask sim-gemma-3n-e4b")
        terminal.quiet(0.5)
        terminal.type(b"hello\r")
        terminal.shows("Simulated answer", "tok/s · first")

        # 6. See what went over the wire
        goes(b"7", "Requests", "POST")
        terminal.quiet(0.5)
        terminal.type(b"\r")
        terminal.shows("5 Events")
        terminal.quiet(0.5)
        terminal.type(b"5")
        terminal.until(lambda: re.search(r"\+\d\.\d{3}  ", terminal.text) is not None)

        # 7. Compare two texts
        goes(b"3", "Add texts, one a line")
        terminal.quiet(0.5)
        terminal.type(b"A cat sat.\rA dog sat.\r")
        terminal.shows("● embedded", "1.0 .")

        terminal.leave()
