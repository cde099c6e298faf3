"""Battles found again by what is known of them. What an open battle hides is nowhere in these columns."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import msgspec

from scenes.database import Database, Value
from scenes.episode import MAX_INSTRUCTION
from scenes.errors import BadInput, StoreDamaged
from sync.records import Battle, BattleQuery, PastBattle

_FIND = """SELECT battle.*, session.robot_id, session.scene_id, session.comment AS session_comment,
        evaluator.name AS evaluator_name, live_vote.vote AS choice, live_vote.comment AS comment,
        coalesce((SELECT instruction FROM turn WHERE battle_id = battle.battle_id AND seq = 1), '') AS instruction,
        (SELECT count(*) FROM turn WHERE battle_id = battle.battle_id) AS turns,
        (SELECT count(*) FROM branch WHERE battle_id = battle.battle_id) AS branches
    FROM battle JOIN session USING (session_id) JOIN evaluator USING (evaluator_id)
    LEFT JOIN live_vote ON live_vote.battle_id = battle.battle_id AND live_vote.evaluator_id = session.evaluator_id
    WHERE {conditions} ORDER BY battle.position DESC LIMIT {limit}"""

# Nothing here depends on the battle's row, so that each table is looked through once and not once per battle.
_WORD = """(battle.left_model_id {like} OR battle.right_model_id {like}
    OR battle.session_id IN (SELECT session_id FROM session WHERE comment {like})
    OR battle.battle_id IN (SELECT battle_id FROM turn WHERE instruction {like}
        UNION ALL SELECT battle_id FROM live_vote WHERE comment {like}
        UNION ALL SELECT battle_id FROM live_vote, json_each(tags) WHERE tags <> '[]' AND value {like}
        UNION ALL SELECT battle_id FROM note WHERE text {like}
            AND note_id NOT IN (SELECT note_id FROM note_withdrawal)))"""

_FIELDS = {
    "robot_id": "session.robot_id = {}",
    "scene_id": "session.scene_id = {}",
    "vote": "live_vote.vote = {}",
    "retracted": "(battle.status = 'voted' AND live_vote.vote IS NULL) = {}",
    "status": "battle.status = {}",
    "kind": "battle.kind = {}",
    "evaluator_id": "session.evaluator_id = {}",
    "since": "battle.created_at >= {}",
    "until": "battle.created_at < {}",
    "model_id": "{} IN (battle.left_model_id, battle.right_model_id)",  # both are absent while it is open
}


def find(database: Database, query: BattleQuery) -> list[PastBattle]:
    """The battles a query describes, the newest first.

    Raises:
        BadInput: a moment has no time zone, or the text is too long.
    """
    if len(query.text) > MAX_INSTRUCTION:
        raise BadInput(f"A search has at most {MAX_INSTRUCTION} characters.", hint="Search for a few words.")
    conditions, values = ["1"], list[Value]()
    for name, condition in _FIELDS.items():
        if (value := getattr(query, name)) is not None:
            values.append(_stored(value) if isinstance(value, datetime) else value)
            conditions.append(condition.format(f"?{len(values)}"))
    for word in unicodedata.normalize("NFC", query.text).split():
        comparison, pattern = _containing(word)
        values.append(pattern)
        conditions.append(_WORD.format(like=comparison.format(f"?{len(values)}")))
    values.append(query.limit)
    sql = _FIND.format(conditions=" AND ".join(conditions), limit=f"?{len(values)}")
    return [_record(row) for row in database.rows(sql, values)]


def _containing(word: str) -> tuple[str, str]:
    """How SQL finds a word whatever its case: LIKE knows only the case of ASCII, GLOB knows sets of letters."""
    if word.isascii():
        escaped = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in word)
        return "LIKE {} ESCAPE '\\'", f"%{escaped}%"
    return "GLOB {}", f"*{''.join(_either_case(letter) for letter in word)}*"


def _either_case(letter: str) -> str:
    cases = {letter, letter.lower(), letter.upper()}
    if len(cases) == 1 and letter not in "*?[":
        return letter
    return f"[{''.join(sorted(case for case in cases if len(case) == 1))}]"


def _stored(moment: datetime) -> str:
    """A moment as records store it."""
    if moment.tzinfo is None:
        raise BadInput("A moment to search by needs a time zone.")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _record(row: dict[str, Any]) -> PastBattle:
    battle = {name: row.pop(name) for name in Battle.__struct_fields__}
    try:
        return msgspec.convert(row | {"battle": battle}, PastBattle, strict=False)
    except msgspec.ValidationError as error:
        raise StoreDamaged("A stored battle is not readable.", hint="Restore a backup.", detail=str(error)) from error
