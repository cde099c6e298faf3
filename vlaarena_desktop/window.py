"""The main window: pages, the banner, and what lies in front of them when asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from sync.records import Side
from vlaarena_desktop import theme
from vlaarena_desktop.arena import Arena, ArenaState
from vlaarena_desktop.banner import Banner
from vlaarena_desktop.commands import Command, OffersCommands
from vlaarena_desktop.diagnostics import diagnostics
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.icons import icon
from vlaarena_desktop.keys import Keys
from vlaarena_desktop.live_settings import LiveSettings
from vlaarena_desktop.notices import RUN_AGAIN
from vlaarena_desktop.pages.battle import BattlePage
from vlaarena_desktop.pages.curtain import Curtain
from vlaarena_desktop.pages.diagnostics_sheet import DiagnosticsSheet
from vlaarena_desktop.pages.history import HistoryPage
from vlaarena_desktop.pages.keys_overlay import KeysOverlay
from vlaarena_desktop.pages.leaderboard import LeaderboardPage
from vlaarena_desktop.pages.palette import Palette
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.settings import SettingsPage
from vlaarena_desktop.pages.top_bar import TopBar
from vlaarena_desktop.pages.tour import Tour
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.restarting import Restarting
from vlaarena_desktop.settings import Look
from vlaarena_desktop.situation import situation_of
from vlaarena_desktop.syncing import Syncing
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.window_commands import tour_stops, window_commands

START_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(1024, 700)
_BELOW_TOP = 12  # [px] between the top bar and a page's own margin


class Window(QMainWindow):
    """Battle, Leaderboard, History and Settings."""

    def __init__(
        self,
        arena: Arena,
        models: MjModels,
        live: LiveSettings,
        experiments: Experiments,
        syncing: Syncing,
        *,
        renderer: str | None,
        state: QSettings | None = None,
    ) -> None:
        """`state` keeps what belongs to the window alone; `renderer` draws straight into it, None if it cannot."""
        super().__init__()
        self._arena, self._live, self._renderer, self._state = arena, live, renderer, state
        self.notices, self._syncing = arena.notices, syncing
        self.setWindowTitle(self.tr("VLA Arena"))
        self.setMinimumSize(LEAST_SIZE)
        self._make_pages(models, experiments)
        self.finder, self.shortcuts = Palette(self), KeysOverlay(self)
        self.sheet, self.tour = DiagnosticsSheet(self), Tour(self)
        self._keys = Keys(self, self.window_commands, self.page_commands, self._covered)
        self._connect()
        self._lay_out()
        self.dress(theme.colors_of(_application()))
        self._restore()
        self.battle.setting_bar.instruction.setFocus()

    def commands(self) -> tuple[Command, ...]:
        """Everything that can be done now."""
        return (*self.page_commands(), *self.window_commands())

    def window_commands(self) -> tuple[Command, ...]:
        """What can be done from every page; nothing but to leave while the tour is shown."""
        return () if self.tour.isVisible() else window_commands(self)

    def page_commands(self) -> tuple[Command, ...]:
        """What can be done on the page that is shown."""
        page: object = self._pages.currentWidget()
        return page.commands() if isinstance(page, OffersCommands) else ()

    @property
    def page_index(self) -> int:
        """Of the page that is shown, as `show_page` counts them."""
        return self._pages.currentIndex()

    @Slot(int)
    def show_page(self, index: int) -> None:
        """0 Battle, 1 Leaderboard, 2 History, 3 Settings."""
        for curtain in self._curtains():
            curtain.close_down()
        self.top_bar.show_page(index)
        self._pages.setCurrentIndex(index)
        self._refresh()

    def open_link(self, link: str) -> bool:
        """Go to the moment of a battle that a link names; whether there is one. What is wrong with it is shown."""
        self.tour.finish()
        self.show_page(2)
        return self.history.open_link(link)

    @Slot()
    def open_palette(self) -> None:
        """Open the palette, or close it."""
        self._open(self.finder, lambda: self.finder.show_commands(self.commands()))

    @Slot()
    def show_keys(self) -> None:
        """Open the list of keys, or close it."""
        self._open(self.shortcuts, lambda: self.shortcuts.show_commands(self.commands()))

    @Slot()
    def show_tour(self) -> None:
        """Lead past what is on the battle page."""
        self.show_page(0)
        self.tour.begin(tour_stops(self))
        self._follow_cover()

    @reporting
    def show_diagnostics(self) -> None:
        """Show what helps to find a fault, ready to be copied."""
        platform = _application().platformName()
        situation = situation_of(self._arena, self._live.now, self._renderer, platform)
        self._open(self.sheet, lambda: self.sheet.show_text(diagnostics(situation)))

    @Slot()
    def toggle_full(self) -> None:
        """Fill the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @reporting
    def set_look(self, look: Look) -> None:
        """Choose the colours from now on."""
        self._live.change("colors", look)

    @Slot()
    def follow_look(self) -> None:
        """Put on the colours that the settings and the system ask for."""
        theme.apply(_application(), theme.scheme_of(_application(), self._live.now.colors))
        self.dress(theme.colors_of(_application()))

    def dress(self, colors: theme.Colors) -> None:
        """Draw what is drawn by hand in these colours."""
        self.setWindowIcon(icon("vlaarena", colors.link))
        parts: tuple[object, ...] = (self.top_bar, self.banner, self.tour, *self.pages)
        for part in parts:
            if isinstance(part, theme.Dressed):
                part.dress(colors)

    def playheads(self) -> tuple[Playhead, ...]:
        """The clock of every replay room."""
        return tuple(room.playhead for room in self.findChildren(ReplayRoom))

    def begin_first_time(self) -> None:
        """Show the tour if it was never shown in this data folder."""
        if self._state is not None and not self._state.value("toured"):
            self._state.setValue("toured", "yes")
            QTimer.singleShot(0, self.show_tour)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Finish what is under way and free the viewers."""
        if self._state is not None:
            self._state.setValue("geometry", self.saveGeometry())
        self._live.stop()
        self._arena.close()
        pages: tuple[object, ...] = self.pages
        for page in pages:
            if isinstance(page, theme.Released):
                page.release()
        super().closeEvent(event)

    def _make_pages(self, models: MjModels, experiments: Experiments) -> None:
        arena = self._arena
        self.banner = Banner(arena.notices)
        native = self._renderer is not None
        self.battle = BattlePage(arena, models, native=native, state=self._state)
        self.leaderboard = LeaderboardPage(arena.store, arena.daemon, arena.notices, syncing=self._syncing)
        self.history = HistoryPage(arena.store, arena.daemon, models, experiments, native=native, state=self._state)
        self.settings = SettingsPage(self._live, arena.store, self._syncing)
        self.pages: tuple[QWidget, ...] = (self.battle, self.leaderboard, self.history, self.settings)
        titles = (
            (self.tr("Battle"), "battle"),
            (self.tr("Leaderboard"), "leaderboard"),
            (self.tr("History"), "history"),
            (self.tr("Settings"), "settings"),
        )
        self.top_bar = TopBar(titles, arena.daemon, self._syncing)
        self.pill = self.top_bar.pill
        self._pages = QStackedWidget()
        self.restarting = Restarting(self, arena, experiments, self._state)

    def _connect(self) -> None:
        self.top_bar.page_chosen.connect(self.show_page)
        self.top_bar.menu_opened.connect(lambda: self.top_bar.fill_menu(self.window_commands(), self.page_commands()))
        self.notices.acted.connect(self._act)
        self._arena.revealed.connect(self._refresh)
        self._arena.state_changed.connect(self._leave_notice)
        self.history.open_battle_chosen.connect(self._go_on)
        self.leaderboard.link_chosen.connect(self.open_link)
        self.battle.review_requested.connect(self._review)
        self.settings.restart_requested.connect(self.restarting.restart)
        self.tour.practice_requested.connect(self.battle.practise)
        self._arena.daemon.changed.connect(self.tour.follow_daemon)
        for closed in (self.tour.ended, *(curtain.closed for curtain in self._curtains())):
            closed.connect(self._follow_cover)
        self.sheet.copied.connect(lambda: self.notices.tell(self.tr("The diagnostics are on the clipboard.")))
        _application().styleHints().colorSchemeChanged.connect(self.follow_look)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for page in self.pages:
            self._pages.addWidget(page)
        column.addWidget(self.top_bar)
        column.addSpacing(_BELOW_TOP)
        column.addWidget(self._pages, 1)
        self.banner.lie_over(body, beside=self.pill)
        self.setCentralWidget(body)

    def _restore(self) -> None:
        """Stand where the window stood last."""
        self.resize(START_SIZE)
        if self._state is not None and (geometry := self._state.value("geometry")) is not None:
            self.restoreGeometry(geometry)

    def _curtains(self) -> tuple[Curtain, ...]:
        return (self.finder, self.shortcuts, self.sheet)

    def _covered(self) -> bool:
        return self.tour.isVisible() or any(curtain.isVisible() for curtain in self._curtains())

    @Slot()
    def _follow_cover(self) -> None:
        """What cannot be seen does not play, and does not count as watched."""
        for playhead in self.playheads():
            playhead.hold(held=self._covered())

    def _open(self, wanted: Curtain, show: Callable[[], object]) -> None:
        """Show one curtain instead of another; the same once more closes it."""
        was_open = wanted.isVisible()
        for curtain in self._curtains():
            curtain.close_down()
        if not was_open:
            show()
        self._follow_cover()

    @Slot(str, str, str, int)
    def _review(self, link: str, trial: str, side: Side, step: int) -> None:
        """Go to a moment of a battle that is closed, and try there what was asked for."""
        review = self.history.review if self.open_link(link) else None
        if review is not None and trial == "branch":
            review.ask_to_branch(side, step)
        elif review is not None:
            review.reproduce(side)

    @Slot(str)
    def _go_on(self, battle_id: str) -> None:
        """Back to a battle that is still open, or say why not."""
        self.show_page(0)
        self.battle.resume(battle_id)

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
        """Read anew what the page that is shown tells; the others do so when they are."""
        for page in (self.leaderboard, self.history, self.settings):
            if page is self._pages.currentWidget():
                page.refresh()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
