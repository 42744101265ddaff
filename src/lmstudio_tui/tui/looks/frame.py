"""The rules that hold for the whole app: where what is at each size, and how Textual's own widgets look in it."""

from __future__ import annotations

from typing import Final

FRAME_CSS: Final = """
    Screen { layers: default cover; }
    .-cramped TooSmall { display: block; }
    OptionList:focus > .option-list--option-highlighted, #--container .option-list--option-highlighted {
        color: $foreground; background: $accent 22%; text-style: bold;
    }
    OptionList:blur > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: none; }
    OptionList > .option-list--option-hover { background: $accent 10%; }
    Button { color: $foreground; background: $panel; text-style: none; }
    Button.-primary { color: $accent; text-style: bold; }
    Button.-warning { color: $text-warning; text-style: bold; }
    Button:hover { background: $accent 30%; }
    Button:focus, Button:focus:hover { color: $background; background: $accent; text-style: bold; }
    Button.-warning:focus { background: $text-warning; }
    CommandPalette > #--container { width: 90%; max-width: 84; margin-top: 2; background: transparent; }
    CommandPalette #--input {
        border: round $border;
        border-bottom: none;
        border-title-color: $accent;
        border-title-style: bold;
        background: $surface;
        padding: 0 1;
    }
    CommandPalette SearchIcon { display: none; }
    CommandPalette #--results { height: auto; }
    CommandInput, CommandInput:focus { border: none; height: 1; padding: 0 1; }
    CommandList, CommandList:focus {
        border: round $border;
        border-top: none;
        border-subtitle-color: $text-muted;
        background: $surface;
        max-height: 60vh;
        padding: 1 1 0 1;
        scrollbar-size-vertical: 1;
    }
    CommandList > .option-list--option { padding: 0 1; }
    #body { height: 1fr; }
    #panes { height: 1fr; }
    Rail { display: none; }
    .-wide Rail { display: block; }
    .-wide PaneStrip, .-tiny PaneStrip { display: none; }
    .-wide #transcript { margin-top: 1; }
    .-tiny HeaderBar, .-tiny KeyFooter, .-short InfoLine { display: none; }
    .-short ViewStack > ViewTabs { margin-bottom: 0; }
    .-short PromptBox, .-short PromptBox:focus { min-height: 1; max-height: 2; margin-bottom: 0; }
    .-short Thumbnails { display: none; }
    KeyFooter.-covered { visibility: hidden; }
    .-few-colours ModalScreen, .-few-colours SystemModalScreen, .-few-colours CommandPalette {
        background: transparent;
    }
    TextArea > .text-area--placeholder { color: $text-disabled; }
    .-tall ToastRack { margin-bottom: 5; }
    """
