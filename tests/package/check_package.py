"""Builds the wheel and the source distribution, and tries both as a stranger would, for `make check-package`.

For every Python of `PYTHONS` that is found: an empty environment, the wheel with the extra `web`, and then the command,
with warnings as errors, down to the app in a terminal. For the source distribution: what is in it, some of its tests.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from terminal import Terminal, new_user  # noqa: E402 - it is beside this file's folder

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
IN_WHEEL = {
    "lmstudio_tui/py.typed",
    "lmstudio_tui/web/page.html",
    "lmstudio_tui/web/page.css",
    "lmstudio_tui/web/page.js",
}
IN_SOURCE = {
    *(
        "src",
        "tests",
        "docs",
        "screenshots",
        "benchmarks",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ),
    *("LICENSE", "Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "PKG-INFO"),
}
_SDK = "from lmstudio_tui.sdk import ClientConfig, LMStudioClient; LMStudioClient(ClientConfig()).close()"
TRIED = ("tests/test_paths.py", "tests/settings", "tests/cli/test_cli_chat_history.py")
"""Of the tests in the source distribution."""


def main(arguments: Sequence[str]) -> int:
    """Try it all; 1 when something is wrong.

    Args:
        arguments: versions of Python to try, in place of all.
    """
    with tempfile.TemporaryDirectory(prefix="package-") as name:
        folder = Path(name)
        wheel, source = built(folder / "dist")
        wrong = [*about_wheel(wheel), *_about_source(source, folder / "source")]
        for version in arguments or PYTHONS:
            python = found(version)
            if python is None:
                say(f"Python {version}: not on this machine, not tried")
                continue
            problems = tried(python, wheel, folder / version)
            say(f"Python {version}: {'; '.join(problems) or 'installed, and everything works'}")
            wrong += [f"{version}: {one}" for one in problems]
    for one in wrong:
        say(f"wrong: {one}")
    return 1 if wrong else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution, made with the tools that are installed."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def in_wheel(wheel: Path) -> list[str]:
    """The names of its files."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def about_wheel(wheel: Path) -> Iterator[str]:
    """What is wrong with the wheel."""
    names = in_wheel(wheel)
    yield from (f"the wheel lacks {name}" for name in sorted(IN_WHEEL - set(names)))
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in names):
        yield "the wheel lacks its licence"
    if not any(name.endswith("/share/man/man1/lmstudio-tui.1") for name in names):
        yield "the wheel lacks the man page"
    yield from (f"the wheel has {name}" for name in names if not re.match(r"lmstudio_tui[/-]", name))


def _about_source(source: Path, folder: Path) -> Iterator[str]:
    """What is wrong with the source distribution; it is unpacked, and its tests run there."""
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    [top] = folder.iterdir()
    yield from (f"the source distribution lacks {name}" for name in sorted(IN_SOURCE) if not (top / name).exists())
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *TRIED]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src"})
    say(f"tests of the source distribution: {done.stdout.strip().splitlines()[-1]}")
    if done.returncode:
        say(done.stdout[-4000:])
        yield "tests of the source distribution fail"


def found(version: str) -> str | None:
    """A Python of this version, on the PATH or among pyenv's."""
    for program in filter(None, [shutil.which(f"python{version}"), sys.executable, *_of_pyenv(version)]):
        asked = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        with contextlib.suppress(OSError):
            told = subprocess.run([program, "-c", asked], capture_output=True, text=True, check=False)
            if told.stdout.strip() == version:
                return program
    return None


def _of_pyenv(version: str) -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [str(one) for one in sorted(root.glob(f"versions/{version}.*/bin/python"))]


def tried(python: str, wheel: Path, folder: Path) -> list[str]:
    """What is wrong when the wheel is installed for this Python."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    own = str(folder / "bin" / "python")
    pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}[web]"]
    if (done := _ran(pip)).returncode:
        return [f"it cannot be installed: {done.stderr[-2000:]}"]
    home = new_user(folder / "home")
    strict = [own, "-W", "error", "-m", "lmstudio_tui"]
    one_chat = [*strict, "chat", "--demo", "hello"]
    commands: dict[str, list[str]] = {
        "--version": [str(folder / "bin" / "lmstudio-tui"), "--version"],
        "--version with warnings as errors": [*strict, "--version"],
        "--help": [*strict, "--help"],
        "ping": [*strict, "ping", "--demo"],
        "chat": one_chat,
        "the SDK": [own, "-W", "error", "-c", _SDK],
        "web": [*strict, "web", "--help"],
        "pip check": [own, "-m", "pip", "check"],
    }
    wrong = [
        f"{name}: {done.stderr[-500:]}" for name, line in commands.items() if (done := _ran(line, home)).returncode
    ]
    if not (folder / "share" / "man" / "man1" / "lmstudio-tui.1").exists():
        wrong.append("there is no man page")
    return [*wrong, *_opened(strict, home)]


def _ran(command: Sequence[str], environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=600, env=environ, check=False)


def _opened(program: Sequence[str], environ: dict[str, str]) -> Iterator[str]:
    """What is wrong with the app in a terminal."""
    try:
        with Terminal("--demo", environ=environ, program=program) as terminal:
            terminal.ready()
            terminal.type(b"hello\r")
            terminal.shows("no language model was run")
            terminal.leave(60)
    except AssertionError as error:
        yield f"the app: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
