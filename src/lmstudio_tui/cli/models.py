"""`models`: what is on the server, and the group of what can be done with it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmstudio_tui.cli import models_download, models_load, models_sync, models_unload, options
from lmstudio_tui.cli.console import warn, write, write_json
from lmstudio_tui.cli.models_table import listing_as_json, table
from lmstudio_tui.cli.outcome import CommandError, Exit, Failure, as_json, reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.cli.wanting import wants_json
from lmstudio_tui.features.models import matching
from lmstudio_tui.sdk import AuthenticationError, ModelFilter, UnsupportedVersionError
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.sdk import LMStudioClient, ModelListing, ModelSummary

group = typer.Typer(rich_markup_mode=None, add_completion=False)


_TYPES = ("llm", "vlm", "embedding")

_Type = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="TYPE", help="Only llm, vlm or embedding models, or another type; may be repeated."),
]
_Loaded = Annotated[bool, typer.Option("--loaded", help="Only models that are in memory.")]
_OwnedBy = Annotated[
    str | None, typer.Option("--owned-by", metavar="NAME", help="Only models of this owner or publisher.")
]
_Status = Annotated[
    str | None, typer.Option("--status", metavar="STATUS", help="Only models of this status, such as ready.")
]
_Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")]
_Query = Annotated[
    str | None,
    typer.Option("--query", "-q", metavar="WORDS", help="Only models with all these words, in any column."),
]


@dataclass(frozen=True)
class Wanted:
    """Which models are wanted. None and False: all of them."""

    type: tuple[str, ...] | None = None
    loaded: bool = False
    owned_by: str | None = None
    status: str | None = None
    limit: int | None = None
    query: str | None = None

    def given(self) -> list[str]:
        """The options that say so, as they are written."""
        names = [field.name for field in fields(self) if getattr(self, field.name) not in {None, False}]
        return [f"--{name.replace('_', '-')}" for name in names]

    def for_server(self) -> ModelFilter:
        """What the server can be asked; classic ones heed it."""
        # What is dropped here must not count: then the limit is for what is left.
        counts_here = bool(self.type or self.loaded or self.query or self.owned_by or self.status)
        return ModelFilter(owned_by=self.owned_by, status=self.status, limit=None if counts_here else self.limit)

    def keep(self, models: Iterable[ModelSummary]) -> list[ModelSummary]:
        """The models that are wanted. What the server does not tell of a model does not pass."""
        kept = [model for model in models if self._keeps(model)]
        return matching(kept, self.query or "")[: self.limit]

    def _keeps(self, model: ModelSummary) -> bool:
        told = model.status is not None or model.state != "unknown"
        return (
            (self.type is None or (model.type or "").lower() in self.type)
            and (model.loaded or not self.loaded)
            and (self.owned_by is None or self.owned_by in {model.owned_by, model.publisher})
            and (self.status is None or told)
        )


@group.callback(invoke_without_command=True)
def models(
    context: typer.Context,
    json_: options.Json = False,
    type_: _Type = None,
    loaded: _Loaded = False,
    owned_by: _OwnedBy = None,
    status: _Status = None,
    limit: _Limit = None,
    query: _Query = None,
    *,
    session: Session,
) -> None:
    """List the models of the server, with everything it tells about them; or load, unload, download them."""
    as_object = wants_json(context, json_)
    wanted = Wanted(_lower(type_), loaded, owned_by, status, limit, query)
    verb = context.invoked_subcommand
    if verb is None:
        _list(session, wanted, as_object=as_object)
    elif wanted.given():
        name = wanted.given()[0]
        raise typer.BadParameter(f"{name} belongs to the list: lmstudio-tui models {name} …; not before {verb}.")


group.command("ls", help="List the models, as `models` alone does.")(models)
group.command("load")(models_load.load)
group.command("unload")(models_unload.unload)
group.command("download")(models_download.download)
group.command("sync")(models_sync.sync)


def _lower(types: list[str] | None) -> tuple[str, ...] | None:
    return tuple(one.lower() for one in types) if types else None


def _list(session: Session, wanted: Wanted, *, as_object: bool) -> None:
    with reporting(_failed if as_object else None):
        client = session.client()
        listing = client.fetch_models(wanted.for_server())
        found = wanted.keep(listing.models)
        if not found and wanted.owned_by:
            # LM Studio has one owner for everything, and tells the publisher instead.
            listing = client.fetch_models(replace(wanted, owned_by=None).for_server())
            found = wanted.keep(listing.models)
        if not found:
            _refuse_strange_types(wanted, listing)
        _warn_of_an_old_server(client, listing)
        if as_object:
            write_json(listing_as_json(listing, found))
        else:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            write(table(found, width) if found else f"{_nothing(listing, wanted)}\n")


def _refuse_strange_types(wanted: Wanted, listing: ModelListing) -> None:
    """A server may have types that are not known here; one that it does not have either is a slip.

    Raises:
        CommandError
    """
    there = {model.type.lower() for model in listing.models if model.type}
    strange = [one for one in wanted.type or () if one not in {*_TYPES, *there}]
    if strange:
        known = sorted({*_TYPES, *map(clean_line, there)})
        raise CommandError(
            f"No model here is of the type {clean_line(strange[0])}.",
            kind="UsageError",
            hint=f"The types are: {', '.join(known)}.",
            code=Exit.USAGE,
        )


def _warn_of_an_old_server(client: LMStudioClient, listing: ModelListing) -> None:
    """A server below the floor still lists its models: say that little else will work."""
    if NATIVE_V1 in listing.sources or NATIVE_V0 in listing.sources:
        return
    try:
        client.check_supported()
    except UnsupportedVersionError as error:
        warn(f"{error.message} {error.hint}")
    except AuthenticationError:
        pass  # the list was to be had without a key


def _nothing(listing: ModelListing, wanted: Wanted) -> str:
    """Why the list is empty."""
    if not listing.models and not wanted.given():
        return "The server lists no models."
    if wanted.type and listing.models and all(model.type is None for model in listing.models):
        return "This server does not tell the types of its models."
    if wanted.loaded and listing.models and all(model.state == "unknown" for model in listing.models):
        return "This server does not tell which of its models are loaded."
    return f"No model passes {', '.join(wanted.given())}."


def _failed(error: Failure) -> dict[str, Any]:
    return {"models": [], "sources": [], "fetched_at": None, "error": as_json(error)}
