"""How a battle may begin other than by choosing everything: by surprise, for practice, or where it was left. No Qt."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from scenes import catalog
from scenes.errors import NotFound, RuleBroken
from scenes.models import ModelCard
from sync import matchmaking
from sync.records import Battle
from sync.store import Store
from vlaarena_desktop.turns import Setting, contestants

_SEEDS = 2**31
_SCRIPTED = ("scripted-expert", "random-walk")  # adapters of the references
_BASELINES = "baselines/"  # where the checkpoints lie that come with the product


class LeftBattle(Struct, frozen=True):
    """A battle that was left open with something to judge. Its names stay unknown."""

    battle: Battle
    setting: Setting
    turns: int


def surprise(cards: Iterable[ModelCard], robot_id: str, generator: np.random.Generator, but_not: str = "") -> Setting:
    """Any task of any scene that at least two models can play with this robot, except the instruction `but_not`.

    Raises:
        NotFound: there is none.
    """
    cards = tuple(cards)
    settings = [
        Setting(robot_id, scene.id, task.instruction)
        for scene in catalog.scenes().values()
        if robot_id in scene.robots and len(contestants(cards, robot_id, scene.id)) > 1
        for task in scene.tasks
        if task.instruction != but_not
    ]
    if not settings:
        raise NotFound("No scene fits this robot and two models.", hint="Choose another robot, or add model cards.")
    return settings[int(generator.integers(len(settings)))]


def practice_cards(cards: Iterable[ModelCard]) -> list[ModelCard]:
    """The learned baselines and the scripted references: models that nobody needs a rating of."""
    return [card for card in cards if card.adapter in _SCRIPTED or card.checkpoint.startswith(_BASELINES)]


def start_practice(store: Store, cards: Iterable[ModelCard], setting: Setting) -> Battle:
    """Write down a battle that does not count, between two of the practice models.

    Raises:
        BadInput: the instruction is none, or fewer than two of these models fit.
    """
    catalog.check_instruction(setting.instruction)
    eligible = contestants(practice_cards(cards), setting.robot_id, setting.scene_id)
    drawn = matchmaking.draw(eligible, np.random.default_rng(), secrets.randbelow(_SEEDS), {}, kind="practice")
    return store.start_battle(store.open_session(setting.robot_id, setting.scene_id), drawn)


def left_battle(store: Store) -> LeftBattle | None:
    """The newest battle that who sits here now left open, if there is one."""
    return next((_left(store, battle) for battle in store.open_battles()), None)


def find_left(store: Store, battle_id: str) -> LeftBattle:
    """A battle that who sits here now left open.

    Raises:
        NotFound: there is no such battle.
        RuleBroken: nobody can go on with it here; it says why.
    """
    for battle in store.open_battles():
        if battle.battle_id == battle_id:
            return _left(store, battle)
    raise _why_not(store, store.battle(battle_id))


def _left(store: Store, battle: Battle) -> LeftBattle:
    session, played = store.session(battle.session_id), store.turns(battle.battle_id)
    return LeftBattle(battle, Setting(session.robot_id, session.scene_id, played[0].instruction), len(played))


def _why_not(store: Store, battle: Battle) -> RuleBroken:
    if battle.status != "ongoing":
        return RuleBroken("This battle takes no more votes.", hint="It has one already, or has ended.")
    if store.session(battle.session_id).evaluator_id != store.evaluator().evaluator_id:
        return RuleBroken("Another evaluator began this battle.", hint="Choose who did in Settings to go on with it.")
    if not store.turns(battle.battle_id):
        return RuleBroken("This battle has no turn to judge.", hint="Start a new battle.")
    return RuleBroken(
        "The models or the draw of this battle were chosen: it is not a blind one.",
        hint="Vote where it began, on the command line: vlaarena vote.",
    )
