"""Branch from here: a model plays on from one frame of a closed battle, as an unrated side experiment.

`prepare_branches` and `record_branches` touch the store and run where it lives; `play_branches` is long and
touches only the daemon. `beside` puts what came out next to what it branched from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import Play
from scenes import catalog, compat
from scenes.episode import DisplayTrack, Episode, Played, Run, Trajectory
from scenes.errors import BadInput
from scenes.models import ModelCard, find_card
from scenes.progress import Job, Progress
from scenes.world import compile_world
from sync.records import Branch, NewBranch, Side, new_id
from sync.store import Store
from vlaarena_desktop.evidence import Evidence, SideEvidence, TurnEvidence
from vlaarena_desktop.reproducing import check_bundle, play_request, require_offered, start_state
from vlaarena_desktop.turns import policy_seed


class PreparedBranch(Struct, frozen=True):
    """A branch about to be played: what will be kept of it, what it starts from, and the play request."""

    new: NewBranch
    origin: Trajectory
    play: Play


def prepare_branches(
    store: Store,
    at: TurnEvidence,
    side: Side,
    step: int,
    model_ids: Sequence[str],
    instruction: str,
    cards: Iterable[ModelCard],
) -> tuple[PreparedBranch, ...]:
    """Write one play request per model, each starting at exactly the same state of that side.

    Raises:
        BadInput: the side has no such step, or the instruction is empty or too long.
        NotFound: the daemon no longer offers a model.
        Incompatible: a model does not fit the robot and scene.
    """
    cards, instruction = tuple(cards), catalog.check_instruction(instruction)
    episode = _side(at, side).episode
    steps = episode.trajectory.steps
    if not 0 <= step <= steps:
        raise BadInput(f"This side of the turn has no step {step}.", hint=f"Its steps are 0 to {steps}.")
    for model_id in model_ids:
        _check_fit(episode.trajectory, model_id, cards)
    play = play_request(
        episode,
        model_id="",
        instruction=instruction,
        policy_seed=0,
        seal_key=store.seal_key(at.turn.battle_id),
        start_state=start_state(store, at.turn, side) if step == 0 else episode.trajectory.moment(step),
    )
    return tuple(_prepared(at, side, step, model_id, place, play) for place, model_id in enumerate(model_ids))


def play_branches(address: str, prepared: Sequence[PreparedBranch]) -> Job[tuple[Played, ...]]:
    """Have the daemon play them, side by side where it can; all come back together.

    Raises:
        Incompatible: robot and scene have changed since the battle.
        ArenaError: one of them could not be played; then there is nothing of any to keep.
    """
    yield Progress(0, 0)
    origin = prepared[0].origin
    check_bundle(origin, compile_world(origin.robot_id, origin.scene_id).bundle.digest)
    with DaemonClient(address) as client:
        return (yield from client.play([branch.play for branch in prepared]))


def record_branches(store: Store, prepared: Sequence[PreparedBranch], played: Sequence[Played]) -> Iterator[Branch]:
    """Keep them beside the battle, one by one; its vote and every board stay as they are.

    Raises:
        ArenaError: one of them cannot be kept; those told before it are.
    """
    for each, play in zip(prepared, played, strict=True):
        yield store.record_branch(each.new, play)


def branch_evidence(store: Store, evidence: Evidence, branch: Branch, cards: Iterable[ModelCard]) -> Evidence:
    """A branch and what it branched from, to be looked at like a battle of one turn.

    Raises:
        NotFound, StoreDamaged: its episode or its run is not what was kept.
    """
    origin = next(turn for turn in evidence.turns if turn.turn.turn_id == branch.turn_id)
    name = next((card.name for card in cards if card.id == branch.model_id), branch.model_id)
    pair = beside(origin, branch, store.episode(branch.episode_id), name, store.branch_run(branch.branch_id))
    return Evidence(evidence.battle, None, (pair,))


def beside(at: TurnEvidence, branch: Branch, episode: Episode, name: str, run: Run | None) -> TurnEvidence:
    """What was branched from, from that step on, on the left; the branch on the right."""
    origin = _side(at, branch.side)
    turn = replace(
        at.turn,
        turn_id=branch.branch_id,
        instruction=branch.instruction,
        start="continue",
        right_episode_id=branch.episode_id,
        left_episode_id=at.turn.left_episode_id if branch.side == "left" else at.turn.right_episode_id,
    )
    left = SideEvidence(origin.model_id, origin.name, episode_from(origin.episode, branch.step), origin.run)
    return TurnEvidence(turn, left, SideEvidence(branch.model_id, name, episode, run))


def episode_from(episode: Episode, step: int) -> Episode:
    """The rest of an episode from a control step on, for showing: steps and times count from there."""
    events = tuple(replace(event, step=event.step - step) for event in episode.events if event.step >= step)
    return replace(
        episode,
        trajectory=trajectory_from(episode.trajectory, step),
        raw_actions=episode.raw_actions[step:],
        processed_actions=episode.processed_actions[step:],
        events=events,
    )


def trajectory_from(trajectory: Trajectory, step: int) -> Trajectory:
    """The rest of a trajectory from a control step on."""
    track = trajectory.display
    began = trajectory.begins(step) * trajectory.timestep
    later = track.times > began + trajectory.timestep / 2
    pose = trajectory.component("qpos")[step].astype(np.float32)
    mocap = np.hstack(
        [trajectory.component(name)[step].reshape(-1, width) for name, width in (("mocap_pos", 3), ("mocap_quat", 4))]
    ).reshape(-1)
    display = DisplayTrack(
        np.concatenate([[0.0], track.times[later] - began]).astype(np.float32),
        np.vstack([pose[None], track.qpos[later]]),
        np.vstack([mocap.astype(np.float32)[None], track.mocap[later]]),
    )
    return replace(trajectory, states=trajectory.states[step:], display=display, phase=trajectory.phase_at(step))


def _check_fit(trajectory: Trajectory, model_id: str, cards: tuple[ModelCard, ...]) -> None:
    require_offered(model_id, cards)
    robot, scene = catalog.find_robot(trajectory.robot_id), catalog.find_scene(trajectory.scene_id)
    compat.check(find_card(cards, model_id), robot, scene)


def _prepared(at: TurnEvidence, side: Side, step: int, model_id: str, place: int, play: Play) -> PreparedBranch:
    """One request. A model of the battle keeps the randomness of its side; the same model twice gets both."""
    of_sides = [each for each in ("left", "right") if _side(at, each).model_id == model_id]
    lane = of_sides[min(place, len(of_sides) - 1)] if of_sides else f"branch {model_id}"
    new = NewBranch(
        branch_id=new_id(),
        turn_id=at.turn.turn_id,
        side=side,
        step=step,
        model_id=model_id,
        instruction=play.instruction,
    )
    own = replace(play, request_id=new.branch_id, model_id=model_id, policy_seed=policy_seed(play.seed, lane))
    return PreparedBranch(new, _side(at, side).episode.trajectory, own)


def _side(at: TurnEvidence, side: Side | str) -> SideEvidence:
    return at.left if side == "left" else at.right
