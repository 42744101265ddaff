"""The settings that the app is handed to show and change: those of this run, and the file they are written to."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

from lmstudio_tui.cli.key_settings import KeysError, key_problems, read_keys
from lmstudio_tui.cli.looks import looks_of
from lmstudio_tui.features.profiles import ProfileError
from lmstudio_tui.features.settings_desk import TOP, InForce, SettingRow, SettingsDeskError
from lmstudio_tui.sdk.errors import ConfigurationError
from lmstudio_tui.settings import LoadedSettings, Settings, SettingsError, load_settings, mistakes_in
from lmstudio_tui.settings.addresses import refuse_nonsense
from lmstudio_tui.settings.as_text import text_of, told, value_of
from lmstudio_tui.settings.catalogue import Setting, catalogue, setting_named
from lmstudio_tui.settings.model import PARTS
from lmstudio_tui.settings.values_file import ValuesFile

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from lmstudio_tui.cli.session import Session
    from lmstudio_tui.settings import Service
    from lmstudio_tui.settings.values_file import Change

_SERVICES: Final[tuple[Service, ...]] = ("main", "audio", "images")


class SessionSettings:
    """Implements `SettingsDesk`.

    Args:
        session: this run, with the settings that it goes by.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._file = ValuesFile(session.loaded.path)
        self._seen: dict[str, Mapping[str, object]] = {}
        self._changes: list[Change] = []
        # Two keys in a row may have two threads at it.
        self._lock = threading.Lock()

    @property
    def path(self) -> str:
        """See `SettingsDesk`."""
        return str(self._file.path)

    @property
    def undoable(self) -> bool:
        """See `SettingsDesk`."""
        return bool(self._changes)

    def places(self) -> list[str]:
        """See `SettingsDesk`."""
        with self._told():
            return self._file.places()

    def rows(self, place: str, profile: str | None) -> list[SettingRow]:
        """See `SettingsDesk`."""
        with self._told():
            stands = self._seen[place] = self._file.values(place)
            places = self._file.places()
            loaded = self._loaded(place or profile)
        return [
            self._row(one, place, stands.get(one.name), loaded, places)
            for one in catalogue()
            if one.in_profile or place == TOP
        ]

    def _loaded(self, profile: str | None) -> LoadedSettings:
        """What is in force with a profile in use."""
        session = self._session
        if (profile or None) == session.loaded.settings.profile:
            return session.loaded
        return session.profiles.settings_of(profile)

    def _row(
        self, setting: Setting, place: str, stands: object, loaded: LoadedSettings, places: list[str]
    ) -> SettingRow:
        value: object = getattr(loaded.settings, setting.name)
        origin = self._origin(setting, loaded)
        here = f"profile {place}" if place else loaded.path.name
        return SettingRow(
            setting.name,
            setting.group_title,
            setting.meaning,
            setting.must_be,
            setting.default,
            "choice" if setting.name == "profile" else setting.kind,
            told(setting, value),
            origin,
            stands is not None,
            text_of(setting, stands),
            "" if here in origin.split(" and ") else _outdone(setting, origin, stands=stands is not None),
            tuple(one for one in places if one) if setting.name == "profile" else setting.choices,
            setting.variables,
            setting.hidden,
            setting.at_once,
            _remark(loaded) if setting.name == "keys" else "",
        )

    def _origin(self, setting: Setting, loaded: LoadedSettings) -> str:
        """Where a value comes from, short; an address in parts may come from two places."""
        short = [self._short(one, loaded) for one in loaded.origins[setting.name].split(" and ")]
        return " and ".join(dict.fromkeys(short))

    def _short(self, origin: str, loaded: LoadedSettings) -> str:
        place = str(loaded.path)
        if origin == place:
            return loaded.path.name
        if origin.startswith(f"{place} ["):
            return f"profile {loaded.settings.profile}"
        if origin.startswith("flag ") and self._session.demo and "--log-level" not in origin:
            return "--demo"
        return origin.removeprefix("flag ").removeprefix("environment ")

    def mistake(self, place: str, name: str, text: str) -> str:
        """See `SettingsDesk`."""
        setting = setting_named(name)
        with self._told():
            try:
                value = value_of(setting, text, self._file.values(place).get(name))
            except ValueError as error:
                return str(error)
            wrong = "" if value is None else mistakes_in({name: value}).get(name, "")
            wrong = wrong or _nonsense(name, value) or (_no_keys(value) if name == "keys" else "")
            return wrong or self._trouble(place, name, value)

    def _trouble(self, place: str, name: str, value: object) -> str:
        """Why the app could not start with this, though it can now: each setting for itself may be right."""
        after = self._problems(self._file.preview(place, name, value), place)
        before = self._problems(None, place) if after else {}
        return next((told for what, told in after.items() if what not in before), "")

    def _problems(self, text: str | None, place: str) -> dict[str, str]:
        """What is said when the app starts with such a file, by what it concerns."""
        flags = {"profile": place} if place else {}
        session = self._session
        try:
            loaded = load_settings(flags, config_path=session.config_path, environ=session.loaded.environ, text=text)
        except SettingsError as error:
            return {"file": f"{error.message.removeprefix(f'{self.path}: ')} {error.hint}".strip()}
        found = {service: loaded.policy(service) for service in _SERVICES}
        return {service: f"{error.message} {error.hint}".strip() for service, error in found.items() if error}

    def put(self, place: str, name: str, text: str) -> None:
        """See `SettingsDesk`."""
        with self._lock:
            wrong = self.mistake(place, name, text)
            if wrong:
                raise SettingsDeskError(wrong)
            with self._told():
                was = self._seen.get(place, {}).get(name)
                value = value_of(setting_named(name), text, was)
                if value != was:
                    self._changes.append(self._file.set(place, name, value, was=was))
                    self._saw(place, name, value)

    def undo(self) -> str:
        """See `SettingsDesk`."""
        with self._lock:
            if not self._changes:
                raise SettingsDeskError("Nothing was changed here yet.")
            change = self._changes.pop()
            with self._told():
                self._file.undo(change)
            self._saw(change.place, change.name, change.was)
            return change.name

    def _saw(self, place: str, name: str, value: object) -> None:
        """It was written: what is in force is read anew."""
        self._seen[place] = {**self._seen.get(place, {}), name: value}
        with contextlib.suppress(SettingsError):  # `in_force` tells
            self._session.read_again()

    def in_force(self, profile: str | None) -> InForce:
        """See `SettingsDesk`."""
        session = self._session
        with self._told():
            session.read_again()
            loaded = self._loaded(profile)
            config = session.config if loaded is session.loaded else session.profiles.config_of(profile or "")
        return InForce(config, looks_of(loaded.settings))

    @contextlib.contextmanager
    def _told(self) -> Generator[None]:
        """Errors as those that the app knows; it shows which file it is."""
        try:
            yield
        except (SettingsError, ProfileError, ConfigurationError) as error:
            message = error.message.replace(self.path, self._file.path.name)
            raise SettingsDeskError(message, error.hint) from None


def _outdone(setting: Setting, origin: str, *, stands: bool) -> str:
    """Why what is set, or would be, does not count."""
    if origin == "--demo":
        return "--demo brings a server of its own; without it this counts."
    if origin.startswith("--"):
        return f"{origin} was given when the app was started, and counts more."
    if origin in setting.variables or origin.startswith("LM_"):
        return f"{origin} is set in the environment, and counts more."
    if origin.startswith("profile "):
        return f"The {origin} sets it, too, and counts more."
    if not stands:
        return ""
    if setting.name in PARTS:
        return "The address in force does not come from it."
    return "It is not used: another way to give it counts more, or it belongs to another server."


def _no_keys(value: object) -> str:
    """Why these can be no keys of commands."""
    try:
        read_keys({} if value is None else Settings.model_validate({"keys": value}).keys)
    except KeysError as error:
        return f"{error.message} {error.hint}"
    return ""


def _remark(loaded: LoadedSettings) -> str:
    """What is wrong with keys that can be used: two commands have one, or it never arrives."""
    try:
        found = key_problems(loaded)
    except SettingsError as error:
        return error.message
    more = f" And {len(found) - 1} more: lmstudio-tui keys --check." if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else ""


def _nonsense(name: str, value: object) -> str:
    """What is wrong with an address that the settings themselves take."""
    if isinstance(value, str) and name.endswith("base_url"):
        try:
            refuse_nonsense(value)
        except ConfigurationError as error:
            return error.message
    return ""
