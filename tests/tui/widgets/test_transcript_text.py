"""How a turn's text becomes lines: the same however it arrives, at every width, and without losing a word."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.widgets.transcript import Role, Turn
from lmstudio_tui.tui.widgets.transcript.chunks import Canvas
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.lines import Line, break_text, wrap
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.view import TurnView

PARSER = make_parser()
WIDTHS = (4, 20, 77)
CANVASES = {width: Canvas(width, Palette(), number) for number, width in enumerate((1, 2, 3, *range(4, 121)))}

CORPUS = {
    "prose": "Some **bold** and *italic* and ~~gone~~ and `code`.\nA soft break.\n\nAnother paragraph.  \nHard break.",
    "headings": "# One\n\nTwo\n===\n\nThree\n---\n### Four #\ntext\n#hashtag",
    "lists": "- a\n- b\n  - c\n    - d\n- e\n\n  para\n\n- loose\n* other list\n\n"
    "1. one\n1. two\n10. ten\n\n7) seven\n8) eight",
    "tasks": "- [ ] open\n- [x] done\n1. [X] numbered",
    "fences": "```python\ndef f():\n    return 1\n```\n\n~~~\ntilde ```\n~~~\n\n````md\n```\nnested\n```\n````\nafter",
    "nested fence": "1. Do\n   ```sh\n   ls -l\n\n   pwd\n   ```\n2. Then\n\n   > ```\n   > quoted\n   > ```\n",
    "open fence": "text\n```rust\nfn main() {\n    println!();",
    "table": "| a | b |\n|:--|--:|\n| 1 | two words |\n| `x|y` | **b** |\n| short |\n\nafter",
    "table end": "a | b\n--|--\n1 | 2\n> quote\n\nx\n| c |\n|---|\n| 3 |\n- list",
    "quotes": "> a\nlazy\n> > deep\n>\n> - list\n\nout",
    "references": "See [one] and [two][2].\n\n[one]: http://one.x\n[2]: http://two.x 'Title'\n\n[late] use\n\n- [late]: http://late.x",
    "definition title": "[a]: /url\n'title\ncontinues'\n[a] text\n[b]: /x\nparagraph [b]\n```\ncode\n```",
    "html": "<div>\n<b>x</b>\n</div>\n\nin <i>line</i>\n\n<!-- a\n\ncomment -->\nafter",
    "indented": "    code\n\n    more\n\ntext\n    lazy\n",
    "math": "$$\nx = y_1 * z_2\n$$\n\ninline $a_b$ and \\(x\\)",
    "rules": "a\n\n---\n***\n- - -\nb",
    "wide": "日本語の文章、そして絵文字👩‍👩‍👧と❤️です。한국어 텍스트\n\n| 名前 | x |\n|---|---|\n| 猫猫猫 | 1 |",
    "tabs": "\tcode\twith\ttabs\n\n- a\tb\n\n```\n\tx\ty\n```",
    "links": "<http://a.b> [t](http://c.d) ![alt](pic.png) [http://e.f](http://e.f) <me@x.y>",
    "entities": "&amp; &lt; &#x202E; &#27;[31m &nbsp;x",
    "empty": "",
    "blank": "\n \n\t\n",
    "marks": "- \n-\n\n*\n\n1.\n\n#\n\n>\n\n```\n```",
}  # fmt: skip


def drawn(view: TurnView, canvas: Canvas) -> list[Line]:
    assert view.advance(canvas)
    return list(view.lines(canvas))


def at_once(text: str, width: int, role: Role = Role.ASSISTANT) -> list[Line]:
    return drawn(TurnView(Turn(id="a", role=role, text=text), 0, PARSER), CANVASES[width])


def streamed(text: str, width: int, cuts: list[int], role: Role = Role.ASSISTANT) -> list[Line]:
    canvas = CANVASES[width]
    view = TurnView(Turn(id="a", role=role, status="streaming"), 0, PARSER)
    edges = [0, *sorted(cuts), len(text)]
    for start, end in pairwise(edges):
        view.content.append_text(text[start:end])
        drawn(view, canvas)
        for index in range(len(view.chunks)):
            view.measure(index, canvas)
        assert view.height == len(list(view.lines(canvas)))
    view.update(replace(view.turn, status="complete"), view.turn.text)
    return drawn(view, canvas)


def shown(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("width", WIDTHS)
def test_streaming_by_character_equals_at_once(name: str, width: int) -> None:
    text = CORPUS[name]
    assert streamed(text, width, list(range(1, len(text)))) == at_once(text, width)


@pytest.mark.parametrize("name", CORPUS)
def test_every_width_fits_and_is_not_blank(name: str) -> None:
    text = CORPUS[name]
    for width in (4, 5, 7, 11, 20, 33, 60, 100):
        lines = at_once(text, width)
        assert all(cell_len(line.text) <= width for line in lines), shown(lines)
        if text.strip():
            assert any(line.text.strip() for line in lines)


ATOMS = [
    "foo bar", "\n", "\n\n", "- item", "\n  - sub", "1. one", "\n2. two", "```", "\n```\n", "```py\nx=1\n", "~~~\n",
    "````\n", "    code", "> quote", "> ", "# head", "\n---\n", "\n===\n", "| a | b |\n|---|---|\n", "| 1 | 2 |\n", "|",
    "[a]: /url",
    "\n'title'", "[a]", "[b][a]", "**bold", "**", "*", "`c`", "<div>", "</div>", "<!--", "-->", "$$", "\t", "  ", "   ",
    "- [ ] t", "\\", "&amp;", "* * *", "+ x", "10) z", "日本", "👩‍👩‍👧", "<http://x.y>", "![i](u)", "\n\n\n", "x" * 50,
    "\x1b[31m", "\r\n",
]  # fmt: skip
markdown = st.lists(st.sampled_from(ATOMS), max_size=20).map("".join)


@settings(max_examples=150)
@given(markdown, st.sampled_from(WIDTHS), st.data())
def test_streaming_in_any_pieces_equals_at_once(text: str, width: int, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=12))
    assert streamed(text, width, cuts) == at_once(text, width)


@settings(max_examples=60)
@given(markdown, st.sampled_from(WIDTHS), st.data())
def test_prompts_stream_like_they_are_set(text: str, width: int, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8))
    assert streamed(text, width, cuts, Role.USER) == at_once(text, width, Role.USER)


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=12)


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.sampled_from(["", "- ", "1. ", "> ", "## ", "```\n", "    "]), WORDS), max_size=8),
    st.integers(4, 60),
)
def test_no_word_is_lost(blocks: list[tuple[str, list[str]]], width: int) -> None:
    text = "\n\n".join(mark + " ".join(words) + ("\n```" if "`" in mark else "") for mark, words in blocks)
    letters = re.sub("[^a-h]", "", "".join("".join(words) for _, words in blocks))
    lines = [line for line in at_once(text, width) if not line.actions]
    assert re.sub("[^a-h]", "", "".join(line.text for line in lines if line.copied)) == letters


@given(st.text(max_size=80), st.integers(1, 30))
def test_breaks_cover_the_text(text: str, width: int) -> None:
    text = clean(text).replace("\n", " ")
    rows = break_text(text, width)
    joined = "".join((row.join if row.join != "\n" else "") + text[row.start : row.end] for row in rows)
    assert joined.split() == text.split()
    assert all(cell_len(text[row.start : row.end]) <= max(width, 2) for row in rows)


def test_wrapping_by_hand() -> None:
    style = Palette().base
    assert shown(wrap([("one two three", style)], 7)) == ["one two", "three"]
    assert shown(wrap([("abcdefghij", style)], 4)) == ["abcd", "efgh", "ij"]
    assert shown(wrap([("日本語。です", style)], 6)) == ["日本", "語。で", "す"]
    assert [line.join for line in wrap([("one two abcdefghij\nx", style)], 7)] == ["\n", " ", "", "\n"]
    assert shown(wrap([("a\tb\n\tc", style)], 20)) == ["a   b", "    c"]


def test_markdown_by_hand() -> None:
    text = "\n".join(shown(at_once(CORPUS["lists"], 40)))
    assert " • a\n • b\n    ◦ c" in text
    assert "1. one\n 2. two\n 3. ten" in text
    assert "7. seven" in text
    assert " ☐ open\n ☑ done" in "\n".join(shown(at_once(CORPUS["tasks"], 40)))
    links = " ".join(shown(at_once(CORPUS["links"], 90)))
    assert links.startswith("http://a.b t (http://c.d) image: alt (pic.png) http://e.f me@x.y")
    table = shown(at_once(CORPUS["table"], 60))
    assert table[:3] == ["a            b", "──   ─────────", "1    two words"] or table[0].startswith("a")


def test_references_found_late_reach_what_was_drawn_before() -> None:
    text = "See [one].\n\n" + "filler\n\n" * 3 + "[one]: http://one.x\n\nend\n"
    assert shown(streamed(text, 60, list(range(0, len(text), 3))))[0] == "See one (http://one.x)."


def test_a_reference_found_late_widens_its_column() -> None:
    text = "| a |\n|---|\n| [b] |\n\n[b]: http://b.x/long\n"
    assert streamed(text, 60, list(range(len(text)))) == at_once(text, 60)
    assert shown(at_once(text, 60))[2] == "b (http://b.x/long)"


def test_entities_cannot_smuggle_controls() -> None:
    text = "".join(shown(at_once(CORPUS["entities"], 60)))
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_deep_nesting_is_shown_literally() -> None:
    text = ">" * 200 + " deep"
    assert "deep" in "".join(shown(at_once(text, 60)))


def test_a_very_long_line_is_cut_into_pieces() -> None:
    text = "word " * 20_000
    view = TurnView(Turn(id="a", role=Role.ASSISTANT, text=text), 0, PARSER)
    lines = drawn(view, CANVASES[80])
    assert len(view.chunks) > 5
    assert sum(line.text.count("word") for line in lines) == 20_000
    assert shown(streamed(text, 80, list(range(0, len(text), 5_000)))) == shown(lines)


@pytest.mark.parametrize(
    "text", ["- " + "x" * 70_000, "> " + "long words " * 5_000, "x" * 50_000, "| a |\n|---|\n| " + "y" * 40_000]
)
def test_long_blocks_lose_nothing(text: str) -> None:
    lines = at_once(text, 80)
    assert sum(len(re.findall("[xy]", line.text)) for line in lines) == len(re.findall("[xy]", text))
    assert sum(line.text.count("words") for line in lines) == text.count("words")


@pytest.mark.parametrize("width", range(1, 24))
def test_a_fence_is_never_blank(width: int) -> None:
    lines = at_once("```python\nlong_name = another_name + 1\n```", width)
    code = [line for line in lines if line.copied and line.text]
    assert "".join(line.text for line in code) == "long_name = another_name + 1"


def test_a_long_block_of_code_is_complete_and_numbered() -> None:
    code = "\n".join(f"def f{number}():\n    return {number}" for number in range(300))
    text = f"intro\n\n```python\n{code}\n```\n\nthen\n\n- item\n\n  ```sh\n  ls\n  ```\n\n    indented\n"
    view = TurnView(Turn(id="a", role=Role.ASSISTANT, text=text), 0, PARSER)
    lines = [line for line in drawn(view, CANVASES[80]) if line.copied]
    assert [line.copy_text for line in lines if "def f" in line.text or "return" in line.text] == code.split("\n")
    assert [(block.number, block.language) for block in view.content.codes][:2] == [(1, "python"), (2, "sh")]
    assert view.content.codes[0].code == code


@pytest.mark.parametrize("rows", [40, 400])
def test_a_long_table_keeps_its_columns(rows: int) -> None:
    body = "\n".join(f"| {number} | {'x' * (number % 7)} |" for number in range(rows))
    text = f"| number | text |\n|---|---|\n{body}\n\nend"
    lines = at_once(text, 60)
    assert len(lines) == rows + 5
    assert streamed(text, 60, list(range(0, len(text), 11))) == lines
    narrow = shown(at_once(text, 8))
    assert "number: " + str(rows - 1) in " ".join(narrow) or any(str(rows - 1) in line for line in narrow)
