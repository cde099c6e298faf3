"""The Atom feed of published snapshots (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from sync.server.boards import Published

ATOM = "application/atom+xml"
_SPACE = "http://www.w3.org/2005/Atom"


def atom(snapshots: Sequence[Published], public_url: str) -> bytes:
    """The newest snapshots, the newest first."""
    ElementTree.register_namespace("", _SPACE)
    feed = ElementTree.Element(f"{{{_SPACE}}}feed")
    _add(feed, "title", "VLA Arena: published boards")
    _add(feed, "id", f"{public_url}/")
    _add(feed, "updated", _moment(snapshots[0].published_at if snapshots else datetime.fromtimestamp(0, UTC)))
    _link(feed, "self", f"{public_url}/feed.atom")
    _link(feed, "alternate", f"{public_url}/")
    author = ElementTree.SubElement(feed, f"{{{_SPACE}}}author")
    _add(author, "name", "VLA Arena")
    for snapshot in snapshots:
        _entry(feed, snapshot, public_url)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ElementTree.Element, snapshot: Published, public_url: str) -> None:
    address = f"{public_url}/snapshots/{snapshot.snapshot_id}"
    entry = ElementTree.SubElement(feed, f"{{{_SPACE}}}entry")
    _add(entry, "title", f"A new board: {snapshot.models} models, {snapshot.votes} votes")
    _add(entry, "id", f"{address}#{snapshot.position}" if snapshot.again else address)
    _add(entry, "updated", _moment(snapshot.published_at))
    _link(entry, "alternate", address)
    _add(entry, "summary", f"Ratings of {snapshot.models} models from {snapshot.votes} votes that count.")


def _add(parent: ElementTree.Element, name: str, said: str) -> None:
    ElementTree.SubElement(parent, f"{{{_SPACE}}}{name}").text = said


def _link(parent: ElementTree.Element, relation: str, address: str) -> None:
    ElementTree.SubElement(parent, f"{{{_SPACE}}}link", {"rel": relation, "href": address})


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
