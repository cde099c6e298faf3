"""What a frame of two viewers costs beyond drawing it, how long a seek takes, and whether the window stalls.

    python tests/bench/bench_viewer.py        (on a display; xvfb-run where there is none)

CPU is this process's time over all its threads. "Bare" is MuJoCo's own mjv_updateScene and mjr_render of the same
two states at the same size in a window-less context (EGL), measured in the same run. A stall is a gap between two
heartbeats of the Qt thread while a whole replay room plays. Its wall time grows on a busy machine; its CPU time, over
all threads of a software renderer, is what the gap would be at most on a quiet one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import count

import mujoco
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from scenes.cameras import open_context
from scenes.episode import Trajectory
from scenes.recorder import Recorder
from scenes.world import World, compile_world
from sync.records import Turn
from vlaarena_desktop import theme
from vlaarena_desktop.app import make_application
from vlaarena_desktop.pages.replay_room import ReplayRoom
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.replays import TurnReplay
from vlaarena_desktop.viewer import Viewer, native_renderer
from vlaarena_desktop.viewing import drawing
from vlaarena_desktop.viewing.mjmodels import MjModels
from vlaarena_desktop.viewing.stage import Stage
from vlaarena_desktop.viewing.view import View

WIDTH, HEIGHT = 600, 440
FRAMES = {"plain": 40, "full": 6}
WATCHED_SECONDS = 15.0


def recorded(seed: int) -> tuple[World, Trajectory]:
    """A random walk of 50 steps."""
    world = compile_world("panda", "table")
    world.reset(seed)
    generator, substeps = np.random.default_rng(seed), world.substeps(10.0)
    recorder = Recorder(world, substeps)
    ctrl = world.data.ctrl.copy()
    for _ in range(50):
        ctrl[:7] += generator.normal(scale=0.06, size=7)
        recorder.step(ctrl)
    return world, recorder.finish()


def cpu_per_frame(draw: Callable[[int], None], frames: int) -> float:
    """Median over three passes of the CPU milliseconds of one frame."""
    passes = []
    for _ in range(3):
        before = time.process_time()
        for frame in range(frames):
            draw(frame)
        passes.append((time.process_time() - before) / frames * 1e3)
    return float(np.median(passes))


def bare(model: mujoco.MjModel, trajectories: list[Trajectory], frames: int) -> float:
    """Two bare mjr_render calls."""
    _, context = open_context(WIDTH, HEIGHT)
    context.make_current()
    camera = View().camera
    stages = [Stage(model, trajectory) for trajectory in trajectories]
    contexts = [mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value) for _ in stages]
    area = mujoco.MjrRect(0, 0, WIDTH, HEIGHT)
    shadows = model.vis.quality.shadowsize > 0

    def draw(frame: int) -> None:
        for stage, target in zip(stages, contexts, strict=True):
            stage.show_smooth(frame / 60)
            stage.update_scene(camera)
            stage.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
            mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, target)
            mujoco.mjr_render(area, stage.scene, target)
            mujoco.mjr_finish()

    cost = cpu_per_frame(draw, frames)
    for target in contexts:
        target.free()
    context.free()
    return cost


def viewed(application: QApplication, model: mujoco.MjModel, trajectories: list[Trajectory], frames: int) -> float:
    """The same two pictures in two viewers of one window."""
    playhead, window = Playhead(), QWidget()
    viewers = [Viewer(side, playhead, native=native_renderer() is not None) for side in (0, 1)]
    row = QHBoxLayout(window)
    shown = count()
    for viewer, trajectory in zip(viewers, trajectories, strict=True):
        row.addWidget(viewer)
        viewer.setFixedSize(WIDTH, HEIGHT)
        viewer.set_trajectory(model, trajectory)
        viewer.presented.connect(lambda step: next(shown))
    playhead.set_length(trajectories[0].duration, trajectories[0].control_hz)
    window.show()
    for _ in range(20):
        application.processEvents()
    wanted = count()

    def draw(frame: int) -> None:
        for viewer in viewers:
            assert viewer.stage is not None
            viewer.stage.show_smooth(frame / 60)
            viewer.canvas.update()
        goal = next(wanted)
        while presented() < 2 * (goal + 1) + start:
            application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def presented() -> int:
        return int(shown.__reduce__()[1][0])

    start = presented()
    cost = cpu_per_frame(draw, frames)
    for viewer in viewers:
        viewer.release()
    window.close()
    return cost


def preparation(model: mujoco.MjModel, trajectories: list[Trajectory], frames: int) -> float:
    """CPU milliseconds of putting both states of a frame in place, before anything is drawn."""
    stages = [Stage(model, trajectory) for trajectory in trajectories]

    def prepare(frame: int) -> None:
        for stage in stages:
            stage.show_smooth(frame / 60)

    return cpu_per_frame(prepare, frames)


def heartbeats(application: QApplication, left: Trajectory, right: Trajectory) -> NDArray[np.float64]:
    """Gaps [ms] between the Qt thread's heartbeats while a replay room plays, looping, as a person watches it."""
    turn = Turn(
        turn_id="turn",
        battle_id="battle",
        seq=1,
        instruction="wave",
        task_id=None,
        start="reset",
        left_episode_id="0" * 64,
        right_episode_id="0" * 64,
        created_at="2026-01-01T00:00:00+00:00",
    )
    renderer = native_renderer()
    room = ReplayRoom(MjModels(lambda digest: None, drawing.tier_for(renderer or "llvmpipe")), native=bool(renderer))
    room.resize(2 * WIDTH + 20, HEIGHT + 70)
    room.dress(theme.colors_of(application))
    room.playhead.set_loop(True)
    room.show()
    room.show_turn(TurnReplay(turn, left, right))
    while not room.playhead.playing:
        application.processEvents()
    gaps = beat(WATCHED_SECONDS)
    room.release()
    room.close()
    return gaps


def beat(seconds: float) -> NDArray[np.float64]:
    """Gaps [ms] between heartbeats of the Qt thread, as near to each other as it allows: wall time, and CPU time."""
    beats = [(time.perf_counter(), time.process_time())]
    heart = QTimer()
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(lambda: beats.append((time.perf_counter(), time.process_time())))
    heart.start(2)
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
    heart.stop()
    return np.diff(np.array(beats), axis=0) * 1e3


def seek_milliseconds(stage: Stage, times: list[float]) -> float:
    """Median wall time of one exact seek."""
    taken = []
    for moment in times:
        before = time.perf_counter()
        stage.show_exact(moment)
        taken.append(time.perf_counter() - before)
    return float(np.median(taken)) * 1e3


def main() -> None:
    """Print the table."""
    application = make_application(sys.argv[:1])
    print(f"platform {application.platformName()}, renderer {native_renderer() or 'off screen'}, {WIDTH}x{HEIGHT}")
    (world, left), (_, right) = recorded(1), recorded(2)
    for title, tier, target in (("without shadows", "plain", 1.5), ("with shadows", "full", 1.25)):
        model = drawing.prepared(world.model, tier)
        frames = FRAMES[tier]
        alone = bare(model, [left, right], frames)
        together = viewed(application, model, [left, right], frames)
        print(
            f"{title:16} bare {alone:7.1f} ms  viewers {together:7.1f} ms  ratio {together / alone:.2f} (<= {target})"
        )
        share = 100 * preparation(model, [left, right], 200) / together
        print(f"{'':16} preparation of the replay {share:.2f} % of a frame (<= 2)")
    print_seeks(Stage(world.model, left), left)
    gaps = heartbeats(application, left, right)
    for title, column in (("wall", 0), ("CPU", 1)):
        p50, p99, p999 = np.percentile(gaps[:, column], (50, 99, 99.9))
        print(f"stalls while playing     {title:4} p50 {p50:.0f} ms, p99 {p99:.0f} ms, p99.9 {p999:.0f} ms (<= 100)")


def print_seeks(stage: Stage, left: Trajectory) -> None:
    """How long it takes to show an exact state."""
    generator = np.random.default_rng(0)
    steps = [int(step) / left.control_hz for step in generator.integers(0, left.steps + 1, 300)]
    anywhere = [int(step) * left.timestep for step in generator.integers(0, left.steps * left.substeps, 300)]
    furthest = [(int(step) + 0.98) / left.control_hz for step in generator.integers(0, left.steps, 300)]
    print(f"seek to a control step   {seek_milliseconds(stage, steps):.3f} ms (<= 0.2)")
    print(f"seek to any substep      {seek_milliseconds(stage, anywhere):.3f} ms (<= 2)")
    print(f"seek to the last substep {seek_milliseconds(stage, furthest):.3f} ms")


if __name__ == "__main__":
    main()
