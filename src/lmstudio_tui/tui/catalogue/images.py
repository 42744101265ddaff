"""What can be done with images."""

from __future__ import annotations

from lmstudio_tui.tui.catalogue.command import Command

IMAGES: tuple[Command, ...] = (
    Command(
        "images.make",
        "ctrl+r",
        "make",
        "Make",
        "Make the images, as taking the prompt does.",
        "images",
        show=True,
    ),
    Command("images.back", "escape", "back", "Back", "Stop what is being made, else go back.", "images", palette=False),
    Command("images.open", "enter", "open", "Look", "Look at the image alone.", "images", show=True, palette=False),
    Command("images.prompt", "p", "use_prompt", "Prompt", "Use its prompt and settings again.", "images", show=True),
    Command("images.again", "r", "again", "Again", "Make it again with the same seed.", "images", show=True),
    Command("images.another", "n", "another", "New seed", "Make it again with another seed.", "images", show=True),
    Command("images.save", "s", "save", "Save", "Save the image under a name of your own.", "images", show=True),
    Command("images.copy", "y", "copy_path", "Copy path", "Copy the path of the image.", "images", show=True),
    Command("images.copy_prompt", "Y", "copy_prompt", "Copy prompt", "Copy the prompt of the image.", "images"),
    Command("images.delete", "x,delete", "delete", "Delete", "Delete the image; undoing brings it back.", "images"),
    Command("images.undo", "f8,u", "undo", "Undo", "Bring back the image that was deleted last.", "images"),
    Command("images.filter", "/", "filter", "Filter", "Filter the images made so far.", "images", show=True),
    Command("images.model", "alt+m", "choose_model", "Model", "Choose the model that draws.", "images", priority=True),
    Command("images.size", "alt+s", "choose_size", "Size", "Choose the size of the images.", "images", priority=True),
    Command(
        "images.previous",
        "left,h",
        "turn(-1)",
        "Previous",
        "Of those made at once: the image before.",
        "images",
        palette=False,
    ),
    Command(
        "images.next", "right,l", "turn(1)", "Next", "Of those made at once: the image after.", "images", palette=False
    ),
)
