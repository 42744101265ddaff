"""Two calm themes: one accent, muted surfaces."""

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
    accent="#a85d00",
    foreground="#23272d",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5de",
    success="#3c7a2e",
    warning="#8a6100",
    error="#b03a2e",
    dark=False,
    variables={
        "footer-key-foreground": "#a85d00",
        "border-blurred": "#c9c4ba",
        "border": "#a85d00",
        **_scrollbar("#fbfaf7", "#cfcac0"),
    },
)

THEMES = (QUIET_DARK, QUIET_LIGHT)
