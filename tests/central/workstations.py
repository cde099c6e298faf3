"""A workstation as the service sees it: genuine records, a key, and signed requests that a test may alter."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import urllib3
from arena_samples import episode, run
from central.servers import Service

from scenes.codec import encode
from scenes.episode import episode_id
from sync import api
from sync.blindness import commitment
from sync.keys import SigningKey
from sync.operations import BranchBody, Operation, OperationKind, SignedOperation, TurnBody, sign
from sync.records import Battle, Branch, Choice, Evaluator, Note, Session, Turn, Vote, Watched, new_id, now
from sync.server import devices
from sync.server.postgres import engine_for, transaction

T = TypeVar("T")


def rows(service: Service, work: Callable[[Any], T]) -> T:
    """Something done in the service's database, beside it."""
    engine = engine_for(service.environment["VLAARENA_CENTRAL_DATABASE_URL"], 1)
    try:
        return transaction(engine, work)
    finally:
        engine.dispose()


def token(service: Service, *scopes: str) -> str:
    return rows(service, lambda c: devices.create_token(c, "a test", scopes or ("enrol",))[1])


@dataclass
class Answer:
    status: int
    body: bytes
    headers: Any

    def record(self, kind: type[T]) -> T:
        assert self.status == 200, (self.status, self.body)
        return msgspec.msgpack.decode(self.body, type=kind)

    @property
    def error(self) -> api.ErrorBody:
        return msgspec.json.decode(self.body, type=api.ErrorBody)

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Asking:
    """One client of a service."""

    service: Service
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=60))

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        found = self.pool.request(method, self.service.url + path, body=body, headers=headers or {}, redirect=False)
        return Answer(found.status, found.data, found.headers)

    def json(self, method: str, path: str, record: Any = None, token: str | None = None) -> Answer:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.ask(method, path, None if record is None else msgspec.json.encode(record), headers)

    def close(self) -> None:
        self.pool.clear()


@dataclass
class Workstation(Asking):
    """An enrolled device and the log of its store."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    device_id: str = ""
    store_id: str = field(default_factory=new_id)
    sequence: int = 0
    operations: list[Operation] = field(default_factory=list)
    episodes: dict[str, bytes] = field(default_factory=dict)
    evaluator: Evaluator = field(default_factory=lambda: Evaluator(evaluator_id=new_id(), name="Ada"))
    session: Session | None = None
    new_episode: Callable[[], bytes] = lambda: episode(variant=secrets.randbits(24)).to_bytes()  # exact bytes

    def enrol(self, told: str | None = None) -> api.Enrolled:
        body = api.Enrol(
            token=told or token(self.service), public_key=self.key.public, name="lab", store_id=self.store_id
        )
        enrolled = self.ask("POST", api.ENROL, encode(body)).record(api.Enrolled)
        self.device_id = enrolled.device_id
        return enrolled

    def signed(self, method: str, path: str, body: bytes, version: int = api.VERSION) -> dict[str, str]:
        self.sequence += 1
        told = (str(version), str(self.sequence), secrets.token_hex(16))
        signature = self.key.sign(api.request_text(method, path, *told, body))
        names = (api.H_VERSION, api.H_SEQUENCE, api.H_NONCE)
        return dict(zip(names, told, strict=True)) | {
            api.H_DEVICE: self.device_id,
            api.H_SIGNATURE: base64.b64encode(signature).decode(),
        }

    def send(self, path: str, record: Any, version: int = api.VERSION) -> Answer:
        body = encode(record)
        return self.ask("POST", path, body, self.signed("POST", path, body, version))

    def push(self, operations: Iterable[Operation] | None = None, version: int = api.VERSION) -> api.Pushed:
        return self.pushed(operations, version).record(api.Pushed)

    def pushed(self, operations: Iterable[Operation] | None = None, version: int = api.VERSION) -> Answer:
        chosen = tuple(sign(each, self.key) for each in (self.operations if operations is None else operations))
        return self.push_signed(chosen, version)

    def push_signed(self, chosen: Sequence[SignedOperation], version: int = api.VERSION) -> Answer:
        push = api.Push(version=version, store_id=self.store_id, operations=tuple(chosen))
        return self.send(api.PUSH, push, version)

    def upload(self, names: Iterable[str] | None = None) -> api.EpisodesStored:
        chosen = self.episodes if names is None else names
        uploads = tuple(api.EpisodeUpload(name, self.episodes[name]) for name in chosen)
        return self.send(api.EPISODES, api.Episodes(version=api.VERSION, episodes=uploads)).record(api.EpisodesStored)

    def pull(self, etag: str | None = None) -> Answer:
        headers = self.signed("GET", api.PULL, b"") | ({"If-None-Match": etag} if etag else {})
        return self.ask("GET", api.PULL, headers=headers)

    def note_operation(self, kind: str, record_id: str, body: Any, rev: int = 1) -> Operation:
        """One more operation of this log."""
        made = Operation(
            op_id=new_id(),
            store_id=self.store_id,
            seq=len(self.operations) + 1,
            kind=kind,
            record_id=record_id,
            rev=rev,
            created_at=now(),
            body=body if isinstance(body, bytes) else encode(body),
        )
        self.operations.append(made)
        return made

    def sit(self) -> Session:
        """The session, made with its evaluator at first use."""
        if self.session is None:
            self.note_operation("evaluator", self.evaluator.evaluator_id, self.evaluator)
            self.session = Session(
                session_id=new_id(),
                robot_id="panda",
                scene_id="table",
                evaluator_id=self.evaluator.evaluator_id,
                created_at=now(),
                last_active_at=now(),
            )
            self.note_operation("session", self.session.session_id, self.session)
        return self.session

    def battle(self, left: str = "alpha", right: str = "beta", choice: Choice | None = "left_better") -> Battle:
        """A whole closed battle of one turn and a vote, played by nobody."""
        session = self.sit()
        closed = _battle(session, left, right, "voted" if choice else "void")
        self.note_operation("battle", closed.battle_id, closed)
        self.turn(closed)
        if choice:
            vote = _vote(session, closed, choice)
            self.note_operation("vote", vote.vote_id, vote)
        return closed

    def turn(self, battle: Battle, seq: int = 1) -> Turn:
        names, runs = [], []
        for model_id in (battle.left_model_id, battle.right_model_id):
            content = self.new_episode()
            names.append(episode_id(content))
            runs.append(run(model_id or "", content))
            self.episodes[names[-1]] = content
        turn = Turn(
            turn_id=new_id(),
            battle_id=battle.battle_id,
            seq=seq,
            instruction="push the red cube to the left",
            task_id=None,
            start="reset",
            left_episode_id=names[0],
            right_episode_id=names[1],
            created_at=now(),
        )
        self.note_operation("turn", turn.turn_id, TurnBody(turn=turn, left=runs[0], right=runs[1]))
        return turn

    def vote_again(self, position: int, **changes: Any) -> Operation:
        """Another revision of the vote at this place of the log."""
        vote = msgspec.msgpack.decode(self.operations[position].body, type=Vote)
        again = msgspec.structs.replace(vote, rev=vote.rev + 1, **changes)
        return self.note_operation("vote", again.vote_id, again, again.rev)

    def note(self, battle: Battle, turn_id: str, withdrawn: bool = False, note_id: str | None = None) -> Note:
        note = Note(
            note_id=note_id or new_id(),
            battle_id=battle.battle_id,
            turn_id=turn_id,
            side="left",
            step=1,
            text="Here it lets go.",
            evaluator_id=self.evaluator.evaluator_id,
            created_at=now(),
            withdrawn=withdrawn,
        )
        self.note_operation("note", note.note_id, note, 1 + withdrawn)
        return note

    def branch(self, battle: Battle, turn_id: str) -> Branch:
        content = episode(variant=secrets.randbits(24)).to_bytes()
        self.episodes[episode_id(content)] = content
        branch = Branch(
            branch_id=new_id(),
            battle_id=battle.battle_id,
            turn_id=turn_id,
            side="left",
            step=1,
            model_id="gamma",
            instruction="put it down",
            episode_id=episode_id(content),
            evaluator_id=self.evaluator.evaluator_id,
            created_at=now(),
        )
        self.note_operation("branch", branch.branch_id, BranchBody(branch=branch, run=run("gamma", content)))
        return branch

    def last(self, kind: OperationKind) -> Operation:
        return next(each for each in reversed(self.operations) if each.kind == kind)


def _battle(session: Session, left: str, right: str, status: str) -> Battle:
    nonce = secrets.token_hex(32)
    return Battle(
        battle_id=new_id(),
        session_id=session.session_id,
        seq_in_session=1,
        left_model_id=left,
        right_model_id=right,
        status=status,
        kind="rated",
        seed=1,
        propensity=0.5,
        first="left",
        commitment=commitment(nonce, left, right),
        nonce=nonce,
        void_reason=None if status == "voted" else "scene_broken",
        created_at=now(),
        updated_at=now(),
    )


def _vote(session: Session, battle: Battle, choice: Choice) -> Vote:
    return Vote(
        vote_id=new_id(),
        rev=1,
        battle_id=battle.battle_id,
        evaluator_id=session.evaluator_id,
        session_id=session.session_id,
        robot_id=session.robot_id,
        scene_id=session.scene_id,
        left_model_id=battle.left_model_id,
        right_model_id=battle.right_model_id,
        task_id=None,
        vote=choice,
        withdrawn=False,
        origin="window",
        kind=battle.kind,
        comment=None,
        tags=("slow",),
        left_progress=80,
        right_progress=None,
        watched=Watched(),
        opened_at=now(),
        voted_at=now(),
    )
