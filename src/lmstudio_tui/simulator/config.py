"""What a simulator is told when it starts."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from lmstudio_tui import __version__
from lmstudio_tui.simulator.embedding_faults import EMBEDDING_FAULTS
from lmstudio_tui.simulator.media.registry import MEDIA_FAULTS

Flavour: TypeAlias = Literal["lmstudio", "classic", "openai"]

OWNER = "lmstudio-tui-simulator"
"""Who owns and publishes every simulated model: the plainest way to say that they are simulated."""

FINGERPRINT = f"lmstudio-tui/{__version__}"
"""The value of the ``x-simulator`` header and of ``system_fingerprint``."""

CREATED = 1731518400
"""The ``created`` time of everything: a constant, because answers hold no wall clock."""

_MOST_MODELS = 100_000

_DEFAULT_VERSIONS: dict[Flavour, str | None] = {"lmstudio": "0.4.12", "classic": "0.2.21", "openai": None}


class SimulatorError(Exception):
    """The simulator cannot start: one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """How the simulator behaves.

    Args:
        host: The address to listen on; loopback unless told otherwise.
        port: The port to listen on; 0 takes any free one.
        flavour: Which kind of server to stand in for.
        server_version: The version to behave as; by default a recent one of the flavour.
        speed: Tokens per second; 0 is as fast as possible.
        api_key: The token that every request must bear; none by default.
        jit: Just-in-time loading: a model that is not loaded is loaded by the first request for it. When off, the model
            lists show loaded models only.
        list_faults: Whether the fault models are listed after the others. They answer by name in any case.
        models: How many models are on disk: the usual ones first, then generated ones; None is the usual ones.
        v1_blind: Whether LM Studio's v1 list says of no model that it is loaded, whatever v0 says.
        duplicate_keys: Whether LM Studio's v1 list has the loaded models twice: as they are on disk, and as loaded.
        audio: Whether speech is made and heard (flavours classic since 0.2.20, and openai).
        images: Whether images are drawn (flavours classic since 0.2.21, and openai).
        media_fault: A fault of `MEDIA_FAULTS` or `EMBEDDING_FAULTS`, such as ``speech-cut`` or ``embeddings-nan``, that
            every request of its kind meets, whichever model it names.
        detail_errors: Whether what is wrong with a request for audio or images is said in ``detail``, as FastAPI does.
        load_seconds: How long a model takes to load.
        download_bytes_per_second: How fast a download goes.
        ssl_certfile: A certificate file (PEM); with it the server speaks TLS.
        ssl_keyfile: The key file of that certificate, when it is a file of its own.

    Raises:
        SimulatorError: An argument makes no sense.
    """

    host: str = "127.0.0.1"
    port: int = 0
    flavour: Flavour = "lmstudio"
    server_version: str | None = None
    speed: float = 40.0
    api_key: str | None = None
    jit: bool = True
    list_faults: bool = True
    models: int | None = None
    v1_blind: bool = False
    duplicate_keys: bool = False
    audio: bool = True
    images: bool = True
    media_fault: str | None = None
    detail_errors: bool = False
    load_seconds: float = 2.0
    download_bytes_per_second: float = 250_000_000.0
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    def __post_init__(self) -> None:
        if self.flavour not in get_args(Flavour):
            message = f"There is no simulator flavour {self.flavour!r}: use one of {', '.join(get_args(Flavour))}."
            raise SimulatorError(message)
        if not 0 <= self.port <= 65535:
            message = f"The port {self.port} is out of range: use 0 (any free port) to 65535."
            raise SimulatorError(message)
        if self.models is not None and not 0 <= self.models <= _MOST_MODELS:
            message = f"{self.models} models cannot be simulated: use 0 to {_MOST_MODELS}."
            raise SimulatorError(message)
        if self.media_fault is not None and self.media_fault not in {**MEDIA_FAULTS, **EMBEDDING_FAULTS}:
            message = (
                f"There is no fault {self.media_fault!r} of audio, images or embeddings: --list-faults names them."
            )
            raise SimulatorError(message)
        if self.speed < 0 or self.load_seconds < 0 or self.download_bytes_per_second <= 0:
            message = "Speeds and durations are positive numbers: only speed and load_seconds may be 0."
            raise SimulatorError(message)

    @property
    def version(self) -> str | None:
        """The version the server claims, or None for a bare OpenAI-compatible one."""
        return self.server_version or _DEFAULT_VERSIONS[self.flavour]

    @property
    def serves_audio(self) -> bool:
        """Whether speech is made and heard."""
        return self.audio and self._serves_media(20)

    @property
    def serves_images(self) -> bool:
        """Whether images are drawn."""
        return self.images and self._serves_media(21)

    def _serves_media(self, patch: int) -> bool:
        """No version of LM Studio does; classic servers do since 0.2.`patch` (server contract, sections 1 and 3)."""
        return self.flavour == "openai" or (self.flavour == "classic" and self.at_least(0, 2, patch))

    def at_least(self, *wanted: int) -> bool:
        """Whether the version is `wanted` or newer.

        ``llmster`` counts 0.0.x and is as new as the newest app (server contract, section 2.1).
        """
        numbers = version_numbers(self.version or "")
        return numbers[:2] == (0, 0) or numbers >= wanted


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version: ``"0.4.4+1"`` gives ``(0, 4, 4)``; what is no number ends it."""
    numbers: list[int] = []
    for part in version.partition("+")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)
