"""Ctrl+K: every command and page by a few letters of its name; Enter runs it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from vlaarena_desktop.commands import Command, matching
from vlaarena_desktop.pages.curtain import Curtain
from vlaarena_desktop.pages.keys_overlay import keys_text

_COMMAND = Qt.ItemDataRole.UserRole
_TO_THE_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ROW = 36  # [px]


class Palette(Curtain):
    """The keyboard alone suffices: letters narrow the list, arrows choose, Enter runs, Esc leaves."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, QSize(620, 430))
        self._commands: tuple[Command, ...] = ()
        self.search, self.list, self._none = QLineEdit(), QListWidget(), QLabel()
        self.search.setObjectName("instruction")
        self.search.setPlaceholderText(self.tr("What do you want to do?"))
        self.search.setAccessibleName(self.tr("Search a command"))
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._fill)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_CommandRow(self.list))
        self.list.itemClicked.connect(self._run)
        self._none.setText(self.tr("No command has such a name."))
        self._none.setObjectName("quiet")
        for widget in (self.search, self.list, self._none):
            self.column.addWidget(widget, 1 if widget is self.list else 0)

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Offer these commands."""
        self._commands = tuple(commands)
        self.search.clear()
        self._fill()
        self.rise(self.search)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list answers the arrows and Enter while one types."""
        if watched is self.search and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if not event.isAutoRepeat():
                    self._run()
                return True
            if event.key() in _TO_THE_LIST:
                self.list.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def _fill(self) -> None:
        self.list.clear()
        for command in matching(self._commands, self.search.text()):
            item = QListWidgetItem(command.title)
            item.setData(_COMMAND, command)
            item.setSizeHint(QSize(0, _ROW))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._none.setVisible(self.list.count() == 0)

    @Slot()
    def _run(self) -> None:
        """Close first, so that the command finds the window as it was."""
        if self.list.count() == 0:
            return
        command: Command = self.list.currentItem().data(_COMMAND)
        self.close_down()
        QTimer.singleShot(0, self, command.act)


class _CommandRow(QStyledItemDelegate):
    """Title at the left; group and keys at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row in the palette's colours."""
        command: Command = index.data(_COMMAND)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        colors, inside = option.palette, option.rect.adjusted(12, 0, -12, 0)
        if chosen:
            painter.fillRect(option.rect, colors.color(QPalette.ColorRole.Highlight))
        ink = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        quiet = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.BrightText
        painter.save()
        painter.setPen(colors.color(ink))
        left = _written(painter, inside, command.title, Qt.AlignmentFlag.AlignLeft, option.font)
        bold = QFont(option.font)
        bold.setBold(True)
        keys = _written(painter, inside, keys_text(command), Qt.AlignmentFlag.AlignRight, bold)
        painter.setPen(colors.color(quiet))
        between = inside.adjusted(left + 12, 0, -max(keys + 12, 110), 0)
        _written(painter, between, command.group, Qt.AlignmentFlag.AlignRight, option.font)
        painter.restore()


def _written(painter: QPainter, where: QRect, text: str, side: Qt.AlignmentFlag, font: QFont) -> int:
    """Write one line; its width [px]."""
    painter.setFont(font)
    drawn = painter.drawText(where, (side | Qt.AlignmentFlag.AlignVCenter).value, text)
    return int(drawn.width()) if text else 0
