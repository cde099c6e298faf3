"""Centre: the central service as this workstation sees it: signed requests, tried again while the way there fails."""

from __future__ import annotations

import base64
import secrets
from typing import Any, TypeVar

from scenes.codec import decode, encode
from scenes.errors import BadInput, NotEnrolled, ServiceRefused, ServiceUnreachable
from scenes.progress import Job
from sync import api, device
from sync.connection import Answer, Connection, Replayed, checked_url
from sync.device import Device
from sync.keys import SigningKey, find_key
from sync.ledger import Ledger
from sync.patience import jitter, pause

T = TypeVar("T")
ATTEMPTS = 4  # within one job; afterwards a timer tries again
PATIENCE = 5.0  # [s] that a job waits when the service asks for it
_REPLAYS = 8


class Centre:
    """The service at which this workstation is enrolled."""

    def __init__(self, ledger: Ledger, connection: Connection, known: Device, key: SigningKey) -> None:
        self.ledger, self.device, self.key = ledger, known, key
        self._connection = connection

    @classmethod
    def of(cls, ledger: Ledger, ca_file: str = "", url: str = "") -> Centre:
        """The service that the data folder remembers, which must be the one at `url` where that is given.

        Raises:
            NotEnrolled: there is none, or the key it knows this workstation by is not here.
        """
        known = ledger.do(device.find)
        if known is None or (url and checked_url(url) != known.url):
            raise NotEnrolled(f"This workstation is not enrolled at {url or 'a central service'}.", hint=_HOW)
        key = find_key(ledger.folder)
        if key is None or key.public != known.public_key:
            raise NotEnrolled(
                f"The key that {known.url} knows this workstation by is not here.",
                hint=f"Unlock the keyring if it is locked. Otherwise: {_HOW[0].lower()}{_HOW[1:]}",
            )
        return cls(ledger, Connection(known.url, ca_file), known, key)

    def close(self) -> None:
        """Let go of the sockets."""
        self._connection.close()

    def post(self, path: str, record: Any, kind: type[T]) -> Job[T]:
        """Send a record and get one back.

        Raises:
            ServiceUnreachable: nobody answered, several times, or the service wants to be left alone for long.
            ServiceRefused: it does not take this, or answered with something else.
        """
        answer = yield from self._asked("POST", path, encode(record), {"Content-Type": api.CONTENT_TYPE})
        return self.read(answer.body, kind)

    def put(self, path: str, content: bytes, media_type: str) -> Job[Answer]:
        """Send a file as it is; errors as those of `post`."""
        return (yield from self._asked("PUT", path, content, {"Content-Type": media_type}))

    def get(self, path: str, etag: str | None) -> Job[Answer]:
        """Fetch; status 304 where what has this ETag is still the newest."""
        headers = {"If-None-Match": etag} if etag else {}
        return (yield from self._asked("GET", path, b"", headers))

    def read(self, body: bytes, kind: type[T]) -> T:
        """An answer as a record; ServiceRefused if it is none."""
        return read_answer(self._connection.url, body, kind)

    def _asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Job[Answer]:
        for failures in range(ATTEMPTS):
            try:
                return self._once(method, path, body, headers)
            except ServiceUnreachable as error:
                wait = jitter(failures, error.retry_after)
                if failures + 1 == ATTEMPTS or error.retry_after > PATIENCE:
                    raise
            yield from pause(wait, "Waiting for the service")
        raise AssertionError("the last attempt raises")

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """One request; as a new one beyond whatever sequence the service has seen of this device."""
        beyond = 0
        for attempt in range(_REPLAYS):
            try:
                return self._connection.ask(method, path, body, headers | self._signature(method, path, body, beyond))
            except Replayed as error:
                if attempt + 1 == _REPLAYS:
                    raise
                beyond = error.last_sequence
        raise AssertionError("the last attempt raises")

    def _signature(self, method: str, path: str, body: bytes, beyond: int) -> dict[str, str]:
        version, nonce = str(api.VERSION), secrets.token_hex(16)
        sequence = str(self.ledger.do(device.next_sequence, beyond))
        text = api.request_text(method, path, version, sequence, nonce, body)
        return {
            api.H_VERSION: version,
            api.H_DEVICE: self.device.device_id,
            api.H_SEQUENCE: sequence,
            api.H_NONCE: nonce,
            api.H_SIGNATURE: base64.b64encode(self.key.sign(text)).decode(),
        }


def read_answer(url: str, body: bytes, kind: type[T]) -> T:
    """An answer as a record.

    Raises:
        ServiceRefused: it is no such record.
    """
    try:
        return decode(body, kind)
    except BadInput as error:
        raise ServiceRefused(
            f"What answers at {url} is not a VLA Arena service, or one of another version.",
            hint="Check the address.",
            detail=error.detail,
        ) from error


_HOW = "Get a token from whoever runs the service, then: vlaarena sync --url ADDRESS --enrol TOKEN."
