"""The servers that audio and images have of their own: which there are, and what each says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lmstudio_tui.cli.outcome import FAILURES, Failure, as_json, hint_of, message_of
from lmstudio_tui.sdk.errors import AuthenticationError
from lmstudio_tui.text_safety import clean_line

if TYPE_CHECKING:
    from collections.abc import Generator

    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.features.doctor.checks import Check
    from lmstudio_tui.sdk import HealthStatus
    from lmstudio_tui.settings import Service

_SERVES: dict[Service, tuple[str, ...]] = {
    "audio": ("transcription", "translation", "speech"),
    "images": ("images",),
}
_SHORT = {"timeout": 5.0, "connect_timeout": 5.0, "max_retries": 0}
"""They stand beside the one that was asked for: nobody waits long for them."""


@dataclass(frozen=True)
class OwnServer:
    """A server that serves one thing beside the main one.

    Args:
        service: what it serves.
        base_url: where it is.
        key_source: where its key comes from, in words.
        answer: what it says of itself, or why it says nothing.
        warnings: the standing ones about its address.
    """

    service: Service
    base_url: str
    key_source: str
    answer: HealthStatus | Failure
    warnings: tuple[str, ...] = ()

    @property
    def failure(self) -> Failure | None:
        """Why it says nothing; None when it has answered."""
        return self.answer if isinstance(self.answer, FAILURES) else None

    def in_words(self) -> str:
        """Who answers, and which of the things that it is there for it can do."""
        status = self.answer
        if isinstance(status, FAILURES):
            return clean_line(message_of(status))
        name = status.software or status.kind.label
        version = "" if status.version == "unknown" else f" {status.version}"
        wanted = {one: status.capabilities[one].available for one in _SERVES[self.service]}
        told = [
            f"{word} {', '.join(names)}"
            for word, known in (("can", True), ("cannot", False), ("perhaps", None))
            if (names := [one for one, available in wanted.items() if available is known])
        ]
        return clean_line(f"{name}{version}; {'; '.join(told)}")

    def hint(self) -> str:
        """The next step, when it says nothing."""
        error = self.failure
        if error is None:
            return ""
        if isinstance(error, AuthenticationError):
            if self.key_source != "no key":
                return f"The server refused the {self.key_source}. Correct it there."
            return f"Set LM_STUDIO_{self.service.upper()}_API_KEY, or {self.service}_api_key in config.toml."
        return clean_line(hint_of(error))

    def check(self) -> Check:
        """For `doctor`."""
        from lmstudio_tui.features.doctor.checks import Check, Status

        detail = f"{self.base_url}; {self.key_source}; {self.in_words()}"
        name = f"{self.service} server"
        if self.failure is not None:
            hint = self.hint() or "Is the address right, and does the server run?"
            return Check(name, Status.FAILED, detail, hint)
        if self.warnings:
            return Check(name, Status.WARNING, detail, " ".join(self.warnings))
        return Check(name, Status.OK, detail)

    def as_json(self) -> dict[str, Any]:
        """For `ping --json`."""
        status = self.answer
        if isinstance(status, FAILURES):
            return {"reachable": False, "base_url": self.base_url, "error": {**as_json(status), "hint": self.hint()}}
        return {
            "reachable": True,
            "base_url": self.base_url,
            "kind": status.kind.value,
            "version": status.version,
            "version_source": status.version_source,
            "latency_ms": round(status.latency_ms, 1),
            "capabilities": {
                name: {"available": status.capabilities[name].available, "reason": status.capabilities[name].reason}
                for name in _SERVES[self.service]
            },
        }


def own_servers(session: Session) -> Generator[OwnServer]:
    """Those that the settings name, asked one after the other; each has a few seconds."""
    if session.demo:
        return
    loaded = session.loaded
    for service in _SERVES:
        address: str | None = getattr(loaded.settings, f"{service}_base_url")
        if address is None:
            continue
        source = loaded.key_source(service)
        try:
            config = session.config_for(service)
            address = config.base_url
            status = session.connect(config.model_copy(update=_SHORT)).health()
        except FAILURES as error:
            yield OwnServer(service, address, source, error)
        else:
            yield OwnServer(service, address, source, status, tuple(config.warnings()))
