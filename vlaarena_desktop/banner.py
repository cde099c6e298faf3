"""The banner at the top of the window: the latest error or notice, what to do, and a button to close it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vlaarena_desktop.icons import icon, pixmap
from vlaarena_desktop.notices import RUN_AGAIN, Notice, Notices
from vlaarena_desktop.theme import Colors

_NOTICE_SECONDS = 8  # a notice that is no error goes by itself


class Banner(QFrame):
    """Never modal, never in the way."""

    def __init__(self, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._action = ""
        self._colors: Colors | None = None
        self.text, self.hint, self._sign = QLabel(), QLabel(), QLabel()
        self.act, self.dismiss = QPushButton(self.tr("Run again")), QToolButton()
        self._leave_timer = QTimer(self)
        self._leave_timer.setSingleShot(True)
        self._leave_timer.timeout.connect(self.hide)
        self._lay_out()
        notices.shown.connect(self.show_notice)
        self.act.clicked.connect(self._do)
        self.dismiss.clicked.connect(self.hide)
        self.hide()

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self._colors = colors
        self.dismiss.setIcon(icon("close", colors.text))

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show this instead of what is shown."""
        self.setObjectName("alarm" if notice.kind == "error" else "notice")
        self.style().polish(self)
        self.text.setText(notice.text)
        self.hint.setText(notice.hint)
        self.hint.setVisible(bool(notice.hint))
        self._action = notice.action
        self.act.setVisible(notice.action == RUN_AGAIN)
        if self._colors is not None:
            color = self._colors.bad if notice.kind == "error" else self._colors.link
            self._sign.setPixmap(pixmap(notice.kind, color, 22))
        if notice.kind == "error":
            self._leave_timer.stop()
        else:
            self._leave_timer.start(_NOTICE_SECONDS * 1000)
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is left to go by itself."""
        self._leave_timer.stop()

    @Slot()
    def _do(self) -> None:
        self.hide()
        self._notices.acted.emit(self._action)

    def _lay_out(self) -> None:
        self.text.setObjectName("lead")
        self.hint.setWordWrap(True)
        self.act.setAccessibleName(self.act.text())
        self.dismiss.setAccessibleName(self.tr("Close this notice"))
        self.dismiss.setIconSize(QSize(16, 16))
        for button in (self.act, self.dismiss):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.text)
        words.addWidget(self.hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(12)
        row.addWidget(self._sign)
        row.addLayout(words, 1)
        row.addWidget(self.act)
        row.addWidget(self.dismiss)
