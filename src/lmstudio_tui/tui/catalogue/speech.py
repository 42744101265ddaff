"""What can be done with speech: a text that is spoken, and what was spoken before."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

SPEECH: tuple[Command, ...] = (
    Command("speech.speak", "ctrl+s,alt+s", "speak", "Speak", "Speak the text.", "speech", show=True, priority=True),
    Command(
        "speech.stop",
        "escape",
        "stop",
        "Stop",
        "Stop speaking and playing, and keep what came; else filter no more, or go between the text and the list.",
        "speech",
        show=True,
    ),
    Command(
        "speech.back", "escape", "back", "Back", "Go back, where there is nothing to stop.", "speech", palette=False
    ),
    Command("speech.choose", "enter", "open", "Choose", "Choose what stands there.", "speech", palette=False),
    Command(
        "speech.default", "delete,backspace", "clear", "Default", "Have what is usual again.", "speech", palette=False
    ),
    Command("speech.pause", "alt+p", "play_pause", "Pause", "Pause, go on, or play again.", "speech", priority=True),
    Command(
        "speech.space",
        "space",
        "play_pause('key')",
        "Pause",
        "Pause, go on, or play again, where no text is typed.",
        "speech",
        show=True,
        palette=False,
    ),
    Command("speech.earlier", "left,alt+left", "seek(-1)", "5 s back", "Go five seconds back.", "speech"),
    Command("speech.later", "right,alt+right", "seek(1)", "5 s on", "Go five seconds on.", "speech"),
    Command("speech.louder", "plus,equals_sign", "volume(1)", "Louder", "Turn the volume up.", "speech"),
    Command("speech.softer", "minus", "volume(-1)", "Softer", "Turn the volume down.", "speech"),
    Command("speech.model", "ctrl+t,f2", "choose('model')", "Model", "Choose the model.", "speech", priority=True),
    Command(
        "speech.voice", "alt+v", "choose('voice')", "Voice", "Choose the voice.", "speech", show=True, priority=True
    ),
    Command("speech.format", "alt+o", "choose('format')", "Format", "Choose the format.", "speech", priority=True),
    Command("speech.speed", "alt+d", "choose('speed')", "Speed", "Choose the speed.", "speech", priority=True),
    Command("speech.file", "alt+a", "read_file", "From file", "Take the text from a file.", "speech", priority=True),
    Command(
        "speech.save", "alt+e", "save", "Save as", "Write the chosen utterance to a file.", "speech", priority=True
    ),
    Command(
        "speech.save_chosen",
        "s",
        "save('key')",
        "Save as",
        "Write it to a file, in the list.",
        "speech",
        show=True,
        palette=False,
    ),
    Command("speech.replay", "enter", "replay('key')", "Play", "Play it.", "speech", show=True, palette=False),
    Command("speech.again", "e", "use_again", "Use again", "Take its text, voice and model again.", "speech"),
    Command("speech.copy", "y", "copy_text", "Copy text", "Copy the text of the utterance.", "speech"),
    Command("speech.copy_path", "Y", "copy_path('file')", "Copy path", "Copy the path of its file.", "speech"),
    Command("speech.copy_folder", "F", "copy_path('folder')", "Folder", "Copy the path of the folder.", "speech"),
    Command("speech.delete", "x,delete", "delete", "Delete", "Delete the utterance; undoing brings it back.", "speech"),
    Command("speech.undo", "f8,u", "undo", "Undo", "Bring back the utterance deleted last.", "speech"),
    Command("speech.filter", "slash", "filter", "Filter", "Filter what was spoken.", "speech"),
)
