"""What boards and comparisons read of a store, and what a comparison promised before its first battle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from scenes.database import Database
from scenes.errors import BadInput
from sync import device, sessions, votes
from sync.api import PulledBoard
from sync.ratings.registration import Registration
from sync.records import Battle, Evaluator

_REPEATABLE = 200  # of the evaluator's newest battles


class PulledWeights(Struct, frozen=True):
    """Whom the central service would compare next."""

    weights: Mapping[tuple[str, str], float]  # by smaller and larger id
    votes: int  # of which they were made


class Comparing:
    """Short reads on the thread that opened the store; what is long about them is done with the rows, anywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> list[dict[str, Any]]:
        """Every live vote of a closed battle, in the order in which they closed; with the battle's check, the number of
        its turns and the instruction of the first.

        `sync.rows.vote_of` makes a Vote of each.
        """
        return self._database.rows(
            f"""SELECT live_vote.*, battle."check", turn.instruction,
            (SELECT count(*) FROM turn WHERE battle_id = battle.battle_id) AS turns
            FROM live_vote JOIN battle USING (battle_id) {votes.CLOSINGS}
            LEFT JOIN turn ON turn.battle_id = battle.battle_id AND turn.seq = 1
            WHERE live_vote.left_model_id IS NOT NULL ORDER BY closed, battle.position"""
        )

    def evaluators(self) -> tuple[Evaluator, ...]:
        """Everyone who ever sat here."""
        return tuple(sessions.evaluators(self._database))

    def register(self, made: Registration) -> None:
        """Keep a promise. It is never changed.

        Raises:
            BadInput: the same pair is promised there already, and that comparison counts on.
        """
        self.check_new(made)
        with self._database.transaction():
            self._database.insert(
                "registration",
                registration_id=made.registration_id,
                content=made.to_bytes(),
                digest=made.digest,
                created_at=made.created_at,
            )

    def check_new(self, made: Registration) -> None:
        """BadInput where the same pair is promised there already: that comparison counts on."""
        same = [each for each in self.registrations() if _place(each) == _place(made)]
        if same:
            raise BadInput(
                "This comparison was registered already.",
                hint=f"It was on {same[0].created_at[:10]}, and its battles count since then.",
            )

    def registrations(self) -> tuple[Registration, ...]:
        """All promises, the oldest first."""
        rows = self._database.rows("SELECT content FROM registration ORDER BY position")
        return tuple(msgspec.json.decode(row["content"], type=Registration) for row in rows)

    def left_first(self) -> int:
        """How often the left side came first more than the right in the evaluator's blind battles."""
        (row,) = self._database.rows(
            """SELECT coalesce(sum(CASE first WHEN 'left' THEN 1 ELSE -1 END), 0) AS lead FROM battle
            JOIN session USING (session_id) WHERE evaluator_id = ? AND battle.kind IN ('rated', 'check')""",
            [sessions.evaluator(self._database).evaluator_id],
        )
        return int(row["lead"])

    def judged(self) -> int:
        """How many battles the evaluator has voted on that count for a board."""
        (row,) = self._database.rows(
            """SELECT count(*) AS votes FROM live_vote
            WHERE left_model_id IS NOT NULL AND evaluator_id = ? AND kind = 'rated'""",
            [sessions.evaluator(self._database).evaluator_id],
        )
        return int(row["votes"])

    def repeatable(self, robot_id: str, scene_id: str, instruction: str) -> list[Battle]:
        """The evaluator's newest rated battles of one turn on this instruction, closed with a vote."""
        return self._database.read(
            Battle,
            """SELECT battle.* FROM battle JOIN session USING (session_id)
            JOIN turn ON turn.battle_id = battle.battle_id
            WHERE evaluator_id = ?1 AND robot_id = ?2 AND scene_id = ?3 AND battle.kind = 'rated'
            AND battle.status = 'voted' AND left_model_id IS NOT NULL AND turn.seq = 1 AND turn.instruction = ?4
            AND (SELECT count(*) FROM turn WHERE battle_id = battle.battle_id) = 1
            ORDER BY battle.position DESC LIMIT ?5""",
            [sessions.evaluator(self._database).evaluator_id, robot_id, scene_id, instruction, _REPEATABLE],
        )

    def declared_robots(self) -> tuple[str, ...]:
        """Over which boards are the mean, as whoever runs the central service declared; none: all that have votes."""
        board = self._board()
        return board.declared if board is not None else ()

    def _board(self) -> PulledBoard | None:
        """The last one fetched, if the service signed it: what others say is not followed."""
        try:
            return device.board(self._database)
        except BadInput:
            return None

    def rated_votes(self, robot_id: str) -> int:
        """How many rated votes of the window there are on a robot, of anybody."""
        (row,) = self._database.rows(
            """SELECT count(*) AS votes FROM live_vote
            WHERE left_model_id IS NOT NULL AND robot_id = ? AND kind = 'rated' AND origin = 'window'""",
            [robot_id],
        )
        return int(row["votes"])

    def pulled_weights(self, robot_id: str) -> PulledWeights | None:
        """The pair weights of the centre's last board, for this robot or for all; None: none was pulled."""
        board = self._board()
        offered = board.pair_weights if board is not None else ()
        ours = [each for each in offered if each.robot_id == robot_id]
        found = ours or [each for each in offered if each.robot_id is None]
        if board is None or not found:
            return None
        votes = sum(row.votes for row in board.rows if row.robot_id == robot_id) // 2 if ours else board.votes
        return PulledWeights({(each.first, each.second): each.weight for each in found}, votes)


def _place(made: Registration) -> tuple[Any, ...]:
    return {made.first_model_id, made.second_model_id}, made.robot_id, made.scene_ids
