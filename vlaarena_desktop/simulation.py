"""Simulated evaluators with known truth, through the real path: draws, battles, turns, votes, the board. No Qt.

What they would watch does not matter to them: every episode is the same resting arm, played once. Their votes have the
origin `simulated` and a data folder of their own, so that no person's board ever counts them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import exp

import numpy as np
from msgspec import Struct

from scenes.codec import encode
from scenes.episode import Episode, Played, Run, Trajectory, episode_id
from scenes.errors import BadInput
from scenes.models import ModelCard
from scenes.policy import ActionSpace
from scenes.progress import Job, Progress
from scenes.recorder import Recorder
from scenes.seal import seal
from scenes.world import compile_world
from sync.ratings.davidson import POINTS, START
from sync.records import CHOICES, Ballot, Battle, Choice, NewTurn, Sides, new_id, now
from sync.store import Store
from vlaarena_desktop.drawing import Occasion, checks_of, draw_pair
from vlaarena_desktop.standing import BoardQuery, Place, standings

ROBOT, SCENE, INSTRUCTION = "panda", "table", "rest"
_TIES = 0.6  # nu of Davidson's model
_SEEDS = 2**31


class Plan(Struct, frozen=True, kw_only=True):
    """What is simulated."""

    models: int = 4
    votes: int = 100
    evaluators: int = 3
    spread: float = 1.0  # [logits] standard deviation of the strengths
    both_bad: float = 0.1  # chance of it, whatever the pair
    seed: int = 0


class Found(Struct, frozen=True, kw_only=True):
    """One model: what is true, and what the board says."""

    model_id: str
    truth: float  # [points]
    rating: float | None
    low: float | None  # 95 %, these evaluators
    high: float | None
    votes: int

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low is not None and self.high is not None and self.low <= self.truth <= self.high


class Study(Struct, frozen=True, kw_only=True):
    """What came of a plan."""

    plan: Plan
    models: tuple[Found, ...]
    counted: int  # votes on the board; the others were on checks
    checks: int
    covered: int  # intervals that hold the truth
    swapped: int  # pairs of models in the wrong order
    first_is_first: bool  # whether the best is ranked first


def simulate(store: Store, plan: Plan) -> Job[Study]:
    """Carry a plan out in an empty store.

    Raises:
        BadInput: the store holds battles already, or the plan cannot be carried out.
    """
    _check(store, plan)
    generator = np.random.default_rng(plan.seed)
    cards = [_card(number) for number in range(1, plan.models + 1)]
    strengths = plan.spread * generator.standard_normal(plan.models)
    strengths -= strengths.mean()
    truth = {card.id: float(each) for card, each in zip(cards, strengths, strict=True)}
    for number in range(plan.votes):
        yield Progress(number, plan.votes)
        store.sit(f"Simulated {number % plan.evaluators + 1}")
        on = Occasion(ROBOT, SCENE, INSTRUCTION, int(generator.integers(_SEEDS)), unrated=True)
        draw = draw_pair(store, cards, on, generator, checks_of(store))
        battle = store.start_battle(store.open_session(ROBOT, SCENE), draw)
        _play(store, battle, draw.sides)
        choice = _choice(truth[draw.sides.left_model_id], truth[draw.sides.right_model_id], plan.both_bad, generator)
        store.cast_vote(battle.battle_id, Ballot(vote=choice, origin="simulated"))
        store.close_battle(battle.battle_id)
    reads = store.comparing()
    board = yield from standings(BoardQuery(origins=("simulated",)), reads.rows(), reads.evaluators())
    return _study(plan, truth, {place.model_id: place for place in board.places}, len(board.votes))


def _check(store: Store, plan: Plan) -> None:
    if store.battles(limit=1):
        raise BadInput(
            "Simulated votes need a data folder of their own.", hint="Name a folder that does not exist yet."
        )
    if plan.models < 2 or plan.evaluators < 1 or not 0 <= plan.both_bad < 1 or not 0 <= plan.spread < 20:
        raise BadInput(
            "This cannot be simulated.",
            hint="At least 2 models and 1 evaluator; a chance of both bad below 1; a spread from 0 to 20 logits.",
        )


def _choice(left: float, right: float, both_bad: float, generator: np.random.Generator) -> Choice:
    """A vote as Davidson's model draws it."""
    if generator.random() < both_bad:
        return "both_bad"
    odds = np.array([exp(left), exp(right), _TIES * exp((left + right) / 2)])
    return CHOICES[int(generator.choice(3, p=odds / odds.sum()))]


def _play(store: Store, battle: Battle, sides: Sides) -> None:
    new = NewTurn(turn_id=new_id(), instruction=INSTRUCTION, task_id=None, start="reset")
    left, right = (
        _played(store, battle, model_id, side)
        for side, model_id in enumerate((sides.left_model_id, sides.right_model_id))
    )
    store.record_turn(battle.battle_id, new, left, right)


def _played(store: Store, battle: Battle, model_id: str, side: int) -> Played:
    rest = _rest()
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


@lru_cache(maxsize=1)
def _rest() -> Trajectory:
    """The arm at rest for one step."""
    world = compile_world(ROBOT, SCENE)
    world.reset(0)
    recorder = Recorder(world, world.substeps(10.0))
    recorder.step(world.data.ctrl.copy())
    return recorder.finish()


def _card(number: int) -> ModelCard:
    return ModelCard(
        id=f"simulated-{number}",
        name=f"Simulated {number}",
        organization="Simulation",
        license="none",
        adapter="random-walk",
        robots=(ROBOT,),
        action=ActionSpace(space="eef_delta"),
        control_hz=10.0,
        stochastic=True,
    )


def _study(plan: Plan, truth: dict[str, float], places: dict[str, Place], counted: int) -> Study:
    models = tuple(_found(name, START + POINTS * strength, places.get(name)) for name, strength in truth.items())
    rated = [(each.truth, each.rating) for each in models if each.rating is not None]
    swapped = sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in combinations(rated, 2))
    return Study(
        plan=plan,
        models=tuple(sorted(models, key=lambda each: -each.truth)),
        counted=counted,
        checks=plan.votes - counted,
        covered=sum(each.covered for each in models),
        swapped=swapped,
        first_is_first=max(rated, default=None) == max(rated, key=lambda each: each[1], default=None),
    )


def _found(model_id: str, truth: float, place: Place | None) -> Found:
    rating = place.rating if place is not None else None
    return Found(
        model_id=model_id,
        truth=truth,
        rating=rating.rating if rating else None,
        low=rating.these.low if rating else None,
        high=rating.these.high if rating else None,
        votes=place.record.votes if place is not None else 0,
    )
