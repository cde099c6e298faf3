"""The main window: pages, the banner and the state of the daemon."""

from __future__ import annotations

from PySide6.QtCore import QSettings, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vlaarena_desktop import theme
from vlaarena_desktop.arena import Arena, ArenaState
from vlaarena_desktop.banner import Banner
from vlaarena_desktop.icons import icon, pixmap
from vlaarena_desktop.keys import BattleKeys
from vlaarena_desktop.notices import RUN_AGAIN
from vlaarena_desktop.pages.battle import BattlePage
from vlaarena_desktop.pages.history import HistoryPage
from vlaarena_desktop.pages.leaderboard import LeaderboardPage
from vlaarena_desktop.pages.pill import DaemonPill
from vlaarena_desktop.viewing.mjmodels import MjModels

START_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(1024, 700)


class Window(QMainWindow):
    """Battle, Leaderboard and History."""

    def __init__(self, arena: Arena, models: MjModels, *, native: bool, settings: QSettings | None = None) -> None:
        super().__init__()
        self._arena, self._settings = arena, settings
        self.setWindowTitle(self.tr("VLA Arena"))
        self.setMinimumSize(LEAST_SIZE)
        self.resize(START_SIZE)
        self.banner = Banner(arena.notices)
        self.battle = BattlePage(arena, models, native=native)
        self.leaderboard = LeaderboardPage(arena.store, arena.daemon)
        self.history = HistoryPage(arena.store, arena.daemon)
        self.pill = DaemonPill(arena.daemon)
        self._pages, self._tabs = QStackedWidget(), QButtonGroup(self)
        self._lay_out()
        self._keys = BattleKeys(self.battle, arena)
        self._tabs.idClicked.connect(self.show_page)
        arena.notices.acted.connect(self._act)
        arena.revealed.connect(self._refresh)
        arena.state_changed.connect(self._leave_notice)
        _application().styleHints().colorSchemeChanged.connect(self._follow_scheme)
        self.dress(theme.colors_of(_application()))
        if settings is not None and (geometry := settings.value("geometry")) is not None:
            self.restoreGeometry(geometry)
        self.battle.setting_bar.instruction.setFocus()

    @Slot(int)
    def show_page(self, index: int) -> None:
        """0 Battle, 1 Leaderboard, 2 History."""
        self._tabs.button(index).setChecked(True)
        self._refresh()
        self._pages.setCurrentIndex(index)

    def dress(self, colors: theme.Colors) -> None:
        """Draw what is drawn by hand in these colours."""
        self.banner.dress(colors)
        self.battle.dress(colors)
        self.pill.dress(colors)
        self._brand.setPixmap(pixmap("vlaarena", colors.link, 28))
        self.setWindowIcon(icon("vlaarena", colors.link))
        for button, name in zip(self._tabs.buttons(), _TAB_ICONS, strict=True):
            button.setIcon(icon(name, colors.quiet))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Finish what is under way and free the viewers."""
        if self._settings is not None:
            self._settings.setValue("geometry", self.saveGeometry())
        self._arena.close()
        self.battle.release()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        notices = QVBoxLayout()
        notices.setContentsMargins(16, 10, 16, 0)
        notices.addWidget(self.banner)
        for page in (self.battle, self.leaderboard, self.history):
            self._pages.addWidget(page)
        column.addWidget(self._top_bar())
        column.addLayout(notices)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(body)

    def _top_bar(self) -> QFrame:
        bar, self._brand, brand = QFrame(), QLabel(), QLabel(self.tr("VLA Arena"))
        bar.setObjectName("topbar")
        brand.setObjectName("brand")
        row = QHBoxLayout(bar)
        row.setContentsMargins(18, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._brand)
        row.addWidget(brand)
        row.addSpacing(24)
        for index, text in enumerate((self.tr("Battle"), self.tr("Leaderboard"), self.tr("History"))):
            tab = QPushButton(text)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setChecked(index == 0)
            tab.setAccessibleName(text)
            tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._tabs.addButton(tab, index)
            row.addWidget(tab)
        row.addStretch(1)
        row.addWidget(self.pill)
        return bar

    @Slot(str)
    def _act(self, action: str) -> None:
        if action == RUN_AGAIN:
            self._arena.run_again()

    @Slot(str)
    def _leave_notice(self, state: ArenaState) -> None:
        """What was said about an earlier turn no longer holds for the one that begins."""
        if state == "playing":
            self.banner.hide()

    @Slot()
    def _refresh(self) -> None:
        self.leaderboard.refresh()
        self.history.refresh()

    @Slot()
    def _follow_scheme(self) -> None:
        theme.apply(_application(), theme.scheme_of(_application()))
        self.dress(theme.colors_of(_application()))


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


_TAB_ICONS = ("battle", "leaderboard", "history")
