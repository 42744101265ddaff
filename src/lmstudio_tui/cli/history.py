"""`history`: the conversations that are kept; to be listed, searched, shown, exported, imported and deleted."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated, Any

import typer

from lmstudio_tui.cli import history_delete, history_export, history_import, options
from lmstudio_tui.cli.console import say, write, write_json
from lmstudio_tui.cli.history_library import loaded_named, open_library
from lmstudio_tui.cli.outcome import Failure, as_json, reporting
from lmstudio_tui.cli.wanting import wants_json
from lmstudio_tui.text_safety import clean_line

group = typer.Typer(rich_markup_mode=None, add_completion=False)

_ALL = 1_000_000

Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Of the conversation; as much of it as is unmistakable.")]


@group.callback(invoke_without_command=True)
def history(context: typer.Context, json_: options.Json = False, limit: Limit = None) -> None:
    """List the conversations that are kept; or search, show, export, import and delete them."""
    as_object = wants_json(context, json_)
    if context.invoked_subcommand is None:
        _list("", limit, as_object=as_object)
    elif limit is not None:
        raise typer.BadParameter(f"--limit belongs to the list, not before {context.invoked_subcommand}.")


@group.command("list", short_help="List them: the pinned ones first, then the ones used last.")
def list_(context: typer.Context, json_: options.Json = False, limit: Limit = None) -> None:
    """List the conversations: the pinned ones first, then the ones used last."""
    _list("", limit, as_object=wants_json(context, json_))


@group.command("search")
def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words that must all be there.")],
    json_: options.Json = False,
    limit: Limit = None,
) -> None:
    """Search the titles and everything that was said. The last word may be unfinished."""
    _list(" ".join(query), limit, as_object=wants_json(context, json_))


@group.command("show")
def show(
    context: typer.Context,
    name: Id,
    json_: options.Json = False,
    all_branches: Annotated[bool, typer.Option("--all-branches", help="Also what is on no branch shown.")] = False,
    reasoning: Annotated[bool, typer.Option("--reasoning", help="Also what the model thought.")] = False,
) -> None:
    """Show a conversation. Into a pipe, texts go byte for byte; on a terminal, control characters are removed."""
    as_object = wants_json(context, json_)
    with reporting(_not_shown if as_object else None):
        from lmstudio_tui.cli.history_text import loaded_as_json, shown_text

        with open_library() as library:
            loaded = loaded_named(library, name)
        if as_object:
            write_json(loaded_as_json(loaded))
        else:
            write(shown_text(loaded, whole_tree=all_branches, reasoning=reasoning))


group.command("export", short_help="Write a conversation as Markdown, JSON or HTML.")(history_export.export)
group.command("import", short_help="Take over conversations from files.")(history_import.import_)
group.command("delete")(history_delete.delete)
group.command("restore")(history_delete.restore)


def _list(query: str, limit: int | None, *, as_object: bool) -> None:
    with reporting(_not_listed if as_object else None):
        from lmstudio_tui.cli.history_text import hit_as_json, short_ids, table

        with open_library() as library:
            hits = library.conversations(query, limit=limit or _ALL)
            everything = hits if not query and limit is None else library.conversations(limit=_ALL)
        if as_object:
            write_json({"conversations": [hit_as_json(hit, searched=bool(query)) for hit in hits]})
        elif not hits:
            say(
                f"Nothing is found for {clean_line(query)}."
                if query and everything
                else "There are no conversations yet."
            )
        else:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            write(table(hits, short_ids([hit.conversation for hit in everything]), width))


def _not_listed(error: Failure) -> dict[str, Any]:
    return {"conversations": [], "error": as_json(error)}


def _not_shown(error: Failure) -> dict[str, Any]:
    return {"id": None, "title": None, "messages": [], "error": as_json(error)}
