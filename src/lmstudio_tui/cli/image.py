"""`image`: a picture from a prompt."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import media_files, options, sounds
from lmstudio_tui.cli.console import warn, write, write_json
from lmstudio_tui.cli.outcome import CommandError, Exit, as_json, reporting
from lmstudio_tui.cli.progress import Elapsed
from lmstudio_tui.cli.session import Session

if TYPE_CHECKING:
    from lmstudio_tui.sdk import ImageRequest
    from lmstudio_tui.sdk.types.images import GeneratedImage

_SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}

_SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")


def image(
    prompt: Annotated[str | None, typer.Argument(help="What is to be seen; - or nothing is standard input.")] = None,
    output: media_files.Output = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="The model; else one that draws.")
    ] = None,
    size: Annotated[str | None, typer.Option("--size", metavar="WxH", help="In pixels, such as 512x512.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, max=100, help="How many.")] = 1,
    seed: options.Seed = None,
    param: options.Param = None,
    fetch_elsewhere: Annotated[
        bool, typer.Option("--fetch-elsewhere", help="Also fetch images that lie on another server, without the key.")
    ] = False,
    force: media_files.Force = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Have the server for images draw something.

    Several go into FILE-1, FILE-2 and so on. Without -o they are kept among those of the app. The paths are printed.
    """
    from lmstudio_tui.cli.chat import extra_of

    extra = extra_of(param)
    if media_files.to_stdout(output) and (json_ or count > 1):
        raise typer.BadParameter("Standard output takes one image, and nothing beside it.")
    if size is not None and not _SIZE.fullmatch(size):
        raise typer.BadParameter(f"{size!r} is no size: give width and height in pixels, such as 512x512.")
    with reporting((lambda error: {"images": [], "problems": [], "error": as_json(error)}) if json_ else None):
        from lmstudio_tui.sdk import ImageRequest

        for path in _paths(output, count):
            if prompt in {None, "-"}:
                media_files.refuse_source(path, "-")
            media_files.refuse_existing(path, force=force)
        if media_files.to_stdout(output):
            media_files.refuse_terminal()
        text = media_files.text_of(prompt)
        if not text.strip():
            raise typer.BadParameter("Say what is to be seen: the prompt is empty.")
        request = ImageRequest(prompt=text.strip(), n=count, size=size, seed=seed, extra=extra)
        with sounds.in_words():
            made = _made(session, request, model or session.model, output, elsewhere=fetch_elsewhere, force=force)
        problems, rows = made
        if not rows:
            raise CommandError(" ".join(problems) or "No image came.", kind="NoImageError")
        for problem in problems:
            warn(problem)
        if json_:
            write_json({"images": rows, "problems": problems})
        elif not media_files.to_stdout(output):
            write("".join(f"{row['path']}\n" for row in rows))
        if problems:
            raise typer.Exit(Exit.FAILED)


def _made(
    session: Session, request: ImageRequest, model: str | None, output: Path | None, *, elsewhere: bool, force: bool
) -> tuple[list[str], list[dict[str, Any]]]:
    """The problems, and what became of each image."""
    from lmstudio_tui.features.imaging import make_images

    asked = sounds.server_for(session, "images", model)
    request = request.model_copy(update={"model": asked.model})
    with Elapsed("the server draws"):
        if output is not None:
            result = asked.client.create_image(request, fetch_elsewhere=elsewhere)
        else:
            kept = make_images(
                asked.client,
                request,
                media_files.shelf().images,
                now=lambda: datetime.now().astimezone(),
                fetch_elsewhere=elsewhere,
            )
            rows = [
                _row(one.path, one.width, one.height, one.size_bytes, one.seed, one.revised_prompt)
                for one in kept.images
            ]
            return list(kept.problems), rows
    return list(result.problems), [
        _written(one, path, force=force) for one, path in zip(result.images, _paths(output, request.n), strict=False)
    ]


def _paths(output: Path | None, count: int) -> list[Path]:
    if output is None:
        return []
    if count == 1:
        return [output]
    return [output.with_name(f"{output.stem}-{number}{output.suffix}") for number in range(1, count + 1)]


def _written(image: GeneratedImage, path: Path, *, force: bool) -> dict[str, Any]:
    from lmstudio_tui.features.imaging import dimensions_of

    width, height = dimensions_of(image.data)
    if media_files.to_stdout(path):
        media_files.write_bytes(image.data)
    else:
        media_files.put(image.data, path, force=force)
        media_files.warn_of_name(path, image.media_type, _SUFFIXES)
    return _row(path, width, height, len(image.data), image.seed, image.revised_prompt)


def _row(path: Path, width: int, height: int, size: int, seed: int | None, revised: str) -> dict[str, Any]:
    return {
        "path": str(path),
        "width": width or None,
        "height": height or None,
        "bytes": size,
        "seed": seed,
        "revised_prompt": revised or None,
    }
