"""`web`: the app in a browser."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from lmstudio_tui.cli import completing, options
from lmstudio_tui.cli.console import say, warn, write
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.cli.session import Session
from lmstudio_tui.sdk.config import is_loopback
from lmstudio_tui.tui.panes import PANES
from lmstudio_tui.web.config import DEFAULT_PORT, WebConfig, WebError, new_secret
from lmstudio_tui.web.environment import app_environment
from lmstudio_tui.web.guard import origin_of

_INSTALL = 'pip install "lmstudio-tui[web]"'


def web(
    port: Annotated[
        int, typer.Option(metavar="N", help="The port; 0 takes any free one.", min=0, max=65535)
    ] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(metavar="NAME", help="The address to listen on.")] = "127.0.0.1",
    expose: Annotated[
        bool, typer.Option("--expose", help="Let other machines reach it, where --host has them.")
    ] = False,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="The address by which a proxy, or a name, makes it known."),
    ] = None,
    secret: Annotated[
        bool, typer.Option(help="Have the address end in something that nobody can guess, or not.")
    ] = True,
    pane: Annotated[
        str | None,
        typer.Option("--pane", metavar="NAME", help="Open the app on this pane.", autocompletion=completing.panes),
    ] = None,
    model: options.Model = None,
    *,
    session: Session,
) -> None:
    """Serve the app to a browser on this machine: each page that is opened runs an app of its own.

    The address is printed on standard output as soon as it can be opened, alone in its line. Ctrl+C ends the server and
    every app; what they had is kept, as it is when a page is closed.

    Whoever knows the address can use the app, with your keys and files, and run the tools that you have allowed. So it
    listens on this machine alone, and the address holds a secret. For another machine, take a tunnel:
    ssh -L 8642:127.0.0.1:8642 this-machine. Without one, --host together with --expose serves it without encryption.
    """
    pane, model = pane or session.pane, model or session.model
    names = [name for name, _ in PANES]
    if pane is not None and pane not in names:
        raise typer.BadParameter(f"There is no pane {pane!r}; there is: {', '.join(names)}.")
    exposed = _exposed(host, expose=expose, secret=secret)
    config = WebConfig(
        arguments=_command(session, pane=pane, model=model),
        environ=app_environment(os.environ, api_key=session.api_key, version=_serving_version()),
        host=host,
        port=port,
        public_url=_checked(public_url),
        secret=new_secret() if secret else "",
        exposed=exposed,
    )
    # What is wrong with the settings is said here, and a command that prints the key can ask for a passphrase here.
    if not session.demo:
        for text in session.config.warnings():
            warn(text)
    _serve(config)


def _serve(config: WebConfig) -> None:
    from lmstudio_tui.web.serving import run

    if config.exposed:
        warn(
            "Other machines can reach this server: whoever has its address can use the app, with your keys and files. "
            "Nothing is encrypted on the way, the address neither."
        )
    elif not config.secret:
        warn("Without a secret, everybody who can log in on this machine can use the app, with your keys and files.")

    def ready(address: str) -> None:
        write(f"{address}\n")
        say("The app is served at this address. Ctrl+C ends it.")

    def complain(words: str) -> None:
        say(f"The app of a page did not open:\n{words}" if words else "The app of a page did not open.")

    try:
        run(config, ready=ready, complain=complain)
    except WebError as error:
        raise CommandError(str(error), kind="WebError", code=Exit.USAGE) from error
    except Interrupted:
        return  # the way it is meant to end


def _serving_version() -> str:
    """The version of textual-serve.

    Raises:
        CommandError: when it is not installed.
    """
    try:
        from lmstudio_tui.web.serving import serve_version
    except ImportError as error:
        missing = (error.name or "textual_serve").partition(".")[0].replace("_", "-")
        raise CommandError(
            f"To serve the app, {missing} is needed, which is not installed.",
            hint=_INSTALL,
            kind="MissingExtra",
            code=Exit.USAGE,
        ) from error
    return serve_version()


def _exposed(host: str, *, expose: bool, secret: bool) -> bool:
    """Whether other machines can reach it, if that is wanted.

    Raises:
        typer.BadParameter: when it is not.
    """
    if not host:
        raise typer.BadParameter("--host must name an address; 0.0.0.0 is all of them.")
    if is_loopback(host):
        return False
    if not expose:
        raise typer.BadParameter(
            f"{host} is not this machine alone: whoever has the address could use the app, with your keys and files. "
            "Add --expose if that is wanted; safer is a tunnel, ssh -L, and no --host."
        )
    if not secret:
        raise typer.BadParameter("--no-secret is for this machine alone; leave it out, or --host.")
    return True


def _checked(public_url: str | None) -> str | None:
    if public_url is not None:
        try:
            origin_of(public_url)
        except ValueError:
            raise typer.BadParameter("--public-url must be an address such as https://box.example/.") from None
    return public_url


def _command(session: Session, *, pane: str | None, model: str | None) -> tuple[str, ...]:
    """What opens the app as this command was told to. The key goes by the environment, where others cannot see it."""
    given = {
        "base-url": session.base_url,
        # To have none is no secret.
        "api-key": "" if session.api_key == "" else None,
        "config": session.config_path,
        "profile": session.profile,
        "log-level": session.log_level,
        "pane": pane,
        "model": model,
    }
    wanted = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return (sys.executable, "-m", "lmstudio_tui", *wanted, *(["--demo"] if session.demo else []))
