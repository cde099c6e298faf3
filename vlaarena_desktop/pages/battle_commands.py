"""Everything a person can do on the battle page, with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QCoreApplication

from vlaarena_desktop.commands import Command

if TYPE_CHECKING:
    from vlaarena_desktop.arena import Arena
    from vlaarena_desktop.pages.battle import BattlePage
    from vlaarena_desktop.pages.judging import Judging

_tr = QCoreApplication.translate
_SLIDING = ("Left", "Right", "Home", "End", "PgUp", "PgDown", "Up", "Down")


def battle_commands(page: BattlePage, arena: Arena) -> tuple[Command, ...]:
    """What can be done now: while a reason to skip is asked, its numbers; otherwise the vote's."""
    judging = page.judging
    votes = _reason_commands(judging) if judging.skipping else _vote_commands(judging)
    return (*votes, *_battle_commands(page), *_rarer_commands(page, arena), *_room_commands(page))


def _vote_commands(judging: Judging) -> tuple[Command, ...]:
    group = _tr("battle_commands", "Vote")

    def vote(name: str, title: str, act: Callable[[], object], *keys: str) -> Command:
        return Command(f"vote.{name}", title, keys, act, group=group)

    return (
        vote("left", _tr("battle_commands", "A is better"), lambda: judging.choose(0), "1"),
        vote("right", _tr("battle_commands", "B is better"), lambda: judging.choose(1), "2"),
        vote("tie", _tr("battle_commands", "Tie"), lambda: judging.choose(2), "3"),
        vote("both_bad", _tr("battle_commands", "Both bad"), lambda: judging.choose(3), "4"),
        vote("confirm", _tr("battle_commands", "Confirm the vote; then the names"), judging.confirm, "Return", "Enter"),
        vote("ballot", _tr("battle_commands", "Comment, tags, progress"), judging.open_ballot, "C"),
        vote("undo", _tr("battle_commands", "Take the vote back"), judging.undo, "U"),
        vote("enough", _tr("battle_commands", "I have seen enough"), judging.see_enough, "E"),
        vote("skip", _tr("battle_commands", "Skip with a reason"), judging.ask_to_skip, "0"),
    )


def _reason_commands(judging: Judging) -> tuple[Command, ...]:
    group = _tr("battle_commands", "Reason to skip")
    reasons = [
        Command(f"skip.{number}", button.accessibleName(), (str(number),), button.click, group=group)
        for number, button in enumerate(judging.below.skip_panel.buttons, start=1)
    ]
    back = Command("skip.back", _tr("battle_commands", "Back to the vote"), ("0",), judging.escape, group=group)
    return (*reasons, back)


def _battle_commands(page: BattlePage) -> tuple[Command, ...]:
    group = _tr("battle_commands", "Battle")

    def battle(name: str, title: str, act: Callable[[], object], *keys: str) -> Command:
        return Command(f"battle.{name}", title, keys, act, group=group)

    return (
        battle("new", _tr("battle_commands", "New battle"), page.new_battle, "N"),
        battle("instruct", _tr("battle_commands", "Type an instruction"), page.type_instruction, "T"),
        battle("go_on", _tr("battle_commands", "Next turn, from where each stopped"), page.type_next, "Shift+T"),
        battle("surprise", _tr("battle_commands", "Surprise me: any task"), page.surprise, "R"),
        battle("practise", _tr("battle_commands", "Practice: does not count"), page.practise),
        battle("resume", _tr("battle_commands", "Continue the battle left open"), page.resume, "B"),
        battle("escape", _tr("battle_commands", "Back; free the camera"), page.escape, "Esc"),
    )


def _rarer_commands(page: BattlePage, arena: Arena) -> tuple[Command, ...]:
    """What has no key, while it can be done."""
    group, cancel = _tr("battle_commands", "Battle"), _tr("battle_commands", "Cancel this turn")
    give_up = _tr("battle_commands", "Give the battle left open up")
    possible = (
        (arena.state == "playing", Command("battle.cancel", cancel, (), arena.cancel)),
        (page.welcome.offering, Command("battle.give_up", give_up, (), page.give_up)),
    )
    return tuple(structs.replace(command, group=group) for can, command in possible if can)


def _room_commands(page: BattlePage) -> tuple[Command, ...]:
    """The replay's and the evidence's, but for keys that mean something else here: Esc, and arrows on a slider."""
    taken = {"Esc", *(_SLIDING if page.ballot.sliding else ())}
    offered = (*page.room.commands(), *page.drawer.commands(), *page.saving.commands())
    return tuple(each for each in offered if not taken.intersection(each.keys))
