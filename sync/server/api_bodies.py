"""The JSON bodies that programs send to /api, and what they get back."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sync.records import MAX_COMMENT, Choice

Plain = r"^[^\x00]*$"  # PostgreSQL keeps no NUL in a text
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Percent = Annotated[int, Meta(ge=0, le=100)]
DaemonKey = Annotated[str, Meta(min_length=44, max_length=44, pattern=r"^[A-Za-z0-9+/]{43}=$")]


class NewBattle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A battle to begin: name both models, or neither to have a pair drawn. The same request with the same `request_id`
    (any name that this token uses once) is the same battle, however often it is sent."""

    robot_id: Id
    scene_id: Id
    evaluator: Annotated[str, Meta(min_length=1, max_length=200, pattern=Plain)]
    left_model_id: Id | None = None
    right_model_id: Id | None = None
    request_id: Id | None = None
    daemon_key: DaemonKey | None = None  # X25519 public key, base64: a drawn pair is told to its holder alone


class BattleBegun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An open battle. `sealed` is base64 of 32 bytes of an X25519 key, 12 of a nonce, and AES-256-GCM of the pair."""

    session_id: str
    battle_id: str
    seed: int
    first: str
    commitment: str
    sealed: str | None = None


class NewTurnOfBattle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A turn of two episodes that were uploaded."""

    instruction: Annotated[str, Meta(min_length=1, max_length=500, pattern=Plain)]
    start: Literal["reset", "continue"] = "reset"
    left_episode_id: Sha256
    right_episode_id: Sha256


class NewVote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The judgement that closes a battle."""

    battle_id: Id
    vote: Choice
    comment: Annotated[str, Meta(max_length=MAX_COMMENT, pattern=Plain)] | None = None
    tags: Annotated[tuple[Annotated[str, Meta(max_length=40, pattern=Plain)], ...], Meta(max_length=20)] = ()
    left_progress: Percent | None = None
    right_progress: Percent | None = None


class Revealed(Struct, frozen=True, kw_only=True):
    """Who played in a battle that has a vote; anyone can check it against the commitment."""

    vote_id: str
    battle_id: str
    left_model_id: str | None
    right_model_id: str | None
    commitment: str
    nonce: str | None


class EpisodeKept(Struct, frozen=True):
    """The id of an episode that was uploaded."""

    episode_id: str
