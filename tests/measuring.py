"""What is measured for coverage: one of the workers, which has its share of every file, and the programs it starts.

Measuring makes what a test does in this process up to two thirds slower. So the first worker alone is measured, and
each worker begins with every so-many-th test: what is measured is a sample of all of them, wherever they stand. Run
without workers, every test is measured. Never measured are programs that run in a terminal, or are sent signals.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which programs are not measured."""
    return {name: value for name, value in environ.items() if not name.startswith("COVERAGE_PROCESS")}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_newgateway(gateway: object) -> None:
    """Measure no worker after the first, which has just been started."""
    for name in set(os.environ) - set(unmeasured(os.environ)):
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests out: each worker is handed a stretch of them, and that is then a sample of the whole."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [item for first in range(workers) for item in items[first::workers]]
