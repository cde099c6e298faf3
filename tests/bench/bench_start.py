"""How long a start takes, from the command to a window that can be used, and what is imported that need not be.

    python tests/bench/bench_start.py        (on a display; without one the window is drawn off screen)

A window can be used once it was painted and has the focus in the instruction. The daemon starts meanwhile and is not
waited for. Run it twice: the first run also warms the disk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

RUNS = 5
NEEDLESS = (
    "torch",
    "onnxruntime",
    "onnx",
    "scipy",
    "mink",
    "pyqtgraph",
    "av",
    "gpu_daemon.server",
    "zmq.asyncio",
    "click",
    "pycparser",
)
CHILD = """
import sys, tempfile, time
started = float(sys.argv[1])
from pathlib import Path
from PySide6.QtCore import QTimer
from vlaarena_desktop import app
from sync.store import Store
imported = time.time()
application = app.make_application(sys.argv[:1])
with Store.open(Path(tempfile.mkdtemp()) / "home") as store:
    room = app.make_room(store, daemon_address="ipc:///tmp/nobody")
    made = time.time()
    room.window.show()
    def tell():
        print(imported - started, made - started, time.time() - started, time.process_time())
        print(*sorted(sys.modules))
        room.window.close()
        application.quit()
    QTimer.singleShot(0, lambda: QTimer.singleShot(0, tell))
    application.exec()
"""


def started() -> tuple[list[float], set[str]]:
    """Seconds until everything is imported, made and usable, and of CPU; and every module then loaded."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(time.time())], capture_output=True, text=True, check=True, env=environment()
    )
    times, modules = child.stdout.splitlines()[-2:]
    return [float(number) for number in times.split()], set(modules.split())


def environment() -> dict[str, str]:
    seen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return dict(os.environ) | ({} if seen else {"QT_QPA_PLATFORM": "offscreen"})


def dearest(count: int) -> list[tuple[int, str]]:
    """The modules whose own import takes longest [us], without what they import in turn."""
    command = [sys.executable, "-X", "importtime", "-c", "import vlaarena_desktop.app"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment()).stderr
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", told)
    return sorted(((int(own), name) for own, name in lines), reverse=True)[:count]


def main() -> None:
    """Print the medians, what is dear, and what should not be there."""
    started()
    runs = [started() for _ in range(RUNS)]
    middle = [sorted(times[place] for times, _ in runs)[RUNS // 2] for place in range(4)]
    print("imported {:.2f} s, made {:.2f} s, usable {:.2f} s (goal: 2 s); CPU {:.2f} s; medians".format(*middle))
    modules = runs[0][1]
    needless = [name for name in NEEDLESS if name in modules]
    print(f"{len(modules)} modules; needless ones: {', '.join(needless) or 'none'}")
    for own, name in dearest(12):
        print(f"{own / 1000:8.1f} ms  {name}")


if __name__ == "__main__":
    main()
