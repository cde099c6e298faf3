"""Simulated evaluators with known truth, through the real path: draws, battles, turns, votes, the board. No Qt.

What they would watch does not matter to them: every episode of a scene is the same resting arm, played once. Their
votes have the origin `simulated` and a data folder of their own, so that no person's board ever counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import exp
from typing import Literal

import numpy as np
from msgspec import structs

from scenes import catalog
from scenes.codec import encode
from scenes.episode import Episode, Played, Run, Trajectory, episode_id
from scenes.errors import BadInput
from scenes.models import ModelCard
from scenes.policy import ActionSpace
from scenes.progress import Job, Progress
from scenes.recorder import Recorder
from scenes.seal import seal
from scenes.world import compile_world
from sync.records import CHOICES, Ballot, Battle, Choice, NewTurn, Sides, new_id, now
from sync.store import Store
from vlaarena_desktop.drawing import Occasion, checks_of, draw_pair
from vlaarena_desktop.standing import BoardQuery, standings
from vlaarena_desktop.studies import Plan, Study, compared

INSTRUCTION = "rest"
IDLE = "simulated-idle"  # in hidden checks alone
_IDLE_BELOW = 3.0  # [logits] the weakest model
_TIES = 0.6  # nu of Davidson's model
_SEEDS = 2**31


def simulate(store: Store, plan: Plan) -> Job[Study]:
    """Carry a plan out in an empty store.

    Raises:
        NotFound: no such scene.
        BadInput: the store holds battles already, or the plan cannot be carried out.
    """
    _check(store, plan)
    generator = np.random.default_rng(plan.seed)
    robots, places = _places(plan)
    truth = _truth(plan, robots, generator)
    cards = [_card(name, robots) for name in truth[robots[0]]] + [_card(IDLE, robots, status="check")]
    for number in range(plan.votes):
        yield Progress(number, plan.votes)
        store.sit(f"Simulated {number % plan.evaluators + 1}")
        _battle(store, plan, places[int(generator.integers(len(places)))], cards, truth, generator)
    return (yield from _study(store, plan, truth))


def _places(plan: Plan) -> tuple[list[str], list[tuple[str, str]]]:
    """The robots, and every one of them in every scene."""
    known = [*catalog.robots()]
    robots = [*known, *(f"simulated-arm-{number}" for number in range(len(known) + 1, plan.robots + 1))][: plan.robots]
    scenes = [catalog.find_scene(name).id for name in plan.scenes or catalog.scenes()]
    return robots, [(robot, scene) for robot in robots for scene in scenes]


def _truth(plan: Plan, robots: list[str], generator: np.random.Generator) -> dict[str, dict[str, float]]:
    """Of every robot the strengths of all models [logits], their mean 0."""
    everywhere = plan.spread * generator.standard_normal(plan.models)
    truth = {}
    for robot in robots:
        there = everywhere + plan.differences * generator.standard_normal(plan.models)
        there -= there.mean()
        truth[robot] = {f"simulated-{number}": float(each) for number, each in enumerate(there, start=1)}
    return truth


def _battle(
    store: Store,
    plan: Plan,
    place: tuple[str, str],
    cards: list[ModelCard],
    truth: dict[str, dict[str, float]],
    generator: np.random.Generator,
) -> None:
    """Drawn, begun, played, judged and closed as any other."""
    on = Occasion(*place, INSTRUCTION, int(generator.integers(_SEEDS)), unrated=True)
    checks = checks_of(store) if plan.checks_per_hundred is None else plan.checks_per_hundred
    draw = draw_pair(store, cards, on, generator, checks)
    battle = store.start_battle(store.open_session(*place), draw)
    _play(store, battle, draw.sides, place)
    there = truth[place[0]]
    left, right = (there.get(each, min(there.values()) - _IDLE_BELOW) for each in structs.astuple(draw.sides))
    choice = _choice(left, right, plan.both_bad, generator)
    store.cast_vote(battle.battle_id, Ballot(vote=choice, origin="simulated"))
    store.close_battle(battle.battle_id)


def _study(store: Store, plan: Plan, truth: dict[str, dict[str, float]]) -> Job[Study]:
    rows, people = store.comparing().rows(), store.comparing().evaluators()
    boards = []
    for robot in (None, *truth) if len(truth) > 1 else (None,):
        found = yield from standings(BoardQuery(robot_id=robot, origins=("simulated",)), rows, people)
        boards.append(compared(truth, found))
    checks = Counter(row["check"] for row in rows if row["check"])
    return Study(plan=plan, overall=boards[0], robots=tuple(boards[1:]), checks=dict(sorted(checks.items())))


def _check(store: Store, plan: Plan) -> None:
    if store.battles(limit=1):
        raise BadInput(
            "Simulated votes need a data folder of their own.", hint="Name a folder that does not exist yet."
        )
    spreads = all(0 <= each < 20 for each in (plan.spread, plan.differences))
    if plan.models < 2 or plan.evaluators < 1 or plan.robots < 1 or not 0 <= plan.both_bad < 1 or not spreads:
        raise BadInput(
            "This cannot be simulated.",
            hint="At least 2 models, 1 evaluator and 1 robot; a chance of both bad below 1; 0 to 20 logits of spread.",
        )


def _choice(left: float, right: float, both_bad: float, generator: np.random.Generator) -> Choice:
    """A vote as Davidson's model draws it."""
    if generator.random() < both_bad:
        return "both_bad"
    odds = np.array([exp(left), exp(right), _TIES * exp((left + right) / 2)])
    return CHOICES[int(generator.choice(3, p=odds / odds.sum()))]


def _play(store: Store, battle: Battle, sides: Sides, place: tuple[str, str]) -> None:
    new = NewTurn(turn_id=new_id(), instruction=INSTRUCTION, task_id=None, start="reset")
    left, right = (
        _played(store, battle, model_id, side, _rest(*place))
        for side, model_id in enumerate((sides.left_model_id, sides.right_model_id))
    )
    store.record_turn(battle.battle_id, new, left, right)


def _played(store: Store, battle: Battle, model_id: str, side: int, rest: Trajectory) -> Played:
    content = Episode(
        trajectory=rest,
        instruction=INSTRUCTION,
        task_id=None,
        seed=battle.seed,
        policy_seed=side,
        start="reset",
        start_digest=rest.state(0).digest,
        max_steps=rest.steps,
        termination="max_steps",
        raw_actions=np.zeros((rest.steps, 7), np.float32),
        processed_actions=np.zeros((rest.steps, 7)),
        events=(),
    ).to_bytes()
    return Played(content, seal(store.seal_key(battle.battle_id), encode(_run(model_id, content)), "run"))


def _run(model_id: str, content: bytes) -> Run:
    return Run(
        run_id=new_id(),
        episode_id=episode_id(content),
        model_id=model_id,
        checkpoint_revision="",
        weights_sha256="",
        daemon_version="simulated",
        gl_renderer="",
        device="none",
        inference_seconds=np.zeros(1, np.float32),
        wall_seconds=0.0,
        created_at=now(),
    )


@lru_cache(maxsize=64)
def _rest(robot_id: str, scene_id: str) -> Trajectory:
    """An arm at rest for one step."""
    known = robot_id if robot_id in catalog.robots() else next(iter(catalog.robots()))
    world = compile_world(known, scene_id)
    world.reset(0)
    recorder = Recorder(world, world.substeps(10.0))
    recorder.step(world.data.ctrl.copy())
    return structs.replace(recorder.finish(), robot_id=robot_id)


def _card(model_id: str, robots: Sequence[str], status: Literal["active", "check"] = "active") -> ModelCard:
    return ModelCard(
        id=model_id,
        name=model_id,
        organization="Simulation",
        license="none",
        status=status,
        adapter="random-walk",
        robots=tuple(robots),
        action=ActionSpace(space="eef_delta"),
        control_hz=10.0,
        stochastic=True,
    )
