"""What is published, and when: the board of now, also where it was there before; only what may be told, and no more
than a page of it."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from arena_samples import card
from central.servers import Postgres, Service
from central.workstations import Asking, Workstation, _vote, rows
from msgspec.structs import replace
from sqlalchemy import Connection, text

from scenes.codec import decode, encode
from scenes.errors import BadInput
from sync.ratings.agreement import agreement
from sync.ratings.log import vote_log
from sync.ratings.snapshot import made_of
from sync.records import Vote
from sync.server import ballots, boards, migrating, publishing, registry, snapshots
from sync.server.centre import server_key
from sync.server.postgres import in_rows
from sync.server.standings import MAX_ROBOTS, standings


def rate(service: Service) -> int:
    """Publish the board of now; how many votes the newest publication shows."""
    key = server_key(service.home)

    def rated(connection: Connection) -> int:
        publishing.rate(connection, key, ())
        return snapshots.latest(connection).board.votes

    return rows(service, rated)


def told_events(service: Service) -> int:
    return rows(service, lambda c: int(c.execute(text("SELECT count(*) FROM deliveries")).scalar_one()))


def test_a_board_that_comes_back_is_the_newest_again(central: Service, lab: Workstation) -> None:
    hook = text("INSERT INTO webhooks (webhook_id, url, events) VALUES ('h', 'https://example.org/', '{snapshot}')")
    rows(central, lambda c: c.execute(hook))
    for pair in (("alpha", "beta"), ("beta", "gamma")):
        lab.battle(*pair)
    lab.push()
    lab.upload()
    assert rate(central) == 2
    whole, before = rows(central, snapshots.etag), told_events(central)
    change = text("UPDATE episodes SET status = :status WHERE episode_id = :name")
    chosen = {"name": sorted(lab.episodes)[0]}
    rows(central, lambda c: c.execute(change, chosen | {"status": "expected"}))
    assert rate(central) == 1
    rows(central, lambda c: c.execute(change, chosen | {"status": "stored"}))
    assert [rate(central), rate(central)] == [2, 2]
    assert rows(central, snapshots.etag) == whole
    assert lab.pull().headers["ETag"] == whole
    assert told_events(central) == before + 2
    newest = rows(central, lambda c: boards.listed(c, 3))
    assert [(each.votes, each.again) for each in newest] == [(2, True), (1, False), (2, False)]


def test_a_board_tells_what_it_was_made_of_and_what_made_it(central: Service, lab: Workstation) -> None:
    for _ in range(2):
        lab.battle("alpha", "beta")
    lab.push()
    lab.upload()
    board = rows(central, lambda c: snapshots.compute(c, ("panda",)))
    counted = rows(central, ballots.counting)
    assert (board.votes, board.declared) == (len(counted), ("panda",))
    assert board.made == made_of(counted, version("vlaarena"))
    assert board.made.watermark.votes == len(counted) >= 2
    assert board.agreement == agreement(vote_log(counted))
    assert rows(central, snapshots.compute).declared == ()


def test_lists_of_boards_are_read_without_the_boards_and_page_by_page(central: Service, visitor: Asking) -> None:
    """Damaged contents show that nothing decodes them."""
    rows(central, lambda c: c.execute(text(_MANY), {"count": boards.LISTED + 5}))
    page = visitor.ask("GET", "/changelog", headers={"Accept": "text/html"})
    assert page.status == 200
    assert page.body.count(b'href="/snapshots/') == boards.LISTED
    assert b"/snapshots/many-105" in page.body
    older = next(each for each in page.body.decode().split('"') if each.startswith("/changelog?before="))
    rest = visitor.ask("GET", older, headers={"Accept": "text/html"})
    assert b"/snapshots/many-5" in rest.body
    assert b"/snapshots/many-6" not in rest.body
    assert visitor.ask("GET", "/feed.atom").status == 200
    rows(central, lambda c: c.execute(text("DELETE FROM publications WHERE snapshot_id LIKE 'many-%'")))


_MANY = """WITH made AS (INSERT INTO snapshots (snapshot_id, content, signature, votes, models)
        SELECT 'many-' || i, 'no board', 'none', i, 2 FROM generate_series(1, :count) AS i RETURNING snapshot_id)
    INSERT INTO publications (snapshot_id) SELECT 'many-' || i FROM generate_series(1, :count) AS i"""


def test_no_model_of_a_battle_without_a_vote_is_told(central: Service, lab: Workstation, visitor: Asking) -> None:
    """Skipped, or voted on and the vote taken back before it was skipped; also where a vote says otherwise."""
    skipped = lab.battle("secret-left", "secret-right", None)
    forged = _vote(lab.sit(), skipped, "tie")
    lab.note_operation("vote", forged.vote_id, forged)
    lab.battle()
    lab.push()
    lab.upload()
    rate(central)
    told = visitor.json("GET", f"/api/battles/{skipped.battle_id}")
    assert told.json["status"] == "void"
    assert not {"left_model_id", "right_model_id", "nonce", "votes"} & set(told.json)
    pages = ("/", f"/battles/{skipped.battle_id}", "/models/alpha", "/models/secret-left", "/changelog", "/feed.atom")
    files = ("/download/board.csv", "/download/board.json", "/api/leaderboard", "/api/models", "/v1/registry")
    more = ("/metrics", "/health", f"/api/episodes/{sorted(lab.episodes)[0]}", f"/api/battles/{skipped.battle_id}")
    for path in (*pages, *files, *more):
        answer = visitor.ask("GET", path, headers={"Accept": "text/html, application/json"})
        assert answer.status == (404 if path == "/models/secret-left" else 200), path
        assert b"secret-" not in answer.body or path == "/models/secret-left", path
    assert b"secret-" not in lab.pull().body


def test_only_models_with_a_card_come_to_the_board(central: Service, lab: Workstation, visitor: Asking) -> None:
    """However many names a workstation makes up; once the operator registers one, its votes count."""
    before = rate(central)
    made_up = lab.battle("alpha", "made-up-1")
    for number in range(2, 6):
        lab.battle("made-up-1", f"made-up-{number}")
    lab.push()
    lab.upload()
    assert rate(central) == before
    assert b"made-up" not in visitor.ask("GET", "/api/leaderboard").body
    assert visitor.ask("GET", f"/api/battles/{made_up.battle_id}").json["right_model_id"] == "made-up-1"
    said = central.command("doctor")
    assert "'made-up-1' (5 votes)" in said.stdout
    rows(central, lambda c: registry.register(c, [card("made-up-1")]))
    assert rate(central) == before + 1


def test_a_board_has_a_bound(central: Service) -> None:
    many = [card(f"model-{number}") for number in range(registry.MAX_CARDS + 1)]
    with pytest.raises(BadInput, match="At most"):
        rows(central, lambda c: registry.register(c, many))
    assert len(rows(central, registry.cards)) < 10


def test_robots_that_nobody_declared_have_a_bound_too(central: Service) -> None:
    """Their names come from workstations; those with most votes stay."""
    lab = Workstation(central)
    lab.battle()
    vote = decode(lab.last("vote").body, Vote)
    names = [f"made-up-{number:03}" for number in range(2 * MAX_ROBOTS)] + ["panda"] * 2
    votes = [replace(vote, vote_id=f"{n}", battle_id=f"{n}", robot_id=name) for n, name in enumerate(names)]
    found = standings(votes).robots
    assert len(found) == MAX_ROBOTS
    assert "panda" in found
    assert standings(votes, ["panda"]).robots == ("panda",)


def test_boards_and_records_of_an_earlier_version_are_as_they_were_after_the_migration(postgres: Postgres) -> None:
    """What is shown, when it was published, and whose record it is, follows from what was kept before."""
    postgres.execute("CREATE DATABASE earlier")
    url = postgres.url("earlier")
    try:
        in_rows(url, lambda c: migrating._upgrade(c, "0004"))
        board = encode({"votes": 7, "rows": [{"model_id": "alpha"}, {"model_id": "beta"}, {"model_id": "alpha"}]})
        in_rows(url, lambda c: c.execute(text(_EARLIER), {"board": board}))
        migrating.migrate(url)
        (shown,) = in_rows(url, boards.listed)
        assert (shown.snapshot_id, shown.votes, shown.models, shown.again) == ("first", 7, 2, False)
        owners = in_rows(url, lambda c: c.execute(text("SELECT record_id, store_id FROM owners ORDER BY 2")).all())
        assert [tuple(row) for row in owners] == [("ada", "forked"), ("ada", "store")]
    finally:
        postgres.execute("DROP DATABASE earlier WITH (FORCE)")


_EARLIER = """WITH board AS (INSERT INTO snapshots (snapshot_id, content, signature) VALUES ('first', :board, '')),
    kept AS (INSERT INTO stores (store_id) VALUES ('store'), ('forked')),
    logged AS (INSERT INTO op_log (op_id, store_id, seq, kind, record_id, rev, body_digest, content, signature)
        VALUES ('one', 'store', 1, 'evaluator', 'ada', 1, '', '', ''), ('two', 'store', 2, 'note', 'n', 1, '', '', ''))
    INSERT INTO op_places (store_id, seq, op_id, digest)
    VALUES ('store', 1, 'one', ''), ('store', 2, 'two', ''), ('forked', 1, 'one', '')"""
