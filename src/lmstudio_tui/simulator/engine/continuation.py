"""Continuations of a text, for the legacy completion endpoint."""

from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.topic import shortened

_SENTENCES = (
    "From here on it was the simulator that wrote, one rule after the other.",
    "Every word was chosen by a hash, and none by a language model.",
    "The harbour lights came on — first one, then all of them.",
    "Somebody had left a lamp burning in the reading room.",
    "By noon the fog had lifted, and the hills stood clear in the sun. ☀️",
    "The numbers agreed to the last digit, which surprised nobody.",
    "A train whistled twice beyond the river and was gone.",
    "What followed was short, orderly and entirely predictable.",
)
_CODE_MARKS = ("def ", "class ", "import ", "function ", "fn ", "{", "=>", "return ")


def continue_text(ask: Ask, chance: Chance) -> str:
    """What comes after the prompt, and before the suffix if there is one."""
    prompt = ask.last_user
    last_line = prompt.rstrip("\n").rpartition("\n")[2]
    if any(mark in last_line for mark in _CODE_MARKS):
        return _code(last_line, chance)
    sentences = chance.shuffled(_SENTENCES)[: 3 + chance.number(3)]
    lead = "" if prompt.endswith((" ", "\n")) or not prompt else " "
    text = lead + " ".join(sentences)
    if ask.suffix:
        return f"{text} And so it led to “{shortened(ask.suffix, 40)}”: "
    return text + f" (Simulated continuation of “{shortened(prompt, 40)}”.)"


def _code(last_line: str, chance: Chance) -> str:
    indent = " " * (len(last_line) - len(last_line.lstrip()) + 4)
    name = chance.pick(("result", "total", "items"))
    lines = ("", "# written by the simulator", f"{name} = [step(value) for value in values]", f"return {name}")
    return ("\n" + indent).join(lines) + "\n"
