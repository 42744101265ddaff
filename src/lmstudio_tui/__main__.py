"""`lmstudio-tui`, and `python -m lmstudio_tui`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Before anything heavy is imported: scripts ask often.
        from lmstudio_tui._version import __version__

        sys.stdout.write(f"lmstudio-tui {__version__}\n")
        return
    from lmstudio_tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
