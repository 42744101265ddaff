"""The commands and their options."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui._version import __version__
from lmstudio_tui.cli import completing, options
from lmstudio_tui.cli.console import OutputError, give_up, prepare, say
from lmstudio_tui.cli.helping import HelpfulProgram
from lmstudio_tui.cli.interrupts import Interrupted, interruptible
from lmstudio_tui.cli.later import Later, LaterCommands
from lmstudio_tui.cli.outcome import FAILURES, Exit, exit_code, report
from lmstudio_tui.cli.session import Session
from lmstudio_tui.web.environment import handed_key

if TYPE_CHECKING:
    from collections.abc import Sequence

_PANELS = {
    "Look": {
        "ping": Later("ping:ping"),
        "models": Later("models:group", "List the models of the server; or load, unload, download them."),
        "doctor": Later("doctor:doctor", "Look for what keeps the program from working."),
        "keys": Later("keys:keys", "List the keys, and what config.toml changes of them."),
    },
    "Ask": {
        "chat": Later("chat:chat"),
        "complete": Later("chat:complete", "Let a model go on from a text (the legacy endpoint)."),
        "embed": Later("embed:embed"),
        "history": Later("history:group", "List the conversations; or search, export, import, delete them."),
    },
    "Hear, speak, draw": {
        "transcribe": Later("transcribe:transcribe"),
        "translate": Later("transcribe:translate", "Write down in English what is said in an audio file."),
        "record": Later("record:record"),
        "speak": Later("speak:speak"),
        "voices": Later("voices:voices", "List the voices that the server for audio speaks with."),
        "image": Later("image:image"),
    },
    "Serve": {
        "web": Later("web:web", "Serve the app to a browser on this machine."),
        "simulate": Later("simulate:simulate", "Run the built-in simulator, a real HTTP server."),
    },
}
"""The commands by the titles under which the help lists them, in its order."""
_COMMANDS = {name: later for panel in _PANELS.values() for name, later in panel.items()}


class _Commands(HelpfulProgram):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.commands = LaterCommands(_COMMANDS)

    def panels(self) -> dict[str, tuple[str, ...]]:
        return {title: tuple(names) for title, names in _PANELS.items()}


app = typer.Typer(
    name="lmstudio-tui",
    cls=_Commands,
    help="Explore the language models that run on your own machine. Without a command, the app opens.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_ASKING = {"chat", "complete", "transcribe", "translate", "speak", "voices", "image", "embed", "web"}


def _version(value: bool) -> None:
    if value:
        typer.echo(f"lmstudio-tui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    base_url: options.BaseUrl = None,
    api_key: options.ApiKey = None,
    config: options.Config = None,
    demo: options.Demo = False,
    profile: options.Profile = None,
    log_level: options.LogLevel = None,
    pane: Annotated[
        str | None,
        typer.Option("--pane", metavar="NAME", help="Open the app on this pane.", autocompletion=completing.panes),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="Open the app with this model, or ask it.")
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """What stands before a command."""
    key = api_key or handed_key(os.environ)
    session = Session(base_url=base_url, api_key=key, config_path=config, demo=demo, model=model, pane=pane)
    session.profile, session.log_level = profile, log_level
    session.check()
    command = context.invoked_subcommand
    if command is None:
        from lmstudio_tui.cli.launch import launch

        context.obj = context.with_resource(session)
        raise typer.Exit(launch(session, pane=pane, model=model))
    if pane is not None and command != "web":
        raise typer.BadParameter(f"--pane opens the app; it means nothing to {command}.")
    if model is not None and command not in _ASKING:
        raise typer.BadParameter(f"--model means nothing to {command}.")
    context.with_resource(interruptible())
    context.obj = context.with_resource(session)


def run_command(arguments: Sequence[str]) -> int:
    """Run a command, and turn whatever ends it into an exit code."""
    prepare()
    try:
        app(list(arguments), prog_name="lmstudio-tui")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    except FAILURES as error:
        report(error)
        return exit_code(error)
    except OutputError as error:
        return _without_output(error.reason, quiet=error.reader_left)
    except OSError as error:  # typer's own writing, such as the help's
        return _without_output((error.strerror or str(error)).lower(), quiet=isinstance(error, BrokenPipeError))
    except Interrupted as interrupted:
        return interrupted.code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a defect: a traceback helps nobody here, a report can be handed on
        return _unforeseen(error, arguments)
    return Exit.DONE


def _unforeseen(error: Exception, arguments: Sequence[str]) -> int:
    from lmstudio_tui.features.mishaps import Mishaps
    from lmstudio_tui.paths import reports_dir

    command = next((one for one in arguments if one in _COMMANDS), "the app")
    report = Mishaps(reports_dir(), lambda: Session.secrets).keep(error, f"command line, {command}")
    where = "" if report is None else f"\n  A report without your keys is in {report}"
    say(f"error: Something went wrong in lmstudio-tui itself ({type(error).__name__}).{where}")
    return Exit.FAILED


def _without_output(reason: str, *, quiet: bool) -> int:
    give_up(sys.stdout)
    if not quiet:
        say(f"error: The output cannot be written: {reason}.")
    return Exit.FAILED
