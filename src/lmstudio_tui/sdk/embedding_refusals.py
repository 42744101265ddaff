"""What a server means that will not embed: a batch that is too large for it, one of the texts, or all of it."""

from __future__ import annotations

import re
from enum import Enum, auto

from lmstudio_tui.sdk import errors

_CHOOSE = "Choose a model that embeds: one of the type embedding."
_START = f"Start the server with an embedding model (llama.cpp: with --embeddings). {_CHOOSE}"
_CUT = (
    "Cut it into shorter pieces, or load the model with a larger context (llama.cpp: with a larger --ubatch-size, too)."
)

_NO_EMBEDDER = re.compile(
    r"not (?:an? )?(?:text )?embeddings?(?![\w-])"
    r"|not support (?:the )?(?:\w+ )?embed|n't support (?:the )?(?:\w+ )?embed"
    r"|(?<![\w-])embeddings? (?:api |endpoint )?(?:is |are )?(?:not|disabled)|(?:cannot|can't|unable to) (?:\w+ )*embed"
    r"|embedding[^.]* not supported|not capable of embed|no embedding models?"
)
_PARAMETER = re.compile(
    r"\bdimensions?\b|matryoshka|encoding_format|unrecogni[sz]ed|unknown (?:parameter|field|key)|extra inputs"
    r"|field (?:is )?required|is required|missing|pooling|not (?:oai )?compatible"
)
_ONE_TOO_LONG = re.compile(r"too large to process|physical batch|kv size")
_BATCH = re.compile(
    r"batch[- ]?size|(?:max\w*|exceed\w*|larger than|too large)[^.]* batch|batch (?:\w+ )*too (?:large|big)"
    r"|too many (?:inputs?|texts?|items?|strings?|documents?|sentences?|elements?)\b|array too long|array_above_max"
    r"|at most [0-9,]+ (?:inputs?|texts?|items?|elements?|strings?|documents?)\b"
    r"|max\w* (?:allowed )?(?:number of )?(?:inputs|texts|items|documents|batch)\b"
    r"|tokens? per request|(?:entity|payload|body|content|request) (?:is )?too large"
)
_TOO_LONG = re.compile(
    r"too (?:long|large|big|many tokens)|length exceeds|exceed\w* (?:the )?(?:max|context|model|limit|available)"
    r"|(?:less|fewer|more) than [0-9,]+ tokens|max\w* (?:context|sequence|input|token|model)"
    r"|more tokens than|longer than"
)
_EMPTY = re.compile(r"\bempty\b|\bblank\b|n_tokens ?=+ ?0|at least (?:1|one) (?:char|token|item)|too short")
_STRING = re.compile(r"\b(?:valid|be a|a single|not a|expected a?) ?(?:string|str)\b")
_LIST = re.compile(r"\b(?:array|list)s? of\b|string or")


class Cause(Enum):
    """What is refused."""

    ALL = auto()
    """Whatever would be sent: the model, a parameter, the key."""
    BATCH = auto()
    """So much at once."""
    TEXT = auto()
    """One of the texts."""
    UNSAID = auto()
    """The server does not say in words that are known."""


def cause_of(error: errors.StatusError) -> Cause:
    """What a refusal is about."""
    if not _may_be_a_text(error):
        return Cause.ALL
    words = error.message.lower()
    if isinstance(error, errors.ContextOverflowError) or _ONE_TOO_LONG.search(words):
        return Cause.TEXT
    if _BATCH.search(words):
        return Cause.BATCH
    if _TOO_LONG.search(words) or _EMPTY.search(words):
        return Cause.TEXT
    if error.status == 413:
        return Cause.BATCH
    return Cause.ALL if _PARAMETER.search(words) else Cause.UNSAID


def _may_be_a_text(error: errors.StatusError) -> bool:
    """Whether it is of a kind that the texts can bring about."""
    if isinstance(error, errors.ServerFailureError):
        return error.status == 500
    return type(error) in {errors.BadRequestError, errors.ContextOverflowError, errors.StatusError}


def is_too_long(error: errors.StatusError) -> bool:
    """Whether a text that was refused is too long."""
    words = error.message.lower()
    if isinstance(error, errors.ContextOverflowError) or error.status == 413 or _ONE_TOO_LONG.search(words):
        return True
    return _EMPTY.search(words) is None and (_TOO_LONG.search(words) or _BATCH.search(words)) is not None


def wants_a_string(error: errors.StatusError) -> bool:
    """Whether the server takes no list of texts, but one text only."""
    words = error.message.lower()
    return type(error) is errors.BadRequestError and bool(_STRING.search(words)) and not _LIST.search(words)


def naming(error: errors.StatusError, index: int, shown: str) -> errors.StatusError:
    """The error, with the text that was refused.

    Args:
        index: where the text is in the request's input.
        shown: how it begins.
    """
    message = f'Text {index + 1:,} ("{shown}") was refused: {error.message}'
    context = {**error.context, "index": index}
    return _kind_of(error)(message, status=error.status, hint=_next_step(error), context=context)


def alone(error: errors.StatusError) -> errors.StatusError:
    """The error of the only text there is."""
    if cause_of(error) in {Cause.TEXT, Cause.BATCH}:
        return _kind_of(error)(error.message, status=error.status, hint=_next_step(error), context=error.context)
    return error


def _kind_of(error: errors.StatusError) -> type[errors.StatusError]:
    """What the refusal of one text is, whatever status the server gives it."""
    return errors.ContextOverflowError if is_too_long(error) else type(error)


def _next_step(error: errors.StatusError) -> str:
    if is_too_long(error):
        return _CUT
    if _EMPTY.search(error.message.lower()):
        return "Leave out what is empty."
    return "Leave this text out, or look at the server's log for more."


def in_our_words(error: errors.LMStudioError, *, dimensions: bool) -> errors.LMStudioError:
    """The error with the next step, where it is the model that does not embed, or a parameter.

    Args:
        dimensions: whether a number of dimensions was asked for.
    """
    words = error.message.lower()
    if isinstance(error, errors.FeatureUnavailableError):
        if _NO_EMBEDDER.search(words):
            error.hint = _START
        return error
    if not isinstance(error, errors.StatusError) or isinstance(error, errors.AuthenticationError):
        return error
    if _NO_EMBEDDER.search(words):
        # LM Studio says that it could not load the model, for want of an embedding one.
        return errors.BadRequestError(error.message, status=error.status, hint=_CHOOSE, context=error.context)
    if dimensions and cause_of(error) is Cause.ALL and ("dimension" in words or "matryoshka" in words):
        error.hint = "Leave `dimensions` out, or ask for a number that the model can be cut to."
    return error
