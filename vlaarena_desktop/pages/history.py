"""History: every battle of this store in a list, and the review of one of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSettings, Signal, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from sync.records import PastBattle
from sync.store import Store
from vlaarena_desktop import theme
from vlaarena_desktop.commands import Command
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.experiments import Experiments
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.history_list import HistoryList
from vlaarena_desktop.pages.review import ReviewPage
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.viewing.mjmodels import MjModels

_tr = QCoreApplication.translate


class HistoryPage(QWidget):
    """The list; in front of it, once a battle is opened, its review. Without `models` there is only the list."""

    opened = Signal(str)  # id of the battle under review
    review_made = Signal(object)  # the review's ReplayRoom, once, before anything is shown in it
    open_battle_chosen = Signal(str)  # id of a battle whose vote is still to come: for the arena's own recovery

    def __init__(
        self,
        store: Store,
        daemon: DaemonLink,
        models: MjModels | None = None,
        experiments: Experiments | None = None,
        *,
        native: bool = False,
        state: QSettings | None = None,
    ) -> None:
        """`state` remembers where pictures are saved."""
        super().__init__()
        self.setObjectName("page")
        self._store, self._daemon, self._models, self._experiments = store, daemon, models, experiments
        self._native, self._state, self._colors = native, state, theme.LIGHT
        self.notices = experiments.notices if experiments is not None else Notices(self)
        self.list = HistoryList(store, daemon)
        self.table, self.view, self.filters = self.list.table, self.list.view, self.list.filters
        self.review: ReviewPage | None = None  # made when a battle is first opened
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect()

    @property
    def reviewing(self) -> bool:
        """Whether a battle is shown rather than the list."""
        return self._stack.currentIndex() == 1

    @Slot()
    def refresh(self) -> None:
        """Read the battles anew."""
        self._refresh()

    @Slot(str)
    def open_battle(self, battle_id: str) -> bool:
        """Review a closed battle; whether that was possible."""
        review = self._ready()
        return review is not None and self._show_review(review.open(battle_id))

    def open_link(self, text: str) -> bool:
        """Go to the moment that a link names; whether there is one. What is wrong with it is shown."""
        review = self._ready()
        return review is not None and self._show_review(review.open_link(text))

    @Slot()
    def show_list(self) -> None:
        """Back to the list, where the battle is selected."""
        evidence = self.review.evidence if self.review is not None else None
        self._stack.setCurrentIndex(0)
        self.refresh()
        if evidence is not None:
            self.list.select(evidence.battle.battle_id)
        self.list.focus_table()

    @Slot(str, str)
    @reporting
    def comment(self, session_id: str, text: str) -> None:
        """Keep a comment on a whole sitting; an empty one takes it back."""
        self._store.comment_session(session_id, text or None)
        self.refresh()

    def commands(self) -> tuple[Command, ...]:
        """What can be done with what is shown."""
        if self.reviewing and self.review is not None:
            return (*self.review.commands(), self._link_command())
        group = _tr("history", "History")
        return (
            Command("history.search", _tr("history", "Search"), ("Ctrl+F",), self.list.focus_search, group=group),
            Command("history.open", _tr("history", "Open"), ("Return", "Enter"), self.list.open_current, group=group),
            Command(
                "history.comment",
                _tr("history", "Comment on the sitting"),
                ("F2",),
                self.list.edit_comment,
                group=group,
            ),
            Command(
                "history.clear", _tr("history", "Clear filters"), ("Ctrl+Backspace",), self.filters.clear, group=group
            ),
            self._link_command(),
        )

    def dress(self, colors: theme.Colors) -> None:
        """Follow the colour scheme."""
        self._colors = colors
        if self.review is not None:
            self.review.dress(colors)

    def release(self) -> None:
        """Free the viewers' OpenGL resources and stop what runs."""
        if self._experiments is not None:
            self._experiments.cancel()
        if self.review is not None:
            self.review.release()

    def _connect(self) -> None:
        self.list.chosen.connect(lambda past: self.open_battle(past.battle.battle_id))
        self.list.open_chosen.connect(self._point_to_arena)
        self.list.commented.connect(self.comment)
        self.list.overdue.connect(self.refresh)
        self.filters.changed.connect(self.refresh)
        self._daemon.cards_changed.connect(self._refresh_shown)
        if self._experiments is not None:
            self._experiments.branched.connect(self._refresh_shown)

    def _link_command(self) -> Command:
        title, group = _tr("history", "Open the link on the clipboard"), _tr("history", "History")
        return Command("history.open_link", title, ("Ctrl+Shift+V",), self.open_copied_link, group=group)

    @Slot()
    def open_copied_link(self) -> None:
        """Open the link on the clipboard."""
        self.open_link(QApplication.clipboard().text())

    def _ready(self) -> ReviewPage | None:
        """The review page, made at first use: its viewers take time and memory."""
        if self.review is None and self._models is not None and self._experiments is not None:
            parts = self._store, self._daemon, self._models, self._experiments
            self.review = ReviewPage(*parts, native=self._native, state=self._state)
            self.review.dress(self._colors)
            self.review.left.connect(self.show_list)
            self._daemon.cards_changed.connect(self.review.learn_names)
            self._stack.addWidget(self.review)
            self.review_made.emit(self.review.room)
        return self.review

    def _show_review(self, there: bool) -> bool:
        if there and self.review is not None and self.review.evidence is not None:
            self._stack.setCurrentIndex(1)
            self.review.give_keys_to_replay()
            self.opened.emit(self.review.evidence.battle.battle_id)
        return there

    @Slot(object)
    def _point_to_arena(self, past: PastBattle) -> None:
        battle = past.battle
        if battle.status == "abandoned":
            self.notices.tell(self.tr("This battle was given up: its models stay unseen."))
            return
        self.notices.tell(
            self.tr("This battle is still open: its names are told after the vote."),
            self.tr("Go on with it on the page Battle."),
        )
        self.open_battle_chosen.emit(battle.battle_id)

    @Slot()
    def _refresh_shown(self) -> None:
        if self.isVisible() and not self.reviewing:
            self._refresh()

    @reporting
    def _refresh(self) -> None:
        self.list.refresh()
