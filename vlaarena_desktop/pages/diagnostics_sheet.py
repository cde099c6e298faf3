"""Help > Copy diagnostics: what would be copied is shown first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from vlaarena_desktop.pages.curtain import Curtain


class DiagnosticsSheet(Curtain):
    """Nothing is on the clipboard before the button was pressed."""

    copied = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, QSize(860, 620))
        self.text = QPlainTextEdit()
        self.copy, self.close_button = QPushButton(self.tr("Copy")), QPushButton(self.tr("Close"))
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.close_down)
        self._lay_out()

    def show_text(self, text: str) -> None:
        """Show what would be copied."""
        self.text.setPlainText(text)
        self.rise(self.copy)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.close_down()
        self.copied.emit()

    def _lay_out(self) -> None:
        title, said = QLabel(self.tr("Diagnostics")), QLabel()
        title.setObjectName("title")
        said.setText(
            self.tr(
                "This helps to find a fault. Names of people, folders and models, keys, and everything about an "
                "open battle are left out. Read it before you pass it on."
            )
        )
        said.setObjectName("quiet")
        said.setWordWrap(True)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(title.text())
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.copy.setObjectName("primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.close_button, self.copy):
            button.setAccessibleName(button.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        for widget in (title, said, self.text):
            self.column.addWidget(widget)
        self.column.addLayout(buttons)
