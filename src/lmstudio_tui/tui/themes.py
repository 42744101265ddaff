"""Two calm themes: one accent, muted surfaces; two of high contrast; two in the colours of the terminal."""

from textual.theme import Theme


def _scrollbar(track: str, bar: str) -> dict[str, str]:
    """A scroll bar that is there when looked for."""
    tracks = ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active")
    return dict.fromkeys((*tracks, "scrollbar-corner-color"), track) | {
        "scrollbar": bar,
        "scrollbar-hover": bar,
        "scrollbar-active": bar,
    }


QUIET_DARK = Theme(
    name="quiet-dark",
    primary="#7aa2c8",
    secondary="#8f9fb5",
    accent="#e0a458",
    foreground="#d6d9de",
    background="#14171b",
    surface="#1a1e23",
    panel="#22272e",
    success="#8fb573",
    warning="#dcb25c",
    error="#d9776c",
    dark=True,
    variables={
        "footer-key-foreground": "#e0a458",
        "border-blurred": "#3a424c",
        "border": "#e0a458",
        **_scrollbar("#14171b", "#39414b"),
    },
)

QUIET_LIGHT = Theme(
    name="quiet-light",
    primary="#2f6690",
    secondary="#5b6b7f",
    accent="#7e4600",
    foreground="#23272d",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5de",
    success="#3c7a2e",
    warning="#8a6100",
    error="#b03a2e",
    dark=False,
    variables={
        "footer-key-foreground": "#7e4600",
        "border-blurred": "#bebab0",
        "border": "#a85d00",
        **_scrollbar("#fbfaf7", "#cfcac0"),
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#8cc8ff",
    secondary="#c8d4e6",
    accent="#ffd23f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#7dff7d",
    warning="#ffcf5c",
    error="#ff9e94",
    dark=True,
    variables={
        "footer-key-foreground": "#ffd23f",
        "border-blurred": "#a8a8a8",
        "border": "#ffd23f",
        "text-disabled": "#a8a8a8",
        **_scrollbar("#000000", "#c8c8c8"),
    },
)

HIGH_CONTRAST_LIGHT = Theme(
    name="high-contrast-light",
    primary="#003c78",
    secondary="#2e3a4a",
    accent="#6b2e00",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#ebebeb",
    success="#004d00",
    warning="#5c3c00",
    error="#8c0000",
    dark=False,
    variables={
        "footer-key-foreground": "#652b00",
        "border-blurred": "#595959",
        "border": "#6b2e00",
        "text-disabled": "#595959",
        **_scrollbar("#ffffff", "#4d4d4d"),
    },
)

# Textual's own are styled in the terminal's colours from the start, and lose every shade on the way. Ours are shown in
# them at the end (see looks/few_colours.py); what stands here is what the list of themes and the first paint need.
ANSI_DARK = Theme(name="ansi-dark", primary="#5555ff", accent="#00ffff", background="#000000", dark=True)
ANSI_LIGHT = Theme(name="ansi-light", primary="#5555ff", accent="#00ffff", background="#ffffff", dark=False)

THEMES = (QUIET_DARK, QUIET_LIGHT, HIGH_CONTRAST, HIGH_CONTRAST_LIGHT)
TERMINAL_THEMES = (ANSI_DARK, ANSI_LIGHT)
"""Those in the terminal's own sixteen colours."""
