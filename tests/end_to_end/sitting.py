"""What the person does in a sitting, stage by stage: play, watch, judge, look into it, find it again."""

from __future__ import annotations

from itertools import pairwise

from end_to_end.person import Person


def begin(person: Person) -> None:
    """Type what both robots shall do; Enter."""
    person.sees("Ready for a battle.")
    person.photograph("ready")
    play(person, "put the red cube in the bowl")


def play(person: Person, instruction: str, *keys: str) -> None:
    """Overwrite the instruction and let both carry it out; `keys` are pressed before the last Enter."""
    arena = person.room.arena
    turns = len(arena.turns) if arena.state == "watching" else 0
    person.press("Ctrl+A")
    person.type(instruction)
    person.press(*keys, "Return")
    person.sees("Cancel")
    person.check_blind()
    person.until(lambda: arena.state == "watching" and len(arena.turns) == turns + 1, "both episodes")
    person.until(lambda: person.room.window.battle.playhead.playing, "the replay to play by itself")
    person.check_blind()


def vote_too_early(person: Person) -> None:
    """The vote stays locked, and what is missing is said."""
    person.press("1")
    person.sees("% of both replays is still unwatched.", "I have seen enough")
    person.photograph("too-early")
    assert person.room.arena.state == "watching"


def replay(person: Person) -> None:
    """Pause, step, go to a typed step, loop a part."""
    page = person.room.window.battle
    playhead, step = page.playhead, page.transport.step
    person.press("Space", "Home")
    assert not playhead.playing
    person.change(page.viewers[0], "Right", "Right", "Right")
    person.until(lambda: step.text() == "3", "step 3")
    person.press("G", "6", "Return")
    person.until(lambda: step.text() == "6", "the typed step")
    person.press("I", "Right", "Right", "O", "Home", "=", "Space")
    person.until(lambda: page.transport.speed.currentText() == "2×", "twice the speed")
    begun, moments = playhead.range, list[float]()
    playhead.moved.connect(moments.append)
    person.until(lambda: any(later < sooner for sooner, later in pairwise(moments)), "a loop")
    playhead.moved.disconnect(moments.append)
    person.press("Space")
    person.photograph("loop")
    person.press("Esc", "-")
    assert begun is not None
    assert playhead.range is None


def look_around(person: Person) -> None:
    """Cameras move together until they are unlinked; the screen is filled and given back."""
    page, window = person.room.window.battle, person.room.window
    left, right = page.viewers
    person.change(right, "]")
    assert left.view.name == right.view.name != ""
    person.press("S")
    person.change(left, "]")
    assert left.view.name != right.view.name
    person.photograph("cameras")
    person.press("S", "F11")
    assert window.isFullScreen()
    person.press("F11", "Esc")
    assert (window.isFullScreen(), left.view.name) == (False, "")
    person.press("F1")
    person.sees("A is better", "Go to a step by its number")
    person.photograph("keys")
    person.press("Esc")


def watch(person: Person) -> None:
    """Watch the turn to its end, again and slower as long as the vote asks for more of it."""
    page, turn = person.room.window.battle, len(person.room.arena.turns)
    voting, playhead = person.room.arena.voting, page.playhead
    while turn in voting.unwatched_turns:
        if not playhead.playing:
            person.press("Space")
        person.until(lambda: not playhead.playing or turn not in voting.unwatched_turns, "the end of the replay")
        if turn in voting.unwatched_turns:
            person.press("-")


def go_through_turns(person: Person) -> None:
    """Back to an earlier turn and forth again, by the strip's keys."""
    strip = person.room.window.battle.room.strip
    last = len(strip.buttons) - 1
    person.press("Ctrl+Left")
    person.until(strip.buttons[last - 1].isChecked, "the turn before")
    person.press("Ctrl+Right")
    person.until(strip.buttons[last].isChecked, "the last turn")
    assert [each.turn.start for each in person.room.arena.turns] == ["reset", "continue", "reset"]
    person.sees("Turn 1 · put the red cube in the")
    person.photograph("turns")


def vote(person: Person) -> None:
    """Choose, confirm: it is kept, and can be taken back."""
    person.sees("Which robot did it better?")
    person.press("1")
    person.sees("Press Enter to confirm.")
    person.photograph("choice")
    person.press("Return")
    person.sees("Your vote is kept: A is better", "The names are told in")
    person.photograph("kept")


def vote_anew(person: Person) -> None:
    """Take it back; another choice, with a comment, a tag and how far each came."""
    person.press("U")
    person.sees("Which robot did it better?")
    person.press("C")
    person.type("b was steadier")
    person.press("Tab")
    person.type("jerky")
    person.press("Return", "Tab", *["Right"] * 4, "Tab", *["Right"] * 16)
    person.sees("20 %", "80 %")
    person.photograph("ballot")
    person.press("Return", "2")
    person.sees("With it: a comment, jerky, A 20 %, B 80 %")
    person.photograph("choice-with-comment")
    person.press("Return")
    person.sees("Your vote is kept: B is better")


def read_names(person: Person) -> None:
    """Enter does not wait for the countdown."""
    person.check_blind()
    person.press("Return")
    person.blind = False
    person.until(lambda: person.room.arena.outcome is not None, "the reveal")
    outcome = person.room.arena.outcome
    assert outcome is not None
    person.sees(outcome.left.name, outcome.right.name, "Your vote: B is better", "steps")
    person.photograph("reveal")


def judge_plainly(person: Person, *, wait_for_names: bool) -> int:
    """N, a choice, Enter: a whole battle. How many keys that took, beyond those that watch."""
    arena, page = person.room.arena, person.room.window.battle
    before = person.pressed
    person.press("N")
    person.blind = True
    person.sees("Cancel")
    person.until(lambda: arena.state == "watching" and page.playhead.playing, "the next battle")
    deciding = person.pressed - before
    watch(person)
    person.photograph("next-battle")
    before = person.pressed
    person.press("3", "Return")
    person.sees("Your vote is kept: Tie")
    person.check_blind()
    if wait_for_names:
        person.until(lambda: arena.state == "revealed", "the names, without a key")
        person.blind = False
        person.sees("Your vote: Tie")
    return deciding + person.pressed - before
