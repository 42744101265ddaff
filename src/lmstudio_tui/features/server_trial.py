"""Trying a server: who answers, what it has, how quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lmstudio_tui.features.profiles import ProfileError
from lmstudio_tui.sdk import CancelScope, LMStudioError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from lmstudio_tui.sdk import ClientConfig, LMStudioSDK


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went.

    Args:
        answered: whether a model server answers, and takes the key.
        told: what it is and has, or what went wrong.
        more: the next step, or nothing.
    """

    answered: bool
    told: str
    more: str = ""


def try_server(
    connect: Callable[[ClientConfig], LMStudioSDK], config_of: Callable[[], ClientConfig], scope: CancelScope
) -> Trial:
    """Ask the server who it is and for its models. Blocks, within the time-outs of the configuration.

    Args:
        connect: makes a client.
        config_of: gives its configuration; it may block, and raise `ProfileError` and `ConfigurationError`.
        scope: ends the asking.

    Raises:
        RequestCancelledError: when it was ended.
    """
    try:
        # Once, since somebody waits for it; what does not answer at once is what is to be found out.
        client = connect(config_of().model_copy(update={"max_retries": 0}))
        try:
            status = client.health(scope=scope)
            models = client.list_models(scope=scope)
        finally:
            client.close()
    except ProfileError as error:
        return Trial(False, clean_line(error.message), clean_line(error.hint))
    except LMStudioError as error:
        scope.raise_if_cancelled()
        return Trial(False, clean_line(error.message), clean_line(error.hint))
    name = "The simulator" if status.simulator else status.software or status.kind.label
    version = status.version if status.version != "unknown" else "(version unknown)"
    loaded = "" if status.models_loaded is None else f", {status.models_loaded} loaded"
    count = f"{len(models)} model{'' if len(models) == 1 else 's'}{loaded}"
    return Trial(True, clean_line(f"{name} {version} · {count} · {status.latency_ms:.0f} ms"))
