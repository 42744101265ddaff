"""What can be done with recordings and what was heard in them."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command, Where
from lmstudio_tui.tui.catalogue.moving import ends, pages, steps

_HERE: Where = "transcribe"

TRANSCRIBE: tuple[Command, ...] = (
    Command("transcribe.record", "space,ctrl+r", "record", "Record", "Record from the microphone.", _HERE, show=True),
    Command(
        "transcribe.end",
        "space,ctrl+r",
        "end_recording",
        "Stop",
        "End the recording, and keep it.",
        _HERE,
        show=True,
    ),
    Command(
        "transcribe.pause", "p", "pause", "Pause", "Pause the recording or the playing, or go on.", _HERE, show=True
    ),
    Command(
        "transcribe.delete",
        "x,delete",
        "delete",
        "Delete",
        "Delete the recording; u brings it back.",
        _HERE,
        show=True,
    ),
    Command(
        "transcribe.discard",
        "x,delete",
        "discard",
        "Discard",
        "Discard what is being recorded; u brings it back.",
        _HERE,
        show=True,
    ),
    Command("transcribe.undo", "u,f8", "undo", "Undo", "Bring back what was deleted, or the text before.", _HERE),
    Command("transcribe.file", "f", "open_file", "File", "Open an audio file.", _HERE, show=True),
    Command(
        "transcribe.transcribe",
        "t",
        "transcribe('transcribe')",
        "Transcribe",
        "Write down what is said in it.",
        _HERE,
        show=True,
    ),
    Command(
        "transcribe.translate",
        "T",
        "transcribe('translate')",
        "Translate",
        "Write down in English what is said in it.",
        _HERE,
        show=True,
    ),
    Command("transcribe.stop", "escape", "back", "Stop", "Stop the transcription; else go back.", _HERE, palette=False),
    Command(
        "transcribe.play",
        "enter",
        "play",
        "Play",
        "Play the recording; in a transcript, from the selected line.",
        _HERE,
        show=True,
    ),
    Command("transcribe.edit", "e", "edit", "Edit", "Edit the transcript.", _HERE),
    Command("transcribe.copy", "y", "copy", "Copy", "Copy the transcript.", _HERE),
    Command("transcribe.save", "s", "save", "Save", "Save the transcript: text, SRT, VTT, JSON.", _HERE, show=True),
    Command("transcribe.chat", "c", "chat", "Chat", "Put the transcript into the chat's prompt.", _HERE),
    Command(
        "transcribe.before",
        "less_than_sign,left",
        "version(-1)",
        "Before",
        "Show the transcript before, where a recording has several.",
        _HERE,
        palette=False,
    ),
    Command(
        "transcribe.after",
        "greater_than_sign,right",
        "version(1)",
        "After",
        "Show the transcript after.",
        _HERE,
        palette=False,
    ),
    Command("transcribe.options", "o", "options", "Options", "Model, language, prompt, temperature.", _HERE, show=True),
    Command("transcribe.model", "m", "choose_model", "Model", "Choose the model that listens.", _HERE),
    Command("transcribe.device", "d", "choose_device", "Microphone", "Choose the microphone.", _HERE),
    Command(
        "transcribe.recording",
        "O",
        "recording_options",
        "Recording",
        "How to record: silence, automatic stop, limit.",
        _HERE,
    ),
    Command("transcribe.check", "w", "check", "Check", "Speak a text, and check what is heard of it.", _HERE),
    Command("transcribe.filter", "slash", "filter", "Filter", "Filter the recordings by name and text.", _HERE),
    Command("transcribe.rename", "r,f2", "rename", "Rename", "Give the recording another name.", _HERE),
    *steps(_HERE, "A line up.", "A line down.", "line"),
    *pages(_HERE),
    *ends(_HERE, "To the first line.", "To the last line."),
)
