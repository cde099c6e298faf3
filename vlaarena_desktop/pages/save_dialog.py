"""The save dialog: a frame, a video or a contact sheet of the turn on the stage, written while one goes on watching."""

from __future__ import annotations

import copy
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)

from scenes.errors import ArenaError, BadInput
from scenes.progress import Progress
from vlaarena_desktop import background
from vlaarena_desktop.commands import Command
from vlaarena_desktop.notices import Notices
from vlaarena_desktop.pages.calm_bar import CalmBar
from vlaarena_desktop.pages.labelled_grid import align
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.pages.save_fields import SaveFields
from vlaarena_desktop.pages.save_place import SavePlace
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.reporting import reporting
from vlaarena_desktop.saving.frames import Take
from vlaarena_desktop.saving.saving import Order, save
from vlaarena_desktop.saving.video import MISSING_HINT, available
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.overlays import Overlays

_tr = QCoreApplication.translate


class SaveDialog(QDialog):
    """Nothing it writes names a model before `set_names`: no picture, no file name, no metadata."""

    saved = Signal(object)  # Path

    def __init__(
        self,
        room: ReplayRoom,
        models: MjModels,
        notices: Notices,
        names: tuple[str, str] | None,
        *,
        settings: QSettings | None = None,
    ) -> None:
        """`names` are A's and B's models once the battle is closed, else None; `settings` remember the folder."""
        super().__init__(room)
        self._room, self._models, self.notices = room, models, notices
        self._names, self._named_battle = names, ""
        self._running: background.RunningJob | None = None
        self.setObjectName("page")
        self.setWindowTitle(self.tr("Save pictures"))
        self.fields, self.place = SaveFields(), SavePlace(settings)
        self.said, self.progress, self._subject = QLabel(), CalmBar(), QLabel()
        self.cancel, self.dismiss = QPushButton(self.tr("Cancel saving")), QPushButton(self.tr("Close"))
        self.save_now = QPushButton()
        self._dress_parts()
        self._lay_out()
        self._connect()
        self.set_names(names)

    @property
    def writing(self) -> bool:
        """Whether something is being written."""
        return self._running is not None

    def commands(self) -> tuple[Command, ...]:
        """The key that opens it."""
        title = self.tr("Save a picture or a video")
        return (Command("replay.save", title, ("Ctrl+S",), self.rise, group=_tr("keys", "Replay")),)

    def set_names(self, names: tuple[str, str] | None, battle_id: str = "") -> None:
        """Offer to write the names of A's and B's models in a closed battle: this one, or that on the stage.

        They are forgotten as soon as another battle comes onto the stage.
        """
        shown = self._room.shown
        self._names = names
        self._named_battle = battle_id or (shown.turn.battle_id if shown is not None else "")
        self._follow()

    def _forget_names_of_another_battle(self, shown: TurnReplay | None) -> None:
        if shown is None or self._names is None:
            return
        self._named_battle = self._named_battle or shown.turn.battle_id
        if shown.turn.battle_id != self._named_battle:
            self._names = None

    @Slot()
    def rise(self) -> None:
        """Open for the turn on the stage, at the moment on the screen."""
        if self._room.shown is None:
            self.notices.tell(self.tr("There is no replay on the stage to save."))
            return
        if self._running is None:
            self.place.begin()
            self.said.clear()
        self._follow()
        self.show()
        self.raise_()
        self.activateWindow()
        self.fields.kind.setFocus()
        self.save_now.setDefault(True)  # also when it was closed with Enter on another button

    @Slot()
    @reporting
    def start(self) -> None:
        """Draw and write what is chosen."""
        if self._running is not None:
            return
        self._follow()
        try:
            order = self._order()
        except ArenaError as error:
            self._say(error.message, error.hint)
            raise
        self.place.remember()
        self._running = running = background.start(lambda: save(order))
        running.progressed.connect(self._show_progress)
        running.succeeded.connect(self._tell_saved)
        running.failed.connect(self._tell_failed)
        running.finished.connect(self._end)
        self.said.setText(self.tr("Drawing…"))
        self.progress.setValue(0)
        self._follow()

    @Slot()
    def stop(self) -> None:
        """Give up what is being written; nothing of it stays."""
        if self._running is not None:
            self._running.cancel()
            self.said.setText(self.tr("Cancelled. No file was written."))

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keys back to the replay."""
        self._room.viewers[0].setFocus()
        super().hideEvent(event)

    def _order(self) -> Order:
        shown, fields, playhead = self._shown(), self.fields, self._room.playhead
        start, end = playhead.range if fields.chosen_range and playhead.range else (0.0, playhead.duration)
        return Order(
            kind=fields.chosen_kind,
            takes=tuple(self._take(shown, side) for side in fields.chosen_sides),
            path=self.place.path(self._suffix()),
            form=fields.chosen_form,
            height=int(fields.size_choice.currentData()),
            start=playhead.time if fields.chosen_kind == "frame" else start,
            end=end,
            rate=int(fields.rate.currentData()),
            speed=float(fields.speed.currentData()),
            caption=fields.caption(shown.turn.instruction, self._names),
        )

    def _take(self, shown: TurnReplay, side: int) -> Take:
        """What this side's viewer shows, overlays too, to be drawn again."""
        sides, viewer = (shown.left, shown.right), self._room.viewers[side]
        model = self._models.model_of(sides[side])
        same = sides[0].bundle_digest == sides[1].bundle_digest
        overlays = viewer.stage.overlays if viewer.stage is not None else Overlays()
        return Take(
            side, model, sides[side], copy.copy(viewer.view.camera), overlays, sides[1 - side] if same else None
        )

    def _shown(self) -> TurnReplay:
        if self._room.shown is None:
            raise BadInput("There is no replay on the stage to save.")
        return self._room.shown

    @Slot()
    def _follow(self) -> None:
        """Follow the turn on the stage, the choices and the job."""
        shown, running = self._room.shown, self._running is not None
        self._forget_names_of_another_battle(shown)
        self.fields.offer_names(offered=self._names is not None)
        self._subject.setText(shown.turn.instruction if shown is not None else "")
        if shown is not None:
            time = self._room.playhead.time
            self.place.suggest(self.fields.file_name(shown.turn.instruction, shown.turn.seq, time))
        self.fields.offer_range(offered=self._room.playhead.range is not None)
        missing = self.fields.chosen_form is not None and not available()
        if missing:
            self._say(self.tr("Videos are written by PyAV, which is not installed."), MISSING_HINT)
        self._name_button()
        self.save_now.setEnabled(shown is not None and not running and not missing)
        for part in (self.fields, self.place):
            part.setEnabled(not running)
        self.cancel.setVisible(running)
        self.progress.setVisible(running)

    @Slot()
    def _name_button(self) -> None:
        """Say before it happens when a file would be replaced."""
        taken = self.place.taken(self._suffix())
        self.save_now.setText(self.tr("Replace the file") if taken else self.tr("Save"))
        self.save_now.setAccessibleName(self.save_now.text())

    def _suffix(self) -> str:
        return f".{self.fields.chosen_form or 'png'}"

    @Slot()
    def _change(self) -> None:
        if self._running is None:
            self.said.clear()
        self._follow()

    @Slot()
    def _follow_moved(self) -> None:
        if self.isVisible() and not self._room.playhead.playing:
            self._follow()

    @Slot(object)
    def _show_progress(self, progress: Progress) -> None:
        self.progress.setValue(round(1000 * progress.fraction))
        text = self.tr("Picture {done} of {total}")
        self.said.setText(text.format(done=round(progress.done), total=round(progress.total)))

    @Slot(object)
    def _tell_saved(self, path: Path) -> None:
        self.place.forget_typed()
        self._say(self.tr("Saved: {path}").format(path=path))
        if not self.isVisible():
            self.notices.tell(self.tr("Saved: {path}").format(path=path))
        self.saved.emit(path)

    @Slot(object)
    def _tell_failed(self, error: ArenaError) -> None:
        self._say(error.message, error.hint)
        self.notices.show_error(error)

    @Slot()
    def _end(self) -> None:
        self._running = None
        self._follow()

    def _say(self, text: str, hint: str = "") -> None:
        self.said.setText(f"{text}\n{hint}".strip())

    def _dress_parts(self) -> None:
        self._subject.setObjectName("lead")
        self._subject.setWordWrap(True)
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing() + 4)
        self.said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("How much is written"))
        for part in (self.progress, self.cancel):
            kept = part.sizePolicy()
            kept.setRetainSizeWhenHidden(True)  # else the dialog grows, and never shrinks again
            part.setSizePolicy(kept)
        self.save_now.setObjectName("primary")
        self.save_now.setDefault(True)
        for button in (self.cancel, self.dismiss):
            button.setAccessibleName(button.text())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(12)
        column.addWidget(self._subject)
        column.addWidget(self.fields)
        column.addWidget(self.place)
        align((self.fields.grid, self.place.grid))
        column.addWidget(self.said)
        column.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        buttons.addWidget(self.dismiss)
        buttons.addWidget(self.save_now)
        column.addLayout(buttons)
        self.setMinimumWidth(560)

    def _connect(self) -> None:
        self.fields.changed.connect(self._change)
        self.place.changed.connect(self._name_button)
        self.cancel.clicked.connect(self.stop)
        self.dismiss.clicked.connect(self.close)
        self.save_now.clicked.connect(self.start)
        self._room.turn_shown.connect(self._follow)
        self._room.playhead.moved.connect(self._follow_moved)
        self._room.playhead.range_changed.connect(self._follow)
