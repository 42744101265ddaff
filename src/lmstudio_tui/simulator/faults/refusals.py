"""Faults that answer with something else than a completion: errors of every form, pages, redirects."""

from dataclasses import replace

from lmstudio_tui.simulator import errors
from lmstudio_tui.simulator.answers import Answer, Plain, Script, Signal, Steps, json_answer
from lmstudio_tui.simulator.faults.case import Case, fault, opened

_PAGE = b"""<!doctype html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>simulated-proxy/1.0</center></body></html>
"""
_CONTEXT = 4096


def _tokens(case: Case) -> int:
    """The size of a prompt that does not fit, whatever the prompt is."""
    return max(9000, case.ask.prompt_tokens)


@fault("unknown-endpoint-200", "Status 200 with an error: the endpoint is unknown, and the body alone says so.")
def _unknown_endpoint(case: Case) -> Answer:
    return errors.unexpected_endpoint("POST", case.path)


@fault("missing-field", "Status 400: the server says that the messages are missing.")
def _missing_field(case: Case) -> Answer:
    return errors.field_required("messages" if case.ask.kind == "chat" else "prompt")


@fault("no-model", "Status 400: no model is loaded.")
def _no_model(_: Case) -> Answer:
    return errors.no_model()


@fault("model-not-found", "Status 404: the server does not know the model.")
def _model_not_found(case: Case) -> Answer:
    return errors.model_not_found(case.ask.model)


@fault("load-failed", "Status 400: the model could not be loaded for lack of memory.")
def _load_failed(case: Case) -> Answer:
    return errors.load_failed(case.ask.model)


@fault("crash", "Status 400: the model has crashed.")
def _crash(_: Case) -> Answer:
    return errors.crashed()


@fault("context-overflow", "Status 400: the prompt does not fit the context.")
def _context_overflow(case: Case) -> Answer:
    return errors.overflow(_tokens(case), _CONTEXT)


@fault("context-overflow-nkeep", "Status 400: the prompt does not fit the context, in the engine's other wording.")
def _context_overflow_nkeep(case: Case) -> Answer:
    return errors.overflow_nkeep(_tokens(case), _CONTEXT)


@fault("error-json-200", "Status 200 with a JSON error in place of the answer.")
def _error_json(_: Case) -> Answer:
    return replace(errors.crashed(), status=200)


@fault("json-instead-of-stream", "A sound buffered completion, though a stream was asked for.")
def _json_instead(case: Case) -> Answer:
    return case.whole()


@fault("stream-unsupported", "Status 400 for a stream, because it is not supported; a buffered request works.")
def _stream_unsupported(case: Case) -> Answer:
    return errors.plain_error("streaming is not supported") if case.ask.stream else case.whole()


@fault("rate-limit", "Status 429 with Retry-After for the first two times, then a sound answer.")
def _rate_limit(case: Case) -> Answer:
    if case.attempt() > 2:
        return case.sound()
    error = {
        "error": {"message": "Too many requests.", "type": "rate_limit_error", "param": None, "code": "rate_limit"}
    }
    return json_answer(error, 429, {"retry-after": "1"})


@fault("unavailable", "Status 503 the first time, then a sound answer.")
def _unavailable(case: Case) -> Answer:
    return _unavailable_always(case) if case.attempt() == 1 else case.sound()


@fault("unavailable-always", "Status 503 every time.")
def _unavailable_always(_: Case) -> Answer:
    return errors.structured_error("The server is overloaded.", 503, kind="server_error", code="unavailable")


@fault("html", "Status 502 with a proxy's error page.")
def _html(_: Case) -> Answer:
    return Plain(_PAGE, 502, "text/html; charset=utf-8")


@fault("html-200", "Status 200 with a web page in place of the answer.")
def _html_200(_: Case) -> Answer:
    return Plain(_PAGE.replace(b"502 Bad Gateway", b"Welcome"), 200, "text/html; charset=utf-8")


@fault("auth-required", "Status 401: a token is required, or the one that came is malformed (and quoted in part).")
def _auth_required(case: Case) -> Answer:
    return errors.token_malformed(case.token) if case.token else errors.token_required()


@fault("redirect", "Status 307 to another host, which must not be followed with the token.")
def _redirect(case: Case) -> Answer:
    return Plain(b"", 307, "text/plain", {"location": f"http://elsewhere.invalid{case.path}"})


@fault("truncated-json", "Status 200 with a JSON body that ends in its middle.")
def _truncated(case: Case) -> Answer:
    body = case.whole().body
    return Plain(body[: len(body) // 2])


@fault("empty-body", "Status 200 and not a single byte of content.")
def _empty_body(case: Case) -> Answer:
    return Script(opened((), case.delay)) if case.ask.stream else Plain(b"")


@fault("stall-headers", "The request is accepted and never answered, not even with headers.")
def _stall_headers(_: Case) -> Answer:
    return Script(_hang())


def _hang() -> Steps:
    yield Signal.HANG
