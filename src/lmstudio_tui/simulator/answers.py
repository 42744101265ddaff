"""How a handler says what to send: a whole response, or steps that are written one after the other.

Neither knows starlette: one adapter (`lmstudio_tui.simulator.app`) turns them into bytes on the wire. A stream is a
generator of steps, so that "twelve tokens, then a reset connection" is three lines and can be read.
"""

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from lmstudio_tui.simulator.jsonio import JsonObject, as_object, dump, parse

if TYPE_CHECKING:
    from lmstudio_tui.simulator.uploads import Upload
    from lmstudio_tui.simulator.workers import Stop
    from lmstudio_tui.simulator.world import World


class Signal(Enum):
    """What the server does besides writing."""

    OPEN = auto()
    """Send the status line and the headers (the first frame does so too)."""
    RESET = auto()
    """Cut the connection with a TCP reset."""
    CLOSE = auto()
    """Close the connection in order, in the middle of the response."""
    HANG = auto()
    """Say nothing more until the client leaves."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes to write in one piece; when they carry a token, at the pace of the configured speed."""

    data: bytes
    token: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Some seconds of silence."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes that take a while to make: they are made in a thread, and written in one piece when there are any.

    Attributes:
        make: Makes them; it is given a function that says when nobody wants them any longer.
        upload: What it reads, if anything.
    """

    make: Callable[["Stop"], bytes]
    upload: "Upload | None" = None


Step: TypeAlias = Frame | Made | Pause | Signal
Steps: TypeAlias = Generator[Step, None, None]

SSE_HEADERS: Mapping[str, str] = {"cache-control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Plain:
    """A response that is sent whole."""

    body: bytes
    status: int = 200
    media_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Script:
    """A response that is written step by step."""

    steps: Steps
    media_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=lambda: SSE_HEADERS)


Answer: TypeAlias = Plain | Script


@dataclass(frozen=True, slots=True)
class Call:
    """A request, together with the state of the server it came to.

    `origin` is the scheme, host and port at which the client has reached the server.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    upload: "Upload"
    world: "World"
    origin: str = ""

    def json(self) -> JsonObject | None:
        """The body if it is a JSON object, otherwise None."""
        try:
            return as_object(parse(self.upload.whole()))
        except ValueError:
            return None


Handler: TypeAlias = Callable[[Call], Awaitable[Answer]]


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Plain:
    """A JSON response."""
    return Plain(dump(value), status, headers=headers or {})
