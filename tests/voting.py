"""Votes for tests of ratings."""

from __future__ import annotations

from sync.records import Choice, Vote, Watched


def vote(position: int, left: str, right: str, choice: Choice) -> Vote:
    return Vote(
        vote_id=f"v{position:03}",
        rev=1,
        battle_id=f"b{position}",
        evaluator_id="e",
        session_id="s",
        robot_id="panda",
        scene_id="table",
        left_model_id=left,
        right_model_id=right,
        task_id=None,
        vote=choice,
        withdrawn=False,
        origin="window",
        kind="rated",
        comment=None,
        tags=(),
        left_progress=None,
        right_progress=None,
        watched=Watched(),
        opened_at="2026-01-01T00:00:00.000+00:00",
        voted_at=f"2026-01-01T00:{position // 60:02}:{position % 60:02}.000+00:00",
    )
