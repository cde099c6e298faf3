"""How a battle begins and a turn is played: the steps that the window and the headless commands share.

`prepare_turn` and `record_turn` touch the store and run where the store lives; `play_turn` is long, touches
only the daemon and may run anywhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import Play
from scenes import catalog, compat
from scenes.bundle import Bundle
from scenes.episode import Played, State, Trajectory
from scenes.errors import ArenaError, BadInput, RuleBroken
from scenes.models import ModelCard, find_card
from scenes.progress import Job
from scenes.world import compile_world
from sync import matchmaking
from sync.records import Battle, Draw, NewTurn, Session, Sides, Turn, TurnStart, new_id
from sync.store import Store
from vlaarena_desktop import drawing

SCENES_STEPS = 0  # as many control steps as suit the scene
_SEEDS = 2**31


class Setting(Struct, frozen=True):
    """What the evaluator chooses before the pair is drawn."""

    robot_id: str
    scene_id: str
    instruction: str


class PreparedTurn(Struct, frozen=True):
    """A turn about to be played: the left and the right play request, and which goes first."""

    battle_id: str
    new_turn: NewTurn
    left: Play
    right: Play
    right_first: bool


def contestants(cards: Iterable[ModelCard], robot_id: str, scene_id: str) -> list[ModelCard]:
    """The active cards that can play this robot in this scene."""
    robot, scene = catalog.find_robot(robot_id), catalog.find_scene(scene_id)
    return [card for card in cards if card.status == "active" and not compat.issues(card, robot, scene)]


def for_checks(cards: Iterable[ModelCard], robot_id: str, scene_id: str) -> list[ModelCard]:
    """The cards for hidden checks alone that can play this robot in this scene."""
    robot, scene = catalog.find_robot(robot_id), catalog.find_scene(scene_id)
    return [card for card in cards if card.status == "check" and not compat.issues(card, robot, scene)]


def start_battle(
    store: Store,
    cards: Iterable[ModelCard],
    setting: Setting,
    *,
    seed: int | None = None,
    named: Sides | None = None,
) -> Battle:
    """Draw two models and write the battle down. The instruction is checked first: it comes before the pair.

    A given seed also fixes the draw, so the battle is an unrated experiment; named models make it `chosen`.

    Raises:
        NotFound, BadInput, Incompatible: the setting or the names do not exist or do not fit.
    """
    catalog.check_instruction(setting.instruction)
    cards = tuple(cards)
    if named is not None:
        for model_id in (named.left_model_id, named.right_model_id):
            _check_nameable(find_card(cards, model_id), setting)
    drawn = _draw(store, cards, setting, seed, named)
    return store.start_battle(store.open_session(setting.robot_id, setting.scene_id), drawn)


def _check_nameable(card: ModelCard, setting: Setting) -> None:
    if card.status == "check":
        raise BadInput(f"'{card.id}' is for hidden checks alone.", hint="`vlaarena models` lists those to compare.")
    compat.check(card, catalog.find_robot(setting.robot_id), catalog.find_scene(setting.scene_id))


def _draw(store: Store, cards: tuple[ModelCard, ...], setting: Setting, seed: int | None, named: Sides | None) -> Draw:
    eligible = contestants(cards, setting.robot_id, setting.scene_id)
    generator = np.random.default_rng(seed)
    world_seed = secrets.randbelow(_SEEDS) if seed is None else seed
    if named is not None:
        return matchmaking.chosen(named.left_model_id, named.right_model_id, generator, world_seed)
    if seed is not None:
        return matchmaking.draw(eligible, generator, world_seed, {}, kind="experiment")
    eligible += for_checks(cards, setting.robot_id, setting.scene_id)
    on = drawing.Occasion(setting.robot_id, setting.scene_id, setting.instruction, world_seed)
    return drawing.draw_pair(store, eligible, on, generator, drawing.checks_of(store))


def prepare_turn(
    store: Store, battle_id: str, instruction: str, start: TurnStart, max_steps: int = SCENES_STEPS
) -> PreparedTurn:
    """Check the rules and write the two play requests. `continue` starts each side from its own last state.

    Raises:
        RuleBroken: the battle takes no further turn, or there is nothing to continue from.
    """
    store.check_turn_allowed(battle_id)
    battle = store.battle(battle_id)
    session = store.session(battle.session_id)
    new_turn = _new_turn(session.scene_id, instruction, start)
    left, right = _plays(store, session, battle, new_turn, max_steps)
    if start == "continue":
        last_left, last_right = _last_states(store, battle_id)
        left, right = replace(left, start_state=last_left), replace(right, start_state=last_right)
    return PreparedTurn(battle_id, new_turn, left, right, battle.first == "right")


def _new_turn(scene_id: str, instruction: str, start: TurnStart) -> NewTurn:
    instruction = catalog.check_instruction(instruction)
    task = catalog.match_task(catalog.find_scene(scene_id), instruction)
    return NewTurn(turn_id=new_id(), instruction=instruction, task_id=task.id if task else None, start=start)


def _plays(store: Store, session: Session, battle: Battle, new_turn: NewTurn, max_steps: int) -> tuple[Play, Play]:
    """The same request for both sides, but for the model and its own randomness."""
    bundle = _bundle(session.robot_id, session.scene_id)
    store.keep_bundle(bundle.digest, bundle.content)
    sides = store.sides(battle.battle_id)
    left = Play(
        request_id=f"{new_turn.turn_id}-1",
        model_id=sides.left_model_id,
        robot_id=session.robot_id,
        scene_id=session.scene_id,
        bundle_digest=bundle.digest,
        instruction=new_turn.instruction,
        seed=battle.seed,
        policy_seed=policy_seed(battle.seed, "left"),
        max_steps=max_steps or catalog.find_scene(session.scene_id).max_steps,
        seal_key=store.seal_key(battle.battle_id),
    )
    right_id, right_seed = f"{new_turn.turn_id}-2", policy_seed(battle.seed, "right")
    return left, replace(left, request_id=right_id, model_id=sides.right_model_id, policy_seed=right_seed)


def policy_seed(battle_seed: int, side: str) -> int:
    """The seed of a side's own randomness: 62 bits of SHA-256 over the battle's seed and the side."""
    return int.from_bytes(hashlib.sha256(f"{battle_seed}:{side}".encode()).digest()[:8], "big") >> 2


def play_turn(address: str, prepared: PreparedTurn) -> Job[tuple[Played, Played]]:
    """Have the daemon play both sides; both results come together, the left one first.

    Raises:
        ArenaError: one side could not be played (DaemonError, PolicyError, SimulationUnstable or
            BadAction); the turn is void for both.
    """
    order = (prepared.right, prepared.left) if prepared.right_first else (prepared.left, prepared.right)
    with DaemonClient(address) as client:
        first, second = yield from client.play(order)
    return (second, first) if prepared.right_first else (first, second)


def record_turn(store: Store, prepared: PreparedTurn, played: tuple[Played, Played]) -> Turn:
    """Write the turn down with both episodes."""
    return store.record_turn(prepared.battle_id, prepared.new_turn, *played)


def void_turn(store: Store, prepared: PreparedTurn, error: ArenaError) -> None:
    """Note that a turn could not be played, for both sides alike."""
    store.void_turn(prepared.battle_id, prepared.new_turn.turn_id, type(error).__name__, error.sealed_details)


def trajectories(store: Store, turn: Turn) -> tuple[Trajectory, Trajectory]:
    """What the viewers may see of a turn: left and right."""
    return store.episode(turn.left_episode_id).trajectory, store.episode(turn.right_episode_id).trajectory


def _last_states(store: Store, battle_id: str) -> tuple[State, State]:
    turns = store.turns(battle_id)
    if not turns:
        raise RuleBroken("There is no turn to continue from.", hint="Play a first turn that starts from a reset.")
    left, right = trajectories(store, turns[-1])
    return left.state(left.steps), right.state(right.steps)


@lru_cache(maxsize=16)
def _bundle(robot_id: str, scene_id: str) -> Bundle:
    return compile_world(robot_id, scene_id).bundle
