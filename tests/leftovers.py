"""What tests leave behind in their process, so that the ten-thousandth is as quick as the first."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator

import pytest

# A full collection looks at all that thousands of tests have left: it is done ten times less often than by default.
gc.set_threshold(700, 10, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Let go of what Textual remembers of the lines of the last thousand widgets, which no longer are."""
    try:
        return (yield)
    finally:
        if (textual := sys.modules.get("textual._styles_cache")) is not None:
            textual.StylesCache.get_inner_outer.cache_clear()


@pytest.fixture
def no_collections() -> Generator[None]:
    """What is measured is the work alone, and not what all tests before have left to be looked at."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
