"""Copying natively, and the truth about it, with a stand-in for the machine's clipboard."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from lmstudio_tui.features.clipboard import Copied, copy_natively, is_remote

REMOTE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")


class ClipboardError(RuntimeError):
    """As pyperclip's own error is."""


class FakeClipboard(ModuleType):
    """Stands in for pyperclip."""

    PyperclipException = ClipboardError

    def __init__(self) -> None:
        super().__init__("pyperclip")
        self.held = ""
        self.copies = 0
        self.failure: Exception | None = None
        self.alters: tuple[str, str] | None = None

    def copy(self, text: str) -> None:
        self.copies += 1
        if self.failure is not None:
            raise self.failure
        self.held = text

    def paste(self) -> str:
        return self.held.replace(*self.alters) if self.alters else self.held


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch) -> FakeClipboard:
    """This machine's clipboard; nothing is remote."""
    for name in REMOTE:
        monkeypatch.delenv(name, raising=False)
    fake = FakeClipboard()
    monkeypatch.setitem(sys.modules, "pyperclip", fake)
    return fake


def test_a_copy_that_can_be_read_back_is_verified(clipboard: FakeClipboard) -> None:
    text = "Zwei Zeilen:\n日本語 🧠 and 'quotes'"
    assert copy_natively(text) is True
    assert clipboard.held == text


def test_a_clipboard_with_line_ends_of_its_own_counts(clipboard: FakeClipboard) -> None:
    clipboard.alters = ("\n", "\r\n")
    assert copy_natively("one\ntwo\n") is True


@pytest.mark.parametrize("name", REMOTE)
def test_over_ssh_the_far_clipboard_is_left_alone(
    clipboard: FakeClipboard, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "10.0.0.7 50000 10.0.0.8 22")
    assert copy_natively("text") is False
    assert clipboard.copies == 0


@pytest.mark.parametrize(
    "failure",
    [
        ClipboardError("no copy mechanism"),
        OSError("the program is gone"),
        UnicodeEncodeError("utf-8", "\ud83e", 0, 1, "surrogates not allowed"),
    ],
    ids=["no tool", "system", "encoding"],
)
def test_a_clipboard_that_fails_is_no_clipboard(clipboard: FakeClipboard, failure: Exception) -> None:
    clipboard.failure = failure
    assert copy_natively("text") is False
    assert clipboard.copies == 1


@pytest.mark.parametrize("alters", [("text", "tex"), ("text", ""), ("text", "something else"), ("text", "text ")])
def test_a_clipboard_that_gives_something_else_back_is_not_verified(
    clipboard: FakeClipboard, alters: tuple[str, str]
) -> None:
    clipboard.alters = alters
    assert copy_natively("text") is False


@pytest.mark.parametrize(("environ", "remote"), [({}, False), ({"SSH_TTY": ""}, False), ({"SSH_TTY": "pts/1"}, True)])
def test_what_counts_as_remote(environ: dict[str, str], *, remote: bool) -> None:
    assert is_remote(environ) is remote


def test_the_two_certainties_have_words() -> None:
    assert [str(copied) for copied in Copied] == ["copied", "sent to the terminal"]
