"""Everything a person can do while reviewing a past battle, with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from vlaarena_desktop.commands import Command

if TYPE_CHECKING:
    from vlaarena_desktop.pages.review import ReviewPage

_tr = QCoreApplication.translate


def review_commands(page: ReviewPage) -> tuple[Command, ...]:
    """The page's own, the replay's but for Esc, the evidence's and those that save pictures."""
    others = (*page.room.commands(), *page.drawer.commands(), *page.saving.commands())
    return (*_own(page), *(command for command in others if command.id not in _TWICE))


def _own(page: ReviewPage) -> tuple[Command, ...]:
    group, bench, question = _tr("review", "Review"), page.bench, page.header.question

    def command(name: str, title: str, key: str, act: Callable[[], object]) -> Command:
        return Command(f"review.{name}", title, (key,), act, group=group)

    retract = command("retract", _tr("review", "Retract your vote…"), "U", question.ask)
    return (
        *((retract,) if question.possible else ()),
        command("back", _tr("review", "Back to the list"), "Alt+Left", page.left.emit),
        command("link", _tr("review", "Copy a link to this moment"), "Ctrl+Shift+C", page.copy_link),
        command("branch", _tr("review", "Branch from here"), "B", page.ask_to_branch),
        command("reproduce_left", _tr("review", "Reproduce A"), "R", bench.reproduce[0].click),
        command("reproduce_right", _tr("review", "Reproduce B"), "Shift+R", bench.reproduce[1].click),
        command("next_stage", _tr("review", "Next branch, or the battle again"), "T", bench.choose_next),
        command("escape", _tr("review", "Close the form; free the camera"), "Esc", page.escape),
    )


# under other keys or names on this page
_TWICE = frozenset({"camera.free", "evidence.reproduce_left", "evidence.reproduce_right", "evidence.save"})
