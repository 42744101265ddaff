"""Textual's driver for terminals of Unix, which sleeps while nothing is typed."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from contextlib import suppress
from selectors import EVENT_READ, SelectSelector
from typing import TYPE_CHECKING, Any

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver

from lmstudio_tui.tui.key_parser import KeyParser
from lmstudio_tui.tui.resting_reads import CHUNK, TICK, resting_reads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.message import Message


class RestingDriver(LinuxDriver):
    """Waits until there is something to read, or reading is to end.

    Textual's own looks for keys ten times a second, and so lets no processor sleep as long as the app is open.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # pyright: ignore[reportUnknownMemberType] - as it is
        # For as long as the process: Textual closes a driver that is only suspended, and goes on with it.
        self._ended, self._ending = os.pipe()

    def disable_input(self) -> None:
        """Read no more; when this returns, the thread that does has ended."""
        if self._key_thread is None or not self._key_thread.is_alive():
            super().disable_input()
            return
        os.write(self._ending, b"\0")
        super().disable_input()
        os.read(self._ended, 1)

    def run_input_thread(self) -> None:
        """Hand on what is typed, until reading is to end."""
        parser = KeyParser(self._debug)
        # What is no UTF-8 is shown as such: terminals send it when they are told to, and when a letter was cut in two.
        decode = getincrementaldecoder("utf-8")("replace").decode
        for raw in resting_reads(self.fileno, self._ended):
            # No text at all would mean the end to the parser; a letter may not have come whole.
            if text := decode(raw):
                self._hand_on(parser.feed(text))
            self._hand_on(parser.tick())
        self._read_the_rest(parser)

    def _read_the_rest(self, parser: KeyParser) -> None:
        """What the terminal has still to say is no text for the shell."""
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            if selector.select(TICK) and (text := os.read(self.fileno, CHUNK).decode("utf-8", "ignore")):
                self._hand_on(parser.feed(text))
        with suppress(EOFError, ParseError):
            self._hand_on(parser.feed(""))

    def _hand_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
