"""How the four choices are called on screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sync.records import Choice


def choice_text(choice: Choice) -> str:
    """A choice in words."""
    tr = QCoreApplication.translate
    return {
        "left_better": tr("choices", "A is better"),
        "right_better": tr("choices", "B is better"),
        "tie": tr("choices", "Tie"),
        "both_bad": tr("choices", "Both bad"),
    }[choice]
