"""What is there only when it was installed."""

from __future__ import annotations

from importlib.util import find_spec


def installed(module: str) -> bool:
    """Whether a module can be imported; it is not."""
    return find_spec(module) is not None


def how_to_install(extra: str) -> str:
    """What to type for one of the extras of this package."""
    return f'pip install "lmstudio-tui[{extra}]"'
