"""Whether a pinned dependency has a known fault, by `pip-audit`, for `make lint`; where it cannot look, it says so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PINNED = ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt")
PATIENCE = 90.0
"""Seconds that it may take; without a network it would wait for longer than anybody does."""


def main() -> int:
    """Look, and say in a line what was found; 1 when there is a known fault."""
    program = shutil.which(str(Path(sys.executable).with_name("pip-audit"))) or shutil.which("pip-audit")
    if program is None:
        return _unknown("pip-audit is not installed (pip install pip-audit)")
    named = [argument for name in PINNED for argument in ("--requirement", name)]
    how = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")
    try:
        done = subprocess.run([program, *named, *how], capture_output=True, timeout=PATIENCE, check=False)
        dependencies: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return _unknown("pip-audit had no answer in time")
    except (OSError, ValueError, KeyError, TypeError):
        return _unknown("pip-audit could not look them up (is there a network?)")
    return judged(dependencies)


def judged(dependencies: Sequence[Mapping[str, Any]]) -> int:
    """Say what is known of them."""
    known = [one for one in dependencies if "skip_reason" not in one]
    if not known:
        return _unknown("pip-audit found nothing about them where it looked")
    faulty = [one for one in known if one.get("vulns")]
    for one in faulty:
        names = ", ".join(str(fault.get("id", "?")) for fault in one["vulns"])
        mended = sorted({str(version) for fault in one["vulns"] for version in fault.get("fix_versions", ())})
        sys.stdout.write(f"{one['name']} {one['version']}: {names}; mended in {', '.join(mended) or 'no version'}\n")
    said = f"{len(faulty)} of {len(known)}" if faulty else f"none of {len(known)}"
    missing = f" ({len(dependencies) - len(known)} are not known there)" if len(known) < len(dependencies) else ""
    sys.stdout.write(f"dependencies: {said} with a known fault{missing}\n")
    return 1 if faulty else 0


def _unknown(why: str) -> int:
    sys.stdout.write(f"dependencies: not looked at: {why}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
