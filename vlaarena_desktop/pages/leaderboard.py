"""The leaderboard: every model's place, who beat whom, whether one is better yet, and how that is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import structs
from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.errors import ArenaError, BadInput
from scenes.models import ModelCard
from scenes.progress import Job
from sync import device
from sync.ratings.registration import register
from sync.store import Store
from vlaarena_desktop import background, theme
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.central_board import central_standings
from vlaarena_desktop.commands import Command
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.exporting import export
from vlaarena_desktop.links import Link, link_text
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.board_commands import board_commands
from vlaarena_desktop.pages.board_filters import BoardFilters
from vlaarena_desktop.pages.board_head import BoardHead
from vlaarena_desktop.pages.board_method import MethodNotes
from vlaarena_desktop.pages.board_source import BoardSource
from vlaarena_desktop.pages.board_table import BoardTable, BoardView, rows_of, told_of
from vlaarena_desktop.pages.pair_panel import PairPanel
from vlaarena_desktop.pages.table_view import TableCard
from vlaarena_desktop.pages.win_matrix import WinMatrix
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.standing import BoardQuery, Standings, standings
from vlaarena_desktop.syncing import Syncing

MATRIX, PAIR = 1, 2  # the second view and the third


class LeaderboardPage(QWidget):
    """Computed beside the window, and anew only where other votes count than before."""

    computed = Signal()  # the views show the votes as they are
    link_chosen = Signal(str)  # to a battle behind a number

    def __init__(
        self, store: Store, daemon: DaemonLink, notices: Notices | None = None, *, syncing: Syncing | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._store, self._daemon, self.notices = store, daemon, notices or Notices(self)
        self._syncing, self.source = syncing, BoardSource(syncing)
        self.found = Standings(query=BoardQuery())
        self._of: tuple[object, BoardQuery] = (None, BoardQuery())
        self._wanted: tuple[object, BoardQuery] = self._of
        self._job: RunningJob | None = None
        self.table = BoardTable(self)
        self.view, self.filters = BoardView(self.table), BoardFilters()
        self.matrix, self.pair, self.method = WinMatrix(), PairPanel(), MethodNotes()
        self.head, self.said = BoardHead(), QLabel()
        self.summary, self.tabs, self.save = self.head.summary, self.head.tabs, self.head.save
        self.robot, self.unrated = self.filters.robot, self.filters.unrated
        self.card = TableCard(self.view, self.tr("No votes yet. The board fills with your first battle."))
        self.views = QStackedWidget()
        for view in (self.card, self.matrix, self.pair, self.method):
            self.views.addWidget(view)
        self._lay_out()
        self._connect()
        self._show()

    @Slot()
    def refresh(self) -> None:
        """Compute the board anew if other votes count than in the one that is shown."""
        self._refresh()

    def release(self) -> None:
        """The window goes: nobody waits for a board any more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def dress(self, colors: theme.Colors) -> None:
        """Follow the colour scheme."""
        for part in (self.view, self.matrix, self.pair):
            part.dress(colors)

    @Slot(int)
    def show_view(self, place: int) -> None:
        """0 the board, 1 who beat whom, 2 whether one is better yet, 3 the method."""
        self.views.setCurrentIndex(place)
        self.head.show_view(place)

    @reporting
    def export_to(self, path: Path) -> None:
        """Write the board that is shown into a file."""
        export(self.found, path, self._cards())
        self.notices.tell(self.tr("The board was written."), str(path))

    def commands(self) -> tuple[Command, ...]:
        """What can be done here."""
        return board_commands(self)

    @reporting
    def _refresh(self) -> None:
        reads, kept = self._store.comparing(), self._store.ledger().do(device.kept_board)
        self.filters.offer(reads.evaluators())
        self.filters.offer_source(
            offered=kept is not None or (self._syncing is not None and self._syncing.state != "off")
        )
        query = self.filters.query
        central = query.source == "centre"
        fetched = kept.etag if kept else ""  # it declares robots for boards of here, too
        state: object = fetched if central else (fetched, self._store.last_vote_change())
        wanted: tuple[object, BoardQuery] = (state, query)
        if wanted == self._of:
            self.release()
            self._show()
            self.computed.emit()
        elif self._job is None or wanted != self._wanted:
            self.release()
            self._wanted, self._job = wanted, background.start(self._work(query, kept))
            self._job.succeeded.connect(self._take)
            self._job.failed.connect(self._fail)

    def _work(self, query: BoardQuery, kept: device.Kept | None) -> Callable[[], Job[Standings]]:
        if query.source == "centre":
            return lambda: central_standings(query, kept)
        reads = self._store.comparing()
        rows, people = reads.rows(), reads.evaluators()
        asked = structs.replace(query, declared=reads.declared_robots())
        return lambda: standings(asked, rows, people)

    @Slot(object)
    def _take(self, found: Standings) -> None:
        self.found, self._of, self._job = found, self._wanted, None
        self._show()
        self.computed.emit()

    @Slot(object)
    def _fail(self, error: ArenaError) -> None:
        self._job = None
        if self._wanted[1].source == "here":
            self.notices.show_error(error)
            return
        self.found, self._of = Standings(query=self._wanted[1]), (None, BoardQuery())
        self._show()
        self.card.say(str(error))
        self.computed.emit()

    def _cards(self) -> dict[str, ModelCard]:
        told = self.found.provenance.cards if self.found.provenance else ()
        return {card.id: card for card in (*self._daemon.cards, *told)}

    @Slot()
    def _show(self) -> None:
        cards, reads = self._cards(), self._store.comparing()
        people = {person.evaluator_id: person.name for person in reads.evaluators()}
        names = {card.id: card.name for card in cards.values()}
        self.view.show_rows(rows_of(self.found, cards, self.filters.which))
        self.card.say(self.tr("No votes yet. The board fills with your first battle."))
        self.card.show_rows(filled=bool(self.found.places))
        self._show_source()
        self.save.setEnabled(bool(self.found.places))
        self.matrix.show_standings(self.found, names, people)
        placed = {place.model_id: names.get(place.model_id, place.model_id) for place in self.found.places}
        self.pair.offer(placed | names)
        self.pair.show_standings(self.found, reads.registrations())
        self.method.show_standings(self.found, people)
        self.summary.setText(self._summed_up())
        self._say()

    def _show_source(self) -> None:
        """What a fetched board cannot tell is not offered: it knows no single votes."""
        told = self.found.provenance
        self.filters.offer_robots(told.known_robots if told else ())
        self.source.show_standings(self.found)
        central = self.found.query.source == "centre"
        self.tabs[PAIR].setEnabled(not central)
        self.tabs[PAIR].setToolTip(self.tr("Comparisons count battles of this workstation.") if central else "")
        if central and self.views.currentIndex() == PAIR:
            self.show_view(0)

    def _summed_up(self) -> str:
        told = self.tr("Votes: {votes}").format(votes=self.found.counted)
        if self.found.left_out:
            told += self.tr(" · not counted: {votes}").format(votes=self.found.left_out)
        return told

    @Slot()
    def _say(self) -> None:
        """Below the table: the row that is chosen, else what the whiskers are."""
        index = self.view.currentIndex()
        if index.isValid():
            self.said.setText(told_of(self.table.record(index.row())))
            return
        general = self.filters.which == "general"
        told = [
            self.tr("Whiskers: 95 %, evaluators in general.")
            if general
            else self.tr("Whiskers: 95 %, these evaluators.")
        ]
        if general and self.found.places and not self.found.general:
            told = [self.tr("Fewer than three evaluators: the whiskers speak of these evaluators alone (95 %).")]
        told.append(self.tr("A ring: provisional."))
        if self.found.flip is not None:
            flip = self.tr("Votes for {model} alone that would change who is first: {votes}.")
            names = {card.id: card.name for card in self._daemon.cards}
            model = names.get(self.found.flip.challenger, self.found.flip.challenger)
            told.append(flip.format(votes=self.found.flip.votes, model=model))
        self.said.setText(" ".join(told))

    @Slot(str, str, int, int)
    @reporting
    def _promise(self, first: str, second: str, battles: int, pairs: int) -> None:
        """Keep a promise on the robot and scene that are chosen."""
        robots, query = list(catalog.robots()), self.filters.query
        robot_id = query.robot_id or (robots[0] if len(robots) == 1 else None)
        if robot_id is None:
            raise BadInput("A comparison is registered on one robot.", hint="Choose the robot above the board.")
        scenes = (query.scene_id,) if query.scene_id is not None else ()
        votes, reads = self._store.votes(), self._store.comparing()  # as they are now, whatever is shown
        earlier = reads.registrations()
        made = register(
            *(first, second, robot_id, scenes), votes=votes, promised=earlier, maximum_battles=battles, pairs=pairs
        )
        reads.register(made)
        self.pair.show_standings(self.found, self._store.comparing().registrations())

    @Slot(QModelIndex)
    def _show_votes(self, index: QModelIndex) -> None:
        """From a row to the votes behind it."""
        self.show_view(MATRIX)
        self.matrix.show_model(self.table.record(index.row()).place.model_id)

    @Slot()
    def ask_where(self) -> None:
        """Ask for a file, and write the board that is shown into it."""
        forms = "CSV (*.csv);;JSON (*.json);;HTML (*.html);;Parquet (*.parquet)"
        chosen, form = QFileDialog.getSaveFileName(self, self.tr("Export the board"), "leaderboard.csv", forms)
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix else path.with_suffix(form[form.index("*") + 1 : -1]))

    @Slot()
    def _follow_pull(self) -> None:
        """A newer board was fetched: shown where one is shown now."""
        if self.isVisible():
            self.refresh()

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.filters.interval_changed.connect(self._show)
        self._daemon.cards_changed.connect(self._show)
        if self._syncing is not None:
            self._syncing.pulled.connect(self._follow_pull)
        self.view.selectionModel().currentChanged.connect(self._say)
        self.view.activated.connect(self._show_votes)
        self.matrix.battle_chosen.connect(lambda battle_id: self.link_chosen.emit(link_text(Link(battle_id))))
        self.pair.promised.connect(self._promise)
        self.head.view_chosen.connect(self.show_view)
        self.save.clicked.connect(self.ask_where)

    def _lay_out(self) -> None:
        self.said.setObjectName("quiet")
        self.said.setWordWrap(True)
        column, below = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(16, 4, 16, 12)
        column.setSpacing(10)
        below.addWidget(self.said, 1)
        for widget in (self.unrated, self.filters.interval):
            below.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addWidget(self.head)
        column.addWidget(self.filters)
        column.addWidget(self.source)
        column.addWidget(self.views, 1)
        column.addLayout(below)
