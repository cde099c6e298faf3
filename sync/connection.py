"""The way to the central service: HTTPS through whatever proxy the environment names, and errors in plain words."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec
import urllib3
from msgspec import Struct
from urllib3.exceptions import HTTPError, LocationParseError, ReadTimeoutError, SSLError

from scenes.errors import BadInput, ServiceRefused, ServiceUnreachable, SyncError
from sync.api import ErrorBody

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
MAX_ANSWER_BYTES = 64 * 2**20
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_LATER = frozenset({429, 502, 503, 504})
_WAITING = "Votes go on being kept here; they are sent once it answers."
_UPDATE_HERE = "Install a newer version of VLA Arena. Votes go on being kept here until then."
_UPDATE_THERE = "Ask whoever runs the service to update it. Votes go on being kept here until then."
_ENROL = "Ask whoever runs the service for a token, and enrol this workstation again."


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes
    etag: str | None = None


class TooLarge(ServiceRefused):
    """The service wants smaller requests."""


class NothingThere(ServiceRefused):
    """The service has no such thing, or not yet."""


class Replayed(ServiceRefused):
    """The service has seen a later request of this device: another copy of it, or one before a backup was restored."""

    last_sequence: int = 0


class Forked(ServiceRefused):
    """Under `forked_at` the service knows another operation of this store."""

    forked_at: int = 1

    @classmethod
    def at(cls, seq: int) -> Forked:
        """A store that goes on as another one from this number on."""
        forked = cls("The service knows another continuation of this store.")
        forked.forked_at = seq
        return forked


_SAID: dict[str, tuple[type[SyncError], str, str]] = {
    "too_large": (TooLarge, "The service at {url} wants smaller requests: {said}", ""),
    "not_found": (NothingThere, "The service at {url} has no such thing: {said}", "Check the address."),
    "version_too_old": (ServiceRefused, "The service at {url} no longer speaks with this version.", _UPDATE_HERE),
    "version_too_new": (ServiceRefused, "The service at {url} is older than this program.", _UPDATE_THERE),
    "unauthorized": (ServiceRefused, "The service at {url} does not take this workstation: {said}", _ENROL),
    "forbidden": (ServiceRefused, "The service at {url} does not take this workstation: {said}", _ENROL),
    "rate_limited": (ServiceUnreachable, "The service at {url} cannot answer now: {said}", _WAITING),
    "unavailable": (ServiceUnreachable, "The service at {url} cannot answer now: {said}", _WAITING),
}


class Connection:
    """One service. Nothing is kept between requests but open sockets."""

    def __init__(self, url: str, ca_file: str = "") -> None:
        """`ca_file`: certificates to trust instead of the system's.

        Raises:
            BadInput: this is no address of a service, or the file holds no certificates.
        """
        self.url = checked_url(url)
        needs_trust = ca_file or self.url.startswith("https:")  # to read the system's certificates takes 40 ms
        self._pool = _pool(self.url, _trust(ca_file) if needs_trust else None)

    def close(self) -> None:
        """Let go of the sockets."""
        self._pool.clear()

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """One request, once: an answer of status 200 to 299, or 304.

        Raises:
            ServiceUnreachable: nobody answers, or not now.
            ServiceRefused: the service does not want this, and says why.
        """
        try:
            return self._answer(method, path, body, headers)
        except SSLError as error:
            raise _untrusted(self.url, error) from error
        except (HTTPError, OSError) as error:
            raise _unreachable(self.url, error) from error

    def _answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        response = self._pool.request(
            method, self.url + path, body=body or None, headers=headers, redirect=False, preload_content=False
        )
        try:
            content = response.read(MAX_ANSWER_BYTES + 1)
        finally:
            response.release_conn()
        if len(content) > MAX_ANSWER_BYTES:
            raise ServiceRefused(f"The service at {self.url} answered with more than this program takes.")
        if not (200 <= response.status < 300 or response.status == 304):
            raise refusal(self.url, response.status, content, response.headers.get("Retry-After", ""))
        return Answer(response.status, content, response.headers.get("ETag"))


def checked_url(url: str) -> str:
    """An address of a service, without a path; plain HTTP only on this machine.

    Raises:
        BadInput: it is none.
    """
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _no_url(url) from error
    if parts.scheme not in ("https", "http") or not host or parts.path or parts.query or parts.fragment or "@" in text:
        raise _no_url(url)
    if parts.scheme == "http" and host not in _HERE:
        raise BadInput(
            "A service on another machine is reached by https only: tokens would travel in clear.",
            hint=f"Write https://{parts.netloc}.",
        )
    return text


def refusal(url: str, status: int, content: bytes, retry_after: str) -> SyncError:
    """What the service said in place of an answer, as an error that says what to do."""
    try:
        body = msgspec.json.decode(content, type=ErrorBody)
    except msgspec.MsgspecError:
        body = None
    if status in _LATER:
        busy = ServiceUnreachable(f"The service at {url} cannot answer now ({status}).", hint=_WAITING)
        busy.retry_after = _seconds(retry_after)
        return busy
    if body is None:
        text = f"What answers at {url} is not a VLA Arena service, or it failed (status {status})."
        kind = ServiceUnreachable if status >= 500 else ServiceRefused
        return kind(text, hint="Check the address. " + _WAITING, detail=content[:2000].decode(errors="replace"))
    return _coded(url, status, body)


def _coded(url: str, status: int, body: ErrorBody) -> SyncError:
    if body.code == "replayed":
        replayed = Replayed(f"The service at {url} saw later requests of this workstation.", hint=_ENROL)
        replayed.last_sequence = body.last_sequence or 0
        return replayed
    if body.code == "store_forked":
        return Forked.at(body.forked_at or 1)
    if body.code in _SAID:
        kind, sentence, hint = _SAID[body.code]
        if body.code == "forbidden":  # what helps depends on what is forbidden
            hint = body.hint[:500] or hint
        return kind(sentence.format(url=url, said=body.message[:500]), hint=hint)
    other = ServiceUnreachable if status >= 500 else ServiceRefused
    return other(f"The service at {url} refused: {body.message[:500]}", hint=body.hint[:500])


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds; a date or anything else counts as not said."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else 0.0


def _pool(url: str, context: ssl.SSLContext | None) -> urllib3.PoolManager:
    parts = urlsplit(url)
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    if proxy is None:
        return urllib3.PoolManager(timeout=timeout, retries=False, ssl_context=context, maxsize=1)
    try:
        return urllib3.ProxyManager(
            proxy if "://" in proxy else f"http://{proxy}",
            timeout=timeout,
            retries=False,
            ssl_context=context,
            maxsize=1,
        )
    except (LocationParseError, HTTPError) as error:
        raise BadInput(f"'{proxy}' is not a proxy.", hint="Correct the variable https_proxy or http_proxy.") from error


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            f"{ca_file} holds no certificates that could be trusted.",
            hint="Name a PEM file of your certificate authority, or none to trust the system's.",
            detail=str(error),
        ) from error


def _untrusted(url: str, error: SSLError) -> ServiceRefused:
    return ServiceRefused(
        f"The certificate of {url} is not trusted here, or what answers there speaks no TLS.",
        hint="If your laboratory has its own certificate authority, name its PEM file in the setting central_ca.",
        detail=str(error),
    )


def _unreachable(url: str, error: Exception) -> ServiceUnreachable:
    slow = isinstance(error, ReadTimeoutError)
    text = f"The service at {url} took too long to answer." if slow else f"Nobody answers at {url}."
    return ServiceUnreachable(text, hint=_WAITING, detail=str(error))


def _no_url(url: str) -> BadInput:
    return BadInput(f"'{url[:200]}' is not the address of a service.", hint="It looks like https://arena.example.org.")
