"""What is known and was measured of each model, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.features.embeddings.memory import memory_limit
from lmstudio_tui.features.models import size_in_words
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of
from lmstudio_tui.tui.panes.embeddings.facts_kept import when
from lmstudio_tui.tui.panes.embeddings.facts_view import FactRow, FactsTable
from lmstudio_tui.tui.panes.embeddings.words import error_in_words, in_quotes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded
    from lmstudio_tui.sdk import LMStudioError
    from lmstudio_tui.store.embeddings import ShelfSizes, VectorKey
    from lmstudio_tui.tui.panes.embeddings.facts_kept import KeptSpeeds, Speed
    from lmstudio_tui.tui.panes.embeddings.working import Job
    from lmstudio_tui.vectors.values import SetFacts


def table_of(
    job: Job,
    sides: Sequence[Embedded],
    facts: Sequence[SetFacts | None],
    sizes: ShelfSizes,
    speeds: KeptSpeeds,
    broken: LMStudioError | None = None,
) -> FactsTable:
    """The table.

    Args:
        job: what was embedded.
        sides: what came of it.
        facts: what was computed of the vectors; None while it is being computed.
        sizes: what is in the store.
        speeds: how quickly each model has answered the last time that it was asked.
        broken: why the last run has ended early.
    """
    both = list(zip(sides, facts, strict=True))
    kept = {(key.server, key.model): count for key, count in sizes.vectors}
    rows = [
        FactRow("Vectors"),
        FactRow("dimensions", tuple(f"{side.dimensions:,}" if side.dimensions else "·" for side in sides)),
        FactRow("lengths", tuple(_lengths(one) for _, one in both)),
        FactRow("normalised", tuple("…" if one is None else "yes" if one.normalised else "no" for _, one in both)),
        FactRow("the same twice", tuple("…" if one is None else f"{one.same:,}" for _, one in both)),
        FactRow("numbers", tuple(_precision(side) for side in sides)),
        FactRow("Texts"),
        FactRow("embedded", tuple(f"{side.embedded:,} of {side.count:,}" for side in sides)),
        *([FactRow("it ended early", (error_in_words(broken),), "bad")] if broken is not None else []),
        *_refusals(sides),
        FactRow("out of the store", tuple(f"{side.reused:,}" for side in sides)),
        *_speed_rows([side.key for side in sides], speeds),
        FactRow("Room"),
        FactRow("memory", tuple(_memory(side) for side in sides)),
        FactRow("memory, at most", (f"{size_in_words(memory_limit())}, half of the machine's",)),
        FactRow("vectors in the store", tuple(f"{kept.get((side.key.server, side.key.model), 0):,}" for side in sides)),
        FactRow(
            "store on disk", (f"{size_in_words(sizes.bytes)}, {sizes.sets:,} {'set' if sizes.sets == 1 else 'sets'}",)
        ),
        FactRow("Asked"),
        FactRow("model", tuple(clean_line(side.key.model) or "·" for side in sides)),
        FactRow("server", (clean_line(job.server),)),
        FactRow("before each text", (_prefix(job.texts.document_prefix),)),
        FactRow("before a query", (_prefix(job.texts.query_prefix),)),
    ]
    notes = dict.fromkeys(clean_line(problem) for side in sides for problem in side.problems)
    return FactsTable(tuple(side.key.model for side in sides), tuple(rows), tuple(notes))


def _speed_rows(keys: Sequence[VectorKey], speeds: KeptSpeeds) -> list[FactRow]:
    """How quickly the models have answered, or why that is not known, and what measures it."""
    found = [speeds.of(key).speed for key in keys]
    sweep = key_of("embeddings.sweep")
    if not any(found):
        why = f"These vectors came out of the store; how long they took was not kept. {sweep} measures anew."
        return [FactRow("Speed"), FactRow("not measured yet", (why,), "dim")]
    times = ["not measured yet" if one is None else when(one.at) for one in found]
    anew = () if all(map(speeds.is_new, keys)) else (FactRow("measured", tuple(times)),)
    return [
        FactRow("Speed, when last asked"),
        *anew,
        FactRow("texts", tuple("·" if one is None else f"{one.texts:,}" for one in found)),
        FactRow("tokens, as counted", tuple(_tokens(one) for one in found)),
        FactRow("texts in a second", tuple(_pace(one) for one in found)),
        FactRow("per text", tuple(_per_text(one) for one in found)),
        FactRow("per request", tuple(_per_request(one) for one in found)),
        *([FactRow("measure anew", (f"{sweep}, by requests of each size",), "dim")] if anew else []),
    ]


def _refusals(sides: Sequence[Embedded]) -> list[FactRow]:
    """How many texts were refused, and why the first one was, however long that is."""
    if not any(side.refused for side in sides):
        return []
    firsts = {min(side.refused): side for side in reversed(sides) if side.refused}
    return [
        FactRow("refused", tuple(f"{len(side.refused):,}" for side in sides), "warn"),
        *(
            FactRow(f"why, text {at + 1:,}", (clean_line(side.refused[at]),), "warn")
            for at, side in sorted(firsts.items())
        ),
    ]


def _lengths(facts: SetFacts | None) -> str:
    if facts is None:
        return "…"
    low, mean, high = facts.norms
    return f"{mean:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} … {high:.4g}, mean {mean:.4g}"


def _precision(side: Embedded) -> str:
    if side.matrix is None:
        return "·"
    return f"{side.matrix.values.itemsize * 8} bits"


def _tokens(speed: Speed | None) -> str:
    if speed is None:
        return "·"
    return "the server does not say" if not speed.tokens else f"{speed.tokens:,}"


def _pace(speed: Speed | None) -> str:
    return "·" if speed is None or speed.took_s <= 0 else f"{speed.texts / speed.took_s:,.0f}"


def _per_text(speed: Speed | None) -> str:
    return "·" if speed is None or not speed.texts else f"{speed.took_s / speed.texts * 1000:,.1f} ms"


def _per_request(speed: Speed | None) -> str:
    return "·" if speed is None or not speed.size else f"{speed.request_s * 1000:,.0f} ms for {speed.size:,}"


def _memory(side: Embedded) -> str:
    return "·" if side.matrix is None else size_in_words(side.matrix.bytes)


def _prefix(prefix: str) -> str:
    return in_quotes(prefix) if prefix else "nothing"
