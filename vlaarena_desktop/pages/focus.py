"""Who had the keys before something came in front, and how they get them back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget


class FocusBefore(QObject):
    """Remembers one widget; forgets it when it goes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget: QWidget | None = None

    def remember(self, window: QWidget) -> None:
        """Remember who has the focus in a window, or will have it once the window is active."""
        self._widget = window.focusWidget()
        if self._widget is not None:
            self._widget.destroyed.connect(self._forget)

    def give_back(self, window: QWidget) -> None:
        """Return the focus; to the window where its holder is gone or not seen. Do it before hiding what has it."""
        widget = self._widget
        if widget is not None:
            widget.destroyed.disconnect(self._forget)
        self._widget = None
        (widget if widget is not None and widget.isVisible() else window).setFocus()

    @Slot()
    def _forget(self) -> None:
        self._widget = None


def tab_round(card: QWidget, forward: bool) -> bool:
    """Move the focus among what can be reached with Tab on a card; whether there was anything."""
    tabbed = Qt.FocusPolicy.TabFocus.value
    stops = [
        each
        for each in card.findChildren(QWidget)
        if each.focusPolicy().value & tabbed and each.isVisible() and each.isEnabled() and each.focusProxy() is None
    ]
    if not stops:
        return False
    focus = QApplication.focusWidget()
    place = stops.index(focus) if focus in stops else -1 if forward else 0
    stops[(place + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
    return True
