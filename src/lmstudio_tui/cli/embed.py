"""`embed`: texts into vectors, how like they are, and which are nearest to a query."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmstudio_tui.cli import media_files, options
from lmstudio_tui.cli.console import OutputError, say, write_json
from lmstudio_tui.cli.embed_delivery import place_of, say_written
from lmstudio_tui.cli.embed_forms import Result, nothing
from lmstudio_tui.cli.embed_input import query_of, sources_of, texts_of, whole
from lmstudio_tui.cli.interrupts import leaving_behind
from lmstudio_tui.cli.outcome import CommandError, exit_code, report, reporting
from lmstudio_tui.cli.session import Session
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.vectors.values import METRICS, VectorsError

if TYPE_CHECKING:
    from lmstudio_tui.cli.embed_asking import Made, Wish
    from lmstudio_tui.cli.embed_delivery import Place
    from lmstudio_tui.cli.embed_forms import Task
    from lmstudio_tui.cli.outcome import Failure
    from lmstudio_tui.features.embeddings.comparison import NearText
    from lmstudio_tui.vectors.values import Metric

_TOP = 10
_LARGE = 25_000_000
"""Values of a matrix that take some time to be written."""


def embed(
    text: Annotated[
        list[str] | None, typer.Argument(help="The texts; - or nothing is standard input, a text a line.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="FILE", help="Texts of a csv, tsv, json, jsonl, or one a line; repeatable."),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option("--column", "--csv-column", metavar="NAME", help="The column, or member, of a file's texts."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", metavar="ID", help="The model; repeat it to compare. Else one that embeds."),
    ] = None,
    similarity: Annotated[bool, typer.Option("--similarity", help="How like each two texts are.")] = False,
    query: Annotated[
        str | None, typer.Option("--query", "-q", metavar="TEXT", help="Which texts are nearest to this one.")
    ] = None,
    top: Annotated[
        int | None, typer.Option("--top", "-k", metavar="K", min=1, help=f"With --query: how many; else {_TOP}.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="NAME", help="cosine (as without it), dot or euclidean.")
    ] = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="TEXT", help="Goes before each text.")] = "",
    query_prefix: Annotated[str, typer.Option("--query-prefix", metavar="TEXT", help="Goes before the query.")] = "",
    dimensions: Annotated[
        int | None, typer.Option("--dimensions", "-d", metavar="N", min=1, help="For models that can be cut short.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", metavar="N", min=1, help="Texts for each request; else up to 32.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="json, jsonl, csv, npy, parquet or text; else as -o ends, else text on a terminal and json in a pipe.",
        ),
    ] = None,
    output: media_files.Output = None,
    force: media_files.Force = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="Neither use the vectors of earlier times nor keep these.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Embed all, whatever is kept of it, and keep that in its place.")
    ] = False,
    json_: options.Json = False,
    *,
    session: Session,
) -> None:
    """Embed texts, or compare them by their vectors.

    What a model has embedded is kept, and not asked for again: after Ctrl+C, or an error, the same command goes on
    from there.
    """
    task = _task(similarity=similarity, query=query)
    _refuse_pointless(task, top=top, metric=metric, query_prefix=query_prefix)
    how = _metric(metric)
    models = tuple(dict.fromkeys(model or ([session.model] if session.model else [])))
    arguments, files = text or [], file or []
    sources = sources_of(arguments, files, query)
    place = place_of(format_, output, force=force, as_object=json_)

    def failed(error: Failure) -> object:
        return nothing(task, how, query or "", error, several=len(models) > 1)

    with reporting(failed if place.prints_object or json_ else None):
        from lmstudio_tui.cli.embed_asking import Wish, kept_in_words, make
        from lmstudio_tui.features.embeddings.text_set import TextSet

        place.check(task, len(models))
        media_files.refuse_existing(place.file, force=force)
        for source in sources:
            media_files.refuse_source(place.file, source)
        asked = None if query is None else query_of(query)
        prefixes = whole(query_prefix, "--query-prefix"), whole(prefix, "--prefix")
        texts = TextSet(tuple(texts_of(arguments, files, column)), *prefixes)
        wish = Wish(texts, models, asked, dimensions, batch_size, stored=not no_store, anew=anew)
        made = make(session, wish)
        result = _result(task, wish, made, how, top or _TOP)
    with reporting(None), leaving_behind(kept_in_words(wish, made)):
        _deliver(result, made, place, as_object=json_)


def _task(*, similarity: bool, query: str | None) -> Task:
    if similarity and query is not None:
        raise typer.BadParameter("--similarity compares all texts with each other, --query one with all: choose.")
    if query is not None:
        return "query"
    return "similarity" if similarity else "embed"


def _refuse_pointless(task: Task, *, top: int | None, metric: str | None, query_prefix: str) -> None:
    """Raises:
    typer.BadParameter: for an option that has no meaning here.
    """
    if task != "query" and (top is not None or query_prefix):
        raise typer.BadParameter(f"{'--top' if top is not None else '--query-prefix'} goes with --query.")
    if task == "embed" and metric is not None:
        raise typer.BadParameter("--metric goes with --similarity or --query.")


def _metric(wanted: str | None) -> Metric:
    for metric in METRICS:
        if metric == (wanted or METRICS[0]).lower():
            return metric
    raise typer.BadParameter(f"There is no metric {clean_line(wanted or '')!r}; there is {', '.join(METRICS)}.")


def _result(task: Task, wish: Wish, made: Made, metric: Metric, top: int) -> Result:
    """What there is to be written.

    Raises:
        CommandError: when the query cannot be compared with the texts.
    """
    from lmstudio_tui.cli.embed_asking import refusal
    from lmstudio_tui.features.embeddings.comparison import Likeness

    texts = wish.texts.texts
    return Result(
        task=task,
        texts=texts,
        sides=made.sides,
        several=len(wish.models) > 1,
        metric=metric,
        likenesses=[Likeness(texts, side, metric) for side in made.sides],
        query=wish.query or "",
        rankings=_rankings(made, metric, top) if made.queries else (),
        failure=made.failure or refusal(texts, made),
        sources=wish.texts.sources,
        prefix=wish.texts.document_prefix,
    )


def _rankings(made: Made, metric: Metric, top: int) -> list[list[NearText]]:
    from lmstudio_tui.features.embeddings.comparison import nearest

    sides = made.sides[: len(made.queries)]
    try:
        found = nearest(sides, made.queries, metric)
    except VectorsError as error:
        message = str(error)
    else:
        return [found.top(top, side) for side in range(len(sides))]
    raise CommandError(message, kind="VectorsError", hint="Has the model changed? --anew embeds all once more.")


def _deliver(result: Result, made: Made, place: Place, *, as_object: bool) -> None:
    """Write what there is, and say how it ended.

    Raises:
        typer.Exit: when it is not all.
    """
    some = any(side.embedded for side in result.sides)
    if result.failure is not None and not some and place.form in {"text", "parquet"}:
        pass  # They have no room for why there is nothing.
    elif made.failure is None:
        _say_large(result)
        place.put(result)
        if place.file is not None:
            say_written(place.file, result)
    elif place.file is None and result.task == "embed" and place.form not in {"npy", "parquet"}:
        # Who has pressed Ctrl+C has ended the reader of a pipe, too.
        with contextlib.suppress(*([OutputError] if made.code is not None else [])):
            place.put(result)
    else:
        # A part of the rows of npy, or of a matrix, would pass for all of them.
        if as_object or place.prints_object:
            write_json(nothing(result.task, result.metric, result.query, made.failure, several=result.several))
        if some and not made.kept:
            _rescue(result, place)
    if result.failure is not None:
        report(result.failure)
        raise typer.Exit(exit_code(result.failure) if made.code is None else made.code)


def _say_large(result: Result) -> None:
    """Say when a matrix will take long."""
    values = sum(side.count**2 for side in result.sides) if result.task == "similarity" else 0
    if values >= _LARGE:
        say(f"note: these are {values:,} values.")


def _rescue(result: Result, place: Place) -> None:
    """Write the vectors beside the file, when they are kept nowhere else."""
    if place.file is None or result.task != "embed":
        return
    part = place.file.with_name(f"{place.file.name}.part")
    replace(place, file=part, force=True).put(result)
    say(f"note: what had come is in {part}.")
