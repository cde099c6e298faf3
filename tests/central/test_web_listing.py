"""Names that workstations make up: they fill no list, and nobody makes the service compute a board of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from central.public_site import Site, Written, arena, publish
from central.serving_pages import pages
from sqlalchemy import Connection

from sync.server import boards, publishing
from sync.server.centre import Centre
from sync.server.postgres import transaction

MADE_UP = 60
PAIR = ("film-cnn", "film-flow")


@pytest.fixture(scope="module")
def filled(central_names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Centre, Site]]:
    """A board of honest votes, and one vote on each of many robots and scenes that nobody else ever heard of."""
    with pages(central_names, tmp_path_factory.mktemp("site")) as (centre, url):
        transaction(centre.engine, lambda c: _fill(c, centre))
        yield centre, Site(url)


def _fill(connection: Connection, centre: Centre) -> None:
    written = arena(connection, battles=200)
    flooder = written.evaluator("Somebody who makes up names")
    for number in range(MADE_UP):
        _vote(written, flooder, f"robot-{number:02d}", f"scene-{number:02d}")
    for _ in range(boards.FEWEST_VOTES):
        _vote(written, flooder, "arm-7", "kitchen")
    written.flush()
    publish(connection, centre.key)


def _vote(written: Written, evaluator: str, robot_id: str, scene_id: str) -> None:
    session = written.session(evaluator, robot_id, scene_id)
    written.vote(written.battle(session, *PAIR), session, *PAIR, "tie")


def options(page: str, name: str) -> list[str]:
    """What a list offers, but for all."""
    (listed,) = re.findall(rf'<select id="{name}".*?</select>', page, re.S)
    return re.findall(r'<option value="([^"]+)"', listed)


def test_what_has_few_votes_is_not_listed(filled: tuple[Centre, Site]) -> None:
    _, site = filled
    page = site.text("/")
    assert options(page, "robot") == ["arm-7", "panda", "xarm-6"]
    assert options(page, "scene") == ["kitchen", "shelf", "table"]
    snapshot = re.findall(r"/snapshots/[0-9a-f]{64}", page)[0]
    assert options(site.text(snapshot), "robot") == ["arm-7", "panda", "xarm-6"]


def test_what_is_shown_is_chosen_in_its_list(filled: tuple[Centre, Site]) -> None:
    _, site = filled
    assert "robot-00" in options(site.text("/robots/robot-00"), "robot")
    assert '<option value="scene-00" selected>' in site.text("/?scene=scene-00")


def test_so_many_robots_and_scenes_have_a_board_and_those_with_most_votes_always(filled: tuple[Centre, Site]) -> None:
    _, site = filled
    for what in ("robot", "scene"):
        answers = [site.get(f"/?{what}={what}-{number:02d}").status for number in range(MADE_UP)]
        assert answers == [200] * 47 + [404] * 13  # 50 with the three that are no invention
    for path in ("/?robot=arm-7", "/?scene=kitchen", "/?robot=xarm-6&scene=shelf"):
        site.text(path)


def test_a_declared_robot_is_listed_however_few_votes_it_has(filled: tuple[Centre, Site]) -> None:
    centre, site = filled
    transaction(centre.engine, lambda c: publishing.rate(c, centre.key, ("panda", "robot-59")))
    assert options(site.text("/"), "robot") == ["panda", "robot-59"]
    assert site.get("/robots/arm-7").status == 404
