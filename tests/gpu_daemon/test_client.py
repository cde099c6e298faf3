"""The client's side of the wire, against doors that are absent, of another version, or fall silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
import zmq
from msgspec import structs

from gpu_daemon.client import DaemonClient
from gpu_daemon.messages import (
    VERSION,
    Cancel,
    Failed,
    Finished,
    Hello,
    Play,
    Reply,
    Request,
    Snapshot,
    Welcome,
    read_request,
    to_bytes,
)
from scenes.errors import BadInput, Cancelled, DaemonUnreachable, PolicyRaised, VersionMismatch
from scenes.progress import finish

Answer = Callable[[Request], list[bytes] | None]
WELCOME = Welcome(VERSION, "0", "0", workers=2, busy=0)
PLAY = Play(
    request_id="00000000-left",
    model_id="some-model",
    robot_id="panda",
    scene_id="table",
    bundle_digest="0" * 64,
    instruction="wave",
    seed=1,
    policy_seed=2,
    max_steps=10,
    seal_key=bytes(32),
)
OTHER = structs.replace(PLAY, request_id="00000000-right")


@contextmanager
def door(folder: Path, answer: Answer) -> Iterator[tuple[str, list[Request]]]:
    """A network peer that answers as told, closes its connections at None, and lists what it was asked."""
    address, heard = f"ipc://{folder}/door", list[Request]()
    with zmq.Context() as context, context.socket(zmq.PAIR) as stop, context.socket(zmq.PAIR) as stopped:
        stop.bind("inproc://stop")
        stopped.connect("inproc://stop")
        peer = context.socket(zmq.ROUTER)
        peer.linger = 1000
        peer.bind(address)
        thread = Thread(target=_listen, args=(peer, stopped, answer, heard))
        thread.start()
        yield address, heard
        stop.send(b"")
        thread.join()


def _listen(peer: zmq.Socket[bytes], stopped: zmq.Socket[bytes], answer: Answer, heard: list[Request]) -> None:
    poller = zmq.Poller()
    poller.register(peer, zmq.POLLIN)
    poller.register(stopped, zmq.POLLIN)
    while True:
        awake = dict(poller.poll())
        if peer in awake:
            connection, content = peer.recv_multipart()
            heard.append(read_request(content))
            frames = answer(heard[-1])
            if frames is None:
                break
            for frame in frames:
                peer.send_multipart([connection, *([frame] if isinstance(frame, bytes) else frame)])
        elif stopped in awake:
            break
    peer.close()


def saying(*replies: Reply) -> Answer:
    """Answer Hello with Welcome and every play with these."""

    def answer(request: Request) -> list[bytes]:
        if isinstance(request, Hello):
            return [to_bytes(WELCOME)]
        return [to_bytes(reply) for reply in replies] if isinstance(request, Play) else []

    return answer


def test_an_absent_daemon_is_reported_within_the_time_to_connect(tmp_path: Path) -> None:
    began = monotonic()
    with pytest.raises(DaemonUnreachable, match="vlaarena-daemon serve"):
        DaemonClient(f"ipc://{tmp_path}/nobody", timeout=0.3).hello()
    assert monotonic() - began < 2.0


@pytest.mark.parametrize(("version", "older"), [(VERSION + 1, "application"), (VERSION - 1, "daemon")])
def test_a_door_of_another_version_is_refused_and_the_older_end_named(tmp_path: Path, version: int, older: str) -> None:
    def other(request: Request) -> list[bytes]:
        return [to_bytes(structs.replace(WELCOME, version=version))]

    with (
        door(tmp_path, other) as (address, _),
        pytest.raises(VersionMismatch, match=f"The {older} is the older"),
    ):
        DaemonClient(address).hello()


def test_a_door_that_closes_the_connection_is_noticed_at_once(tmp_path: Path) -> None:
    def leaving(request: Request) -> list[bytes] | None:
        return [to_bytes(WELCOME)] if isinstance(request, Hello) else None

    began = monotonic()
    with door(tmp_path, leaving) as (address, _), pytest.raises(DaemonUnreachable, match="closed"):
        finish(DaemonClient(address).play([PLAY]))
    assert monotonic() - began < 3.0


def test_a_door_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    with door(tmp_path, saying()) as (address, _), pytest.raises(DaemonUnreachable):
        finish(DaemonClient(address, silence=0.3).play([PLAY]))


def test_a_lost_daemon_is_asked_for_no_cancel_so_that_the_same_play_may_be_asked_again(
    tmp_path: Path,
) -> None:
    with door(tmp_path, saying()) as (address, heard):
        with pytest.raises(DaemonUnreachable):
            finish(DaemonClient(address, silence=0.3).play([PLAY]))
        DaemonClient(address).hello()
    assert not [request for request in heard if isinstance(request, Cancel)]


def test_progress_speaks_of_both_plays_together(tmp_path: Path) -> None:
    def half(request: Request) -> list[bytes]:
        if isinstance(request, Hello):
            return [to_bytes(WELCOME)]
        return [to_bytes(Snapshot(request.request_id, 5, 10))] if isinstance(request, Play) else []

    with door(tmp_path, half) as (address, _):
        job = DaemonClient(address).play([PLAY, OTHER])
        assert [next(job).fraction, next(job).fraction] == [0.25, 0.5]
        job.close()


def test_closing_the_job_cancels_every_unanswered_play(tmp_path: Path) -> None:
    with door(tmp_path, saying(Snapshot(PLAY.request_id, 1, 10))) as (address, heard):
        job = DaemonClient(address).play([PLAY, OTHER])
        next(job)
        job.close()
        DaemonClient(address).hello()
    cancelled = {request.request_id for request in heard if isinstance(request, Cancel)}
    assert cancelled == {PLAY.request_id, OTHER.request_id}


def test_one_failure_cancels_the_others_and_is_raised_as_what_it_was(tmp_path: Path) -> None:
    failed = Failed(PLAY.request_id, PolicyRaised("A policy stopped.").fault(), b"sealed")
    with door(tmp_path, saying(failed)) as (address, heard):
        with pytest.raises(PolicyRaised) as caught:
            finish(DaemonClient(address).play([PLAY, OTHER]))
        DaemonClient(address).hello()
    assert caught.value.sealed_details == (b"sealed",)
    assert [request.request_id for request in heard if isinstance(request, Cancel)] == [OTHER.request_id]


def test_an_episode_comes_back_as_the_bytes_that_were_sent(tmp_path: Path) -> None:
    def done(request: Request) -> list[list[bytes]] | list[bytes]:
        if isinstance(request, Hello):
            return [to_bytes(WELCOME)]
        return [[to_bytes(Finished(request.request_id, b"run")), b"episode"]]

    with door(tmp_path, done) as (address, _):
        left, right = finish(DaemonClient(address).play([PLAY, OTHER]))
    assert (left.episode, left.sealed_run, right.episode) == (b"episode", b"run", b"episode")


def test_a_closed_client_ends_its_calls(tmp_path: Path) -> None:
    with (
        door(tmp_path, saying(Snapshot(PLAY.request_id, 1, 10))) as (address, _),
        DaemonClient(address) as client,
    ):
        job = client.play([PLAY])
        next(job)
        client.close()
        with pytest.raises(Cancelled):
            finish(job)


def test_a_request_too_large_for_the_door_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with door(tmp_path, saying()) as (address, _), pytest.raises(BadInput, match="larger"):
        finish(DaemonClient(address).play([structs.replace(PLAY, instruction="x" * 2**21)]))


def test_two_plays_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="same request id"):
        finish(DaemonClient(f"ipc://{tmp_path}/nobody").play([PLAY, PLAY]))


@pytest.mark.parametrize(
    "address",
    [
        "tcp://0.0.0.0:5799",
        "tcp://192.168.1.2:5799",
        "tcp://localhost:5799",
        "tcp://127.0.0.1:70000",
        "ipc://relative",
    ],
)
def test_an_address_on_another_machine_is_refused_for_now(address: str) -> None:
    with pytest.raises(BadInput, match="For now"):
        DaemonClient(address)
