"""Where a saved file goes: a folder, which is remembered, and a name."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from scenes.errors import ArenaError, BadInput
from vlaarena_desktop.pages.labelled_grid import LabelledGrid

_FOLDER_KEY = "saving/folder"


class SavePlace(QWidget):
    """Suggests a name until one is typed."""

    changed = Signal()

    def __init__(self, settings: QSettings | None, parent: QWidget | None = None) -> None:
        """`settings` remember the folder from one start to the next."""
        super().__init__(parent)
        self._settings, self._typed = settings, False
        self.folder, self.name = QLineEdit(self._remembered()), QLineEdit()
        self.browse = QPushButton(self.tr("Browse…"))
        self.folder.setAccessibleName(self.tr("Folder"))
        self.name.setAccessibleName(self.tr("File name"))
        self.browse.setAccessibleName(self.tr("Browse for a folder"))
        self._lay_out()
        self.name.textEdited.connect(self._note_typed)
        self.browse.clicked.connect(self._browse)
        for field in (self.folder, self.name):
            field.textChanged.connect(self.changed)

    def suggest(self, name: str) -> None:
        """Offer a file name, unless one was typed."""
        if not self._typed:
            self.name.setText(name)

    def begin(self) -> None:
        """Suggest names again, in the folder of what was saved last."""
        self.forget_typed()
        if self._kept:
            self.folder.setText(self._remembered())

    def forget_typed(self) -> None:
        """Suggest names again."""
        self._typed = False

    def remember(self) -> None:
        """Begin with this folder next time."""
        if self._settings is not None:
            self._settings.setValue(_FOLDER_KEY, self.folder.text().strip())

    def path(self, suffix: str) -> Path:
        """The file to write, with this suffix.

        Raises:
            BadInput: the name is none, or there is no such folder.
        """
        name, given = self.name.text().strip(), self.folder.text().strip()
        if not name.strip(".") or Path(name).name != name:
            raise BadInput(f"'{name}' is not a file name.", hint="Leave out slashes; the folder has its own field.")
        try:
            folder = Path(given).expanduser()
            found = bool(given) and folder.is_dir()
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInput(f"'{given}' is not a folder.", hint="Choose one with Browse.", detail=str(error)) from error
        if not found:
            raise BadInput(f"There is no folder '{given}'.", hint="Choose another with Browse.")
        return folder / (name if name.lower().endswith(suffix) else name + suffix)

    def taken(self, suffix: str) -> bool:
        """Whether a file stands there already."""
        try:
            return self.path(suffix).exists()
        except (ArenaError, OSError):  # said when the file is to be written
            return False

    @property
    def _kept(self) -> str:
        return str(self._settings.value(_FOLDER_KEY, "")) if self._settings is not None else ""

    def _remembered(self) -> str:
        places = (self._kept, QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
        return next((place for place in places if place and Path(place).is_dir()), str(Path.home()))

    @Slot()
    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    @Slot()
    def _note_typed(self) -> None:
        self._typed = bool(self.name.text())

    def _lay_out(self) -> None:
        self.grid = LabelledGrid(self)
        self.grid.add(self.folder.accessibleName(), self.folder, self.browse)
        self.grid.add(self.name.accessibleName(), self.name)
