"""The top row of the battle page: robot, scene, instruction, and the button that plays."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from scenes import catalog
from scenes.episode import MAX_INSTRUCTION
from scenes.models import ModelCard
from scenes.words import Vocabulary
from sync.records import MAX_TURNS, TurnStart
from vlaarena_desktop.icons import icon
from vlaarena_desktop.pages.line import Line
from vlaarena_desktop.theme import Colors
from vlaarena_desktop.turns import Setting


class SettingBar(QFrame):
    """What is chosen before the pair is drawn; during a battle, what the next turn shall be."""

    play_requested = Signal()
    surprise_requested = Signal()
    left = Signal()  # the instruction gives the keys back
    scene_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.robot, self.scene, self.start = QComboBox(), QComboBox(), QComboBox()
        self.instruction, self.play = Line(), QPushButton(self.tr("Play"))
        self.practice = QLabel(self.tr("Practice: does not count"))
        self.practice.setObjectName("lead")
        self.unknown = QLabel()
        self.full = QLabel(self.tr("· all {turns} turns are played: vote now").format(turns=MAX_TURNS))
        for label in (self.unknown, self.full):
            label.setObjectName("caption")
        self._vocabularies: tuple[Vocabulary, ...] = ()
        self._suggestions = QStringListModel(self)
        self._name_widgets()
        self._lay_out()
        self._playable = True
        for robot in catalog.robots().values():
            self.robot.addItem(robot.name, robot.id)
        self.start.addItem(self.tr("from a fresh start"), "reset")
        self.start.addItem(self.tr("from where each stopped"), "continue")
        self._connect()
        self._list_scenes()
        self._suggest_first()
        self.offer_next_turn(offered=False)

    def dress(self, colors: Colors) -> None:
        """Follow the colour scheme."""
        self._suggest.setIcon(icon("suggestions", colors.quiet))
        self._surprise.setIcon(icon("surprise", colors.quiet))

    @property
    def setting(self) -> Setting:
        """What is chosen now."""
        return Setting(self.robot.currentData(), self.scene.currentData(), self.instruction.text().strip())

    @property
    def turn_start(self) -> TurnStart:
        """Where the next turn starts from."""
        return "continue" if self.start.currentData() == "continue" else "reset"

    def choose(self, setting: Setting) -> None:
        """Choose all of this."""
        for box, wanted in ((self.robot, setting.robot_id), (self.scene, setting.scene_id)):
            box.setCurrentIndex(box.findData(wanted))
        self.instruction.setText(setting.instruction)

    def type_instruction(self, start: TurnStart | None = None) -> None:
        """Give the keys to the instruction, for a turn that starts so; without `start` that stays as it is."""
        if start is not None:
            self.start.setCurrentIndex(self.start.findData(start))
        self.instruction.setFocus()
        self.instruction.selectAll()

    def set_models(self, cards: Iterable[ModelCard]) -> None:
        """Whose words an instruction is held against: the active models that list theirs."""
        active = (card for card in cards if card.status == "active" and card.words)
        self._vocabularies = tuple(Vocabulary(card.words) for card in active)
        self._show_unknown_words()

    def offer_next_turn(self, *, offered: bool, first: bool = False, practice: bool = False) -> None:
        """During a battle robot and scene stand fixed; after the first turn, one may continue from it."""
        self._surprise.setVisible(not offered)
        self.practice.setVisible(practice)
        self._robot_box.setVisible(not offered)
        self.scene.setEnabled(not offered)
        self._start_box.setVisible(offered and not first)
        if not offered:
            self.start.setCurrentIndex(0)
        self.play.setText(self.tr("Play next turn") if offered and not first else self.tr("Play"))

    def set_playable(self, *, playable: bool, full: bool = False) -> None:
        """Whether a turn may be played now; `full`: the battle has all its turns and waits for the vote."""
        self._playable = playable
        self.instruction.setEnabled(not full)
        self.full.setVisible(full)
        self._update_play()

    def _name_widgets(self) -> None:
        self.robot.setAccessibleName(self.tr("Robot"))
        self.scene.setAccessibleName(self.tr("Scene"))
        self.start.setAccessibleName(self.tr("Where the next turn starts"))
        self.instruction.setAccessibleName(self.tr("Instruction"))
        self.instruction.setObjectName("instruction")
        self.instruction.setMaxLength(MAX_INSTRUCTION)
        self.instruction.setPlaceholderText(self.tr("What shall both robots do?"))
        self._name_play_button()
        self._completer = completer = QCompleter(self._suggestions, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(10)
        self.instruction.setCompleter(completer)
        popup = completer.popup()
        if popup is not None:
            popup.setItemDelegate(QStyledItemDelegate(popup))
        self._surprise = QAction(self.tr("Surprise me: any task of any scene (R)"), self)
        self._surprise.triggered.connect(self.surprise_requested)
        self.instruction.addAction(self._surprise, QLineEdit.ActionPosition.TrailingPosition)
        self._suggest = QAction(self.tr("All instructions of this scene (Down)"), self)
        self._suggest.setShortcut(QKeySequence(Qt.Key.Key_Down))
        self._suggest.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._suggest.triggered.connect(self._show_suggestions)
        self.instruction.addAction(self._suggest, QLineEdit.ActionPosition.TrailingPosition)

    def _name_play_button(self) -> None:
        self.play.setObjectName("primary")
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.setAccessibleName(self.tr("Play"))
        self.play.setToolTip(self.tr("Both robots carry out the instruction (Enter)"))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 12)
        row.setSpacing(12)
        self._robot_box = _captioned(self.tr("Robot"), self.robot)
        self._start_box = _captioned(self.tr("Start"), self.start)
        row.addWidget(self.practice)
        row.addWidget(self._robot_box)
        row.addWidget(_captioned(self.tr("Scene"), self.scene))
        row.addWidget(_captioned(self.tr("Instruction"), self.instruction, self.unknown, self.full), 1)
        row.addWidget(self._start_box)
        row.addWidget(self.play, 0, Qt.AlignmentFlag.AlignBottom)
        self.robot.setMaximumWidth(170)
        self.scene.setMaximumWidth(290)

    def _connect(self) -> None:
        self.robot.currentIndexChanged.connect(self._list_scenes)
        self.scene.currentIndexChanged.connect(self._list_suggestions)
        self.play.clicked.connect(self._request_play)
        self.instruction.returnPressed.connect(self._request_play)
        self.instruction.left.connect(self.left)
        self.instruction.textChanged.connect(self._update_play)
        self.instruction.textChanged.connect(self._show_unknown_words)

    @Slot()
    def _request_play(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()
        self.play_requested.emit()

    @Slot()
    def _show_suggestions(self) -> None:
        self._completer.setCompletionPrefix("")
        self._completer.complete()

    @Slot()
    def _list_scenes(self) -> None:
        self.scene.clear()
        for scene in catalog.scenes().values():
            if self.robot.currentData() in scene.robots:
                self.scene.addItem(scene.name, scene.id)

    @Slot()
    def _list_suggestions(self) -> None:
        scene_id = self.scene.currentData()
        tasks = catalog.find_scene(scene_id).tasks if scene_id else ()
        self._suggestions.setStringList([task.instruction for task in tasks])
        self.scene_changed.emit()

    def _suggest_first(self) -> None:
        scene = catalog.find_scene(self.scene.currentData())
        self.instruction.setText(scene.task(scene.suggested).instruction)

    @Slot()
    def _show_unknown_words(self) -> None:
        """Name the words that a model which might play has not learned; which model is not said."""
        text = self.instruction.text()
        words = dict.fromkeys(word for vocabulary in self._vocabularies for word in vocabulary.unknown(text))
        said = self.tr("· not every model knows: {words}").format(words=", ".join(words)) if words else ""
        self.unknown.setText(said)

    @Slot()
    def _update_play(self) -> None:
        self.play.setEnabled(self._playable and bool(self.instruction.text().strip()))


def _captioned(caption: str, field: QWidget, *beside: QLabel) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    label = QLabel(caption)
    label.setObjectName("caption")
    label.setBuddy(field)
    captions = QHBoxLayout()
    captions.addWidget(label)
    for each in beside:
        captions.addWidget(each)
    captions.addStretch(1)
    column.addLayout(captions)
    column.addWidget(field)
    return box
