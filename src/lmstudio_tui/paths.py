"""Where the app keeps its files on this platform.

Each function asks the environment anew (`HOME`, `XDG_*` …), so that nothing is fixed at import time, and none of them
makes a folder: whoever writes a file makes the folder for it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from platformdirs import PlatformDirs

APP_NAME = "lmstudio-tui"
CONFIG_VARIABLE = "LM_STUDIO_CONFIG"
"""Names the file of settings, where no flag does."""


def _dirs() -> PlatformDirs:
    # Without an author Windows gets …\lmstudio-tui rather than …\lmstudio-tui\lmstudio-tui.
    return PlatformDirs(APP_NAME, appauthor=False, ensure_exists=False)


def config_dir() -> Path:
    """What the user writes: `config.toml`."""
    return _dirs().user_config_path


def state_dir() -> Path:
    """What the app remembers and can do without: the last pane, logs."""
    return _dirs().user_state_path


def data_dir() -> Path:
    """What must not be lost: conversations, transcripts, embeddings."""
    return _dirs().user_data_path


def cache_dir() -> Path:
    """What can be fetched or made again."""
    return _dirs().user_cache_path


def config_file() -> Path:
    """The file of settings that is read when none is named."""
    return config_dir() / "config.toml"


def state_file() -> Path:
    """Where the app remembers how it was left."""
    return state_dir() / "state.json"


def chosen_config_file(named: Path | None, variable: str) -> tuple[Path, str]:
    """The file of settings to read, and who named it: `--config`, the variable, or nobody.

    Args:
        named: by the flag.
        variable: the value of `CONFIG_VARIABLE`; empty when it is not set.
    """
    path = named or (Path(variable) if variable else config_file())
    with suppress(RuntimeError):  # There is no such user: then it is a name like any other.
        path = path.expanduser()  # No shell does it within --config=~/x.
    return path, "--config" if named else CONFIG_VARIABLE if variable else ""


def request_log_file() -> Path:
    """Where requests are logged, if somebody wants them logged."""
    return state_dir() / "log" / "requests.log"


def models_cache_dir() -> Path:
    """Where the last list of models of each server is kept."""
    return cache_dir() / "models"


def downloads_file() -> Path:
    """Where the app remembers the downloads that it began."""
    return state_dir() / "downloads.json"


def reports_dir() -> Path:
    """Where it is written down when something goes wrong in the program itself."""
    return state_dir() / "reports"


def models_seen_dir() -> Path:
    """Where the app keeps the list of models that it saw last on each server."""
    return cache_dir() / "seen"


def approvals_file() -> Path:
    """Where the app remembers which commands may answer for a tool."""
    return state_dir() / "approvals.json"


def library_file() -> Path:
    """Where the conversations are."""
    return data_dir() / "library.sqlite3"


def embeddings_file() -> Path:
    """Where sets of texts and their vectors are."""
    return data_dir() / "embeddings.sqlite"


def tools_dir() -> Path:
    """Where the user puts the tools that a model may ask for."""
    return config_dir() / "tools"


def media_dir() -> Path:
    """Where recordings, spoken texts and images are, in a folder each."""
    return data_dir()
