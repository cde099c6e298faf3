from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scenes.episode import (
    Component,
    DisplayTrack,
    Episode,
    Event,
    State,
    Trajectory,
    episode_id,
    read_episode,
)
from scenes.errors import BadInput

COMPONENTS = (Component("time", 1), Component("qpos", 2), Component("ctrl", 1))


def sample() -> Episode:
    states = np.arange(12, dtype=np.float64).reshape(3, 4)
    times = np.linspace(0, 0.2, 13, dtype=np.float32)
    return Episode(
        trajectory=Trajectory(
            robot_id="panda",
            scene_id="table",
            bundle_digest="a" * 64,
            mujoco_version="3.17.0",
            timestep=0.002,
            substeps=50,
            components=COMPONENTS,
            states=states,
            display=DisplayTrack(times, np.zeros((13, 2), np.float32), np.zeros((13, 0), np.float32)),
        ),
        instruction="lift the red cube",
        task_id="lift.red_cube",
        seed=1,
        policy_seed=2,
        start="reset",
        start_digest=State(COMPONENTS, states[0]).digest,
        max_steps=50,
        termination="success",
        raw_actions=np.zeros((2, 7), np.float32),
        processed_actions=np.zeros((2, 8)),
        events=(Event(1, "lifted", "red_cube"),),
    )


def test_an_episode_survives_its_bytes() -> None:
    again = read_episode(sample().to_bytes())
    assert again.to_bytes() == sample().to_bytes()
    assert again.events == sample().events
    assert again.succeeded


def test_the_same_play_has_the_same_id_and_another_has_another() -> None:
    other = msgspec.structs.replace(sample(), policy_seed=3)
    assert episode_id(sample().to_bytes()) == episode_id(sample().to_bytes())
    assert episode_id(sample().to_bytes()) != episode_id(other.to_bytes())


def test_an_episode_has_no_place_for_a_models_name() -> None:
    fields = {*Episode.__struct_fields__, *Trajectory.__struct_fields__}
    assert not [name for name in fields if "model" in name or "side" in name or "checkpoint" in name]


def test_components_are_found_by_name_and_missing_ones_are_empty() -> None:
    trajectory = sample().trajectory
    assert trajectory.component("qpos").tolist() == [[1, 2], [5, 6], [9, 10]]
    assert trajectory.component("xfrc_applied").shape == (3, 0)
    assert trajectory.state(-1).values.tolist() == [8, 9, 10, 11]


def test_states_that_differ_in_one_bit_have_different_digests() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0])
    nearly = np.nextafter(values, 4.0)
    assert State(COMPONENTS, values).digest != State(COMPONENTS, nearly).digest
    assert State(COMPONENTS, values).digest == State(COMPONENTS, values.copy()).digest


@pytest.mark.parametrize("content", [b"", b"\x80", b"\xc1", b"not an episode", bytes(1000)])
def test_bytes_that_are_no_episode_are_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        read_episode(content)
