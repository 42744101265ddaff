"""The state of a running simulator: what is on disk, what is loaded, what is being downloaded.

Everything here runs in the server's event loop, so there are no locks.
"""

import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from lmstudio_tui.simulator.answers import Plain
from lmstudio_tui.simulator.catalogue import DOWNLOADABLE, SimModel, fault_model, fault_name
from lmstudio_tui.simulator.config import SimulatorConfig
from lmstudio_tui.simulator.errors import load_failed, model_not_found, no_model, plain_error
from lmstudio_tui.simulator.faults import FAULTS
from lmstudio_tui.simulator.generated import models_on_disk
from lmstudio_tui.simulator.media.registry import FAULT_PREFIX, MEDIA_FAULTS, MEDIA_MODELS, MediaModel, media_model
from lmstudio_tui.simulator.workers import Workers

if TYPE_CHECKING:
    from lmstudio_tui.simulator.downloads import Download
    from lmstudio_tui.simulator.engine.ask import Message
    from lmstudio_tui.simulator.media.images import Picture


@dataclass(frozen=True, slots=True)
class Instance:
    """A model in memory."""

    id: str
    model: SimModel
    context_length: int
    options: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class NeedsLoading:
    """A model that just-in-time loading has to load first."""

    model: SimModel


class World:
    """What the server knows. `clock` gives seconds, and measures downloads and the uptime only."""

    def __init__(self, config: SimulatorConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self.config = config
        self.clock = clock
        self.started = clock()
        self.workers = Workers()
        self.models: dict[str, SimModel] = {model.key: model for model in models_on_disk(config.models)}
        self.instances: dict[str, Instance] = {}
        self.loading: Counter[str] = Counter()
        self.downloads: dict[str, Download] = {}
        self.attempts: Counter[str] = Counter()
        self.responses: dict[str, tuple[Message, ...]] = {}
        self.pictures: dict[str, Picture] = {}
        for model in self.models.values():
            if config.flavour in model.initial:
                self.add_instance(model)

    def attempt(self, *parts: object) -> int:
        """How many times `parts` were asked, this time included: for faults that go away."""
        key = blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
        self.attempts[key] += 1
        return self.attempts[key]

    def instances_of(self, model: SimModel) -> list[Instance]:
        """The instances of `model`, oldest first."""
        return [instance for instance in self.instances.values() if instance.model.key == model.key]

    def on_disk(self) -> list[SimModel]:
        """The models that could be loaded, with those whose download has just ended."""
        for download in self.downloads.values():
            if download.status(self.clock()) == "completed":
                self.models.setdefault(download.model.key, download.model)
        return list(self.models.values())

    def listed(self) -> list[SimModel]:
        """The models that ``/v1/models`` and v0 list: with just-in-time loading off, the loaded ones only."""
        models = self.on_disk()
        if self.config.list_faults:
            models += [fault_model(name) for name in FAULTS]
        return models if self.config.jit else [model for model in models if self.instances_of(model)]

    def listed_media(self) -> list[MediaModel]:
        """The models for audio and images that ``/v1/models`` lists besides: where they are served."""
        config = self.config
        served = {"hearing": config.serves_audio, "speech": config.serves_audio, "images": config.serves_images}
        if config.models is not None:
            # As many models as were asked for, and no more.
            return []
        faults = [found for name in MEDIA_FAULTS if (found := media_model(FAULT_PREFIX + name)) is not None]
        listed = [*MEDIA_MODELS, *(faults if config.list_faults else ())]
        return [model for model in listed if served.get(model.kind, False)]

    def find(self, name: str) -> SimModel | None:
        """The model with that key (fault models included), or None."""
        fault = fault_name(name)
        if fault is not None:
            return fault_model(fault)
        return next((model for model in self.on_disk() if model.key == name), None)

    def find_downloadable(self, name: str) -> SimModel | None:
        """The model with that key among those on disk and those to download, or None."""
        return self.find(name) or next((model for model in DOWNLOADABLE if model.key == name), None)

    def resolve(self, name: str, *, embedding: bool) -> Instance | NeedsLoading | Plain:
        """Which instance answers a request for `name`, as server contract sections 2.2 and 2.5 have it."""
        if name in self.instances:
            return self.instances[name]
        media = media_model(name)
        if media is not None and self.config.flavour != "lmstudio":
            return plain_error(f'Model "{name}" is for {media.kind} and cannot do this')
        model = self.find(name)
        if model is None:
            return self._stand_in(name, embedding=embedding)
        loaded = self.instances_of(model)
        if loaded:
            return loaded[0]
        if fault_name(name):
            return Instance(name, model, model.default_context)
        return NeedsLoading(model) if self.config.jit else self._refusal(name)

    def _stand_in(self, name: str, *, embedding: bool) -> Instance | Plain:
        """LM Studio lets whichever model is loaded answer for one it does not know; other servers do not."""
        same_kind = [loaded for loaded in self.instances.values() if loaded.model.is_embedding == embedding]
        if not same_kind:
            return no_model()
        forgiving = self.config.flavour == "lmstudio" and self.config.jit
        return same_kind[0] if forgiving or not name else self._refusal(name)

    def _refusal(self, name: str) -> Plain:
        return model_not_found(name) if self.instances else no_model()

    def add_instance(self, model: SimModel, context: int | None = None, **options: object) -> Instance:
        """Put a new instance of `model` into memory; a second one is ``model:2``."""
        number = 1
        while (instance_id := model.key if number == 1 else f"{model.key}:{number}") in self.instances:
            number += 1
        instance = Instance(instance_id, model, context or model.default_context, options)
        self.instances[instance_id] = instance
        return instance

    @contextmanager
    def while_loading(self, model: SimModel) -> Generator[None]:
        """Show `model` as being loaded, until it is or until the client that asked for it has left."""
        self.loading[model.key] += 1
        try:
            yield
        finally:
            self.loading[model.key] -= 1

    def cannot_load(self, model: SimModel) -> Plain | None:
        """The error that loading `model` gives, if it does."""
        return load_failed(model.key) if model.refuses else None

    def unloaded_state(self, model: SimModel) -> str:
        """The state of a model without instances, as v0 names it."""
        return "loading" if self.loading[model.key] else "not-loaded"
