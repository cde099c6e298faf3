"""What runs into what is found in the states alone; what fingers do on purpose is none of it."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from desktop.staged import episode, turn
from msgspec.structs import replace

from scenes.episode import Episode, Event
from scenes.recorder import Recorder
from scenes.world import World
from vlaarena_desktop.collisions import collisions
from vlaarena_desktop.evidence import SideEvidence, TurnEvidence
from vlaarena_desktop.pages.event_marks import collision_marks

NOTHING = Event(0, "contact", "bowl", "robot")


@pytest.fixture
def fresh(world: World) -> World:
    world.reset(3)
    return world


def played(world: World, steps: int, ctrl: np.ndarray | None = None, *events: Event) -> Episode:
    """What happens from the present state on while the actuators are told this."""
    recorder = Recorder(world, world.substeps(10.0))
    for _ in range(steps):
        recorder.step(world.data.ctrl.copy() if ctrl is None else ctrl)
    return replace(episode(recorder.finish(), NOTHING), events=events)


def slide(world: World, subject: str, towards: str, speed: float = 1.5) -> None:
    """Put an object beside another, sliding at it [m/s]."""
    first, second = (world.model.joint(f"object/{name}") for name in (subject, towards))
    data = world.data
    here, there = int(first.qposadr[0]), int(second.qposadr[0])
    data.qpos[here : here + 2] = data.qpos[there : there + 2] - (0.0, 0.09)
    data.qvel[int(first.dofadr[0]) + 1] = speed
    mujoco.mj_forward(world.model, data)


def down(world: World) -> np.ndarray:
    """The arm stretched forward and down, into the table."""
    ctrl = world.data.ctrl.copy()
    ctrl[:7] = (0.0, 1.3, 0.0, -1.2, 0.0, 2.2, 0.8)
    return ctrl


def test_where_nothing_moves_nothing_collides(fresh: World) -> None:
    assert collisions(fresh.model, played(fresh, 10)) == ()


def test_the_robot_that_runs_into_the_table_collides_once(fresh: World) -> None:
    found = collisions(fresh.model, played(fresh, 25, down(fresh)))
    against_table = [each for each in found if each.other == "table"]
    assert [each.subject for each in against_table] == ["robot"]
    assert 0 < against_table[0].time < 2.5


def test_an_object_that_slides_into_another_is_the_one_that_collides(fresh: World) -> None:
    slide(fresh, "red_cube", "green_cube")
    (found,) = collisions(fresh.model, played(fresh, 10))
    assert (found.subject, found.other) == ("red_cube", "green_cube")
    assert 0 < found.time < 0.3


def test_what_is_put_down_on_another_thing_did_not_collide_with_it(fresh: World) -> None:
    slide(fresh, "red_cube", "green_cube")
    (found,) = collisions(fresh.model, (happened := played(fresh, 10)))
    step = round(10 * found.time)
    placed = Event(step + 5, "placed", "red_cube", "green_cube")
    assert collisions(fresh.model, replace(happened, events=(placed,))) == ()
    later = replace(placed, step=step + 20)
    assert collisions(fresh.model, replace(happened, events=(later,))) == (found,)


@pytest.mark.parametrize(("body", "found"), [("robot/link5", ["robot", "bowl"]), ("robot/left_finger", [])])
def test_the_arm_collides_with_an_object_and_a_finger_touches_it(fresh: World, body: str, found: list[str]) -> None:
    happened = played(fresh, 1)
    track, place = happened.trajectory.display, int(fresh.model.joint("object/bowl").qposadr[0])
    qpos = track.qpos.copy()
    qpos[3:, place : place + 3] = fresh.data.body(body).xpos  # as if somebody had put it there
    moved = replace(happened, trajectory=replace(happened.trajectory, display=replace(track, qpos=qpos)))
    told = [part for each in collisions(fresh.model, moved) for part in (each.subject, each.other)]
    assert told == found


def test_collisions_are_told_in_words_on_their_side_at_their_time(fresh: World) -> None:
    still = played(fresh, 10)
    fresh.reset(3)
    slide(fresh, "red_cube", "green_cube")
    struck = played(fresh, 10)
    sides = (SideEvidence("a", "A", still, None), SideEvidence("b", "B", struck, None))
    (mark,) = collision_marks(TurnEvidence(turn(1), *sides), [fresh.model] * 2)
    (found,) = collisions(fresh.model, struck)
    assert (mark.side, mark.kind, mark.text) == (1, "collided", "the red cube collided with the green cube")
    assert mark.time == found.time
