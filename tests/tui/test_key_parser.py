"""What terminals send for Alt and a sign."""

from __future__ import annotations

import time

import pytest
from textual.constants import ESCAPE_DELAY
from textual.events import Key

from lmstudio_tui.tui.commands import keys_of
from lmstudio_tui.tui.key_names import parse_key
from lmstudio_tui.tui.key_parser import KeyParser


def typed(sent: str) -> list[tuple[str, str | None]]:
    """The keys, and what they type; an Esc alone is waited for as long as it may be the beginning of something."""
    parser = KeyParser()
    messages = [*parser.feed(sent)]
    time.sleep(ESCAPE_DELAY + 0.05)
    messages += parser.tick()
    return [(one.key, one.character) for one in messages if isinstance(one, Key)]


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        # As nearly all send it.
        ("\x1b>", "alt+>"),
        ("\x1b<", "alt+<"),
        ("\x1b=", "alt+="),
        ("\x1b.", "alt+."),
        ("\x1b/", "alt+/"),
        ("\x1b-", "alt+-"),
        ("\x1b1", "alt+1"),
        # As kitty and its like do, from an American and from a German keyboard.
        ("\x1b[46;4u", "alt+>"),
        ("\x1b[44;4u", "alt+<"),
        ("\x1b[60;4u", "alt+>"),
        ("\x1b[60;3u", "alt+<"),
        ("\x1b[61;3u", "alt+="),
        ("\x1b[46;3u", "alt+."),
    ],
)
def test_alt_and_a_sign_is_told_from_the_sign(sent: str, written: str) -> None:
    # Not as a character: where no command has it, nothing is typed.
    assert typed(sent) == [(parse_key(written), None)]


@pytest.mark.parametrize(
    ("sent", "key", "character"),
    [
        ("a", "a", "a"),
        (">", "greater_than_sign", ">"),
        ("\x1bn", "alt+n", "n"),
        ("\x1bN", "alt+shift+n", "N"),
        ("\x1b[110;4u", "alt+shift+n", None),
        ("\x1b[1;3C", "alt+right", None),
        ("\x1b", "escape", "\x1b"),
    ],
)
def test_everything_else_is_as_textual_has_it(sent: str, key: str, character: str | None) -> None:
    assert typed(sent) == [(key, character)]


def test_the_splitters_have_keys_that_arrive() -> None:
    arriving = {key for sent in ("\x1b>", "\x1b<", "\x1b=") for key, _ in typed(sent)}
    assert arriving == {key for id_ in ("wider", "narrower", "reset") for key in keys_of(f"app.list_{id_}")}
