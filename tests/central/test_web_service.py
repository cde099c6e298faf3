"""The service itself, as a process, shows the board that its worker publishes."""

from __future__ import annotations

import msgspec
from central.public_site import Site, Written, card
from central.servers import Service

from sync.api import ErrorBody
from sync.server import registry
from sync.server.postgres import in_rows


def test_the_board_of_the_service_fills_when_its_worker_rates(central: Service, central_names: dict[str, str]) -> None:
    site = Site(central.url)
    assert "Nobody has judged here yet" in site.text("/")

    def judge(connection: object) -> None:
        written = Written(connection)
        session = written.session(written.evaluator("Somebody"), "panda", "table")
        battle = written.battle(session, "one", "two")
        written.vote(battle, session, "one", "two", "left_better")
        written.flush()
        registry.register(connection, [card("one", name="The first"), card("two", name="The second")])

    in_rows(central_names["VLAARENA_CENTRAL_DATABASE_URL"], judge)
    assert central.command("worker", "--once", "ratings").returncode == 0
    page = site.text("/")
    assert "2 models, 1 vote that counts." in page
    assert page.index("The first") < page.index("The second")
    check_boards_of_robots(site)


def check_boards_of_robots(site: Site) -> None:
    """The interface knows the boards that the pages show, and says of others that there are none."""
    told = site.get("/api/leaderboard?robot_id=panda")
    assert [row["model_id"] for row in msgspec.json.decode(told.data)["rows"]] == ["one", "two"]
    for known in (told.headers["ETag"], "*"):
        assert site.get("/api/leaderboard?robot_id=panda", **{"If-None-Match": known}).status == 304
    for known in ("", told.headers["ETag"], "*"):
        missing = site.get("/api/leaderboard?robot_id=nope", **{"If-None-Match": known})
        assert (missing.status, msgspec.json.decode(missing.data, type=ErrorBody).code) == (404, "not_found")
    assert site.get("/robots/nope").status == 404


def test_pages_are_no_part_of_the_documented_interface(central: Service) -> None:
    told = msgspec.json.decode(Site(central.url).get("/docs/openapi.json").data)
    assert "/api/leaderboard" in told["paths"]
    assert not [path for path in told["paths"] if path.startswith(("/models", "/battles", "/download", "/static"))]


def test_programs_are_told_in_json_what_people_are_told_in_pages(central: Service) -> None:
    site = Site(central.url)
    assert site.get("/models/nobody", Accept="application/json").headers["content-type"] == "application/json"
    assert site.get("/models/nobody", Accept="text/html,*/*").headers["content-type"].startswith("text/html")
