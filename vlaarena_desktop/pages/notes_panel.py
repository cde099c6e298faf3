"""Notes pinned to a frame of a side: write, jump there, withdraw. A withdrawn note stays in the list, marked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLineEdit, QPushButton, QVBoxLayout, QWidget

from scenes.errors import ArenaError
from sync.records import MAX_NOTE, Note
from sync.store import Store
from vlaarena_desktop.evidence import TurnEvidence
from vlaarena_desktop.pages.events_panel import ROW_HEIGHT
from vlaarena_desktop.pages.table_view import FittedTable, TableCard
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.sides import SIDE_LETTERS, SIDES
from vlaarena_desktop.tables import Column, RecordTable

_tr = QCoreApplication.translate


class NotesPanel(QWidget):
    """The notes of one turn of a closed battle, in the order of their frames."""

    changed = Signal()  # the notes
    troubled = Signal(object)  # ArenaError

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._store: Store | None = None
        self._evidence: TurnEvidence | None = None
        self._notes: tuple[Note, ...] = ()
        self._drafts: dict[str, tuple[int, str]] = {}  # side and text by turn, of those not shown
        self._asked: str | None = None  # the note that the next press withdraws
        self.table: RecordTable[Note] = RecordTable(_columns(), self)
        self.view = FittedTable(self.table, self.tr("Notes"), giving=(2,))
        self.card = TableCard(self.view, "", plain=True)
        self.side, self.text = QComboBox(), QLineEdit()
        self.add, self.withdraw = QPushButton(self.tr("Pin")), QPushButton()
        self._prepare()
        self._connect()
        self._lay_out()
        self._show_chosen()

    @property
    def standing(self) -> tuple[Note, ...]:
        """The turn's notes that were not withdrawn."""
        return tuple(note for note in self._notes if not note.withdrawn)

    @property
    def half_written(self) -> bool:
        """Whether a note of this or another turn waits to be pinned."""
        return any(text.strip() for text in (self.text.text(), *(text for _, text in self._drafts.values())))

    def set_store(self, store: Store) -> None:
        """Keep notes in this store."""
        self._store = store
        self._read()

    def set_turn(self, turn: TurnEvidence | None) -> None:
        """Show the notes of this turn, and what is half written on it; without one there is nothing to write on."""
        before = self._evidence.turn.turn_id if self._evidence is not None else ""
        now = turn.turn.turn_id if turn is not None else ""
        self._evidence = turn
        if now != before:
            self._drafts[before] = self.side.currentIndex(), self.text.text()
            side, text = self._drafts.pop(now, (self.side.currentIndex(), ""))
            self.side.setCurrentIndex(side)
            self.text.setText(text)
        self._read()

    def write(self) -> None:
        """Begin a note on the frame shown."""
        self._playhead.pause()
        self.text.setFocus()

    @Slot()
    def pin(self) -> None:
        """Keep what is written, beside the frame shown of the side chosen."""
        text, evidence = self.text.text().strip(), self._evidence
        if not text or evidence is None or self._store is None:
            return
        side = self.side.currentIndex()
        trajectory = evidence.sides[side].episode.trajectory
        step = min(trajectory.steps, int(self._playhead.time * trajectory.control_hz + 1e-6))
        try:
            self._store.add_note(evidence.turn.turn_id, SIDES[side], step, text)
        except ArenaError as error:
            self.troubled.emit(error)
            return
        self.text.clear()
        self.text.clearFocus()
        self._read()

    @Slot()
    def ask_to_withdraw(self) -> None:
        """Withdraw the chosen note: the first press asks, the second does it."""
        note = self._chosen()
        if note is None or note.withdrawn or self._store is None:
            return
        if self._asked != note.note_id:
            self._asked = note.note_id
            self._show_chosen()
            return
        try:
            self._store.withdraw_note(note.note_id)
        except ArenaError as error:
            self.troubled.emit(error)
        self._read()

    def _read(self) -> None:
        store, evidence = self._store, self._evidence
        notes = store.notes(evidence.turn.battle_id) if store is not None and evidence is not None else []
        kept = store is not None and evidence is not None and _is_kept(store, evidence)
        mine = [note for note in notes if evidence is not None and note.turn_id == evidence.turn.turn_id]
        self._notes = tuple(sorted(mine, key=lambda note: note.step))
        self.table.set_records(self._notes)
        self.card.show_rows(filled=bool(mine))
        self.card.say(self.tr("No notes on this turn yet.") if kept else self.tr("Notes are kept with the battle."))
        self._asked = None
        self.setEnabled(kept)
        self.text.setPlaceholderText(
            self.tr("A note on this frame") if kept else self.tr("Show the battle itself to write a note")
        )
        self._show_chosen()
        self.changed.emit()

    def _chosen(self) -> Note | None:
        index = self.view.currentIndex()
        return self.table.record(index.row()) if index.isValid() else None

    @Slot()
    def _show_chosen(self) -> None:
        note = self._chosen()
        if note is None or note.note_id != self._asked:
            self._asked = None
        asking = self._asked is not None
        self.withdraw.setText(self.tr("Withdraw for good?") if asking else self.tr("Withdraw"))
        self.withdraw.setVisible(note is not None and not note.withdrawn)

    @Slot(QModelIndex)
    def _jump(self, index: QModelIndex) -> None:
        note, evidence = self.table.record(index.row()), self._evidence
        if evidence is not None:
            hz = evidence.sides[SIDES.index(note.side)].episode.trajectory.control_hz
            self._playhead.pause()
            self._playhead.seek(note.step / hz)

    def _prepare(self) -> None:
        self.view.setWordWrap(True)
        self.view.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for letter in SIDE_LETTERS:
            self.side.addItem(letter)
        self.text.setMaxLength(MAX_NOTE)
        for widget, name in (
            (self.side, self.tr("Side of the note")),
            (self.text, self.tr("A note on this frame")),
            (self.add, self.tr("Pin the note to the frame shown")),
            (self.withdraw, self.tr("Withdraw the chosen note; it stays in the list, marked (Delete)")),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self.side.setFixedWidth(58)
        for button in (self.add, self.withdraw):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect(self) -> None:
        self.text.returnPressed.connect(self.pin)
        self.add.clicked.connect(self.pin)
        self.withdraw.clicked.connect(self.ask_to_withdraw)
        self.view.activated.connect(self._jump)
        self.view.clicked.connect(self._jump)
        self.view.selectionModel().currentChanged.connect(self._show_chosen)
        _on_key(QKeySequence(Qt.Key.Key_Delete), self.view, self.ask_to_withdraw)
        _on_key(QKeySequence(Qt.Key.Key_Escape), self.text, self.text.clearFocus)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.side)
        row.addWidget(self.text, 1)
        row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.card, 1)
        column.addWidget(self.withdraw, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(row)


def _is_kept(store: Store, evidence: TurnEvidence) -> bool:
    """Whether it is a turn of the battle, which a branch is not."""
    return any(turn.turn_id == evidence.turn.turn_id for turn in store.turns(evidence.turn.battle_id))


def _on_key(key: QKeySequence, widget: QWidget, act: Callable[[], object]) -> None:
    shortcut = QShortcut(key, widget)
    shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(act)


def _columns() -> tuple[Column[Note], ...]:

    def words(note: Note) -> str:
        return _tr("notes", "withdrawn: {text}").format(text=note.text) if note.withdrawn else note.text

    return (
        Column(_tr("notes", "Step"), lambda note: str(note.step), lambda note: note.step, numeric=True),
        Column(_tr("notes", "Side"), lambda note: SIDE_LETTERS[SIDES.index(note.side)]),
        Column(_tr("notes", "Note"), words),
    )
