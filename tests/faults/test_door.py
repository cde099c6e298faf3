"""The door stays open whatever is sent to it."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
import zmq
from faults.daemons import SERVE, RunningDaemon, new_play

from gpu_daemon.address import check_free
from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import (
    MAX_MESSAGE_BYTES,
    VERSION,
    Cancel,
    Failed,
    Hello,
    ListModels,
    Reply,
    read_reply,
    to_bytes,
)
from gpu_daemon.policies.loading import SHIPPED_CARDS
from scenes.errors import DaemonError, NotFound
from scenes.progress import finish
from scenes.seal import unseal

MAX_GROWTH = 20  # MB, while a thousand malformed frames arrive


@pytest.fixture
def wire(daemon: RunningDaemon) -> zmq.Socket[bytes]:
    """A bare connection to the door."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(daemon.address)
        yield socket


def reply_to(wire: zmq.Socket[bytes], *frames: bytes) -> Reply:
    wire.send_multipart(frames)
    assert wire.poll(2000), "the door did not answer"
    return read_reply(wire.recv_multipart()[0])


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident size [MB]; from ps where there is no /proc."""
    table = Path(f"/proc/{process.pid}/status")
    if table.exists():
        return int(table.read_text().split("VmRSS:")[1].split()[0]) / 1024
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(process.pid)], capture_output=True, check=True)
    return int(listed.stdout) / 1024


@pytest.mark.parametrize(("version", "older"), [(VERSION + 1, "daemon"), (VERSION - 1, "application")])
def test_an_application_of_another_version_is_told_which_end_is_older(
    wire: zmq.Socket[bytes], version: int, older: str
) -> None:
    reply = reply_to(wire, to_bytes(Hello(version, "test")))
    assert isinstance(reply, Failed)
    assert (reply.fault.kind, reply.fault.hint.split()[1]) == ("VersionMismatch", older)


@pytest.mark.parametrize(
    "frames",
    [
        (b"",),
        (b"\xc1" * 100,),
        (b"GET / HTTP/1.1\r\n\r\n",),
        (to_bytes(Hello(VERSION, "test")), b"a second frame"),
        (b"x",) * 1000,
        (b"x" * (MAX_MESSAGE_BYTES + 1),),
    ],
    ids=["empty", "never MessagePack", "text", "two frames", "a thousand frames", "too large"],
)
def test_what_is_no_request_is_answered_with_a_failure(wire: zmq.Socket[bytes], frames: tuple[bytes, ...]) -> None:
    reply = reply_to(wire, *frames)
    assert isinstance(reply, Failed)
    assert reply.fault.kind == "BadInput"


def test_an_oversized_frame_costs_only_its_own_connection(daemon: RunningDaemon, wire: zmq.Socket[bytes]) -> None:
    wire.send(bytes(64 * 2**20))
    assert not wire.poll(300)
    assert daemon.client().hello().version == VERSION


def test_mutated_frames_leave_the_door_open_and_its_memory_flat(
    daemon: RunningDaemon, wire: zmq.Socket[bytes], repeats: Callable[[int, int], int]
) -> None:
    generator = random.Random(2)
    originals = [
        to_bytes(request)
        for request in (
            new_play("no-such-model"),
            Hello(VERSION, "test"),
            ListModels("00000000"),
            Cancel("00000000"),
        )
    ]
    before = memory(daemon.process)
    for number in range(repeats(200, 1000)):
        wire.send(_mutated(bytearray(originals[number % len(originals)]), generator))
        while wire.poll(0):
            wire.recv_multipart()
    began = monotonic()
    assert daemon.client().hello().version == VERSION
    assert monotonic() - began < 1.0
    assert memory(daemon.process) - before < MAX_GROWTH


def test_a_model_that_is_gone_is_refused_without_saying_which(daemon: RunningDaemon) -> None:
    play = new_play("canary-gone")
    with daemon.client() as client, pytest.raises(NotFound) as refusal:
        finish(client.play([play]))
    assert "canary" not in f"{refusal.value} {refusal.value.detail}"
    assert b"canary-gone" in unseal(play.seal_key, refusal.value.sealed_details[0], "detail")


def test_a_card_whose_adapter_is_not_installed_is_offered_as_inactive_with_the_reason(daemon: RunningDaemon) -> None:
    card = (SHIPPED_CARDS / "random-walk.toml").read_text()
    lonely = daemon.home / "cards" / "lonely.toml"
    lonely.write_text(card.replace('"random-walk"', '"lonely"'))
    try:
        offered = {card.id: card for card in daemon.client().models()}
    finally:
        lonely.unlink()
    assert offered["lonely"].status == "inactive"
    assert "no adapter called 'lonely'" in offered["lonely"].notes
    assert offered["random-walk"].status == "active"


def test_a_file_that_is_no_socket_is_never_bound_over(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("keep me")
    with pytest.raises(DaemonError, match="not the socket"):
        check_free(f"ipc://{precious}")
    assert precious.read_text() == "keep me"


def test_the_cards_in_the_data_folder_are_offered_beside_those_that_came_with_the_product(
    daemon: RunningDaemon,
) -> None:
    offered = [card.id for card in daemon.client().models()]
    assert {"canary-well", "random-walk", "scripted-careful"} <= set(offered)
    assert offered == sorted(offered)


def test_a_second_daemon_at_the_same_address_is_refused(daemon: RunningDaemon) -> None:
    second = subprocess.run(
        [*SERVE, "--bind", daemon.address, "--home", str(daemon.home)],
        capture_output=True,
        text=True,
    )
    assert second.returncode == 5
    assert "cannot listen" in second.stderr
    assert DaemonClient(daemon.address).hello().version == VERSION


def _mutated(frame: bytearray, generator: random.Random) -> bytes:
    """The frame with a few bytes changed, and now and then cut short or doubled."""
    for _ in range(generator.randint(1, 6)):
        frame[generator.randrange(len(frame))] = generator.randrange(256)
    shape = generator.random()
    if shape < 0.2:
        return bytes(frame[: generator.randrange(len(frame))])
    return bytes(frame * 2) if shape < 0.3 else bytes(frame)
