"""Everything the SDK raises.

::

    LMStudioError
    ├── ConfigurationError              a setting that cannot be used; nothing was sent
    │   └── HostNotAllowedError         the host policy refuses the address, or demands a key
    ├── ValidationError                 a request that cannot be sent; names the field
    ├── RequestCancelledError           the caller's CancelScope ended the call
    ├── ServerConnectionError           no answer came
    │   ├── ServerRefusedError          nothing listens at that address
    │   ├── NameResolutionError         the host name has no address
    │   ├── TLSError                    the secure connection could not be made
    │   ├── RequestTimeoutError         too slow; `.phase` says where it waited
    │   └── ConnectionLostError         the connection broke before an answer
    ├── StatusError                     the server answered that it will not or cannot; `.status`
    │   ├── AuthenticationError         401, 403: the key is missing or wrong
    │   ├── BadRequestError             the server did not accept the request
    │   ├── ModelNotFoundError          no such model
    │   ├── ModelNotLoadedError         no model is loaded
    │   ├── ModelLoadError              the model could not be loaded
    │   ├── ModelCrashedError           the model died while it worked
    │   ├── DownloadNotFoundError       the server knows no such download
    │   ├── ContextOverflowError        the prompt does not fit the context
    │   ├── RateLimitError              429
    │   └── ServerFailureError          5xx
    ├── FeatureUnavailableError         this server does not offer that
    │   └── UnsupportedVersionError     this server is too old
    ├── StreamingError                  a stream went wrong; `.partial` is what had arrived
    │   └── StreamInterruptedError      … after output had begun
    └── ProtocolError                   the answer is not what the protocol says; shows what came

Each error has a one-line message, a `hint` (the next step), and a `context` of plain values
(endpoint, method, status, request id, attempt …). No text in them ever holds the API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.types.events import PartialCompletion

ContextValue = str | int | float | bool | None


class LMStudioError(Exception):
    """The root of everything the SDK raises.

    Args:
        message: what happened, in one line.
        hint: what to do next, in one line; each class has a default.
        context: plain values for logs and reports: endpoint, method, status, request_id, attempt …
    """

    default_hint: ClassVar[str] = ""

    def __init__(
        self, message: str, *, hint: str | None = None, context: Mapping[str, ContextValue] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint
        self.context: dict[str, ContextValue] = dict(context or {})

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, context={self.context!r})"

    def with_context(self, **values: ContextValue) -> LMStudioError:
        """Add to the context what is not there yet, and return the same error."""
        for name, value in values.items():
            self.context.setdefault(name, value)
        return self


class ConfigurationError(LMStudioError):
    """A setting that cannot be used. `key` names it."""

    default_hint = "Correct the setting and try again."

    def __init__(self, message: str, *, key: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, context={"key": key} if key else None)
        self.key = key


class HostNotAllowedError(ConfigurationError):
    """The host policy: loopback is free, another host must be allowed, and off loopback a key is needed."""


class ValidationError(LMStudioError, ValueError):
    """A request that cannot be sent. `field` names the first wrong field, such as `messages.0.role`."""

    default_hint = "Correct that field; nothing was sent."

    def __init__(self, message: str, *, field: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, context={"field": field})
        self.field = field


class RequestCancelledError(LMStudioError):
    """The call was ended by its CancelScope."""

    default_hint = "Nothing more is under way; send it again when you like."


class ServerConnectionError(LMStudioError):
    """No answer came."""

    default_hint = "Is the server running, and is the address right?"


class ServerRefusedError(ServerConnectionError):
    """Nothing listens at that address, or it cannot be reached."""

    default_hint = (
        "Start the server (LM Studio: Developer → Start server, or `lms server start`), or check the address."
    )


class NameResolutionError(ServerConnectionError):
    """The host name has no address."""

    default_hint = "Check the spelling of the host in the base URL."


class TLSError(ServerConnectionError):
    """The secure connection could not be made."""

    default_hint = (
        "Is it http:// rather than https://? For a certificate of your own, set SSL_CERT_FILE to its authority."
    )


class RequestTimeoutError(ServerConnectionError):
    """Too slow. `phase` is `connect`, `tls`, `write`, `read` or `pool`."""

    default_hint = "The server may be busy; try again, or raise the time-out."

    def __init__(
        self,
        message: str,
        *,
        phase: str,
        hint: str | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context={**(context or {}), "phase": phase})
        self.phase = phase


class ConnectionLostError(ServerConnectionError):
    """The connection broke before an answer had come."""

    default_hint = "The server may have stopped or crashed; look at its log, then try again."


class StatusError(LMStudioError):
    """The server answered that it will not or cannot. `status` is the HTTP status (200 happens, too)."""

    default_hint = "Look at the server's log for more."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        hint: str | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context={**(context or {}), "status": status})
        self.status = status


class AuthenticationError(StatusError):
    """The key is missing or wrong. `refused_hint` is the next step where one was sent."""

    default_hint = "Set the server's API key: LM_STUDIO_API_KEY, --api-key, or api_key in config.toml."
    refused_hint: ClassVar[str] = (
        "The server does not take the key that was sent: give another one, by LM_STUDIO_API_KEY, --api-key, or api_key "
        "in config.toml."
    )


class BadRequestError(StatusError):
    """The server did not accept the request."""

    default_hint = "Check the parameters: this server may not know one of them."


class ModelNotFoundError(StatusError):
    """The server has no such model."""

    default_hint = "`lmstudio-tui models` lists what this server has."


class ModelNotLoadedError(StatusError):
    """No model is loaded. `native_hint` is the next step where the server loads models on request."""

    default_hint = "Load one: in LM Studio's developer page, or with `lms load`."
    native_hint: ClassVar[str] = (
        "Load one: with `lmstudio-tui models load MODEL`, in the app's Models pane, in LM Studio's developer page, or "
        "with `lms load`."
    )


class ModelLoadError(StatusError):
    """The model could not be loaded."""

    default_hint = "Free some memory, or load it with a smaller context, or choose a smaller quantization."


class ModelCrashedError(StatusError):
    """The model died while it worked."""

    default_hint = "Load the model again; if it goes on crashing, try a smaller context or another quantization."


class DownloadNotFoundError(StatusError):
    """The server knows no download of that name, perhaps no longer."""

    default_hint = "It is over, or the server was restarted: look at the list of models, then start it again."


class ContextOverflowError(StatusError):
    """The prompt does not fit the context the model was loaded with."""

    default_hint = "Shorten the prompt or the conversation, or load the model with a larger context."


class RateLimitError(StatusError):
    """Too many requests."""

    default_hint = "Wait a moment and try again."


class ServerFailureError(StatusError):
    """The server failed (5xx)."""

    default_hint = "Look at the server's log, then try again."


class FeatureUnavailableError(LMStudioError):
    """This server does not offer that. `feature` names the capability."""

    default_hint = "`lmstudio-tui ping` shows what this server can do."

    def __init__(
        self,
        message: str,
        *,
        feature: str,
        hint: str | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context={**(context or {}), "feature": feature})
        self.feature = feature


class UnsupportedVersionError(FeatureUnavailableError):
    """This server is too old."""

    default_hint = "Upgrade LM Studio."


class StreamingError(LMStudioError):
    """A stream went wrong. `partial` is what had arrived; it may be empty."""

    default_hint = "Try again; if it goes on, turn streaming off."

    def __init__(
        self,
        message: str,
        *,
        partial: PartialCompletion | None = None,
        hint: str | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.partial = partial


class StreamInterruptedError(StreamingError):
    """A stream broke after output had begun: what had arrived is in `partial`, and nothing of it is lost."""

    default_hint = "What arrived is kept; continue from there, or ask again."


class ProtocolError(LMStudioError):
    """The answer is not what the protocol says. `received` is what arrived instead, shortened."""

    default_hint = "Is this the address of a model server? A proxy or another program may have answered."

    def __init__(
        self,
        message: str,
        *,
        received: str = "",
        hint: str | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.received = received
