"""The commands and their options."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui._version import __version__
from lmstudio_tui.cli import (
    chat,
    doctor,
    embed,
    history,
    image,
    models,
    options,
    ping,
    record,
    simulate,
    speak,
    transcribe,
    voices,
)
from lmstudio_tui.cli.console import OutputError, give_up, prepare, say
from lmstudio_tui.cli.interrupts import Interrupted, interruptible
from lmstudio_tui.cli.outcome import FAILURES, Exit, exit_code, report
from lmstudio_tui.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="lmstudio-tui",
    help="Explore the language models that run on your own machine. Without a command, the app opens.",
    epilog=(
        "--base-url, --api-key, --profile, --config, --demo and --log-level may stand before or after a command. "
        "Exit codes: 0 done; 1 the server refused or failed it; 2 usage, settings, or a file that cannot be read; "
        "3 no server reachable; 4 authentication; 5 not available on this server; 130 interrupted."
    ),
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ping")(ping.ping)
app.add_typer(models.group, name="models", short_help="List the models of the server; or load, unload, download them.")
app.command("chat")(chat.chat)
app.command("complete", short_help="Let a model go on from a text (the legacy endpoint).")(chat.complete)
app.add_typer(
    history.group, name="history", short_help="List the conversations; or search, export, import, delete them."
)
app.command("transcribe")(transcribe.transcribe)
app.command("translate", short_help="Write down in English what is said in an audio file.")(transcribe.translate)
app.command("record")(record.record)
app.command("speak")(speak.speak)
app.command("voices", short_help="List the voices that the server for audio speaks with.")(voices.voices)
app.command("image")(image.image)
app.command("embed")(embed.embed)
app.command("doctor", short_help="Look for what keeps the program from working.")(doctor.doctor)
app.command("simulate", short_help="Run the built-in simulator, a real HTTP server.")(simulate.simulate)

_ASKING = {"chat", "complete", "transcribe", "translate", "speak", "voices", "image", "embed"}


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
    pane: Annotated[str | None, typer.Option("--pane", metavar="NAME", help="Open the app on this pane.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="Open the app with this model, or ask it.")
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """What stands before a command."""
    session = Session(base_url=base_url, api_key=api_key, config_path=config, demo=demo, model=model)
    session.profile, session.log_level = profile, log_level
    session.check()
    command = context.invoked_subcommand
    if command is None:
        from lmstudio_tui.cli.launch import launch

        context.obj = context.with_resource(session)
        raise typer.Exit(launch(session, pane=pane, model=model))
    if pane is not None:
        raise typer.BadParameter(f"--pane opens the app; it means nothing to {command}.")
    if model is not None and command not in _ASKING:
        raise typer.BadParameter(f"--model means nothing to {command}.")
    context.with_resource(interruptible())
    context.obj = context.with_resource(session)


options.complete(app)


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
    return Exit.DONE


def _without_output(reason: str, *, quiet: bool) -> int:
    give_up(sys.stdout)
    if not quiet:
        say(f"error: The output cannot be written: {reason}.")
    return Exit.FAILED
