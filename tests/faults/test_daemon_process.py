"""The daemon as a process: it says when it is ready, and leaves nothing behind however it ends."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from faults.daemons import SERVE, add_card, new_play, running_daemon

from gpu_daemon.client import DaemonClient
from scenes.errors import DaemonUnreachable


def ended(pid: int) -> bool:
    """Whether the process is gone, or goes within five seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the daemon makes its temporary folder."""
    folder = tmp_path_factory.mktemp("t")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_its_workers_and_its_folder(
    tmp_path: Path, scratch: Path, number: signal.Signals
) -> None:
    with running_daemon(tmp_path, "--workers", "1") as daemon:
        workers = daemon.workers()
        assert workers
        assert len(list(scratch.iterdir())) == 1
        daemon.process.send_signal(number)
        assert daemon.process.wait(timeout=5) == 0
    assert all(ended(worker) for worker in workers)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("manner", ["hangs", "holds the interpreter"])
def test_the_worker_of_a_killed_daemon_ends_too(tmp_path: Path, scratch: Path, manner: str) -> None:
    hanging = add_card(tmp_path, "hanging", manner)
    with (
        running_daemon(tmp_path, "--workers", "1", load_timeout_s="1", step_timeout_s="1") as daemon,
        daemon.client() as client,
    ):
        workers = daemon.workers()
        job = client.play([new_play(hanging)])
        while next(job).done == 0:
            pass
        daemon.process.kill()
        with pytest.raises(DaemonUnreachable):
            list(job)
        daemon.process.wait(timeout=5)
    assert all(ended(worker) for worker in workers)
    assert manner != "hangs" or list(scratch.iterdir()) == []


def test_the_daemon_ends_when_the_program_that_started_it_does(tmp_path: Path, scratch: Path) -> None:
    with running_daemon(tmp_path, "--workers", "1") as daemon:
        workers = daemon.workers()
        assert daemon.process.stdin is not None
        daemon.process.stdin.close()
        assert daemon.process.wait(timeout=5) == 0
    assert all(ended(worker) for worker in workers)
    assert list(scratch.iterdir()) == []


def test_a_file_socket_left_by_a_dead_daemon_is_taken_over_and_that_of_a_living_one_is_not(
    tmp_path: Path, scratch: Path
) -> None:
    address = f"ipc://{scratch}/door"
    with running_daemon(tmp_path, "--workers", "1", "--bind", address) as daemon:
        second = subprocess.run([*SERVE, "--bind", address], capture_output=True, text=True)
        assert (second.returncode, "already" in second.stderr) == (5, True)
        daemon.process.kill()
        daemon.process.wait(timeout=5)
    with running_daemon(tmp_path, "--workers", "1", "--bind", address):
        assert DaemonClient(address).hello().workers == 1


@pytest.mark.parametrize("address", ["tcp://0.0.0.0:5799", "nonsense"])
def test_an_address_open_to_other_machines_is_refused_for_now(address: str) -> None:
    refused = subprocess.run([*SERVE, "--bind", address], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "For now a daemon listens on this machine only" in refused.stderr


def test_a_setting_that_does_not_exist_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "daemon.toml").write_text("wrokers = 3\n")
    refused = subprocess.run([*SERVE, "--home", str(tmp_path)], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "daemon.toml" in refused.stderr
    assert "wrokers" in refused.stderr


def test_workers_that_cannot_start_end_the_daemon_with_their_last_words(tmp_path: Path) -> None:
    (tmp_path / "mujoco.py").write_text("raise ImportError('no physics today')\n")
    failed = subprocess.run(
        [*SERVE, "--bind", "tcp://127.0.0.1:*", "--workers", "1", "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert failed.returncode == 5
    assert "no physics today" in failed.stderr


def test_the_models_are_listed_without_a_daemon(tmp_path: Path) -> None:
    add_card(tmp_path, "my-own", "behaves")
    command = [sys.executable, "-m", "gpu_daemon", "models", "--home", str(tmp_path)]
    listed = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert {"my-own", "random-walk"} <= {card["id"] for card in json.loads(listed.stdout)}
    table = subprocess.run(command, capture_output=True, text=True, check=True)
    assert any(line.startswith("my-own ") for line in table.stdout.splitlines())


def test_two_cards_with_one_id_are_refused(tmp_path: Path) -> None:
    add_card(tmp_path, "random-walk", "behaves")
    command = [sys.executable, "-m", "gpu_daemon", "models", "--home", str(tmp_path)]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "random-walk" in refused.stderr
