"""Code blocks in the language that was asked for."""

import re
from collections.abc import Mapping

from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.samples import SAMPLES
from lmstudio_tui.simulator.engine.topic import titled

_ALIASES: Mapping[str, str] = {
    "py": "python", "js": "javascript", "node": "javascript", "ts": "typescript", "golang": "go", "shell": "bash",
    "sh": "bash", "sqlite": "sql", "postgres": "sql", "c++": "c", "cpp": "c",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+(?:\+\+)?", re.IGNORECASE)


def language_in(text: str) -> str | None:
    """The first programming language that `text` names, if any."""
    for word in _WORD.findall(text.lower()):
        name = _ALIASES.get(word, word)
        if name in SAMPLES:
            return name
    return None


def code_answer(language: str, topic: str, quote: str, chance: Chance) -> str:
    """A code block with a few words around it."""
    name, size = chance.pick(("squares", "steps", "values", "series")), chance.pick((10, 50, 100))
    code = SAMPLES[language].replace("NAME", name).replace("SIZE", str(size))
    names = {"javascript": "JavaScript", "typescript": "TypeScript", "sql": "SQL", "html": "HTML", "json": "JSON"}
    shown = names.get(language, language.capitalize())
    title = titled(topic) if shown.lower() in topic.lower() else f"{titled(topic)} in {shown}"
    return (
        f"### {title}\n\nFor “{quote}” a simulator has but one small program, here in {shown}:\n\n"
        f"```{language}\n{code}\n```\n\n**Notes**\n\n- `{name}` counts up the squares, and `{size}` is the only "
        "number to change.\n- It is a *sample*: read it before you run it. 🧪"
    )
