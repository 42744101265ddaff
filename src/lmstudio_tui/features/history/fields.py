"""Members of a JSON document, each with its place in it, so that an error can say where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.features.history.times import seconds_of
from lmstudio_tui.features.history.values import LONGEST_TEXT, UnreadableError
from lmstudio_tui.sdk.wire import is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS: Final[dict[type[object], str]] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and where it stands.

    Args:
        values: its members.
        where: its place, such as `messages[3]`; empty for the whole document.
    """

    values: dict[str, Any]
    where: str = ""

    @classmethod
    def of(cls, value: object, where: str) -> Fields:
        """A value that has to be an object.

        Raises:
            UnreadableError
        """
        if not is_object(value):
            raise UnreadableError(f"There should be an object, and there is {kind_of(value)}.", where=where)
        return cls(value, where)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def place(self, name: str) -> str:
        """Where a member stands."""
        return f"{self.where}.{name}" if self.where else name

    def text(self, name: str, default: str = "") -> str:
        """A member that is a text, if it is there.

        Raises:
            UnreadableError: when it is something else, or absurdly long.
        """
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        if len(value) > LONGEST_TEXT:
            raise UnreadableError(f"The text is longer than {LONGEST_TEXT:,} characters.", where=self.place(name))
        return whole_text(value)

    def word(self, name: str) -> str:
        """A member when it is a text, otherwise nothing: for what other programs may write in any way they like."""
        value = self.values.get(name)
        return whole_text(value) if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""

    def maybe_text(self, name: str) -> str | None:
        """As `text`, and None where there is none."""
        return self.text(name) if name in self else None

    def flag(self, name: str) -> bool:
        """A member that is true or false; false if it is not there.

        Raises:
            UnreadableError
        """
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._wrong(name, "true or false")

    def count(self, name: str) -> int:
        """A member that is a whole number of things; 0 if it is not there.

        Raises:
            UnreadableError
        """
        value = self.values.get(name)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            raise self._wrong(name, "a number of things")
        return value

    def time(self, name: str, default: float = 0.0) -> float:
        """A member that is a point in time, as seconds since 1970.

        Raises:
            UnreadableError
        """
        value = self.values.get(name)
        seconds = seconds_of(value)
        if value is not None and seconds is None:
            raise self._wrong(name, "a time, such as 2026-11-20T09:41:00Z")
        return default if seconds is None else seconds

    def object(self, name: str) -> Fields:
        """A member that is an object; an empty one if it is not there.

        Raises:
            UnreadableError
        """
        value = self.values.get(name)
        return Fields({}, self.place(name)) if value is None else Fields.of(value, self.place(name))

    def objects(self, name: str, most: int = 10_000) -> Iterator[Fields]:
        """The members of a member that is a list of objects; none if it is not there.

        Raises:
            UnreadableError: also when there are more than `most`.
        """
        value = self.values.get(name)
        if value is None:
            return
        if not is_list(value):
            raise self._wrong(name, "a list")
        if len(value) > most:
            raise UnreadableError(f"It has {len(value):,} members; {most:,} is the most.", where=self.place(name))
        for at, item in enumerate(value):
            yield Fields.of(item, f"{self.place(name)}[{at}]")

    def _wrong(self, name: str, wanted: str) -> UnreadableError:
        found = kind_of(self.values[name])
        other = "another one" if found == wanted else found
        return UnreadableError(f"There should be {wanted}, and there is {other}.", where=self.place(name))


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return "nothing" if value is None else _KINDS.get(type(value), "something else")
