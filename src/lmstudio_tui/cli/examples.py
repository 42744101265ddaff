"""What the help shows of each command: a few lines that can be copied. They are parsed by a test."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "": (
        "lmstudio-tui                                   # on http://127.0.0.1:1234",
        "lmstudio-tui --demo                            # on the simulator",
        "lmstudio-tui --profile box --pane models",
    ),
    "ping": ("lmstudio-tui ping --json",),
    "models": ("lmstudio-tui models --loaded", 'lmstudio-tui models -q "qwen size<8gb"'),
    "models ls": ("lmstudio-tui models ls --type embedding",),
    "models load": ("lmstudio-tui models load qwen3 -c 16384",),
    "models unload": ("lmstudio-tui models unload qwen3", "lmstudio-tui models unload --all --yes"),
    "models download": ("lmstudio-tui models download qwen/qwen3-8b",),
    "models sync": ("lmstudio-tui models sync",),
    "chat": (
        'lmstudio-tui chat "Why is the sky blue?"',
        'git diff | lmstudio-tui chat "Review this" -m qwen/qwen3-8b',
        'lmstudio-tui chat -c "And at night?"           # go on with the last',
        'lmstudio-tui chat --image photo.jpg "What is it?"',
    ),
    "complete": ('lmstudio-tui complete "def fib(n):" --max-tokens 80',),
    "history": ("lmstudio-tui history --limit 10",),
    "history list": ("lmstudio-tui history list --json",),
    "history search": ("lmstudio-tui history search rust lifetimes",),
    "history show": ("lmstudio-tui history show 1a2b",),
    "history export": (
        "lmstudio-tui history export 1a2b -o trip.html",
        "lmstudio-tui history export 1a2b -f json -o backup/",
    ),
    "history import": ("lmstudio-tui history import conversations.json",),
    "history delete": ("lmstudio-tui history delete 1a2b --yes",),
    "history restore": ("lmstudio-tui history restore 1a2b6bc48e0e4d0f9d3d3d6f6b1f9c55",),
    "transcribe": (
        "lmstudio-tui transcribe talk.mp3 -o talk.srt",
        "lmstudio-tui record -o - | lmstudio-tui transcribe - -l de",
    ),
    "translate": ("lmstudio-tui translate rede.ogg",),
    "record": ("lmstudio-tui record -o note.wav", "lmstudio-tui record --list-devices"),
    "speak": (
        'lmstudio-tui speak "Good morning" --voice af_heart',
        'lmstudio-tui chat "A haiku" | lmstudio-tui speak -o haiku.mp3',
    ),
    "voices": ("lmstudio-tui voices --json",),
    "image": ('lmstudio-tui image "A red house" -o house.png --size 512x512',),
    "embed": (
        "lmstudio-tui embed --file texts.csv --column body -o vectors.npy",
        'lmstudio-tui embed --file texts.txt --query "pets" --top 5',
    ),
    "doctor": ("lmstudio-tui doctor --profile box",),
    "keys": (
        "lmstudio-tui keys chat copy           # those that have to do with it",
        "lmstudio-tui keys --check             # what clashes, or never arrives",
    ),
    "web": (
        "lmstudio-tui web                               # prints the address",
        "lmstudio-tui web --demo --port 0 --pane images",
    ),
    "simulate": ("lmstudio-tui simulate --port 1234", "lmstudio-tui simulate --list-faults"),
}
"""By the words after the name of the program."""

ENVIRONMENT: Final = (
    ("LM_STUDIO_BASE_URL", "The server."),
    ("LM_STUDIO_API_KEY", "Its key, where others do not see it."),
    ("LM_STUDIO_PROFILE", "A server by its name in config.toml."),
    ("LM_STUDIO_CONFIG", "The settings file, in place of the usual one."),
    ("LM_STUDIO_*", "Every other setting, by its name in capitals."),
    ("NO_COLOR", "No colours, when it is set."),
    ("VISUAL, EDITOR", "The editor for prompts."),
)
FILES: Final = (
    ("~/.config/lmstudio-tui/", "config.toml; tools that models may call."),
    ("~/.local/share/lmstudio-tui/", "Conversations, recordings, images, vectors."),
    ("~/.local/state/lmstudio-tui/", "How the app was left, what you have allowed, logs."),
)
"""On Linux; the page on settings says where they are elsewhere."""
EXIT_CODES: Final = (
    ("0", "done"),
    ("1", "it failed: the server refused it, or what was named is not there; what had arrived is printed"),
    ("2", "usage or settings; a file that cannot be read or used"),
    ("3", "no server reachable"),
    ("4", "the key is missing or wrong"),
    ("5", "not available on this server"),
    ("130", "interrupted"),
)
