"""The pages of the documentation say what is so: what is generated is current, what is quoted is said, keys exist."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from documented import DOCS, ROOT, blocks, sections
from lmstudio_tui.cli.main import app
from lmstudio_tui.sdk import errors
from lmstudio_tui.settings.catalogue import catalogue
from lmstudio_tui.tui.commands import COMMANDS
from references import PAGES as GENERATED
from site_links import ELSEWHERE, in_the_site

PAGES = sorted(DOCS.glob("*.md"))
WRITTEN = [*(page for page in PAGES if page.relative_to(ROOT).as_posix() not in GENERATED), ROOT / "README.md"]
SOURCE = ROOT / "src" / "lmstudio_tui"


def _named(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("path", GENERATED)
def test_what_is_generated_is_current(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == GENERATED[path](), "make references writes it anew"


# What is quoted


@cache
def _said() -> str:
    """Every text of the source, with … where something is put in."""
    texts: list[str] = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
                texts.append("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


def test_what_troubleshooting_quotes_is_what_the_product_says() -> None:
    quoted = [text for title in sections(DOCS / "troubleshooting.md") for text in re.findall("“([^”]+)”", title)]
    assert len(quoted) > 30
    pieces = {text: [one.strip(" :().") for one in text.split("…")] for text in quoted}
    assert {text: one for text, found in pieces.items() for one in found if one not in _said()} == {}


def test_the_tree_of_errors_is_that_of_the_source() -> None:
    drawn = str(errors.__doc__).split("::\n")[1].split("\n\nEach error")[0]
    lines = [line.removeprefix("    ").rstrip() for line in drawn.strip("\n").splitlines()]
    assert "\n".join(lines).strip() in (DOCS / "sdk-errors.md").read_text(encoding="utf-8")


# Commands


def _lines() -> list[str]:
    """The command lines of this program: in blocks of the shell, and in the text."""
    found: list[str] = []
    for page in WRITTEN:
        for block in blocks(page):
            if block.language in {"", "sh", "console"}:
                text = block.text.replace("\\\n", " ")
                found += [line for line in text.splitlines() if re.search(r"(^|[|(;$&=] ?)lmstudio-tui\b", line)]
        found += re.findall(r"`(lmstudio-tui [^`]+)`", page.read_text(encoding="utf-8"))
    return found


def _words(line: str) -> list[list[str]]:
    """The arguments of each call of the program in a line of the shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    calls: list[list[str]] = []
    inside: list[str] | None = None
    for word in lexer:
        if word == "lmstudio-tui":
            inside = []
            calls.append(inside)
        elif set(word) <= set("|;&()<>"):
            inside = None
        elif inside is not None:
            inside.append(word)
    return calls


def _unknown(words: list[str]) -> list[str]:
    """What of a call does not exist: options that the command does not have, and commands of a group."""
    command: Any = get_command(app)
    options = {**_options(command), "--help": True, "-h": True}
    wrong: list[str] = []
    value = False
    for word in words:
        group = getattr(command, "commands", {})
        if value:
            value = False
        elif word.startswith("-") and word != "-":
            value = not options.get(word.partition("=")[0], True) and "=" not in word
            wrong += [] if word.partition("=")[0] in options else [word]
        elif word in group:
            command = group[word]
            options |= _options(command)
        elif group:
            wrong.append(word)
    return wrong


def _options(command: Any) -> dict[str, bool]:
    """The options of a command, and whether each stands alone."""
    return {
        name: getattr(one, "is_flag", False) or getattr(one, "count", False)
        for one in command.params
        for name in (*one.opts, *one.secondary_opts)
        if name.startswith("-")
    }


def test_the_commands_in_the_pages_are_commands() -> None:
    lines = _lines()
    assert len(lines) > 40
    assert {line: wrong for line in lines for words in _words(line) if (wrong := _unknown(words))} == {}


@pytest.mark.parametrize("page", WRITTEN, ids=_named)
def test_the_variables_in_the_pages_are_read(page: Path) -> None:
    named = set(re.findall(r"LM_STUDIO_[A-Z_]+\b", page.read_text(encoding="utf-8")))
    read = {one for setting in catalogue() for one in setting.variables} | {"LM_STUDIO_CONFIG"}
    assert {name for name in named if name not in read and not name.endswith("_")} == set()


# Keys

_KEY = re.compile(r"(?<![\w+])((?:(?:Ctrl|Alt|Shift)\+)+(?:PgUp|PgDn|Enter|[A-Za-z]\b|[←→↑↓])|F(?:[1-9]|1[0-2])\b)")
_NOT_OURS = {"Ctrl+B", "Ctrl+A", "Ctrl+D", "Ctrl+C", "Ctrl+Z", "Ctrl+V", "Ctrl+W", "F11"}
"""Those of tmux, screen, the shell and the browser, where a page names them."""
_HELD = {"Ctrl+E", "Ctrl+G", "Shift+Enter", "Ctrl+J"}
"""Keys of a field of text itself."""


@pytest.mark.parametrize("page", WRITTEN, ids=_named)
def test_the_keys_in_the_pages_are_bound(page: Path) -> None:
    known = {key.lower() for one in COMMANDS for key in one.shown_keys.split(" or ")}
    named = {found.group(1) for found in _KEY.finditer(page.read_text(encoding="utf-8"))}
    assert {key for key in named - _NOT_OURS - _HELD if key.lower() not in known} == set()


# The site


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    named = set(re.findall(r"[\w-]+\.md", navigation))
    wanted = {page.name for page in PAGES} | set(ELSEWHERE.values())
    assert named == wanted


def test_links_of_the_code_host_become_those_of_the_site() -> None:
    text = "[a](../SECURITY.md#reporting) [b](chat.md#keys) ![c](../screenshots/chat.png) [d](https://x.y) [e](#here)"
    wanted = "[a](security.md#reporting) [b](chat.md#keys) ![c](screenshots/chat.png) [d](https://x.y) [e](#here)"
    assert in_the_site(text, "docs/images.md") == wanted
    assert (
        in_the_site("[a](docs/chat.md) [b](../README.md)", "benchmarks/README.md") == "[a](docs/chat.md) [b](index.md)"
    )
    assert in_the_site("```\n[a](../SECURITY.md)\n```\n", "docs/chat.md") == "```\n[a](../SECURITY.md)\n```\n"
