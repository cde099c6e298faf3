"""What the policy saw: each side's camera pictures at the playhead, as they were given to its policy."""

from __future__ import annotations

import mujoco
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QImage, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from scenes.models import CameraInput
from vlaarena_desktop import background
from vlaarena_desktop.background import RunningJob
from vlaarena_desktop.evidence import SideEvidence, TurnEvidence
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.seeing import Album, Picture, Seer
from vlaarena_desktop.sides import SIDE_LETTERS
from vlaarena_desktop.viewing.badge import SideMark

_MARK = 22  # [px]
_BESIDE = 1.8  # width for each height from which on the sides stand beside each other


class SeenPanel(QWidget):
    """Renders on a thread of its own while it is visible, the nearest pictures first."""

    troubled = Signal(object)  # ArenaError

    def __init__(self, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playhead = playhead
        self._album: Album | None = None
        self._job: RunningJob | None = None
        self.sides = _SeenSide(0), _SeenSide(1)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(4, 4, 4, 4)
        self._box.setSpacing(12)
        for side in self.sides:
            self._box.addWidget(side, 1)
        self._box.addStretch(0)
        playhead.moved.connect(self._show)

    def set_turn(self, turn: TurnEvidence | None, model: mujoco.MjModel | None) -> None:
        """Show what was seen in this turn, played in `model`; nothing without them."""
        self._stop()
        self._album = None
        if turn is not None and model is not None:
            seers = tuple(Seer(side.episode.trajectory, side.card.cameras if side.card else ()) for side in turn.sides)
            self._album = Album(model, (seers[0], seers[1]))
        for index, side in enumerate(turn.sides if turn is not None else (None, None)):
            self.sides[index].set_side(side)
            self._box.setStretch(index, 1 if self.sides[index].pictures else 0)
        self._box.setStretch(2, 0 if any(panel.pictures for panel in self.sides) else 1)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A above B, or beside it where there is more width than height."""
        beside = self.width() > _BESIDE * self.height()
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on rendering."""
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: stop rendering."""
        self._stop()

    @Slot()
    def _show(self) -> None:
        album = self._album
        if album is None or not self.isVisible():
            return
        album.wanted = self._playhead.time
        for index, panel in enumerate(self.sides):
            step = album.sides[index].step_at(album.wanted)
            panel.show_step(step, album.at(index, album.wanted))
        if self._job is None and not album.complete:
            self._job = background.start(album.render)
            self._job.progressed.connect(self._show)
            self._job.failed.connect(self._fail)
            self._job.finished.connect(self._end)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self._album = None
        self.troubled.emit(error)

    @Slot()
    def _end(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self._show()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None


class _SeenSide(QWidget):
    """One side's pictures in a row, and what its policy did with them."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._letter, self._side = SIDE_LETTERS[side], None
        self.said = QLabel()
        self.said.setObjectName("quiet")
        self.said.setWordWrap(True)
        self.pictures: dict[str, _Thumbnail] = {}
        head, self._row = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(SideMark(side, _MARK))
        head.addWidget(self.said, 1)
        self._row.setSpacing(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._row, 1)
        self._evidence: SideEvidence | None = None

    def set_side(self, side: SideEvidence | None) -> None:
        """Make room for the pictures of this side's policy."""
        self._evidence = side
        for thumbnail in self.pictures.values():
            self._row.removeWidget(thumbnail)
            thumbnail.deleteLater()
        inputs = side.card.cameras if side is not None and side.card is not None else ()
        self.pictures = {each.key: _Thumbnail(each, self._letter) for each in inputs}
        for thumbnail in self.pictures.values():
            self._row.addWidget(thumbnail, 1)
        self.said.setText(self._told(0))

    def show_step(self, step: int, pictures: dict[str, Picture] | None) -> None:
        """Show the pictures of a step; until they are rendered the earlier ones stay."""
        said = self._told(step)
        if said != self.said.text():
            self.said.setText(said)
        for key, picture in (pictures or {}).items():
            self.pictures[key].show_picture(picture)

    def _told(self, step: int) -> str:
        side = self._evidence
        if side is None:
            return ""
        if side.card is None:
            return self.tr("The daemon does not know this model any more, so its cameras are unknown.")
        if not side.card.cameras:
            blind, knowing = self.tr("It sees no pictures."), self.tr("It reads the simulator's state, not pictures.")
            return knowing if side.card.reads_state else blind
        if step >= side.episode.trajectory.steps:
            return self.tr("step {step}: the end").format(step=step)
        looked = step - step % side.card.execute
        here = (
            self.tr("step {step}: it looks") if looked == step else self.tr("step {step}: it last looked at {looked}")
        )
        return here.format(step=step, looked=looked)


class _Thumbnail(QWidget):
    """One camera's picture with its pixels as they are, and the camera's name above."""

    def __init__(self, camera: CameraInput, letter: str) -> None:
        super().__init__()
        self._picture = QPixmap()
        self._image, name = QLabel(), QLabel()
        size = self.tr("{camera} · {width} × {height}")
        name.setText(size.format(camera=camera.camera, width=camera.width, height=camera.height))
        name.setObjectName("caption")
        self._image.setMinimumSize(QSize(48, 48))
        self._image.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._image.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        told = self.tr("What {side}'s policy saw through the camera {camera}")
        self._image.setAccessibleName(told.format(side=letter, camera=camera.camera))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(name)
        column.addWidget(self._image, 1)

    @property
    def shown(self) -> QPixmap:
        """The picture in its own size; empty while there is none."""
        return self._picture

    def show_picture(self, picture: Picture) -> None:
        """Show these pixels, shape (height, width, 3)."""
        height, width = picture.shape[:2]
        image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture = QPixmap.fromImage(image)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the picture as large as there is room."""
        self._fit()

    def _fit(self) -> None:
        if self._picture.isNull():
            return
        ratio = self._image.devicePixelRatio()
        room = self._image.size() * ratio
        keep, crisp = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
        scaled = self._picture.scaled(room, keep, crisp)
        scaled.setDevicePixelRatio(ratio)
        self._image.setPixmap(scaled)
