"""What a screen reader says without being asked."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(source: QWidget, text: str) -> None:
    """Have a screen reader speak, once it has finished what it is saying."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(source, text))
