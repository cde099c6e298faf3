from __future__ import annotations

import pytest

from vlaarena_desktop.theme import SCHEMES, SIDE_COLORS, SIDE_INKS, Scheme, contrast

TEXT, PARTS = 4.5, 3.0


def test_contrast_is_that_of_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_legible_on_everything_behind_it(scheme: Scheme) -> None:
    colors = SCHEMES[scheme]
    for ground in (colors.window, colors.card, colors.raised, colors.hover, colors.notice, colors.alarm):
        assert contrast(colors.text, ground) >= TEXT
    for ink in (colors.quiet, colors.link, colors.good, colors.bad):
        assert contrast(ink, colors.card) >= TEXT
    assert contrast(colors.quiet, colors.raised) >= TEXT
    assert contrast(colors.quiet, colors.window) >= TEXT
    assert contrast(colors.link, colors.notice) >= TEXT
    for fill in (colors.accent, colors.accent_hover):
        assert contrast(colors.on_accent, fill) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
def test_parts_are_seen_against_their_ground(scheme: Scheme) -> None:
    colors = SCHEMES[scheme]
    assert contrast(colors.accent, colors.card) >= PARTS
    assert contrast(colors.warn, colors.raised) >= PARTS
    assert contrast(colors.good, colors.raised) >= PARTS


def test_the_sides_letters_are_legible_on_their_colours() -> None:
    for ink, fill in zip(SIDE_INKS, SIDE_COLORS, strict=True):
        assert contrast(ink, fill) >= TEXT
