"""What can be done with models."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

MODELS: tuple[Command, ...] = (
    Command("models.load", "l", "load", "Load", "Load the model into memory.", "models", show=True),
    Command("models.unload", "u", "unload", "Unload", "Unload the model from memory.", "models", show=True),
    Command("models.unload_all", "U", "unload_all", "Unload all", "Unload all models from memory.", "models"),
    Command("models.download", "d", "download", "Download", "Download a model to the server.", "models", show=True),
    Command("models.chat", "c", "use('chat')", "Chat", "Use the model in the chat.", "models", show=True),
    Command("models.embed", "e", "use('embeddings')", "Embed", "Use the model for embeddings.", "models"),
    Command("models.try", "E", "try_embedding", "Try it", "Try the model in the embeddings pane.", "models"),
    Command("models.filter", "/", "filter", "Filter", "Filter the models.", "models", show=True),
    Command("models.sort", "o", "sort", "Sort", "Sort the models: choose by what.", "models", show=True),
    Command("models.reverse", "O", "reverse", "Reverse", "Sort them the other way round.", "models"),
    Command(
        "models.details",
        "enter",
        "details",
        "Details",
        "Show the details of the model: all that is known.",
        "models",
        show=True,
    ),
    Command("models.copy", "y", "copy_id", "Copy id", "Copy the model's id.", "models"),
    Command("models.stop", "s", "stop", "Stop", "Stop waiting for a model to be loaded.", "models", show=True),
    Command("models.dismiss", "x", "dismiss_line", "Dismiss", "Dismiss what has ended or failed.", "models", show=True),
    Command(
        "models.back", "escape", "back", "Back", "Close the details, then clear the filter.", "models", palette=False
    ),
)
