"""The public board in a real browser: everybody can read it, in both colour schemes, on a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from central.browser import Browser, Scheme, browsing
from central.public_site import FORMULA, HOSTILE, SCRIPT, Site, arena, hostile, publish
from central.serving_pages import pages
from msgspec import Struct
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from sync.server.postgres import transaction

DESK, TELEPHONE, SMALLEST = 1280, 390, 320
MODELS = 6  # with the harmful one; what it met has no card
TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
WINDOWS: tuple[tuple[int, Scheme], ...] = ((DESK, "light"), (DESK, "dark"), (TELEPHONE, "light"), (TELEPHONE, "dark"))


class Shown(Struct, frozen=True):
    browser: Browser
    site: Site
    battle: str

    @property
    def paths(self) -> tuple[str, ...]:
        fixed = ("/", "/?robot=panda&scene=shelf", "/models/film-cnn", f"/models/{HOSTILE}", f"/battles/{self.battle}")
        return (*fixed, "/method", "/changelog", "/nothing/here")


@pytest.fixture(scope="module")
def shown(central_names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with pages(central_names, tmp_path_factory.mktemp("site")) as (centre, url), browsing(url) as browser:

        def fill(connection: object) -> str:
            written = arena(connection, 120)
            battle = hostile(connection, written)
            publish(connection, centre.key)
            return battle

        yield Shown(browser, Site(url), transaction(centre.engine, fill))


def test_axe_finds_nothing_wrong_with_any_page(shown: Shown) -> None:
    found = {}
    for number, path in enumerate(shown.paths):
        for width, scheme in WINDOWS if path == "/" else (WINDOWS[number % 2], WINDOWS[3 - number % 2]):
            shown.browser.open(path, width=width, scheme=scheme)
            found[path, width, scheme] = shown.browser.violations()
    assert {where: what for where, what in found.items() if what} == {}


def test_nothing_is_cut_off_on_a_small_screen(shown: Shown) -> None:
    for path in shown.paths:
        shown.browser.open(path, width=SMALLEST)
        wide = shown.browser.asked("return document.documentElement.scrollWidth")
        assert wide <= SMALLEST, path


def test_cells_do_not_lie_on_each_other_on_a_telephone(shown: Shown) -> None:
    shown.browser.open("/", width=TELEPHONE)
    spilled = """return [...document.querySelectorAll('td, tbody th')]
        .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent.trim())"""
    assert shown.browser.asked(spilled) == []


def test_a_telephone_tells_the_same_table(shown: Shown) -> None:
    told = []
    for width in (DESK, TELEPHONE):
        shown.browser.open("/", width=width)
        known = shown.browser.accessible()
        told.append([role for role, _ in known if role in ("table", "row", "columnheader", "rowheader", "cell")])
    assert told[0].count("rowheader") == MODELS
    assert told[0].count("columnheader") == 10
    assert told[0] == told[1]


def test_a_page_is_one_of_landmarks_with_a_heading(shown: Shown) -> None:
    for path in shown.paths:
        shown.browser.open(path)
        roles = [role for role, _ in shown.browser.accessible()]
        assert [roles.count(role) for role in ("banner", "main", "contentinfo", "navigation")] == [1, 1, 1, 1], path
        assert shown.browser.asked("return document.querySelectorAll('h1').length") == 1, path


def test_harmful_text_does_nothing_and_is_there_to_read(shown: Shown) -> None:
    for path in (f"/models/{HOSTILE}", f"/battles/{shown.battle}", "/"):
        shown.browser.open(path)
        body = shown.browser.asked("return document.body.innerText")
        assert SCRIPT in body, path
        assert not TURNING & set(body), path
        assert shown.browser.driver.title != "owned"
        assert shown.browser.asked("return document.scripts.length") == 0
    assert FORMULA in body


def test_a_name_cannot_turn_its_neighbours_around(shown: Shown) -> None:
    shown.browser.open("/")
    isolated = "return [...document.querySelectorAll('bdi')].every(e => getComputedStyle(e).unicodeBidi == 'isolate')"
    assert shown.browser.asked(isolated)
    assert shown.browser.asked("return document.querySelectorAll('tbody th bdi').length") == MODELS


def test_a_browser_asks_nobody_else_and_complains_of_nothing(shown: Shown) -> None:
    asked = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    shown.browser.complaints()
    for path in shown.paths[:-1]:  # the last is no page, which the console notes
        shown.browser.open(path)
        names = shown.browser.asked(asked)
        assert any(name.endswith("board.css") for name in names)
        assert {urlsplit(name).netloc for name in names} == {urlsplit(shown.browser.url).netloc}
    assert shown.browser.complaints() == []


def test_the_board_is_narrowed_by_a_plain_form(shown: Shown) -> None:
    shown.browser.open("/")
    driver = shown.browser.driver
    Select(driver.find_element(By.ID, "robot")).select_by_value("panda")
    Select(driver.find_element(By.ID, "scene")).select_by_value("table")
    driver.find_element(By.CSS_SELECTOR, "form button").send_keys(Keys.ENTER)
    WebDriverWait(driver, 20).until(lambda _: urlsplit(driver.current_url).query == "robot=panda&scene=table")
    assert "Franka Panda" in driver.find_element(By.TAG_NAME, "h1").text
    assert Select(driver.find_element(By.ID, "scene")).first_selected_option.text == "Table"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(shown: Shown) -> None:
    shown.browser.open("/")
    driver, met = shown.browser.driver, []
    wanted = shown.browser.asked("return document.querySelectorAll('a, select, button').length")
    for _ in range(wanted):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        name, outline = shown.browser.asked(
            "const e = document.activeElement; return [e.textContent.trim(), getComputedStyle(e).outlineStyle]"
        )
        assert outline == "solid", name
        met.append(name)
    assert met[0] == "Skip to content"
    assert met[-1] == "Atom feed"


def test_the_skip_link_leads_to_the_content(shown: Shown) -> None:
    shown.browser.open("/")
    shown.browser.driver.switch_to.active_element.send_keys(Keys.TAB)
    shown.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert shown.browser.asked("return document.activeElement.id") == "content"


def test_both_colour_schemes_are_the_product_s(shown: Shown) -> None:
    seen = []
    for scheme in ("light", "dark"):
        shown.browser.open("/", scheme=scheme)
        seen.append(shown.browser.asked("return getComputedStyle(document.body).backgroundColor"))
    assert seen == ["rgb(238, 241, 244)", "rgb(20, 25, 31)"]


def test_whiskers_stand_where_the_ratings_are(shown: Shown) -> None:
    shown.browser.open("/")
    places = shown.browser.asked(
        "return [...document.querySelectorAll('.whisker circle')].map(e => e.getBoundingClientRect().x)"
    )
    ratings = [int(each.text) for each in shown.browser.driver.find_elements(By.CSS_SELECTOR, ".rating b")]
    assert len(places) == len(ratings) == MODELS
    assert [place for _, place in sorted(zip(ratings, places, strict=True))] == sorted(places)
    per_point = (places[0] - places[-1]) / (ratings[0] - ratings[-1])
    expected = [places[0] + per_point * (rating - ratings[0]) for rating in ratings]
    assert places == pytest.approx(expected, abs=1.0)


def test_pages_can_be_looked_at(shown: Shown, tmp_path: Path) -> None:
    """Pictures of every page at both widths and in both schemes, in the folder of the test."""
    for width, scheme in WINDOWS:
        for path in ("/", f"/battles/{shown.battle}"):
            shown.browser.open(path, width=width, scheme=scheme)
            picture = tmp_path / f"{path.strip('/').partition('/')[0] or 'board'}-{width}-{scheme}.png"
            picture.write_bytes(shown.browser.picture())
            assert picture.stat().st_size > 10_000
