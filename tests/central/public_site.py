"""What a public board is tested with: battles written as rows, boards published from them, and pages fetched."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import urllib3
from sqlalchemy import Connection

from scenes.models import ModelCard
from scenes.policy import ActionSpace
from sync.blindness import commitment
from sync.keys import SigningKey
from sync.records import new_id
from sync.server import publishing, registry
from sync.server.applying import Rows
from sync.server.writing import write

ROBOTS, SCENES = ("panda", "xarm-6"), ("table", "shelf")
STRENGTHS = {"film-cnn": 0.9, "film-flow": 0.8, "film-cnn-early": 0.5, "scripted-hasty": 0.45, "random-walk": 0.05}
NAMES = {
    "film-cnn": "FiLM-CNN",
    "film-flow": "FiLM-Flow",
    "film-cnn-early": "FiLM-CNN, early",
    "scripted-hasty": "Scripted, hasty",
}
MOMENT = "2026-11-22T12:00:00.000+00:00"
SCRIPT = "<script>document.title='owned'</script>"
FORMULA = '=cmd|"/c calc"!A1'
TURNED = "safe\u202egnp.exe\u2066"
HOSTILE, PATHLIKE = "hostile-1", "../up?x=<b>#y"


def card(model_id: str, **changed: Any) -> ModelCard:
    known = {"name": NAMES.get(model_id, model_id), "organization": "VLA Arena", "license": "Apache-2.0"}
    fixed = {"adapter": "onnx", "robots": ("panda",), "control_hz": 10.0, "parameters": 863614}
    return ModelCard(id=model_id, action=ActionSpace(space="eef_delta"), **{**fixed, **known, **changed})


HOSTILE_CARD = card(
    HOSTILE, name=f"Hostile {SCRIPT}", organization=FORMULA, license=TURNED, notes=f"{SCRIPT}\n@SUM(1)\n{TURNED}"
)


class Written:
    """Rows of battles, as an applied push would have left them."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._episodes = connection, 0
        self._rows: Rows = defaultdict(list)

    def flush(self) -> None:
        write(self._connection, self._rows)

    def evaluator(self, name: str) -> str:
        evaluator_id = new_id()
        self._add("evaluators", evaluator_id=evaluator_id, name=name, group=None)
        return evaluator_id

    def session(self, evaluator_id: str, robot_id: str, scene_id: str) -> dict[str, str]:
        known = {"session_id": new_id(), "robot_id": robot_id, "scene_id": scene_id, "evaluator_id": evaluator_id}
        self._add("sessions", rev=1, comment=None, created_at=MOMENT, last_active_at=MOMENT, **known)
        return known

    def battle(
        self,
        session: dict[str, str],
        left: str,
        right: str,
        *,
        status: str = "voted",
        void_reason: str | None = None,
        stored: bool = True,
        instruction: str = "put the red cube in the bowl",
    ) -> str:
        battle_id, nonce = new_id(), "00" * 16
        known = {"left_model_id": left, "right_model_id": right, "status": status, "kind": "rated", "seed": 1}
        rest = {"propensity": 0.1, "first": "left", "created_at": MOMENT, "updated_at": MOMENT}
        sealed = {"commitment": commitment(nonce, left, right), "nonce": nonce, "void_reason": void_reason}
        place = {"battle_id": battle_id, "session_id": session["session_id"], "seq_in_session": 1}
        self._add("battles", **place, **known, **sealed, **rest)
        self._turn(battle_id, instruction, "stored" if stored else "expected")
        return battle_id

    def vote(self, battle_id: str, session: dict[str, str], left: str, right: str, vote: str, **changed: Any) -> None:
        sides = {"left_model_id": left, "right_model_id": right, "vote": vote, "vote_id": new_id(), "rev": 1}
        rest: dict[str, Any] = {"task_id": None, "withdrawn": False, "origin": "window", "kind": "rated"}
        said: dict[str, Any] = {"comment": None, "tags": [], "left_progress": None, "right_progress": None}
        seen = {"left_coverage": 1.0, "right_coverage": 1.0, "dwell_seconds": 9.0, "seen_enough": False}
        moments = {"opened_at": MOMENT, "voted_at": MOMENT}
        self._add("votes", **{**sides, **rest, **said, **seen, **moments, **session, "battle_id": battle_id, **changed})

    def _turn(self, battle_id: str, instruction: str, status: str) -> None:
        names = [f"{self._episodes + side:064x}" for side in (1, 2)]
        self._episodes += 2
        for name in names:
            self._add("episodes", episode_id=name, status=status)
        known = {"turn_id": new_id(), "battle_id": battle_id, "seq": 1, "instruction": instruction, "task_id": None}
        sides = {"left_episode_id": names[0], "right_episode_id": names[1]}
        self._add("turns", **known, **sides, start="reset", created_at=MOMENT)

    def _add(self, table: str, **row: Any) -> None:
        self._rows[table].append(row)


def arena(connection: Connection, battles: int = 400, models: Sequence[str] = tuple(STRENGTHS)) -> Written:
    """So many judged battles between models of known strengths; the last model meets few others."""
    chance, written = random.Random(7), Written(connection)
    people = [written.evaluator(f"Evaluator {number}") for number in range(4)]
    sessions = [written.session(person, robot, scene) for person in people for robot in ROBOTS for scene in SCENES]
    for _ in range(battles):
        left, right = chance.sample(models, 2)
        session = chance.choice(sessions)
        vote = _judged(chance, STRENGTHS[left], STRENGTHS[right])
        written.vote(written.battle(session, left, right), session, left, right, vote)
    written.flush()
    registry.register(connection, [card(model) for model in models])
    return written


def hostile(connection: Connection, written: Written) -> str:
    """A battle of which every text was written to do harm; its id."""
    session = written.session(written.evaluator(SCRIPT), "panda", "table")
    battle_id = written.battle(session, HOSTILE, PATHLIKE, instruction=SCRIPT)
    said = {"comment": f"{SCRIPT}\n{FORMULA}\n{TURNED}", "tags": [SCRIPT, TURNED], "left_progress": 40}
    written.vote(battle_id, session, HOSTILE, PATHLIKE, "tie", **said)
    known = next(iter(STRENGTHS))  # no card can have the other's id, and without one no model comes to the board
    written.vote(written.battle(session, HOSTILE, known), session, HOSTILE, known, "tie")
    written.flush()
    registry.register(connection, [HOSTILE_CARD])
    return battle_id


def publish(connection: Connection, key: SigningKey) -> None:
    publishing.rate(connection, key, ())


class Site:
    """The pages, fetched without a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager()

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return self._pool.request("GET", f"{self.url}{path}", headers=headers, redirect=False, retries=False)

    def text(self, path: str, status: int = 200) -> str:
        answered = self.get(path)
        assert answered.status == status, (path, answered.status, answered.data[:500])
        return answered.data.decode()


def _judged(chance: random.Random, left: float, right: float) -> str:
    if chance.random() < 0.12:
        return "both_bad"
    if chance.random() < 0.15:
        return "tie"
    return "left_better" if chance.random() < left / (left + right) else "right_better"
