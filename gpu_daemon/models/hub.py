"""The model hub over plain HTTP: what a repository holds, and its files from any byte on.

The only module that knows huggingface_hub, which is imported when a fetch begins. Its client brings the address
(HF_ENDPOINT), the token (HF_TOKEN), proxies and redirects. Files are read from the `resolve` route with HTTP ranges,
which every hub and mirror has; the xet protocol is not used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from msgspec import Meta, Struct

from gpu_daemon.models.patterns import is_safe
from scenes.errors import ArenaError, BadInput, DaemonError, Incompatible, NotFound
from scenes.settings import converted

_SECONDS = 30.0  # that the hub may be silent
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NO_DIGEST = ""
Hexadecimal = Annotated[str, Meta(pattern="^[0-9a-f]*$")]


class HubFile(Struct, frozen=True):
    """A file as the hub lists it."""

    path: str
    size: Annotated[int, Meta(ge=0)]  # bytes
    sha256: Hexadecimal = _NO_DIGEST  # of files in large-file storage
    blob: Hexadecimal = _NO_DIGEST  # git's SHA-1 of other files


class Listing(Struct, frozen=True):
    """A repository at one commit."""

    repository: str
    commit: str
    license: str  # as stated there; empty if nothing is
    gated: bool
    files: tuple[HubFile, ...]


class Opened(Struct, frozen=True):
    """A file being read: from which byte on, and its bytes as they arrive, so that a break loses none."""

    start: int
    chunks: Iterator[bytes]


class Hub:
    """One hub, by default that of HF_ENDPOINT."""

    def __init__(self) -> None:
        """Import the client.

        Raises:
            Incompatible: huggingface_hub is not installed.
        """
        try:
            import huggingface_hub
        except ImportError as error:
            raise Incompatible(
                "Fetching models needs the package huggingface_hub, which is not installed.",
                hint='Install the extra `vla`: pip install "vlaarena[daemon,vla]".',
                detail=str(error),
            ) from error
        self._hub: Any = huggingface_hub
        self.endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or huggingface_hub.constants.ENDPOINT

    def listing(self, repository: str, revision: str = "") -> Listing:
        """What the repository holds at a revision; by default at its main branch.

        Raises:
            NotFound: the hub knows no such repository or revision, or hides it.
            BadInput: the repository is gated, or its answer is nonsense.
            DaemonError: the hub cannot be reached.
        """
        with _as_ours(repository, self.endpoint), _understood(repository, self.endpoint):
            interface = self._hub.HfApi(endpoint=self.endpoint)
            info = interface.model_info(repository, revision=revision or None, files_metadata=True, timeout=_SECONDS)
            if not _COMMIT.fullmatch(str(info.sha)):
                raise ValueError(f"{info.sha!r} is not a commit")
            files = tuple(self._listed(repository, info.sha, each) for each in info.siblings or ())
            return Listing(repository, info.sha, _license(info), bool(info.gated), files)

    def _listed(self, repository: str, commit: str, sibling: Any) -> HubFile:
        facts: dict[str, Any] = {"size": sibling.size, "blob": sibling.blob_id or _NO_DIGEST}
        if sibling.lfs is not None:
            facts = {"size": sibling.lfs.size, "sha256": sibling.lfs.sha256}
        elif sibling.size is None:
            facts = self._asked(repository, commit, sibling.rfilename) if is_safe(sibling.rfilename) else {"size": 0}
        return converted({"path": sibling.rfilename} | facts, HubFile, source=f"{repository} on {self.endpoint}")

    def _asked(self, repository: str, commit: str, path: str) -> dict[str, Any]:
        """Size and digest of a file for which a mirror's listing has none."""
        facts = self._hub.get_hf_file_metadata(
            self._hub.hf_hub_url(repository, path, revision=commit, endpoint=self.endpoint), timeout=_SECONDS
        )
        tag = facts.etag or _NO_DIGEST
        digests = {"sha256": tag if len(tag) == 64 else _NO_DIGEST, "blob": tag if len(tag) == 40 else _NO_DIGEST}
        return {"size": facts.size} | digests

    @contextmanager
    def opened(self, repository: str, commit: str, path: str, start: int) -> Iterator[Opened]:
        """A file from a byte on, or from its beginning where the server does not give parts.

        Raises:
            NotFound: the file is not there.
            BadInput: the repository is gated, or the server gives another part than it was asked for.
            DaemonError: the connection failed, or was cut while reading.
        """
        address = self._hub.hf_hub_url(repository, path, revision=commit, endpoint=self.endpoint)
        headers = self._hub.utils.build_hf_headers() | {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with (
            _as_ours(f"{repository} ({path})", self.endpoint),
            self._hub.get_session().stream("GET", address, headers=headers, timeout=_SECONDS) as answer,
        ):
            self._hub.utils.hf_raise_for_status(answer)
            yield Opened(_first_byte(answer, start, path), answer.iter_bytes())


def _first_byte(answer: Any, asked: int, path: str) -> int:
    if answer.status_code != 206:
        return 0
    given = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if given is None or int(given[1]) != asked:
        raise BadInput(f"The hub sent another part of {path} than it was asked for.", hint="Try again later.")
    return asked


def _license(info: Any) -> str:
    facts = info.card_data.to_dict() if info.card_data is not None else {}
    stated = [str(facts[name]) for name in ("license", "license_name", "license_link") if facts.get(name)]
    if not stated:
        stated = [tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")]
    return "".join(letter if letter.isprintable() else " " for letter in ", ".join(stated))[:300]


@contextmanager
def _as_ours(what: str, endpoint: str) -> Iterator[None]:
    """The client's errors as ours."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    connection_error: Any = HfHubHTTPError.__mro__[
        1
    ]  # the HTTP library's own, httpx's or httpx2's by the client's version
    try:
        yield
    except HfHubHTTPError as error:
        raise _refusal(error, what, endpoint) from error
    except OfflineModeIsEnabled as error:
        raise DaemonError("HF_HUB_OFFLINE is set: nothing may be fetched.", hint="Unset it, or use --from.") from error
    except (connection_error, ConnectionError) as error:
        raise DaemonError(
            f"The connection to {endpoint} failed while asking for {what}.",
            hint="Is there a network? What has arrived is kept: run the same command again to go on.",
            detail=f"{type(error).__name__}: {error}",
        ) from error


@contextmanager
def _understood(what: str, endpoint: str) -> Iterator[None]:
    """Whatever the client cannot make sense of, as one error of ours."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            f"The answer of {endpoint} about {what} cannot be understood.",
            hint="Is HF_ENDPOINT the address of a model hub?",
            detail=f"{type(error).__name__}: {error}",
        ) from error


def _refusal(error: Any, what: str, endpoint: str) -> ArenaError:
    status, said = error.response.status_code, error.response.headers.get("X-Error-Code", "")
    if said == "GatedRepo" or status in {401, 403}:
        return BadInput(
            f"{what} is gated or private on {endpoint}: it answered {status}.",
            hint=f"Sign in at {endpoint}, ask for access on the model's page and accept its terms there; then make an "
            f"access token, set HF_TOKEN to it and run the same command again.",
        )
    if status == 404:
        return NotFound(f"{endpoint} has no {what}.", hint="Is the repository in the card spelled as on the hub?")
    if status == 429:
        return DaemonError(f"{endpoint} asks to slow down.", hint="Wait some minutes and run the same command again.")
    return DaemonError(
        f"{endpoint} answered {status} when asked for {what}.",
        hint="What has arrived is kept: run the same command again later.",
        detail=str(error),
    )
