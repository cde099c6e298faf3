"""Evaluation: success by task family on starts never trained on, and whether a policy looks and listens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import load
from gpu_daemon.rollout import rollout
from gpu_daemon.training.budget import Budget
from gpu_daemon.training.config import PIXELS, TrainingConfig
from gpu_daemon.training.demonstrations import single_threaded
from gpu_daemon.training.phrases import held_out_phrases
from scenes import durable
from scenes.cameras import Cameras
from scenes.catalog import Family, Scene, Task
from scenes.episode import State
from scenes.errors import BadInput
from scenes.models import ModelCard
from scenes.policy import Observation, Policy
from scenes.progress import Job, Progress, finish
from scenes.seal import KEY_BYTES
from scenes.tasks import events_of
from scenes.world import World, compile_world

VALIDATION_SEED, TEST_SEED = 8_000_000, 9_000_000  # of the first worlds; no training world is near
FAMILIES: tuple[Family, ...] = ("reach", "push", "lift", "bowl", "stack")
UNKNOWN_WORD = "kindly"  # put into instructions; no policy has learned it
Condition = Literal["plain", "held_out", "unknown_word", "swapped_words", "blank", "swapped_objects"]


class Start(Struct, frozen=True):
    """One episode to be played."""

    config: TrainingConfig
    card: ModelCard
    condition: Condition
    family: Family
    number: int
    seed: int


class Outcome(Struct, frozen=True):
    """What came of it."""

    condition: Condition
    family: Family
    number: int
    succeeded: bool
    inference_ms: tuple[float, ...]


class Row(Struct, frozen=True):
    """Success of one family under one condition, with its 95 % interval."""

    condition: Condition
    family: Family
    starts: int
    successes: int
    low: float
    high: float


class Table(Struct, frozen=True):
    """One policy's evaluation."""

    rows: tuple[Row, ...]
    inference_p95_ms: float
    weights_sha256: str = ""

    def mean(self, condition: Condition) -> float:
        """The mean of the families' success rates, 0 .. 1."""
        shares = [row.successes / row.starts for row in self.rows if row.condition == condition]
        return float(np.mean(shares)) if shares else 0.0


def evaluate(
    config: TrainingConfig,
    card: ModelCard,
    starts: dict[Condition, int],
    first_seed: int,
    budget: Budget,
    kept: Path = Path(os.devnull),
) -> Job[Table]:
    """Play so many starts per family under each condition; fewer if the budget is spent before.

    What was played is added to the file `kept`; what already stands there is not played again.
    """
    outcomes = played_before(kept)
    known = {(outcome.condition, outcome.family, outcome.number) for outcome in outcomes}
    waiting = [
        Start(config, card, condition, family, number, first_seed + number)
        for condition, family, number in _kinds(starts)
        if (condition, family, number) not in known
    ]
    yield Progress(len(known), len(known) + len(waiting), card.id)
    with get_context("spawn").Pool(config.processes, single_threaded) as pool, kept.open("ab") as file:
        for outcome in pool.imap(play, waiting, chunksize=5):
            outcomes.append(outcome)
            file.write(msgspec.json.encode(outcome) + b"\n")
            file.flush()
            yield Progress(len(outcomes), len(known) + len(waiting), card.id)
            if budget.spent:
                break
    return structs.replace(table(outcomes), weights_sha256=card.weights_sha256)


def _kinds(starts: dict[Condition, int]) -> Iterator[tuple[Condition, Family, int]]:
    for condition, count in starts.items():
        yield from ((condition, family, number) for number in range(count) for family in FAMILIES)


def played_before(path: Path) -> list[Outcome]:
    """The outcomes in a file; a last line that a kill cut short is taken away.

    Raises:
        BadInput: it holds something else.
    """
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        durable.write(path, whole)
    try:
        return [msgspec.json.decode(line, type=Outcome) for line in whole.splitlines()]
    except msgspec.MsgspecError as error:
        hint = "Delete it; its episodes are played again."
        raise BadInput(f"{path} is not a list of outcomes.", hint=hint, detail=str(error)) from error


def play(start: Start) -> Outcome:
    """Play one start through the daemon's own rollout."""
    world, cameras = _stand(start.config.robot, start.config.scene)
    policy = _policy(start.card)
    tasks = [task for task in world.scene.tasks if task.family == start.family]
    task = tasks[start.number % len(tasks)]
    request = _request(world, start, _instruction(world.scene, task, start))
    acting = Blindfolded(policy) if start.condition == "blank" else policy
    result = finish(rollout(acting, start.card, world, request, cameras))
    succeeded = result.episode.termination == "success"
    if start.condition in ("held_out", "unknown_word", "swapped_words"):
        events = events_of(world, result.episode.trajectory, task)
        succeeded = any(event.kind == "success" for event in events)
    times = tuple(round(float(seconds) * 1e3, 2) for seconds in result.inference_seconds)
    return Outcome(start.condition, start.family, start.number, succeeded, times)


def table(outcomes: list[Outcome]) -> Table:
    """Outcomes counted by condition and family."""
    counts: dict[tuple[Condition, Family], list[bool]] = {}
    for outcome in outcomes:
        counts.setdefault((outcome.condition, outcome.family), []).append(outcome.succeeded)
    rows = tuple(
        Row(condition, family, len(found), sum(found), *wilson(sum(found), len(found)))
        for (condition, family), found in counts.items()
    )
    times = [time for outcome in outcomes for time in outcome.inference_ms]
    return Table(rows, float(np.percentile(times or [0.0], 95)))


def wilson(successes: int, count: int) -> tuple[float, float]:
    """95 % interval of a proportion (E. B. Wilson, 1927)."""
    z = 1.959964
    share, extra = successes / count, z * z / count
    middle = (share + extra / 2) / (1 + extra)
    half = z * sqrt(share * (1 - share) / count + extra / (4 * count)) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


class Blindfolded:
    """A policy whose pictures are all grey."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def reset(self, instruction: str, seed: int) -> None:
        """As the policy does."""
        self._policy.reset(instruction, seed)

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """What it does without seeing."""
        for picture in observation.images.values():
            picture[:] = 128
        return self._policy.act(observation)

    def close(self) -> None:
        """As the policy does."""
        self._policy.close()


def other_task(scene: Scene, task: Task) -> Task:
    """The same thing to be done to another object."""
    same = [
        each
        for each in scene.tasks
        if (each.family, each.direction) == (task.family, task.direction) and each.object_id != task.object_id
    ]
    return next(iter(same))


def with_objects_swapped(world: World, seed: int) -> State:
    """The start of this seed with the first two objects in each other's place."""
    world.reset(seed)
    state = world.state()
    first, second = (int(world.model.joint(each.body).qposadr[0]) for each in islice(world.scene.objects, 2))
    begin = 0
    for component in state.components:
        if component.name == "qpos":
            break
        begin += component.size
    values = state.values.copy()
    one, two = (slice(begin + address, begin + address + 7) for address in (first, second))
    values[one], values[two] = state.values[two], state.values[one]
    return State(state.components, values)


def _instruction(scene: Scene, task: Task, start: Start) -> str:
    if start.condition == "swapped_words":
        return other_task(scene, task).instruction
    if start.condition == "unknown_word":
        return f"{UNKNOWN_WORD} {task.instruction}"
    if start.condition == "held_out":
        sentences = held_out_phrases(scene, task)
        return sentences[start.number // 7 % len(sentences)]
    return task.instruction


def _request(world: World, start: Start, instruction: str) -> Play:
    return Play(
        request_id="00000000-0000-7000-8000-000000000000",
        model_id=start.card.id,
        robot_id=world.robot.id,
        scene_id=world.scene.id,
        bundle_digest=world.bundle.digest,
        instruction=instruction,
        seed=start.seed,
        policy_seed=start.seed,
        max_steps=start.config.max_steps,
        seal_key=bytes(KEY_BYTES),
        start_state=with_objects_swapped(world, start.seed) if start.condition == "swapped_objects" else None,
    )


@cache
def _stand(robot_id: str, scene_id: str) -> tuple[World, Cameras]:
    """What a process keeps from start to start."""
    world = compile_world(robot_id, scene_id)
    return world, Cameras(world.model, PIXELS, PIXELS)


@cache
def _policies() -> dict[str, Policy]:
    return {}


def _policy(card: ModelCard) -> Policy:
    known = _policies()
    key = f"{card.id} {card.weights_sha256} {card.options}"
    if key not in known:
        known[key] = load(card)
    return known[key]
