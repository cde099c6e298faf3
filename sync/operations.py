"""Operations: the changes of one workstation's log, as they rest there, travel and are kept at the centre.

They exist for closed battles only. An operation is written once: the bytes of its body are made when it is released
and never encoded again, its op_id is its name everywhere, and (store_id, seq) is its place in a log without gaps. Only
a fork gives it another place; then its body and op_id stay. Copies of a store that go on apart may release one record
under two op_ids: records are told apart by their own ids and revisions, the highest revision counts.
"""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

from msgspec import Struct

from scenes.codec import decode, encode
from scenes.episode import Run
from scenes.errors import BadInput
from sync.keys import SigningKey
from sync.records import Battle, Branch, Evaluator, Note, Session, Turn, Vote

OperationKind = Literal["evaluator", "session", "battle", "turn", "vote", "note", "branch"]
KINDS: tuple[OperationKind, ...] = get_args(OperationKind)
SIGNED_AS = b"vlaarena operation 1\n"
MAX_INFERENCES = 10_000  # of a run
_ANY = 2**31
_MAX_ARRAY_BYTES = 2 * MAX_INFERENCES * 4  # of all arrays of one body: those of a turn's two runs


class Operation(Struct, frozen=True, kw_only=True):
    """One change. Its clock is data, never order."""

    op_id: str
    store_id: str
    seq: int  # from 1, without gaps within a store
    kind: str  # one of KINDS; a newer program's may be unknown here
    record_id: str
    rev: int  # above 1 only for evaluator, session, vote and note
    created_at: str
    body: bytes  # scenes.codec.encode of the record


class TurnBody(Struct, frozen=True, kw_only=True):
    """A turn with who made its two episodes."""

    turn: Turn
    left: Run
    right: Run


class BranchBody(Struct, frozen=True, kw_only=True):
    """A side experiment with who made its episode."""

    branch: Branch
    run: Run


Body = Evaluator | Session | Battle | TurnBody | Vote | Note | BranchBody
BODIES: dict[OperationKind, type[Body]] = {
    "evaluator": Evaluator,
    "session": Session,
    "battle": Battle,
    "turn": TurnBody,
    "vote": Vote,
    "note": Note,
    "branch": BranchBody,
}


class SignedOperation(Struct, frozen=True):
    """An operation as it travels: exact bytes, and the device's signature over them."""

    content: bytes  # scenes.codec.encode(Operation)
    signature: bytes  # Ed25519 over SIGNED_AS + content

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content, 32 bytes: what `verify` compares."""
        return hashlib.sha256(self.content).digest()


def sign(operation: Operation, key: SigningKey) -> SignedOperation:
    """The operation with a device's signature."""
    content = encode(operation)
    return SignedOperation(content, key.sign(SIGNED_AS + content))


def read(signed: SignedOperation) -> Operation:
    """The operation of signed bytes; who signed them is the receiver's to check (`keys.is_signed`, SIGNED_AS).

    Raises:
        BadInput: they are no operation, or not the one way of writing it.
    """
    operation = decode(signed.content, Operation)
    if operation.seq < 1 or operation.rev < 1:
        raise BadInput("An operation's number and revision begin at 1.")
    if encode(operation) != signed.content:
        raise BadInput("An operation has one way of being written, and this is another.")
    return operation


def body_of(operation: Operation) -> Body:
    """The record that an operation carries.

    Raises:
        BadInput: the kind is unknown, or the body is no such record, or it is another record than the operation says.
    """
    if operation.kind not in KINDS:
        raise BadInput(f"Operations of the kind '{operation.kind[:40]}' are not known here.")
    body = decode(operation.body, BODIES[operation.kind], arrays=_MAX_ARRAY_BYTES)
    record_id, revisions = _identity(body)
    if record_id != operation.record_id or operation.rev not in revisions:
        raise BadInput(f"The body is another {operation.kind} or revision than the operation says.")
    for run in runs_of(body):
        if run.inference_seconds.ndim != 1 or len(run.inference_seconds) > MAX_INFERENCES:
            raise BadInput(f"A run tells the times of its inferences in a row, of at most {MAX_INFERENCES}.")
    return body


def runs_of(body: Body) -> tuple[Run, ...]:
    """Who made the episodes that a record brings."""
    match body:
        case TurnBody():
            return (body.left, body.right)
        case BranchBody():
            return (body.run,)
        case _:
            return ()


def _identity(body: Body) -> tuple[str, range]:
    """The record's own id, and the revisions under which such a body may stand."""
    match body:
        case Vote():
            return body.vote_id, range(body.rev, body.rev + 1)
        case Note():
            return body.note_id, range(1 + body.withdrawn, 2 + body.withdrawn)
        case Session():
            return body.session_id, range(1, _ANY)
        case Evaluator():
            return body.evaluator_id, range(1, _ANY)
        case Battle():
            return body.battle_id, range(1, 2 if body.left_model_id and body.right_model_id and body.nonce else 1)
        case TurnBody():
            return body.turn.turn_id, range(1, 2)
        case BranchBody():
            return body.branch.branch_id, range(1, 2)


def range_digest(digests: list[bytes]) -> bytes:
    """SHA-256 over the digests of the operations of a range in the order of their numbers."""
    return hashlib.sha256(b"".join(digests)).digest()
