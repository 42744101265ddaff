"""Which tests are measured for coverage: what is covered is a lower bound, as most tests of the whole app are not.

Measuring makes them take two thirds longer, and one of three finds nearly all that the others find. Never measured are
programs that run in a terminal, or are sent signals.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from zlib import crc32

import pytest
from coverage import Coverage

WHOLE_APP = ("tests/tui/test_", "tests/faults/", "tests/security/", "tests/docs/", "tests/test_")
"""What opens the app again and again, by how their names begin."""
ONE_OF = 3
"""How many of these there are for each that is measured; which one, its name says, so that it is always the same."""


def is_measured(test: str) -> bool:
    """Whether a test, by its full name, is one of those."""
    return not test.startswith(WHOLE_APP) or crc32(test.encode()) % ONE_OF == 0


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which programs are not measured."""
    return {name: value for name, value in environ.items() if not name.startswith("COVERAGE_PROCESS")}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let the measuring rest during the others.

    Threads may be just starting: no test may add an audit hook to this process, as before Python 3.12 two threads
    cannot be told to be measured at once where there is one.
    """
    coverage = None if is_measured(item.nodeid) else Coverage.current()
    if coverage is None:
        return (yield)
    coverage.stop()
    try:
        return (yield)
    finally:
        coverage.start()
