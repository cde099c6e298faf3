"""The two sides as people see them: letters, and colours from the palette of Okabe and Ito (2008). Knows no Qt."""

from __future__ import annotations

from sync.records import Side

SIDE_COLORS = ("#0072B2", "#E69F00")  # A, B: fills and borders, never text
SIDE_LETTERS = ("A", "B")
SIDES: tuple[Side, Side] = ("left", "right")  # as the store calls them
SIDE_INKS = ("#FFFFFF", "#1A1300")  # the letter on each side's colour
