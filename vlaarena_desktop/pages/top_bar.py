"""The bar at the top of the window: name, pages, what waits to sync, the daemon's pill and the menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton

from vlaarena_desktop.commands import Command, by_group
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.icons import TAB_ICON, icon, sharp, tab_icon
from vlaarena_desktop.pages.keys_overlay import keys_text
from vlaarena_desktop.pages.pill import DaemonPill
from vlaarena_desktop.pages.sync_mark import SyncMark
from vlaarena_desktop.syncing import Syncing
from vlaarena_desktop.theme import Colors


class TopBar(QFrame):
    """Says which page is shown."""

    page_chosen = Signal(int)
    menu_opened = Signal()

    def __init__(self, pages: Sequence[tuple[str, str]], daemon: DaemonLink, syncing: Syncing) -> None:
        """`pages` are title and icon of each."""
        super().__init__()
        self.setObjectName("topbar")
        self._icons = [name for _, name in pages]
        self._brand = QLabel()
        self.tabs = [QPushButton(title) for title, _ in pages]  # no QButtonGroup: in one, Tab stops at one button only
        self.pill, self.menu_button, self.menu = DaemonPill(daemon), QToolButton(), QMenu(self)
        self.sync_mark = SyncMark(syncing)
        self._make_menu_button()
        self._lay_out()
        self.menu.aboutToShow.connect(self.menu_opened)

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self.pill.dress(colors)
        self.sync_mark.dress(colors)
        self._brand.setPixmap(sharp("vlaarena", colors.link, 28, self.devicePixelRatioF()))
        self.menu_button.setIcon(icon("menu", colors.text))
        for button, name in zip(self.tabs, self._icons, strict=True):
            button.setIcon(tab_icon(name, colors.quiet, colors.link))

    def show_page(self, index: int) -> None:
        """Mark the page that is shown."""
        for place, tab in enumerate(self.tabs):
            tab.setChecked(place == index)

    def fill_menu(self, own: Sequence[Command], others: Sequence[Command]) -> None:
        """The window's commands, and those of the page in a menu for each of their groups."""
        self.menu.clear()
        for group, commands in by_group(others).items():
            _add(self.menu.addMenu(group), commands)
        for commands in by_group(own).values():
            self.menu.addSeparator()
            _add(self.menu, commands)

    def _make_menu_button(self) -> None:
        self.menu_button.setObjectName("menubutton")
        self.menu_button.setIconSize(QSize(20, 20))
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self.menu_button.setToolTip(self.tr("Menu"))
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self.menu)

    def _lay_out(self) -> None:
        brand = QLabel(self.tr("VLA Arena"))
        brand.setObjectName("brand")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._brand)
        row.addWidget(brand)
        row.addSpacing(24)
        for index, tab in enumerate(self.tabs):
            tab.setObjectName("tab")
            tab.setIconSize(TAB_ICON)
            tab.setCheckable(True)
            tab.setChecked(index == 0)
            tab.setAccessibleName(tab.text())
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tab.clicked.connect(lambda _checked, index=index: self.page_chosen.emit(index))
            row.addWidget(tab)
        row.addStretch(1)
        row.addWidget(self.sync_mark)
        row.addWidget(self.pill)
        row.addWidget(self.menu_button)


def _add(menu: QMenu, commands: Sequence[Command]) -> None:
    for command in commands:
        keys = keys_text(command)
        action = menu.addAction(f"{command.title}\t{keys}" if keys else command.title)
        action.triggered.connect(lambda _checked, act=command.act: act())
