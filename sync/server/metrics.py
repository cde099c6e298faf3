"""What Prometheus is told at /metrics. No label names a person, a device or a model."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Connection, text


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("vlaarena_requests", "Requests answered", ["route", "status"], registry=self._registry)
        self.seconds = Histogram(
            "vlaarena_request_seconds", "Time to answer a request", ["route"], registry=self._registry
        )
        self.operations = Counter(
            "vlaarena_operations", "Operations by their verdict", ["verdict"], registry=self._registry
        )
        self.episodes = Counter("vlaarena_episodes", "Episodes received", ["outcome"], registry=self._registry)
        self._rows = Gauge(
            "vlaarena_rows", "Rows that tell how the service is doing", ["what"], registry=self._registry
        )

    def told(self, connection: Connection) -> bytes:
        """Everything in Prometheus' text format, with what the rows say now."""
        for what, count in connection.execute(_ROWS):
            self._rows.labels(what).set(count)
        return generate_latest(self._registry)


_ROWS = text(
    """SELECT 'operations', count(*) FROM op_log
    UNION ALL SELECT 'quarantined', count(*) FROM op_quarantine WHERE resolved_at IS NULL
    UNION ALL SELECT 'episodes_expected', count(*) FROM episodes WHERE status = 'expected'
    UNION ALL SELECT 'episodes_stored', count(*) FROM episodes WHERE status = 'stored'
    UNION ALL SELECT 'jobs_failed', count(*) FROM worker_status WHERE status = 'failed'
    UNION ALL SELECT 'devices', count(*) FROM devices WHERE revoked_at IS NULL
    UNION ALL SELECT 'seconds_since_ratings',
        coalesce((SELECT extract(epoch FROM now() - last_success_at)::bigint FROM worker_status
            WHERE worker_name = 'ratings'), -1)"""
)
