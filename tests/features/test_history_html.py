"""HTML: one file that needs nothing, does nothing, and shows foreign text as text."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from time import process_time

import pytest
from history_parts import BLOBS, PIXEL, conversation, conversations, rich, said
from hypothesis import given, settings

from lmstudio_tui.features.history.exporting import export
from lmstudio_tui.store.library.records import Attachment, Loaded, ToolCallRecord

EVIL = """
# <script>alert(1)</script> <img src=x onerror=alert(1)>
[a](javascript:alert(1)) [b](JaVaScript:alert(1)) [c](data:text/html;base64,AAAA) [d](vbscript:x) [e](file:///etc/passwd)
[f]( java&#x73;cript:alert(1)) <javascript:alert(1)> <https://ok.example/"onclick=alert(1)>
![g](https://tracker.example/pixel.png "x\\" onerror=\\"alert(1)") ![h](javascript:alert(1))
[i](https://ok.example "x\\" onmouseover=\\"alert(1)") [k](https://ok.example/"onmouseover="alert(1))
</div></article></body><iframe src=//evil></iframe><style>*{display:none}</style><!-- <base href=//evil>
```py" onload="alert(1)
</code></pre><script>alert(2)</script>
```
"""
ALLOWED = {
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "id",
    "dir",
    "href",
    "rel",
    "src",
    "alt",
    "title",
    "open",
    "start",
}
NEVER = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "svg", "math", "video", "audio"}


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "img", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            if tag not in {"p", "li"}:
                pytest.fail(f"{tag} closes something else")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def is_harmless(text: str) -> Page:
    page = Page(text)
    assert not NEVER & set(page.tags)
    assert page.tags.count("style") == 1
    assert page.open == [], "everything that is opened is closed"
    assert {name for name, _ in page.attributes} <= ALLOWED | {"style"}
    assert {value for name, value in page.attributes if name == "style"} <= {"text-align:right", "text-align:left"}
    for name, value in page.attributes:
        if name == "href":
            assert re.match(r"https?://|mailto:|#", value), value
        if name == "src":
            assert value.startswith("data:image/")
    assert "url(" not in text.partition("</style>")[0]
    return page


def test_foreign_text_is_shown_and_does_nothing() -> None:
    call = ToolCallRecord(id="<i>", name="<script>x</script>", arguments=EVIL)
    attachment = Attachment(
        id="a", kind="image", name='"><script>', media_type='image/png" onload="x', size=3, sha256="0" * 64
    )
    loaded = conversation(
        said("m1", None, "user", EVIL, attachments=(attachment,)),
        said("m2", "m1", "assistant", EVIL, reasoning=EVIL, tool_calls=(call,), model="<b>", note="<u>"),
        said("m3", "m2", "tool", EVIL, tool_call_id='"><script>'),
        title="</title><script>alert(1)</script>",
        parameters={"system": EVIL},
    )
    page = is_harmless(export(loaded, "html", blob=lambda _: b"GIF"))
    text = "".join(page.text)
    assert text.count("<script>alert(1)</script>") >= 5
    assert "</code></pre><script>alert(2)</script>" in text
    assert ("href", "https://tracker.example/pixel.png") in page.attributes, "a picture from elsewhere is a link"


@given(conversations())
@settings(max_examples=60)
def test_every_conversation_gives_a_sound_page(loaded: Loaded) -> None:
    text = export(loaded, "html", whole_tree=True, blob=BLOBS.get)
    is_harmless(text)
    text.encode()


def test_what_is_in_it() -> None:
    text = export(rich(), "html", blob=BLOBS.get)
    page = is_harmless(text)
    assert text.startswith("<!DOCTYPE html>")
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in text
    assert "prefers-color-scheme: dark" in text
    assert "<strong>3 °C</strong>" in text
    shown = "".join(page.text)
    for words in ("Weather", "qwen3-8b", "2025-11-21 01:53 UTC", "Be brief.", "Reasoning", "interrupted", "It broke."):
        assert words in shown
    assert "Another answer" not in shown
    whole = export(rich(), "html", whole_tree=True)
    assert re.search(r'after <a href="#m1">message 1</a></p>\n<article class="assistant" id="m6">', whole)
    assert "data:image" not in whole.partition("</style>")[2], "without a way to the bytes there are none"


def test_code_is_highlighted_and_its_colours_are_in_the_page() -> None:
    text = export(conversation(said("m", None, "assistant", "```python\ndef f():\n    return 1\n```")), "html")
    assert '<span class="k">def</span>' in text
    assert text.count(".code .k {") == 2, "once for light, once for dark"


def test_controls_are_taken_out() -> None:
    text = export(conversation(said("m", None, "user", "a\x1b[31mred\x1b[0m\x07 b\x00c\r\nd")), "html")
    assert "ared" in text
    assert not re.search("[\x00-\x08\x0b-\x1f]", text)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "*_" * 50_000, "> " * 20_000, "`" * 100_000, "x" * 4_000_000, "- a\n" * 30_000, "![[" * 30_000],
    ids=["brackets", "emphasis", "quotes", "ticks", "line", "list", "images"],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    began = process_time()
    export(conversation(said("m", None, "assistant", text)), "html")
    assert process_time() - began < 20
