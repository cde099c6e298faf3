"""F1: every command by group with its keys, searchable."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea, QWidget

from vlaarena_desktop.commands import Command, by_group, matching
from vlaarena_desktop.pages.curtain import Curtain

_COLUMNS = 2


def keys_text(command: Command) -> str:
    """The keys of a command as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    told = [keys for keys in command.keys if keys != "Return" or "Enter" not in command.keys]  # both are called Enter
    return " / ".join(QKeySequence(keys).toString(native) for keys in told)


class KeysOverlay(Curtain):
    """Read from the commands each time it is opened."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, QSize(880, 620))
        self._commands: tuple[Command, ...] = ()
        self.search, self.sheet, self._area = QLineEdit(), QLabel(), QScrollArea()
        title = QLabel(self.tr("Keyboard shortcuts"))
        title.setObjectName("title")
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the shortcuts"))
        self.search.textChanged.connect(self._fill)
        self.sheet.setTextFormat(Qt.TextFormat.RichText)
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sheet.setObjectName("keysheet")
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(title.text())
        self._area.setWidget(self.sheet)
        close = QLabel(self.tr("Esc closes. Ctrl+K runs a command by its name."))
        close.setObjectName("quiet")
        for widget in (title, self.search, self._area, close):
            self.column.addWidget(widget)

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Show these commands."""
        self._commands = tuple(commands)
        self.search.clear()
        self._fill()
        self.rise(self.search)

    @Slot()
    def _fill(self) -> None:
        kept = {command.id for command in matching(self._commands, self.search.text())}
        groups = by_group(command for command in self._commands if command.keys and command.id in kept)
        if not groups:
            self.sheet.setText(escape(self.tr("No command has such a name.")))
            return
        columns = _balanced([_block(name, group) for name, group in groups.items()])
        wide = f'width="{100 // _COLUMNS}%" style="padding-right: 28px"'
        cells = "".join(f"<td {wide}>{''.join(column)}</td>" for column in columns)
        self.sheet.setText(f'<table width="100%"><tr>{cells}</tr></table>')


def _block(name: str, commands: Sequence[Command]) -> tuple[int, str]:
    """A group as a table, and how many rows it has."""
    rows = "".join(
        f'<tr><td style="padding: 3px 0">{escape(each.title)}</td>'
        f'<td align="right" style="padding: 3px 0; white-space: nowrap"><b>{escape(keys_text(each))}</b></td></tr>'
        for each in commands
    )
    head = f'<tr><td colspan="2" style="padding: 10px 0 4px 0"><b>{escape(name)}</b></td></tr>'
    return len(commands) + 2, f'<table width="100%">{head}{rows}</table>'


def _balanced(blocks: Sequence[tuple[int, str]]) -> list[list[str]]:
    """The blocks in columns of about equal height, each block into the column that is shortest so far."""
    heights, columns = [0] * _COLUMNS, [list[str]() for _ in range(_COLUMNS)]
    for rows, block in blocks:
        shortest = heights.index(min(heights))
        heights[shortest] += rows
        columns[shortest].append(block)
    return columns
