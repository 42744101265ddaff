"""What the user has set: flags > environment > `config.toml` > defaults, and servers by name: its profiles.

The names are those of the server contract, section 1, and a few of the app's own. Nothing is read before
`load_settings` is called. Each value knows where it came from, so that an error can name the place.
"""

from lmstudio_tui.paths import CONFIG_VARIABLE
from lmstudio_tui.settings.loading import LoadedSettings, load_settings, mistakes_in
from lmstudio_tui.settings.model import Settings
from lmstudio_tui.settings.services import Service
from lmstudio_tui.settings.sources import KEY_VARIABLES, PREFIX, SettingsError

__all__ = [
    "CONFIG_VARIABLE",
    "KEY_VARIABLES",
    "PREFIX",
    "LoadedSettings",
    "Service",
    "Settings",
    "SettingsError",
    "load_settings",
    "mistakes_in",
]
