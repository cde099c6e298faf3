"""Battles between a fast model and a slow one, kept by a real store from episodes that were really played."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from gpu_daemon.kit import Kit
from gpu_daemon.messages import Play
from gpu_daemon.policies.loading import all_cards
from scenes.codec import decode, encode
from scenes.episode import Played, Run, episode_id
from scenes.models import ModelCard
from scenes.progress import finish
from scenes.seal import seal, unseal
from scenes.world import compile_world
from sync.records import Ballot, Draw, NewTurn, Sides, new_id
from sync.store import Store

INSTRUCTION, TASK = "reach the red cube", "reach.red_cube"
MAX_STEPS = 24
_KEY = bytes(range(32))
_MARK = 0x5A5A5A5A5A5A5A5A  # a policy seed, exchanged in each battle: it is 9 bytes in MessagePack as theirs are


def contestant(model_id: str, **options: Any) -> ModelCard:
    return replace(all_cards()["scripted-careful"], id=model_id, options=options)


FAST = contestant("f", speed=1.0, gentleness=0.0)
SLOW = replace(contestant("slow-" + "x" * 59, speed=0.2), revision="r" * 150, weights_sha256="w" * 64)


@dataclass(frozen=True)
class Performance:
    """An episode's bytes, and who made it."""

    content: bytes
    run: Run

    def again(self) -> Performance:
        """The same motion as if it were played in another battle: other policy seed, other bytes, other id."""
        fresh = secrets.randbits(30) + (1 << 61)
        content = self.content.replace(_MARK.to_bytes(8, "big"), fresh.to_bytes(8, "big"))
        return Performance(content, replace(self.run, run_id=new_id(), episode_id=episode_id(content)))


@dataclass(frozen=True)
class Pair:
    """Both models from the same start."""

    seed: int
    fast: Performance
    slow: Performance


@dataclass(frozen=True)
class Begun:
    """A battle with its turn, before the vote, and what a test knows about it."""

    battle_id: str
    fast_left: bool
    runs: tuple[Run, Run]


def played_pairs(count: int) -> list[Pair]:
    """So many starts, each carried out by both models."""
    kit = Kit()
    return [played_pair(seed, kit) for seed in range(1, count + 1)]


def played_pair(seed: int, kit: Kit | None = None) -> Pair:
    """One start, carried out by both models."""
    kit = kit or Kit()
    return Pair(seed, _performed(kit, FAST, seed), _performed(kit, SLOW, seed))


def _performed(kit: Kit, card: ModelCard, seed: int) -> Performance:
    play = Play(
        request_id=new_id(),
        model_id=card.id,
        robot_id="panda",
        scene_id="table",
        bundle_digest=compile_world("panda", "table").bundle.digest,
        instruction=INSTRUCTION,
        seed=seed,
        policy_seed=_MARK,
        max_steps=MAX_STEPS,
        seal_key=_KEY,
    )
    played = finish(kit.play(card, play, 2))
    assert played.episode.count(_MARK.to_bytes(8, "big")) == 1
    return Performance(played.episode, decode(unseal(_KEY, played.sealed_run, "run"), Run))


def battles(store: Store, pairs: list[Pair], dice: random.Random) -> Iterator[Begun]:
    """A sitting: a battle of each pair, on sides that a coin decides; each is closed once it was looked at."""
    for pair in pairs:
        begun = begin(store, pair, fast_left=dice.random() < 0.5)
        yield begun
        store.cast_vote(begun.battle_id, Ballot(vote="tie", origin="simulated"))
        store.close_battle(begun.battle_id)


def begin(store: Store, pair: Pair, *, fast_left: bool, drawn: Draw | None = None) -> Begun:
    """A battle with one turn, kept as the window keeps it; `drawn`: not a rated one, but this."""
    sides = Sides(FAST.id, SLOW.id) if fast_left else Sides(SLOW.id, FAST.id)
    first = secrets.choice(("left", "right"))
    drawn = drawn or Draw(sides=sides, kind="rated", seed=pair.seed, propensity=1 / 15, first=first)
    battle_id = store.start_battle(store.open_session("panda", "table"), drawn).battle_id
    fast, slow = pair.fast.again(), pair.slow.again()
    shown = (fast, slow) if fast_left else (slow, fast)
    key = store.seal_key(battle_id)
    left, right = (Played(each.content, seal(key, encode(each.run), "run")) for each in shown)
    new = NewTurn(turn_id=new_id(), instruction=INSTRUCTION, task_id=TASK, start="reset")
    store.record_turn(battle_id, new, left, right)
    return Begun(battle_id, fast_left, (shown[0].run, shown[1].run))


def keep_scene(store: Store) -> None:
    """Have the scene at hand that the episodes were played in."""
    bundle = compile_world("panda", "table").bundle
    store.keep_bundle(bundle.digest, bundle.content)
