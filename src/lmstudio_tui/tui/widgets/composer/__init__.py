"""Where prompts and commands are typed."""

from lmstudio_tui.tui.widgets.composer.widget import Composer

__all__ = ["Composer"]
