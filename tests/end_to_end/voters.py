"""A voter who sees only episodes, and what such voters think of a model in the long run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import load
from gpu_daemon.rollout import rollout
from scenes.cameras import Cameras
from scenes.episode import Episode
from scenes.models import ModelCard
from scenes.progress import finish
from scenes.seal import KEY_BYTES
from scenes.world import World, compile_world
from sync.records import Choice

NOISE = 0.3  # of a voter's impression; success counts one
_ALIKE = 0.1  # impressions closer than this are a tie


def merit(episode: Episode) -> float:
    """Success counts most, then how soon and how smoothly."""
    succeeded = episode.termination == "success"
    actions = episode.processed_actions[:, :3]
    roughness = float(np.abs(np.diff(actions, axis=0)).mean()) / 0.045 if len(actions) > 1 else 0.0
    haste = 1 - len(actions) / episode.max_steps
    return float(succeeded) + 0.3 * haste - 0.5 * roughness


def impression(episode: Episode, generator: np.random.Generator) -> float:
    """What one person thinks of it: people differ."""
    return merit(episode) + NOISE * generator.standard_normal()


def judgement(left: float, right: float) -> Choice:
    if abs(left - right) < _ALIKE:
        return "tie" if left > 0.5 else "both_bad"
    return "left_better" if left > right else "right_better"


def true_ranks(cards: Sequence[ModelCard], starts: int) -> dict[str, int]:
    """The models' ranks by the share of impressions they win over every other model's, on other seeds."""
    world = compile_world("panda", "table")
    cameras = Cameras(world.model, 96, 96)
    merits = {card.id: _merits(card, world, cameras, starts) for card in cards}
    cameras.close()
    shares = {
        name: np.mean([_share(merits[name], merits[other]) for other in merits if other != name]) for name in merits
    }
    return {name: place for place, name in enumerate(sorted(shares, key=lambda name: -shares[name]), 1)}


def _share(mine: np.ndarray, theirs: np.ndarray) -> float:
    """How often a noisy impression of one model's episodes beats that of another's of the same task and seed."""
    noise = np.random.Generator(np.random.PCG64(1)).standard_normal((2000, 1)) * NOISE * np.sqrt(2)
    difference = mine - theirs + noise
    return float((difference > _ALIKE).mean() + 0.5 * (np.abs(difference) <= _ALIKE).mean())


def _merits(card: ModelCard, world: World, cameras: Cameras, starts: int) -> np.ndarray:
    policy, found = load(card), []
    for number, task in enumerate(world.scene.tasks):
        for start in range(starts):
            request = Play(
                request_id="00000000-0000-7000-8000-000000000000",
                model_id=card.id,
                robot_id="panda",
                scene_id="table",
                bundle_digest=world.bundle.digest,
                instruction=task.instruction,
                seed=7_000_000 + 100 * number + start,
                policy_seed=start,
                max_steps=50,
                seal_key=bytes(KEY_BYTES),
            )
            found.append(merit(finish(rollout(policy, card, world, request, cameras)).episode))
    policy.close()
    return np.array(found)
