"""What a board may be narrowed down to, and how its votes count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast, get_args

from PySide6.QtCore import QCoreApplication, QDate, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateEdit, QHBoxLayout, QWidget

from scenes import catalog
from sync.records import BattleKind, Evaluator, Origin
from vlaarena_desktop.pages.board_table import WhichInterval
from vlaarena_desktop.standing import RATED, WINDOW, BoardQuery

_tr = QCoreApplication.translate
_BETWEEN = "between"
_FRAME, _WIDEST = 44, 190  # [px] around the text of a box, and of a box


class BoardFilters(QWidget):
    """One row of boxes; the interval and the unrated stand where the page wants them. It reads no store."""

    changed = Signal()  # another query
    interval_changed = Signal()  # the same votes, the other interval

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.robot, self.scene, self.task, self.group = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.period, self.interval, self.counting = QComboBox(), QComboBox(), QComboBox()
        self.source = QComboBox()
        self.since, self.until = QDateEdit(), QDateEdit()
        self.unrated = QCheckBox(self.tr("Include unrated battles"))
        self._fill()
        self._name()
        self._lay_out()
        self.source.currentIndexChanged.connect(self._follow_source)
        for box in (self.source, self.robot, self.scene, self.task, self.group, self.period, self.counting):
            box.currentIndexChanged.connect(self.changed)
        for day in (self.since, self.until):
            day.dateChanged.connect(self.changed)
        self.scene.currentIndexChanged.connect(self._offer_tasks)
        self.period.currentIndexChanged.connect(self._show_dates)
        self.interval.currentIndexChanged.connect(self.interval_changed)
        self.unrated.toggled.connect(self.changed)
        self._show_dates()

    @property
    def query(self) -> BoardQuery:
        """What is chosen now. A board of the central service is of one robot or all; nothing else narrows it here."""
        if self.source.currentData() == "centre":
            return BoardQuery(robot_id=self.robot.currentData(), source="centre")
        since, until = self._dates()
        counting: str = self.counting.currentData()
        everything = self.unrated.isChecked()
        return BoardQuery(
            robot_id=self.robot.currentData(),
            scene_id=self.scene.currentData(),
            task_id=self.task.currentData(),
            group=self.group.currentData(),
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            kinds=get_args(BattleKind) if everything else RATED,
            origins=get_args(Origin) if everything else WINDOW,
            both_bad="tie" if counting == "tie" else "apart",
            weighed=counting == "weighed",
        )

    @property
    def which(self) -> WhichInterval:
        """The interval that is wanted."""
        return "general" if self.interval.currentData() == "general" else "these"

    def offer(self, evaluators: Iterable[Evaluator]) -> None:
        """The groups that may be chosen; without any there is no such choice."""
        groups = sorted({person.group for person in evaluators if person.group})
        chosen = self.group.currentData()
        with QSignalBlocker(self.group):
            self.group.clear()
            self._add(self.group, _tr("board", "Any group"), [(name, name) for name in groups])
            self.group.setCurrentIndex(max(0, self.group.findData(chosen)))
        self.group.setVisible(bool(groups) and self.source.currentData() == "here")

    def offer_robots(self, known: Iterable[str]) -> None:
        """The robots of the catalog, and those that a board knows besides."""
        names = {robot.id: robot.name for robot in catalog.robots().values()}
        wanted = names | {robot_id: robot_id for robot_id in sorted(known) if robot_id not in names}
        if len(wanted) + 1 == self.robot.count():
            return
        chosen = self.robot.currentData()
        with QSignalBlocker(self.robot):
            self.robot.clear()
            self._add(self.robot, _tr("board", "All robots"), [(name, robot_id) for robot_id, name in wanted.items()])
            self.robot.setCurrentIndex(max(0, self.robot.findData(chosen)))

    def offer_source(self, *, offered: bool) -> None:
        """Whether there is a central service to choose; without one the board is of this workstation."""
        self.source.setVisible(offered)
        if not offered:
            self.source.setCurrentIndex(0)

    @Slot()
    def _follow_source(self) -> None:
        here = self.source.currentData() == "here"
        for widget in (self.scene, self.task, self.period, self.counting, self.unrated):
            widget.setVisible(here)
        self.group.setVisible(here and self.group.count() > 1)
        self._show_dates()

    def _dates(self) -> tuple[date | None, date | None]:
        chosen: int | str | None = self.period.currentData()
        if chosen is None:
            return None, None
        if isinstance(chosen, int):
            return date.today() - timedelta(days=chosen), None
        first, last = (cast(date, field.date().toPython()) for field in (self.since, self.until))
        return min(first, last), max(first, last)

    def _fill(self) -> None:
        robots, scenes = catalog.robots().values(), catalog.scenes().values()
        self.source.addItem(_tr("board", "This workstation"), "here")
        self.source.addItem(_tr("board", "Central service"), "centre")
        self._add(self.robot, _tr("board", "All robots"), [(robot.name, robot.id) for robot in robots])
        self._add(self.scene, _tr("board", "All scenes"), [(scene.name, scene.id) for scene in scenes])
        self._add(self.group, _tr("board", "Any group"), [])
        periods = [
            (_tr("board", "Last 7 days"), 6),
            (_tr("board", "Last 30 days"), 29),
            (_tr("board", "Between…"), _BETWEEN),
        ]
        self._add(self.period, _tr("board", "Any time"), periods)
        self.interval.addItem(_tr("board", "These evaluators"), "these")
        self.interval.addItem(_tr("board", "Evaluators in general"), "general")
        self.counting.addItem(_tr("board", "All votes alike"), "alike")
        self.counting.addItem(_tr("board", "Evaluators weighed"), "weighed")
        self.counting.addItem(_tr("board", "Both bad as a tie"), "tie")
        for field, days in ((self.since, -6), (self.until, 0)):
            field.setDate(QDate.currentDate().addDays(days))
            field.setCalendarPopup(True)
            field.setDisplayFormat("yyyy-MM-dd")
        self._offer_tasks()

    @Slot()
    def _offer_tasks(self) -> None:
        """The tasks of the scene that is chosen, or of all."""
        chosen = self.task.currentData()
        scenes = [each for each in catalog.scenes().values() if self.scene.currentData() in (None, each.id)]
        tasks = {task.id: task.instruction for scene in scenes for task in scene.tasks}
        with QSignalBlocker(self.task):
            self.task.clear()
            self._add(self.task, _tr("board", "All tasks"), [(text, name) for name, text in sorted(tasks.items())])
            self.task.setCurrentIndex(max(0, self.task.findData(chosen)))
        if self.task.currentData() != chosen:
            self.changed.emit()

    def _name(self) -> None:
        named: tuple[tuple[QWidget, str], ...] = (
            (self.source, self.tr("Whose votes")),
            (self.robot, self.tr("Robot")),
            (self.scene, self.tr("Scene")),
            (self.task, self.tr("Task")),
            (self.group, self.tr("Group of evaluators")),
            (self.period, self.tr("When")),
            (self.since, self.tr("From this day")),
            (self.until, self.tr("To this day")),
            (self.interval, self.tr("Which interval is shown")),
            (self.counting, self.tr("How votes count")),
            (self.unrated, self.unrated.text()),
        )
        for widget, name in named:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        about = self.tr("Battles with named models or given seeds, and votes from the command line or simulated")
        self.unrated.setToolTip(about)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        boxes = (self.source, self.robot, self.scene, self.task, self.group, self.period, self.counting)
        for box in boxes:
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(5)
            widest = max(box.fontMetrics().horizontalAdvance(box.itemText(0)), 60) + _FRAME
            box.setMaximumWidth(_WIDEST)
            row.addWidget(box, widest)
            if box is self.period:
                row.addWidget(self.since)
                row.addWidget(self.until)
        row.addStretch(1)
        self.interval.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    @Slot()
    def _show_dates(self) -> None:
        for field in (self.since, self.until):
            field.setMinimumHeight(self.robot.sizeHint().height())
            field.setVisible(self.period.currentData() == _BETWEEN and self.source.currentData() == "here")

    @staticmethod
    def _add(box: QComboBox, every: str, choices: Iterable[tuple[str, Any]]) -> None:
        box.addItem(every, None)
        for text, chosen in choices:
            box.addItem(text, chosen)


def _midnight(day: date) -> datetime:
    """The beginning of a day, here."""
    return datetime.combine(day, time.min).astimezone()
