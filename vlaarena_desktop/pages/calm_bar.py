"""A progress bar that is painted when the event loop comes to it."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar


class CalmBar(QProgressBar):
    """Qt's own bar paints the whole window at once, both replays too, wherever a value is set."""

    def setValue(self, value: int) -> None:
        """Show how much is done, at the next paint."""
        self.setUpdatesEnabled(False)
        super().setValue(value)
        self.setUpdatesEnabled(True)

    def setRange(self, minimum: int, maximum: int) -> None:
        """Set what nothing and everything are, for the next paint; 0 and 0: nobody knows."""
        self.setUpdatesEnabled(False)
        super().setRange(minimum, maximum)
        self.setUpdatesEnabled(True)
