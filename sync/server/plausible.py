"""Bounds on what is taken in: few bytes may claim much memory, and no database keeps every text."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from scenes.codec import outlines
from scenes.episode import Episode
from scenes.errors import BadInput
from sync.operations import Body, runs_of

MAX_PUSH_ARRAYS = 16 * 2**20  # [bytes] in memory of all bodies of a push: as much as 1 MiB of honest runs never take
MAX_EPISODE_ARRAYS = 32 * 2**20  # [bytes] in memory of an episode
MAX_STEPS = 10_000  # control steps of an episode


def array_bytes(body: Body | None) -> int:
    """What a record's arrays take in memory."""
    return sum(run.inference_seconds.nbytes for run in runs_of(body)) if body is not None else 0


def has_nul(record: object) -> bool:
    """Whether a text anywhere in a record holds a NUL character: PostgreSQL keeps none."""
    if b"\\u0000" not in msgspec.json.encode(record, enc_hook=_nothing):  # as JSON writes it; quicker than to look
        return False
    return _holds_nul(record)


def _nothing(_: object) -> None:
    """In the place of an array."""


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Struct):
        return any(_holds_nul(getattr(value, name)) for name in value.__struct_fields__)
    return isinstance(value, tuple) and any(map(_holds_nul, value))


def outlined_episodes(contents: Sequence[bytes]) -> list[Episode | BadInput]:
    """Episodes without their numbers, whose arrays are of a size and shape that can be; or why they are none."""
    found: list[Episode | BadInput] = []
    for episode in outlines(contents, Episode, arrays=MAX_EPISODE_ARRAYS):
        try:
            found.append(episode if isinstance(episode, BadInput) else _plausible(episode))
        except BadInput as error:
            found.append(error)
    return found


def _plausible(episode: Episode) -> Episode:
    trajectory = episode.trajectory
    columns = sum(component.size for component in trajectory.components)
    if trajectory.states.ndim != 2 or trajectory.states.shape[1] != columns:
        raise BadInput("Its states are not as wide as what it says they are made of.")
    if not 0 <= trajectory.steps <= MAX_STEPS:
        raise BadInput(f"An episode has at most {MAX_STEPS} steps.")
    rows: Sequence[int] = [len(each) for each in (episode.raw_actions, episode.processed_actions) if each.ndim]
    if max(rows, default=0) > MAX_STEPS:
        raise BadInput(f"An episode has at most {MAX_STEPS} actions.")
    return episode
