"""Read once, in the process that all others of a chaos run are forked from: what the product's programs read at their
start, and what Litestar reads when it makes its first application."""

from __future__ import annotations

import central.chaos_children  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401
from litestar import Litestar

import sync.server.__main__
import sync.server.app
import sync.server.jobs
import sync.server.serving  # noqa: F401

Litestar(route_handlers=[])
