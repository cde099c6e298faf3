"""What the person does with a battle that is closed: look into it, try it further, keep a video, find it again."""

from __future__ import annotations

from pathlib import Path

import av
from end_to_end.person import Person
from PySide6.QtWidgets import QApplication

from vlaarena_desktop.links import read_link
from vlaarena_desktop.pages.review import ReviewPage


def look_into(person: Person) -> None:
    """Trails, ghost and forces over the stage; where both part; the drawer's plots, events and pictures."""
    page = person.room.window.battle
    left, drawer = page.viewers[0], page.drawer
    person.press("End")
    for key in ("W", "H"):
        person.change(left, key)
    person.press("J", "D")
    person.sees("A and B part at step" if drawer.divergence is not None else "A and B never part in this turn.")
    person.photograph("evidence")
    person.find("what happened")
    person.until(drawer.events.isVisible, "the events")
    person.photograph("events")
    person.find("what the policy saw")
    seen = [picture for side in drawer.seen.sides for picture in side.pictures.values()]
    person.until(lambda: not any(picture.shown.isNull() for picture in seen), "the pictures that were seen")
    person.photograph("seen")
    person.find("plots")
    person.press("W", "H", "J")


def pin_a_note(person: Person) -> None:
    """P, a few words, Enter: it stands in the list and on the timeline."""
    page = person.room.window.battle
    marks = len(page.transport.timeline.marks)
    person.press("P")
    person.type("here it slips")
    person.press("Return")
    person.until(lambda: len(page.transport.timeline.marks) == marks + 1, "the note's mark")
    person.sees("here it slips")
    person.photograph("note")


def branch(person: Person) -> ReviewPage:
    """From a frame on the battle page into its review, where a model plays on from there."""
    page, history = person.room.window.battle, person.room.window.history
    person.press("G", "4", "Return")
    person.find("branch from this frame of b", "palette")
    person.until(lambda: history.reviewing and history.review is not None, "the review")
    review = history.review
    assert review is not None
    person.until(lambda: review.room.playhead.step == 4, "the same step")
    assert page.isHidden()
    person.until(lambda: review.bench.shown == "form", "the question what to try")
    assert review.bench.chosen_side == "right"
    person.press("Ctrl+A")
    person.type("lift the green cube")
    person.photograph("branch-asked")
    person.press("Return")
    person.sees("Branch from B, step 4, beside what happened", "lift the green cube")
    person.until(lambda: review.room.playhead.playing, "the branch to play")
    person.until(lambda: not review.room.playhead.playing, "the branch's end")
    person.photograph("branch")
    person.press("T")
    person.until(lambda: review.header.vote.isVisible(), "the battle itself again")
    return review


def reproduce(person: Person) -> None:
    """R plays A's episode once more and compares."""
    person.press("R")
    person.sees("A came out the same to the last bit")
    person.photograph("reproduced")


def save_a_video(person: Person, folder: Path) -> None:
    """Ctrl+S, Video, the smallest size, a folder typed, Enter."""
    history = person.room.window.history
    assert history.review is not None
    dialog = history.review.saving
    person.press("Ctrl+S")
    person.until(dialog.isActiveWindow, "the save dialog")
    person.press("V")  # Video
    person.until(lambda: dialog.fields.chosen_kind == "video", "Video to be chosen")
    _tab_to(person, dialog.fields.size_choice)
    person.press("Home")
    _tab_to(person, dialog.place.folder)
    person.press("Ctrl+A")
    QApplication.clipboard().setText(str(folder))
    person.press("Ctrl+V")
    person.photograph("save")
    person.press("Return")
    person.sees("Saved: ")
    person.photograph("saved")
    person.press("Esc")
    (path,) = folder.iterdir()
    with av.open(str(path)) as video:
        assert sum(1 for _ in video.decode(video=0)) > 10


def find_again(person: Person, battle_id: str) -> None:
    """History, a few letters, Enter; a link to a moment; back to the list."""
    history = person.room.window.history
    person.press("Ctrl+3")
    person.until(history.isVisible, "History")
    if history.reviewing:
        person.press("Alt+Left")
    person.press("Ctrl+F")
    person.type("steadier")
    person.until(lambda: history.table.rowCount() == 1, "the one battle that fits")
    person.sees("put the red cube in the bowl", "B is better")
    person.press("Return")
    person.photograph("history")
    person.press("Return")
    person.until(lambda: history.reviewing, "the battle")
    person.sees("B is better", "“b was steadier” · jerky · A 20 % · B 80 %")
    person.press("Space", "Home", "Right", "Right", "Ctrl+Shift+C")
    person.sees("A link to this moment is on the clipboard.")
    link = read_link(QApplication.clipboard().text())
    assert (link.battle_id, link.turn, link.step) == (battle_id, 1, 2)
    person.photograph("review")
    person.press("Alt+Left")
    person.until(lambda: not history.reviewing, "the list")


def return_to_battle(person: Person) -> None:
    """Back to where the next battle begins."""
    person.press("Ctrl+1")
    person.until(person.room.window.battle.isVisible, "the battle page")
    person.sees("New battle   N")


def _tab_to(person: Person, widget: object) -> None:
    for _ in range(30):
        if QApplication.focusWidget() is widget:
            return
        person.press("Tab")
    raise AssertionError(f"Tab does not reach {widget}")
