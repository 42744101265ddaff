"""What it costs to show a reply of 10,000 tokens of mixed Markdown as fast as it comes, at 80×24."""

from __future__ import annotations

import asyncio
import time

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from lmstudio_tui.tui.widgets.transcript import Role, Transcript, Turn

_PART = """## Part {n}

A paragraph with **bold**, *emphasis*, `code` and a [link](https://example.com/{n}), long enough to wrap at the width
of an ordinary terminal, because most of what a model says is just that: text, in sentences, one after the other.

- first point of part {n}
  - a nested one, with `inline code`
- second point

| name | value |
| --- | --- |
| alpha | {n} |
| beta | two |

```python
def part_{n}(value: int) -> int:
    return value * {n}  # a comment
```

"""
TOKENS = 10_000


def tokens() -> list[str]:
    """The reply in pieces of about four characters."""
    text = ""
    number = 0
    while len(text) < TOKENS * 4:
        number += 1
        text += _PART.format(n=number)
    return [text[start : start + 4] for start in range(0, TOKENS * 4, 4)]


class _Ours(App[None]):
    def compose(self) -> ComposeResult:
        yield Transcript()


class _Theirs(App[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown()


def ours() -> float:
    """CPU of the transcript."""

    async def run() -> float:
        app = _Ours()
        async with app.run_test(size=(80, 24)) as pilot:
            transcript = app.query_one(Transcript)
            transcript.add_turn(Turn(id="a", role=Role.ASSISTANT, status="streaming"))
            started = time.process_time()
            for number, piece in enumerate(tokens()):
                transcript.append_text("a", piece)
                if number % 50 == 0:
                    await asyncio.sleep(0)
            transcript.update_turn("a", status="complete")
            await pilot.pause(0.3)
            return time.process_time() - started

    return asyncio.run(run())


def markdown_stream() -> float:
    """CPU of Textual's own way."""

    async def run() -> float:
        app = _Theirs()
        async with app.run_test(size=(80, 24)) as pilot:
            started = time.process_time()
            stream = Markdown.get_stream(app.query_one(Markdown))
            for number, piece in enumerate(tokens()):
                await stream.write(piece)
                if number % 50 == 0:
                    await asyncio.sleep(0)
            await stream.stop()
            await pilot.pause(0.3)
            return time.process_time() - started

    return asyncio.run(run())
