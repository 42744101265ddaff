"""Copying, and the truth about it: programs that keep, change, refuse or hang, and the systems that have others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from lmstudio_tui.features.clipboard import Copied, copy, is_remote
from lmstudio_tui.features.clipboard.programs import Budget, run
from lmstudio_tui.features.clipboard.surroundings import longest_copy, takes_copies
from waiting import until

REMOTE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")
TEXTS = {
    "one line": "text",
    "lines": "Zwei Zeilen:\n日本語 🧠 and 'quotes'\n\n",
    "other line ends": "a\r\nb\rc\n",
    "nul": "before\0after",
    "control": "\x1b]52;c;AAAA\x07\x9b31m",
    "five megabytes": "0123456789abcdef日本語\n" * 200_000,
    "option": "-o --help",
}
KEEPS = 'case "$*" in *-o*|*paste*) exec /bin/cat "$0.held";; *) exec /bin/cat > "$0.held";; esac'
"""A program that keeps a text, as xclip and xsel do."""

posix = pytest.mark.skipif(os.name != "posix", reason="its stand-ins are shell scripts")


class Machine:
    """A PATH with nothing but stand-ins on it, and the environment for them."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.environ = {"PATH": str(folder), "TERM": "xterm-256color", **environ}

    def has(self, name: str, script: str = KEEPS, by: str = "/bin/sh") -> Path:
        """Put a program there."""
        path = self.folder / name
        path.write_text(f"#!{by}\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    def held(self, name: str = "xclip") -> str:
        """What a stand-in holds."""
        return (self.folder / f"{name}.held").read_bytes().decode()

    def copy(self, text: str = "text", platform: str = "linux") -> Copied:
        return copy(text, environ=self.environ, platform=platform)


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    """A machine with a display."""
    return Machine(tmp_path, DISPLAY=":99")


# On this machine


@posix
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_copy_that_can_be_read_back_is_verified(desk: Machine, text: str) -> None:
    desk.has("xclip")
    assert desk.copy(text) == Copied("verified", "xclip", "Copied.")
    assert desk.held() == text
    assert copy(text, environ=desk.environ, platform="linux").how == "verified"


@posix
def test_half_a_character_is_replaced(desk: Machine) -> None:
    desk.has("xclip")
    assert desk.copy("a\ud83eb").how == "verified"
    assert desk.held() == "a?b"


@posix
@pytest.mark.parametrize(
    ("names", "variables", "tool"),
    [
        (("xclip", "xsel"), {"DISPLAY": ":9"}, "xclip"),
        (("xsel",), {"DISPLAY": ":9"}, "xsel"),
        (("wl-copy", "wl-paste", "xclip"), {"DISPLAY": ":9", "WAYLAND_DISPLAY": "wayland-0"}, "wl-copy"),
        (("wl-copy", "wl-paste", "xclip"), {"DISPLAY": ":9"}, "xclip"),
        (("wl-copy", "xclip"), {"DISPLAY": ":9", "WAYLAND_DISPLAY": "wayland-0"}, "xclip"),
    ],
)
def test_the_display_says_which_program(
    tmp_path: Path, names: tuple[str, ...], variables: dict[str, str], tool: str
) -> None:
    machine = Machine(tmp_path, **variables)
    for name in names:
        script = f'exec /bin/cat > "{tmp_path}/wl"' if name == "wl-copy" else f'exec /bin/cat "{tmp_path}/wl"'
        machine.has(name, script if name.startswith("wl-") else KEEPS)
    assert machine.copy("日本語") == Copied("verified", tool, "Copied.")


@posix
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "it fails"),
        (
            'case "$*" in *-o*) echo something else;; *) exec /bin/cat > /dev/null;; esac',
            "it gives something else back",
        ),
        ('case "$*" in *-o*) exit 1;; *) exec /bin/cat > /dev/null;; esac', "it gives nothing back"),
        ('case "$*" in *-o*) printf "text\\n";; *) exec /bin/cat > /dev/null;; esac', "it adds a line end"),
        ('case "$*" in *-o*) printf "tex";; *) exec /bin/cat > /dev/null;; esac', "it cuts"),
        ("exit 0", "it reads nothing"),
    ],
)
def test_what_was_not_kept_is_not_called_copied(desk: Machine, script: str, why: str) -> None:
    desk.has("xclip", script)
    found = desk.copy()
    assert (found.how, found.tool, found.to_send) == ("terminal", "OSC 52", True), why
    assert found.sentence == "Sent to the terminal. xclip could not be made to keep it."
    assert copy("text", environ=desk.environ, platform="linux").how != "verified"


@posix
def test_one_that_keeps_it_a_moment_later_is_waited_for(desk: Machine) -> None:
    reads = 'if [ -e "$0.asked" ]; then exec /bin/cat "$0.held"; else : > "$0.asked"; exit 1; fi'
    desk.has("xclip", f'case "$*" in *-o*) {reads};; *) exec /bin/cat > "$0.held";; esac')
    assert desk.copy() == Copied("verified", "xclip", "Copied.")


@posix
def test_the_next_program_may_do_better(desk: Machine) -> None:
    desk.has("xclip", "exit 1")
    desk.has("xsel")
    assert desk.copy() == Copied("verified", "xsel", "Copied.")


@posix
def test_a_text_that_nobody_reads_does_not_block(desk: Machine) -> None:
    desk.has("xclip", "exit 0")
    found = desk.copy(TEXTS["five megabytes"])
    assert (found.how, found.tool) == ("failed", "")
    assert "xclip could not be made to keep it. 5.2 MB is too long for the terminal; save it" in found.sentence


@posix
@pytest.mark.parametrize("hangs", ["writing", "reading", "both"])
def test_one_that_hangs_is_given_up_and_killed(desk: Machine, hangs: str, zombies: Callable[[], list[int]]) -> None:
    sleeps = '/bin/sleep 60 & echo $! >> "$0.pids"; echo $$ >> "$0.pids"; wait'
    reads, writes = (
        sleeps if hangs in {one, "both"} else "exec /bin/cat > /dev/null" for one in ("reading", "writing")
    )
    desk.has("xclip", f'case "$*" in *-o*) {reads};; *) {writes};; esac')
    desk.has("xsel", sleeps)
    started = time.monotonic()
    assert desk.copy().how == "terminal"
    assert time.monotonic() - started < 4
    pids = [int(pid) for file in desk.folder.glob("*.pids") for pid in file.read_text().split()]
    assert pids
    until(lambda: all(map(gone, pids)), what="they were not killed")
    assert zombies() == []


@posix
def test_one_that_stays_in_the_background_is_not_waited_for(desk: Machine, zombies: Callable[[], list[int]]) -> None:
    writes = '/bin/cat > "$0.held"; /bin/sleep 60 & echo $! > "$0.pid"'
    desk.has("xclip", f'case "$*" in *-o*) exec /bin/cat "$0.held";; *) {writes};; esac')
    started = time.monotonic()
    assert desk.copy() == Copied("verified", "xclip", "Copied.")
    assert time.monotonic() - started < 1.5
    background = int((desk.folder / "xclip.pid").read_text())
    # It is what holds the clipboard: it must outlive the copy, and the terminal.
    assert not gone(background)
    if sys.platform != "win32":
        assert os.getsid(background) != os.getsid(0)
    os.kill(background, 9)
    assert zombies() == []


def gone(pid: int) -> bool:
    """Whether a process is over."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def children() -> dict[int, str]:
    """Processes of ours, and their states."""
    found: dict[int, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found[int(stat.parent.name)] = state
    return found


@pytest.fixture
def zombies() -> Callable[[], list[int]]:
    """Finds processes that nobody has waited for; not those of other tests, such as a sound server that has ended."""
    before = children()
    return lambda: [pid for pid, state in children().items() if state == "Z" and pid not in before]


# Elsewhere


@posix
@pytest.mark.parametrize("name", REMOTE)
def test_over_ssh_the_far_clipboard_is_left_alone(desk: Machine, name: str) -> None:
    desk.has("xclip")
    desk.environ[name] = "10.0.0.7 50000 10.0.0.8 22"
    assert desk.copy() == Copied("terminal", "OSC 52", "Sent to the terminal.")
    assert copy("text", environ=desk.environ, platform="linux").how != "verified"
    assert not (desk.folder / "xclip.held").exists()


@posix
def test_without_a_display_it_goes_to_the_terminal(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.has("xclip")
    assert machine.copy() == Copied("terminal", "OSC 52", "Sent to the terminal.")


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "linux"},
        {"TERM": "dumb"},
        {},
        {"TERM": "screen", "STY": "1.pts"},
        {"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"},
    ],
)
def test_a_terminal_that_takes_nothing_is_not_said_to(environ: dict[str, str]) -> None:
    found = copy("text", environ=environ, platform="linux")
    assert (found.how, found.tool, found.to_send) == ("failed", "", False)
    assert found.sentence == (
        "Not copied. There is no tool for it here, and the terminal does not take it. Please save it to a file instead."
    )


def test_what_terminals_take() -> None:
    assert takes_copies({"TERM": "linux", "TMUX": "tmux.sock,1,0"}, "linux")
    assert takes_copies({}, "win32")
    assert not takes_copies({}, "linux")


@pytest.mark.parametrize(
    ("environ", "longest"),
    [
        ({"TERM": "xterm-256color"}, 74_994),
        ({"TERM": "xterm-kitty"}, 750_000),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, 750_000),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "KITTY_WINDOW_ID": "1", "TMUX": "x"}, 74_994),
    ],
)
def test_a_text_that_is_too_long_for_the_terminal_is_not_sent(environ: dict[str, str], longest: int) -> None:
    assert longest_copy(environ) == longest
    if "TMUX" in environ:
        return
    assert copy("x" * longest, environ=environ, platform="linux").to_send
    # Bytes count, not characters.
    found = copy("x" * (longest - 2) + "日", environ=environ, platform="linux")
    assert (found.how, found.tool) == ("failed", "")
    size = f"{round(longest / 1000)} kB"
    assert found.sentence == f"Not copied. {size} is too long for the terminal; save it to a file instead."


def test_nothing_is_not_copied() -> None:
    assert copy("", environ={"TERM": "xterm"}) == Copied("failed", "", "There is nothing to copy.")
    assert copy("").how != "verified"


@pytest.mark.parametrize(("environ", "remote"), [({}, False), ({"SSH_TTY": ""}, False), ({"SSH_TTY": "pts/1"}, True)])
def test_what_counts_as_remote(environ: dict[str, str], *, remote: bool) -> None:
    assert is_remote(environ) is remote


# Other systems


@posix
def test_on_a_mac_it_is_pbcopy_in_utf_8(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.has("pbcopy", f'[ "$LC_ALL" = en_US.UTF-8 ] && exec /bin/cat > "{tmp_path}/held"')
    machine.has("pbpaste", f'[ "$LC_ALL" = en_US.UTF-8 ] && exec /bin/cat "{tmp_path}/held"')
    assert machine.copy("日本語\n", platform="darwin") == Copied("verified", "pbcopy", "Copied.")


@posix
@pytest.mark.parametrize("text", ["one\ntwo\n", "日本語 🧠", "a\0b"])
def test_in_wsl_it_is_the_clipboard_of_windows(tmp_path: Path, text: str) -> None:
    machine = Machine(tmp_path, WSL_DISTRO_NAME="Debian")
    machine.has("clip.exe", f'exec /bin/cat > "{tmp_path}/held"')
    machine.has(
        "powershell.exe",
        f"""import base64, pathlib
said = pathlib.Path("{tmp_path}/held").read_bytes().decode("utf-16-le").replace("\\n", "\\r\\n")
print(base64.b64encode(said.encode()).decode(), end="\\r\\n")""",
        by=sys.executable,
    )
    assert machine.copy(text) == Copied("verified", "clip.exe", "Copied.")


@posix
def test_in_wsl_what_cannot_be_read_is_not_verified(tmp_path: Path) -> None:
    machine = Machine(tmp_path, WSL_INTEROP="/run/WSL/1_interop")
    machine.has("clip.exe", "exec /bin/cat > /dev/null")
    machine.has("powershell.exe", "echo 'Get-Clipboard : not recognized'")
    assert machine.copy().to_send


class ClipboardError(RuntimeError):
    """As pyperclip's own error is."""


class FakeWindows(ModuleType):
    """Stands in for pyperclip, which speaks to Windows itself."""

    PyperclipException = ClipboardError

    def __init__(self) -> None:
        super().__init__("pyperclip")
        self.held = ""
        self.failure: Exception | None = None
        self.alters: tuple[str, str] = ("\n", "\r\n")

    def copy(self, text: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.held = text

    def paste(self) -> str:
        return self.held.replace(*self.alters)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> FakeWindows:
    fake = FakeWindows()
    monkeypatch.setitem(sys.modules, "pyperclip", fake)
    return fake


def test_on_windows_line_ends_of_its_own_count(windows: FakeWindows) -> None:
    assert copy("one\ntwo\n", environ={}, platform="win32") == Copied("verified", "Windows", "Copied.")
    assert windows.held == "one\ntwo\n"


@pytest.mark.parametrize(
    "failure",
    [ClipboardError("in use"), OSError("gone"), UnicodeEncodeError("utf-8", "\ud83e", 0, 1, "surrogates not allowed")],
)
def test_on_windows_a_failure_is_no_copy(windows: FakeWindows, failure: Exception) -> None:
    windows.failure = failure
    found = copy("text", environ={}, platform="win32")
    assert (found.how, found.sentence) == ("terminal", "Sent to the terminal. Windows could not be made to keep it.")


def test_on_windows_something_else_is_not_verified(windows: FakeWindows) -> None:
    windows.alters = ("text", "tex")
    assert copy("text", environ={}, platform="win32").how != "verified"


# Running programs


def test_without_time_nothing_is_run() -> None:
    assert run([sys.executable, "-c", ""], os.environ, Budget(0, 1)) is None


def test_what_is_no_program_is_none(tmp_path: Path) -> None:
    assert run([str(tmp_path / "nothing")], os.environ, Budget(1, 1)) is None
    assert run(["a\0b"], os.environ, Budget(1, 1)) is None


# A real X server


@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xclip")), reason="needs Xvfb and xclip")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_under_x(text: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    log = (tmp_path / "log").open("wb")
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "320x240x8", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=log,
    ) as server:
        try:
            os.close(writing)
            with os.fdopen(reading, encoding="ascii") as numbers:
                display = numbers.readline().strip()
            log.close()
            away = {*REMOTE, "TMUX", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP"}
            environ = {name: value for name, value in os.environ.items() if name not in away}
            environ["DISPLAY"] = f":{display}"
            found = copy(text, environ=environ, platform="linux")
            held = subprocess.run(
                ["xclip", "-selection", "clipboard", "-o"],
                env=environ,
                capture_output=True,
                check=True,
                timeout=10,
            )
        finally:
            server.terminate()
    assert found == Copied("verified", "xclip", "Copied.")
    assert held.stdout.decode() == text
