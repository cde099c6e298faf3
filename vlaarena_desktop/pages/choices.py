"""How the four choices are called on screen, and a vote that was retracted."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sync.records import Choice

_tr = QCoreApplication.translate


def choice_text(choice: Choice) -> str:
    """A choice in words."""
    return {
        "left_better": _tr("choices", "A is better"),
        "right_better": _tr("choices", "B is better"),
        "tie": _tr("choices", "Tie"),
        "both_bad": _tr("choices", "Both bad"),
    }[choice]


def retracted_text() -> str:
    """What stands in the place of the choice once the vote was retracted."""
    return _tr("choices", "retracted")
