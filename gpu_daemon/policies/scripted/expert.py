"""A reference that reads the simulator's state: it shows that tasks can be done and labels demonstrations."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from gpu_daemon.policies.scripted.motions import Aim, Style, aim
from scenes.catalog import SceneObject, match_task
from scenes.episode import Component
from scenes.errors import BadInput, Incompatible
from scenes.models import ModelCard
from scenes.policy import ActionSpace, Observation
from scenes.predicates import Reader, Situation
from scenes.settings import converted
from scenes.world import World, compile_world

_DOWN = np.diag([1.0, -1.0, -1.0])  # the hand looks down, its x axis away from the base
_NEAR = 0.10  # [m]
_FASTEST_TURN = 0.8  # of the largest rotation per action


class ScriptedExpert:
    """Its action is a pure function of the state and the task; nothing is carried over from step to step."""

    def __init__(self, card: ModelCard) -> None:
        if card.action.space != "eef_delta" or not card.reads_state:
            raise Incompatible(
                f"The card '{card.id}' does not suit the scripted expert.",
                hint="It acts by eef_delta and needs reads_state = true.",
            )
        self._action = card.action
        self._style = converted(card.options, Style, source=f"options of '{card.id}'")
        self._sights: dict[tuple[str, str], _Sight] = {}
        self._instruction = ""

    def reset(self, instruction: str, seed: int) -> None:
        """Begin an episode; the seed changes nothing."""
        self._instruction = instruction

    def act(self, observation: Observation) -> NDArray[np.float32]:
        """One action, shape (1, 7); it holds still when the instruction is no task of the scene.

        Raises:
            BadInput: the observation has no state, or one of another world.
        """
        sight = self._sight(observation)
        task = match_task(sight.world.scene, self._instruction)
        if task is None:
            return _chunk(np.zeros(6), observation.commanded_gripper > 0.5, self._action)
        if observation.state is None:
            raise BadInput("The scripted expert was given no state.", hint="Its card needs reads_state = true.")
        now, commanded = sight.read(observation.state)
        goal = aim(task, sight.objects, now, self._style)
        return self._towards(goal, float(np.linalg.norm(goal.position - now.tcp)), commanded)

    def close(self) -> None:
        """Forget the compiled worlds."""
        self._sights.clear()

    def _sight(self, observation: Observation) -> _Sight:
        key = (observation.robot_id, observation.scene_id)
        if key not in self._sights:
            self._sights[key] = _Sight(compile_world(*key))
        return self._sights[key]

    def _towards(self, goal: Aim, distance: float, commanded: Situation) -> NDArray[np.float32]:
        """The step from the commanded pose towards the aim, gentler when that is near."""
        speed = self._style.speed * (1.0 - self._style.gentleness * max(0.0, 1.0 - distance / _NEAR))
        shift = (goal.position - commanded.tcp) / self._action.translation_scale
        across = float(np.hypot(shift[0], shift[1]))
        shift[:2] *= min(1.0, speed / max(across, 1e-9))
        shift[2] = np.clip(shift[2], -speed, speed)
        turn = _rotation_vector(_yawed(goal.yaw) @ commanded.tcp_rotation.T) / self._action.rotation_scale
        turn *= min(1.0, _FASTEST_TURN / max(float(np.linalg.norm(turn)), 1e-9))
        return _chunk(np.concatenate([shift, turn]), goal.open, self._action)


class _Sight:
    """What the expert keeps of one robot and scene to read states with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.objects: dict[str, SceneObject] = {item.id: item for item in world.scene.objects}
        self._reader = Reader(world)
        model, robot = world.model, world.robot
        self._spans, self._size = _spans(world.state().components)
        self._arm = np.array([model.joint(name).qposadr[0] for name in robot.arm_joints])
        self._actuators = np.array([model.actuator(name).id for name in robot.arm_actuators])

    def read(self, state: NDArray[np.float64]) -> tuple[Situation, Situation]:
        """The situation, and the one with the arm where it is commanded to be."""
        if len(state) != self._size:
            raise BadInput(f"The state has {len(state)} numbers; those of this world have {self._size}.")
        qpos, ctrl = state[self._spans["qpos"]], state[self._spans["ctrl"]]
        commanded = qpos.copy()
        commanded[self._arm] = ctrl[self._actuators]
        return self._reader.read(qpos), self._reader.read(commanded)


def _spans(components: tuple[Component, ...]) -> tuple[dict[str, slice], int]:
    """Where each component lies in a state vector, and how long that is."""
    spans, start = dict[str, slice](), 0
    for component in components:
        spans[component.name] = slice(start, start + component.size)
        start += component.size
    return spans, start


def _chunk(step: NDArray[np.float64], opened: bool, action: ActionSpace) -> NDArray[np.float32]:
    gripper = action.gripper.open if opened else action.gripper.closed
    chunk: NDArray[np.float32] = np.append(step, gripper)[np.newaxis].astype(np.float32)
    return chunk.clip(-1.0, 1.0)


def _yawed(yaw: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]) @ _DOWN


def _rotation_vector(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axis times angle [rad] of a rotation matrix, shape (3,)."""
    quaternion, vector = np.empty(4), np.empty(3)
    mujoco.mju_mat2Quat(quaternion, rotation.ravel())
    mujoco.mju_quat2Vel(vector, quaternion, 1.0)
    return vector
