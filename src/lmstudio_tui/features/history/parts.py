"""Content as the OpenAI API has it: a text, or parts of which some are images and files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lmstudio_tui.features.history.json_format import bytes_of
from lmstudio_tui.features.history.values import LONGEST_TEXT, UnreadableError
from lmstudio_tui.sdk.wire import as_object, as_text, is_list, is_object, whole_text
from lmstudio_tui.store.library.records import Attachment, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATA_URL = re.compile(r"data:(image/[a-z+.-]{1,40});base64,")


@dataclass(slots=True)
class Parts:
    """Reads the contents of one conversation.

    Attributes:
        blobs: the bytes of the images, by their SHA-256.
        missing: how many images and files are named and not there.
    """

    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    missing: int = 0

    def read(self, content: object, where: str) -> tuple[str, tuple[Attachment, ...]]:
        """The text and the images of a content.

        Raises:
            UnreadableError
        """
        texts: list[str] = []
        images: list[Attachment] = []
        for part in self._each(content, where):
            if isinstance(part, str):
                texts.append(part)
            elif as_text(part.get("text")):
                texts.append(as_text(part["text"]))
            else:
                images.extend(self._image(part, where))
        text = "".join(texts)
        if len(text) > LONGEST_TEXT:
            raise UnreadableError(f"The text is longer than {LONGEST_TEXT:,} characters.", where=where)
        return whole_text(text), tuple(images)

    def image(self, url: str, where: str, name: str = "") -> Iterator[Attachment]:
        """The image of a data URL; of any other address nothing, which is counted.

        Raises:
            UnreadableError: when the data URL is broken.
        """
        found = _DATA_URL.match(url[:100])
        if found is None:
            self.missing += 1
            return
        data = bytes_of(url[found.end() :], where)
        sha256 = hashlib.sha256(data).hexdigest()
        self.blobs[sha256] = data
        kind = found[1]
        name = name or f"image.{kind.removeprefix('image/').partition('+')[0]}"
        yield Attachment(id=new_id(), kind="image", name=name, media_type=kind, size=len(data), sha256=sha256)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be taken over, in words."""
        return missing_in_words(self.missing)

    def _each(self, content: object, where: str) -> Iterator[str | dict[str, Any]]:
        if content is None:
            return
        if isinstance(content, str):
            yield content
            return
        if not is_list(content):
            raise UnreadableError("The content is neither a text nor a list of parts.", where=where)
        yield from (part for part in content if isinstance(part, str) or is_object(part))

    def _image(self, part: dict[str, Any], where: str) -> Iterator[Attachment]:
        address = part.get("image_url") or as_object(part.get("source")).get("data")
        url = as_text(as_object(address).get("url")) or as_text(address)
        if url:
            yield from self.image(url, where)
        elif part.get("asset_pointer") or part.get("type") not in {None, "text", "input_text", "output_text"}:
            self.missing += 1


def missing_in_words(count: int) -> tuple[str, ...]:
    """A note that so many attachments could not be taken over; none for none."""
    if not count:
        return ()
    return (
        "1 attachment is named and not in the file." if count == 1 else f"{count} attachments are not in the file.",
    )
