"""The fifth migration: of which kind a hidden check was. Released migrations are never edited.

Of an open battle it stands sealed with the names; closing it writes it once, in clear, together with them.
"""

from __future__ import annotations

_FINAL = """CREATE TRIGGER a_closed_battle_is_final BEFORE UPDATE ON battle
    WHEN OLD.left_model_id IS NOT NULL OR OLD.status = 'abandoned'
    BEGIN SELECT RAISE(ABORT, 'a closed battle is final'); END"""
_CLOSES = "OLD.left_model_id IS NULL AND NEW.left_model_id IS NOT NULL"

STATEMENTS = (
    """ALTER TABLE battle ADD COLUMN "check" TEXT CHECK ("check" IN ('aa', 'swapped', 'noop'))""",
    # closed checks of earlier versions were of one model twice, or a battle of the evaluator's own mirrored
    "DROP TRIGGER a_closed_battle_is_final",
    """UPDATE battle SET "check" = CASE WHEN left_model_id = right_model_id THEN 'aa' ELSE 'swapped' END
        WHERE kind = 'check' AND left_model_id IS NOT NULL""",
    _FINAL,
    f"""CREATE TRIGGER a_check_is_told_at_the_end BEFORE UPDATE OF "check" ON battle
        WHEN NEW."check" IS NOT OLD."check" AND NOT ({_CLOSES} AND NEW.kind = 'check')
        BEGIN SELECT RAISE(ABORT, 'what a battle began with never changes'); END""",
    """CREATE TRIGGER a_closed_check_tells_its_kind BEFORE UPDATE OF left_model_id ON battle
        WHEN NEW.left_model_id IS NOT NULL AND (NEW.kind = 'check') <> (NEW."check" IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'a closed check tells its kind, and nothing else does'); END""",
    """CREATE TRIGGER an_open_battle_tells_no_check BEFORE INSERT ON battle WHEN NEW."check" IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'what a battle began with never changes'); END""",
)
