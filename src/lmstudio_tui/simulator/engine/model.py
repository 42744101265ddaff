"""From a request to a generation: the part that a language model would play."""

from dataclasses import replace
from typing import Literal

from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.compose import compose, think
from lmstudio_tui.simulator.engine.continuation import continue_text
from lmstudio_tui.simulator.engine.generation import Generation, cut_at
from lmstudio_tui.simulator.engine.schema import instance_text
from lmstudio_tui.simulator.engine.tokens import pieces
from lmstudio_tui.simulator.engine.tools import tool_calls


def generate(ask: Ask, thinking: Literal["no", "field", "tags"] = "no", room: int | None = None) -> Generation:
    """Answer `ask`.

    Args:
        ask: The request.
        thinking: How the model shows its reasoning.
        room: How many tokens the context has left for the answer; None is no limit.
    """
    generation = replace(_answer(ask), prompt_tokens=ask.prompt_tokens)
    if thinking != "no" and ask.kind == "chat" and ask.reasoning and not ask.begun:
        thoughts = think(ask, Chance("think", ask.identity()))
        if thinking == "field":
            generation = replace(generation, reasoning=pieces(thoughts))
        else:
            generation = replace(generation, text=pieces(f"<think>\n{thoughts}\n</think>\n\n") + generation.text)
    limits = [limit for limit in (ask.max_tokens, room) if limit is not None]
    return cut_at(generation, ask.stop, min(limits, default=None))


def _answer(ask: Ask) -> Generation:
    if ask.begun:
        return _rest_of_answer(ask)
    chance = Chance("answer", ask.identity())
    if ask.kind == "text":
        return Generation(pieces(continue_text(ask, chance)))
    calls = tool_calls(ask, chance)
    if calls:
        return Generation(tool_calls=calls, finish_reason="tool_calls")
    if ask.schema is not None:
        return Generation(pieces(instance_text(ask.schema, chance)))
    return Generation(pieces(compose(ask, chance)))


def _rest_of_answer(ask: Ask) -> Generation:
    """What is missing of an answer that the conversation ends with; a text of another origin is simply gone on with."""
    whole = _answer(replace(ask, messages=ask.messages[:-1]))
    if whole.content.startswith(ask.begun):
        return Generation(pieces(whole.content[len(ask.begun) :]))
    return Generation(pieces(continue_text(replace(ask, suffix=""), Chance("rest", ask.identity()))))
