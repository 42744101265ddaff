"""The voices that a server speaks with (`GET /v1/audio/voices`; server contract, 4), in each of the shapes it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lmstudio_tui.sdk import errors
from lmstudio_tui.sdk.calls import Call
from lmstudio_tui.sdk.types.audio import Voice
from lmstudio_tui.sdk.wire import is_list, is_object, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lmstudio_tui.sdk.cancellation import CancelScope
    from lmstudio_tui.sdk.transport import Transport

PATH = "/v1/audio/voices"

_LISTS = ("voices", "data", "items", "results")
_IDS = ("id", "voice_id", "voice", "key", "name", "short_name", "ShortName")
_NAMES = ("name", "display_name", "label", "title", "FriendlyName")
_LANGUAGES = ("language", "lang", "locale", "languages", "Locale")
_MODELS = ("model", "model_id")


def fetch_voices(transport: Transport, model: str | None, scope: CancelScope | None) -> list[Voice]:
    """As `LMStudioClient.list_voices`, without a look at what is known of the server."""
    try:
        body, _ = transport.json(Call("GET", PATH, "speech"), scope)
    except (errors.FeatureUnavailableError, errors.ModelNotFoundError, errors.ProtocolError) as error:
        if isinstance(error, errors.UnsupportedVersionError):
            raise
        return []
    voices = voices_in(body)
    return voices if model is None else [voice for voice in voices if voice.model in {None, model}]


def voices_in(body: Any) -> list[Voice]:
    """The voices of an answer, each once, in the order in which they come; none when it tells of none."""
    found: dict[tuple[str, str | None], Voice] = {}
    for voice in _voices(body):
        found.setdefault((voice.id, voice.model), voice)
    return list(found.values())


def _voices(body: Any) -> list[Voice]:
    if is_list(body):
        return [voice for member in body for voice in _of_member(member)]
    if not is_object(body):
        return []
    listed = next((body[name] for name in _LISTS if name in body), None)
    if is_list(listed):
        return _voices(listed)
    # Voices by their ids. At the top level there are other things, too: only objects count there.
    named: Mapping[str, Any] = listed if is_object(listed) else {}
    if listed is None:
        named = {name: value for name, value in body.items() if is_object(value)}
    return [voice for name, value in named.items() for voice in _of_pair(name, value)]


def _of_member(member: Any) -> list[Voice]:
    if is_object(member):
        return _of_object(member)
    text = _text(member)
    return [Voice(id=text, name=text)] if text else []


def _of_pair(name: str, value: Any) -> list[Voice]:
    if is_object(value):
        return _of_object({**value, "id": name})
    return _of_object({"id": name, "name": value})


def _of_object(row: Mapping[str, Any]) -> list[Voice]:
    name = _first(row, _IDS)
    if not name:
        return []
    language = next((row[key] for key in _LANGUAGES if row.get(key)), None)
    if is_list(language):
        language = language[0]
    values = {"name": _first(row, _NAMES) or name, "language": _text(language) or None}
    return [Voice.read({**row, **values, "id": name, "model": _first(row, _MODELS) or None})]


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(row.get(name)))), "")


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return whole_text(str(value)).strip()
    except ValueError:
        return ""  # a number with more digits than Python converts
