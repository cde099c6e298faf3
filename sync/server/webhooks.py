"""Webhooks: who wants to hear of a new board or a new model is told, from the worker, until it was heard.

A note of what is to be told is made in the transaction of the event. Each message is signed with the key that signs
snapshots (Ed25519 over SIGNED_AS + moment + "." + body). The address must be https and lead to the public internet: it
is resolved once, every address it has is checked, and the connection goes to exactly the address that was checked;
redirects are not followed and answers are not read (SSRF: OWASP's cheat sheet on server side request forgery).
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import urllib3
from msgspec import Struct
from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from scenes.errors import BadInput, NotFound
from scenes.failpoints import reach
from sync.keys import SigningKey
from sync.records import new_id
from sync.server import tables
from sync.server.auditing import audited
from sync.server.postgres import transaction
from sync.server.receivers import PATIENCE, Patience, ask, beside

Event = Literal["snapshot", "model"]
EVENTS: tuple[Event, ...] = ("snapshot", "model")
SIGNED_AS = b"vlaarena webhook 1\n"
H_EVENT, H_MOMENT, H_SIGNATURE = "VLAArena-Event", "VLAArena-Moment", "VLAArena-Signature"
MAX_ATTEMPTS = 10
_NEVER = tuple(  # addresses that lead to IPv4 addresses unseen, and what older Pythons call global
    ipaddress.ip_network(each)
    for each in ("2001::/23", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10")
)
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out of IPv6 (IANA); beyond it lie mapped addresses
Resolve = Callable[[str], list[str]]


class Message(Struct, frozen=True, kw_only=True):
    """What is told: that something is new, and where to read it. The same delivery id may come twice."""

    delivery_id: str
    event: str
    subject: str  # the id of the snapshot or model
    url: str


class Due(Struct, frozen=True, kw_only=True):
    """A message to send."""

    delivery_id: str
    event: str
    subject: str
    attempts: int
    url: str


class Listed(Struct, frozen=True, kw_only=True):
    """A webhook, and how telling it goes."""

    webhook_id: str
    url: str
    events: list[str]
    revoked_at: datetime | None
    heard_at: datetime | None  # when it heard something last
    failed_at: datetime | None  # the last attempt that failed, of what was not heard since
    error: str | None
    waiting: int  # messages that will be sent
    given_up: int  # that were not heard in MAX_ATTEMPTS


def add(connection: Connection, url: str, events: list[str]) -> str:
    """Tell an address of events; its id.

    Raises:
        BadInput: the address is none that may be told.
        NotFound: there is no such event.
    """
    _check_literal(_parts(url)[0])
    if not events or not set(events) <= set(EVENTS):
        raise NotFound.among("event", " ".join(events), list(EVENTS))
    webhook_id = new_id()
    row = {"webhook_id": webhook_id, "url": url, "events": sorted(set(events))}
    connection.execute(insert(tables.webhooks).values(row))
    audited(connection, "operator", "webhook_added", webhook_id)
    return webhook_id


def revoke(connection: Connection, webhook_id: str) -> None:
    """Tell an address nothing more; NotFound if there is none of this id."""
    statement = text("UPDATE webhooks SET revoked_at = coalesce(revoked_at, now()) WHERE webhook_id = :name")
    if connection.execute(statement, {"name": webhook_id}).rowcount != 1:
        raise NotFound(f"There is no webhook '{webhook_id[:80]}'.", hint="`vlaarena-central webhook list`")
    audited(connection, "operator", "webhook_revoked", webhook_id)


def listed(connection: Connection) -> list[Listed]:
    """Every webhook, the oldest first."""
    return [Listed(**row._asdict()) for row in connection.execute(_LISTED)]


def note(connection: Connection, event: Event, subject: str) -> None:
    """Note that this is to be told to everybody who wants to hear of it, within the transaction of the event."""
    found = connection.execute(_WANT, {"event": event}).scalars().all()
    for webhook_id in found:
        row = {"delivery_id": new_id(), "webhook_id": webhook_id, "event": event, "subject": subject}
        connection.execute(insert(tables.deliveries).values(row))


def deliver(
    engine: Engine, key: SigningKey, public_url: str, resolve: Resolve | None = None, patience: Patience = PATIENCE
) -> int:
    """Send what is due, each receiver beside the others; how many were heard. What was not is due again after a while,
    ten times in all; what was not begun, because its receiver or the time of a run failed before, at the next run."""

    def tell(due: Due) -> str | None:
        reach("webhook.before_post")
        try:
            address = checked_address(_parts(due.url)[0], resolve or addresses_of)
            post(due, address, key, public_url, ssl.create_default_context(), patience.one_s)
        except (BadInput, OSError, ValueError, HTTPException, urllib3.exceptions.HTTPError) as failed:
            return f"{type(failed).__name__}: {failed}"[:500]
        return None

    heard = 0
    for due, error in beside(_due(engine), tell, patience):
        reach("webhook.after_post")
        transaction(engine, lambda c, due=due, error=error: _note_attempt(c, due, error))  # type: ignore[misc]
        reach("webhook.after_tx")
        heard += error is None
    return heard


def _due(engine: Engine) -> list[list[Due]]:
    """What is due, for each receiver; of none so much that others would have to wait for it."""
    receivers: dict[str, list[Due]] = {}
    for row in transaction(engine, lambda c: c.execute(_DUE).all()):
        due = Due(**row._asdict())
        receivers.setdefault(due.url, []).append(due)
    return list(receivers.values())


def addresses_of(host: str) -> list[str]:
    """Every address that a name leads to; a number in whatever notation is the address that the system takes it for.

    Raises:
        BadInput: that can be no name.
        OSError: it leads nowhere.
    """
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})
    except UnicodeError as error:
        raise BadInput("That can be no host's name.") from error


def checked_address(host: str, resolve: Resolve) -> str:
    """One address of a host, all of whose addresses are public.

    Raises:
        BadInput: one of them is not: nothing of our own network is ever asked.
    """
    found = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    plain = [getattr(address, "ipv4_mapped", None) or address for address in found]
    if not plain or not all(_is_public(address) for address in plain):
        raise BadInput("A webhook leads to an address that is not public.", hint="Name one on the public internet.")
    return str(plain[0])


def post(
    due: Due, address: str, key: SigningKey, public_url: str, trust: ssl.SSLContext, seconds: float = 15.0
) -> None:
    """Send one message to an address that was checked, as the host that the webhook names.

    Raises:
        BadInput: it answered with anything but success.
        TimeoutError: all of it was not over in so many seconds.
        HTTPError: it did not answer, or is not that host.
    """
    host, port, target = _parts(due.url)
    place = f"{public_url}/snapshots/{due.subject}" if due.event == "snapshot" else f"{public_url}/models/{due.subject}"
    body = msgspec.json.encode(Message(delivery_id=due.delivery_id, event=due.event, subject=due.subject, url=place))
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    signature = key.sign(SIGNED_AS + moment.encode() + b"." + body)
    headers = {
        "Host": host if port == 443 else f"{host}:{port}",
        "Content-Type": "application/json",
        H_EVENT: due.event,
        H_MOMENT: moment,
        H_SIGNATURE: base64.b64encode(signature).decode(),
    }
    status = ask((address, port), host, (target, body, headers), trust, seconds)
    if not 200 <= status < 300:
        raise BadInput(f"It answered with {status}.")


def _check_literal(host: str) -> None:
    """Refuse an address that is written as a number, in whatever notation, and not public: it would never be told.

    Raises:
        BadInput: it is such a one. What a name leads to is looked up, and checked, whenever it is told.
    """
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        if ":" in host:
            raise BadInput("That is no address.") from None
        return
    checked_address(host, lambda _: [str(each[4][0]) for each in found])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inside = any(address in network for network in _NEVER if network.version == address.version)
    given_out = address.version == 4 or address in _UNICAST
    return address.is_global and given_out and not address.is_multicast and not inside


def _parts(url: str) -> tuple[str, int, str]:
    """Host, port and target of an address that may be told."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
        (host or "").encode("idna")  # as a resolver would: no label is empty, or longer than 63 letters
    except ValueError as error:
        raise BadInput("That is no address.") from error
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "https" or not host or parts.username or parts.fragment or not printable or len(url) > 1000:
        raise BadInput("A webhook is an https address without user, password or fragment.")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _note_attempt(connection: Connection, due: Due, error: str | None) -> None:
    over = error is None or due.attempts + 1 >= MAX_ATTEMPTS
    connection.execute(
        text(
            """UPDATE deliveries SET attempts = attempts + 1, error = :error,
            done_at = CASE WHEN :over THEN now() END, due_at = now() + interval '1 minute' * power(2, attempts)
            WHERE delivery_id = :name"""
        ),
        {"name": due.delivery_id, "error": error, "over": over},
    )
    reach("webhook.in_tx")


_WANT = text("SELECT webhook_id FROM webhooks WHERE revoked_at IS NULL AND :event = ANY(events) ORDER BY webhook_id")
_DUE = text(
    """SELECT delivery_id, event, subject, attempts, url FROM (
        SELECT deliveries.*, url, row_number() OVER (PARTITION BY url ORDER BY due_at, delivery_id) AS place
        FROM deliveries JOIN webhooks USING (webhook_id)
        WHERE done_at IS NULL AND due_at <= now() AND revoked_at IS NULL) AS waiting
    WHERE place <= 20 ORDER BY place, due_at LIMIT 100"""
)
_LISTED = text(
    """SELECT webhook_id, url, events, revoked_at, heard_at, failed_at, error, waiting, given_up FROM webhooks
    CROSS JOIN LATERAL (
        SELECT max(done_at) FILTER (WHERE error IS NULL) AS heard_at,
            count(*) FILTER (WHERE done_at IS NULL AND revoked_at IS NULL) AS waiting,
            count(*) FILTER (WHERE done_at IS NOT NULL AND error IS NOT NULL) AS given_up
        FROM deliveries WHERE deliveries.webhook_id = webhooks.webhook_id) AS sums
    LEFT JOIN LATERAL (
        SELECT error, due_at - interval '1 minute' * power(2, attempts - 1) AS failed_at
        FROM deliveries WHERE deliveries.webhook_id = webhooks.webhook_id AND error IS NOT NULL
        ORDER BY failed_at DESC LIMIT 1) AS failed ON true
    ORDER BY created_at, webhook_id"""
)
