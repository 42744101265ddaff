"""What is typed for a parameter as its value, and back."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from lmstudio_tui.features.chat.parameter_fields import as_typed, parse
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from lmstudio_tui.features.chat.parameter_fields import Field

_MOST: Final = 1_000_000
"""Bytes of a file with a schema."""

_REASONS: Final = {errno.ENOENT: "there is no such file", errno.EISDIR: "it is a folder"}


def read(field: Field, typed: str) -> Any:
    """The value of what was typed; None when nothing was. A schema may be given as the path of a file.

    Raises:
        ValueError: when it cannot be that; the text is a sentence that says why.
    """
    if field.kind == "schema" and (path := path_of(typed)) is not None:
        return parse(field, _content(path))
    return parse(field, typed)


def shown(field: Field, value: Any) -> str:
    """A value as it is typed."""
    return as_typed(field, value)


def path_of(typed: str) -> Path | None:
    """The path that was typed in place of JSON; None when it is JSON, or is going to be."""
    text = typed.strip().strip("'\"")
    if not text or "\n" in text or text[0] in "{[" or "\0" in text:
        return None
    return Path(text)


def stepped(field: Field, typed: str, step: int, default: object) -> str:
    """What is typed after one press of a key.

    Args:
        field: which parameter.
        typed: what is typed now; what cannot be read counts as nothing.
        step: 1 for more or the next choice, -1 for less or the one before.
        default: of the server, where it is known: a number begins there.
    """
    if field.choices:
        choices = ("", *field.choices)
        now = typed.strip().lower()
        return choices[((choices.index(now) if now in choices else 0) + step) % len(choices)]
    if field.step is None:
        return typed
    try:
        now = parse(field, typed)
    except ValueError:
        now = None
    if now is None:
        begin = default if isinstance(default, int | float) and not isinstance(default, bool) else field.low
        now = max(0.0, begin or 0.0)
    number = round((float(now) + step * field.step) / field.step) * field.step
    number = max(number, field.low) if field.low is not None else number
    number = min(number, field.high) if field.high is not None else number
    return str(int(number)) if field.kind == "int" else f"{number:.4g}"


def schema_in_words(schema: object) -> str:
    """What a schema is about, in a few words: `an object with name, age`."""
    known = cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
    kind = known.get("type")
    properties = known.get("properties")
    if not isinstance(properties, dict):
        return f"type {clean_line(str(kind))}" if isinstance(kind, str) else "any JSON"
    names = [clean_line(str(name)) for name in cast("dict[str, Any]", properties)]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"an object with {', '.join(names[:4])}{more}" if names else "an object"


def _content(path: Path) -> str:
    name = clean_line(str(path))
    try:
        whole = path.expanduser()
        if whole.is_file() and whole.stat().st_size > _MOST:
            raise ValueError(f"{name} is larger than a schema is.")
        return whole.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text in UTF-8.") from None
    except RuntimeError:
        raise ValueError(f"There is no such user: {name}.") from None
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or (error.strerror or "it could not be read").lower()
        raise ValueError(f"{name}: {clean_line(reason)}. A schema is a file, or JSON that begins with {{.") from None
