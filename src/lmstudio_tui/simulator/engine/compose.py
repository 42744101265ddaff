"""Chat answers in Markdown: worth looking at, about what was asked, and honest about who wrote them."""

from collections.abc import Callable

from lmstudio_tui.simulator.engine.ask import Ask
from lmstudio_tui.simulator.engine.chance import Chance
from lmstudio_tui.simulator.engine.code import code_answer
from lmstudio_tui.simulator.engine.intent import Intent, Wish, wish_of
from lmstudio_tui.simulator.engine.tokens import pieces
from lmstudio_tui.simulator.engine.topic import shortened, titled, topic_of

_NOTE = "*Simulated answer: no language model was run.*"

_OPENINGS = (
    "You asked about **{topic}**. Here is a short tour of it.",
    "Let us take **{topic}** apart, one piece at a time.",
    "Good question: **{topic}** is easier to see from three sides.",
    "In one sentence, **{topic}** rewards a close look. In a few more:",
)
_ANGLES = (
    ("What it is", "Start from the plain meaning of *{topic}*, and write it down before anything else."),
    ("Why it matters", "Most decisions around *{topic}* are cheap to change early and expensive to change late."),
    ("How it works", "Follow one example of *{topic}* from its beginning to its end, without skipping a step."),
    ("Where it surprises", "The edges of *{topic}* hold the surprises: the empty case, the huge one, the broken one."),
    ("How to check it", "Measure *{topic}* twice: once before a change and once after it."),
)
_DETAILS = (
    "name the parts and who owns each",
    "keep a note of what was measured and what was guessed",
    "try the smallest case that could fail",
    "look at the inputs before the outputs",
    "prefer the boring tool that everybody knows",
    "leave a way back",
)
_QUOTES = (
    "> Make it work, make it right, make it fast — in that order.",
    "> What is simple was rarely made so at the first attempt.",
    "> Measure first; opinions come after.",
)
_STEPS = ("Look", "Sketch", "Try", "Measure", "Tidy up")
_EMOJI = ("🔭", "🧭", "🛠️", "🌱", "📐", "🚀")
_ADJECTIVES = ("calm", "swift", "plain", "sturdy", "bright", "patient", "small", "early")
_NOUNS = ("lantern", "harbour", "orchard", "compass", "river", "window", "bridge", "meadow", "engine", "letter")
_HAIKU = (
    ("Morning on the desk", "a cursor blinks and waits for", "the first word to come"),
    ("Silent fans spin up", "a thousand weights lean one way", "and a word appears"),
    ("Rain on the tin roof", "each drop a small certainty", "the gutter hums on"),
    ("Old clock in the hall", "it keeps the hours for no one", "and is never late"),
)
_THOUGHTS = (
    "The user wants something about {topic}.",
    "Is it a definition, a comparison or a plan? The wording decides: “{quote}”.",
    "A heading, a short list and one concrete example should do.",
    "Careful with claims: I am a simulator and know nothing about {topic} itself.",
    "Length: a screenful, no more.",
    "Check the edge cases before answering. 🤔",
)


def compose(ask: Ask, chance: Chance) -> str:
    """The answer to the last message of `ask`."""
    wish = wish_of(ask)
    topic = topic_of(ask.gist)
    if wish.length:
        return long_text(topic, wish.length, chance)
    body = _BODIES[wish.intent](ask, wish, topic, chance)
    context = _continued(ask, chance)
    return f"{context}{body}\n\n---\n{_NOTE}"


def think(ask: Ask, chance: Chance) -> str:
    """The reasoning that comes before the answer."""
    topic, quote = topic_of(ask.gist), shortened(ask.last_user, 60)
    chosen = [_THOUGHTS[0], *chance.shuffled(_THOUGHTS[1:])[: 2 + chance.number(3)]]
    return "\n".join(thought.format(topic=topic, quote=quote) for thought in chosen)


def long_text(topic: str, tokens: int, chance: Chance) -> str:
    """A text of exactly `tokens` tokens, with a heading every few paragraphs."""
    opening = f"## {titled(topic)}\n\n{_NOTE}\n\n"
    parts = list(pieces(opening))
    section = 0
    while len(parts) < tokens:
        section += 1
        if section % 4 == 0:
            parts += pieces(f"### Part {section // 4 + 1}: the {chance.pick(_NOUNS)}\n\n")
        parts += pieces(" ".join(_sentence(topic, chance) for _ in range(3 + chance.number(3))) + "\n\n")
    return "".join(parts[:tokens])


def _sentence(topic: str, chance: Chance) -> str:
    first, second = chance.shuffled(_NOUNS)[:2]
    pattern = chance.pick(
        (
            "The {a} {first} stood beside the {second}, and both were about {topic}.",
            "Seen from the {first}, {topic} looked {a}.",
            "Nobody had told the {second} about {topic}, so it stayed {a}.",
            "One {a} {first} is worth two of any {second}.",
        )
    )
    return pattern.format(a=chance.pick(_ADJECTIVES), first=first, second=second, topic=topic)


def _continued(ask: Ask, chance: Chance) -> str:
    """A line that ties a follow-up to what came before, or a tool's result to the answer."""
    last = ask.messages[-1] if ask.messages else None
    if last is not None and last.role == "tool":
        return f"The tool answered `{shortened(last.text, 80)}`.\n\n"
    earlier = [message.text for message in ask.messages if message.role == "user"][:-1]
    if not earlier:
        return ""
    lead = chance.pick(("Going on from", "To add to what was said about", "Still with"))
    return f"{lead} “{shortened(earlier[-1], 48)}”:\n\n"


def _explanation(ask: Ask, _: Wish, topic: str, chance: Chance) -> str:
    angles = chance.shuffled(_ANGLES)[:3]
    details = chance.shuffled(_DETAILS)
    lines = [f"## {titled(topic)} {chance.pick(_EMOJI)}", "", chance.pick(_OPENINGS).format(topic=topic), ""]
    for number, (name, text) in enumerate(angles):
        lines += [
            f"- **{name}**: {text.format(topic=topic)}",
            f"  - {details[number * 2]}",
            f"  - {details[number * 2 + 1]}",
        ]
    lines += ["", chance.pick(_EXTRAS)(topic, chance), "", "### Next steps", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(chance.shuffled(_STEPS)[:3], 1)]
    words = shortened(ask.last_user, 70)
    lines += ["", f"Your words were “{words}”; see `--help` or [the manual](https://example.com/manual)."]
    return "\n".join(lines)


def _quote(_: str, chance: Chance) -> str:
    return chance.pick(_QUOTES)


def _cell(name: str) -> str:
    """`name` as a table may hold it."""
    return titled(name).replace("|", "/")


def _glance(topic: str, chance: Chance) -> str:
    rows = [f"| {name} | {count(topic)} |" for name, count in chance.shuffled(_COUNTS)[:3]]
    return "\n".join((f"| What can be counted | {_cell(topic)} |", "| :--- | ---: |", *rows))


def _command(topic: str, chance: Chance) -> str:
    word = topic.split()[0].strip(".,:;“”\"'`").lower()
    return f"```console\n$ explain --depth {1 + chance.number(4)} '{word}'\n{chance.pick(_DETAILS)}\n```"


_COUNTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("Letters", lambda text: sum(letter.isalpha() for letter in text)),
    ("Vowels", lambda text: sum(letter in "aeiouy" for letter in text.lower())),
    ("Different letters", lambda text: len({letter for letter in text.lower() if letter.isalpha()})),
    ("Words", lambda text: len(text.split())),
    ("First letter", lambda text: f"`{text[:1].replace('`', '')}`"),
    ("Tokens, about", lambda text: len(pieces(text))),
)
_EXTRAS = (_quote, _glance, _command)


def _greeting(_ask: Ask, _wish: Wish, _topic: str, chance: Chance) -> str:
    hello = chance.pick(("Hello!", "Hi there!", "Good to see you!"))
    return (
        f"{hello} 👋 I am the **simulator** of lmstudio-tui. Ask me for\n\n- an *explanation* of anything,\n"
        "- some `code` in a language you name,\n- a comparison, which comes as a table,\n- a list, or a haiku."
    )


def _code(ask: Ask, wish: Wish, topic: str, chance: Chance) -> str:
    return code_answer(wish.language, topic, shortened(ask.last_user, 60), chance)


def _comparison(_ask: Ask, wish: Wish, _topic: str, chance: Chance) -> str:
    """A table of what can be counted: a simulator has no opinion to put into one."""
    first, second = (_cell(name) for name in wish.compared)
    rows = [f"| {name} | {count(first)} | {count(second)} |" for name, count in chance.shuffled(_COUNTS)[:4]]
    table = "\n".join((f"| Aspect | {first} | {second} |", "| :--- | :---: | ---: |", *rows))
    return (
        f"## {first} or {second}?\n\n{table}\n\n**In short**: a simulator can count, and cannot judge. For a verdict "
        f"on *{first}* and *{second}* ask a model. ⚖️\n\n{chance.pick(_QUOTES)}"
    )


def _list(_ask: Ask, wish: Wish, topic: str, chance: Chance) -> str:
    items: list[str] = []
    for number in range(1, wish.count + 1):
        name = f"The {chance.pick(_ADJECTIVES)} {chance.pick(_NOUNS)}"
        items.append(f"{number}. **{name}** — {chance.pick(_DETAILS)}")
        if number % 3 == 1:
            items.append(f"   - {chance.pick(_DETAILS)} {chance.pick(_EMOJI)}")
    return f"### {titled(topic)}\n\n" + "\n".join(items)


def _poem(_ask: Ask, _wish: Wish, topic: str, chance: Chance) -> str:
    verses = "  \n".join(f"*{line}*" for line in chance.pick(_HAIKU))
    return f"**{titled(topic)}** 🍃\n\n{verses}"


def _image(ask: Ask, _: Wish, topic: str, chance: Chance) -> str:
    count = sum(message.images for message in ask.messages)
    seen = "an image" if count == 1 else f"{count} images"
    return (
        f"I received {seen} with “{shortened(topic, 48)}”. A simulator cannot see, but a model would now speak of\n\n"
        f"1. the *subject*: {chance.pick(_ADJECTIVES)},\n2. the *light*: {chance.pick(_ADJECTIVES)},\n"
        f"3. the *{chance.pick(_NOUNS)}* in the background. 🖼️"
    )


_BODIES = {
    Intent.EXPLAIN: _explanation,
    Intent.GREET: _greeting,
    Intent.CODE: _code,
    Intent.COMPARE: _comparison,
    Intent.LIST: _list,
    Intent.POEM: _poem,
    Intent.IMAGE: _image,
}
