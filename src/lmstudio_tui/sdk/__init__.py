"""The typed, synchronous client for LM Studio and OpenAI-compatible servers.

Usable alone: nothing here knows of a terminal, a file or a global. Importing it is cheap, because each name is fetched
from its module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.capabilities import require
    from lmstudio_tui.sdk.client import LMStudioClient
    from lmstudio_tui.sdk.config import ClientConfig
    from lmstudio_tui.sdk.errors import (
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ConnectionLostError,
        ContextOverflowError,
        DownloadNotFoundError,
        FeatureUnavailableError,
        HostNotAllowedError,
        LMStudioError,
        ModelCrashedError,
        ModelLoadError,
        ModelNotFoundError,
        ModelNotLoadedError,
        NameResolutionError,
        ProtocolError,
        RateLimitError,
        RequestCancelledError,
        RequestTimeoutError,
        ServerConnectionError,
        ServerFailureError,
        ServerRefusedError,
        StatusError,
        StreamingError,
        StreamInterruptedError,
        TLSError,
        UnsupportedVersionError,
        ValidationError,
    )
    from lmstudio_tui.sdk.native_chat import NativeChatStream, native_can, native_chat_offered
    from lmstudio_tui.sdk.protocol import LMStudioSDK
    from lmstudio_tui.sdk.recording import (
        AttemptFailed,
        BodyReceived,
        CallFinished,
        CallStarted,
        ChunkReceived,
        Connected,
        EventReceived,
        HeadersReceived,
        Moment,
        Recorder,
    )
    from lmstudio_tui.sdk.streaming import ChatStream, CompletionStream, TextStream
    from lmstudio_tui.sdk.telemetry import CallListener, CallRecord
    from lmstudio_tui.sdk.types.chat import (
        ChatCompletionRequest,
        ChatCompletionResponse,
        ChatMessage,
        Completion,
        CompletionRequest,
        CompletionResponse,
        ServerStats,
        Timings,
        ToolCall,
        Usage,
    )
    from lmstudio_tui.sdk.types.events import (
        PartialCompletion,
        PhaseChanged,
        PhaseName,
        ReasoningDelta,
        Reclassified,
        StreamEvent,
        StreamFinished,
        StreamingDowngraded,
        StreamRetried,
        StreamWarning,
        TextDelta,
        ToolCallDelta,
        UsageReported,
    )
    from lmstudio_tui.sdk.types.health import Capability, HealthStatus, ServerKind
    from lmstudio_tui.sdk.types.management import DownloadStatus, LoadedModel, LoadModelRequest
    from lmstudio_tui.sdk.types.models import ModelFilter, ModelInstance, ModelListing, ModelSummary

_HOMES = {
    "cancellation": ("CancelScope",),
    "capabilities": ("require",),
    "client": ("LMStudioClient",),
    "config": ("ClientConfig",),
    "errors": (
        "AuthenticationError",
        "BadRequestError",
        "ConfigurationError",
        "ConnectionLostError",
        "ContextOverflowError",
        "DownloadNotFoundError",
        "FeatureUnavailableError",
        "HostNotAllowedError",
        "LMStudioError",
        "ModelCrashedError",
        "ModelLoadError",
        "ModelNotFoundError",
        "ModelNotLoadedError",
        "NameResolutionError",
        "ProtocolError",
        "RateLimitError",
        "RequestCancelledError",
        "RequestTimeoutError",
        "ServerConnectionError",
        "ServerFailureError",
        "ServerRefusedError",
        "StatusError",
        "StreamInterruptedError",
        "StreamingError",
        "TLSError",
        "UnsupportedVersionError",
        "ValidationError",
    ),
    "native_chat": ("NativeChatStream", "native_can", "native_chat_offered"),
    "protocol": ("LMStudioSDK",),
    "recording": (
        "AttemptFailed",
        "BodyReceived",
        "CallFinished",
        "CallStarted",
        "ChunkReceived",
        "Connected",
        "EventReceived",
        "HeadersReceived",
        "Moment",
        "Recorder",
    ),
    "streaming": ("ChatStream", "CompletionStream", "TextStream"),
    "telemetry": ("CallListener", "CallRecord"),
    "types.chat": (
        "ChatCompletionRequest",
        "ChatCompletionResponse",
        "ChatMessage",
        "Completion",
        "CompletionRequest",
        "CompletionResponse",
        "ServerStats",
        "Timings",
        "ToolCall",
        "Usage",
    ),
    "types.events": (
        "PartialCompletion",
        "PhaseChanged",
        "PhaseName",
        "ReasoningDelta",
        "Reclassified",
        "StreamEvent",
        "StreamFinished",
        "StreamRetried",
        "StreamWarning",
        "StreamingDowngraded",
        "TextDelta",
        "ToolCallDelta",
        "UsageReported",
    ),
    "types.health": ("Capability", "HealthStatus", "ServerKind"),
    "types.management": ("DownloadStatus", "LoadModelRequest", "LoadedModel"),
    "types.models": ("ModelFilter", "ModelInstance", "ModelListing", "ModelSummary"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AttemptFailed",
    "AuthenticationError",
    "BadRequestError",
    "BodyReceived",
    "CallFinished",
    "CallListener",
    "CallRecord",
    "CallStarted",
    "CancelScope",
    "Capability",
    "ChatCompletionRequest",
    "ChatCompletionResponse",
    "ChatMessage",
    "ChatStream",
    "ChunkReceived",
    "ClientConfig",
    "Completion",
    "CompletionRequest",
    "CompletionResponse",
    "CompletionStream",
    "ConfigurationError",
    "Connected",
    "ConnectionLostError",
    "ContextOverflowError",
    "DownloadNotFoundError",
    "DownloadStatus",
    "EventReceived",
    "FeatureUnavailableError",
    "HeadersReceived",
    "HealthStatus",
    "HostNotAllowedError",
    "LMStudioClient",
    "LMStudioError",
    "LMStudioSDK",
    "LoadModelRequest",
    "LoadedModel",
    "ModelCrashedError",
    "ModelFilter",
    "ModelInstance",
    "ModelListing",
    "ModelLoadError",
    "ModelNotFoundError",
    "ModelNotLoadedError",
    "ModelSummary",
    "Moment",
    "NameResolutionError",
    "NativeChatStream",
    "PartialCompletion",
    "PhaseChanged",
    "PhaseName",
    "ProtocolError",
    "RateLimitError",
    "ReasoningDelta",
    "Reclassified",
    "Recorder",
    "RequestCancelledError",
    "RequestTimeoutError",
    "ServerConnectionError",
    "ServerFailureError",
    "ServerKind",
    "ServerRefusedError",
    "ServerStats",
    "StatusError",
    "StreamEvent",
    "StreamFinished",
    "StreamInterruptedError",
    "StreamRetried",
    "StreamWarning",
    "StreamingDowngraded",
    "StreamingError",
    "TLSError",
    "TextDelta",
    "TextStream",
    "Timings",
    "ToolCall",
    "ToolCallDelta",
    "UnsupportedVersionError",
    "Usage",
    "UsageReported",
    "ValidationError",
    "native_can",
    "native_chat_offered",
    "require",
]


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOME_OF)
