"""Reading ``multipart/form-data`` (RFC 7578) without having the files in memory."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.uploads import Part

if TYPE_CHECKING:
    from lmstudio_tui.simulator.uploads import Upload

_BLOCK = 1024 * 1024
_LONGEST_HEAD = 16 * 1024
_LONGEST_FIELD = 1024 * 1024


class FormError(Exception):
    """The form cannot be read: a sentence that says why."""


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form: where its bytes lie in the upload, and what its sender calls it."""

    upload: Upload
    start: int
    end: int
    filename: str
    media_type: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    def open(self) -> io.BufferedReader:
        """The file, for reading."""
        return io.BufferedReader(Part(self.upload, self.start, self.end))


@dataclass(frozen=True, slots=True)
class Form:
    """A form: fields by name, in the order in which they came, and files."""

    fields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    files: dict[str, FormFile] = field(default_factory=dict[str, FormFile])

    def value(self, name: str) -> str:
        """The last value of a field, or "" when there is none."""
        return self.fields.get(name, [""])[-1]


def read_form(upload: Upload, content_type: str) -> Form:
    """The form that a request holds.

    Raises:
        FormError: It is none, or ends in its middle.
    """
    head = Message()
    head["content-type"] = content_type
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        message = f"The request is of type {head.get_content_type()!r}: send multipart/form-data with a boundary."
        raise FormError(message)
    form = Form()
    line = b"--" + boundary.encode("utf-8", "replace")
    places = _boundaries(upload, line)
    for start, end in itertools.pairwise(places):
        _add_part(form, upload, start + len(line), end - 2)
    if not places or upload.read(places[-1] + len(line), 2) != b"--":
        message = "The form ends in its middle."
        raise FormError(message)
    return form


def _boundaries(upload: Upload, line: bytes) -> list[int]:
    """Where the lines between the parts begin."""
    places: list[int] = []
    mark, start = b"\r\n" + line, 0
    if upload.head(len(line)) == line:
        places.append(0)
    while start < upload.size:
        # So much more that a mark at the edge is found whole.
        block = upload.read(start, _BLOCK + len(mark) - 1)
        found = block.find(mark)
        while found >= 0:
            places.append(start + found + 2)
            found = block.find(mark, found + 1)
        start += _BLOCK
    return places


def _add_part(form: Form, upload: Upload, start: int, end: int) -> None:
    """Read the part between `start` and `end` into `form`."""
    block = upload.read(start, _LONGEST_HEAD)
    length = block.find(b"\r\n\r\n")
    if length < 0:
        message = "A part of the form has no end of its headers."
        raise FormError(message)
    head = Message()
    for line in block[:length].decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip():
            head[name.strip()] = value.strip()
    name = head.get_param("name", header="content-disposition")
    filename = head.get_filename()
    start += length + 4
    if not isinstance(name, str):
        return
    if filename is None:
        text = upload.read(start, min(end - start, _LONGEST_FIELD)).decode("utf-8", "replace")
        form.fields.setdefault(name, []).append(text)
    else:
        form.files[name] = FormFile(upload, start, end, filename, head.get_content_type())
