"""The SDK costs little to import, and knows nothing of what is above it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import lmstudio_tui.sdk
from lmstudio_tui.sdk import LMStudioClient, LMStudioSDK

HEAVY = ["textual", "rich", "httpx", "httpcore", "pydantic", "numpy", "sounddevice", "soundfile", "typer", "starlette"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_importing_it_imports_nothing_heavy() -> None:
    code = f"import sys, lmstudio_tui.sdk; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run(code) == "[]"


def test_using_it_imports_nothing_of_the_user_interface() -> None:
    banned = [name for name in HEAVY if name not in {"httpx", "httpcore", "pydantic"}]
    code = (
        "import sys; from lmstudio_tui.sdk import *; LMStudioClient(ClientConfig()).close();"
        f"print([name for name in {banned!r} if name in sys.modules])"
    )
    # httpx itself brings rich along where it is installed, for its own command.
    assert run(code) in {"[]", "['rich']"}


def test_every_public_name_is_there() -> None:
    assert sorted(lmstudio_tui.sdk.__all__) == dir(lmstudio_tui.sdk)
    for name in lmstudio_tui.sdk.__all__:
        assert getattr(lmstudio_tui.sdk, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(lmstudio_tui.sdk, "nothing" + "")


def test_the_client_is_what_callers_are_typed_against() -> None:
    sdk: type[LMStudioSDK] = LMStudioClient
    assert all(hasattr(sdk, name) for name in ("health", "list_models", "stream_chat_completion", "close"))
