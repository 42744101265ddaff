"""Two bounds on the coverage of the tests: the SDK's, and that of the whole. Run by `make test` after the tests."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

from coverage import Coverage

# This tree's: a test installs another copy of the package.
SOURCE = Path(__file__).resolve().parents[1] / "src" / "lmstudio_tui"
BOUNDS = {"the SDK": (SOURCE / "sdk" / "*", 95.0), "everything": (SOURCE / "*", 90.0)}


def main() -> int:
    """Print what is covered, and say whether it is enough."""
    data = Coverage()
    data.load()
    enough = True
    for name, (files, bound) in BOUNDS.items():
        report = StringIO()
        covered = data.report(file=report, include=[str(files)])
        enough = enough and covered >= bound
        sys.stdout.write(f"coverage of {name}: {covered:.1f} % (at least {bound:.0f} % is wanted)\n")
        if covered < bound:
            sys.stdout.write(report.getvalue())
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
