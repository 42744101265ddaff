"""Asking for a download."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from lmstudio_tui.tui.commands import told
from lmstudio_tui.tui.screens.form import Form, buttons
from lmstudio_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

_ABOUT = (
    "The server downloads it, also when this app is closed. LM Studio offers no way to stop or delete a download from "
    "outside: that is done in its own window."
)


class DownloadModel(Form[tuple[str, str | None]]):
    """Gives the identifier and the quantization to download, or None.

    Args:
        refusal: says why it cannot be asked for now; empty when it can.
    """

    DEFAULT_CSS: ClassVar[str] = """
    DownloadModel {
        & > .frame { max-width: 76; padding: 1 2; }
        & Horizontal { height: 1; margin-bottom: 1; }
        & .label { width: 15; }
        & .about { color: $text-muted; }
        & .problem { color: $text-error; display: none; margin-bottom: 1; }
        & .problem.-some { display: block; }
        & .buttons { margin: 1 0 0 0; }
    }
    """

    def __init__(self, refusal: Callable[[], str]) -> None:
        super().__init__(self.take)
        self._refusal = refusal

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame") as frame:
            frame.border_title = "Download a model"
            frame.border_subtitle = told("Enter download   Tab next   {dialog.leave} back")
            with Horizontal():
                yield Static("Model", classes="label")
                yield LineInput(id="model", placeholder="qwen/qwen3-8b, or its address on huggingface.co")
            with Horizontal():
                yield Static("Quantization", classes="label")
                yield LineInput(id="quantization", placeholder="the server's choice; or such as Q4_K_M")
            yield Static(classes="problem")
            yield Static(_ABOUT, classes="about")
            yield buttons("Download")

    def take(self) -> None:
        """Ask for it."""
        model = self.query_one("#model", Input).value.strip()
        quantization = self.query_one("#quantization", Input).value.strip()
        problem = self._refusal() if model else "Which model? Its name in the catalogue, or its address."
        if problem:
            line = self.query_one(".problem", Static)
            line.update(Text(problem))
            line.add_class("-some")
            self.query_one("#model", Input).focus()
            return
        self.dismiss((model, quantization or None))
