"""Small genuine records for tests of the store: real episodes of a few numbers, real sealed runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.codec import encode
from scenes.episode import Component, DisplayTrack, Episode, Played, Run, State, Trajectory, episode_id
from scenes.models import ModelCard
from scenes.policy import ActionSpace
from scenes.seal import seal
from sync.records import (
    Ballot,
    Battle,
    BattleKind,
    Branch,
    Choice,
    Draw,
    NewBranch,
    NewTurn,
    Sides,
    Turn,
    new_id,
    now,
)
from sync.store import Store

COMPONENTS = (Component("qpos", 3), Component("qvel", 2))
INSTRUCTION = "push the red cube to the left"
BUNDLE = "b" * 64


def card(model_id: str, **changes: object) -> ModelCard:
    facts = {"name": model_id, "organization": "Lab", "license": "MIT", "adapter": "random-walk"}
    space = ActionSpace(space="eef_delta")
    return ModelCard(id=model_id, robots=("panda",), action=space, control_hz=10, **facts | changes)


def episode(
    *,
    variant: int = 0,
    instruction: str = INSTRUCTION,
    start: State | None = None,
    termination: str = "max_steps",
    seed: int = 1,
    robot_id: str = "panda",
) -> Episode:
    """Two steps; `variant` makes it differ after its first state."""
    states = np.zeros((3, 5))
    if start is not None:
        states[0] = start.values
    states[1:] = states[0] + 1 + variant
    trajectory = Trajectory(
        robot_id=robot_id,
        scene_id="table",
        bundle_digest=BUNDLE,
        mujoco_version="3.17.0",
        timestep=0.002,
        substeps=50,
        components=COMPONENTS,
        states=states,
        display=DisplayTrack(np.zeros(2, np.float32), np.zeros((2, 3), np.float32), np.zeros((2, 0), np.float32)),
    )
    return Episode(
        trajectory=trajectory,
        instruction=instruction,
        task_id="push_left.red_cube",
        seed=seed,
        policy_seed=variant,
        start="reset" if start is None else "continue",
        start_digest=trajectory.state(0).digest,
        max_steps=2,
        termination=termination,
        raw_actions=np.zeros((2, 7), np.float32),
        processed_actions=np.zeros((2, 7)),
        events=(),
    )


def run(model_id: str, content: bytes, inferences: int = 2) -> Run:
    return Run(
        run_id=new_id(),
        episode_id=episode_id(content),
        model_id=model_id,
        checkpoint_revision=f"revision-of-{model_id}",
        weights_sha256="",
        daemon_version="0.1.0",
        gl_renderer="llvmpipe",
        device="cpu",
        inference_seconds=np.linspace(0.01, 0.02, inferences, dtype=np.float32),
        wall_seconds=0.5,
        created_at=now(),
    )


@dataclass
class Arena:
    """What a desktop and a daemon would do with a store, without either."""

    store: Store

    def battle(self, left: str = "alpha", right: str = "beta", kind: BattleKind = "rated", seed: int = 1) -> Battle:
        session = self.store.open_session("panda", "table")
        check = None if kind != "check" else "aa" if left == right else "swapped"
        draw = Draw(sides=Sides(left, right), kind=kind, seed=seed, propensity=0.5, first="left", check=check)
        return self.store.start_battle(session, draw)

    def played(self, battle_id: str, side: str, content: bytes, inferences: int = 2) -> Played:
        """What the daemon would send back for one side."""
        sides = self.store.sides(battle_id)
        model_id = sides.left_model_id if side == "left" else sides.right_model_id
        account = encode(run(model_id, content, inferences))
        return Played(content, seal(self.store.seal_key(battle_id), account, "run"))

    def turn(self, battle_id: str, left: Episode | None = None, right: Episode | None = None) -> Turn:
        left, right = left or episode(variant=1), right or episode(variant=2)
        return self.store.record_turn(
            battle_id,
            NewTurn(turn_id=new_id(), instruction=left.instruction, task_id=left.task_id, start=left.start),
            self.played(battle_id, "left", left.to_bytes()),
            self.played(battle_id, "right", right.to_bytes()),
        )

    def branch(self, battle_id: str, step: int = 1, model_id: str = "beta", instruction: str = INSTRUCTION) -> Branch:
        """A side experiment that leaves the left side of the battle's first turn."""
        turn = self.store.turns(battle_id)[0]
        new = NewBranch(
            branch_id=new_id(),
            turn_id=turn.turn_id,
            side="left",
            step=step,
            model_id=model_id,
            instruction=instruction,
        )
        state = self.store.episode(turn.left_episode_id).trajectory.moment(step) if step else None
        content = episode(start=state, instruction=instruction).to_bytes()
        account = seal(self.store.seal_key(battle_id), encode(run(model_id, content)), "run")
        return self.store.record_branch(new, Played(content, account))

    def played_battle(self, left: str = "alpha", right: str = "beta", kind: BattleKind = "rated") -> str:
        battle_id = self.battle(left, right, kind).battle_id
        self.turn(battle_id)
        return battle_id

    def voted_battle(self, choice: Choice = "left_better") -> str:
        battle_id = self.played_battle()
        self.store.cast_vote(battle_id, ballot(choice))
        return battle_id


def ballot(choice: Choice = "left_better", **changes: object) -> Ballot:
    return Ballot(vote=choice, **{"origin": "window"} | changes)
