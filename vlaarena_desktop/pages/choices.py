"""How the four choices are called on screen, a vote that was retracted, and hidden checks once they are over."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sync.records import CheckKind, Choice

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


def check_text(check: CheckKind) -> str:
    """What a hidden check was, told after the reveal, in two short lines."""
    what = {
        "aa": _tr("choices", "Hidden check: one model, twice"),
        "swapped": _tr("choices", "Hidden check: your own pair, mirrored"),
        "noop": _tr("choices", "Hidden check: one side was idle on purpose"),
    }[check]
    return what + "\n" + _tr("choices", "It counts for no rating. Thank you!")
