"""The leaderboard: every model's place, per robot and over all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from scenes import catalog
from scenes.errors import ArenaError
from scenes.models import ModelCard
from scenes.progress import Job, Progress
from sync.ratings.elo import Standing, elo_board
from sync.ratings.preference import Preference, preference_board
from sync.records import Judgement
from sync.store import Store
from vlaarena_desktop import background
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.daemon_link import DaemonLink
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.table_view import FittedTable, TableCard
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate
_MODEL, _ORGANIZATION = 1, 2  # columns


class Board(Struct, frozen=True):
    """What a set of votes says about its models."""

    standings: Sequence[Standing] = ()
    preferences: Sequence[Preference] = ()
    votes: int = 0
    left_out: int = 0  # votes that do not count here


class Place(Struct, frozen=True):
    """A row of the board. Without a preference nobody has yet called the model better, worse or as good."""

    standing: Standing
    preference: Preference | None
    name: str
    organization: str


class LeaderboardPage(QWidget):
    """Computed beside the window, and anew only where other votes count than before."""

    computed = Signal()  # the table shows the votes as they are

    def __init__(
        self, store: Store, daemon: DaemonLink, notices: Notices | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._store, self._daemon, self.notices = store, daemon, notices or Notices(self)
        self._board, self._of = Board(), (-1, "", False)
        self._wanted = self._of
        self._job: RunningJob | None = None
        self.table: RecordTable[Place] = RecordTable(_columns(), self)
        self.view = FittedTable(self.table, self.tr("Leaderboard"), giving=(_MODEL, _ORGANIZATION), lines=2)
        self.robot, self.unrated, self.summary = (
            QComboBox(),
            QCheckBox(self.tr("Include unrated battles")),
            QLabel(),
        )
        self.card = TableCard(self.view, self.tr("No votes yet. The board fills with your first battle."))
        self._fill_filters()
        self._lay_out()
        self._show()
        self.robot.currentIndexChanged.connect(self.refresh)
        self.unrated.toggled.connect(self.refresh)
        daemon.cards_changed.connect(self._show)

    @Slot()
    def refresh(self) -> None:
        """Compute the board anew if other votes count than in the one that is shown."""
        self._refresh()

    def release(self) -> None:
        """The window goes: nobody waits for a board any more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @reporting
    def _refresh(self) -> None:
        robot_id, unrated = self.robot.currentData(), self.unrated.isChecked()
        wanted = (self._store.last_vote_change(), robot_id or "", unrated)
        if wanted == self._of:
            self.release()
            self._show()
            self.computed.emit()
        elif self._job is None or wanted != self._wanted:
            self.release()
            judgements = self._store.judgements(robot_id, unrated=unrated)
            left_out = 0 if unrated else self._store.count_unrated(robot_id)
            self._wanted, self._job = wanted, background.start(lambda: _board_of(judgements, left_out))
            self._job.succeeded.connect(self._take)
            self._job.failed.connect(self._fail)

    @Slot(object)
    def _take(self, board: Board) -> None:
        self._board, self._of, self._job = board, self._wanted, None
        self._show()
        self.computed.emit()

    @Slot(object)
    def _fail(self, error: ArenaError) -> None:
        self._job = None
        self.notices.show_error(error)

    @Slot()
    def _show(self) -> None:
        places = _places(self._board, {card.id: card for card in self._daemon.cards})
        self.table.set_records(places)
        header = self.view.horizontalHeader()
        self.table.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
        self.card.show_rows(filled=bool(places))
        self.summary.setText(self._summed_up(self._board.votes, self._board.left_out))

    def _summed_up(self, counted: int, left_out: int) -> str:
        told = self.tr("Votes: {votes}").format(votes=counted)
        if left_out:
            told += self.tr(" · not counted: {votes}").format(votes=left_out)
        return told

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Leaderboard"))
        title.setObjectName("title")
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(title)
        head.addWidget(self.summary)
        head.addStretch(1)
        for field in (self.unrated, self.robot):
            head.addWidget(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.card, 1)

    def _fill_filters(self) -> None:
        self.summary.setObjectName("quiet")
        self.robot.setAccessibleName(self.tr("Robot"))
        self.unrated.setAccessibleName(self.unrated.text())
        self.unrated.setToolTip(
            self.tr("Battles with named models or given seeds, and votes from the command line or simulated")
        )
        self.robot.addItem(self.tr("All robots"), None)
        for robot in catalog.robots().values():
            self.robot.addItem(robot.name, robot.id)


def _board_of(judgements: Sequence[Judgement], left_out: int) -> Job[Board]:
    """Both boards of these votes."""
    yield Progress(0, 2)
    standings = elo_board(judgements)
    yield Progress(1, 2)
    return Board(standings, preference_board(judgements), len(judgements), left_out)


def _places(board: Board, cards: Mapping[str, ModelCard]) -> list[Place]:
    """By rating; who has none yet comes last."""
    rated = {preference.model_id: preference for preference in board.preferences}
    order = sorted(board.standings, key=lambda each: _rank(rated.get(each.model_id)))
    return list(_named(order, rated, cards))


def _named(
    order: Iterable[Standing], rated: Mapping[str, Preference], cards: Mapping[str, ModelCard]
) -> Iterable[Place]:
    for standing in order:
        card, preference = cards.get(standing.model_id), rated.get(standing.model_id)
        name, organization = (card.name, card.organization) if card else (standing.model_id, "")
        yield Place(standing, preference, name, organization)


def _rank(preference: Preference | None) -> float:
    return preference.rank if preference is not None else float("inf")


def _columns() -> tuple[Column[Place], ...]:
    return (
        Column(_tr("board", "Rank"), _rank_text, lambda place: _rank(place.preference), numeric=True),
        Column(_tr("board", "Model"), lambda place: place.name),
        Column(_tr("board", "Organization"), lambda place: place.organization),
        *_preference_columns(),
        _number(
            _tr("board", "Elo (provisional)"),
            "{:.0f}",
            lambda standing: standing.elo,
            _tr("board", "Provisional, because Elo depends on the order of the votes"),
        ),
        _number(_tr("board", "Votes"), "{}", lambda standing: standing.votes),
        _number(_tr("board", "Win rate"), "{:.0%}", lambda standing: standing.win_rate),
        _number(_tr("board", "Wins"), "{}", lambda standing: standing.wins),
        _number(_tr("board", "Losses"), "{}", lambda standing: standing.losses),
        _number(_tr("board", "Ties"), "{}", lambda standing: standing.ties),
        _number(_tr("board", "Both bad"), "{}", lambda standing: standing.both_bad),
    )


def _preference_columns() -> tuple[Column[Place], ...]:
    return (
        Column(
            _tr("board", "Rating"),
            lambda place: _told(place.preference, "{0.rating:.0f} ± {1:.0f}"),
            lambda place: place.preference.rating if place.preference is not None else float("-inf"),
            numeric=True,
            hint=_tr(
                "board",
                "Bradley-Terry rating of all votes together, with its 95 % interval; "
                "“both bad” says nothing about preference",
            ),
        ),
        Column(
            _tr("board", "Ranks"),
            lambda place: _told(place.preference, "{0.rank_low}–{0.rank_high}"),
            lambda place: _rank_range(place.preference),
            numeric=True,
            hint=_tr("board", "The ranks that 95 % of what the votes leave possible would give"),
        ),
    )


def _rank_text(place: Place) -> str:
    return _told(place.preference, "{0.rank}")


def _rank_range(preference: Preference | None) -> tuple[float, float]:
    return (preference.rank_low, preference.rank_high) if preference is not None else (float("inf"), 0)


def _told(preference: Preference | None, form: str) -> str:
    return "–" if preference is None else form.format(preference, (preference.high - preference.low) / 2)


def _number(title: str, form: str, value: Callable[[Standing], float], hint: str = "") -> Column[Place]:
    return Column(
        title,
        lambda place: form.format(value(place.standing)),
        lambda place: value(place.standing),
        numeric=True,
        hint=hint,
    )
