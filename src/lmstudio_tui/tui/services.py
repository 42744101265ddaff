"""What the app is handed by whoever composes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.features.clipboard import Copied
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.features.models import RememberedModels
    from lmstudio_tui.features.profiles import Profiles
    from lmstudio_tui.features.service_view import Service
    from lmstudio_tui.features.settings_desk import SettingsDesk
    from lmstudio_tui.sdk import ClientConfig, LMStudioSDK
    from lmstudio_tui.store.downloads import DownloadsFile
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.media.shelf import MediaShelf
    from lmstudio_tui.store.state import StateFile


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Services:
    """Args:
    config: where the server is.
    connect: makes a client for a config.
    start_simulator: starts the built-in simulator, once, and gives its base URL. Blocks.
    state: how the app was left.
    copy: puts a text on the clipboard, and says how sure that is. Blocks.
    downloads: those that were begun, so that the next start knows of them.
    remembered: what a server had when it was last asked, for when it is away. Blocks.
    remember: keeps what a server has, for the next time that it is away. Blocks.
    exchanges: keeps what went over the wire. The clients that `connect` makes tell it.
    library: keeps the conversations.
    tools_folder: where the user describes the functions that models may call.
    approvals_file: remembers which commands may answer for them.
    sound: microphones and loudspeakers.
    media: keeps recordings, spoken texts and images.
    embeddings: keeps sets of texts and their vectors.
    service_config: what a client for audio, or images, needs when it has a server of its own; None when the main one
        serves it. Given the service, the configuration of the main server, and the profile in use. Blocks for as
        long as a command takes that prints a key; raises `ProfileError` or `ConfigurationError`.
    profiles: gives the servers by name, always the same; None where there are none to be had.
    settings: gives the settings to be shown and changed, always the same; None where there are none to be had.
    profile: the name of the one in use.
    model: the model asked for on the command line.
    pane: the pane asked for on the command line.
    theme: the theme asked for in the settings.
    tour: whether somebody who has never seen the app is shown around.
    keys: the keys that the settings change, Textual's names, by the ids of the commands.
    density: the density asked for there: "comfortable" or "compact".
    ascii: whether only ASCII is to be shown; None finds out.
    animation: whether things may move; None finds out.
    now: the time of day.
    """

    config: ClientConfig
    connect: Callable[[ClientConfig], LMStudioSDK]
    start_simulator: Callable[[], str]
    state: StateFile
    copy: Callable[[str], Copied]
    downloads: DownloadsFile
    remembered: Callable[[str], RememberedModels | None]
    remember: Callable[[str, RememberedModels], None]
    exchanges: ExchangeLog
    library: Library
    tools_folder: Path
    approvals_file: Path
    sound: Sound
    media: MediaShelf
    embeddings: EmbeddingShelf
    service_config: Callable[[Service, ClientConfig, str | None], ClientConfig | None]
    profiles: Callable[[], Profiles] | None = None
    settings: Callable[[], SettingsDesk] | None = None
    profile: str | None = None
    model: str | None = None
    pane: str | None = None
    theme: str | None = None
    tour: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    density: str | None = None
    ascii: bool | None = None
    animation: bool | None = None
    now: Callable[[], datetime] = field(default=_now)
