"""When and how the simulated model calls a tool."""

import json
import re

from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.generation import ToolCall
from lmstudio_tui.simulator.engine.schema import instance
from lmstudio_tui.simulator.jsonio import JsonObject, as_object, text_at

_WORD = re.compile(r"[a-z]{3,}")
_PLACE = re.compile(r"\b(?:in|for|at|of)\s+([A-Z][\w-]*(?:\s[A-Z][\w-]*)*)")
_COMMON = frozenset({"get", "set", "the", "for", "and", "this", "that", "with", "from", "returns", "given"})


def tool_calls(ask: Ask, chance: Chance) -> tuple[ToolCall, ...]:
    """The calls that `ask` leads to: none without tools, or once a tool has answered."""
    if not ask.tools or ask.tool_choice == "none" or (ask.messages and ask.messages[-1].role == "tool"):
        return ()
    ranked = sorted(ask.tools, key=lambda tool: -_relevance(tool, ask.gist))
    if ask.tool_choice != "required" and _relevance(ranked[0], ask.gist) == 0:
        return ()
    return (call_of(ranked[0], ask, chance),)


def call_of(tool: JsonObject, ask: Ask, chance: Chance) -> ToolCall:
    """A call of `tool` with arguments that fit its schema, and that come from the question where they can."""
    parameters = as_object(tool.get("parameters")) or {"type": "object"}
    named = _PLACE.search(ask.gist)
    arguments = instance({"type": "object", **parameters}, chance, named.group(1) if named else "")
    name = text_at(tool, "name", "function")
    return ToolCall(f"call_{chance.digest()}", name, json.dumps(arguments, ensure_ascii=False))


def _relevance(tool: JsonObject, question: str) -> int:
    """How many words of the tool's name and description the question shares."""
    about = f"{text_at(tool, 'name')} {text_at(tool, 'description')}".replace("_", " ").lower()
    return len((set(_WORD.findall(about)) - _COMMON) & set(_WORD.findall(question.lower())))
