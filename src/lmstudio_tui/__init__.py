"""lmstudio-tui: explore the language models that run on your own machine."""

from lmstudio_tui._version import __version__

__all__ = ["__version__"]
