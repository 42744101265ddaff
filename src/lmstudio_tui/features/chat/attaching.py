"""What is sent along with a prompt: images, and files of text. All of it blocks; it is for worker threads."""

from __future__ import annotations

import codecs
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lmstudio_tui.features.chat.images import AttachError, foreign_image, looks_like_image, prepare
from lmstudio_tui.features.models.words import size_in_words
from lmstudio_tui.features.unreadable import why_unreadable
from lmstudio_tui.sdk.listing import NATIVE_V0, NATIVE_V1
from lmstudio_tui.store.library.records import Attachment, new_id
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lmstudio_tui.sdk import Capability, ModelSummary

__all__ = [
    "AttachError",
    "Attached",
    "attach",
    "attach_all",
    "caution",
    "line_of",
    "refusal",
    "sees",
    "size_in_tokens",
    "words",
]

MOST_TEXT: Final = 2_000_000
MOST_IMAGE: Final = 50_000_000
"""Bytes of a file."""

_BYTES_A_TOKEN: Final = 4
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
"""UTF-32 is looked for first: its mark begins with that of UTF-16."""

_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_KNOWN: Final = {b"%PDF": "a PDF", b"PK\x03\x04": "a packed file, as office documents are", b"\x7fELF": "a program"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was read and made ready.

    Args:
        attachment: what it is.
        data: what is to be kept and sent: an image as a file, a text in UTF-8.
        note: what was done to it, in a sentence; empty when nothing was.
    """

    attachment: Attachment
    data: bytes
    note: str = ""


def attach(path: Path) -> Attached:
    """Read a file that is to be sent along.

    Args:
        path: of the file; `~` is the home folder.

    Raises:
        AttachError: it cannot be sent, with the reason.
    """
    name = clean_line(path.name) or clean_line(str(path))
    data = _read(path, name)
    if looks_like_image(data):
        image = prepare(data, name)
        attachment = Attachment(
            id=new_id(),
            kind="image",
            name=name,
            media_type=image.media_type,
            size=len(image.data),
            sha256=hashlib.sha256(image.data).hexdigest(),
            width=image.width,
            height=image.height,
        )
        note = "; ".join(image.notes)
        return Attached(attachment, image.data, f"{name}: {note}." if note else "")
    if len(data) > MOST_TEXT and _is_text(data):
        raise AttachError(
            f"{name} is {size_in_words(len(data))}; a text may have {size_in_words(MOST_TEXT)}.",
            "Send the part of it that matters.",
        )
    text, note = _decoded(data, name)
    kept = text.encode("utf-8")
    attachment = Attachment(
        id=new_id(),
        kind="text",
        name=name,
        media_type=_text_type(name),
        size=len(kept),
        sha256=hashlib.sha256(kept).hexdigest(),
    )
    return Attached(attachment, kept, note)


def attach_all(paths: Iterable[Path]) -> tuple[tuple[Attached, ...], tuple[AttachError, ...]]:
    """Several files: those that can be sent, and why the others cannot."""
    done: list[Attached] = []
    failed: list[AttachError] = []
    for path in paths:
        try:
            done.append(attach(path))
        except AttachError as error:
            failed.append(error)
    return tuple(done), tuple(failed)


def _read(path: Path, name: str) -> bytes:
    try:
        whole = path.expanduser()
        if "\0" in str(whole):
            raise AttachError("A path cannot hold such a character.")
        if whole.is_dir():
            raise AttachError(f"{name} is a folder.", "Choose a file in it.")
        if not whole.exists():
            hint = "" if whole.is_symlink() else f"Is {clean_line(str(whole.parent))} the right folder?"
            raise AttachError(f"There is no file {clean_line(str(path))}.", hint)
        if not whole.is_file():
            raise AttachError(f"{name} is no ordinary file.")
        with whole.open("rb") as file:
            data = file.read(MOST_IMAGE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        raise AttachError(why_unreadable(error, path, name)) from error
    if not data:
        raise AttachError(f"{name} is empty.")
    if len(data) > MOST_IMAGE:
        raise AttachError(f"{name} is larger than {size_in_words(MOST_IMAGE)}.", "Scale it down, or send a part of it.")
    return data


# Texts


def _is_text(data: bytes) -> bool:
    """Whether it may be one: a text has no zero bytes, unless a mark says how it is written."""
    return data.startswith(tuple(mark for mark, _, _ in _MARKS)) or b"\0" not in data


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text, and what is to be said of how it was read."""
    for mark, coding, called in _MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(coding)
            except UnicodeDecodeError as error:
                raise AttachError(f"{name} is marked as {called}, but it is broken.", "Save it as UTF-8.") from error
            if not text:
                raise AttachError(f"{name} is empty.")
            return text, "" if called == "UTF-8" else f"{name} was read as {called}."
    try:
        if _is_text(data):
            return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        # Few bytes are no character of Latin-1, so that anything would pass; what is full of controls is no text.
        if len(_CONTROLS.findall(data)) * 100 <= len(data):
            return data.decode("latin-1"), f"{name} is not UTF-8; it was read as Latin-1, so look at its accents."
    raise _binary(data, name)


def _binary(data: bytes, name: str) -> AttachError:
    foreign = foreign_image(data)
    if foreign:
        return AttachError(f"{name} is an image of a kind that cannot be read here ({foreign}).", "Save it as PNG.")
    for start, called in _KNOWN.items():
        if data.startswith(start):
            return AttachError(f"{name} is {called}, and no text.", "Save what it says as text, and send that.")
    return AttachError(f"{name} is neither a text nor an image.", "Images may be PNG, JPEG, GIF, WebP, BMP or TIFF.")


def _text_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ""
    # By its name a script may be taken for a film, or for something a vendor has made up.
    return guessed if guessed.startswith("text/") and not guessed.startswith("text/vnd.") else "text/plain"


# In words


def size_in_tokens(attachment: Attachment) -> int:
    """How many tokens a text takes, estimated; 0 for an image, of which each model makes a number of its own."""
    return -(-attachment.size // _BYTES_A_TOKEN) if attachment.kind == "text" else 0


def words(attachments: Sequence[Attachment]) -> str:
    """`2 images · 1 file`; empty for none."""
    images = sum(one.kind == "image" for one in attachments)
    files = len(attachments) - images
    parts = [f"{images} image{'s' * (images > 1)}" * (images > 0), f"{files} file{'s' * (files > 1)}" * (files > 0)]
    return " · ".join(part for part in parts if part)


def line_of(attachment: Attachment) -> str:
    """`photo.png  640×480  32 kB`, `notes.md  ~1,200 tokens  5 kB`."""
    measure = (
        f"{attachment.width}×{attachment.height}"
        if attachment.kind == "image"
        else f"~{size_in_tokens(attachment):,} tokens"
    )
    return f"{clean_line(attachment.name)}  {measure}  {size_in_words(attachment.size)}"


# Whether the model sees


def sees(model: ModelSummary | None, capability: Capability | None) -> bool | None:
    """Whether a model reads images; None when nobody says.

    Args:
        model: as the server lists it; None when it does not.
        capability: what is known of `vision` on this server.
    """
    if model is not None and ("vision" in model.capabilities or model.type == "vlm"):
        return True
    if capability is not None and capability.available is False:
        return False
    if model is None:
        return None
    if not model.can_chat:
        return False
    native = NATIVE_V0 in model.sources or (NATIVE_V1 in model.sources and bool(model.capabilities))
    if native and model.type == "llm":
        return False
    # Elsewhere than on LM Studio it is said of the server, which has one model.
    lm_studio = NATIVE_V0 in model.sources or NATIVE_V1 in model.sources
    return True if not lm_studio and capability is not None and capability.available else None


def refusal(attachment: Attachment, model: ModelSummary | None, capability: Capability | None) -> str:
    """Why this cannot be sent to that model, where that is known; else empty."""
    if attachment.kind == "text" or sees(model, capability) is not False:
        return ""
    name = clean_line(model.id) if model is not None else "This server"
    return f"{name} does not read images, so {clean_line(attachment.name)} cannot be sent. Choose a model that does."


def caution(attachment: Attachment, model: ModelSummary | None, capability: Capability | None) -> str:
    """What is to be said before it is sent, where nobody knows whether the model reads it; else empty."""
    if attachment.kind == "text" or sees(model, capability) is not None:
        return ""
    name = clean_line(model.id) if model is not None else "The model"
    return f"{name} does not say that it reads images; it may refuse {clean_line(attachment.name)} or pass over it."
