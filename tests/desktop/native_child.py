"""Run by test_native_viewer on a virtual display: draws with MuJoCo in a window and prints what came.

native_child.py move      into a QOpenGLWidget that moves from one window to another
native_child.py core      into one that got a core profile, which MuJoCo cannot use
native_child.py none      into one for which Qt makes no context at all
native_child.py asked     into one that is native only if this platform is said to be up to it
native_child.py given     into one that got what it asked for, in an environment that may break it
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from PySide6.QtGui import QImage, QSurfaceFormat
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from scenes.world import compile_world
from vlaarena_desktop.playhead import Playhead
from vlaarena_desktop.viewer import Viewer, native_renderer
from vlaarena_desktop.viewing import gl_canvas
from vlaarena_desktop.viewing.drawing import Tier, prepared
from vlaarena_desktop.viewing.gl_canvas import GlCanvas
from vlaarena_desktop.viewing.mjmodels import MjModels


def spread(image: QImage) -> float:
    """How much the picture's pixels differ from each other: 0 for an empty one."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    return float(np.frombuffer(plain.constBits(), np.uint8).std())


def wait_for(application: QApplication, presented: list[int], more_than: int) -> None:
    """Let the window paint, at most 20 s."""
    until = time.monotonic() + 20
    while len(presented) <= more_than and time.monotonic() < until:
        application.processEvents()


def drawn(application: QApplication, tier: Tier) -> dict[str, float]:
    """Draw, move into another window, draw again, close."""
    playhead = Playhead()
    viewer = Viewer(0, playhead, native=native_renderer() is not None)
    first, second = QWidget(), QWidget()
    QVBoxLayout(first).addWidget(viewer)
    QVBoxLayout(second)
    first.resize(400, 300)
    second.resize(420, 320)
    presented: list[int] = []
    viewer.presented.connect(presented.append)
    still = MjModels(lambda digest: None, tier).still("panda", "table", 1)
    viewer.set_trajectory(prepared(compile_world("panda", "table").model, tier), still)
    first.show()
    wait_for(application, presented, 0)
    before = spread(viewer.picture())
    layout = second.layout()
    assert layout is not None
    layout.addWidget(viewer)
    second.show()
    wait_for(application, presented, len(presented))
    after = spread(viewer.picture())
    first.close()
    second.close()
    second.deleteLater()
    application.processEvents()
    return {"native": isinstance(viewer.canvas, GlCanvas), "before": before, "after": after, "frames": len(presented)}


def fallen_back(application: QApplication, what: str) -> dict[str, object]:
    """Ask for a native canvas whose OpenGL MuJoCo cannot use, and see what comes onto the screen."""
    said: list[str] = []
    presented: list[int] = []
    fallen: list[bool] = []
    viewer = Viewer(0, Playhead(), native=what != "asked" or native_renderer() is not None)
    if what == "none" and isinstance(viewer.canvas, GlCanvas):
        viewer.canvas.setFormat(impossible())
    viewer.broken.connect(lambda error: said.append(str(error)))
    viewer.fell_back.connect(lambda: fallen.append(True))
    viewer.presented.connect(presented.append)
    still = MjModels(lambda digest: None, "plain").still("panda", "table", 1)
    viewer.set_trajectory(prepared(compile_world("panda", "table").model, "plain"), still)
    viewer.resize(400, 300)
    viewer.show()
    until = time.monotonic() + 20
    while not presented and not said and time.monotonic() < until:
        application.processEvents()
    application.processEvents()
    screen = application.primaryScreen().grabWindow(viewer.winId()).toImage()
    native = isinstance(viewer.canvas, GlCanvas)
    viewer.release()
    viewer.close()
    return {"native": native, "screen": spread(screen), "frames": len(presented), "said": said, "fell": len(fallen)}


def unusable() -> QSurfaceFormat:
    """A core profile: real OpenGL of which MuJoCo's calls are no part."""
    modern = QSurfaceFormat()
    modern.setVersion(3, 3)
    modern.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return modern


def impossible() -> QSurfaceFormat:
    """One for which Qt makes no context on this display, while the window itself gets along."""
    other = QSurfaceFormat()
    other.setRenderableType(QSurfaceFormat.RenderableType.OpenVG)
    return other


def main() -> None:
    """Print one JSON line per quality, or one about the fallback."""
    what = sys.argv[1]
    QSurfaceFormat.setDefaultFormat(unusable() if what == "core" else gl_canvas.surface_format())
    application = QApplication(sys.argv[:1])
    if what == "move":
        for tier in ("plain", "soft"):
            print(json.dumps(drawn(application, tier)), flush=True)
    else:
        print(json.dumps(fallen_back(application, what)), flush=True)


if __name__ == "__main__":
    main()
