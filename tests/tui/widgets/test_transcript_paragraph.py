"""A paragraph that grows is drawn line by line, and always as it would be drawn at once."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lmstudio_tui.tui.widgets.transcript.blocks import MarkdownSplitter
from lmstudio_tui.tui.widgets.transcript.inline import make_parser
from lmstudio_tui.tui.widgets.transcript.palette import Palette
from lmstudio_tui.tui.widgets.transcript.pieces import MarkdownPiece

PARSER = make_parser()
PALETTE = Palette()
ATOMS = [
    "word", "two words", " ", "  ", "\n", "\n", "\n", "  \n", "\\\n", "\t\n", "    deep\n", " one\n", "\u00a0", "é",
    "*", "**", "_", "__", "***", "~~", "~", "`", "``", "**bold**", "_it_", "`code`", "~~gone~~", "a_b", "2 * 3", "\\*",
    "[", "]", "(", ")", "![", "[a]", "[a](/u)", "](", "[a]: /url", "[a][b]", '"title"', "<", ">", "<b>", "</b>",
    "<!--", "-->", "<http://a.b>", "&", "&amp;", "&am", "p;", "!", "|", "a | b", "---", "--- | ---", ":-|-:", "===",
    "=", "-5 ", "+x", ":a:", "#tag", "3.14 ", "2.", "``a``",
    "- ", "+ ", "1. ", "2. ", "14) ", "# ", "> ", "```", "#", "\n\n", "日本語", "x" * 40,
]  # fmt: skip


def open_rows_are_whole(text: str, sizes: list[int], width: int = 30) -> None:
    splitter = MarkdownSplitter(PARSER)
    place = turn = 0
    while place < len(text):
        size = sizes[turn % len(sizes)]
        splitter.feed(text[place : place + size])
        splitter.advance()
        place, turn = place + size, turn + 1
        for piece in splitter.open:
            if isinstance(piece, MarkdownPiece) and piece.draft is not None:
                drawn = piece.draw(width, PALETTE)
                piece.draft = None
                assert drawn == piece.draw(width, PALETTE), text[:place]
    once = MarkdownSplitter(PARSER)
    once.feed(text)
    once.advance(final=True)
    splitter.advance(final=True)
    assert [repr(piece) for piece in splitter.closed] == [repr(piece) for piece in once.closed]


@settings(max_examples=400)
@example("**a\nb** c\nd\n", [1])
@example("a `b\nc` d\ne\nf\n", [1])
@example("one\n[a](/u\n'title') x\ny\n", [2])
@example("a\nb\n===\nc\nd\ne", [1])
@example("a | b\nc | d\n--- | ---\n", [3])
@example("a\n14) b\nc\n1) d\n", [1])
@example("[a]:\n/url\nb\nc\n", [1])
@example("a\\\nb  \nc\t\nd\n", [1])
@example("<b\nc>\nd\ne <i>\nf\n", [1])
@given(st.lists(st.sampled_from(ATOMS), max_size=30).map("".join), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_a_growing_paragraph_is_drawn_as_at_once(text: str, sizes: list[int]) -> None:
    open_rows_are_whole(text, sizes)
    open_rows_are_whole("begun\nwith " + text, sizes)


def parsed(text: str) -> int:
    """How many characters are parsed while the second half of a text comes in, a frame for each line."""
    splitter = MarkdownSplitter(make_parser())
    lines = text.splitlines(keepends=True)
    half = len(lines) // 2
    for number, line in enumerate(lines):
        if number == half:
            whole, block = MarkdownIt.parse, splitter.shared.parser.block.parse
            with (
                patch.object(MarkdownIt, "parse", autospec=True, side_effect=whole) as drawing,
                patch.object(splitter.shared.parser.block, "parse", side_effect=block) as cutting,
            ):
                for late in lines[half:]:
                    splitter.feed(late)
                    splitter.advance()
                    for piece in splitter.open:
                        piece.draw(60, PALETTE)
            return sum(len(call.args[1]) for call in drawing.call_args_list) + sum(
                len(call.args[0]) for call in cutting.call_args_list
            )
        splitter.feed(line)
        splitter.advance()
    return 0


def test_what_is_parsed_for_a_line_does_not_depend_on_the_lines_before() -> None:
    for line in ("word\n", "**some** words of `many` [here](/there)\n", "[INFO] 3 * 4 < 5, in some_file_name\n"):
        assert parsed(line * 80) <= 10 * len(line * 40), line
