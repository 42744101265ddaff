"""Reasoning that another program has written into the text of an answer."""

from __future__ import annotations

import html
import re

_REASONING = re.compile(
    r"<details\b[^>]{0,400}\btype=[\"']reasoning[\"'][^>]{0,400}>\s*(?:<summary>[^<]{0,400}</summary>)?(.*?)</details>\s*",
    re.DOTALL,
)
_THINKING = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)


def without_reasoning(text: str) -> tuple[str, str]:
    """The answer and the reasoning: `<details type="reasoning">` as open-webui has it, or `<think>` at the start."""
    thoughts: list[str] = []

    def take(found: re.Match[str]) -> str:
        lines = html.unescape(found[1]).strip().split("\n")
        thoughts.append("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines))
        return ""

    if "<details" in text:
        text = _REASONING.sub(take, text)
    found = _THINKING.match(text)
    if found:
        thoughts.append(found[1].strip())
        text = text[found.end() :]
    return text, "\n\n".join(thoughts)
