"""Which programs are measured for coverage: none that a test runs in a terminal of its own, or sends signals."""

from __future__ import annotations

from collections.abc import Mapping


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which programs are not measured."""
    return {name: value for name, value in environ.items() if not name.startswith("COVERAGE_PROCESS")}
