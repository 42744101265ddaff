"""Opening the app: settings → client → state → app."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import typer

from lmstudio_tui.cli.console import say
from lmstudio_tui.cli.outcome import Exit
from lmstudio_tui.tui.panes import PANES

if TYPE_CHECKING:
    from lmstudio_tui.cli.session import Session


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
    from lmstudio_tui.features.clipboard import copy_natively
    from lmstudio_tui.paths import state_file
    from lmstudio_tui.store.state import StateFile
    from lmstudio_tui.tui.app import LMStudioApp
    from lmstudio_tui.tui.services import Services

    app = LMStudioApp(
        Services(
            config=config,
            connect=session.connect,
            start_simulator=session.start_simulator,
            state=StateFile(state_file()),
            copy_natively=copy_natively,
            model=model,
            pane=pane,
            theme=session.loaded.settings.theme,
        )
    )
    app.run()
    # Everything is closed; to collect the widgets' cycles now would only hold up the end.
    gc.freeze()
    gc.disable()
    return app.return_code or Exit.DONE
