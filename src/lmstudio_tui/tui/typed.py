"""What Textual types only in part, with its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from textual import getters
from textual.app import App
from textual.widget import Widget

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


def is_present(shown: MessagePump) -> bool:
    """Whether an app, a screen or a widget can be told something; not while it is taken down, with parts of it gone."""
    app = app_of(shown)
    stack: list[object] = [*app.screen_stack] if app.is_running else []
    if not isinstance(shown, Widget):
        return bool(stack)
    # A screen is off the stack as soon as it is to go, and is taken apart after that.
    return shown.is_attached and any(node in stack for node in shown.ancestors_with_self)


def is_seen(shown: Widget | None) -> bool:
    """Whether a widget has a place on its screen: neither it nor what it is in is hidden."""
    return shown is not None and all(node.display for node in shown.ancestors_with_self if isinstance(node, Widget))


def bindings_updated(screen: _Screen) -> Signal[Screen[Any]]:
    """Is published when other keys work on that screen than before."""
    return screen.bindings_updated_signal
