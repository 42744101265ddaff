"""The clipboards of the systems: which programs write and read them."""

from __future__ import annotations

import base64
import binascii
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.clipboard.programs import found, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lmstudio_tui.features.clipboard.programs import Budget

_WINDOWS: Final = ("/mnt/c/Windows/System32", "/mnt/c/Windows/System32/WindowsPowerShell/v1.0")
_PAUSES: Final = (0.01, 0.03, 0.1, 0.2)
"""Seconds between two looks: xclip goes into the background a moment before the clipboard is its own."""
_READ_BACK: Final = "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((Get-Clipboard -Raw)))"


@dataclass(frozen=True, slots=True)
class Tool:
    """A clipboard, by the programs that write and read it.

    Args:
        name: of the program that writes, for people.
        write: the command that writes.
        read: the command that reads.
        encoded: what the writing program is given for a text.
        decoded: the text for what the reading program says.
        variables: of the environment, which the programs need.
        own_line_ends: whether it gives line ends of its own back.
    """

    name: str
    write: tuple[str, ...]
    read: tuple[str, ...]
    encoded: Callable[[str], bytes] = lambda text: text.encode("utf-8", "replace")
    decoded: Callable[[bytes], str] = lambda raw: raw.decode("utf-8", "replace")
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    own_line_ends: bool = False

    def copy(self, text: str, environ: Mapping[str, str], budget: Budget) -> bool:
        """Write a text and read it back.

        Args:
            text: whatever is to be on the clipboard.
            environ: for the programs.
            budget: how long they may take.

        Returns:
            whether the clipboard holds the text.
        """
        environ = {**environ, **self.variables}
        if run(self.write, environ, budget, given=self.encoded(text)) is None:
            return False
        for pause in (*_PAUSES, 0.0):
            said = run(self.read, environ, budget, reads=True)
            if said is not None and same(self.decoded(said), text, own_line_ends=self.own_line_ends):
                return True
            time.sleep(min(pause, budget.left))
        return False


def same(held: str, text: str, *, own_line_ends: bool) -> bool:
    """Whether a clipboard holds a text, of which it can hold no half characters.

    Args:
        held: what was read from it.
        text: what was written.
        own_line_ends: whether it may have changed the line ends, as Windows does.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return held == text or (own_line_ends and held.replace("\r\n", "\n") == text.replace("\r\n", "\n"))


def tools_for(environ: Mapping[str, str], platform: str) -> Iterator[Tool]:
    """The clipboards that can be reached here, the best first.

    Args:
        environ: says which displays there are, and where programs are.
        platform: as `sys.platform`.
    """
    for tool, further in _of(environ, platform):
        write, read = (found(command[0], environ, further) for command in (tool.write, tool.read))
        if write is not None and read is not None:
            yield replace(tool, write=(write, *tool.write[1:]), read=(read, *tool.read[1:]))


def _of(environ: Mapping[str, str], platform: str) -> Iterator[tuple[Tool, tuple[str, ...]]]:
    """What may be there, and where else than on the PATH."""
    if platform == "darwin":
        yield _PBCOPY, ()
        return
    if environ.get("WSL_DISTRO_NAME") or environ.get("WSL_INTEROP"):
        yield _CLIP_EXE, _WINDOWS
    if environ.get("WAYLAND_DISPLAY"):
        yield _WL_COPY, ()
    if environ.get("DISPLAY"):
        yield _XCLIP, ()
        yield _XSEL, ()


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "replace")


def _from_base64(raw: bytes) -> str:
    try:
        return base64.b64decode(raw.strip(), validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""


# Without a UTF-8 locale they take and give MacRoman.
_PBCOPY: Final = Tool("pbcopy", ("pbcopy",), ("pbpaste",), variables={"LC_ALL": "en_US.UTF-8"})
_WL_COPY: Final = Tool(
    "wl-copy", ("wl-copy", "--type", "text/plain"), ("wl-paste", "--no-newline", "--type", "text/plain")
)
_XCLIP: Final = Tool("xclip", ("xclip", "-selection", "clipboard"), ("xclip", "-selection", "clipboard", "-o"))
_XSEL: Final = Tool("xsel", ("xsel", "--clipboard", "--input"), ("xsel", "--clipboard", "--output"))
_CLIP_EXE: Final = Tool(
    "clip.exe",
    ("clip.exe",),
    ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _READ_BACK),
    encoded=_utf16,
    decoded=_from_base64,
    own_line_ends=True,
)
