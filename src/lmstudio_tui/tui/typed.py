"""What Textual types only in part, with its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from textual import getters
from textual.app import App

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.signal import Signal


class WidgetOptions(TypedDict, total=False):
    """What any widget can be given besides what is its own, handed on to Textual as it is."""

    id: str | None


class _Screen(Protocol):
    @property
    def bindings_updated_signal(self) -> Signal[Screen[Any]]: ...


_APP: getters.app[App[Any]] = getters.app(App)


def app_of(shown: MessagePump) -> App[Any]:
    """The app in which a widget or a screen is; `shown.app` leaves open of which result."""
    return _APP.__get__(shown, type(shown))


def bindings_updated(screen: _Screen) -> Signal[Screen[Any]]:
    """Is published when other keys work on that screen than before."""
    return screen.bindings_updated_signal
