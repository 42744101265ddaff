"""`simulate`: a server to try things on."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from lmstudio_tui.cli.outcome import say, warn
from lmstudio_tui.sdk.config import is_loopback


def simulate(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes any free one.", min=0, max=65535)] = 1234,
    flavour: Annotated[
        Literal["lmstudio", "classic", "openai"], typer.Option(help="Which kind of server to stand in for.")
    ] = "lmstudio",
    server_version: Annotated[
        str | None, typer.Option(metavar="V", help="The version to behave as; a recent one by default.")
    ] = None,
    speed: Annotated[
        float, typer.Option(metavar="TOKENS_PER_S", help="Tokens per second; 0 is as fast as possible.", min=0)
    ] = 40.0,
    api_key: Annotated[str | None, typer.Option(metavar="K", help="The key that every request must bear.")] = None,
    jit: Annotated[bool, typer.Option(help="Load a model when it is first asked for.")] = True,  # noqa: FBT002
    list_faults: Annotated[
        bool, typer.Option("--list-faults", help="Print the fault models and what each does, and leave.")
    ] = False,  # noqa: FBT002
) -> None:
    """Run the built-in simulator: a real HTTP server that stands in for a model server, and says so.

    It runs no language model. A model named fault-<name> answers with that fault (see --list-faults).
    """
    from lmstudio_tui.simulator import FAULTS, SimulatorConfig, run_forever

    if list_faults:
        width = max(map(len, FAULTS))
        typer.echo("\n".join(f"fault-{name:<{width}}  {text}" for name, text in FAULTS.items()))
        return
    if not is_loopback(host):
        warn(f"{host} is not loopback: other machines can reach this simulator.")
    config = SimulatorConfig(
        host=host, port=port, flavour=flavour, server_version=server_version, speed=speed, api_key=api_key, jit=jit
    )

    def ready(base_url: str) -> None:
        version = f" {config.version}" if config.version else ""
        say(f"The simulator ({flavour}{version}) answers at {base_url} — no language model is run. Ctrl+C stops it.")

    run_forever(config, on_ready=ready)
