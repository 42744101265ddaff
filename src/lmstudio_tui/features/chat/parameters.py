"""What a conversation asks for besides its messages: the system prompt and every parameter of the API."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from lmstudio_tui.features.chat.parameter_fields import (
    BY_NAME,
    FIELDS,
    Field,
    accepted,
    as_typed,
    field_named,
    parse,
    parse_extra,
)
from lmstudio_tui.sdk.wire import as_object
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BY_NAME", "FIELDS", "Field", "Parameters", "accepted", "as_typed", "field_named", "parse", "parse_extra"]

_SHORT: Final = {"temperature": "temp", "max_tokens": "max", "reasoning_effort": "reasoning", "draft_model": "draft"}
_OUR_OWN: Final = ("schema", "extra")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was chosen for a conversation. Only that is sent; for everything else the server's own default holds.

    Args:
        system: the system prompt; empty for none.
        values: what was changed, by the names of `FIELDS`. `schema` is a JSON schema for the answer, `extra` has
            parameters of this server by their own names.
    """

    system: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def value(self, name: str) -> Any:
        """What a parameter (or `system`) was set to; None when it was not."""
        return (self.system or None) if name == "system" else self.values.get(name)

    def with_value(self, name: str, value: Any) -> Parameters:
        """The same with a parameter (or `system`) set; None, or what is empty, unsets it.

        Raises:
            ValueError: when there is no such parameter, or when it cannot be that; the text says why.
        """
        chosen = field_named(name)
        value = None if value is None or _is_empty(value) else accepted(chosen, value)
        if not _can_be_sent(value):
            raise ValueError(f"{chosen.label} cannot be that: it holds what no JSON can, such as an infinite number.")
        if chosen.name == "system":
            return replace(self, system=value or "")
        rest = {each: kept for each, kept in self.values.items() if each != chosen.name}
        return replace(self, values=rest if value is None else {**rest, chosen.name: value})

    def with_extra(self, name: str, value: Any) -> Parameters:
        """The same with a parameter set that only this server knows; None unsets it.

        Raises:
            ValueError: when a name like that cannot be set.
        """
        rest = {each: kept for each, kept in self.extra.items() if each != name}
        return self.with_value("extra", rest if value is None else {**rest, name: value})

    def with_all(self, other: Parameters) -> Parameters:
        """The same with everything set that another one sets, such as a preset."""
        return Parameters(other.system or self.system, {**self.values, **other.values})

    @property
    def extra(self) -> Mapping[str, Any]:
        """Parameters of this server, by its own names."""
        return self.values.get("extra", {})

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer has to follow; None when it may be anything."""
        return self.values.get("schema")

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of everything that is set, in the order of `FIELDS`."""
        return tuple(each.name for each in FIELDS if self.value(each.name) is not None)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, for `from_json`."""
        return {name: self.value(name) for name in self.changed}

    @classmethod
    def from_json(cls, value: object) -> Parameters:
        """Read what `to_json` has written, or a `record`. What is of no use is passed over, whoever wrote it."""
        parameters, values = cls(), as_object(value)
        values = {"schema": as_object(values.get("response_format")).get("json_schema"), **values}
        for each in FIELDS:
            try:
                parameters = parameters.with_value(each.name, values.get(each.name))
            except ValueError:
                continue
        return parameters

    def request_fields(self) -> dict[str, Any]:
        """As arguments for `ChatCompletionRequest`; the system prompt is a message, and not among them."""
        fields = {name: value for name, value in self.values.items() if name not in _OUR_OWN}
        if self.schema is not None:
            fields["response_format"] = _response_format(self.schema)
        return {**fields, "extra": dict(self.extra)} if self.extra else fields

    @property
    def record(self) -> dict[str, Any]:
        """What is sent besides the messages, as the API names it, and the system prompt as `system`."""
        fields = self.request_fields()
        extra = fields.pop("extra", {})
        return {**({"system": self.system} if self.system else {}), **fields, **extra}

    @property
    def words(self) -> str:
        """What was changed, in a few words: `temp 0.7 · top_p 0.9 · schema`; empty when nothing was."""
        return clean_line(" · ".join(_words(name, self.value(name)) for name in self.changed))


def _words(name: str, value: Any) -> str:
    match name:
        case "system" | "schema":
            return name
        case "stop":
            return "stop" if len(value) == 1 else f"stop ×{len(value)}"
        case "extra":
            return " · ".join(value)
        case _:
            return (
                f"{_SHORT.get(name, name)} {value:g}"
                if isinstance(value, float)
                else f"{_SHORT.get(name, name)} {value}"
            )


def _response_format(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as the API wants it; its name may have letters, digits, `_` and `-`."""
    title = schema.get("title")
    name = _NOT_IN_A_NAME.sub("_", title).strip("_")[:64] if isinstance(title, str) else ""
    return {"type": "json_schema", "json_schema": {"name": name or "answer", "strict": True, "schema": schema}}


def _is_empty(value: object) -> bool:
    return not value.strip() if isinstance(value, str) else value in ([], (), {})


def _can_be_sent(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return False
    return True
