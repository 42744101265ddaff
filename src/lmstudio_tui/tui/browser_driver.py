"""Textual's driver for an app in a browser, which sleeps while nothing happens and waits for nobody."""

from __future__ import annotations

import os
import sys
from codecs import getincrementaldecoder
from contextlib import suppress
from queue import Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.events import AppFocus

from lmstudio_tui.tui.job_control import JobControlApp
from lmstudio_tui.tui.key_parser import KeyParser
from lmstudio_tui.tui.resting_reads import resting_reads

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST: Final = 100
"""Pictures that wait to be sent; a browser that takes no more holds the app up, as a terminal would."""
_LATEST: Final = 2.0
"""Seconds in which the last of them has to be taken."""


class BrowserDriver(WebDriver):
    """Waits until there is something to read, and lets a thread of its own write.

    Textual's looks for keys ten times a second, and writes in the app's own loop. What others print to standard output
    would come among the pictures: it goes nowhere.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # pyright: ignore[reportUnknownMemberType] - as it is
        self._ended, self._ending = os.pipe()
        self._begun = Event()
        self._pictures: Queue[bytes | None] = Queue(_MOST)
        self._own = os.dup(self.fileno)
        self._write = self._pictures.put
        self._writer = Thread(target=self._send, name="textual-output", daemon=True)
        self._key_thread = Thread(target=self.run_input_thread, name="textual-input", daemon=True)

    def start_application_mode(self) -> None:
        """Take standard output, and begin."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno)
        os.close(nowhere)
        self._writer.start()
        super().start_application_mode()
        self._begun.set()

    def stop_application_mode(self) -> None:
        """Say that it is the end, when everything before has been said."""
        super().stop_application_mode()
        with suppress(Full):
            self._pictures.put(None, timeout=_LATEST)
            self._writer.join(_LATEST)
        os.write(self._ending, b"\0")
        if self._key_thread.is_alive():
            self._key_thread.join(_LATEST)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What is said of the page. When it was closed the app ends as when a terminal is: with all that was typed."""
        if packet_type == "quit" and isinstance(self._app, JobControlApp):
            self._app.call_later(self._app.leave_in_order, 0)
        elif packet_type == "focus":
            # After Textual's own word, which comes in the same way, that at first it has none.
            self._app.call_later(self._app.post_message, AppFocus())
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Hand on what comes from the page, until reading is to end."""
        parser, packets = KeyParser(self._debug), ByteStream()
        decode = getincrementaldecoder("utf-8")("replace").decode
        self._begun.wait()
        source = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        # When the page is gone, the app sees by itself that nobody holds the other end.
        for raw in resting_reads(source, self._ended):
            for kind, payload in packets.feed(raw) if raw else ():
                if kind != "D":
                    self._on_meta(kind, payload)
                # No text at all would mean the end to the parser; a letter may not have come whole.
                elif text := decode(payload):
                    self._hand_on(parser.feed(text))
            self._hand_on(parser.tick())

    def _hand_on(self, messages: Iterable[Any]) -> None:
        for message in messages:
            self.process_message(message)

    def _send(self) -> None:
        """Write until the end; when nobody reads any more, go on taking what there is, so that nobody waits."""
        gone = False
        while (data := self._pictures.get()) is not None:
            rest = memoryview(data)
            while rest and not gone:
                try:
                    rest = rest[os.write(self._own, rest) :]
                except OSError:
                    gone = True
