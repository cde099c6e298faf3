"""The loop: a policy acts in a world until the task is done or the time is over. The one path for all models.

It asks the queue (queueing.py) for actions, converts them and records everything: raw actions as they were carried
out, that is after any averaging; processed ones; and the actuator targets, in the trajectory's `ctrl`. No message of
an error raised here names a model or a side: what does stands in `detail`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from time import perf_counter
from typing import TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.messages import Play
from gpu_daemon.queueing import ActionQueue
from scenes.cameras import Cameras
from scenes.catalog import match_task
from scenes.control import Controller, check_actions
from scenes.episode import Episode, Event
from scenes.errors import BadAction, Incompatible, PolicyRaised
from scenes.models import ModelCard
from scenes.observing import observe
from scenes.policy import Policy
from scenes.progress import Job, Progress
from scenes.recorder import Recorder
from scenes.tasks import TaskWatch
from scenes.world import World

T = TypeVar("T")
_ADVICE = "Play the turn again, or begin another battle."


class RolloutResult(Struct, frozen=True):
    """What happened, and how long each inference took [s]."""

    episode: Episode
    inference_seconds: NDArray[np.float32]  # (inferences,)


def rollout(policy: Policy, card: ModelCard, world: World, play: Play, cameras: Cameras | None) -> Job[RolloutResult]:
    """Play one episode; Progress counts the card's control steps, beginning with 0 before the first.

    The same card, play and world give the same episode, whatever was played before.

    Raises:
        BadAction, PolicyRaised: the policy could not go on.
        SimulationUnstable: the physics could not.
        BadInput: the start state is not one of this world.
    """
    performance = _Performance(policy, card, world, play, cameras)
    steps = control_steps(play.max_steps, world.robot.control_hz, card.control_hz)
    for step in range(steps):
        yield Progress(step, steps)
        performance.step(step + 1)
        if performance.succeeded:
            break
    return performance.result()


def control_steps(max_steps: int, robot_hz: float, card_hz: float) -> int:
    """The card's steps in the simulated time of `max_steps` of the robot's.

    Raises:
        Incompatible: they are no whole number, so that the sides would get different times.
    """
    ratio = Fraction(card_hz / robot_hz).limit_denominator(1000)
    if max_steps % ratio.denominator:
        raise Incompatible(
            f"A turn of {max_steps} steps is no whole number of steps for every model.",
            hint=f"Choose a multiple of {ratio.denominator} steps.",
        )
    return int(max_steps * ratio)


def asked(answer: Callable[[], T]) -> T:
    """What a policy's code answers.

    Raises:
        PolicyRaised: it raised; the traceback is the detail.
    """
    try:
        return answer()
    except Exception as error:
        detail = "".join(traceback.format_exception(error))
        raise PolicyRaised("One of the policies stopped with an error.", hint=_ADVICE, detail=detail) from error


class _Performance:
    """One episode under way."""

    def __init__(self, policy: Policy, card: ModelCard, world: World, play: Play, cameras: Cameras | None) -> None:
        self._policy, self._card, self._world, self._play = policy, card, world, play
        self._cameras = cameras
        asked(lambda: policy.reset(play.instruction, play.policy_seed))
        if play.start_state is None:
            world.reset(play.seed)
        else:
            world.restore(play.start_state)
        self._start_digest = (play.start_state or world.state()).digest
        self._task = match_task(world.scene, play.instruction)
        self._controller = Controller(world, card.action, card.control_hz)
        self._recorder = Recorder(world, *world.rhythm(card.control_hz))
        self._watch = TaskWatch(world, self._task)
        self._queue = ActionQueue(card)
        self._raw: list[NDArray[np.float32]] = []
        self._processed: list[NDArray[np.float64]] = []
        self._events: list[Event] = []
        self._seconds: list[float] = []

    @property
    def succeeded(self) -> bool:
        return self._watch.succeeded

    def step(self, number: int) -> None:
        """Observe and infer where an action is wanting, then act and advance."""
        action = self._queue.next(self._infer)
        with _anonymously():
            command = self._controller.apply(action)
        self._recorder.step(command.ctrl)
        self._raw.append(action)
        self._processed.append(command.processed)
        self._events.extend(self._watch.observe_step(number))

    def result(self) -> RolloutResult:
        episode = Episode(
            trajectory=self._recorder.finish(),
            instruction=self._play.instruction,
            task_id=self._task.id if self._task else None,
            seed=self._play.seed,
            policy_seed=self._play.policy_seed,
            start="reset" if self._play.start_state is None else "continue",
            start_digest=self._start_digest,
            max_steps=self._play.max_steps,
            termination="success" if self.succeeded else "max_steps",
            raw_actions=np.array(self._raw, np.float32),
            processed_actions=np.array(self._processed, np.float64),
            events=tuple(self._events),
        )
        return RolloutResult(episode, np.array(self._seconds, np.float32))

    def _infer(self) -> NDArray[np.float32]:
        card = self._card
        observation = observe(self._world, self._controller, self._cameras, card.cameras, card.reads_state)
        started = perf_counter()
        chunk = asked(lambda: self._policy.act(observation))
        self._seconds.append(perf_counter() - started)
        with _anonymously():
            return check_actions(chunk, card.action.size(len(self._world.robot.arm_joints)), card.chunk)


@contextmanager
def _anonymously() -> Iterator[None]:
    """Tell of a bad action without saying what was bad about it: that is the detail."""
    try:
        yield
    except BadAction as error:
        message = "One of the policies answered with something that is not an action."
        raise BadAction(message, hint=_ADVICE, detail=error.message) from error
