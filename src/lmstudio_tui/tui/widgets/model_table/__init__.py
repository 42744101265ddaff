"""The table of models, which the models pane and the model picker share."""

from lmstudio_tui.tui.widgets.model_table.table import ModelTable

__all__ = ["ModelTable"]
