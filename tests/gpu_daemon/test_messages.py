"""The wire's vocabulary: what may be said, how long it may be, and who is older."""

from __future__ import annotations

import pytest
from msgspec import structs

from gpu_daemon.messages import (
    MAX_MESSAGE_BYTES,
    Cancel,
    Failed,
    Hello,
    Play,
    Snapshot,
    mismatch,
    read_reply,
    read_request,
    to_bytes,
)
from scenes.errors import BadInput, Fault

PLAY = Play(
    request_id="00000000",
    model_id="m",
    robot_id="r",
    scene_id="s",
    bundle_digest="d",
    instruction="wave",
    seed=1,
    policy_seed=2,
    max_steps=50,
    seal_key=bytes(32),
)


@pytest.mark.parametrize("request_", [Hello(1, "test"), Cancel("00000000"), PLAY])
def test_a_request_reads_back_as_it_was(request_: Hello | Cancel | Play) -> None:
    assert read_request(to_bytes(request_)) == request_


def test_a_reply_is_no_request() -> None:
    with pytest.raises(BadInput, match="not a request of protocol version"):
        read_request(to_bytes(Snapshot("00000000", 1, 2)))


def test_a_request_is_no_reply() -> None:
    with pytest.raises(BadInput):
        read_reply(to_bytes(PLAY))


@pytest.mark.parametrize(
    "change",
    [
        {"max_steps": 0},
        {"max_steps": 1001},
        {"instruction": ""},
        {"instruction": "x" * 501},
        {"seal_key": b"short"},
        {"seed": -1},
        {"request_id": "short"},
        {"model_id": "m" * 65},
    ],
)
def test_a_play_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        read_request(to_bytes(structs.replace(PLAY, **change)))


def test_a_message_too_large_is_refused_at_both_ends() -> None:
    large = Failed("00000000", Fault("BadInput", "x"), bytes(MAX_MESSAGE_BYTES))
    with pytest.raises(BadInput, match="larger"):
        to_bytes(large)
    with pytest.raises(BadInput) as caught:
        read_reply(bytes(MAX_MESSAGE_BYTES + 1))
    assert "larger" in caught.value.detail


@pytest.mark.parametrize(("client", "daemon", "older"), [(1, 2, "application"), (2, 1, "daemon")])
def test_a_mismatch_names_the_older_end(client: int, daemon: int, older: str) -> None:
    assert mismatch(client, daemon).hint.startswith(f"The {older} is the older")
