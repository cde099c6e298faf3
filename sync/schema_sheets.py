"""The tables of the sixth and seventh migrations: what was rendered of closed battles for the central service, and what
it has been told of besides the log. Rows here follow from others and may be made again. Released migrations are never
edited.
"""

from __future__ import annotations

STATEMENTS = (
    """CREATE TABLE sheet (
        battle_id TEXT PRIMARY KEY REFERENCES battle (battle_id),
        sha256 TEXT CHECK (length(sha256) = 64),  -- of the picture in the folder `sheets`; NULL: none can be rendered
        told INTEGER NOT NULL CHECK (told IN (0, 1))  -- whether the service has it, or does not want it
    ) STRICT""",
    """CREATE TRIGGER an_open_battle_has_no_sheet BEFORE INSERT ON sheet
        WHEN NOT EXISTS (SELECT 1 FROM battle WHERE battle_id = NEW.battle_id AND status = 'voted'
            AND left_model_id IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'only a battle that was voted on and closed has a contact sheet'); END""",
    """CREATE TABLE told_bundle (
        bundle_digest TEXT PRIMARY KEY CHECK (length(bundle_digest) = 64)
    ) STRICT""",
    "CREATE INDEX episode_by_bundle ON episode (bundle_digest)",
)
COMPARED = (
    """CREATE TABLE files_compared (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        at TEXT NOT NULL  -- when the service was last asked which of the files it was told of it lacks
    ) STRICT""",
)
