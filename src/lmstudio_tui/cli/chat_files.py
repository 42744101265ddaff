"""The files of a `chat`: what is sent along, and the schema of the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli.console import say, warn
from lmstudio_tui.cli.outcome import CommandError, Exit
from lmstudio_tui.sdk import FeatureUnavailableError, ProtocolError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from lmstudio_tui.cli.chat_wishes import Wishes
    from lmstudio_tui.features.chat.attaching import Attached
    from lmstudio_tui.sdk import LMStudioClient, ModelSummary

_LARGEST_SCHEMA = 1024 * 1024
"""Bytes."""


def attached_files(wishes: Wishes) -> tuple[Attached, ...]:
    """The files to be sent along, read and made ready; what was done to them is said.

    Raises:
        CommandError: when one cannot be sent.
    """
    if not wishes.images and not wishes.files:
        return ()
    from lmstudio_tui.features.chat.attaching import AttachError, attach

    found: list[Attached] = []
    for path in (*wishes.images, *wishes.files):
        try:
            one = attach(path)
        except AttachError as error:
            raise CommandError(error.message, kind="AttachmentError", hint=error.hint, code=Exit.USAGE) from None
        if path in wishes.images and one.attachment.kind != "image":
            raise CommandError(
                f"{clean_line(path.name)} is no image.",
                kind="AttachmentError",
                hint="Send it with --file.",
                code=Exit.USAGE,
            )
        if one.note:
            say(f"note: {one.note}")
        found.append(one)
    return tuple(found)


def refuse_the_unseen(client: LMStudioClient, model: str | None, files: tuple[Attached, ...]) -> None:
    """Images to a model that is known not to read them are not sent; where nobody knows, that is said.

    Raises:
        CommandError
    """
    images = [one.attachment for one in files if one.attachment.kind == "image"]
    if not images:
        return
    from lmstudio_tui.features.chat.attaching import caution, refusal

    summary = _summary(client, model)
    vision = client.health().capabilities.get("vision")
    for image in images:
        sentence = refusal(image, summary, vision)
        if sentence:
            raise CommandError(sentence, kind="FeatureUnavailableError", code=Exit.UNAVAILABLE)
    sentence = caution(images[0], summary, vision)
    if sentence:
        warn(sentence)


def _summary(client: LMStudioClient, model: str | None) -> ModelSummary | None:
    try:
        models = client.list_models()
    except (FeatureUnavailableError, ProtocolError):
        return None
    return next((one for one in models if model in {one.id, *(instance.id for instance in one.instances)}), None)


def schema_of(path: Path) -> Any:
    """What a file with a JSON schema says.

    Raises:
        CommandError: when it cannot be read, or is no JSON.
    """
    name = clean_line(str(path))
    try:
        with path.expanduser().open("rb") as file:
            raw = file.read(_LARGEST_SCHEMA + 1)
        if len(raw) > _LARGEST_SCHEMA:
            raise CommandError(f"{name} is larger than a schema may be (1 MB).", kind="SchemaError", code=Exit.USAGE)
        return json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        problem = (
            f"{name} is no JSON: {error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno}, column {error.colno})."
        )
    except (ValueError, RecursionError):
        problem = f"{name} is no JSON."
    except (OSError, RuntimeError) as error:
        problem = f"{name} cannot be read: {(getattr(error, 'strerror', '') or str(error)).lower()}."
    raise CommandError(problem, kind="SchemaError", code=Exit.USAGE)
