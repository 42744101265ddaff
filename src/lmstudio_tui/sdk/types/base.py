"""The two kinds of model: what is sent is checked strictly, what arrives is read with tolerance."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Annotated, Any, Self, TypeVar, cast

import pydantic
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from lmstudio_tui.sdk.errors import ProtocolError, ValidationError
from lmstudio_tui.sdk.wire import as_object, is_object, whole_text


def _sendable(value: dict[str, Any]) -> dict[str, Any]:
    """What goes into a request as it is must have a JSON form."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"cannot be sent as JSON ({reason})") from None
    return value


def _whole_if_text(value: object) -> object:
    """Half of a surrogate pair (from a file name or a pipe) has no UTF-8."""
    return whole_text(value) if isinstance(value, str) else value


JSONObject = Annotated[dict[str, Any], AfterValidator(_sendable)]
"""A JSON object that is sent as it is."""

Text = Annotated[str, BeforeValidator(_whole_if_text)]
"""A text to send."""


class RequestModel(BaseModel):
    """Something to send. Building one with a wrong value raises `ValidationError`, which names the field."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except pydantic.ValidationError as error:
            failure = _in_words(type(self), error)
        else:
            return
        raise failure

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """The same checks, with the same error, for a dictionary."""
        if isinstance(obj, cls):
            return obj
        if not is_object(obj) or not all(isinstance(name, str) for name in list[object](obj)):
            raise ValidationError(f"{cls.__name__} takes an object, not {type(obj).__name__}.", field="")
        return cls(**obj)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_: Any) -> Self:
        """The same checks, with the same error, for JSON text."""
        try:
            values = json.loads(json_data)
        except (ValueError, RecursionError):
            values = None
        if values is None:
            raise ValidationError(f"{cls.__name__} takes a JSON object, and this is no JSON.", field="")
        return cls.model_validate(values)


def _in_words(model: type[BaseModel], error: pydantic.ValidationError) -> ValidationError:
    """The first of pydantic's errors as the SDK's own."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in first["loc"] if not (isinstance(part, str) and _is_union_tag(part))]
    text = first["msg"].removeprefix("Value error, ")
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, ValidationError):
        path += inner.field.split(".")
        text = inner.message.split(": ", 1)[-1].rstrip(".")
    field = ".".join(part for part in path if part)
    if first["type"] == "extra_forbidden":
        near = get_close_matches(path[-1], list(model.model_fields), n=1)
        text = "no such parameter" + (f"; did you mean {near[0]!r}" if near else "; put it into `extra`")
    return ValidationError(f"{field or model.__name__}: {text[:1].lower()}{text[1:]}.", field=field)


def _is_union_tag(part: str) -> bool:
    """What pydantic puts into the path of an error for the members of a union; no field of ours has such a name."""
    return part in {"str", "int", "float", "bool"} or re.search(r"[\[(-]", part) is not None


class WireModel(BaseModel):
    """Something that arrived. Unknown keys are kept; a null, missing or unusable member gets its default.

    Servers send nulls, numbers for strings and enum values of tomorrow (server contract, 2.4); none of that may
    cost the caller the rest of an answer.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerate(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: pydantic.ValidationInfo) -> Any:
        try:
            return handler(value)
        except (pydantic.ValidationError, OverflowError, RecursionError):
            field = cls.model_fields[info.field_name or ""]
            if field.is_required():
                raise
            return field.get_default(call_default_factory=True, validated_data={})

    @classmethod
    def read(cls, value: object) -> Self:
        """Read whatever came; what is no object counts as an empty one.

        Raises:
            ProtocolError: when a member is missing or unusable that nothing can stand in for, such as a model's id.
        """
        try:
            return cls.model_validate(as_object(value))
        except pydantic.ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise ProtocolError(f"The answer lacks a usable {place or cls.__name__}.")


def _each_that_fits(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Validate the members one by one and pass over those that do not fit."""
    if not isinstance(value, list | tuple):
        return handler(value)
    kept: list[Any] = []
    for item in cast("list[Any] | tuple[Any, ...]", value):
        try:
            kept += handler([item])
        except (pydantic.ValidationError, OverflowError, RecursionError):
            continue
    return handler(kept)


T = TypeVar("T")
Lenient = Annotated[tuple[T, ...], WrapValidator(_each_that_fits)]
"""`Lenient[T]`: a tuple of T read with tolerance; members that do not fit are passed over."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A number of things, or of tokens: what is negative or absurd is no count."""
