"""The protocol in plain lists and dicts: what becomes of operations, told independently of both programs."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sync.operations import BranchBody, Operation, TurnBody, body_of
from sync.records import Battle, Note, Session, Vote

Fate = Literal["sound", "poison", "unknown"]


@dataclass(frozen=True)
class Known:
    """An operation, and what it takes for it to be applied."""

    op_id: str
    kind: str
    record_id: str
    rev: int
    body: bytes
    needs: tuple[str, ...]  # records
    episodes: tuple[str, ...] = ()
    fate: Fate = "sound"
    vote: Vote | None = None


def known(operation: Operation, first_turns: dict[str, str], fate: Fate = "sound") -> Known:
    """An operation as the model sees it; `first_turns`: of battles, by their ids."""
    needs: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()
    body = body_of(operation) if fate == "sound" else None
    match body:
        case Session():
            needs = (body.evaluator_id,)
        case Battle():
            needs = (body.session_id,)
        case TurnBody():
            first_turns.setdefault(body.turn.battle_id, body.turn.turn_id)
            needs, episodes = (body.turn.battle_id,), (body.turn.left_episode_id, body.turn.right_episode_id)
        case Vote():
            needs = (body.evaluator_id, body.battle_id, first_turns[body.battle_id])
        case Note():
            needs = (body.evaluator_id, body.battle_id, body.turn_id)
        case BranchBody():
            branch = body.branch
            needs, episodes = (branch.evaluator_id, branch.battle_id, branch.turn_id), (branch.episode_id,)
    vote = body if isinstance(body, Vote) else None
    said = (operation.op_id, operation.kind, operation.record_id, operation.rev, operation.body)
    return Known(*said, needs, episodes, fate, vote)


@dataclass
class Log:
    """What one data folder holds: its stores' operations by number from 1, and the verdicts it knows."""

    present: str
    stores: dict[str, list[str]] = field(default_factory=dict)
    judged: dict[str, str] = field(default_factory=dict)

    def waiting(self) -> str | None:
        """The store that is sent next: what it was before its forks comes first."""
        having = [name for name, log in self.stores.items() if any(each not in self.judged for each in log)]
        return min(having, key=lambda name: (name == self.present, name), default=None)

    def batch(self, store_id: str) -> list[tuple[int, str]]:
        """A store's waiting operations with their numbers."""
        return [(seq, each) for seq, each in enumerate(self.stores[store_id], 1) if each not in self.judged]

    def fork(self, store_id: str, forked_at: int, new_store_id: str) -> None:
        """Go on as another store."""
        moved = self.stores[store_id][forked_at - 1 :]
        self.stores[store_id] = self.stores[store_id][: forked_at - 1]
        if not self.stores[store_id]:
            del self.stores[store_id]
        self.stores[new_store_id] = moved
        for each in moved:
            self.judged.pop(each, None)
        if self.present == store_id:
            self.present = new_store_id

    def copied(self) -> Log:
        """As it stands now."""
        return copy.deepcopy(self)


@dataclass
class Model:
    """What the service must hold."""

    operations: dict[str, Known] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)  # by store, by number from 1
    applied: dict[str, None] = field(default_factory=dict)  # in their order
    records: set[str] = field(default_factory=set)  # that an applied operation brought
    quarantine: dict[tuple[str, str], str] = field(default_factory=dict)  # op_id and store: verdict
    stored: set[str] = field(default_factory=set)
    first_turns: dict[str, str] = field(default_factory=dict)

    def forked_at(self, store_id: str, batch: Sequence[tuple[int, str]]) -> int | None:
        """The first number under which the service knows another operation."""
        place = self.places.get(store_id, [])
        return min((seq for seq, each in batch if seq <= len(place) and place[seq - 1] != each), default=None)

    def push(self, store_id: str, batch: Iterable[tuple[int, str]]) -> dict[str, str]:
        """Take a batch that is no fork; the verdict of each operation."""
        return {each: self._judged(store_id, seq, each) for seq, each in batch}

    def _judged(self, store_id: str, seq: int, op_id: str) -> str:
        place = self.places.setdefault(store_id, [])
        is_next = seq == len(place) + 1
        if op_id in self.applied:
            verdict = "dup"
        elif (op_id, store_id) in self.quarantine:
            verdict = self.quarantine[op_id, store_id]
        elif not is_next:
            return "deferred"  # a gap: it is sent again
        else:
            verdict = self._new(store_id, op_id)
        if is_next:
            place.append(op_id)
        return verdict

    def _new(self, store_id: str, op_id: str) -> str:
        operation = self.operations[op_id]
        if operation.fate == "sound" and set(operation.needs) <= self.records:
            self.applied[op_id] = None
            self.records.add(operation.record_id)
            return "applied"
        verdict = "deferred" if operation.fate == "unknown" else "rejected"
        self.quarantine[op_id, store_id] = verdict
        return verdict

    def drain(self, log: Log, forks: Sequence[str]) -> tuple[Counter[str], int]:
        """Push all that waits of a folder, which becomes the stores named `forks`. Verdicts, and how many forks."""
        found, names = Counter[str](), iter(forks)
        count = 0
        while (store_id := log.waiting()) is not None:
            batch = log.batch(store_id)
            forked_at = self.forked_at(store_id, batch)
            if forked_at is not None:
                log.fork(store_id, forked_at, next(names))
                count += 1
                continue
            verdicts = self.push(store_id, batch)
            log.judged.update(verdicts)
            found.update(verdicts.values())
        return found, count

    def wanted(self, log: Log) -> set[str]:
        """Episodes of a folder's own operations that the service knows and lacks."""
        mine = {each for ids in log.stores.values() for each in ids if each in self.applied}
        return {name for each in mine for name in self.operations[each].episodes} - self.stored

    def counting(self) -> dict[str, str]:
        """The choices of the votes that count, by vote: the last revision, unless withdrawn, with all its episodes."""
        latest: dict[str, Vote] = {}
        for each in self.applied:
            vote = self.operations[each].vote
            if vote is not None and vote.rev >= latest.get(vote.vote_id, vote).rev:
                latest[vote.vote_id] = vote
        return {name: vote.vote for name, vote in latest.items() if not vote.withdrawn and self._is_whole(vote)}

    def _is_whole(self, vote: Vote) -> bool:
        of_battle = [self.operations[each] for each in self.applied if self.operations[each].kind == "turn"]
        turns = [each for each in of_battle if vote.battle_id in each.needs]
        return all(name in self.stored for each in turns for name in each.episodes)
