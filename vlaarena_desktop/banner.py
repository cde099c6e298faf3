"""The banner at the top of the window: the latest error or notice, what to do, and a button to close it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from vlaarena_desktop.icons import icon, sharp
from vlaarena_desktop.notices import RUN_AGAIN, Notice, Notices
from vlaarena_desktop.theme import Colors

_NOTICE_SECONDS = 8  # a notice that is no error goes by itself
_LEFT, _TOP, _GAP, _WIDEST = 16, 4, 12, 960  # [px] its place in the window


class Banner(QFrame):
    """Never modal. It lies over the top bar, so that nothing moves under the mouse when it comes or goes."""

    def __init__(self, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._action = ""
        self._colors: Colors | None = None
        self._beside: QWidget | None = None
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

    def lie_over(self, body: QWidget, beside: QWidget) -> None:
        """Lie over the top of `body` from now on, up to what is to stay visible `beside` it."""
        self._beside = beside
        self.setParent(body)
        body.installEventFilter(self)
        beside.installEventFilter(self)

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
            self._sign.setPixmap(sharp(notice.kind, color, 22, self.devicePixelRatioF()))
        if notice.kind == "error":
            self._leave_timer.stop()
        else:
            self._leave_timer.start(_NOTICE_SECONDS * 1000)
        self.show()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the window changes its size."""
        if self.isVisible() and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def showEvent(self, event: QShowEvent) -> None:
        """Come to the front, where there is room."""
        self.raise_()
        self._place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is left to go by itself."""
        self._leave_timer.stop()

    def _place(self) -> None:
        """As wide as the room beside what stays visible, as high as the words need."""
        body, beside = self.parentWidget(), self._beside
        if body is None or beside is None:
            return
        width = min(_WIDEST, beside.mapTo(body, beside.rect().topLeft()).x() - _GAP - _LEFT)
        self.ensurePolished()
        self.setGeometry(_LEFT, _TOP, width, max(self.heightForWidth(width), self.minimumSizeHint().height()))

    @Slot()
    def _do(self) -> None:
        self.hide()
        self._notices.acted.emit(self._action)

    def _lay_out(self) -> None:
        self.text.setObjectName("lead")
        for label in (self.text, self.hint):
            label.setWordWrap(True)
        self.act.setAccessibleName(self.act.text())
        self.dismiss.setAccessibleName(self.tr("Close this notice"))
        self.dismiss.setIconSize(QSize(16, 16))
        for button in (self.act, self.dismiss):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.text)
        words.addWidget(self.hint)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(12)
        row.addWidget(self._sign)
        row.addLayout(words, 1)
        row.addWidget(self.act)
        row.addWidget(self.dismiss)
