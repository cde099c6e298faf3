"""A request is done once and answered as often as it is asked; what is told names no model."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
import zmq
from faults.daemons import KEY, RunningDaemon, add_card, new_play, running_daemon
from msgspec import structs

from gpu_daemon.messages import Accepted, Cancel, Failed, Finished, Play, Reply, read_reply, to_bytes
from scenes.codec import decode
from scenes.episode import Played, Run, episode_id, read_episode
from scenes.errors import Cancelled, Incompatible, NotFound, Refused, WorkerDied
from scenes.progress import finish
from scenes.seal import unseal

INSTRUCTION = "say canary-instruction"  # an episode repeats it


@pytest.fixture
def wire(daemon: RunningDaemon) -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(daemon.address)
        yield socket


def run_of(played: Played) -> Run:
    return decode(unseal(KEY, played.sealed_run, "run"), Run)


def replies(wire: zmq.Socket[bytes]) -> Iterator[tuple[Reply, list[bytes]]]:
    """Every reply with its frames, up to the answer."""
    while wire.poll(5000):
        frames = wire.recv_multipart()
        reply = read_reply(frames[0])
        yield reply, frames
        if isinstance(reply, Finished | Failed):
            return


def test_the_same_id_gets_the_same_answer_and_is_played_once(daemon: RunningDaemon) -> None:
    play = new_play("canary-well")
    with daemon.client() as client:
        (first,), (second,) = finish(client.play([play])), finish(client.play([play]))
    assert second == first


def test_a_running_id_attaches_a_second_client_to_the_same_play(daemon: RunningDaemon) -> None:
    play = new_play("canary-slow", max_steps=20)
    with daemon.client() as client, daemon.client() as other:
        job = client.play([play])
        while next(job).done == 0:
            pass
        (second,) = finish(other.play([play]))
        (first,) = finish(job)
    assert first == second
    assert run_of(first).run_id == run_of(second).run_id


def test_equal_plays_give_equal_episodes_whatever_was_played_between(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        made = [finish(client.play([new_play("canary-well", seed=seed)]))[0] for seed in (1, 2, 1)]
    ids = [episode_id(played.episode) for played in made]
    assert ids[0] == ids[2] != ids[1]
    assert run_of(made[0]).run_id != run_of(made[2]).run_id


def test_the_run_names_the_model_and_the_episode_does_not(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        (played,) = finish(client.play([new_play("canary-well")]))
    run = run_of(played)
    assert (run.model_id, run.episode_id) == ("canary-well", episode_id(played.episode))
    assert len(run.inference_seconds) == 10
    assert b"canary" not in played.episode + played.sealed_run


def test_two_clients_are_served_at_once(daemon: RunningDaemon) -> None:
    results: list[tuple[Played, ...]] = []

    def play_two() -> None:
        with daemon.client() as client:
            results.append(finish(client.play([new_play("canary-well"), new_play("canary-slow")])))

    threads = [Thread(target=play_two) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(played) for played in results] == [2, 2]
    assert results[0][0].episode == results[1][0].episode


def test_a_cancelled_play_ends_and_stays_cancelled(daemon: RunningDaemon) -> None:
    play = new_play("canary-slow", max_steps=1000)
    with daemon.client() as client:
        job = client.play([play])
        while next(job).done == 0:
            pass
        job.close()
        with pytest.raises(Cancelled):
            finish(client.play([play]))
        finish(client.play([new_play("canary-well"), new_play("canary-well", seed=2)]))
    assert daemon.client().hello().busy == 0


def test_a_cancel_for_an_unknown_play_is_ignored(daemon: RunningDaemon, wire: zmq.Socket[bytes]) -> None:
    wire.send(to_bytes(Cancel("never-heard-of")))
    assert not wire.poll(200)
    assert daemon.client().hello()


def test_a_turn_may_continue_from_the_last_state_exactly(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        first = read_episode(finish(client.play([new_play("canary-well")]))[0].episode)
        last = first.trajectory.state(-1)
        second = read_episode(finish(client.play([new_play("canary-well", start=last)]))[0].episode)
    assert (second.start, second.start_digest) == ("continue", last.digest)
    assert (second.trajectory.component("qpos")[0] == first.trajectory.component("qpos")[-1]).all()


def test_no_log_line_and_no_frame_of_an_episode_names_a_model(daemon: RunningDaemon, wire: zmq.Socket[bytes]) -> None:
    for model_id in ("canary-well", "canary-raising", "canary-suicidal", "canary-unloadable"):
        wire.send(to_bytes(new_play(model_id, instruction=INSTRUCTION)))
        heard = list(replies(wire))
        assert isinstance(heard[-1][0], Finished | Failed)
        told = b"".join(frame.replace(INSTRUCTION.encode(), b"") for _, frames in heard for frame in frames)
        assert b"canary" not in told
    assert "canary" not in daemon.log


def test_killing_the_worker_that_plays_is_reported_within_two_seconds(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        job = client.play([new_play("canary-slow", max_steps=500)])
        while next(job).done == 0:
            pass
        killed = daemon.workers()
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        began = monotonic()
        with pytest.raises(WorkerDied):
            finish(job)
        assert monotonic() - began < 2.0
        (played,) = finish(client.play([new_play("canary-well")]))
    assert read_episode(played.episode).termination == "max_steps"
    assert not set(daemon.workers()) & set(killed)


def test_a_play_that_waits_is_told_so_every_second(daemon: RunningDaemon, wire: zmq.Socket[bytes]) -> None:
    plays = [new_play("canary-slow", max_steps=30) for _ in range(3)]
    for play in plays:
        wire.send(to_bytes(play))
    waiting = [reply for reply, _ in replies(wire) if isinstance(reply, Accepted)]
    positions = [reply.position for reply in waiting if reply.request_id == plays[2].request_id]
    assert len(positions) >= 2
    assert positions[-1] == 1
    for play in plays:
        wire.send(to_bytes(Cancel(play.request_id)))


def test_ends_with_different_versions_of_a_scene_are_told_apart(daemon: RunningDaemon) -> None:
    play = structs.replace(new_play("canary-well"), bundle_digest="0" * 64)
    with daemon.client() as client, pytest.raises(Incompatible, match="different versions of the scene"):
        finish(client.play([play]))


def test_a_model_that_does_not_fit_is_refused_and_only_the_sealed_detail_says_which(
    daemon: RunningDaemon,
) -> None:
    with daemon.client() as client, pytest.raises(Incompatible) as caught:
        finish(client.play([new_play("canary-elsewhere")]))
    assert "canary" not in str(caught.value)
    (sealed,) = caught.value.sealed_details
    assert "another-robot" in unseal(KEY, sealed, "detail").decode()


def test_an_unknown_robot_or_scene_is_answered_with_those_that_exist(daemon: RunningDaemon) -> None:
    with daemon.client() as client, pytest.raises(NotFound, match="panda"):
        finish(client.play([structs.replace(new_play("canary-well"), robot_id="no-such-robot")]))
    with daemon.client() as client, pytest.raises(NotFound, match="table"):
        finish(client.play([structs.replace(new_play("canary-well"), scene_id="no-such-scene")]))


def test_more_plays_than_the_queue_holds_are_refused_and_may_be_asked_again(tmp_path: Path) -> None:
    slow = add_card(tmp_path, "slow", "slow")
    plays: list[Play] = [new_play(slow, seed=seed, max_steps=20) for seed in range(6)]
    with running_daemon(tmp_path, "--workers", "1", queue="1") as daemon, daemon.client() as client:
        with pytest.raises(Refused):
            finish(client.play(plays))
        (played,) = finish(client.play([new_play(slow, seed=9, max_steps=2)]))
    assert read_episode(played.episode).seed == 9


def test_a_model_that_wants_images_plays_the_same_episode_again(daemon: RunningDaemon) -> None:
    with daemon.client() as client:
        first, second = finish(client.play([new_play("random-walk"), new_play("random-walk")]))
    assert first.episode == second.episode
    assert run_of(first).gl_renderer
