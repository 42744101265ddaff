"""Conversations for the pictures, always the same, and a server whose models answer differently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from app_parts import ANSWER, NOW, FakeStream
from picture_parts import PicturedServer

from lmstudio_tui.sdk import (
    CancelScope,
    ChatCompletionRequest,
    ChatStream,
    PartialCompletion,
    TextDelta,
    Timings,
    Usage,
)
from lmstudio_tui.store.library import Conversation, Library, Loaded, Message, Preset
from lmstudio_tui.store.state import AppState, StateFile

_DAY = 24 * 3600.0
_MODEL = "qwen/qwen3-8b"
_SAID = (
    ("Error handling in Rust and Go", 0.01, "Compare error handling in Rust and Go.", ANSWER),
    (
        "Lifetimes in struct fields",
        0.05,
        "Why does Rust want a lifetime here?",
        "A reference in a field must not outlive what it points to: Rust asks you to say how long that is.",
    ),
    (
        "Name for a weather station",
        0.12,
        "Ten names for a weather station",
        "Gust, Isobar, Petrichor, Rain Check, Anemone, Nimbus, Overcast, Sundog, Graupel, Trade Wind.",
    ),
    (
        "git bisect with a flaky test",
        1.1,
        "How do I use git bisect when the test fails one time in three?",
        "Run it ten times for each commit, and call a commit bad when one of them fails.",
    ),
    (
        "Review of parser.rs",
        1.4,
        "Review this file.",
        "The loop allocates for each token. Trust the borrow checker: a slice of the input will do.",
    ),
    ("A week in Lisbon", 4.0, "Plan a week in Lisbon, without a car.", "On the first day, tram 28 before eight."),
    (
        "Sourdough too wet",
        9.0,
        "My dough runs off the table.",
        "Take 65 % water for now, and let it rest before you knead. A crust needs a hot lid.",
    ),
    ("Regular expression for ISO dates", 20.0, "A regex for ISO dates", "`\\d{4}-\\d{2}-\\d{2}` is where it begins."),
)


def _conversation(number: int, title: str, days: float, prompt: str, answer: str) -> Loaded:
    at = NOW.timestamp() - days * _DAY
    id_ = f"chat{number}"
    asked = Message(id=f"{id_}p", conversation_id=id_, parent_id=None, role="user", text=prompt, created_at=at)
    given = Message(
        id=f"{id_}a",
        conversation_id=id_,
        parent_id=asked.id,
        role="assistant",
        text=answer,
        status="interrupted" if number == 4 else "complete",
        model=_MODEL,
        requested_model=_MODEL,
        usage={"prompt_tokens": 2120, "completion_tokens": 318, "total_tokens": 2438},
        stats={
            "duration_ms": 8120.0,
            "time_to_first_token_ms": 420.0,
            "tokens_per_second": 41.3,
            "phases": [{"name": "prompt", "ms": 420.0}, {"name": "answer", "ms": 7700.0}],
        },
        finish_reason="stop",
        created_at=at,
    )
    first = replace(given, id=f"{id_}b", text="Rust has `Result`.", created_at=at - 60)
    conversation = Conversation(
        id=id_,
        title=title,
        created_at=at,
        updated_at=at,
        head=given.id,
        pinned=number == 5,
        draft="And without a phone?" if number == 6 else "",
        model=_MODEL,
        parameters={"system": "You review code. Be brief.", "temperature": 0.2, "top_p": 0.9} if number == 1 else {},
    )
    return Loaded(conversation, (asked, first, given) if number == 1 else (asked, given))


def fill(folder: Path) -> None:
    """A library with some conversations and presets, two of which were open."""
    library = Library(folder / "library.sqlite3", now=NOW.timestamp)
    for number, said in enumerate(_SAID, 1):
        library.import_(_conversation(number, *said))
    library.save_preset(Preset("review", {"system": "You review code. Be brief.", "temperature": 0.2, "top_p": 0.9}))
    library.save_preset(Preset("story", {"temperature": 1.1}))
    library.close()
    StateFile(folder / "state.json").save(AppState().with_chats(("chat1", "chat3"), "chat1"))


# A server whose models answer differently

_BRIEF = """Rust returns errors as **values** that the compiler makes you look at. The `?` operator hands them on.

```rust
let text = fs::read_to_string(path)?;
```
"""
_LONG = """Rust returns errors as **values**: `Result` is either `Ok` or `Err`. The `?` operator hands them on, and \
`match` takes them apart.

```rust
match fs::read_to_string(path) {
    Ok(text) => text,
    Err(error) => return Err(error),
}
```
"""
_ANSWERS = {
    _MODEL: (
        _BRIEF,
        Timings(duration_ms=1640.0, time_to_first_token_ms=212.0, tokens_per_second=41.3),
        Usage(prompt_tokens=21, completion_tokens=59, total_tokens=80),
    ),
    "openai/gpt-oss-20b": (
        _LONG,
        Timings(duration_ms=2380.0, time_to_first_token_ms=388.0, tokens_per_second=33.7),
        Usage(prompt_tokens=21, completion_tokens=67, total_tokens=88),
    ),
}


class _Answer(FakeStream):
    """What one of the models says."""

    def __init__(self, server: PicturedServer, scope: CancelScope, model: str) -> None:
        text, self._timings, self._usage = _ANSWERS[model]
        super().__init__(replace(server, events=[TextDelta(line) for line in text.splitlines(keepends=True)]), scope)
        self._model = model

    @property
    def timings(self) -> Timings:
        return self._timings

    @property
    def partial(self) -> PartialCompletion:
        return replace(super().partial, model=self._model, usage=self._usage)


@dataclass
class ComparedServer(PicturedServer):
    """A server with two models that can be compared."""

    def stream_chat_completion(self, request: ChatCompletionRequest, *, scope: CancelScope | None = None) -> ChatStream:
        return cast("ChatStream", _Answer(self, scope or CancelScope(), request.model or _MODEL))
