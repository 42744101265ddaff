"""`simulate`: a server to try things on."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import typer

from lmstudio_tui.cli.console import say, warn, write
from lmstudio_tui.cli.interrupts import Interrupted
from lmstudio_tui.cli.session import Session
from lmstudio_tui.sdk.config import is_loopback


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter("it must be a finite number; 0 is as fast as possible.")
    return value


def simulate(
    context: typer.Context,
    host: Annotated[str, typer.Option(metavar="NAME", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port; 0 takes any free one.", min=0, max=65535)] = 1234,
    flavour: Annotated[
        Literal["lmstudio", "classic", "openai"], typer.Option(help="Which kind of server to stand in for.")
    ] = "lmstudio",
    server_version: Annotated[
        str | None, typer.Option(metavar="V", help="The version to behave as; a recent one by default.")
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            metavar="TOKENS_PER_S", help="Tokens per second; 0 is as fast as possible.", min=0, callback=_finite
        ),
    ] = 40.0,
    api_key: Annotated[str | None, typer.Option(metavar="K", help="The key that every request must bear.")] = None,
    jit: Annotated[bool, typer.Option(help="Load a model when it is first asked for.")] = True,
    models: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="How many models there are; the usual few by default.")
    ] = None,
    load_seconds: Annotated[
        float, typer.Option(metavar="S", min=0, callback=_finite, help="How long a model takes to load.")
    ] = 2.0,
    download_speed: Annotated[
        float,
        typer.Option(metavar="BYTES_PER_S", min=1, callback=_finite, help="How fast a download goes."),
    ] = 250_000_000.0,
    v1_blind: Annotated[
        bool, typer.Option("--v1-blind", help="Let LM Studio's v1 list know nothing of what is loaded.")
    ] = False,
    duplicate_keys: Annotated[
        bool, typer.Option("--duplicate-keys", help="Let LM Studio's v1 list name loaded models twice.")
    ] = False,
    audio: Annotated[bool, typer.Option(help="Speak and listen, where the flavour has that.")] = True,
    images: Annotated[bool, typer.Option(help="Draw images, where the flavour has that.")] = True,
    media_fault: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A fault of audio, images or embeddings for every request."),
    ] = None,
    list_faults: Annotated[
        bool, typer.Option("--list-faults", help="Print the fault models and what each does, and leave.")
    ] = False,
) -> None:
    """Run the built-in simulator: a real HTTP server that stands in for a model server, and says so.

    It runs no language model. A model named fault-<name> answers with that fault (see --list-faults).
    The flavours classic and openai also speak, in tones that they can hear again, and draw images.
    Ctrl+C stops it.
    """
    from lmstudio_tui.simulator import EMBEDDING_FAULTS, FAULTS, MEDIA_FAULTS, SimulatorConfig, run_forever

    if context.ensure_object(Session) != Session():
        raise typer.BadParameter("simulate is a server: of the options, only its own mean something, after its name.")
    if list_faults:
        faults = {**FAULTS, **EMBEDDING_FAULTS, **MEDIA_FAULTS}
        width = max(map(len, faults))
        write("".join(f"fault-{name:<{width}}  {text}\n" for name, text in faults.items()))
        return
    if not host:
        raise typer.BadParameter("--host must name an address; 0.0.0.0 is all of them.")
    if not is_loopback(host):
        warn(f"{host} is not loopback: other machines can reach this simulator.")
    config = SimulatorConfig(
        host=host,
        port=port,
        flavour=flavour,
        server_version=server_version,
        speed=speed,
        api_key=api_key or None,
        jit=jit,
        models=models,
        load_seconds=load_seconds,
        download_bytes_per_second=download_speed,
        v1_blind=v1_blind,
        duplicate_keys=duplicate_keys,
        audio=audio,
        images=images,
        media_fault=media_fault.removeprefix("fault-") if media_fault else None,
    )

    def ready(base_url: str) -> None:
        version = f" {config.version}" if config.version else ""
        say(f"The simulator ({flavour}{version}) answers at {base_url} — no language model is run. Ctrl+C stops it.")

    try:
        run_forever(config, on_ready=ready)
    except Interrupted:
        return  # the way it is meant to end
