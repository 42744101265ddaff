"""What is read aloud of an answer in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmstudio_tui.features.speakable import speakable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("   \n\n", ""),
        ("Hello.", "Hello."),
        ("Hello", "Hello."),
        ("Really?", "Really?"),
        ("He said “yes.”", "He said “yes.”"),
        ("One\ntwo", "One two."),
        ("One\n\nTwo", "One.\n\nTwo."),
        ("First  \nsecond", "First.\nsecond."),
        ("**Bold** and *slanted* and ~~gone~~ and `code`", "Bold and slanted and gone and code."),
        ("***\n\n---\n", ""),
        ("## A heading ##", "A heading."),
        ("> A quote\n> goes on", "A quote goes on."),
        ("&lt;b&gt; &amp; more", "<b> & more."),
    ],
)
def test_words_are_said_without_their_marks(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```\nx = 1\n```", "code block."),
        ("```python title=x\nx = 1\n```", "python code block."),
        ("~~~c++\nint x;\n~~~", "code block."),
        ("    indented", "code block."),
        ("```python\nunfinished", "python code block."),
        ("See:\n\n```\nx\n```\n\nDone", "See:\n\ncode block.\n\nDone."),
        ("- one:\n\n  ```\n  x\n  ```", "one:\ncode block."),
    ],
)
def test_code_is_a_code_block(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[the docs](https://example.com/a_b)", "the docs."),
        ("[**bold** docs](https://example.com 'title')", "bold docs."),
        ("<https://www.example.com/x?y=1>", "link to example.com."),
        ("See https://example.com/a/b?c=d.", "See link to example.com."),
        ("[https://example.com/a](https://example.com/a)", "link to example.com."),
        ("[label]: https://example.com\n\nSee [label].", "See label."),
        ("![a cat](cat.png)", "a cat."),
        ("![](cat.png)", "image."),
        ("http://[::1", "link."),
    ],
)
def test_links_are_their_text(text: str, said: str) -> None:
    assert speakable(text) == said


def test_lists_are_read_line_by_line() -> None:
    text = "1. one\n2. two\n   - a\n   - b\n3. three\n\n- [ ] milk\n- [x] bread"
    assert speakable(text) == "1. one.\n2. two.\na.\nb.\n3. three.\n\nto do: milk.\ndone: bread."
    assert speakable("7. seven\n8. eight") == "7. seven.\n8. eight."


def test_tables_are_read_row_by_row() -> None:
    table = (
        "| language | *mechanism* | by |\n| --- | --- | --- |\n| Rust | `Result<T, E>` | |\n| Go | [errors](x) | you |"
    )
    assert speakable(table) == "language: Rust, mechanism: Result<T, E>.\nlanguage: Go, mechanism: errors, by: you."
    assert speakable("| a | b |\n| --- | --- |") == "a, b."
    assert speakable("| | b |\n| --- | --- |\n| x | y |") == "x, b: y."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 * 3 = 6", "2 times 3 = 6."),
        ("an *unclosed emphasis", "an unclosed emphasis."),
        ("snake_case stays, __init__ not", "snake_case stays, init not."),
        ("so[^1] it is", "so it is."),
        ("costs $5 and $6", "costs $5 and $6."),
        ("\\(x = 2\\)", "x = 2."),
        ("\\[ \\sum_{i} x_i \\]", "formula."),
        ("then $$\\frac{1}{2}$$ follows", "then formula follows."),
        ("a $$ alone", "a $$ alone."),
        ("<b>bold</b><br>next", "bold.\nnext."),
        ("<script>alert('x')</script>", ""),
        ("<!-- hidden -->shown", "shown."),
        ("<div>\nblock\n</div>", "block."),
        ("escape \x1b[31mred\x1b[0m", "escape red."),
    ],
)
def test_nothing_is_left_that_is_no_word(text: str, said: str) -> None:
    assert speakable(text) == said


@given(st.text(alphabet=st.sampled_from("ab *_`~#>-+|[]()!<&\n1.\\$:/"), max_size=120))
def test_whatever_it_is_no_asterisk_is_said(text: str) -> None:
    said = speakable(text)
    assert "*" not in said
    assert "`" not in said
    assert said == said.strip()
