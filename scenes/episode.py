"""Trajectory, Episode and Run: what a viewer may see, what happened, and who made it."""

from __future__ import annotations

from math import floor
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from scenes.codec import decode, digest, encode
from scenes.rhythm import LONGEST_CYCLE, Rhythm

Termination = Literal["success", "max_steps", "timeout", "invalid_action", "sim_unstable", "cancelled"]
EventKind = Literal["contact", "grasped", "lifted", "placed", "dropped", "success"]
Short = Annotated[str, Meta(max_length=200)]
MAX_INSTRUCTION = 500  # characters
Instruction = Annotated[str, Meta(min_length=1, max_length=MAX_INSTRUCTION)]
Text = Annotated[str, Meta(max_length=2000)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Component(Struct, frozen=True):
    """One part of a state vector. Stored by name and size: bit values differ between versions."""

    name: Short  # as in mjtState, without prefix and in lower case: "qpos", "warmstart", ...
    size: Annotated[int, Meta(ge=0, le=1_000_000)]


class State(Struct, frozen=True):
    """One integration state: all that the next step depends on."""

    components: Annotated[tuple[Component, ...], Meta(max_length=32)]
    values: NDArray[np.float64]  # (sum of component sizes,)

    @property
    def digest(self) -> str:
        """SHA-256 of the state: equal only for states equal to the last bit."""
        return digest(encode(self))


class DisplayTrack(Struct, frozen=True):
    """Where everything is, 60 times a second of simulated time: for smooth motion, not to continue from."""

    times: NDArray[np.float32]  # (M,) [s]
    qpos: NDArray[np.float32]  # (M, nq)
    mocap: NDArray[np.float32]  # (M, 7 * nmocap) position and quaternion of each mocap body


class Trajectory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The times and states of one episode. It has no field that could name a model.

    Record k is the integration state just before control step k, with that step's controls already set; the
    last record is the state after the last step. `mj_step` from record k, as often as lies between the two, gives
    record k + 1 (but for its controls), bit for bit on the same machine and MuJoCo version.
    """

    robot_id: Short
    scene_id: Short
    bundle_digest: Sha256
    mujoco_version: Short
    timestep: float  # [s] of one physics step
    substeps: Annotated[int, Meta(ge=1, le=10_000)]  # physics steps of `cycle` control steps
    components: Annotated[tuple[Component, ...], Meta(max_length=32)]
    states: NDArray[np.float64]  # (steps + 1, sum of component sizes)
    display: DisplayTrack
    cycle: Annotated[int, Meta(ge=1, le=LONGEST_CYCLE)] = 1  # 1 where the control rate divides the physics rate
    phase: Annotated[int, Meta(ge=0, lt=LONGEST_CYCLE)] = 0  # where in a cycle record 0 stands, as in `Rhythm.begins`

    @property
    def steps(self) -> int:
        """Control steps carried out."""
        return len(self.states) - 1

    @property
    def control_hz(self) -> float:
        """Control steps per second of simulated time."""
        return self.cycle / (self.timestep * self.substeps)

    @property
    def duration(self) -> float:
        """[s] of simulated time."""
        return self.begins(self.steps) * self.timestep

    def begins(self, step: int) -> int:
        """Physics steps before record `step`."""
        return Rhythm(self.substeps, self.cycle).begins(step, self.phase)

    def step_at(self, physics_step: int) -> int:
        """The last record at or before so many physics steps."""
        return min(self.steps, Rhythm(self.substeps, self.cycle).step_at(physics_step, self.phase))

    def step_at_time(self, seconds: float) -> int:
        """The last record at or before a time [s] since the beginning."""
        return max(0, self.step_at(floor(seconds / self.timestep + 1e-6)))

    def phase_at(self, step: int) -> int:
        """The `phase` of what is left of this trajectory from record `step` on."""
        return (step * self.substeps + self.phase) % self.cycle

    def state(self, step: int) -> State:
        """The record before control step `step`; `steps` (or -1) gives the last state."""
        return State(self.components, self.states[step])

    def moment(self, step: int) -> State:
        """What a policy that takes over at a control step finds: its record, but steered as the step before steered.

        The record before a step holds that step's own controls already. Step 0 has none before it.
        """
        values, place = self.states[step].copy(), self._place("ctrl")
        if step > 0:
            values[place] = self.states[step - 1][place]
        return State(self.components, values)

    def component(self, name: str) -> NDArray[np.float64]:
        """The history of one component, shape (steps + 1, size); size 0 if it was not kept."""
        return self.states[:, self._place(name)]

    def _place(self, name: str) -> slice:
        """Where a component lies in a record; nowhere if it was not kept."""
        start = 0
        for component in self.components:
            if component.name == name:
                return slice(start, start + component.size)
            start += component.size
        return slice(0, 0)


class Event(Struct, frozen=True):
    """Something that happened at a control step, computed from states alone."""

    step: Annotated[int, Meta(ge=0)]
    kind: EventKind
    subject: Short  # the object it happened to
    other: Short = ""  # what touched or received it


class Episode(Struct, frozen=True, kw_only=True):
    """What happened when one policy carried out one instruction: deterministic and anonymous."""

    trajectory: Trajectory
    instruction: Instruction
    task_id: Short | None
    seed: int  # of the world: object poses
    policy_seed: int
    start: Literal["reset", "continue"]
    start_digest: Sha256  # of the bytes of the initial state
    max_steps: int
    termination: Termination
    raw_actions: NDArray[np.float32]  # (steps, size) as the policy gave them
    processed_actions: NDArray[np.float64]  # (steps, n) in metres, radians and opening fraction
    events: Annotated[tuple[Event, ...], Meta(max_length=10_000)]

    @property
    def succeeded(self) -> bool:
        """Whether the task's success predicate held; False where the instruction matched no task."""
        return self.termination == "success"

    def to_bytes(self) -> bytes:
        """Encoded once; the same bytes travel, rest and sync, and their SHA-256 is the episode's id."""
        return encode(self)


def episode_id(content: bytes) -> str:
    """The id of an episode: SHA-256 of its bytes."""
    return digest(content)


def read_episode(content: bytes) -> Episode:
    """An episode from its bytes.

    Raises:
        BadInput: they are not an episode.
    """
    return decode(content, Episode)


class Run(Struct, frozen=True, kw_only=True):
    """Who made an episode and how long it took. Sealed until the vote."""

    run_id: Short
    episode_id: Sha256
    model_id: Short
    checkpoint_revision: Short
    weights_sha256: Short
    daemon_version: Short
    gl_renderer: Text
    device: Short
    inference_seconds: NDArray[np.float32]  # (inferences,)
    wall_seconds: float
    created_at: str  # ISO 8601, UTC


class Played(Struct, frozen=True):
    """What comes back from playing: an episode's bytes, and its Run, sealed for the purpose "run"."""

    episode: bytes
    sealed_run: bytes
