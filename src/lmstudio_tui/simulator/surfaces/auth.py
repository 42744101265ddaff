"""Tokens: who may ask, and what is said to the others."""

from lmstudio_tui.simulator.answers import Answer, Call
from lmstudio_tui.simulator.errors import token_malformed, token_required

_OPEN_PATHS = frozenset({"/lmstudio-greeting", "/health"})
"""What answers without a token: the pings, by which a client tells that the server is up."""


def token_of(call: Call) -> str:
    """The token that came with the request, or ""."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def lmstudio_gate(call: Call) -> Answer | None:
    """The 401 of server contract section 2.5, when a token is wanted and the right one is not there."""
    wanted = call.world.config.api_key
    if wanted is None or call.path in _OPEN_PATHS:
        return None
    token = token_of(call)
    if token == wanted:
        return None
    return token_malformed(token) if token else token_required()
