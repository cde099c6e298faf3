"""Turns to put into a replay room, and what a closed battle would tell of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.episode import Episode, Event, Trajectory
from sync.records import Battle, Turn
from vlaarena_desktop.evidence import Evidence, SideEvidence, TurnEvidence
from vlaarena_desktop.replays import TurnReplay

NOBODY = "0" * 64


def turn(number: int, battle_id: str = "battle") -> Turn:
    return Turn(
        turn_id=f"{battle_id} {number}",
        battle_id=battle_id,
        seq=number,
        instruction="put the red cube into the bowl and then wave at everybody who is watching",
        task_id=None,
        start="reset",
        left_episode_id=NOBODY,
        right_episode_id=NOBODY,
        created_at="2026-01-01T00:00:00+00:00",
    )


def episode(trajectory: Trajectory, event: Event) -> Episode:
    return Episode(
        trajectory=trajectory,
        instruction="wave",
        task_id=None,
        seed=1,
        policy_seed=1,
        start="reset",
        start_digest=NOBODY,
        max_steps=trajectory.steps,
        termination="max_steps",
        raw_actions=np.zeros((trajectory.steps, 7), np.float32),
        processed_actions=np.zeros((trajectory.steps, 7)),
        events=(event,),
    )


def evidence_for(replays: Sequence[TurnReplay]) -> Evidence:
    """Of a closed battle in which A grasped at its third step, and B placed at its fifth."""
    battle = Battle(
        battle_id="battle",
        session_id="session",
        seq_in_session=1,
        left_model_id="left",
        right_model_id="right",
        status="voted",
        kind="rated",
        seed=1,
        propensity=1.0,
        first="left",
        commitment="",
        nonce=None,
        void_reason=None,
        created_at="",
        updated_at="",
    )
    grasped, placed = Event(3, "grasped", "red_cube", "robot"), Event(5, "placed", "red_cube", "bowl")
    turns = [
        TurnEvidence(
            replay.turn,
            SideEvidence("left", "Left", episode(replay.left, grasped), None),
            SideEvidence("right", "Right", episode(replay.right, placed), None),
        )
        for replay in replays
    ]
    return Evidence(battle, None, tuple(turns))
