"""The commands and their options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui._version import __version__
from lmstudio_tui.cli import chat, models, ping, simulate
from lmstudio_tui.cli.outcome import FAILURES, Exit, exit_code, report, say
from lmstudio_tui.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPILOG = "--base-url, --api-key, --config and --demo may stand before or after a command."

app = typer.Typer(
    name="lmstudio-tui",
    help="Explore the language models that run on your own machine. Without a command, the app opens.",
    epilog=_EPILOG,
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ping", epilog=_EPILOG)(ping.ping)
app.command("models", epilog=_EPILOG)(models.models)
app.command("chat", epilog=_EPILOG)(chat.chat)
app.command("complete", epilog=_EPILOG)(chat.complete)
app.command("simulate")(simulate.simulate)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's way to call it
    if value:
        typer.echo(f"lmstudio-tui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="The server, such as http://127.0.0.1:1234.")
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option("--api-key", metavar="KEY", help="The server's key; better in LM_STUDIO_API_KEY, unseen by others."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="A settings file in place of the usual config.toml.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Use the built-in simulator: no server is needed.")] = False,  # noqa: FBT002
    pane: Annotated[str | None, typer.Option("--pane", metavar="NAME", help="Open the app on this pane.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="Open the app with this model.")
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,  # noqa: FBT002
) -> None:
    """What stands before a command."""
    if demo and base_url is not None:
        raise typer.BadParameter("--demo brings a server of its own; leave --base-url out.")
    session = context.with_resource(Session(base_url=base_url, api_key=api_key, config_path=config, demo=demo))
    context.obj = session
    if context.invoked_subcommand is None:
        from lmstudio_tui.cli.launch import launch

        raise typer.Exit(launch(session, pane=pane, model=model))


def run_command(arguments: Sequence[str]) -> int:
    """Run a command, and turn whatever ends it into an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        result = app(_globals_first(arguments), standalone_mode=True, prog_name="lmstudio-tui")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    except FAILURES as error:
        report(error)
        return exit_code(error)
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): the rest has no reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except KeyboardInterrupt:
        say("interrupted")
        return Exit.INTERRUPTED
    return result if isinstance(result, int) else Exit.DONE


_WITH_VALUE = {"--base-url", "--api-key", "--config"}


def _globals_first(arguments: Sequence[str]) -> list[str]:
    """Move the global options before the command, so that they may stand after it, too."""
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    if "simulate" in queue[:1] or "--" in queue[:1]:
        return queue
    while queue:
        word = queue.pop(0)
        name, equals, _ = word.partition("=")
        if word == "--":
            return [*front, *rest, word, *queue]
        if word == "--demo" or (name in _WITH_VALUE and equals):
            front.append(word)
        elif word in _WITH_VALUE and queue:
            front += [word, queue.pop(0)]
        else:
            rest.append(word)
    return [*front, *rest]
