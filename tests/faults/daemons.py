"""Real daemon processes for tests, with plug-in policies that misbehave, and the requests to ask them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from uuid_utils import uuid7

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import Play
from scenes.episode import State
from scenes.world import compile_world

PLUGIN = Path(__file__).parent / "plugin"
SERVE = [sys.executable, "-m", "gpu_daemon", "serve"]
WITHOUT_SHIPPED_MODELS = [sys.executable, str(PLUGIN.parents[1] / "blindness" / "canary_daemon.py"), "serve"]
KEY = bytes(range(32))
CARD = """
id = "{id}"
name = "{id}"
organization = "{id}"
license = "Apache-2.0"
adapter = "misbehaving"
robots = ["panda"]
control_hz = 10
action = {{ space = "eef_delta", translation_scale = 0.045, rotation_scale = 0.35 }}
options = {{ manner = "{manner}" }}
"""


class RunningDaemon(Struct):
    address: str
    process: subprocess.Popen[bytes]
    home: Path

    @property
    def log(self) -> str:
        return (self.home / "daemon.log").read_text()

    def client(self) -> DaemonClient:
        return DaemonClient(self.address)

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        return children(self.process.pid)


@contextmanager
def running_daemon(home: Path, *options: str, serve: Sequence[str] = SERVE, **settings: str) -> Iterator[RunningDaemon]:
    """A daemon with these options and VLAARENA_DAEMON_<NAME> settings, which ends with the block."""
    variables = {f"VLAARENA_DAEMON_{name.upper()}": value for name, value in settings.items()}
    command = [*serve, "--until-stdin-closes", "--home", str(home)]
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--bind", "tcp://127.0.0.1:*", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(PLUGIN)} | variables,
        )
    with process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready, (home / "daemon.log").read_text()
        yield RunningDaemon(json.loads(ready)["address"], process, home)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=5) == 0 or process.returncode < 0


def add_card(home: Path, model_id: str, manner: str) -> str:
    """Offer a plug-in policy that behaves in this manner; returns its model id."""
    folder = home / "cards"
    folder.mkdir(exist_ok=True)
    (folder / f"{model_id}.toml").write_text(CARD.format(id=model_id, manner=manner))
    return model_id


def new_play(
    model_id: str,
    *,
    seed: int = 1,
    max_steps: int = 10,
    instruction: str = "wave",
    start: State | None = None,
) -> Play:
    """A request to play in the first scene; its id is new."""
    return Play(
        request_id=str(uuid7()),
        model_id=model_id,
        robot_id="panda",
        scene_id="table",
        bundle_digest=compile_world("panda", "table").bundle.digest,
        instruction=instruction,
        seed=seed,
        policy_seed=seed + 1,
        max_steps=max_steps,
        seal_key=KEY,
        start_state=start,
    )


def children(parent: int) -> list[int]:
    """The process ids of all that this process has started; from ps where there is no /proc."""
    if Path("/proc/self").exists():
        parents = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    else:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
        pairs = (line.split() for line in listed.stdout.splitlines())
        parents = {int(pid): int(its_parent) for pid, its_parent in pairs}
    return sorted(pid for pid, its_parent in parents.items() if its_parent == parent)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
