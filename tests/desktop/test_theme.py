"""Light and dark: contrast of everything behind and before everything, and a change while the window runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from itertools import product
from pathlib import Path

import pytest
from desktop.resting import resting_room
from msgspec import structs
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from vlaarena_desktop import theme
from vlaarena_desktop.app import Room
from vlaarena_desktop.sides import SIDE_COLORS, SIDE_INKS
from vlaarena_desktop.theme import DARK, LIGHT, SCHEMES, Colors, Scheme, contrast

TEXT, PARTS = 4.5, 3.0
GROUNDS = ("window", "card", "raised", "hover", "notice", "alarm")


@pytest.fixture
def resting(dressed: QApplication, tmp_path: Path) -> Iterator[Room]:
    with resting_room(tmp_path / "home") as room:
        yield room
    theme.apply(dressed, "light")


def too_faint(colors: Colors, inks: tuple[str, ...], grounds: tuple[str, ...], least: float) -> list[str]:
    return [
        f"{ink} on {ground}: {ratio:.2f}"
        for ink, ground in product(inks, grounds)
        if (ratio := contrast(getattr(colors, ink), getattr(colors, ground))) < least
    ]


def test_contrast_is_that_of_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_legible_on_everything_behind_it(scheme: Scheme) -> None:
    colors = SCHEMES[scheme]
    assert too_faint(colors, ("text",), GROUNDS, TEXT) == []
    assert too_faint(colors, ("quiet",), ("window", "card", "raised", "hover"), TEXT) == []
    assert too_faint(colors, ("link",), ("card", "hover", "notice"), TEXT) == []
    assert too_faint(colors, ("good", "bad", "warn"), ("card",), TEXT) == []
    assert too_faint(colors, ("on_accent",), ("accent", "accent_hover"), TEXT) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_parts_are_seen_against_their_ground(scheme: Scheme) -> None:
    colors = SCHEMES[scheme]
    assert too_faint(colors, ("accent", "edge", "quiet"), ("card", "window"), PARTS) == []
    assert too_faint(colors, ("warn", "good", "bad", "link", "edge"), ("raised",), PARTS) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_disabled_text_can_still_be_made_out(scheme: Scheme) -> None:
    """WCAG asks nothing of it; ours keeps what is asked of parts, and stays fainter than quiet text."""
    colors = SCHEMES[scheme]
    assert too_faint(colors, ("disabled",), ("window", "card"), PARTS) == []
    assert contrast(colors.disabled, colors.card) < contrast(colors.quiet, colors.card)


def test_the_sides_letters_are_legible_on_their_colours() -> None:
    for ink, fill in zip(SIDE_INKS, SIDE_COLORS, strict=True):
        assert contrast(ink, fill) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_stands_for_a_side_is_seen_on_its_card_or_outlined(scheme: Scheme) -> None:
    colors = SCHEMES[scheme]
    for color in SIDE_COLORS:
        assert contrast(theme.outline(color, colors.card, colors.quiet), colors.card) >= PARTS
    assert theme.outline(SIDE_COLORS[1], LIGHT.card, LIGHT.quiet) == LIGHT.quiet
    assert theme.outline(SIDE_COLORS[1], DARK.card, DARK.quiet) == SIDE_COLORS[1]


def test_the_style_names_only_colours_that_there_are_and_never_the_sides_as_text() -> None:
    sheet = (resources.files("resources") / "style" / "window.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"@(\w+)", sheet)) <= {
        *structs.asdict(LIGHT),
        "side_a",
        "side_b",
        "arrow",
        "sortdown",
        "sortup",
        "tick",
    }
    assert not re.search(r"(?<![-\w])color: @side", sheet)
    assert "#" not in re.sub(r"Q\w+#\w+", "", sheet), "colours stand in theme.py"


def share(picture: QImage, color: str) -> float:
    """Of a picture's pixels, how many have this colour; every eighth is looked at."""
    wanted, seen, hits = QColor(color).rgb(), 0, 0
    for x, y in product(range(0, picture.width(), 8), range(0, picture.height(), 8)):
        seen += 1
        hits += picture.pixel(x, y) == wanted
    return hits / seen


def test_a_change_of_the_scheme_restyles_every_page_and_whatever_is_in_front(qtbot: QtBot, resting: Room) -> None:
    window = resting.window
    window.show_tour()
    window.tour.finish()
    icons = []
    for look, colors, other in (("dark", DARK, LIGHT), ("light", LIGHT, DARK)):
        assert window.set_look("dark" if look == "dark" else "light")
        for page in range(4):
            window.show_page(page)
            picture = window.grab().toImage()
            assert share(picture, colors.card) + share(picture, colors.window) > 0.2
            assert share(picture, other.card) + share(picture, other.window) < 0.002
        icons.append(window.top_bar.menu_button.icon().pixmap(20, 20).toImage())
        window.show_keys()
        picture = window.shortcuts.card.grab().toImage()
        window.show_keys()
        assert share(picture, colors.card) > 0.5
    assert icons[0] != icons[1]
