"""Words of others on an operator's screen: names, reasons and addresses that came from elsewhere steer no terminal."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode's categories: controls, marks of direction, line ends
_JOINERS = frozenset("\u200c\u200d")  # honest words of Persian and of Hindi hold them, and pictures of people


def shown(told: object) -> str:
    """What was told on one line, with every character that steers or hides written out, as `\\x1b`."""
    return "".join(each.encode("unicode_escape").decode() if is_unseen(each) else each for each in str(told))


def cleaned(told: str) -> str:
    """A name without characters that steer or hide: a space stands for each run of them, and none at its ends."""
    return " ".join("".join(" " if is_unseen(each) else each for each in told).split())


def is_unseen(letter: str) -> bool:
    """Whether a character steers what stands around it and is not seen itself."""
    return unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS
