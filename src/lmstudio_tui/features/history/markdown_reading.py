"""A conversation out of Markdown: our own, or any with a heading for each message, such as `### Assistant:`."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.fences import (
    ANOTHER,
    ATTACHED,
    REASONING,
    TOOL_CALL,
    Fences,
    Speaker,
    heading_of,
    shown_closing,
    unescaped,
    unescaped_words,
)
from lmstudio_tui.features.history.growing import Node, blank_message, grown
from lmstudio_tui.features.history.parts import missing_in_words
from lmstudio_tui.features.history.times import seconds_of
from lmstudio_tui.features.history.values import MOST_MESSAGES, Imported, UnreadableError
from lmstudio_tui.features.history.web_ui_text import without_reasoning
from lmstudio_tui.sdk.wire import as_object
from lmstudio_tui.store.library.records import Attachment, Conversation, Message, ToolCallRecord, new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

_FACTS = re.compile(r"<!-- lmstudio-tui (\{.{0,4000}\}) -->\s*")
_TITLE = re.compile(r"#[ \t]+(.+?)[ \t#]*")
_DETAILS = re.compile(r"<details>\n<summary>([^\n]*)</summary>\n")
_CALL = re.compile(rf"{re.escape(TOOL_CALL)}[ \t]+(?:`([^`]*)`)?[ \t]*(?:`([^`]*)`)?[ \t]*")
_ABOUT_FILE = re.compile(r"(.*) \(([^(),]*)(?:, (?:(\d+)×(\d+), )?[^()]*)?\)")
_ENDS = re.compile(r"(.*?)(?:(?:^|, )(stopped|interrupted|failed))?")


@dataclass(slots=True)
class _Section:
    """What stands between a heading and the next one."""

    speaker: Speaker
    about: str
    lines: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


@dataclass(slots=True)
class _Reader:
    """Takes the parts of a message out of its text."""

    ours: bool
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    missing: int = 0

    def message(self, section: _Section) -> Message:
        text, attachments, reasoning = section.text, list[Attachment](), ""
        while found := self._part(text):
            attachment, thought, text = found
            if attachment is not None:
                attachments.append(attachment)
            reasoning = "\n\n".join(part for part in (reasoning, thought) if part)
        text, calls = _calls(text)
        if not self.ours:
            text, thought = without_reasoning(text)
            reasoning = reasoning or thought
        bare = _unfenced(text)
        text = bare if section.speaker == "tool" and bare != text else unescaped(text)
        ends = _ENDS.fullmatch(section.about)
        name, status = (ends[1], ends[2]) if ends else (section.about, None)
        message = blank_message(section.speaker, text, created_at=None)
        return replace(
            message,
            reasoning=unescaped(shown_closing(reasoning)) if self.ours else reasoning,
            attachments=tuple(attachments),
            tool_calls=calls,
            tool_call_id=(name or None) if section.speaker == "tool" else None,
            model=name if section.speaker == "assistant" else "",
            status=status or "complete",
        )

    def _part(self, text: str) -> tuple[Attachment | None, str, str] | None:
        """What stands before a text: an attachment or reasoning, and what comes after it."""
        line, _, rest = text.partition("\n")
        if line.startswith(f"*{ATTACHED}") and line.endswith("*"):
            self.missing += 1
            return None, "", rest.lstrip("\n")
        found = _DETAILS.match(text)
        if found is None:
            return None
        summary = found[1]
        is_reasoning = f"<summary>{summary}</summary>" == REASONING
        if not is_reasoning and not summary.startswith(ATTACHED):
            return None
        body, rest = _until_closed(text[found.end() :])
        if is_reasoning:
            return None, body, rest
        return self._file(html.unescape(summary.removeprefix(ATTACHED)), _unfenced(body)), "", rest

    def _file(self, words: str, content: str) -> Attachment:
        about = _ABOUT_FILE.fullmatch(words)
        data = content.encode("utf-8", "replace")
        sha256 = hashlib.sha256(data).hexdigest()
        self.blobs[sha256] = data
        return Attachment(
            id=new_id(),
            kind="text",
            name=about[1] if about else words,
            media_type=about[2] if about else "text/plain",
            size=len(data),
            sha256=sha256,
        )


def of_markdown(text: str, name: str = "") -> Imported:
    """The conversation of a Markdown text.

    Args:
        text: the whole of it.
        name: a title for it when the text has none.

    Raises:
        UnreadableError: when there is no heading that says who speaks.
    """
    text = text.removeprefix("\ufeff")
    if text.count("\r\n") == text.count("\n"):  # else they are a part of what was said
        text = text.replace("\r\n", "\n")
    title, facts, sections = _divided(text)
    if not any(section.speaker in {"user", "assistant"} for section in sections):
        raise UnreadableError(
            "No heading says who speaks.",
            hint="Put `## User` above what was asked and `## Assistant` above each answer.",
        )
    if len(sections) > MOST_MESSAGES:
        raise UnreadableError(f"It has {len(sections):,} messages; {MOST_MESSAGES:,} is the most.")
    reader = _Reader(ours=facts is not None)
    system = "\n\n".join(unescaped(section.text) for section in sections if section.speaker == "system")
    messages = [reader.message(section) for section in sections if section.speaker != "system"]
    nodes = [Node(str(at), str(at - 1), message) for at, message in enumerate(messages)]
    known = facts or {}
    conversation = Conversation(
        id=new_id(),
        title=title or name,
        created_at=seconds_of(known.get("created_at")) or 0.0,
        updated_at=seconds_of(known.get("updated_at")) or 0.0,
        parameters={"system": system} if system else {},
    )
    notes = missing_in_words(reader.missing)
    return grown(_with_call_ids(nodes), conversation, blobs=reader.blobs, notes=notes)


def _divided(text: str) -> tuple[str, dict[str, object] | None, list[_Section]]:
    """The title, what a machine wrote for machines, and the sections."""
    title, facts, fences = "", None, Fences()
    sections: list[_Section] = []
    for line in text.split("\n"):
        outside = fences.outside(line)
        found = heading_of(line) if outside else None
        if found:
            sections.append(_Section(*found))
        elif outside and sections and line.startswith(ANOTHER):
            break
        elif sections:
            sections[-1].lines.append(line)
        elif outside:
            noted, titled = _FACTS.fullmatch(line), _TITLE.fullmatch(line)
            if noted:
                facts = _object(noted[1])
            elif titled and not title:
                title = unescaped_words(titled[1])
    return title, facts, sections


def _object(text: str) -> dict[str, object]:
    try:
        return as_object(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _until_closed(text: str) -> tuple[str, str]:
    """What stands within `<details>`, and what comes after it."""
    body, _, rest = text.partition("\n</details>")
    return body.strip("\n"), rest.lstrip("\n")


def _unfenced(text: str) -> str:
    """The text of a fence when there is nothing else, otherwise the text as it is."""
    first, _, rest = text.partition("\n")
    fence = first[: len(first) - len(first.lstrip("`"))]
    body, _, last = rest.rpartition("\n")
    if len(fence) < 3 or last != fence:
        return text
    return body


def _calls(text: str) -> tuple[str, tuple[ToolCallRecord, ...]]:
    """The text without the calls of tools at its end, and these."""
    fences, at, start = Fences(), 0, -1
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if fences.outside(line) and _CALL.fullmatch(line):
            start = at
            break
    if start < 0:
        return text, ()
    calls: list[ToolCallRecord] = []
    name, call_id, body, fences = "", "", list[str](), Fences()
    for line in [*lines[start:], f"{TOOL_CALL} "]:
        found = _CALL.fullmatch(line) if fences.outside(line) else None
        if found is None:
            body.append(line)
            continue
        if body:
            arguments = _unfenced("\n".join(body).strip("\n").replace("```json\n", "```\n", 1))
            calls.append(ToolCallRecord(id=call_id, name=name, arguments=arguments))
        name, call_id, body = found[1] or "", found[2] or "", []
    return "\n".join(lines[:start]).strip("\n"), tuple(calls)


def _with_call_ids(nodes: Sequence[Node]) -> list[Node]:
    """A tool's answer that does not say which call it answers follows the call right before it."""
    found: list[Node] = []
    waiting: list[str] = []
    for node in nodes:
        message = node.message
        if message is not None and message.tool_calls:
            calls = tuple(call if call.id else replace(call, id=new_id()) for call in message.tool_calls)
            message, waiting = replace(message, tool_calls=calls), [call.id for call in calls]
        elif message is not None and message.role == "tool":
            call = message.tool_call_id or (waiting[0] if waiting else new_id())
            waiting = [one for one in waiting if one != call]
            message = replace(message, tool_call_id=call)
        found.append(replace(node, message=message))
    return found
