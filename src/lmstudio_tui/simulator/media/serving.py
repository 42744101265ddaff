"""What the endpoints for speech, hearing and images share: which model answers, how it refuses, what breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Frame, Plain, Script, Signal, Step, Steps, json_answer
from lmstudio_tui.simulator.media.registry import MEDIA_MODELS, MediaKind, media_fault, media_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lmstudio_tui.simulator.answers import Call

_PAGE = b"<!doctype html>\n<html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n"
_WHY = "The simulated model has failed, as it was asked to."


class RefusedError(Exception):
    """The request cannot be answered.

    Attributes:
        status: The status to answer with.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def refused(call: Call, error: RefusedError) -> Plain:
    """The answer to a request that cannot be answered, in the form that the server has for it."""
    if call.world.config.detail_errors:
        return json_answer({"detail": str(error)}, error.status)
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return errors.structured_error(str(error), error.status, kind=kind)


def checked_model(name: str, kind: MediaKind) -> str:
    """The model that answers a request for `name`: the usual one when none is named.

    Raises:
        RefusedError: There is none of that name, or it does something else.
    """
    usual = next(model.key for model in MEDIA_MODELS if model.kind == kind)
    model = media_model(name or usual)
    if model is None:
        message = f"There is no model {name!r} here: ask for {usual!r}."
        raise RefusedError(message, 404)
    if model.kind != kind:
        message = f"The model {name!r} is for {model.kind}, and not for {kind}: ask for {usual!r}."
        raise RefusedError(message)
    return model.key


def fault_of(call: Call, model: str, kind: MediaKind) -> str | None:
    """The fault that is to be shown: that of the model, else that of the whole server."""
    everywhere = call.world.config.media_fault or ""
    return media_fault(model, kind) or media_fault(f"fault-{everywhere}", kind)


def common_fault(call: Call, name: str, *identity: object) -> Answer | None:
    """The answer of a fault that several kinds have, or None when `name` is none of these or is over.

    Args:
        call: The request.
        name: The fault, without its kind.
        identity: What tells this request from others, for a fault that goes away.
    """
    match name:
        case "json-200":
            return errors.structured_error(_WHY, 200, kind="server_error")
        case "html":
            return Plain(_PAGE, 200, "text/html; charset=utf-8")
        case "never":
            return Script(scripted([Signal.HANG]))
        case "detail-string":
            return json_answer({"detail": _WHY}, 400)
        case "detail-object":
            detail = {"error": "simulated_failure", "message": _WHY, "type": "invalid_request_error"}
            return json_answer({"detail": detail}, 400)
        case "detail-list":
            reasons = [
                {"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": None},
                {"type": "value_error", "loc": ["body", "input"], "msg": _WHY, "input": ""},
            ]
            return json_answer({"detail": reasons}, 422)
        case "unavailable-once" if call.world.attempt(call.path, *identity) == 1:
            return json_answer({"detail": "The model is being loaded."}, 503, {"retry-after": "1"})
        case _:
            return None


def scripted(steps: Iterable[Step]) -> Steps:
    """`steps`, as a script wants them."""
    yield from steps


def broken_off(answer: Plain, how: Signal = Signal.RESET) -> Script:
    """The first half of `answer`, and then `how`."""
    return Script(scripted([Frame(answer.body[: len(answer.body) // 2]), how]), answer.media_type)


def junk_page() -> bytes:
    """A web page, for where none belongs."""
    return _PAGE
