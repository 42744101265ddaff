"""Saying something in passing, without covering the screen with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.text_safety import clean
from lmstudio_tui.tui.guarded import GuardedApp

if TYPE_CHECKING:
    from textual.notifications import Notify, SeverityLevel

_LONGEST = 300
_MOST = 2


class RemarkingApp(GuardedApp):
    """An app whose notifications are harmless, short and few."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something.

        Never as markup, whatever Textual's default: what a server says is often part of it.
        """
        del markup
        text = clean(message)
        text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        super().notify(text, title=title, severity=severity, timeout=timeout, markup=False)

    def on_notify(self, event: Notify) -> None:
        """Say nothing twice while it is there, and not too much at once. Textual then shows it."""
        if any(one.message == event.notification.message for one in self._notifications):
            event.prevent_default()
        elif len(self._notifications) >= _MOST:
            self.clear_notifications()
