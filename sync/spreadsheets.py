"""Values as cells of CSV files, which spreadsheets open: no text of somebody else's is carried out as a formula."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> object:
    """A value as it may stand in a CSV file: text goes behind an apostrophe where a spreadsheet would run it; nothing
    is an empty cell."""
    if isinstance(value, str):
        return formula_free(value)
    return "" if value is None else value


def formula_free(text: str) -> str:
    """A text that no spreadsheet carries out, blanks before its first sign or not."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" ").startswith(_FORMULA) else text
