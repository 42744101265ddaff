"""The side panel with the parameters and the presets."""

from lmstudio_tui.tui.widgets.parameters_panel.panel import ParametersPanel

__all__ = ["ParametersPanel"]
