"""The figures of an answer, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmstudio_tui.sdk import Timings, Usage


def figures_line(
    *, usage: Usage | None, timings: Timings | None, model: str = "", finish_reason: str | None = None
) -> str:
    """`41.3 tok/s · first 420 ms · 318 tokens · qwen3-8b · stop`, without what is not known.

    A count that the client estimated is marked `~`.
    """
    parts: list[str] = []
    if timings is not None and timings.tokens_per_second is not None:
        mark = "~" if (usage is None or usage.estimated) and timings.measured_by == "client" else ""
        parts.append(f"{mark}{timings.tokens_per_second:,.1f} tok/s")
    if timings is not None and timings.time_to_first_token_ms is not None:
        parts.append(f"first {seconds(timings.time_to_first_token_ms)}")
    if usage is not None:
        mark = "~" if usage.estimated else ""
        parts.append(f"{mark}{usage.completion_tokens:,} tokens")
    if timings is not None and timings.duration_ms:
        parts.append(seconds(timings.duration_ms))
    if model:
        parts.append(model)
    if finish_reason:
        parts.append(finish_reason)
    return " · ".join(parts)


def seconds(milliseconds: float) -> str:
    """Milliseconds as people read them: `7 ms`, `420 ms`, `1.42 s`, `12.3 s`, `3 min 05 s`."""
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms"
    amount = milliseconds / 1000
    if round(amount, 2) < 10:
        return f"{amount:.2f} s"
    if round(amount, 1) < 60:
        return f"{amount:.1f} s"
    minutes, rest = divmod(round(amount), 60)
    return f"{minutes} min {rest:02} s"
