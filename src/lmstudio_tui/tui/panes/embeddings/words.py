"""The embeddings pane in sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.sdk import ServerConnectionError
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.commands import key_of, told
from lmstudio_tui.tui.widgets.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.embeddings.embedded import Embedded, EmbeddingProgress
    from lmstudio_tui.features.server_view import ServerView
    from lmstudio_tui.sdk import LMStudioError
    from lmstudio_tui.store.embeddings import TextRecord
    from lmstudio_tui.vectors.values import Metric

METRIC_NAMES: Final[dict[Metric, str]] = {
    "cosine": "cosine",
    "dot": "dot product",
    "euclidean": "Euclidean distance",
}
_BETWEEN: Final = " ─ "
_LEAST_NAME: Final = 5
"""Cells below which a name says nothing."""
_EMPTY: Final = (
    "No texts yet.",
    "",
    "Type or paste texts at the left, one a line; Enter adds them.",
    "Or take a file: {embeddings.file_typing} (txt, csv, tsv, json, jsonl).",
    "{embeddings.sets} opens a set that you made before.",
)


def empty_in_words() -> tuple[str, ...]:
    """What is said where a set has no text yet."""
    return tuple(map(told, _EMPTY))


def count_of(texts: int) -> str:
    """`1 text`, `48 texts`."""
    return "1 text" if texts == 1 else f"{texts:,} texts"


def added_in_words(count: int, offered: int, most: int, source: str = "") -> str:
    """How many texts have come into the set; where some have not, why, and what to do.

    Args:
        count: that were added.
        offered: that there were.
        most: that a set can have.
        source: the file that they are from; empty for none.
    """
    of = f" of {source}" if source else ""
    if count == offered:
        return f"{count_of(count)}{of} {'was' if count == 1 else 'were'} added."
    what = f"{count:,} of {count_of(offered)}" if count else "None"
    return (
        f"{what}{of} {'was' if count < 2 else 'were'} added: a set has at most {most:,}. "
        f"{key_of('embeddings.new')} begins another."
    )


def short(model: str) -> str:
    """The last part of a model's name."""
    return clean_line(model).rpartition("/")[2] or "the server's model"


def in_quotes(prefix: str) -> str:
    """A prefix with the blanks around it, which are sent, too."""
    before = " " * (len(prefix) - len(prefix.lstrip(" ")))
    after = " " * (len(prefix) - len(prefix.rstrip(" "))) if prefix.strip(" ") else ""
    return f"“{before}{clean_line(prefix).strip()}{after}”"


def set_title(count: int, name: str, room: int) -> str:
    """What stands in the frame of the texts: `4 texts ─ Questions`; as much of the name as there is room for.

    Args:
        count: how many texts.
        name: of the set; empty for none.
        room: cells that there are.
    """
    title = count_of(count) if count else "Texts"
    left = room - cell_len(title) - len(_BETWEEN)
    return f"{title}{_BETWEEN}{fitted(clean_line(name), left).rstrip()}" if name and left >= _LEAST_NAME else title


def in_room(parts: Sequence[str], room: int) -> str:
    """Those of the parts that there is room for, the first one cut where it alone is too long.

    Args:
        parts: the most important first; empty ones are left out.
        room: cells that there are.
    """
    first, *others = [part for part in parts if part] or [""]
    said = fitted(first, max(0, room)).rstrip()
    for part in others:
        longer = f"{said}{_BETWEEN}{part}"
        said = longer if cell_len(longer) <= room else said
    return said


def order_in_words(*, sorted_now: bool) -> str:
    """In which order the heat map has the texts, and how to have the other one."""
    key = key_of("embeddings.order")
    return f"by cluster · {key} sorts as they stand" if sorted_now else f"as they stand · {key} sorts by cluster"


def asking_in_words(model: str, progress: EmbeddingProgress) -> str:
    """What is asked of whom: `Asking nomic-embed for 6 texts …`."""
    return f"Asking {short(model)} for {count_of(progress.total - progress.done)} …"


def nothing_came_yet(progress: EmbeddingProgress) -> bool:
    """Whether the server has not answered yet with a vector."""
    return progress.done == progress.reused + progress.refused


def progress_in_words(model: str, progress: EmbeddingProgress, waited_s: float, *, asking: bool) -> str:
    """How far it is: `1,280 of 5,000 · 412 texts/s · 9 s left`; before the first answer for how long it was waited.

    Args:
        model: that is asked.
        progress: how far it is.
        waited_s: seconds since it was asked.
        asking: whether it is to be said who is asked for what, before the first answer.
    """
    if nothing_came_yet(progress):
        waited = duration_in_words(waited_s)
        return f"{asking_in_words(model, progress)} {waited}" if asking else waited
    parts = [f"{short(model)}: {progress.done:,} of {count_of(progress.total)}"]
    pace, left = progress.per_second, progress.left_s
    if pace is not None:
        parts.append(f"{pace:,.0f} texts/s" if pace >= 10 else f"{pace:.1f} texts/s")
    if left is not None:
        parts.append(f"{duration_in_words(left + 0.5)} left")
    return " · ".join(parts)


def error_in_words(error: LMStudioError) -> str:
    """What went wrong, and what to do."""
    return clean_line(f"{error.message} {error.hint}".strip())


def absence_in_words(view: ServerView) -> tuple[str, ...]:
    """Why no server embeds, and what to do about it, a line each."""
    said = clean_line(view.error.message) if view.error is not None else ""
    match view.presence:
        case Presence.CONNECTING:
            return ("Looking for the server …",)
        case Presence.LOCKED:
            return ("The server wants a key.", said, told("{app.key} types one."))
        case Presence.STRANGE:
            return ("What answers there is no model server.", said, told("{app.servers} chooses another."))
        case _:
            return (
                f"Nothing answers at {clean_line(view.base_url)}.",
                said,
                told(
                    "{app.servers} chooses a server, {app.retry_server} looks again, "
                    "{app.simulator} uses the simulator."
                ),
            )


def unable_in_words(view: ServerView) -> tuple[str, ...]:
    """Why a server that is there does not embed; nothing when it does, as far as is known."""
    status = view.status
    can = status.capabilities.get("embeddings") if status is not None else None
    if can is None or can.available is not False:
        return ()
    return (
        "This server does not embed.",
        clean_line(can.reason),
        clean_line(can.hint) or told("{app.servers} chooses another server."),
    )


def no_model_in_words(view: ServerView) -> tuple[str, ...]:
    """That there is no model for it."""
    if not view.models:
        return (
            "The server lists no models.",
            "",
            "Load or download one that embeds, such as nomic-embed-text-v1.5,",
            told("or press {embeddings.model} and type the id of one."),
        )
    return (
        "No model of this server says that it embeds.",
        "",
        "Download one in the Models pane, such as nomic-embed-text-v1.5,",
        told("or press {embeddings.model} to take one all the same."),
    )


def outcome_in_words(
    sides: Sequence[Embedded],
    missing: int,
    *,
    stopped: bool,
    can_ask: bool,
    broken: LMStudioError | None,
) -> str:
    """What is to be known of what there is, in a line; empty when all is well.

    Args:
        sides: what there is of each model.
        missing: how many vectors could be there, and are not.
        stopped: whether the last run was stopped by a key.
        can_ask: whether there is a server to ask for them.
        broken: why the last run that asked a server has ended early, however much was looked at in the store since.
    """
    said: list[str] = []
    if missing:
        done = sum(side.embedded for side in sides)
        amount = f"{done:,} of {sum(side.count for side in sides):,} vectors are there"
        way = told("{embeddings.embed} asks for the rest." if done else "{embeddings.embed} asks for them.")
        kept = ", and kept" if stopped or broken is not None else ""
        said.append(f"{'Stopped: ' if stopped else ''}{amount}{kept}.{f' {way}' if stopped or can_ask else ''}")
    if broken is not None:
        # A server that answers again need not be started.
        back = can_ask and isinstance(broken, ServerConnectionError)
        said.append(clean_line(broken.message) if back else error_in_words(broken))
    said += _refusals(sides)
    said += [clean_line(problem) for side in sides for problem in side.problems]
    return " ".join(dict.fromkeys(said))


def _refusals(sides: Sequence[Embedded]) -> list[str]:
    """How many texts were refused, which was the first, what can be done about it, and the server's own words."""
    refused = {index for side in sides for index in side.refused}
    if not refused:
        return []
    one, first = len(refused) == 1, min(refused)
    side = next(side for side in sides if first in side.refused)
    what = f"{count_of(len(refused))} {'was' if one else 'were'} refused"
    which = f"text {first + 1}" if one else f"the first is text {first + 1}"
    edit, delete = (key_of(f"embeddings.{name}") for name in ("edit", "delete"))
    return [f"{what} (!): {which}; {edit} edits it, {delete} deletes it.", clean_line(side.refused[first])]


def sources_of(records: Sequence[TextRecord]) -> tuple[str, ...]:
    """The files that texts came from, in their order."""
    return tuple(dict.fromkeys(record.source for record in records if record.source))
