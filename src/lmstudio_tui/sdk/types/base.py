"""The two kinds of model: what is sent is checked strictly, what arrives is read with tolerance."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any, Self, TypeVar

import pydantic
from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator
from pydantic_core import PydanticUndefined

from lmstudio_tui.sdk.errors import ValidationError

JSONObject = dict[str, Any]


class RequestModel(BaseModel):
    """Something to send. Building one with a wrong value raises `ValidationError`, which names the field."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except pydantic.ValidationError as error:
            raise _in_words(type(self), error) from None

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """The same checks, with the same error, for a dictionary."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, dict):
            raise ValidationError(f"{cls.__name__} takes an object, not {type(obj).__name__}.", field="")
        return cls(**obj)


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
    return part in {"str", "int", "float", "bool"} or not part.isidentifier()


class WireModel(BaseModel):
    """Something that arrived. Unknown keys are kept; a null, missing or unusable member gets its default.

    Servers send nulls, numbers for strings and enum values of tomorrow (server contract, 2.4); none of that may
    cost the caller the rest of an answer.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerate(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: pydantic.ValidationInfo) -> Any:
        try:
            return handler(value)
        except pydantic.ValidationError:
            field = cls.model_fields[info.field_name or ""]
            default = field.get_default(call_default_factory=True, validated_data={})
            if default is PydanticUndefined:
                raise
            return default

    @classmethod
    def read(cls, value: object) -> Self:
        """Read whatever came; what is no object counts as an empty one."""
        return cls.model_validate(value if isinstance(value, dict) else {})


def _each_that_fits(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Validate the members one by one and pass over those that do not fit."""
    if not isinstance(value, list | tuple):
        return handler(value)
    kept: list[Any] = []
    for item in value:
        try:
            kept += handler([item])
        except pydantic.ValidationError:
            continue
    return handler(kept)


T = TypeVar("T")
Lenient = Annotated[tuple[T, ...], WrapValidator(_each_that_fits)]
"""`Lenient[T]`: a tuple of T read with tolerance; members that do not fit are passed over."""

NonNegative = Annotated[int, Field(ge=0)]
