"""What vectors are kept by: one name for a server, however its address is written."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from lmstudio_tui.sdk import LMStudioError
from lmstudio_tui.sdk.config import normalise_base_url
from lmstudio_tui.store.embeddings.records import VectorKey

SIMULATOR: Final = "simulator"
"""The server of vectors that nobody but the simulator has made."""

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS: Final = {"http": 80, "https": 443}


def vector_key(base_url: str, model: str, dimensions: int | None = None, *, simulated: bool = False) -> VectorKey:
    """The key of what a server's model makes.

    Args:
        base_url: of the server, as it was configured.
        model: that is asked; empty when the server chooses.
        dimensions: how many are asked for; None leaves it to the model.
        simulated: whether the server is the app's own simulator, whose port is another one each time.
    """
    return VectorKey(SIMULATOR if simulated else server_name(base_url), model, dimensions or 0)


def server_name(base_url: str) -> str:
    """One spelling for every address of a server: `LOCALHOST:1234/v1/` is `http://127.0.0.1:1234`.

    Args:
        base_url: an address; what is none, such as `simulator`, stays as it is.
    """
    if base_url == SIMULATOR:
        return base_url
    try:
        parts = urlsplit(normalise_base_url(base_url))
    except LMStudioError:
        return base_url
    host, port = (parts.hostname or "").lower(), parts.port
    if host in _THIS_MACHINE:
        host = "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    shown = "" if port is None or port == _USUAL_PORTS.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{name}{shown}{parts.path}"


def same_model(asked: str, answered: str) -> bool:
    """Whether two names may well be of one model: servers add paths, tags and endings."""
    one, other = asked.casefold(), answered.casefold()
    return bool(one) and (one in other or other in one)
