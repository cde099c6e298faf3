"""A link names one moment of one battle, and survives being written and read."""

from __future__ import annotations

import pytest

from scenes.errors import BadInput
from sync.records import new_id
from vlaarena_desktop.cli import parser
from vlaarena_desktop.links import Link, link_text, read_link

BATTLE = "019aa36e-aa1f-7000-8000-0123456789ab"


@pytest.mark.parametrize(
    "link",
    [Link(BATTLE), Link(BATTLE, 6, 1000, "front"), Link(BATTLE, 2, 12, "robot/wrist cam&step=3"), Link(new_id())],
)
def test_a_link_that_was_copied_leads_to_the_same_moment(link: Link) -> None:
    assert read_link(f"  {link_text(link)}\n") == link


def test_a_link_is_spelled_as_it_is_documented() -> None:
    assert link_text(Link(BATTLE, 1, 12, "front")) == f"vlaarena://battle/{BATTLE}?turn=1&step=12&camera=front"
    assert read_link(f"vlaarena://battle/{BATTLE}") == Link(BATTLE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not begin"),
        ("https://example.org", "does not begin"),
        ("vlaarena://episode/" + BATTLE, "does not begin"),
        ("vlaarena://battle/", "names no battle"),
        ("vlaarena://battle/1234", "names no battle"),
        (f"vlaarena://battle/{BATTLE}?step=-1", "its step"),
        (f"vlaarena://battle/{BATTLE}?turn=0", "its turn"),
        (f"vlaarena://battle/{BATTLE}?step=12345678901", "its step"),
        (f"vlaarena://battle/{BATTLE}?step=1&step=2", "'step'"),
        (f"vlaarena://battle/{BATTLE}?delete=1", "'delete'"),
        (f"vlaarena://battle/{BATTLE}?turn", "not an address"),
        ("vlaarena://[battle", "not an address"),
        (f"vlaarena://battle/{BATTLE}?camera={'x' * 600}", "does not begin"),
    ],
)
def test_a_bad_link_is_refused_with_the_part_that_is_wrong(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        read_link(text)
    assert "vlaarena://battle/" in refused.value.hint


@pytest.mark.parametrize("before", [[], ["--home", "here"], ["--json", "--daemon=ipc:///x"]])
def test_a_link_where_a_command_would_stand_is_to_be_opened(before: list[str]) -> None:
    given = parser.read([*before, f"vlaarena://battle/{BATTLE}?step=12"])
    assert (given.command, read_link(given.link)) == (parser.OPEN, Link(BATTLE, 1, 12))


def test_a_link_that_is_searched_for_is_not_opened() -> None:
    assert parser.read(["history", "--search", f"vlaarena://battle/{BATTLE}"]).command == "history"
    assert parser.read([]).link == ""
