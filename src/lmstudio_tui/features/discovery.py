"""Looking for servers on this machine, when asked to: at the ports where they usually are, and without a key."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.sdk import AuthenticationError, CancelScope, ClientConfig, LMStudioError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from lmstudio_tui.sdk import HealthStatus, LMStudioSDK

PORTS = (1234, 11434, 8080, 8000, 8880)
"""LM Studio; Ollama; llama.cpp; vLLM and speaches; Kokoro."""

_TOGETHER = 2.0
"""Seconds for all of them."""
_TICK = 0.05
"""Seconds between two looks at whether the search was called off."""
_NAMES = {1234: "lm-studio", 11434: "ollama", 8080: "llama-cpp", 8000: "vllm", 8880: "kokoro"}


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answers.

    Args:
        base_url: where.
        label: what it is, such as "LM Studio 0.4.12" or "Ollama 0.5.1".
        name: a name for its profile, which no other one has.
        wants_key: whether it answers only with a key.
    """

    base_url: str
    label: str
    name: str
    wants_key: bool = False


def discover(
    connect: Callable[[ClientConfig], LMStudioSDK],
    known: Collection[str],
    scope: CancelScope,
    *,
    names: Collection[str] = (),
    ports: Sequence[int] = PORTS,
) -> list[Found]:
    """Look at all the ports at once, on the loopback address alone. Blocks for 2 seconds at most.

    Args:
        connect: makes a client.
        known: base URLs that need not be found again.
        scope: calls the search off; what was found until then is given.
        names: of the profiles that there are.
        ports: where to look.

    Returns:
        what answers as a model server, in the order of the ports.
    """
    answers: dict[int, HealthStatus | None] = {}
    here = [port for port in ports if _address(port) not in {_plain(url) for url in known}]
    inner = CancelScope()
    searches = [
        threading.Thread(target=_look, args=(connect, port, inner, answers), name="discovery", daemon=True)
        for port in here
    ]
    for search in searches:
        search.start()
    _wait(searches, scope)
    inner.cancel()
    taken = {name.lower() for name in names}
    found: list[Found] = []
    for port, status in [(port, answers[port]) for port in here if port in answers]:
        one = _described(port, status, taken)
        taken.add(one.name.lower())
        found.append(one)
    return found


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _plain(url: str) -> str:
    return url.lower().replace("//localhost:", "//127.0.0.1:").replace("//[::1]:", "//127.0.0.1:")


def _wait(searches: list[threading.Thread], scope: CancelScope) -> None:
    """Until all have ended, the time is over, or the search is called off."""
    until = time.monotonic() + _TOGETHER
    for search in searches:
        while search.is_alive() and not scope.cancelled and (left := until - time.monotonic()) > 0:
            search.join(min(left, _TICK))


def _look(
    connect: Callable[[ClientConfig], LMStudioSDK],
    port: int,
    scope: CancelScope,
    answers: dict[int, HealthStatus | None],
) -> None:
    # A configuration of its own: no key, no header of any server's goes there.
    config = ClientConfig(
        base_url=_address(port), timeout=_TOGETHER, connect_timeout=_TOGETHER, max_retries=0, stream_retry_ms=0
    )
    client = connect(config)
    try:
        status = client.health(scope=scope)
    except AuthenticationError:
        status = None
    except LMStudioError:
        return  # nothing, or something else
    finally:
        client.close()
    if not scope.cancelled:
        answers[port] = status


def _described(port: int, status: HealthStatus | None, taken: Collection[str]) -> Found:
    if status is None:
        label, name = "something that wants a key", _NAMES.get(port, "server")
    else:
        software = "the simulator" if status.simulator else status.software or status.kind.label
        version = "" if status.version == "unknown" else f" {status.version}"
        label = clean_line(f"{software}{version}")
        known = status.software or ("simulator" if status.simulator else status.kind.value)
        name = {"lmstudio": "lm-studio", "classic": "lm-studio", "openai": _NAMES.get(port, "server")}.get(known, known)
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower()).strip("-")
    return Found(_address(port), label, _free(name[:32] or "server", taken), wants_key=status is None)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or with a number when another one has it."""
    numbered = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in numbered if one not in taken)
