"""What keys are called in sentences that are made below the app, where nobody knows the app's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_words: dict[str, str] = {}


def call_keys(words: Mapping[str, str]) -> None:
    """Call the keys of these commands so from now on, and those of all others as they always are.

    Args:
        words: how a sentence names the way to a command, by its id.
    """
    _words.clear()
    _words.update(words)


def key_word(id_: str, usual: str) -> str:
    """How a sentence names the key of a command.

    Args:
        id_: the command's id in the app's catalogue.
        usual: its key as it always is, such as `Ctrl+R`.
    """
    return _words.get(id_, usual)
