"""What goes before a query and before each text, as some models were trained with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.screens.form import Form, buttons
from lmstudio_tui.tui.widgets.line_input import LineInput
from lmstudio_tui.tui.widgets.options import Options

if TYPE_CHECKING:
    from textual.app import ComposeResult

Prefixes = tuple[str, str]
"""Before a query, and before each text."""

_PRESETS: Final[tuple[tuple[str, str, Prefixes], ...]] = (
    ("none", "", ("", "")),
    ("nomic-embed-text", "nomic", ("search_query: ", "search_document: ")),
    ("e5, multilingual-e5", r"(?<![a-z])e5(?![a-z])", ("query: ", "passage: ")),
    ("bge (en)", "bge-(?!m3|reranker)", ("Represent this sentence for searching relevant passages: ", "")),
    ("mxbai-embed-large", "mxbai", ("Represent this sentence for searching relevant passages: ", "")),
    ("snowflake-arctic-embed", "arctic", ("query: ", "")),
    ("embeddinggemma", "gemma", ("task: search result | query: ", "title: none | text: ")),
    (
        "Qwen3-Embedding",
        "qwen3",
        ("Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ", ""),
    ),
)
"""Name, what the ids of such models have in them (a pattern), and the prefixes that their makers recommend."""


class EmbeddingPrefixes(Form[Prefixes]):
    """Gives the two prefixes, or None.

    Args:
        query: as it is.
        document: as it is.
        model: that is asked, for which a preset may be meant; empty for none.
    """

    AUTO_FOCUS = "#query"

    DEFAULT_CSS = """
    EmbeddingPrefixes {
        & > .frame { max-width: 84; padding: 1 2; }
        & OptionList, & OptionList:focus { height: auto; max-height: 9; margin: 1 0; background: $panel; padding: 0 1; }
        & .help { color: $text-muted; height: auto; }
    }
    """

    def __init__(self, query: str, document: str, model: str = "") -> None:
        super().__init__(self._done)
        self._before = (query, document)
        self._model = model

    def compose(self) -> ComposeResult:
        query, document = self._before
        with Vertical(classes="frame") as frame:
            frame.border_title = "Prefixes"
            frame.border_subtitle = told("Enter save   Tab presets   {dialog.leave} back")
            yield Static("Before a query", classes="label")
            yield LineInput(_shown(query), id="query", select_on_focus=False)
            yield Static("Before each text", classes="label")
            yield LineInput(_shown(document), id="document", select_on_focus=False)
            yield Options(*(Option(_line(name, prefixes)) for name, _, prefixes in _PRESETS), compact=True)
            yield Static(self._help(), classes="help")
            yield buttons("Save")

    def on_mount(self) -> None:
        """The cursor of the list stands on what is meant for the model."""
        meant = self._meant
        self.query_one(OptionList).highlighted = 0 if meant is None else meant

    @property
    def _meant(self) -> int | None:
        return next(
            (at for at, (_, part, _) in enumerate(_PRESETS) if part and re.search(part, self._model.lower())), None
        )

    def _help(self) -> Text:
        meant = self._meant
        found = "" if meant is None else f"{clean_line(self._model)} may want those of {_PRESETS[meant][0]}. "
        return Text(f"{found}A blank at the end counts; \\n is a new line. Other prefixes, other vectors.")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Fill them in."""
        event.stop()
        query, document = _PRESETS[event.option_index][2]
        self.query_one("#query", Input).value = _shown(query)
        self.query_one("#document", Input).value = _shown(document)
        self.query_one("#query").focus()

    def _done(self) -> None:
        self.dismiss((_read(self.query_one("#query", Input).value), _read(self.query_one("#document", Input).value)))


def _line(name: str, prefixes: Prefixes) -> Text:
    line = Text(f"{name:<24}", no_wrap=True, overflow="ellipsis")
    return line.append(" / ".join(f"“{_shown(one)}”" for one in prefixes if one), style="dim")


def _shown(prefix: str) -> str:
    """In one line."""
    return prefix.replace("\\", "\\\\").replace("\n", "\\n")


def _read(typed: str) -> str:
    """As it was meant: the opposite of `_shown`."""
    return "\\".join(piece.replace("\\n", "\n") for piece in typed.split("\\\\"))
