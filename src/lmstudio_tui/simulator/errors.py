"""The error bodies of server contract, section 2.5, word for word where the words are known."""

from lmstudio_tui.simulator.answers import Plain, json_answer


def plain_error(message: str, status: int = 400) -> Plain:
    """An error as a bare string, which is how most of LM Studio's OpenAI surface says it."""
    return json_answer({"error": message}, status)


def structured_error(
    message: str, status: int, *, kind: str = "invalid_request", param: str | None = None, code: str | None = None
) -> Plain:
    """An error as an object, which is how the native v1 surface says it."""
    return json_answer({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def unexpected_endpoint(method: str, path: str) -> Plain:
    """Any path or method that LM Studio does not know: status 200 (section 2.1)."""
    return plain_error(f"Unexpected endpoint or method. ({method} {path})", 200)


def field_required(name: str) -> Plain:
    """A field of the request is missing."""
    return plain_error(f"'{name}' field is required")


def no_model() -> Plain:
    """Nothing is loaded that could answer."""
    message = "No models loaded. Please load a model in the developer page or use the 'lms load' command."
    return structured_error(message, 400, kind="invalid_request_error", param="model")


def model_not_found(model: str) -> Plain:
    """The model is not known here."""
    message = f'Invalid model identifier "{model}".'
    return structured_error(message, 404, param="model", code="model_not_found")


def load_failed(model: str) -> Plain:
    """The model did not fit into memory."""
    message = (
        f'Failed to load model "{model}". Error: Model loading was stopped due to insufficient system resources. '
        "Under the current settings, this model requires approximately 41.20 GB of memory. Continuing to load the "
        "model would likely overload your system and cause it to freeze."
    )
    return json_answer({"error": {"message": message}}, 400)


def crashed() -> Plain:
    """The process that ran the model died."""
    return plain_error("The model has crashed without additional information. (Exit code: 11)")


def overflow(tokens: int, limit: int) -> Plain:
    """The prompt does not fit the context: the more frequent wording."""
    return plain_error(
        f"Trying to keep the first {tokens} tokens when context the overflows. However, the model is loaded with "
        f"context length of only {limit} tokens, which is not enough. Try to load the model with a larger context "
        "length, or provide a shorter input"
    )


def overflow_nkeep(tokens: int, limit: int) -> Plain:
    """The prompt does not fit the context: the llama.cpp engine's wording."""
    return plain_error(
        f"The number of tokens to keep from the initial prompt is greater than the context length (n_keep: {tokens}>= "
        f"n_ctx: {limit}). Try to load the model with a larger context length, or provide a shorter input"
    )


def overflow_in_stream(tokens: int, limit: int) -> dict[str, object]:
    """The data of the ``event: error`` that an overflow makes within a stream that has begun with status 200."""
    message = (
        f"Input does not fit in context length. The input has {tokens} tokens, but the context length only supports "
        f"{limit} tokens."
    )
    return {"error": {"message": message}, "message": message}


def token_required() -> Plain:
    """The server wants a token and none came."""
    message = (
        "An LM Studio API token is required to make requests to this server, but none was provided using the "
        "Authorization header. Pass one as 'Authorization: Bearer <token>'."
    )
    return json_answer({"error": {"message": message, "code": "invalid_api_key"}}, 401)


def token_malformed(token: str) -> Plain:
    """The token is wrong. The body quotes its first ten characters, as the real one does."""
    message = (
        f"Malformed LM Studio API token provided: {token[:10]}… Ensure that the token is a valid one, passed as "
        "'Authorization: Bearer <token>'."
    )
    return json_answer({"error": {"type": "invalid_request", "code": "invalid_api_key", "message": message}}, 401)
