"""Which error what a server says stands for (server contract, 2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.classify import error_for, shortened
from lmstudio_tui.sdk.redaction import Redactor


def said(status: int, body: Any, *, raw: str = "", method: str = "POST", path: str = "/v1/chat/completions") -> Any:
    context = {"endpoint": path, "method": method}
    return error_for(status, body, raw, redact=Redactor(), context=context, feature="chat")


NO_MODEL = {
    "message": "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
    "type": "invalid_request_error",
    "param": "model",
    "code": None,
}
TABLE: list[tuple[int, Any, type[errors.LMStudioError]]] = [
    # The rows of the contract.
    (200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}, errors.FeatureUnavailableError),
    (404, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}, errors.FeatureUnavailableError),
    (400, {"error": "'messages' field is required"}, errors.BadRequestError),
    (400, {"error": NO_MODEL}, errors.ModelNotLoadedError),
    (404, {"error": {"message": 'Invalid model identifier "x".', "code": "model_not_found"}},
     errors.ModelNotFoundError),
    (400, {"error": {"message": 'Failed to load model "x". Error: Model loading was stopped due to insufficient system '
                     "resources."}}, errors.ModelLoadError),
    (400, {"error": "The model has crashed without additional information. (Exit code: 11)"}, errors.ModelCrashedError),
    (400, {"error": "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded "
           "with context length of only 4096 tokens"}, errors.ContextOverflowError),
    (400, {"error": "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: "
           "13055>= n_ctx: 4096)"}, errors.ContextOverflowError),
    (200, {"error": {"message": "Input does not fit in context length. The input has 31430 tokens, but the context "
                     "length only supports 30000 tokens."}, "message": "…"}, errors.ContextOverflowError),
    (401, {"error": {"message": "An LM Studio API token is required …", "code": "invalid_api_key"}},
     errors.AuthenticationError),
    (401, {"error": {"type": "invalid_request", "code": "invalid_api_key", "message": "Malformed …"}},
     errors.AuthenticationError),
    (400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}, errors.BadRequestError),
    (400, {"error": {"message": "Unrecognized key(s) in object: 'context_length'", "code": "unrecognized_keys"}},
     errors.BadRequestError),
    # Other servers.
    (400, {"error": {"code": 400, "message": "request (9010 tokens) exceeds the available context size (4096 tokens), "
                     "try increasing it", "type": "exceed_context_size_error"}}, errors.ContextOverflowError),
    (400, {"object": "error", "message": "This model's maximum context length is 4096 tokens. However, you requested "
           "5000", "type": "BadRequestError", "code": 400}, errors.ContextOverflowError),
    (404, {"error": {"message": "The model `x` does not exist.", "type": "NotFoundError"}}, errors.ModelNotFoundError),
    (404, {"error": {"message": 'model "x" not found, try pulling it first'}}, errors.ModelNotFoundError),
    (404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}},
     errors.FeatureUnavailableError),
    (404, {"detail": "Not Found"}, errors.FeatureUnavailableError),
    (404, None, errors.FeatureUnavailableError),
    (405, {"detail": "Method Not Allowed"}, errors.FeatureUnavailableError),
    (501, {"error": "streaming is not implemented"}, errors.ServerFailureError),
    (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, errors.ServerFailureError),
    (200, {"error": {"code": 500, "message": "something broke"}}, errors.ServerFailureError),
    (200, {"error": {"code": 429, "message": "slow down"}}, errors.RateLimitError),
    (200, {"error": "something"}, errors.StatusError),
    (403, None, errors.AuthenticationError),
    (429, None, errors.RateLimitError),
    (500, None, errors.ServerFailureError),
    (400, {"detail": "voice not found"}, errors.BadRequestError),
    (422, {"detail": [{"loc": ["body", "voice"], "msg": "field required", "type": "missing"}]}, errors.BadRequestError),
    (400, {"detail": {"error": "validation_error", "message": "no such voice", "type": "invalid_request"}},
     errors.BadRequestError),
    (400, {"error": {"message": "Model unloaded."}}, errors.ModelNotLoadedError),
    (302, None, errors.StatusError),
    (101, None, errors.StatusError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), TABLE)
def test_the_error_of_each_case(status: int, body: Any, kind: type[errors.LMStudioError]) -> None:
    error = said(status, body, raw=json.dumps(body))
    assert type(error) is kind
    assert error.context["status"] == status
    assert error.hint


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "inner"}}, "inner"),
        ({"error": {"error": {"deep": 1}}, "message": "outer"}, "outer"),
        ({"error": [{"msg": "in a list"}]}, "in a list"),
        ({"error": ["plain"]}, "plain"),
        ({"error": 5}, "5"),
        ({"detail": [{"loc": ["body", "voice", 0], "msg": "required"}]}, "voice.0: required"),
        ({"detail": [{"loc": 5, "msg": "odd"}]}, "odd"),
        ({"message": "bare"}, "bare"),
        ({"other": 1}, "The server answered 400: raw text"),
    ],
)
def test_the_words_of_each_shape(body: Any, words: str) -> None:
    assert said(400, body, raw="raw text").message == words


def test_a_404_on_reading_is_about_the_path_even_when_it_is_named_models() -> None:
    body = {"error": {"message": "Unknown request URL: GET /api/v1/models."}}
    assert isinstance(said(404, body, method="GET", path="/api/v1/models"), errors.FeatureUnavailableError)
    assert isinstance(said(404, body, path="/api/v1/models"), errors.FeatureUnavailableError)


def test_an_error_page_is_shown_as_words() -> None:
    page = "<html><head><title>x</title></head><body><h1>502 Bad\nGateway</h1><script>x()</script></body></html>"
    assert said(502, None, raw=page).message == "The server answered 502: 502 Bad Gateway"
    assert said(502, None).message == "The server answered 502 and said nothing more."


def test_a_long_message_is_one_short_line() -> None:
    error = said(400, {"error": "too long\n\x1b[31m" * 100_000})
    assert len(error.message) <= 500
    assert error.message.isprintable()
    assert shortened("a" * 10, 4) == "aaa…"


def test_a_redirect_says_what_to_set() -> None:
    assert "base_url" in said(307, None).hint


def test_errors_know_where_they_are_from() -> None:
    error = errors.RequestTimeoutError("Too slow.", phase="read", context={"attempt": 2})
    assert error.with_context(attempt=5, status=None).context == {"attempt": 2, "phase": "read", "status": None}
    assert repr(error) == "RequestTimeoutError('Too slow.', context={'attempt': 2, 'phase': 'read', 'status': None})"
    assert isinstance(error, errors.ServerConnectionError)
    assert issubclass(errors.ValidationError, ValueError)
