"""The fields of the save dialog: what to save of which side, in which format, how large and how fast."""

from __future__ import annotations

import re
from typing import TypeVar, cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from vlaarena_desktop.pages.labelled_grid import LabelledGrid
from vlaarena_desktop.saving.caption import Caption
from vlaarena_desktop.saving.saving import Kind
from vlaarena_desktop.saving.video import RATES, FormName
from vlaarena_desktop.settings import SPEEDS
from vlaarena_desktop.sides import SIDE_LETTERS

T = TypeVar("T")
HEIGHTS = (360, 480, 720, 1080)  # [px] of one side
_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 40


class SaveFields(QWidget):
    """Choices only; the dialog makes an order of them."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.sides, self.form = QComboBox(), QComboBox(), QComboBox()
        self.size_choice, self.speed, self.rate, self.span = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.captioned = QCheckBox(self.tr("Instruction and time"))
        self.named = QCheckBox(self.tr("Names of the models"))
        self.grid = LabelledGrid(self)
        self._fill()
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._follow_kind)
        for box in (self.sides, self.form, self.size_choice, self.speed, self.rate, self.span):
            box.currentIndexChanged.connect(self.changed)
        for check in (self.captioned, self.named):
            check.toggled.connect(self.changed)
        self._follow_kind()

    @property
    def chosen_kind(self) -> Kind:
        """What to save."""
        return cast(Kind, self.kind.currentData())

    @property
    def chosen_sides(self) -> tuple[int, ...]:
        """Of which sides; a contact sheet is always of both."""
        letters = "AB" if self.chosen_kind == "sheet" else str(self.sides.currentData())
        return tuple(SIDE_LETTERS.index(letter) for letter in letters)

    @property
    def chosen_form(self) -> FormName | None:
        """The format of moving pictures; None for a still PNG."""
        return cast("FormName | None", self.form.currentData())

    @property
    def chosen_range(self) -> bool:
        """Whether only the loop range is saved."""
        return bool(self.span.currentData())

    def caption(self, instruction: str, names: tuple[str, str] | None) -> Caption:
        """What is to be written on the pictures."""
        return Caption(instruction if self.captioned.isChecked() else "", names if self.named.isChecked() else None)

    def file_name(self, instruction: str, turn: int, time: float) -> str:
        """A name that tells turn, side and instruction, and never a model."""
        words = _SLUG.sub("-", instruction.lower()).strip("-")[:_SLUG_LENGTH].rstrip("-")
        letters = "".join(SIDE_LETTERS[side] for side in self.chosen_sides)
        end = {"frame": f"{time:.1f}s", "video": "video", "sheet": "sheet"}[self.chosen_kind]
        name = "-".join(part for part in (words, f"turn{turn}", letters, end) if part)
        return f"{name}.{self.chosen_form or 'png'}"

    def offer_range(self, *, offered: bool) -> None:
        """Whether there is a loop range to save."""
        _enable(self.span, 1, enabled=offered)
        if not offered:
            self.span.setCurrentIndex(0)

    def offer_names(self, *, offered: bool) -> None:
        """Whether the models' names may be told."""
        self.named.setVisible(offered)
        if not offered:
            self.named.setChecked(False)

    def _fill(self) -> None:
        _options(
            self.kind,
            self.tr("What"),
            {"frame": self.tr("This frame"), "video": self.tr("Video"), "sheet": self.tr("Contact sheet")},
        )
        both = self.tr("A and B, side by side")
        _options(self.sides, self.tr("Sides"), {"AB": both, "A": self.tr("A alone"), "B": self.tr("B alone")})
        _options(self.form, self.tr("Format"), dict[object, str]())
        per_side = self.tr("{width} × {height} a side")
        sizes = {height: per_side.format(width=height * 4 // 3, height=height) for height in HEIGHTS}
        _options(self.size_choice, self.tr("Size"), sizes, 480)
        _options(self.speed, self.tr("Speed"), {speed: f"{speed:g}×" for speed in SPEEDS}, 1.0)
        per_second = self.tr("{count} a second")
        _options(self.rate, self.tr("Pictures"), {rate: per_second.format(count=rate) for rate in RATES}, 30)
        _options(self.span, self.tr("Range"), {False: self.tr("The whole replay"), True: self.tr("The loop range")})
        self.offer_range(offered=False)
        self.captioned.setChecked(True)

    def _lay_out(self) -> None:
        checks = QVBoxLayout()
        checks.setSpacing(6)
        checks.addWidget(self.captioned)
        checks.addWidget(self.named)
        boxes = (self.kind, self.sides, self.form, self.size_choice, self.speed, self.rate, self.span)
        for box in boxes:
            self.grid.add(box.accessibleName(), box)
        self.grid.add(self.tr("Written on it"), checks)

    @Slot()
    def _follow_kind(self) -> None:
        """Offer the formats of the kind, and only what applies to it."""
        kind = self.chosen_kind
        forms: dict[FormName | None, str] = {None: self.tr("PNG, lossless")}
        if kind == "video":
            forms = {"webm": self.tr("WebM (VP9)"), "mp4": self.tr("MP4 (H.264)")}
        elif kind == "sheet":
            forms["webp"] = self.tr("WebP, moving")
        self.form.blockSignals(True)
        self.form.clear()
        for form, text in forms.items():
            self.form.addItem(text, form)
        self.form.blockSignals(False)
        self.sides.setEnabled(kind != "sheet")
        self.size_choice.setEnabled(kind != "sheet")
        self.speed.setEnabled(kind != "frame")
        self.rate.setEnabled(kind == "video")
        self.span.setEnabled(kind != "frame")
        self.changed.emit()


def _options(box: QComboBox, name: str, options: dict[T, str], chosen: T | None = None) -> None:
    box.setAccessibleName(name)
    for value, text in options.items():
        box.addItem(text, value)
    if chosen is not None:
        box.setCurrentIndex(list(options).index(chosen))


def _enable(box: QComboBox, index: int, *, enabled: bool) -> None:
    shown = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    box.setItemData(index, (shown if enabled else Qt.ItemFlag.NoItemFlags).value, Qt.ItemDataRole.UserRole - 1)
