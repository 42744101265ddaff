"""The profiles that the app is handed: those of the settings file."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from lmstudio_tui.features.profiles import NO_PROFILE, KeyKind, ProfileDraft, ProfileEntry, ProfileError
from lmstudio_tui.sdk.config import host_of, is_loopback, normalise_base_url
from lmstudio_tui.sdk.errors import ConfigurationError
from lmstudio_tui.settings import LoadedSettings, SettingsError, load_settings, mistakes_in
from lmstudio_tui.settings.addresses import refuse_nonsense
from lmstudio_tui.settings.model import PARTS, PROFILE_NAME
from lmstudio_tui.settings.profiles import ProfileFile, Removed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from lmstudio_tui.sdk import ClientConfig

_KEYS: dict[KeyKind, str] = {"typed": "api_key", "variable": "api_key_env", "command": "api_key_command"}
_TEXTS = ("base_url", "default_model", "default_embedding_model", "audio_base_url", "images_base_url")
_ADDRESSES = ("base_url", "audio_base_url", "images_base_url")
_KEY_WANTED = {
    "typed": "The key is needed.",
    "variable": "The name of the variable is needed, such as BOX_KEY.",
    "command": "The command is needed, such as: pass show box",
}


class SettingsProfiles:
    """Implements `Profiles`.

    Args:
        path: the settings file.
        config_path: the file as it was named on the command line.
        without: gives the configuration without a profile.
        environ: the environment; None for the one there is.
        entry: gives the settings of this run without a profile, flags included; None for those of the file and the
            environment alone.
    """

    def __init__(
        self,
        path: Path,
        *,
        without: Callable[[], ClientConfig],
        config_path: Path | None = None,
        environ: Mapping[str, str] | None = None,
        entry: Callable[[], LoadedSettings] | None = None,
    ) -> None:
        self._file = ProfileFile(path)
        self._config_path = config_path
        self._without = without
        self._environ = environ
        self._no_profile = entry

    def entries(self) -> list[ProfileEntry]:
        """See `Profiles`."""
        with _told():
            names, default = self._file.names(), self._file.default()
        return [self._entry(name, chosen=name == (default or NO_PROFILE)) for name in (NO_PROFILE, *names)]

    def _entry(self, name: str, *, chosen: bool) -> ProfileEntry:
        try:
            loaded = self._no_profile() if name == NO_PROFILE and self._no_profile else self._load(name)
        except SettingsError as error:
            return ProfileEntry(name, "", chosen=chosen, problem=error.message)
        values = loaded.settings
        refused = loaded.policy()
        return ProfileEntry(
            name,
            values.base_url,
            loaded.key_source(),
            values.default_model,
            values.default_embedding_model,
            values.audio_base_url,
            values.images_base_url,
            chosen,
            f"{refused.message} {refused.hint}" if refused else "",
        )

    def config_of(self, name: str) -> ClientConfig:
        """See `Profiles`."""
        with _told():
            return self._load(name).client_config() if name else self._without()

    def settings_of(self, name: str | None) -> LoadedSettings:
        """The settings with a profile, or without one.

        Raises:
            ProfileError: when they cannot be used.
        """
        with _told():
            if name:
                return self._load(name)
            return self._no_profile() if self._no_profile else self._load(NO_PROFILE)

    def draft_of(self, name: str) -> ProfileDraft:
        """See `Profiles`."""
        with _told():
            table = self._file.get(name)
        kinds: list[KeyKind] = [kind for kind, key in _KEYS.items() if table.get(key)]
        kind: KeyKind = kinds[0] if kinds else "none"
        texts = {text: str(table.get(text, "")) for text in _TEXTS}
        if not texts["base_url"] and not table.keys().isdisjoint(PARTS):
            with contextlib.suppress(SettingsError):
                texts["base_url"] = self._load(name).settings.base_url
        plain = str(table[_KEYS[kind]]) if kind in {"variable", "command"} else ""
        draft = replace(ProfileDraft(name, key_kind=kind, key_text=plain), **texts)
        hosts = self.hosts_of(draft)
        return replace(draft, allow=bool(hosts) and set(hosts) <= set(self._allowed(name, table)))

    def check(self, draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, str]:
        """See `Profiles`."""
        found: dict[str, str] = {}
        with _told():
            names = self._file.names()
        if not draft.name:
            found["name"] = "A name is needed, such as box."
        elif not PROFILE_NAME.fullmatch(draft.name):
            found["name"] = "It must be up to 40 letters, digits, hyphens, underscores and dots."
        elif draft.name in names and (was is None or was.name != draft.name):
            found["name"] = "There is a profile of this name already."
        if not draft.base_url and (was is None or was.base_url):
            found["base_url"] = "An address is needed, such as http://127.0.0.1:1234."
        set_ = {name: value for name, value in _changes(draft, None).items() if value is not None}
        wrong = mistakes_in(set_)
        found |= {"key_text" if name in _KEYS.values() else name: sentence for name, sentence in wrong.items()}
        for name in _ADDRESSES:
            address: str = getattr(draft, name)
            try:
                if address and name not in found:
                    refuse_nonsense(address)
            except ConfigurationError as error:
                found[name] = error.message
        kept = was is not None and draft.key_kind == was.key_kind == "typed"
        if draft.key_kind != "none" and not draft.key_text and not kept:
            found["key_text"] = _KEY_WANTED[draft.key_kind]
        return found or self._check_policy(draft, was)

    def _check_policy(self, draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, str]:
        """What the host policy says, once everything else is right."""
        hosts = self.hosts_of(draft)
        table = self._table(draft, was)
        if set(hosts) - set(self._allowed(draft.name, table)):
            those = " and ".join(hosts)
            return {"allow": f"Prompts and answers would leave this machine, for {those}. Is that what you want?"}
        try:
            refused = load_settings(
                {"profile": draft.name},
                config_path=self._config_path,
                environ=self._environ,
                drafts={draft.name: table},
            ).policy()
        except SettingsError as error:
            return {"name": error.message}
        if refused is None:
            return {}
        field = {"api_key": "key_text"}.get(refused.key or "", refused.key or "name")
        return {field: refused.message.partition(" (")[0].removesuffix(".") + "."}

    def hosts_of(self, draft: ProfileDraft) -> list[str]:
        """See `Profiles`."""
        hosts: list[str] = []
        for name in _ADDRESSES:
            with contextlib.suppress(ConfigurationError):
                address: str = getattr(draft, name)
                host = host_of(normalise_base_url(address)) if address else ""
                if host and not is_loopback(host) and host not in hosts:
                    hosts.append(host)
        return hosts

    def config_of_draft(self, draft: ProfileDraft, was: ProfileDraft | None) -> ClientConfig:
        """See `Profiles`."""
        name = draft.name if PROFILE_NAME.fullmatch(draft.name) else "draft"
        with _told():
            drafts = {name: self._table(draft, was)}
            flags = {"profile": name}
            loaded = load_settings(flags, config_path=self._config_path, environ=self._environ, drafts=drafts)
            return loaded.client_config()

    def save(self, draft: ProfileDraft, was: ProfileDraft | None) -> None:
        """See `Profiles`."""
        changes = _changes(draft, was) | self._hosts(draft, was)
        with _told():
            self._file.save(draft.name, changes, former=was.name if was else None)

    def remove(self, name: str) -> object:
        """See `Profiles`."""
        with _told():
            return self._file.remove(name)

    def restore(self, removed: object) -> None:
        """See `Profiles`."""
        with _told():
            self._file.restore(cast("Removed", removed))

    def choose(self, name: str) -> None:
        """See `Profiles`."""
        with _told():
            self._file.set_default(name or None)

    def _load(self, name: str) -> LoadedSettings:
        # The profile "" is none.
        return load_settings({"profile": name}, config_path=self._config_path, environ=self._environ)

    def _table(self, draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, object]:
        """What the profile would hold."""
        with _told():
            before = self._file.get(was.name) if was else {}
        after = before | _changes(draft, was) | self._hosts(draft, was)
        return {name: value for name, value in after.items() if value is not None}

    def _hosts(self, draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, Any]:
        """The hosts that may be used from now on, when they are more than until now."""
        if not draft.allow:
            return {}
        with _told():
            allowed = self._allowed(draft.name, self._file.get(was.name) if was else {})
        more = [host for host in self.hosts_of(draft) if host not in allowed]
        return {"allowed_hosts": [*allowed, *more]} if more else {}

    def _allowed(self, name: str, table: Mapping[str, object]) -> list[str]:
        """The hosts that a profile may use as it is, in small letters."""
        try:
            flags = {"profile": name}
            drafts = {name: {"allowed_hosts": table["allowed_hosts"]} if "allowed_hosts" in table else {}}
            loaded = load_settings(flags, config_path=self._config_path, environ=self._environ, drafts=drafts)
        except SettingsError:
            return []
        return [host.lower().strip("[]") for host in loaded.settings.allowed_hosts]


def _changes(draft: ProfileDraft, was: ProfileDraft | None) -> dict[str, Any]:
    """What is to be set in the file; None is to be taken away, and what is not named is as it was."""
    before = was or ProfileDraft()
    changes: dict[str, Any] = {
        name: getattr(draft, name) or None for name in _TEXTS if getattr(draft, name) != getattr(before, name)
    }
    if "base_url" in changes and was is not None:
        changes |= dict.fromkeys(PARTS)
    if draft.key_kind != before.key_kind or draft.key_text != before.key_text:
        for kind, name in _KEYS.items():
            if kind == draft.key_kind and draft.key_text:
                changes[name] = draft.key_text
            elif was is not None:
                changes[name] = None
    return changes


@contextlib.contextmanager
def _told() -> Generator[None]:
    """The settings' errors as those that the app knows."""
    try:
        yield
    except SettingsError as error:
        raise ProfileError(error.message, error.hint) from None
