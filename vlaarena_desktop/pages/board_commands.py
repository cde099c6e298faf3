"""What can be done on the leaderboard, for keys, menu and palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox

from vlaarena_desktop.commands import Command

if TYPE_CHECKING:
    from vlaarena_desktop.pages.leaderboard import LeaderboardPage

_tr = QCoreApplication.translate


def board_commands(page: LeaderboardPage) -> tuple[Command, ...]:
    """Views, the source, every choice of the filters, and the export."""
    group = _tr("board_commands", "Leaderboard")
    views = (
        ("board", _tr("board_commands", "Show the board"), ("Alt+1",)),
        ("matrix", _tr("board_commands", "Show who beat whom"), ("Alt+2",)),
        ("pair", _tr("board_commands", "Show whether one is better yet"), ("Alt+3",)),
        ("method", _tr("board_commands", "Show the method"), ("Alt+4",)),
    )
    shown = tuple(
        Command(f"board.{name}", title, keys, partial(page.show_view, place), group=group)
        for place, (name, title, keys) in enumerate(views)
        if page.tabs[place].isEnabled()
    )
    export = Command(
        "board.export", _tr("board_commands", "Export the board…"), ("Ctrl+E",), page.ask_where, group=group
    )
    return (*shown, *((export,) if page.save.isEnabled() else ()), *_choices(page, group))


def _choices(page: LeaderboardPage, group: str) -> Iterator[Command]:
    filters = page.filters
    boxes = (
        ("source", _tr("board_commands", "Votes of: {choice}"), filters.source),
        ("robot", _tr("board_commands", "Robot: {choice}"), filters.robot),
        ("scene", _tr("board_commands", "Scene: {choice}"), filters.scene),
        ("task", _tr("board_commands", "Task: {choice}"), filters.task),
        ("group", _tr("board_commands", "Group: {choice}"), filters.group),
        ("period", _tr("board_commands", "When: {choice}"), filters.period),
        ("interval", _tr("board_commands", "Whiskers: {choice}"), filters.interval),
        ("counting", _tr("board_commands", "Count: {choice}"), filters.counting),
    )
    for name, title, box in boxes:
        if box.isEnabled() and not box.isHidden():
            yield from _of_box(name, title, box, group)
    if not filters.unrated.isHidden():
        title = _tr("board_commands", "Include unrated battles, or no longer")
        yield Command("board.unrated", title, (), filters.unrated.toggle, group=group)


def _of_box(name: str, title: str, box: QComboBox, group: str) -> Iterator[Command]:
    """Every choice of a box that is not the present one."""
    for place in range(box.count()):
        if place != box.currentIndex():
            act = partial(box.setCurrentIndex, place)
            yield Command(f"board.{name}.{place}", title.format(choice=box.itemText(place)), (), act, group=group)
