"""Clipboard and audio: what this machine offers."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import TYPE_CHECKING, cast

from lmstudio_tui.features.clipboard import is_remote
from lmstudio_tui.features.doctor.checks import LIMIT, Check, Status

if TYPE_CHECKING:
    from lmstudio_tui.features.doctor.surroundings import Terminal

_KNOWN = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "rio")
_PROGRAMS = {"WezTerm", "ghostty", "vscode", "iTerm.app", "rio", "WarpTerminal", "contour", "Tabby"}


def check_clipboard(terminal: Terminal) -> Check:
    """By which ways a text gets to the clipboard: a tool of this machine, or the terminal (OSC 52)."""
    tool = "" if is_remote(terminal.environ) else _tool()
    works, route, hint = _by_terminal(terminal)
    native = f"by {tool}" if tool else ("not by a tool, over ssh" if is_remote(terminal.environ) else "no tool here")
    detail = f"{native}; {route}"
    if tool or works:
        return Check("clipboard", Status.OK, detail, "" if tool or works else hint)
    if not terminal.streams:
        return Check("clipboard", Status.SKIPPED, detail)
    return Check("clipboard", Status.WARNING, detail, hint)


def _tool() -> str:
    """The tool that copies here; empty when there is none. Nothing is copied."""
    import pyperclip

    try:
        copy, _ = pyperclip.determine_clipboard()
    except (pyperclip.PyperclipException, OSError, ImportError):
        return ""
    # Where there is none, it is an object that counts as false.
    if not cast("object", copy):
        return ""
    name = str(getattr(copy, "__name__", "")).removeprefix("copy_")
    return name or "the system"


def _by_terminal(terminal: Terminal) -> tuple[bool, str, str]:
    """Whether the terminal takes a copy, the way in words, and what to do where it does not."""
    environ = terminal.environ
    if not terminal.streams:
        return False, "there is no terminal to hand it to", ""
    install = "Install a tool (wl-clipboard, xclip or xsel), or use a terminal that knows OSC 52."
    if environ.get("TMUX"):
        return _by_tmux()
    if environ.get("STY"):
        return False, "screen keeps it from the terminal", install
    if terminal.kind in {"", "dumb", "linux"}:
        return False, f"a terminal of the kind {terminal.kind or 'unknown'} does not take it", install
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return False, "Terminal.app does not take it", "Use a terminal that knows OSC 52, such as iTerm2."
    known = environ.get("TERM_PROGRAM") in _PROGRAMS or "WT_SESSION" in environ
    if known or any(name in terminal.kind for name in _KNOWN):
        return True, "by the terminal (OSC 52)", ""
    if environ.get("VTE_VERSION"):
        return False, "older terminals of this kind (VTE) do not take it", install
    return False, "by the terminal, if it knows OSC 52", install


def _by_tmux() -> tuple[bool, str, str]:
    hint = "In ~/.tmux.conf: set -g set-clipboard on"
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-gv", "set-clipboard"],  # noqa: S607 - the user's own tmux
            capture_output=True,
            timeout=2,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False, "tmux does not say whether it passes it on", hint
    said = done.stdout.strip()
    if said == "on":
        return True, "by tmux and the terminal (set-clipboard on)", ""
    return False, f"tmux does not pass it on (set-clipboard {said or 'unknown'})", hint


_LIST_DEVICES = """
import json, sys
def tell(answer):
    sys.stdout.write("\\n" + json.dumps(answer))
sys.excepthook = lambda kind, error, _: tell({"error": f"{kind.__name__}: {error}"})
import sounddevice
found = list(sounddevice.query_devices())
tell({"inputs": sum(one["max_input_channels"] > 0 for one in found),
      "outputs": sum(one["max_output_channels"] > 0 for one in found)})
"""


def check_audio(limit: float = LIMIT) -> Check:
    """Which microphones and speakers there are. Recording and playing is a matter of choice, so nothing here fails.

    They are asked for in a process of its own: the library below prints as it likes, and may hang.
    """
    if importlib.util.find_spec("sounddevice") is None:
        hint = "To record and to play: pip install sounddevice"
        return Check("audio", Status.SKIPPED, "sounddevice is not installed", hint)
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-c", _LIST_DEVICES],
            capture_output=True,
            timeout=limit,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        found = json.loads(done.stdout.decode("utf-8", "replace").rpartition("\n")[2])
    except subprocess.TimeoutExpired:
        return Check(
            "audio", Status.WARNING, f"the devices were not told within {limit:g} s", "Is the sound server well?"
        )
    except (OSError, ValueError):
        return Check("audio", Status.WARNING, "the devices cannot be told", "Install sounddevice anew.")
    error = str(found.get("error", ""))
    if "PortAudio library not found" in error:
        hint = "Install PortAudio (Debian, Ubuntu: libportaudio2; Fedora: portaudio)."
        return Check("audio", Status.WARNING, "sounddevice is there, PortAudio is not", hint)
    if error:
        return Check("audio", Status.WARNING, error, "Install sounddevice and PortAudio anew.")
    inputs, outputs = int(found.get("inputs", 0)), int(found.get("outputs", 0))
    detail = f"{inputs} to record with, {outputs} to play on"
    if inputs and outputs:
        return Check("audio", Status.OK, detail)
    return Check("audio", Status.WARNING, detail, "Plug in a microphone and speakers, to record and to play.")
