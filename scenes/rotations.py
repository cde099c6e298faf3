"""The ways in which policies write a rotation, to and from matrices.

Quaternions are scalar first (wxyz) wherever they appear in this house. Euler angles are roll, pitch and yaw about the
FIXED axes x, y, z (extrinsic): R = Rz(yaw) Ry(pitch) Rx(roll), which is transforms3d's default "sxyz" and what
SimplerEnv makes of the rotation deltas of Octo, RT-1 and OpenVLA. The six numbers of rot6d are the matrix's first two
columns, one after the other (Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", 2019).
"""

from __future__ import annotations

from typing import Literal

import mujoco
import numpy as np
from numpy.typing import NDArray

from scenes.errors import BadAction

Vector = NDArray[np.float64]
Writing = Literal["axis_angle", "euler_xyz", "quaternion", "rot6d"]
_NO_DIRECTION = 1e-6  # lengths below it point nowhere


def matrix_of(numbers: Vector, writing: Writing) -> Vector:
    """The rotation matrix, shape (3, 3), of 3, 4 or 6 numbers as `writing` says; angles in rad.

    Quaternions and rot6d need not be of unit length: networks only come near it.

    Raises:
        BadAction: a quaternion of length 0, or rot6d whose columns are zero or parallel.
    """
    if writing == "axis_angle":
        return from_axis_angle(numbers)
    if writing == "euler_xyz":
        return from_euler_xyz(numbers)
    return from_quaternion(numbers) if writing == "quaternion" else from_rot6d(numbers)


def from_axis_angle(axis_angle: Vector) -> Vector:
    """The matrix of an axis times an angle [rad], shape (3,)."""
    angle = float(np.linalg.norm(axis_angle))
    quaternion, matrix = np.array([1.0, 0.0, 0.0, 0.0]), np.empty(9)
    if angle > 0:
        mujoco.mju_axisAngle2Quat(quaternion, axis_angle / angle, angle)
    mujoco.mju_quat2Mat(matrix, quaternion)
    return matrix.reshape(3, 3)


def from_euler_xyz(angles: Vector) -> Vector:
    """The matrix of roll, pitch and yaw [rad] about the fixed axes x, y, z."""
    roll, pitch, yaw = (from_axis_angle(angle * axis) for angle, axis in zip(angles, np.eye(3), strict=True))
    return yaw @ pitch @ roll


def from_quaternion(wxyz: Vector) -> Vector:
    """The matrix of a quaternion, scalar first.

    Raises:
        BadAction: its length is 0.
    """
    length, matrix = float(np.linalg.norm(wxyz)), np.empty(9)
    if length < _NO_DIRECTION:
        raise BadAction("The policy answered with a quaternion of length 0, which is no rotation.")
    mujoco.mju_quat2Mat(matrix, wxyz / length)
    return matrix.reshape(3, 3)


def from_rot6d(columns: Vector) -> Vector:
    """The matrix whose first two columns are nearest to these, by Gram and Schmidt: the first keeps its direction.

    Raises:
        BadAction: a column is zero, or both are parallel.
    """
    first, second = columns[:3], columns[3:]
    long = float(np.linalg.norm(first))
    x = first / max(long, _NO_DIRECTION)
    across = second - (x @ second) * x
    wide = float(np.linalg.norm(across))
    if min(long, wide) < _NO_DIRECTION:
        raise BadAction("The policy answered with two columns that are zero or parallel, which is no rotation.")
    y = across / wide
    return np.stack([x, y, np.cross(x, y)], axis=1)


def quaternion_of(matrix: Vector) -> Vector:
    """wxyz of a rotation matrix, shape (4,)."""
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, matrix.ravel())
    return quaternion


def axis_angle_of(matrix: Vector) -> Vector:
    """Axis times angle [rad] of a rotation matrix, shape (3,), by the shorter way."""
    vector = np.empty(3)
    mujoco.mju_quat2Vel(vector, quaternion_of(matrix), 1.0)
    return vector


def euler_xyz_of(matrix: Vector) -> Vector:
    """Roll, pitch and yaw [rad] about the fixed axes x, y, z; pitch within a quarter turn, roll 0 where it is one."""
    flat = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    pitch = np.arctan2(-matrix[2, 0], flat)
    if flat < _NO_DIRECTION:
        return np.array([0.0, pitch, np.arctan2(-matrix[0, 1], matrix[1, 1])])
    return np.array([np.arctan2(matrix[2, 1], matrix[2, 2]), pitch, np.arctan2(matrix[1, 0], matrix[0, 0])])
