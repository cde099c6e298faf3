"""`vlaarena episode show` and `verify`: an episode's own record, and whether it plays again bit for bit."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from scenes.episode import Episode, Event
from scenes.progress import finish
from scenes.verify import Verdict, verify
from scenes.world import compile_world
from sync.store import Store
from vlaarena_desktop.cli.reports import Report
from vlaarena_desktop.settings import home_folder

AFTER_THE_VOTE = ("steps", "control_hz", "duration_seconds", "termination", "events", "size_bytes")


class EpisodeSummary(Struct, frozen=True, kw_only=True):
    """What an episode says of itself: anonymous, without its arrays; what must wait for the vote is None till then."""

    episode_id: str
    robot_id: str
    scene_id: str
    instruction: str
    task_id: str | None
    start: str
    seed: int
    max_steps: int
    steps: int | None
    control_hz: float | None
    duration_seconds: float | None
    termination: str | None
    events: tuple[Event, ...] | None
    size_bytes: int | None
    mujoco_version: str
    bundle_digest: str


class Verification(Struct, frozen=True):
    """The verdict on one episode."""

    episode_id: str
    verdict: Verdict


def show(arguments: Namespace) -> Report:
    """One episode's record in words.

    Raises:
        NotFound, StoreDamaged: it is not in the store, or its file was changed.
    """
    with Store.open(home_folder(arguments.home)) as store:
        episode, size = store.episode(arguments.episode_id), len(store.episode_bytes(arguments.episode_id))
        hidden = store.is_hidden(arguments.episode_id)
    summary = _summary(arguments.episode_id, episode, size)
    if hidden:
        summary = replace(summary, **dict.fromkeys(AFTER_THE_VOTE))
    return Report(summary, "\n".join(_lines(summary)))


def check(arguments: Namespace) -> Report:
    """Simulate an episode again from its record. Exit code 1 when it is not bit-exact.

    Raises:
        NotFound, StoreDamaged: it is not in the store, or its file was changed.
    """
    with Store.open(home_folder(arguments.home)) as store:
        episode = store.episode(arguments.episode_id)
    trajectory = episode.trajectory
    verdict = finish(verify(episode, compile_world(trajectory.robot_id, trajectory.scene_id)))
    record = Verification(arguments.episode_id, verdict)
    return Report(record, _verdict_text(verdict), 0 if verdict.outcome == "bit_exact" else 1)


def _lines(summary: EpisodeSummary) -> Iterator[str]:
    for name in summary.__struct_fields__:
        value = getattr(summary, name)
        if name in AFTER_THE_VOTE and value is None:
            yield f"{name:18}told after the vote"
        elif name != "events":
            yield f"{name:18}{value}"
    for event in summary.events or ():
        yield f"{'event':18}step {event.step}: {event.kind} {event.subject} {event.other}".rstrip()


def _verdict_text(verdict: Verdict) -> str:
    if verdict.outcome == "bit_exact":
        return "bit-exact: every control step gives the recorded state to the last bit"
    differing = f"; versions differ: {', '.join(verdict.differing_versions)}" if verdict.differing_versions else ""
    difference = f"largest difference {verdict.largest_difference:.3g}"
    return f"{verdict.outcome} from step {verdict.step}: {difference}{differing}"


def _summary(episode_id: str, episode: Episode, size: int) -> EpisodeSummary:
    trajectory = episode.trajectory
    return EpisodeSummary(
        episode_id=episode_id,
        robot_id=trajectory.robot_id,
        scene_id=trajectory.scene_id,
        instruction=episode.instruction,
        task_id=episode.task_id,
        start=episode.start,
        seed=episode.seed,
        steps=trajectory.steps,
        max_steps=episode.max_steps,
        control_hz=trajectory.control_hz,
        duration_seconds=trajectory.duration,
        termination=episode.termination,
        events=episode.events,
        mujoco_version=trajectory.mujoco_version,
        bundle_digest=trajectory.bundle_digest,
        size_bytes=size,
    )
