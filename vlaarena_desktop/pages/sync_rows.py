"""The rows of Settings about the central service that are no settings: the enrolment, and syncing now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from scenes.errors import ArenaError
from vlaarena_desktop.pages.setting_row import FIELD_WIDTH, TITLE_WIDTH
from vlaarena_desktop.syncing import Syncing


class EnrolRow(QWidget):
    """A token from whoever runs the service, used once and kept nowhere."""

    def __init__(self, syncing: Syncing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._syncing = syncing
        self.field, self.button, self.said = QLineEdit(), QPushButton(self.tr("Enrol")), QLabel()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(self.tr("from whoever runs the service"))
        _dress(self, self.tr("Enrolment token"), self.field, self.button, self.said)
        self.field.textChanged.connect(self._follow)
        self.field.returnPressed.connect(self._enrol)
        self.button.clicked.connect(self._enrol)
        syncing.changed.connect(self._follow)
        syncing.enrolled.connect(self._accepted)
        syncing.enrolment_failed.connect(self._refused)
        self._follow()

    @Slot()
    def _enrol(self) -> None:
        if self.button.isEnabled():
            _say(self.said, self.tr("Enrolling …"), refused=False)
            self._syncing.enrol(self.field.text().strip())

    @Slot()
    def _accepted(self) -> None:
        self.field.clear()
        _say(self.said, self.tr("This workstation is enrolled."), refused=False)

    @Slot(object)
    def _refused(self, error: ArenaError) -> None:
        _say(self.said, str(error), refused=True)

    @Slot()
    def _follow(self) -> None:
        ready = self._syncing.state not in ("off", "syncing")
        self.button.setEnabled(ready and bool(self.field.text().strip()))


class SyncRow(QWidget):
    """How it stands, and a button to sync now."""

    def __init__(self, syncing: Syncing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._syncing = syncing
        self.button, self.said = QPushButton(self.tr("Sync now")), QLabel()
        _dress(self, self.tr("State"), None, self.button, self.said)
        self.button.clicked.connect(syncing.sync_now)
        syncing.changed.connect(self.show_state)
        self.show_state()

    @Slot()
    def show_state(self) -> None:
        """Say how it stands now, and what the service did not take."""
        state, refused = self._syncing.state, self._syncing.status().quarantined
        lines = [self._syncing.sentence()]
        if refused:
            lines.append(self.tr("Not taken by the service: {count}").format(count=len(refused)))
            lines += [f"{each.kind}: {each.reason}" for each in refused[:5]]
        self.button.setEnabled(state not in ("off", "syncing", "apart"))
        _say(self.said, "\n".join(lines), refused=state == "refused" or bool(refused or self._syncing.unsent))


def _dress(row: QWidget, title: str, field: QLineEdit | None, button: QPushButton, said: QLabel) -> None:
    label = QLabel(title)
    label.setFixedWidth(TITLE_WIDTH)
    said.setWordWrap(True)
    button.setAccessibleName(button.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(14)
    line.addWidget(label)
    if field is not None:
        field.setAccessibleName(title)
        field.setFixedWidth(FIELD_WIDTH)
        label.setBuddy(field)
        line.addWidget(field)
    line.addWidget(button)
    line.addWidget(said, 1)


def _say(label: QLabel, text: str, *, refused: bool) -> None:
    label.setText(text)
    label.setObjectName("bad" if refused else "quiet")
    label.style().polish(label)
