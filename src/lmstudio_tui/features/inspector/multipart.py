"""Forms as they go over the wire."""

from __future__ import annotations

import re
from email.message import Message
from typing import NamedTuple


class Field(NamedTuple):
    """One field of a form. `filename` is None unless it is a file; `text` is the value of one that is none."""

    name: str
    filename: str | None
    text: str
    size: int


def boundary_of(content_type: str) -> str | None:
    """What stands between the fields of a form, by its content type; None when it is no form."""
    said = Message()
    said["content-type"] = content_type.replace("\r", "").replace("\n", "")
    return said.get_boundary() if said.get_content_type() == "multipart/form-data" else None


def fields_of(body: bytes, boundary: str, left_out: int = 0) -> list[Field]:
    """The fields of a multipart form; none when it is no such form.

    Args:
        left_out: bytes that are missing at the end: of the last field, which is the file.
    """
    mark = b"--" + boundary.encode("latin-1", "replace")
    found: list[Field] = []
    for part in body.split(mark)[1:]:
        if part.startswith(b"--"):
            break
        head, separator, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace")
        name = re.search(r'(?i)content-disposition:[^\r\n]*?[; ]name="([^"]*)"', lines)
        if not separator or name is None:
            continue
        file = re.search(r'(?i)filename="([^"]*)"', lines)
        text = "" if file else content.decode("utf-8", "replace")
        found.append(Field(name[1], file[1] if file else None, text, len(content)))
    if found and left_out > 0:
        # What ends the form is missing, too: an empty line, and the mark between two more hyphens.
        end = len(mark) + len(b"\r\n--\r\n")
        found[-1] = found[-1]._replace(size=found[-1].size + max(0, left_out - end))
    return found
