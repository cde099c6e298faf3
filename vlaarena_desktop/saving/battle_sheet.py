"""A battle as one picture for the public board: the contact sheets of its turns, one below the other, without names."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtGui import QImage, QPainter

from scenes.catalog import find_scene
from scenes.episode import Trajectory
from scenes.progress import Job, Progress
from vlaarena_desktop.saving.caption import image_of, picture_of
from vlaarena_desktop.saving.frames import Studio, Take, named_camera
from vlaarena_desktop.saving.png import png
from vlaarena_desktop.saving.saving import ASPECT, SHEET_MOMENTS
from vlaarena_desktop.saving.sheet import CELL_WIDTH, contact_sheet
from vlaarena_desktop.viewing.mjmodels import MjModels


class Shot(Struct, frozen=True):
    """One turn, ready to be drawn."""

    instruction: str
    takes: tuple[Take, Take]

    @property
    def moments(self) -> tuple[float, ...]:
        """[s] from its start to the end of the longer side."""
        last = max(take.trajectory.duration for take in self.takes)
        return tuple(last * place / (SHEET_MOMENTS - 1) for place in range(SHEET_MOMENTS))


def shot_of(models: MjModels, instruction: str, left: Trajectory, right: Trajectory) -> Shot:
    """A turn as its scene's first camera sees it.

    Raises:
        NotFound: a side's scene is gone, or changed and its bundle is missing.
        BadInput: its bundle is damaged.
    """

    def take(side: int, trajectory: Trajectory) -> Take:
        model = models.model_of(trajectory)
        return Take(side, model, trajectory, named_camera(model, find_scene(trajectory.scene_id).cameras[0]))

    return Shot(instruction, (take(0, left), take(1, right)))


def battle_sheet(shots: Sequence[Shot]) -> Job[bytes]:
    """The bytes of the PNG. It may be closed between any two pictures.

    Raises:
        GraphicsUnavailable: nothing can be drawn here.
    """
    sheets = list[QImage]()
    for shot in shots:
        with Studio(shot.takes, CELL_WIDTH, round(CELL_WIDTH / ASPECT)) as studio:
            pairs = list[tuple[QImage, QImage]]()
            for moment in shot.moments:
                left, right = studio.pictures(moment)
                pairs.append((image_of(left), image_of(right)))
                yield Progress(len(sheets) * SHEET_MOMENTS + len(pairs), len(shots) * SHEET_MOMENTS)
        sheets.append(contact_sheet(shot.instruction, shot.moments, pairs))
    return png(picture_of(_stacked(sheets)))


def _stacked(sheets: Sequence[QImage]) -> QImage:
    whole = QImage(sheets[0].width(), sum(sheet.height() for sheet in sheets), QImage.Format.Format_RGB32)
    painter, top = QPainter(whole), 0
    for sheet in sheets:
        painter.drawImage(0, top, sheet)
        top += sheet.height()
    painter.end()
    return whole
