"""What is drawn over a stage after the vote, and that nothing is before."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from desktop.conftest import STEPS

from scenes.episode import Trajectory
from scenes.world import World
from vlaarena_desktop.sides import SIDE_COLORS
from vlaarena_desktop.viewing.overlays import Overlays, side_color
from vlaarena_desktop.viewing.stage import Stage

EVERYTHING = Overlays(trails=True, ghost=True, contacts=True, forces=True)


@pytest.fixture
def stages(world: World, trajectory: Trajectory, shorter_trajectory: Trajectory) -> tuple[Stage, Stage]:
    return Stage(world.model, trajectory), Stage(world.model, shorter_trajectory)


def drawn(stage: Stage) -> int:
    stage.update_scene(mujoco.MjvCamera())
    return int(stage.scene.ngeom)


def switch(stages: tuple[Stage, Stage], overlays: Overlays) -> None:
    stages[1].set_overlays(overlays, side=1)
    stages[0].set_overlays(overlays, side=0, other=stages[1])


def go(stages: tuple[Stage, Stage], time: float) -> None:
    for stage in stages:
        stage.show_exact(time)


def test_a_stage_begins_without_overlays(stages: tuple[Stage, Stage]) -> None:
    plain = drawn(stages[0])
    assert stages[0].overlays == Overlays()
    switch(stages, EVERYTHING)
    go(stages, 1.0)
    assert drawn(stages[0]) > plain
    switch(stages, Overlays())
    assert drawn(stages[0]) == plain


def test_a_trail_reaches_from_the_start_to_the_playhead(stages: tuple[Stage, Stage]) -> None:
    plain = drawn(stages[0])
    switch(stages, Overlays(trails=True))
    counts = []
    for step in (0, 5, STEPS):
        go(stages, step / 10)
        counts.append(drawn(stages[0]) - plain)
    assert counts == sorted(counts)
    assert counts[0] <= 1
    assert counts[1] < counts[2]


def test_a_trail_has_its_side_s_colour_and_fades_with_age(stages: tuple[Stage, Stage]) -> None:
    plain = drawn(stages[1])
    switch(stages, Overlays(trails=True))
    go(stages, 1.0)
    pieces = [geom.rgba.copy() for geom in stages[1].scene.geoms[plain : drawn(stages[1])]]
    assert all(np.allclose(piece[:3], side_color(1)[:3], atol=1e-6) for piece in pieces)
    opacities = [float(piece[3]) for piece in pieces]
    assert opacities == sorted(opacities, reverse=True)
    assert side_color(0)[2] == pytest.approx(int(SIDE_COLORS[0][5:], 16) / 255)


def test_the_ghost_of_b_stands_in_a_s_picture_alone_where_b_stands(stages: tuple[Stage, Stage]) -> None:
    plain = drawn(stages[0])
    switch(stages, Overlays(ghost=True))
    go(stages, 1.0)
    assert drawn(stages[1]) == plain
    ghosts = stages[0].scene.geoms[plain : drawn(stages[0])]
    assert len(ghosts) > 20
    assert all(geom.matid == -1 and geom.rgba[3] < 0.5 for geom in ghosts)
    for geom in ghosts:
        assert np.allclose(geom.pos, stages[1].data.geom_xpos[geom.objid], atol=1e-5)


def test_overlays_never_take_more_geoms_than_a_scene_has_room_for(stages: tuple[Stage, Stage]) -> None:
    stage = stages[0]
    room = drawn(stage) + 3
    stage.scene = mujoco.MjvScene(stage.model, maxgeom=room)
    switch(stages, Overlays(trails=True, forces=True))
    go(stages, 1.5)
    assert drawn(stage) == room


def test_forces_of_a_running_replay_are_those_of_the_exact_state(stages: tuple[Stage, Stage]) -> None:
    running, standing = stages[0], Stage(stages[0].model, stages[0].trajectory)
    running.set_overlays(Overlays(forces=True))
    for moment in (0.31, 0.334, 0.4, 0.357, 1.2):
        running.show_smooth(moment)
        standing.show_exact(moment)
        assert np.array_equal(running.data.qpos, standing.data.qpos)
        assert np.array_equal(running.data.efc_force, standing.data.efc_force)


def test_stepping_on_from_the_moment_shown_is_exact(stages: tuple[Stage, Stage]) -> None:
    stage, fresh = stages[0], Stage(stages[0].model, stages[0].trajectory)
    for substep in (151, 158, 166, 199, 200, 207):
        stage.show_exact(substep * stage.trajectory.timestep)
    fresh.show_exact(207 * fresh.trajectory.timestep)
    assert np.array_equal(stage.data.qpos, fresh.data.qpos)
    assert np.array_equal(stage.data.qvel, fresh.data.qvel)


def test_an_arrow_is_as_long_as_its_force(stages: tuple[Stage, Stage]) -> None:
    stage = stages[0]
    plain = drawn(stage)
    switch(stages, Overlays(forces=True))
    arrows = list(stage.scene.geoms[plain : drawn(stage)])
    force, lengths = np.zeros(6), []
    for index in range(stage.data.ncon):
        mujoco.mj_contactForce(stage.model, stage.data, index, force)
        lengths.append(0.02 * float(np.linalg.norm(force[:3])))
    assert [geom.size[2] / 2 for geom in arrows] == pytest.approx([each for each in lengths if each >= 0.002], rel=1e-4)
