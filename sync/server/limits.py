"""How often somebody may ask: token buckets.

What anybody may read is counted in the process that answers (`RateLimit`): several processes each allow this much. What
needs a name - a token that is tried, the requests of a device, the writes of a program - is counted in PostgreSQL
(`take`), so that all processes of a service hold one limit in common, also after a restart.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from sqlalchemy import Connection, text

_OF_ONE = 64  # bits of an IPv6 address that name a network: one customer or host has all of it (RFC 6177, RFC 7421)
_MOST = 10_000  # buckets remembered; the longest unused is forgotten first


class RateLimit:
    """So many requests a second for each name in the long run, and a burst of more after a rest."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # level, when

    def wait(self, name: str) -> int:
        """0, and one request is counted; else how many whole seconds the next one has to wait."""
        now = self._clock()
        level, then = self._buckets.pop(name, (float(self._burst), now))
        level = min(float(self._burst), level + (now - then) * self._rate)
        allowed = level >= 1
        self._buckets[name] = (level - allowed, now)
        while len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return 0 if allowed else _seconds(level, self._rate)


def counted_as(address: str) -> str:
    """Whom an address is counted as: IPv4 as it is, also where IPv6 maps it, and IPv6 as its network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.IPv6Network((int(found), _OF_ONE), strict=False))


def take(connection: Connection, name: str, rate: float, burst: int) -> int:
    """0, and one request of this name is counted for every process; else how many whole seconds the next has to wait.

    It counts once the transaction is committed.
    """
    chosen = {"name": name, "rate": rate, "burst": burst}
    row = connection.execute(_TAKE, chosen).one()
    return 0 if row.allowed else _seconds(row.level, rate)


def take_and_advance(
    connection: Connection, device_id: str, sequence: int, rate: float, burst: int
) -> tuple[int, bool]:
    """`take` for a device, and where it need not wait: note its sequence number, if that lies beyond the last one and
    the device was not revoked. How many seconds it has to wait, and whether the number was noted. One statement, for
    every signed request begins with it."""
    told = {"name": f"device {device_id}", "rate": rate, "burst": burst, "device": device_id, "sequence": sequence}
    row = connection.execute(_TAKE_AND_ADVANCE, told).one()
    return 0 if row.allowed else _seconds(row.level, rate), row.advanced


def left(connection: Connection, name: str, rate: float, burst: int) -> int:
    """How many whole seconds this name has to wait now, 0 for not at all; nothing is counted."""
    level = connection.execute(_LEFT, {"name": name, "rate": rate, "burst": burst}).scalar()
    return 0 if level is None or level >= 1 else _seconds(level, rate)


def forget(connection: Connection) -> None:
    """Drop what nobody asked under for a day."""
    connection.execute(text("DELETE FROM buckets WHERE changed_at < now() - interval '1 day'"))


def _seconds(level: float, rate: float) -> int:
    return math.ceil((1 - level) / rate)


# PostgreSQL's clock is the common one; one that was set back refills nothing
_NOW = """least(CAST(:burst AS float), level + CAST(:rate AS float)
    * greatest(0, CAST(extract(epoch FROM clock_timestamp() - changed_at) AS float)))"""
_REFILLED = _NOW.replace("level", "buckets.level").replace("changed_at", "buckets.changed_at")
_TAKING = f"""INSERT INTO buckets (name, level, allowed, changed_at)
    VALUES (:name, CAST(:burst AS float) - 1, true, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET allowed = {_REFILLED} >= 1, changed_at = clock_timestamp(),
        level = {_REFILLED} - CASE WHEN {_REFILLED} >= 1 THEN 1 ELSE 0 END
    RETURNING level, allowed"""
_TAKE = text(_TAKING)
_TAKE_AND_ADVANCE = text(
    f"""WITH taken AS ({_TAKING}),
    grown AS (UPDATE devices SET last_sequence = :sequence, last_seen_at = now()
        WHERE device_id = :device AND last_sequence < :sequence AND revoked_at IS NULL
        AND (SELECT allowed FROM taken) RETURNING 1)
    SELECT level, allowed, EXISTS (SELECT 1 FROM grown) AS advanced FROM taken"""
)
_LEFT = text(f"SELECT {_NOW} FROM buckets WHERE name = :name")
