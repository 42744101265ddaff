"""`--list-devices`: which microphones or loudspeakers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.audio.values import Device

Device_ = Annotated[
    str | None, typer.Option("--device", metavar="KEY", help="As --list-devices calls it; else the default one.")
]
ListDevices = Annotated[bool, typer.Option("--list-devices", help="Say which there are, and leave.")]


def list_devices(direction: Literal["input", "output"], *, as_object: bool) -> None:
    """Print the devices of a direction, the default one first.

    Raises:
        SoundError: when they cannot be asked for.
    """
    from lmstudio_tui.audio.devices import devices

    found = [one for one in devices() if (one.inputs if direction == "input" else one.outputs)]
    if as_object:
        write_json({"devices": [_as_json(one) for one in found]})
        return
    if not found:
        say(f"note: There is no {'microphone' if direction == 'input' else 'loudspeaker'}.")
    for one in found:
        default = one.default_input if direction == "input" else one.default_output
        channels = one.inputs if direction == "input" else one.outputs
        facts = f"{channels} channel{'s' if channels != 1 else ''}, {one.sample_rate:.0f} Hz"
        write(f"{'*' if default else ' '} {clean_line(one.key)}   {facts}\n")


def _as_json(device: Device) -> dict[str, Any]:
    return {
        "key": device.key,
        "name": device.name,
        "host": device.host,
        "inputs": device.inputs,
        "outputs": device.outputs,
        "sample_rate": device.sample_rate,
        "default_input": device.default_input,
        "default_output": device.default_output,
    }
