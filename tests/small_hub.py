"""A small model hub on this machine: the routes that huggingface_hub asks, and the faults a network has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "1" * 40
NEWER = "2" * 40
LARGE = (".safetensors", ".msgpack", "checkpoint", ".bin", ".pt")  # kept in large-file storage


@dataclass
class Repository:
    """One repository at one commit, and what goes wrong with it."""

    files: dict[str, bytes]
    commit: str = COMMIT
    older: tuple[str, ...] = ()  # commits that it still gives, with the same files
    license: str = "mit"
    gated: bool = False
    status: int = 200  # of every answer about its files
    listed: dict[str, Any] = field(default_factory=dict)  # facts that its listing gives instead of the true ones
    sizes: bool = True  # the listing names sizes and digests
    cut_after: int = 0  # bytes of a file after which the connection ends
    cuts: int = 0  # how often it does
    ranges: bool = True  # it gives parts of files
    shift: int = 0  # how much later the parts begin that it gives
    held: Event | None = None  # after cut_after bytes it waits for this


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    range: str
    token: str


class SmallHub:
    """Repositories by name, and all that was asked."""

    def __init__(self, address: str) -> None:
        self.address, self.repositories = address, dict[str, Repository]()
        self.asked: list[Asked] = []
        self.sending = Event()  # set once a held file has begun to arrive

    def ranges(self) -> list[str]:
        """The parts of files that were asked for."""
        return [each.range for each in self.asked if each.range]


@contextmanager
def small_hub() -> Iterator[SmallHub]:
    """A hub at 127.0.0.1 that ends with the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    hub = SmallHub(f"http://127.0.0.1:{server.server_port}")
    server.hub = hub  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        for repository in hub.repositories.values():
            if repository.held is not None:
                repository.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


def blob_of(content: bytes) -> str:
    """Git's name for a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass

    @property
    def _hub(self) -> SmallHub:
        hub: SmallHub = self.server.hub  # type: ignore[attr-defined]
        return hub

    def _answer(self) -> None:
        headers = self.headers
        self._hub.asked.append(
            Asked(self.command, self.path, headers.get("Range", ""), headers.get("Authorization", ""))
        )
        parts = unquote(urlsplit(self.path).path).strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            self._list("/".join(parts[2:4]), parts[5] if parts[4:5] == ["revision"] else "")
        elif parts[2:3] == ["resolve"]:
            self._resolve("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        elif parts[:1] == ["cdn"]:
            self._large("/".join(parts[1:3]), "/".join(parts[3:]))
        else:
            self._refuse(404, "")

    def _list(self, name: str, revision: str) -> None:
        repository = self._hub.repositories.get(name)
        if repository is None:
            return self._refuse(404, "RepoNotFound")
        if revision not in {"", "main", repository.commit, *repository.older}:
            return self._refuse(404, "RevisionNotFound")
        facts = {
            "id": name,
            "sha": revision if revision in repository.older else repository.commit,
            "gated": "manual" if repository.gated else False,
            "cardData": {"license": repository.license} if repository.license else None,
            "siblings": [sibling(path, content, repository) for path, content in repository.files.items()],
        }
        return self._send(json.dumps(facts | repository.listed).encode(), {"Content-Type": "application/json"})

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repository = self._hub.repositories.get(name)
        if repository is None or path not in repository.files or revision not in {repository.commit, *repository.older}:
            return self._refuse(404, "EntryNotFound")
        if repository.status != 200:
            return self._refuse(repository.status, "GatedRepo" if repository.gated else "")
        content, headers = repository.files[path], {"X-Repo-Commit": repository.commit}
        if not path.endswith(LARGE):
            return self._part(content, repository, headers | {"ETag": f'"{blob_of(content)}"'})
        headers |= {"X-Linked-ETag": f'"{sha256_of(content)}"', "X-Linked-Size": str(len(content))}
        return self._send(b"", headers | {"Location": f"{self._hub.address}/cdn/{name}/{path}"}, 302)

    def _large(self, name: str, path: str) -> None:
        repository = self._hub.repositories[name]
        self._part(repository.files[path], repository, {})

    def _part(self, content: bytes, repository: Repository, headers: dict[str, str]) -> None:
        begin = self.headers.get("Range", "") if repository.ranges else ""
        if not begin:
            return self._send(content, headers, 200, repository)
        start = int(begin.removeprefix("bytes=").rstrip("-")) + repository.shift
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return self._send(content[start:], headers, 206, repository)

    def _refuse(self, status: int, code: str) -> None:
        self._send(b"", {"X-Error-Code": code} if code else {}, status)

    def _send(
        self, content: bytes, headers: dict[str, str], status: int = 200, repository: Repository | None = None
    ) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content)), "Connection": "close"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if repository is not None and repository.cuts > 0 and len(content) > repository.cut_after:
            repository.cuts -= 1
            self._break_off(content[: repository.cut_after], repository)
        else:
            self.wfile.write(content)

    def _break_off(self, beginning: bytes, repository: Repository) -> None:
        self.wfile.write(beginning)
        self.wfile.flush()
        self._hub.sending.set()
        if repository.held is not None:
            repository.held.wait(30)


def sibling(path: str, content: bytes, repository: Repository) -> dict[str, Any]:
    """A file as a listing has it."""
    if not repository.sizes:
        return {"rfilename": path}
    facts: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": blob_of(content)}
    if path.endswith(LARGE):
        facts["lfs"] = {"size": len(content), "sha256": sha256_of(content), "pointerSize": 134}
    return facts
