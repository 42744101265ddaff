"""Loading settings from what a test gives, and how they are refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from lmstudio_tui import paths
from lmstudio_tui.settings import LoadedSettings, SettingsError, load_settings

KEY = "sk-lm-aBcD1234:s3cr3t-s3cr3t-s3cr3t"
reuse_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150
)


def load(toml: str | bytes | None = None, flags: dict[str, object] | None = None, /, **environ: str) -> LoadedSettings:
    """Load from what is given here only; variables without their LM_STUDIO_."""
    if toml is not None:
        paths.config_file().write_bytes(toml.encode() if isinstance(toml, str) else toml)
        paths.config_file().chmod(0o600)
    return load_settings(flags or {}, environ={f"LM_STUDIO_{name}": value for name, value in environ.items()})


def refused(
    toml: str | bytes | None = None, flags: dict[str, object] | None = None, /, **environ: str
) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(toml, flags, **environ)
    assert "\n" not in caught.value.message
    assert KEY not in f"{caught.value} {caught.value!r}"
    return caught.value


def told(toml: str | bytes | None = None, /, **environ: str) -> str:
    try:
        load(toml, **environ)
    except SettingsError as error:
        return error.message
    return "fine"
