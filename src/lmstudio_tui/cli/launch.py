"""Opening the app: settings → client → state → app."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli.console import say
from lmstudio_tui.cli.outcome import Exit
from lmstudio_tui.cli.own_terminal import own_terminal
from lmstudio_tui.tui.panes import PANES

if TYPE_CHECKING:
    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.models import RememberedModels


def launch(session: Session, *, pane: str | None, model: str | None) -> int:
    """Open the app, and give its exit code."""
    names = [name for name, _ in PANES]
    if pane is not None and pane not in names:
        raise typer.BadParameter(f"There is no pane {pane!r}; there is: {', '.join(names)}.")
    # The settings first: what is wrong with them is said before a screen is opened.
    config = session.config
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        say('error: The app needs a terminal.\n  try: in a script, use a command: lmstudio-tui chat "…", models, ping.')
        return Exit.USAGE
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.features.clipboard import copy
    from lmstudio_tui.features.inspector.log import ExchangeLog
    from lmstudio_tui.paths import (
        approvals_file,
        downloads_file,
        embeddings_file,
        library_file,
        media_dir,
        state_file,
        tools_dir,
    )
    from lmstudio_tui.store.downloads import DownloadsFile
    from lmstudio_tui.store.embeddings import EmbeddingShelf
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.media.shelf import MediaShelf
    from lmstudio_tui.store.state import StateFile
    from lmstudio_tui.tui.app import LMStudioApp
    from lmstudio_tui.tui.services import Services

    exchanges = ExchangeLog()
    session.recorders.append(exchanges)
    app = LMStudioApp(
        Services(
            config=config,
            connect=session.connect,
            start_simulator=session.start_simulator,
            state=StateFile(state_file()),
            copy=copy,
            downloads=DownloadsFile(downloads_file()),
            remembered=_remembered,
            remember=_remember,
            exchanges=exchanges,
            library=Library(library_file()),
            tools_folder=tools_dir(),
            approvals_file=approvals_file(),
            sound=Sound(),
            media=MediaShelf(media_dir()),
            embeddings=EmbeddingShelf(embeddings_file()),
            service_config=session.service_config,
            profiles=lambda: session.profiles,
            profile=session.loaded.settings.profile,
            model=model,
            pane=pane,
            theme=session.loaded.settings.theme,
        )
    )
    with own_terminal():
        app.run()
    # Everything is closed; to collect the widgets' cycles now would only hold up the end.
    gc.freeze()
    gc.disable()
    return app.return_code or Exit.DONE


def _remembered(base_url: str) -> RememberedModels | None:
    """What a server had when it was last asked, by the app or by `models sync`."""
    from lmstudio_tui.features.models import RememberedModels
    from lmstudio_tui.paths import models_cache_dir, models_seen_dir
    from lmstudio_tui.store.models_cache import ModelsCache

    kept = [ModelsCache(folder).load(base_url) for folder in (models_seen_dir(), models_cache_dir())]
    latest = max((one for one in kept if one is not None), key=lambda one: one.fetched_at, default=None)
    return None if latest is None else RememberedModels(latest.models, latest.fetched_at)


def _remember(base_url: str, seen: RememberedModels) -> None:
    """Keep what a server has. Apart from the lists of `models sync`, which tells what changed since the last one."""
    from lmstudio_tui.paths import models_seen_dir
    from lmstudio_tui.sdk import ModelListing
    from lmstudio_tui.store.models_cache import ModelsCache

    # It is a convenience: a full disk is no reason to disturb anybody.
    with suppress(OSError):
        listing = ModelListing(models=seen.models, sources=(), fetched_at=seen.fetched_at)
        ModelsCache(models_seen_dir()).save(base_url, listing)
