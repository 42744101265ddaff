"""Why something cannot be done with models now, and what went wrong, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.key_words import key_word
from lmstudio_tui.sdk import ModelNotFoundError, RequestCancelledError, ServerKind
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import LMStudioError

_AWAY: Final = {
    Presence.CONNECTING: "The server at {url} has not answered yet.",
    Presence.OFFLINE: "Nothing answers at {url}.",
    Presence.LOCKED: "The server at {url} wants an API key.",
    Presence.STRANGE: "What answers at {url} is no model server that I know.",
}

_STUDIOS: Final = frozenset({ServerKind.LM_STUDIO, ServerKind.CLASSIC})
_ACTIONS: Final = {
    "model_load": (
        "Loading and unloading models",
        "Do it in LM Studio's own window, or upgrade it to 0.4.",
        "Do it with that server's own tools, or choose an LM Studio with {key}.",
    ),
    "download": (
        "Downloading models",
        "Do it in LM Studio's own window, or upgrade it to 0.4.",
        "Do it with that server's own tools, or choose an LM Studio with {key}.",
    ),
}
"""By capability: the action, and what to do instead on an LM Studio that cannot, and on another server."""


def away_in_words(view: ServerView) -> str:
    """Why the server cannot be used; empty when it can."""
    return _AWAY[view.presence].format(url=clean_line(view.base_url)) if view.presence in _AWAY else ""


def refusal(view: ServerView, capability: str) -> str:
    """Why something cannot be asked of the server now; empty when it may, which includes that nobody knows.

    Args:
        view: the last look at the server.
        capability: the name of what is needed, such as `model_load`.
    """
    away = away_in_words(view)
    if away:
        return f"{away} This needs the server."
    return incapable(view, capability)


def incapable(view: ServerView, capability: str) -> str:
    """What the server cannot do, why, and what to do instead; empty when it can, when nobody knows, or it is away."""
    known = view.status.capabilities.get(capability) if view.online and view.status else None
    if view.status is None or known is None or known.available is not False:
        return ""
    reason = sentence(clean_line(known.reason))
    what, native, foreign = _ACTIONS.get(capability, ("This", "", ""))
    instead = native if view.status.kind in _STUDIOS else foreign.format(key=key_word("app.servers", "F4"))
    return f"{what} is not possible here. {reason} {instead}".strip()


def failure_in_words(error: LMStudioError) -> str:
    """What happened, and what to do next."""
    return " ".join(sentence(clean_line(text)) for text in (error.message, error.hint) if text.strip())


def load_failure_in_words(error: LMStudioError) -> str:
    """Why a model was not loaded."""
    if isinstance(error, RequestCancelledError):
        return "is no longer waited for. The server may go on with it: look at the list before it is loaded again."
    return f"was not loaded. {failure_in_words(error)}"


def unload_failure_in_words(error: LMStudioError) -> str:
    """Why an instance was not unloaded."""
    if isinstance(error, ModelNotFoundError):
        return "is gone already: the server knows no such instance any more."
    return f"was not unloaded. {failure_in_words(error)}"


def sentence(text: str) -> str:
    """With a full stop, where a server left it out."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" else f"{text}."
