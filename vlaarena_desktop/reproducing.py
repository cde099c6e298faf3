"""Reproduce: have an episode of a closed battle played again from its provenance, and compare what comes back.

The same model, seeds, start and instruction must give the same states. Where they do not, the record says from
which control step on, and what differs between then and now; playing the physics alone again tells whether the
policy or the simulator has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import Play
from scenes.codec import decode
from scenes.episode import Episode, Run, State, Trajectory, read_episode
from scenes.errors import Incompatible, NotFound, RuleBroken
from scenes.models import ModelCard
from scenes.progress import Job, Progress
from scenes.seal import KEY_BYTES, unseal
from scenes.verify import CLOSE, Outcome, Verdict, verify
from scenes.world import compile_world
from sync.records import Side, Turn, new_id
from sync.store import Store

_RUN_FACTS = (
    ("checkpoint_revision", "checkpoint"),
    ("weights_sha256", "weights"),
    ("daemon_version", "daemon"),
    ("gl_renderer", "renderer"),
    ("device", "device"),
)


class Reproduction(Struct, frozen=True, kw_only=True):
    """Whether an episode came out the same when it was played again."""

    turn_id: str
    side: Side
    episode_id: str
    model_id: str
    outcome: Outcome
    step: int | None  # the first control step with the outcome; None if all are bit-exact
    largest_difference: float  # [m, rad] of any joint position at the same control step
    steps: tuple[int, int]  # control steps then and now
    differences: tuple[str, ...]  # "MuJoCo 3.17.0, now 3.18.0"
    physics: Verdict  # the recorded actions alone, simulated again here


class PreparedReproduction(Struct, frozen=True):
    """An episode about to be played again: what was kept of it, and the play request."""

    turn_id: str
    side: Side
    episode_id: str
    episode: Episode
    run: Run
    play: Play


def prepare_reproduction(
    store: Store, turn: Turn, side: Side, run: Run, cards: Iterable[ModelCard]
) -> PreparedReproduction:
    """Write the play request that made an episode once more. The run comes from a closed battle.

    Raises:
        NotFound: the daemon no longer offers the model.
        StoreDamaged: the episode is not what was kept.
    """
    require_offered(run.model_id, cards)
    episode_id = episode_of(turn, side)
    episode = store.episode(episode_id)
    request = play_request(
        episode,
        model_id=run.model_id,
        instruction=episode.instruction,
        policy_seed=episode.policy_seed,
        seal_key=secrets.token_bytes(KEY_BYTES),
        start_state=start_state(store, turn, side),
    )
    return PreparedReproduction(turn.turn_id, side, episode_id, episode, run, request)


def reproduce(address: str, prepared: PreparedReproduction) -> Job[Reproduction]:
    """Play the episode again, then its physics alone, and compare.

    Raises:
        Incompatible: the robot and scene of the episode are not those of this program.
        ArenaError: the daemon could not play it.
    """
    yield Progress(0, 0)
    world = compile_world(prepared.play.robot_id, prepared.play.scene_id)
    check_bundle(prepared.episode.trajectory, world.bundle.digest)
    with DaemonClient(address) as client:
        (played,) = yield from client.play((prepared.play,))
    again = read_episode(played.episode)
    run = decode(unseal(prepared.play.seal_key, played.sealed_run, "run"), Run)
    physics = yield from verify(prepared.episode, world)
    before = prepared.episode.trajectory
    outcome, step, largest = compare(before, again.trajectory)
    return Reproduction(
        turn_id=prepared.turn_id,
        side=prepared.side,
        episode_id=prepared.episode_id,
        model_id=prepared.run.model_id,
        outcome=outcome,
        step=step,
        largest_difference=largest,
        steps=(before.steps, again.trajectory.steps),
        differences=_differences(prepared, again, run),
        physics=physics,
    )


def compare(before: Trajectory, again: Trajectory) -> tuple[Outcome, int | None, float]:
    """How well two trajectories agree, from which control step on they do not, and by how much [m, rad]."""
    common = min(before.steps, again.steps) + 1
    apart = np.abs(before.component("qpos")[:common] - again.component("qpos")[:common]).max(axis=1)
    largest = float(apart.max())
    if (apart > CLOSE).any():
        return "diverged", int(np.argmax(apart > CLOSE)), largest
    if before.steps != again.steps:
        return "diverged", common - 1, largest
    unequal = _unequal(before, again)
    if unequal.any():
        return "close", int(np.argmax(unequal)), largest
    return "bit_exact", None, largest


def start_state(store: Store, turn: Turn, side: Side) -> State | None:
    """Where a side's play of a turn began: None for a reset, else the side's last state of the turn before.

    Raises:
        NotFound: the turn before is missing.
    """
    if turn.start == "reset":
        return None
    before = next((each for each in store.turns(turn.battle_id) if each.seq == turn.seq - 1), None)
    if before is None:
        raise NotFound(f"Turn {turn.seq} continued from a turn that is missing.")
    trajectory = store.episode(episode_of(before, side)).trajectory
    return trajectory.state(trajectory.steps)


def episode_of(turn: Turn, side: Side) -> str:
    """The id of a side's episode."""
    return turn.left_episode_id if side == "left" else turn.right_episode_id


def find_use(store: Store, episode_id: str) -> tuple[Turn, Side, Run]:
    """A closed battle's turn in which an episode was played, and who played it.

    Raises:
        NotFound: there is no such episode, or it was played in no turn.
        RuleBroken: its battle is open: who made it is told after the vote.
    """
    store.episode_bytes(episode_id)
    if store.is_hidden(episode_id):
        raise RuleBroken("This episode's battle is still open.", hint="Vote first: then its maker is known.")
    for battle in store.battles(limit=-1):
        if battle.left_model_id is None:
            continue
        for place, turn in enumerate(store.turns(battle.battle_id)):
            if episode_id in (turn.left_episode_id, turn.right_episode_id):
                side: Side = "left" if turn.left_episode_id == episode_id else "right"
                return turn, side, store.runs(battle.battle_id)[2 * place + (side == "right")]
    raise NotFound("This episode was played in no turn of a closed battle.", hint="`vlaarena history` lists battles.")


def play_request(
    episode: Episode,
    *,
    model_id: str,
    instruction: str,
    policy_seed: int,
    seal_key: bytes,
    start_state: State | None,
) -> Play:
    """A play under an episode's conditions: its robot, scene, seed and time."""
    trajectory = episode.trajectory
    return Play(
        request_id=new_id(),
        model_id=model_id,
        robot_id=trajectory.robot_id,
        scene_id=trajectory.scene_id,
        bundle_digest=trajectory.bundle_digest,
        instruction=instruction,
        seed=episode.seed,
        policy_seed=policy_seed,
        max_steps=episode.max_steps,
        seal_key=seal_key,
        start_state=start_state,
    )


def require_offered(model_id: str, cards: Iterable[ModelCard]) -> None:
    """Refuse to ask for a model that is not there. Only for models whose battle is closed: it is named.

    Raises:
        NotFound: the daemon does not offer it.
    """
    if model_id not in {card.id for card in cards}:
        raise NotFound(
            f"The daemon does not offer the model '{model_id}' any more.",
            hint="Put its card back, or connect to the daemon that has it.",
        )


def check_bundle(trajectory: Trajectory, present_digest: str) -> None:
    """Refuse to play on in another robot or scene than the recorded one.

    Raises:
        Incompatible: they have changed since.
    """
    if trajectory.bundle_digest != present_digest:
        raise Incompatible(
            f"The scene '{trajectory.scene_id}' has changed since this episode was recorded.",
            hint="Use the version of the program that recorded it; the replay can still be watched.",
            detail=f"recorded {trajectory.bundle_digest}, here {present_digest}",
        )


def _unequal(before: Trajectory, again: Trajectory) -> NDArray[np.bool_]:
    """Per record of two trajectories of one length: whether any bit of the state differs."""
    if before.components != again.components:
        return np.ones(before.steps + 1, bool)
    unequal: NDArray[np.bool_] = (before.states != again.states).any(axis=1)
    return unequal


def _differences(prepared: PreparedReproduction, again: Episode, run: Run) -> tuple[str, ...]:
    """What is not as it was, in words: "MuJoCo 3.17.0, now 3.18.0"."""
    then, now = prepared.episode, again
    facts = [
        ("MuJoCo", then.trajectory.mujoco_version, now.trajectory.mujoco_version),
        ("start", then.start_digest[:12], now.start_digest[:12]),
        *((name, getattr(prepared.run, field), getattr(run, field)) for field, name in _RUN_FACTS),
        ("steps", str(then.trajectory.steps), str(now.trajectory.steps)),
        ("end", then.termination, now.termination),
    ]
    return tuple(f"{name} {before or '-'}, now {after or '-'}" for name, before, after in facts if before != after)
