"""What a compact app leaves out: blank rows, padding, and second lines.

The rules stand here and not beside each widget: those in a widget's own style sheet see nothing above the widget, and
whether the app is compact is told by a class of the app (see `wishes.py`).
"""

from __future__ import annotations

from typing import Final

COMPACT_CSS: Final = """
    .-compact #transcript { margin-top: 0; }
    .-compact ToastRack { margin-bottom: 0; }
    .-compact Toast { padding: 0 1; margin-top: 0; }

    .-compact Dialog > .frame { padding: 0 1; }
    .-compact Dialog Input, .-compact Dialog Static, .-compact Dialog OptionList { margin-top: 0; margin-bottom: 0; }
    .-compact Dialog TextArea, .-compact Dialog Horizontal { margin-top: 0; margin-bottom: 0; }
    .-compact Dialog VerticalScroll { margin-top: 0; margin-bottom: 0; }
    .-compact LoadModel .limit { padding: 0 0 0 19; }
    .-compact ServerFacts #explanation, .-compact ServersView #told { height: 4; margin-top: 0; }
    .-compact Look #content, .-compact DiffScreen > DiffView { margin-top: 0; }

    .-compact ParametersPanel > VerticalScroll { margin-top: 0; }
    .-compact ParametersPanel > .help { height: 3; }
    .-compact ParametersPanel.-wide > .help { height: 2; }
    .-compact ParameterRow.-long, .-compact ParameterRow.-schema, .-compact PresetBox { margin: 0; }
    .-compact ParameterRow.-system TextArea { min-height: 2; }

    .-compact Detail #tabs, .-compact ViewStack > ViewTabs { margin-bottom: 0; }
    .-compact ViewStack > #notice { padding: 0 1; }
    .-compact ImageForm PromptBox { min-height: 1; margin-bottom: 0; }
    .-compact Preview > Thumbnails { margin-top: 0; }
    .-compact Preview > #help { padding: 0; }
    .-compact HistoryPanel #about { height: 1; }
    .-compact RecordingBox #words { min-height: 1; }
    .-compact RecordingBox.-tall #moving, .-compact RecordingBox.-tall Waveform { height: 2; }
    .-compact Column > .figures { min-height: 1; }
"""
"""The rules, for the app's own style sheet."""
