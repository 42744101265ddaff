"""Any text, in any pieces: what is made of it for a screen, an error or a file name can do nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hostile_strings import ACTIVE, CORPUS, OPEN, acts, wrapped
from hypothesis import given, settings
from hypothesis import strategies as st

from lmstudio_tui.features.chat.titles import title_of
from lmstudio_tui.features.history.words import file_name
from lmstudio_tui.features.mishaps import Mishaps
from lmstudio_tui.sdk.classify import error_for
from lmstudio_tui.sdk.redaction import Redactor
from lmstudio_tui.store.library.records import Conversation
from lmstudio_tui.text_safety import StreamCleaner, clean, clean_line
from lmstudio_tui.tui.messages import CopyWanted
from lmstudio_tui.tui.panes.chat.files import code_file_name
from lmstudio_tui.tui.widgets.transcript import Role, Turn
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.view import TurnView

MARKDOWN = [
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "```\n",
    "```py\n",
    "> ",
    "# ",
    "| a | b |\n|---|---|\n| ",
    " | ",
    "**",
    "`",
    "[a](",
    ")",
    "<b>",
    "&#27;",
    "&#x9b;",
    "&#x202e;",
]
BYTES = [
    "\x1b",
    "[",
    "]",
    "\x07",
    "\x9b",
    "\x9c",
    "\\",
    ";",
    "0",
    "52",
    "8",
    "J",
    "m",
    "P",
    "_",
    "\u202e",
    "\u0301",
    "\u200d",
    "\ufe0f",
    "\ud83d",
    "\udc4d",
    "\r",
    "a",
]
hostile = st.lists(
    st.one_of(st.sampled_from(CORPUS), st.sampled_from(MARKDOWN), st.sampled_from(BYTES), st.text(max_size=4)),
    max_size=12,
).map("".join)
CANVASES = {width: Canvas(width, Palette(), width) for width in (7, 40, 100)}
PARSER = make_parser()
REDACT = Redactor(["a-key-that-nobody-may-see"])


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_each_string_of_the_corpus(text: str) -> None:
    assert acts(clean(wrapped(text))) == []
    line = clean_line(wrapped(text))
    assert acts(line) == []
    assert "\n" not in line
    assert line.startswith(OPEN), "what stands around it stays"


@given(hostile, st.data())
def test_pieces_give_the_same_as_the_whole(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    cleaner = StreamCleaner()
    pieces = [cleaner.feed(text[start:end]) for start, end in pairwise([0, *cuts, len(text)])]
    whole = "".join([*pieces, cleaner.flush()])
    assert acts(whole) == []
    assert whole == clean(text)
    assert clean(whole) == whole


def test_a_flood_in_pieces_of_one() -> None:
    cleaner = StreamCleaner()
    pieces = [cleaner.feed(one) for one in "e" + "\u0301" * 500 + "x" + "\u0301" * 3]
    assert "".join(pieces) + cleaner.flush() == "e" + "\u0301" * 10 + "x" + "\u0301" * 3


@settings(max_examples=80)
@given(hostile, st.sampled_from(list(CANVASES)), st.sampled_from([Role.ASSISTANT, Role.USER, Role.NOTICE]), st.data())
def test_a_conversation(text: str, width: int, role: Role, data: st.DataObject) -> None:
    """At once and streamed, at every width: lines of text, none of which is a link."""
    canvas = CANVASES[width]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    streamed = TurnView(Turn(id="a", role=role, status="streaming"), 0, PARSER)
    for start, end in pairwise([0, *cuts, len(text)]):
        streamed.content.append_text(text[start:end])
        streamed.advance(canvas)
    at_once = TurnView(
        Turn(id="b", role=role, text=text, reasoning=text, note=text, model=text, footer=text, caution=text), 0, PARSER
    )
    at_once.advance(canvas)
    for line in [*streamed.lines(canvas), *at_once.lines(canvas)]:
        assert acts(line.text) == []
        assert "\n" not in line.text
        assert all(style is None or not style.link for _, style, _ in line.segments)


@given(hostile, st.sampled_from([200, 400, 401, 404, 413, 422, 429, 500, 503]), st.booleans())
def test_errors_of_a_server(text: str, status: int, as_json: bool) -> None:
    body = {"error": {"message": text, "type": text, "code": text, "param": text}} if as_json else None
    context = {"endpoint": "/v1/models", "method": "GET"}
    error = error_for(status, body, text, redact=REDACT, context=context, feature="chat")
    assert acts(error.message) == []
    assert acts(error.hint) == []
    assert "\n" not in error.message


@given(hostile)
def test_names_that_are_made_of_a_text(text: str) -> None:
    assert acts(title_of(text)) == []
    assert acts(CopyWanted(text, "answer").text) == []
    name = file_name(Conversation(id="0123456789abcdef", title=text, created_at=0.0, updated_at=0.0), "md")
    assert ACTIVE.search(name) is None
    assert name not in (".md", "..md")
    assert not set(name) & set('/\\:*?"<>|\0')
    assert len(name.encode()) < 256
    assert code_file_name(text).parent.name == ""


@given(hostile)
def test_errors_of_the_app_itself(text: str) -> None:
    shown = Mishaps(Path("never-written"), lambda: ()).shown(ValueError(text))
    assert acts(shown) == []
    assert "\n" not in shown
