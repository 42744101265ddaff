"""Conversations written to files, and read from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lmstudio_tui.features.history.exporting import FORMATS, file_name
from lmstudio_tui.text_safety import clean_line
from lmstudio_tui.tui.messages import SaveWanted
from lmstudio_tui.tui.panes.chat.opening import open_screen
from lmstudio_tui.tui.typed import app_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lmstudio_tui.features.history.exporting import Format
    from lmstudio_tui.store.library import Library
    from lmstudio_tui.store.library.records import Conversation, Loaded
    from lmstudio_tui.tui.panes.chat.tabs import TabbedPane


class Porting:
    """Takes conversations out of the library and into it.

    Args:
        pane: where they are opened.
    """

    def __init__(self, pane: TabbedPane) -> None:
        self._pane = pane

    def choose_export(self, loaded: Loaded) -> None:
        """Ask for the format, and write a conversation to a file."""
        from lmstudio_tui.tui.screens.choose import Choose

        formats = [
            ("md", "Markdown", "for people: the branch that is shown"),
            ("json", "JSON", "everything, to be read again: branches, parameters, files"),
            ("html", "HTML", "one page to look at, in light and dark"),
        ]

        def write(chosen: str | None) -> None:
            for ending in FORMATS:
                if ending == chosen:
                    self.export(loaded, ending)

        open_screen(self._pane, Choose("Export as", formats), write)

    def export(self, loaded: Loaded, ending: Format = "md", path: Path | None = None) -> None:
        """Write a conversation to a file, as the ending says: md, json or html."""

        def make(emit: object, scope: object) -> str:
            del emit, scope
            from lmstudio_tui.features.history.exporting import export

            return export(loaded, ending, blob=self._pane.desk.library.blob)

        def save(text: str) -> None:
            name = path or Path(file_name(loaded.conversation, ending))
            self._pane.post_message(SaveWanted(text, f"conversation as {ending}", name))

        self._pane.runs.start(make, finished=save, name="export")

    def choose_import(self) -> None:
        """Ask for files, and read conversations from them."""
        from lmstudio_tui.tui.screens.attach_file import AttachFile

        def read(paths: list[Path] | None) -> None:
            if paths:
                self.import_files(paths)

        open_screen(self._pane, AttachFile(title="Import", take="Import"), read)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Read conversations from files; the last one is opened."""
        pane = self._pane

        def read(emit: object, scope: object) -> tuple[list[Conversation], list[str]]:
            del emit, scope
            return _take_in(paths, pane.desk.library, pane.desk.now().timestamp())

        def tell(found: tuple[list[Conversation], list[str]]) -> None:
            conversations, complaints = found
            for sentence in complaints:
                pane.notify(sentence, severity="error")
            if conversations:
                count = "One conversation" if len(conversations) == 1 else f"{len(conversations)} conversations"
                pane.notify(f"{count} read.", timeout=4)
                pane.call_later(pane.open, conversations[-1])
                self._list_again()

        pane.runs.start(read, finished=tell, name="import")

    def _list_again(self) -> None:
        """The list of conversations, where it is open, shows what has come."""
        from lmstudio_tui.tui.screens.conversations import Conversations

        for screen in app_of(self._pane).screen_stack:
            if isinstance(screen, Conversations):
                screen.look_again()


def _take_in(paths: Sequence[Path], library: Library, now: float) -> tuple[list[Conversation], list[str]]:
    """Read conversations from files into the library. Blocks.

    Returns:
        what was read, and a sentence for each file that could not be.
    """
    from lmstudio_tui.features.history.importing import read_file, settled, with_new_ids
    from lmstudio_tui.features.history.values import UnreadableError

    conversations: list[Conversation] = []
    complaints: list[str] = []
    for path in paths:
        try:
            found = read_file(path)
        except UnreadableError as failure:
            complaints.append(f"{clean_line(path.name)}: {failure}")
            continue
        except OSError as error:
            complaints.append(f"{clean_line(path.name)} cannot be read: {(error.strerror or 'no file').lower()}.")
            continue
        for one in found:
            kept = with_new_ids(settled(one, now))
            for data in kept.blobs.values():
                library.put_blob(data)
            library.import_(kept.loaded)
            conversations.append(kept.loaded.conversation)
    return conversations, complaints
