"""Conversations to export and import."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from lmstudio_tui.store.library.records import Attachment, Conversation, Loaded, Message, ToolCallRecord

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001"
    "e221bc330000000049454e44ae426082"
)
NOTES = b"line\n```\nfence\n````\n"
BLOBS = {hashlib.sha256(data).hexdigest(): data for data in (PIXEL, NOTES)}


def image() -> Attachment:
    sha256 = hashlib.sha256(PIXEL).hexdigest()
    return Attachment(
        id="a1", kind="image", name="dot.png", media_type="image/png", size=len(PIXEL), sha256=sha256, width=1, height=1
    )


def notes() -> Attachment:
    sha256 = hashlib.sha256(NOTES).hexdigest()
    return Attachment(id="a2", kind="text", name="no<t>es.txt", media_type="text/plain", size=len(NOTES), sha256=sha256)


def said(id_: str, parent: str | None, role: Any, text: str, **more: Any) -> Message:
    """A message of the conversation `c1`."""
    moment = float(sum(map(ord, id_)))
    return Message(id=id_, conversation_id="c1", parent_id=parent, role=role, text=text, created_at=moment, **more)


def conversation(*messages: Message, **more: Any) -> Loaded:
    """The conversation `c1`, with its last message at the end unless it is said otherwise."""
    about: dict[str, Any] = {"title": "Weather", "created_at": 1_763_690_000.5, "updated_at": 1_763_690_100.25, **more}
    about.setdefault("head", messages[-1].id if messages else None)
    return Loaded(Conversation(id="c1", messages=len(messages), **about), messages)


def rich() -> Loaded:
    """Everything that a conversation can have, on two branches."""
    call = ToolCallRecord(id="call_1", name="weather", arguments='{"city": "Oslo", "x": "```"}')
    return conversation(
        said("m1", None, "user", "How is it in Oslo?", attachments=(image(), notes())),
        said("m2", "m1", "assistant", "", reasoning="Ask.\n</details>\nNow", tool_calls=(call,), model="qwen3-8b"),
        said("m3", "m2", "tool", '{"t": 3}\n```', tool_call_id="call_1"),
        said(
            "m4",
            "m3",
            "assistant",
            "It has **3 °C**.\n\n## User\n\n```text\nnever closed\n## Assistant",
            status="interrupted",
            model="qwen3-8b",
            requested_model="qwen3",
            usage={"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8, "estimated": True},
            stats={"duration_ms": 12.5, "phases": [{"name": "answer", "ms": 3.0}]},
            parameters={"temperature": 0.5},
            finish_reason="length",
            note="It broke.",
        ),
        said("m5", "m4", "user", "And now?"),
        said("m6", "m1", "assistant", "Another answer", model="llama"),
        head="m5",
        parameters={"system": "Be brief.\n## System\n", "temperature": 0.5},
        draft="a draft",
        model="qwen3",
        pinned=True,
        titled=True,
    )


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.lists(
    st.sampled_from(
        [
            *("## User", "\\## Assistant", "### system:", "```", "````py", "~~~", "   ```", "<details>", "</details>"),
            *("<summary>Reasoning</summary>", "**Tool call** `x` `y`", "# Another branch", "<!-- lmstudio-tui -->"),
            *(
                "<!-- lmstudio-tui: the text ends within a fence -->",
                "*Attached: x*",
                "",
                "  text",
                "\\",
                "`",
                "## Tool (a)",
            ),
            "<summary>Attached: x</summary>",
        ]
    ),
    max_size=6,
).map("\n".join)
NUMBERS = st.just(0.0) | st.floats(1, 4e9)
JSON = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=5),
    st.integers() | NUMBERS | TEXTS | st.none(),
    max_size=3,
)


@st.composite
def conversations(draw: st.DrawFn) -> Loaded:
    """Any conversation: a tree of any shape with any texts."""
    messages: list[Message] = []
    for at in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from([None, *(message.id for message in messages)]))
        messages.append(
            Message(
                id=f"m{at}",
                conversation_id="c",
                parent_id=parent,
                role=draw(st.sampled_from(["user", "assistant", "tool"])),
                text=draw(TEXTS),
                reasoning=draw(TEXTS),
                tool_calls=tuple(
                    ToolCallRecord(id=draw(TEXTS), name=draw(TEXTS), arguments=draw(TEXTS))
                    for _ in range(draw(st.integers(0, 2)))
                ),
                tool_call_id=draw(st.none() | TEXTS),
                attachments=draw(st.sampled_from([(), (image(),), (notes(), image())])),
                status=draw(st.sampled_from(["complete", "streaming", "stopped", "interrupted", "failed"])),
                requested_model=draw(st.none() | TEXTS),
                model=draw(TEXTS),
                parameters=draw(JSON),
                usage=draw(st.none() | JSON),
                stats=draw(st.none() | JSON),
                finish_reason=draw(st.none() | TEXTS),
                note=draw(TEXTS),
                created_at=draw(NUMBERS),
            )
        )
    about = Conversation(
        id="c",
        title=" ".join(draw(st.lists(st.text("abcäß*_<`", min_size=1, max_size=6), max_size=4))),
        titled=draw(st.booleans()),
        created_at=draw(NUMBERS),
        updated_at=draw(NUMBERS),
        pinned=draw(st.booleans()),
        head=draw(st.sampled_from([message.id for message in messages])) if messages else None,
        parameters=draw(JSON),
        draft=draw(TEXTS),
        model=draw(TEXTS),
        messages=len(messages),
    )
    return Loaded(about, tuple(messages))
