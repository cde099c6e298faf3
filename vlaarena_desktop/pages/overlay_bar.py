"""Which overlays are drawn over the stages, as toggles; and the stages that show them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.viewer import Viewer
from vlaarena_desktop.viewing.overlays import Overlays

_WIDEST = 96  # [px]
KEYS = {"trails": "W", "ghost": "H", "contacts": "K", "forces": "J"}


class OverlayBar(QWidget):
    """Nothing is drawn until `allow(True)`: that is, before the vote."""

    changed = Signal(object)  # Overlays

    def __init__(self, playhead: Playhead, viewers: Sequence[Viewer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewers = tuple(viewers)
        self._allowed = False
        self.chosen = Overlays()
        self.titles = {
            "trails": (self.tr("Trails"), self.tr("The paths of gripper and objects so far")),
            "ghost": (self.tr("Ghost"), self.tr("B's robot and objects, translucent, in A's picture")),
            "contacts": (self.tr("Contacts"), self.tr("Where things touch")),
            "forces": (self.tr("Forces"), self.tr("What pushes the objects, 2 cm for each newton")),
        }
        self.buttons = {name: self._button(name) for name in self.titles}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self.buttons.values():
            row.addWidget(button, 1)
        row.addStretch(0)
        playhead.moved.connect(self._repaint_ghost)

    def allow(self, *, allowed: bool) -> None:
        """Draw what is chosen over the stages shown now, or nothing at all."""
        self._allowed = allowed
        self.setEnabled(allowed)
        self._apply()

    def toggle(self, name: str) -> None:
        """Switch one overlay."""
        if self._allowed:
            self.buttons[name].toggle()

    def _button(self, name: str) -> QToolButton:
        title, told = self.titles[name]
        button = QToolButton()
        button.setObjectName("overlay")
        button.setText(title)
        button.setCheckable(True)
        button.setMaximumWidth(_WIDEST)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setToolTip(f"{told} ({KEYS[name]})")
        button.setAccessibleName(title)
        button.setAccessibleDescription(told)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(lambda on, name=name: self._switch(name, on))
        return button

    def _switch(self, name: str, on: bool) -> None:
        self.chosen = structs.replace(self.chosen, **{name: on})
        self._apply()
        self.changed.emit(self.chosen)

    def _apply(self) -> None:
        """B's stage first: A's draws its trails, too."""
        overlays = self.chosen if self._allowed else Overlays()
        left, right = self._viewers[0].stage, self._viewers[1].stage
        if right is not None:
            right.set_overlays(overlays, side=1)
        if left is not None:
            left.set_overlays(overlays, side=0, other=right)
        for viewer in self._viewers:
            viewer.canvas.update()

    @Slot()
    def _repaint_ghost(self) -> None:
        """B may move while A has come to its end."""
        if self._allowed and self.chosen.ghost:
            self._viewers[0].canvas.update()
