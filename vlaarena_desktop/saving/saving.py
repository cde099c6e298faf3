"""The jobs that save pictures of a turn: a frame, a video, or a contact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct
from PySide6.QtGui import QImage

from scenes.progress import Job, Progress
from vlaarena_desktop.saving.caption import Caption, dressed, image_of, picture_of
from vlaarena_desktop.saving.draft import check_folder
from vlaarena_desktop.saving.frames import Picture, Studio, Take
from vlaarena_desktop.saving.png import write_png
from vlaarena_desktop.saving.sheet import CELL_WIDTH, contact_sheet
from vlaarena_desktop.saving.video import FormName, encoder_of, times, write_video

Kind = Literal["frame", "video", "sheet"]
SHEET_MOMENTS = 6
SHEET_RATE = 10  # frames per second of an animated sheet
ASPECT = 4 / 3  # of one side's picture


class Order(Struct, frozen=True, kw_only=True):
    """What to save of which sides, how, and where."""

    kind: Kind
    takes: tuple[Take, ...]  # a sheet needs both
    path: Path
    form: FormName | None = None  # None: a still PNG
    height: int = 480  # [px] of one side; a sheet has its own size
    start: float  # [s]; a frame shows this moment
    end: float  # [s]
    rate: int = 30  # frames per second
    speed: float = 1.0  # simulated seconds per second
    caption: Caption = Caption()


def save(order: Order) -> Job[Path]:
    """Draw and write what was ordered; the file is whole or not there.

    Raises:
        ArenaError: nothing can be drawn here, PyAV is missing, or the file could not be written.
    """
    if order.form is not None:
        encoder_of(order.form)  # says what is missing before anything is drawn
    check_folder(order.path)
    if order.kind == "sheet":
        return (yield from _save_sheet(order))
    return (yield from (_save_frame(order) if order.form is None else _save_video(order, order.form)))


def _save_frame(order: Order) -> Job[Path]:
    yield Progress(0, 1)
    with Studio(order.takes, *_size(order), fine=True) as studio:
        picture = _picture(order, studio, order.start)
    write_png(picture, order.path)
    yield Progress(1, 1)
    return order.path


def _save_video(order: Order, form: FormName) -> Job[Path]:
    moments = times(order.start, order.end, order.rate, order.speed)
    with Studio(order.takes, *_size(order)) as studio:
        pictures = (_picture(order, studio, moment) for moment in moments)
        return (yield from write_video(pictures, len(moments), order.rate, form, order.path))


def _save_sheet(order: Order) -> Job[Path]:
    with Studio(order.takes, CELL_WIDTH, round(CELL_WIDTH / ASPECT), fine=order.form is None) as studio:
        if order.form is None:
            step = (order.end - order.start) / (SHEET_MOMENTS - 1)
            sheet = yield from _sheet(order, studio, [order.start + index * step for index in range(SHEET_MOMENTS)])
            write_png(sheet, order.path)
            return order.path
        share = (order.end - order.start) / SHEET_MOMENTS
        beats = times(0.0, share, SHEET_RATE, order.speed)
        return (
            yield from write_video(_beats(order, studio, share, beats), len(beats), SHEET_RATE, order.form, order.path)
        )


def _beats(order: Order, studio: Studio, share: float, beats: list[float]) -> Iterator[Picture]:
    """A sheet that moves: each of its pictures runs through its own share [s] of the replay."""
    for beat in beats:
        moments = [order.start + index * share + beat for index in range(SHEET_MOMENTS)]
        yield picture_of(_contact_sheet(order, moments, [_pair(studio, moment) for moment in moments]))


def _sheet(order: Order, studio: Studio, moments: list[float]) -> Job[Picture]:
    pairs = []
    for index, moment in enumerate(moments):
        pairs.append(_pair(studio, moment))
        yield Progress(index + 1, len(moments))
    return picture_of(_contact_sheet(order, moments, pairs))


def _contact_sheet(order: Order, moments: list[float], pairs: list[tuple[QImage, QImage]]) -> QImage:
    return contact_sheet(order.caption.instruction, moments, pairs, order.caption.names)


def _pair(studio: Studio, moment: float) -> tuple[QImage, QImage]:
    left, right = studio.pictures(moment)
    return image_of(left), image_of(right)


def _picture(order: Order, studio: Studio, moment: float) -> Picture:
    return dressed(studio.pictures(moment), [take.side for take in order.takes], order.caption, moment)


def _size(order: Order) -> tuple[int, int]:
    return round(order.height * ASPECT), order.height
