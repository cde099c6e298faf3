"""The public board as anybody fetches it: what it says, what it never says, and that nothing in it can do harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import msgspec
import pytest
import urllib3
from central.public_site import FORMULA, HOSTILE, PATHLIKE, SCRIPT, TURNED, Site, arena, hostile, publish
from central.serving_pages import pages
from msgspec import Struct
from sqlalchemy import Connection, text

from sync.api import PulledBoard
from sync.ratings.hierarchy import robot_boards
from sync.ratings.log import Narrowing, narrowed, vote_log
from sync.server import ballots, snapshots
from sync.server.centre import Centre
from sync.server.postgres import transaction

SECRETS = ("secret-left-7c2e", "secret-right-91d0")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MAX_PAGE = 200 * 1024


class Arena(Struct, frozen=True, kw_only=True):
    """The site of these tests, and what lies in it."""

    site: Site
    centre: Centre
    empty: str  # the board before the first vote
    hostile: str  # battles
    pictured: str
    void: str
    waiting: str
    sheet: str  # blobs
    hidden_sheet: str
    published: PulledBoard

    @property
    def pages(self) -> tuple[str, ...]:
        battles = (self.hostile, self.pictured, self.void, self.waiting)
        fixed = ("/", "/?robot=panda&scene=shelf", "/robots/xarm-6", "/models/film-cnn", f"/models/{HOSTILE}")
        rest = ("/method", "/changelog", f"/snapshots/{self.published.snapshot_id}", "/nothing/here")
        return (*fixed, *(f"/battles/{battle}" for battle in battles), *rest)


@pytest.fixture(scope="module")
def seen(central_names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with pages(central_names, tmp_path_factory.mktemp("site")) as (centre, url):
        site = Site(url)
        empty = site.text("/")
        yield transaction(centre.engine, lambda c: _filled(centre, site, empty, c))


def _filled(centre: Centre, site: Site, empty: str, connection: Connection) -> Arena:
    written = arena(connection)
    session = written.session(written.evaluator("Somebody"), "panda", "table")
    void = written.battle(session, *SECRETS, status="void", void_reason="replay_glitch")
    waiting = written.battle(session, "film-cnn", "film-flow", stored=False)
    written.vote(waiting, session, "film-cnn", "film-flow", "left_better", comment="waits for its recordings")
    pictured = written.battle(session, "film-cnn", "film-flow")
    written.vote(pictured, session, "film-cnn", "film-flow", "right_better", comment="B is calmer")
    harmful = hostile(connection, written)
    sheets = [_sheet(connection, centre, battle, PNG + battle.encode()) for battle in (pictured, void)]
    connection.execute(_TOKEN, {"digest": bytes(32)})
    connection.execute(_OPEN, {"sealed": " ".join(SECRETS).encode()})
    publish(connection, centre.key)
    return Arena(
        site=site,
        centre=centre,
        empty=empty,
        hostile=harmful,
        pictured=pictured,
        void=void,
        waiting=waiting,
        sheet=sheets[0],
        hidden_sheet=sheets[1],
        published=snapshots.latest(connection).board,
    )


_TOKEN = text("INSERT INTO tokens (token_id, name, digest, scopes) VALUES ('t', 't', :digest, '{record}')")
_OPEN = text("INSERT INTO open_battles (battle_id, token_id, battle) VALUES ('open-1', 't', :sealed)")
_BLOB = text("INSERT INTO blobs VALUES (:name, 'image/png', 72, 'sheet', :battle)")
_USE = text("INSERT INTO blob_uses VALUES ('sheet', :battle, :name)")


def _sheet(connection: Connection, centre: Centre, battle_id: str, content: bytes) -> str:
    name = centre.blobs.keep(content)
    connection.execute(_BLOB, {"name": name, "battle": battle_id})
    connection.execute(_USE, {"name": name, "battle": battle_id})
    return name


def _rows(page: str) -> list[list[str]]:
    """The words of every line of the first table."""
    body = page[page.index("<tbody") : page.index("</tbody>")]
    lines = re.findall(r"<tr.*?</tr>", body, re.S)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", line, re.S) for line in lines]
    return [[" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in line] for line in cells]


def test_an_empty_board_says_what_to_do(seen: Arena) -> None:
    assert "Nobody has judged here yet" in seen.empty
    assert "vlaarena-central token create" in seen.empty
    assert "<table" not in seen.empty


def test_the_board_is_the_published_snapshot(seen: Arena) -> None:
    published = sorted((row for row in seen.published.rows if row.robot_id is None), key=lambda row: row.rank)
    shown = _rows(seen.site.text("/"))
    assert [row[0] for row in shown] == [f"{row.rank} {row.rank_low}–{row.rank_high}" for row in published]
    intervals = [f"{row.rating:.0f} {row.low:.0f}–{row.high:.0f}" for row in published]
    assert [row[2] for row in shown] == intervals
    assert [row[4] for row in shown] == [str(row.votes) for row in published]
    assert ["provisional" in row[1] for row in shown] == [row.provisional for row in published]


def test_the_board_and_the_method_tell_the_agreement_that_was_published(seen: Arena) -> None:
    told = seen.published.agreement
    assert told is not None
    assert told.interval is not None
    words = f"<b>{told.alpha:.2f}</b>, of {told.units} such pairs"
    for path in ("/", f"/snapshots/{seen.published.snapshot_id}", "/method"):
        page = seen.site.text(path)
        assert words in page
        assert f"95 %: {told.interval.low:.2f} to {told.interval.high:.2f}." in page


def test_each_robot_has_its_board(seen: Arena) -> None:
    published = {row.votes for row in seen.published.rows if row.robot_id == "xarm-6"}
    page = seen.site.text("/robots/xarm-6")
    assert {int(row[4]) for row in _rows(page)} == published
    assert _rows(page) == _rows(seen.site.text("/?robot=xarm-6"))


def test_a_scene_s_board_is_computed_from_its_votes(seen: Arena) -> None:
    votes = transaction(seen.centre.engine, ballots.counting)
    found = robot_boards(narrowed(vote_log(votes), Narrowing(scene_ids=("shelf",))), seen.published.robots)
    for path, ratings in (("/?scene=shelf", found.overall), ("/?robot=panda&scene=shelf", found.each["panda"])):
        page = seen.site.text(path)
        expected = [f"{rating.rating:.0f} {rating.these.low:.0f}–{rating.these.high:.0f}" for rating in ratings]
        assert [row[2] for row in _rows(page)] == expected
        turnout = [[str(rating.record.battles), str(rating.record.evaluators)] for rating in ratings]
        assert [row[5:7] for row in _rows(page)] == turnout
        assert "not part of the signed snapshot" in page


def test_what_nobody_judged_is_no_page(seen: Arena) -> None:
    for path in ("/?robot=hexapod", "/?scene=moon", "/robots/hexapod", "/models/nobody", "/snapshots/none"):
        assert "To the board" in seen.site.text(path, 404)
    for path in ("/models/a%00b", "/battles/%ff", "/snapshots/%ed%a0%80", "/static/x/routes.py"):
        assert "To the board" in seen.site.text(path, 404)


def test_a_snapshot_never_changes(seen: Arena) -> None:
    path = f"/snapshots/{seen.published.snapshot_id}"
    before, download = seen.site.text(path), seen.site.text(f"/download/board.csv?snapshot={path.split('/')[2]}")
    transaction(seen.centre.engine, lambda c: _one_vote_more(seen, c))
    assert seen.site.text(path) == before
    assert seen.site.text(f"/download/board.csv?snapshot={path.split('/')[2]}") == download
    assert seen.published.snapshot_id not in seen.site.text("/")
    assert f'href="{path}"' in seen.site.text("/changelog")


def _one_vote_more(seen: Arena, connection: Connection) -> None:
    connection.execute(text("UPDATE episodes SET status = 'stored'"))
    publish(connection, seen.centre.key)


def test_a_page_that_is_known_is_not_sent_again(seen: Arena) -> None:
    tag = seen.site.get("/method").headers["etag"]
    again = seen.site.get("/method", **{"If-None-Match": f'W/"other", {tag}'})
    assert (again.status, again.data) == (304, b"")
    assert seen.site.get("/method", **{"If-None-Match": '"other"'}).status == 200


def test_one_may_ask_whether_a_page_is_there(seen: Arena) -> None:
    answered = urllib3.request("HEAD", f"{seen.site.url}/robots/panda")
    assert (answered.status, answered.data) == (200, b"")
    assert urllib3.request("HEAD", f"{seen.site.url}/robots/hexapod").status == 404


def test_what_people_and_models_wrote_is_shown_as_plain_text(seen: Arena) -> None:
    for path in seen.pages:
        page = seen.site.get(path).data.decode()
        assert "<script" not in page, path
        assert not set(page) & {*TURNED} - {*"safegnp.exe"}, path
    battle = seen.site.text(f"/battles/{seen.hostile}")
    assert battle.count("&lt;script&gt;document.title=") >= 4  # name, tag, comment, instruction
    assert FORMULA.replace('"', "&#34;") in battle
    assert PATHLIKE.replace("<", "&lt;").replace(">", "&gt;") in battle


def test_an_id_that_is_no_word_is_never_part_of_an_address(seen: Arena) -> None:
    for path in ("/", f"/models/{HOSTILE}", f"/battles/{seen.hostile}"):
        assert not re.search(r'href="[^"]*up\?x', seen.site.text(path))


def test_an_open_battle_is_as_unknown_as_one_that_never_was(seen: Arena) -> None:
    assert seen.site.text("/battles/open-1", 404) == seen.site.text("/battles/never-was", 404)


def test_no_page_names_the_models_of_a_battle_without_a_vote(seen: Arena) -> None:
    assert "without a vote" in seen.site.text(f"/battles/{seen.void}")
    downloads = ("/download/board.csv", "/download/board.json", "/feed.atom")
    for path in (*seen.pages, *downloads, "/battles/open-1"):
        page = seen.site.get(path).data.decode()
        assert not [secret for secret in SECRETS if secret in page], path
    for secret in SECRETS:
        seen.site.text(f"/models/{secret}", 404)


def test_a_vote_counts_once_both_recordings_are_here(seen: Arena) -> None:
    transaction(seen.centre.engine, lambda c: c.execute(text(_EXPECT), {"battle": seen.waiting}))
    waiting = seen.site.text(f"/battles/{seen.waiting}")
    assert "does not count" in waiting
    assert "not both have arrived" in waiting
    assert "does not count" not in seen.site.text(f"/battles/{seen.pictured}")


_EXPECT = """UPDATE episodes SET status = 'expected'
    FROM turns WHERE battle_id = :battle AND episode_id = left_episode_id"""


def test_the_contact_sheet_is_shown_after_the_vote_alone(seen: Arena) -> None:
    assert f'src="/sheets/{seen.sheet}"' in seen.site.text(f"/battles/{seen.pictured}")
    picture = seen.site.get(f"/sheets/{seen.sheet}")
    assert (picture.headers["content-type"], picture.data) == ("image/png", PNG + seen.pictured.encode())
    assert "sent no contact sheet" in seen.site.text(f"/battles/{seen.hostile}")
    assert seen.hidden_sheet not in seen.site.text(f"/battles/{seen.void}")
    seen.site.text(f"/sheets/{seen.hidden_sheet}", 404)


def test_a_page_asks_nobody_else_and_runs_nothing(seen: Arena) -> None:
    for path in seen.pages:
        answered = seen.site.get(path)
        page = answered.data.decode()
        assert len(answered.data) <= MAX_PAGE
        assert "default-src 'none'" in answered.headers["content-security-policy"]
        assert "unsafe" not in answered.headers["content-security-policy"]
        addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page)
        assert addresses
        assert [each for each in addresses if not re.match(r"/(?!/)|#", each)] == []
        assert not re.search(r"<script|<style|<iframe|\sstyle=|\son\w+=|javascript:", page), path


def test_every_address_on_every_page_is_one(seen: Arena) -> None:
    met, waiting = set(), list(seen.pages[:-1])
    while waiting:
        path = waiting.pop()
        if path in met or len(met) > 60 or urlsplit(path).fragment:
            continue
        met.add(path)
        answered = seen.site.get(path)
        assert answered.status == 200, path
        if answered.headers["content-type"].startswith("text/html"):
            found = re.findall(r'(?:src|href)="([^"]*)"', answered.data.decode())
            waiting += [urljoin(path, each.replace("&amp;", "&")) for each in found]
    assert len(met) > 30


def test_no_cell_of_the_csv_file_is_a_formula(seen: Arena) -> None:
    lines = list(csv.reader(io.StringIO(seen.site.text("/download/board.csv"))))
    known = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    [harmful] = [row for row in known if row["model_id"] == HOSTILE]
    assert harmful["organization"] == f"'{FORMULA}"
    assert harmful["name"] == f"Hostile {SCRIPT}"
    assert [row["rating"] for row in known] == [str(float(row["rating"])) for row in known]
    assert len(known) == len({row.model_id for row in seen.published.rows})


def test_the_json_file_is_exact(seen: Arena) -> None:
    path = f"/download/board.json?snapshot={seen.published.snapshot_id}&robot=panda"
    told = msgspec.json.decode(seen.site.get(path).data)
    rows = {row.model_id: row for row in seen.published.rows if row.robot_id == "panda"}
    assert {row["model_id"]: row["rating"] for row in told["rows"]} == {name: row.rating for name, row in rows.items()}
    assert told["snapshot_id"] == seen.published.snapshot_id


def test_the_feed_lists_the_snapshots(seen: Arena) -> None:
    feed = ElementTree.fromstring(seen.site.get("/feed.atom").data)
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = [entry.findtext("a:id", namespaces=space) for entry in feed.findall("a:entry", space)]
    public = seen.centre.settings.public_url
    assert f"{public}/snapshots/{seen.published.snapshot_id}" in ids
    assert len(ids) == len(set(ids)) >= 2
