"""The embeddings pane in sentences. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.progress import duration_in_words
from lmstudio_tui.features.server_view import Presence
from lmstudio_tui.text_safety import clean_line

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
EMPTY = (
    "No texts yet.",
    "",
    "Type or paste texts at the left, one a line; Enter adds them.",
    "Or take a file: Alt+A (txt, csv, tsv, json, jsonl).",
    "F7 opens a set that you made before.",
)


def count_of(texts: int) -> str:
    """`1 text`, `48 texts`."""
    return "1 text" if texts == 1 else f"{texts:,} texts"


def short(model: str) -> str:
    """The last part of a model's name."""
    return clean_line(model).rpartition("/")[2] or "the server's model"


def in_quotes(prefix: str) -> str:
    """A prefix with the blanks around it, which are sent, too."""
    before = " " * (len(prefix) - len(prefix.lstrip(" ")))
    after = " " * (len(prefix) - len(prefix.rstrip(" "))) if prefix.strip(" ") else ""
    return f"“{before}{clean_line(prefix).strip()}{after}”"


def set_title(count: int, name: str, sources: Sequence[str]) -> str:
    """What stands in the frame of the texts."""
    parts = ["Texts", *([f"{count:,}"] if count else [])]
    if name:
        parts.append(clean_line(name))
    elif sources:
        parts.append(clean_line(sources[0]))
    return " ─ ".join(parts)


def asking_in_words(model: str, progress: EmbeddingProgress) -> str:
    """What is asked of whom: `Asking nomic-embed for 6 texts …`."""
    return f"Asking {short(model)} for {count_of(progress.total - progress.done)} …"


def progress_in_words(model: str, progress: EmbeddingProgress, waited_s: float, *, stopping: bool) -> str:
    """How far it is: `1,280 of 5,000 · 412 texts/s · 9 s left`; before the first answer for how long it was waited."""
    if stopping:
        return "Stopping …"
    if progress.done == progress.reused + progress.refused:
        return f"{asking_in_words(model, progress)} {duration_in_words(waited_s)} · Esc stops"
    parts = [f"{short(model)}: {progress.done:,} of {count_of(progress.total)}"]
    pace, left = progress.per_second, progress.left_s
    if pace is not None:
        parts.append(f"{pace:,.0f} texts/s" if pace >= 10 else f"{pace:.1f} texts/s")
    if left is not None:
        parts.append(f"{duration_in_words(left + 0.5)} left")
    return " · ".join([*parts, "Esc stops"])


def bar(done: int, total: int, width: int) -> str:
    """How far it is, drawn."""
    filled = min(width, width * done // total) if total else 0
    return "▓" * filled + "░" * (width - filled)


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
            return ("The server wants a key.", said, "F6 types one.")
        case Presence.STRANGE:
            return ("What answers there is no model server.", said, "F4 chooses another.")
        case _:
            return (
                f"Nothing answers at {clean_line(view.base_url)}.",
                said,
                "F4 chooses a server, F5 looks again, F9 uses the simulator.",
            )


def unable_in_words(view: ServerView) -> tuple[str, ...]:
    """Why a server that is there does not embed; nothing when it does, as far as is known."""
    status = view.status
    can = status.capabilities.get("embeddings") if status is not None else None
    if can is None or can.available is not False:
        return ()
    return ("This server does not embed.", clean_line(can.reason), clean_line(can.hint) or "F4 chooses another server.")


def no_model_in_words(view: ServerView) -> tuple[str, ...]:
    """That there is no model for it."""
    if not view.models:
        return (
            "The server lists no models.",
            "",
            "Load or download one that embeds, such as nomic-embed-text-v1.5,",
            "or press Ctrl+T and type the id of one.",
        )
    return (
        "No model of this server says that it embeds.",
        "",
        "Download one in the Models pane, such as nomic-embed-text-v1.5,",
        "or press Ctrl+T to take one all the same.",
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
    error = broken
    if error is not None:
        said.append(error_in_words(error))
    if missing:
        done = sum(side.embedded for side in sides)
        whole = sum(side.count for side in sides)
        amount = f"{done:,} of {whole:,} vectors are there"
        way = "Ctrl+R asks for the rest." if done else "Ctrl+R asks for them."
        if stopped:
            said.append(f"Stopped: {amount}, and kept. {way}")
        elif error is not None and can_ask:
            said.append(f"{amount}, and kept. {way}")
        elif error is not None:
            said.append(f"{amount}, and kept.")
        else:
            said.append(f"{amount}. {way}" if can_ask else f"{amount}.")
    refused = {index for side in sides for index in side.refused}
    if refused:
        first = min(refused)
        why = next(side.refused[first] for side in sides if first in side.refused)
        some = "1 text was refused" if len(refused) == 1 else f"{len(refused):,} texts were refused"
        said.append(f"{some} (!): text {first + 1}: {clean_line(why)}")
    said += [clean_line(problem) for side in sides for problem in side.problems]
    return " ".join(dict.fromkeys(said))


def sources_of(records: Sequence[TextRecord]) -> tuple[str, ...]:
    """The files that texts came from, in their order."""
    return tuple(dict.fromkeys(record.source for record in records if record.source))
