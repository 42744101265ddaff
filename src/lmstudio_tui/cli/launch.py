"""Opening the app: settings → client → state → app."""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lmstudio_tui.cli.console import say
from lmstudio_tui.cli.key_settings import checked_keys
from lmstudio_tui.cli.looks import looks_of
from lmstudio_tui.cli.own_terminal import own_terminal
from lmstudio_tui.cli.session import Session
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.web.environment import in_browser

if TYPE_CHECKING:
    from lmstudio_tui.features.mishaps import Mishaps
    from lmstudio_tui.features.models import RememberedModels
    from lmstudio_tui.tui.opening import Opening
    from lmstudio_tui.tui.services import Services


def launch(session: Session, *, pane: str | None, model: str | None) -> int:
    """Open the app when everything it needs is there, and give its exit code."""
    import typer

    from lmstudio_tui.cli.outcome import Exit

    names = [name for name, _ in PANES]
    if pane is not None and pane not in names:
        raise typer.BadParameter(f"There is no pane {pane!r}; there is: {', '.join(names)}.")
    # The settings first: what is wrong with them is said before a screen is opened.
    _ = session.config, checked_keys(session.loaded)
    if not has_terminal():
        say('error: The app needs a terminal.\n  try: in a script, use a command: lmstudio-tui chat "…", models, ping.')
        return Exit.USAGE
    return run_app(services_of(session, pane=pane, model=model))


def has_terminal() -> bool:
    """Whether there is a screen, and a keyboard: a terminal's, or those of a page in a browser."""
    if in_browser(os.environ):
        return all(stream is not None for stream in (sys.stdin, sys.stdout, sys.stderr))
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def run_app(services: Services | Opening) -> int:
    """Open the app, and give its exit code."""
    # As while the program was imported; the app goes on with it when it stands.
    gc.disable()
    from lmstudio_tui.features.mishaps import Mishaps
    from lmstudio_tui.paths import reports_dir
    from lmstudio_tui.tui.app import LMStudioApp
    from lmstudio_tui.tui.looks.surroundings import first_environment, surroundings_of

    written = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    app = LMStudioApp(services, surroundings_of(first_environment(os.environ), written))
    mishaps = Mishaps(reports_dir(), lambda: Session.secrets)
    app.guard(mishaps)
    threading.excepthook = partial(_note_thread, mishaps)
    with own_terminal():
        app.run()
    # Everything is closed; to collect the widgets' cycles now would only hold up the end.
    gc.disable()
    return app.return_code or 0


def services_of(session: Session, *, pane: str | None, model: str | None) -> Services:
    """What the app needs from outside."""
    from lmstudio_tui.audio.sound import Sound
    from lmstudio_tui.features.clipboard import copy, copy_in_browser
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
    from lmstudio_tui.tui.services import Services

    config, settings = session.config, session.loaded.settings
    looks = looks_of(settings)
    exchanges = ExchangeLog()
    session.recorders.append(exchanges)
    return Services(
        config=config,
        connect=session.connect,
        start_simulator=session.start_simulator,
        state=StateFile(state_file()),
        copy=copy_in_browser if in_browser(os.environ) else copy,
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
        settings=lambda: session.settings_desk,
        profile=settings.profile,
        model=model,
        pane=pane,
        theme=looks.theme,
        density=looks.density,
        ascii=looks.ascii,
        animation=looks.animation,
        tour=True,
        keys=checked_keys(session.loaded),
    )


def _note_thread(mishaps: Mishaps, ended: threading.ExceptHookArgs) -> None:
    """A thread that ended in an error would print it over the screen."""
    if ended.exc_value is not None:
        mishaps.keep(ended.exc_value, f"thread {ended.thread.name if ended.thread else '?'}")


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
