"""A conversation as one HTML file, to read, to send and to print."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.history.branches import branches
from lmstudio_tui.features.history.html_markdown import code_html, html_of, printable
from lmstudio_tui.features.history.html_page import page
from lmstudio_tui.features.history.times import shown_time
from lmstudio_tui.features.history.words import attachment_words, model_of, untitled
from lmstudio_tui.text_safety import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lmstudio_tui.features.history.branches import Branch
    from lmstudio_tui.store.library.records import Attachment, Loaded, Message

_SHOWN_IMAGES: Final = {"image/png", "image/jpeg", "image/gif", "image/webp"}
"""The types that a browser only draws; an SVG is a document of its own."""
_NAMES: Final = {"user": "You", "assistant": "Assistant", "tool": "Tool"}
_ENDS: Final = {"stopped": "stopped", "interrupted": "interrupted", "failed": "failed", "streaming": "on its way"}


def as_html(loaded: Loaded, *, whole_tree: bool = False, blob: Callable[[str], bytes | None] | None = None) -> str:
    """A conversation as a page that needs nothing else, does nothing and asks nobody.

    Args:
        loaded: the conversation.
        whole_tree: whether the branches that are not shown follow, too.
        blob: gives the bytes of an attachment by its SHA-256; None leaves them out.
    """
    body = "".join([*_top(loaded), *_branches(branches(loaded, whole_tree=whole_tree), blob)])
    return page(untitled(loaded.conversation), body)


def _top(loaded: Loaded) -> Iterator[str]:
    conversation = loaded.conversation
    about = [clean_line(model_of(loaded)), shown_time(conversation.created_at) if conversation.created_at else ""]
    yield f'<header>\n<h1 dir="auto">{_escaped(untitled(conversation))}</h1>\n'
    yield f"<p>{_escaped(' · '.join(part for part in about if part))}</p>\n</header>\n"
    system = conversation.parameters.get("system")
    if isinstance(system, str) and system:
        yield f'<section class="system"><h2 class="who">System</h2>\n<div class="typed" dir="auto">{_escaped(system)}'
        yield "</div></section>\n"


def _branches(found: tuple[Branch, ...], blob: Callable[[str], bytes | None] | None) -> Iterator[str]:
    numbers: dict[str, int] = {}
    for at, branch in enumerate(found):
        if at and branch.after is not None:
            number = numbers[branch.after.id]
            yield f'<p class="branch">Another branch, after <a href="#m{number}">message {number}</a></p>\n'
        elif at:
            yield '<p class="branch">Another branch, from the beginning</p>\n'
        for message in branch.messages:
            numbers[message.id] = len(numbers) + 1
            yield from _message(message, numbers[message.id], blob)


def _message(message: Message, number: int, blob: Callable[[str], bytes | None] | None) -> Iterator[str]:
    about = [clean_line(message.model or message.requested_model or "") if message.role == "assistant" else ""]
    about += [clean_line(message.tool_call_id or ""), _ENDS.get(message.status, "")]
    words = " · ".join(part for part in about if part)
    yield f'<article class="{message.role}" id="m{number}">\n<h2 class="who">{_NAMES[message.role]}'
    yield f" <small>{_escaped(words)}</small></h2>\n" if words else "</h2>\n"
    for attachment in message.attachments:
        yield _attachment(attachment, blob)
    if message.reasoning:
        yield f'<details><summary>Reasoning</summary><div dir="auto">{html_of(message.reasoning)}</div></details>\n'
    yield _said(message)
    for call in message.tool_calls:
        yield f"<details open><summary>Calls {_escaped(clean_line(call.name))}</summary>"
        yield f"{code_html(call.arguments, 'json')}</details>\n"
    if message.note:
        yield f'<p class="note">{_escaped(message.note)}</p>\n'
    yield "</article>\n"


def _said(message: Message) -> str:
    """What a model says is Markdown; what a person types is shown as they typed it."""
    if not message.text:
        return ""
    if message.role == "tool":
        return code_html(message.text, "json")
    if message.role == "user":
        return f'<div class="said typed" dir="auto">{_escaped(message.text)}</div>\n'
    return f'<div class="said" dir="auto">\n{html_of(message.text)}</div>\n'


def _attachment(attachment: Attachment, blob: Callable[[str], bytes | None] | None) -> str:
    words = _escaped(attachment_words(attachment))
    data = blob(attachment.sha256) if blob is not None else None
    if data is None:
        return f'<p class="files">Attached: {words}</p>\n'
    if attachment.kind == "text":
        content = code_html(data.decode("utf-8", "replace"), attachment.name.rpartition(".")[2])
        return f"<details><summary>Attached: {words}</summary>{content}</details>\n"
    if attachment.media_type not in _SHOWN_IMAGES:
        return f'<p class="files">Attached: {words}</p>\n'
    source = f"data:{attachment.media_type};base64,{base64.b64encode(data).decode()}"
    return f'<p class="files"><img src="{source}" alt="{words}">{words}</p>\n'


def _escaped(text: str) -> str:
    return escape(printable(clean(text) if "\x1b" in text else text))
