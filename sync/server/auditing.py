"""What was done with the service, by whom: a table that only grows, with no secret and no model of an open battle."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from sync.server import tables


def audited(connection: Connection, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Note a deed in the transaction of the deed."""
    row = {"actor": actor, "action": action, "subject": subject, "detail": detail}
    connection.execute(insert(tables.audit).values({name: value.replace("\0", "") for name, value in row.items()}))
