"""The installed app in a real terminal, on a server that means harm: what the terminal gets to the last byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_server import hostile_server
from hostile_strings import CORPUS, OPEN, painted_acts, terminal_acts

from terminal import ESCAPE, Terminal, new_user

_KEYS = {
    "chat": (b"Hello\r", b"\x14", ESCAPE, b"\x1b[18~", ESCAPE, b"\x1bOR", ESCAPE, b"\t"),
    "models": (b"\r", b"\x1b[B\x1b[B", b"l", ESCAPE, b"u", ESCAPE, b"o"),
    "inspector": (b"b", b"\x1b[B", b"\r", b"\x1b[6~", b"w", b"\x1b[C", b"\x1b[6~"),
}
"""What is pressed in a pane, one after the other."""


@pytest.mark.parametrize("pane", _KEYS)
def test_nothing_but_text_and_textual_s_own_orders(tmp_path: Path, pane: str) -> None:
    # Another string for each text than on the screens of the pilot.
    with hostile_server(CORPUS[::-1]) as server:
        environ = {**new_user(tmp_path), "LM_STUDIO_BASE_URL": server.base_url}
        with Terminal("--pane", pane, environ=environ, size=(120, 40)) as terminal:
            terminal.shows("● ok")
            terminal.until(lambda: b"\x1b[?2004h" in terminal.raw)
            started = len(terminal.raw)
            for key in _KEYS[pane]:
                terminal.type(key)
                terminal.quiet(0.3)
            shown = len(terminal.raw)
            terminal.leave()
        assert terminal_acts(terminal.raw) == []
        # Before and after that Textual sets modes, which a server may do at no time.
        painted = terminal.raw[started:shown]
        assert OPEN.encode() in painted
        assert painted_acts(painted) == []
