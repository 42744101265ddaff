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
    Button:focus { color: $accent; background: $surface; text-style: bold reverse; }
    Button.-warning:focus { color: $text-warning; }
    CommandPalette > #--container { width: 90%; max-width: 84; margin-top: 2; background: transparent; }
    CommandPalette #--input { border: round $border; background: $surface; padding: 0 1; }
    CommandPalette #--input Label { display: none; }
    CommandInput, CommandInput:focus { border: none; height: 1; }
    CommandList { border: round $border-blurred; background: $surface; max-height: 60vh; padding: 0 1; }
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
