"""What History can be narrowed down by: words, and one choice of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QDate, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from scenes import catalog
from scenes.episode import MAX_INSTRUCTION
from scenes.models import ModelCard
from sync.records import CHOICES, BattleKind, BattleQuery, BattleStatus, Choice, Evaluator
from vlaarena_desktop.pages.choices import choice_text

_tr = QCoreApplication.translate
_PATIENCE_MILLISECONDS = 200  # after the last letter
_BETWEEN = "between"
_WIDEST, _FRAME = 172, 44  # [px] of one choice, and around its text


class _Judged(Struct, frozen=True):
    """A vote that counts, or one that was retracted."""

    choice: Choice | None = None
    retracted: bool | None = None


class _Standing(Struct, frozen=True):
    """A kind of battle, or how one stands."""

    status: BattleStatus | None = None
    kind: BattleKind | None = None


class HistoryFilters(QWidget):
    """Two rows: words and dates, and one box per kind of choice. It reads no store."""

    changed = Signal()
    entered = Signal()  # Enter or Down in the search box: on to what was found

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search, self.summary = QLineEdit(), QLabel()
        self.robot, self.scene, self.vote, self.standing = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.evaluator, self.model, self.period = QComboBox(), QComboBox(), QComboBox()
        self.since, self.until = QDateEdit(), QDateEdit()
        self.clear_all = QPushButton(self.tr("Clear filters"))
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self.changed)
        self._fill_fixed()
        self._name_widgets()
        self._lay_out()
        self._connect()
        self._show_dates()

    @property
    def query(self) -> BattleQuery:
        """What is chosen now."""
        standing: _Standing = self.standing.currentData() or _Standing()
        judged: _Judged = self.vote.currentData() or _Judged()
        since, until = self._dates()
        return BattleQuery(
            text=self.search.text().strip(),
            robot_id=self.robot.currentData(),
            scene_id=self.scene.currentData(),
            vote=judged.choice,
            retracted=judged.retracted,
            status=standing.status,
            kind=standing.kind,
            evaluator_id=self.evaluator.currentData(),
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            model_id=self.model.currentData(),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen at all."""
        return self.query != BattleQuery()

    def offer(self, evaluators: Iterable[Evaluator], cards: Iterable[ModelCard]) -> None:
        """Who and which models may be chosen; what was chosen stays chosen."""
        _offer(self.evaluator, [(each.name, each.evaluator_id) for each in evaluators])
        _offer(self.model, [(card.name, card.id) for card in cards])

    @Slot()
    def clear(self) -> None:
        """Show everything again."""
        fields = (self.search, *self._boxes)
        blockers = [QSignalBlocker(field) for field in fields]
        self.search.clear()
        for box in self._boxes:
            box.setCurrentIndex(0)
        del blockers
        self._show_dates()
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is left to be searched for."""
        self._patience.stop()

    @property
    def _boxes(self) -> tuple[QComboBox, ...]:
        return self.robot, self.scene, self.vote, self.standing, self.evaluator, self.model, self.period

    def _dates(self) -> tuple[date | None, date | None]:
        chosen: int | str | None = self.period.currentData()
        if chosen is None:
            return None, None
        if isinstance(chosen, int):
            return date.today() - timedelta(days=chosen), None
        first, last = (cast(date, field.date().toPython()) for field in (self.since, self.until))
        return min(first, last), max(first, last)

    def _fill_fixed(self) -> None:
        robots = [(robot.name, robot.id) for robot in catalog.robots().values()]
        scenes = [(scene.name, scene.id) for scene in catalog.scenes().values()]
        _fill(self.robot, _tr("filters", "Any robot"), robots)
        _fill(self.scene, _tr("filters", "Any scene"), scenes)
        _fill(self.vote, _tr("filters", "Any vote"), _judgements())
        _fill(self.standing, _tr("filters", "Any kind"), _standings())
        _fill(self.evaluator, _tr("filters", "Any evaluator"), [])
        _fill(self.model, _tr("filters", "Any model"), [])
        periods: list[tuple[str, Any]] = [
            (_tr("filters", "Today"), 0),
            (_tr("filters", "Last 7 days"), 6),
            (_tr("filters", "Last 30 days"), 29),
            (_tr("filters", "Between…"), _BETWEEN),
        ]
        _fill(self.period, _tr("filters", "Any time"), periods)
        for field, days in ((self.since, -6), (self.until, 0)):
            field.setDate(QDate.currentDate().addDays(days))
            field.setCalendarPopup(True)
            field.setDisplayFormat("yyyy-MM-dd")

    def _name_widgets(self) -> None:
        self.search.setPlaceholderText(self.tr("Search instructions, comments, tags, models"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(MAX_INSTRUCTION)
        self.summary.setObjectName("quiet")
        self.clear_all.setObjectName("link")
        self.clear_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named: tuple[tuple[QWidget, str], ...] = (
            (self.search, self.tr("Search battles")),
            (self.robot, self.tr("Robot")),
            (self.scene, self.tr("Scene")),
            (self.vote, self.tr("Vote")),
            (self.standing, self.tr("Kind or state of the battle")),
            (self.evaluator, self.tr("Evaluator")),
            (self.model, self.tr("Model, of closed battles")),
            (self.period, self.tr("When")),
            (self.since, self.tr("From this day")),
            (self.until, self.tr("To this day")),
            (self.clear_all, self.clear_all.text()),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
            if isinstance(widget, QComboBox):
                widget.setToolTip(name)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("History"))
        title.setObjectName("title")
        above, below = QHBoxLayout(), QHBoxLayout()
        above.setSpacing(12)
        below.setSpacing(8)
        shown: tuple[QWidget, ...] = (title, self.summary, self.clear_all, self.since, self.until, self.search)
        for widget in shown:
            above.addWidget(widget)
        above.insertStretch(2, 1)
        self.search.setFixedWidth(330)
        for box in self._boxes:
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(5)
            box.setMaximumWidth(_WIDEST)
            below.addWidget(box, box.fontMetrics().horizontalAdvance(box.itemText(0)) + _FRAME)
        below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(above)
        column.addLayout(below)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._patience.start)
        self.search.returnPressed.connect(self._enter)
        for box in self._boxes:
            box.currentIndexChanged.connect(self._tell)
        self.period.currentIndexChanged.connect(self._show_dates)
        self.since.dateChanged.connect(self._tell)
        self.until.dateChanged.connect(self._tell)
        self.clear_all.clicked.connect(self.clear)

    @Slot()
    def _enter(self) -> None:
        self._tell()
        self.entered.emit()

    @Slot()
    def _tell(self) -> None:
        """A choice acts at once, and takes what was typed with it."""
        self._patience.stop()
        self.changed.emit()

    @Slot()
    def _show_dates(self) -> None:
        for field in (self.since, self.until):
            field.setMinimumHeight(self.search.sizeHint().height())
            field.setVisible(self.period.currentData() == _BETWEEN)


def _judgements() -> list[tuple[str, _Judged]]:
    choices = [(choice_text(choice), _Judged(choice)) for choice in CHOICES]
    return [*choices, (_tr("filters", "Retracted"), _Judged(retracted=True))]


def _standings() -> list[tuple[str, _Standing]]:
    return [
        (_tr("filters", "Voted"), _Standing(status="voted")),
        (_tr("filters", "Open"), _Standing(status="ongoing")),
        (_tr("filters", "Skipped"), _Standing(status="void")),
        (_tr("filters", "Abandoned"), _Standing(status="abandoned")),
        (_tr("filters", "Rated"), _Standing(kind="rated")),
        (_tr("filters", "Practice"), _Standing(kind="practice")),
        (_tr("filters", "Experiment"), _Standing(kind="experiment")),
        (_tr("filters", "Chosen models"), _Standing(kind="chosen")),
    ]


def _fill(box: QComboBox, every: str, choices: Iterable[tuple[str, Any]]) -> None:
    box.addItem(every, None)
    for text, chosen in choices:
        box.addItem(text, chosen)


def _offer(box: QComboBox, choices: Iterable[tuple[str, str]]) -> None:
    """Replace all but the first choice, without a signal."""
    with QSignalBlocker(box):
        every, text, chosen = box.itemText(0), box.currentText(), box.currentData()
        box.clear()
        _fill(box, every, choices)
        if box.findData(chosen) < 0:  # offered no longer, still looked for
            box.addItem(text, chosen)
        box.setCurrentIndex(box.findData(chosen))


def _midnight(day: date) -> datetime:
    """The beginning of a day, here."""
    return datetime.combine(day, time.min).astimezone()
