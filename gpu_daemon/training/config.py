"""TrainingConfig: one TOML file that says how baselines are made."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scenes.errors import BadInput
from scenes.models import Id, Short
from scenes.settings import converted

Count = Annotated[int, Meta(ge=0, le=10**7)]
Positive = Annotated[int, Meta(ge=1, le=10**7)]
Share = Annotated[float, Meta(ge=0, le=1)]

CHUNK = 8  # actions of one inference
HZ = 10.0
PIXELS = 96
Horizon = Annotated[int, Meta(ge=1, le=CHUNK)]


class Weights(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often each task family is demonstrated, relative to the others."""

    reach: float = 1.0
    push: float = 1.4
    lift: float = 1.6
    bowl: float = 1.8
    stack: float = 2.4


class DemonstrationPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many demonstrations are recorded, and how they are disturbed."""

    episodes: Positive = 3000
    max_steps: Positive = 60
    bursts: Share = 0.5  # of the episodes hold bursts of random actions
    random_starts: Share = 0.4  # of the episodes begin with the arm somewhere else
    weights: Weights = Weights()


class PolicyPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one policy is trained."""

    id: Id
    name: Short
    network: Literal["film-cnn", "flow"]
    seed: Count = 0
    cloning_steps: Positive = 6000
    dagger_episodes: Count = 0  # recorded with the cloned policy; training goes on with them
    dagger_steps: Count = 0
    batch: Positive = 64
    learning_rate: float = 1e-3
    late_rate: float = 5e-4  # of the steps after DAgger
    warm_up: Positive = 200  # steps
    average_from: Share = 0.6  # of the steps: where the moving average of the weights begins
    start_from: str = ""  # the policy whose camera towers it takes over
    frozen_steps: Count = 0  # at the beginning, during which what was taken over stays as it is
    early_step: Count = 0  # a snapshot of this step becomes a policy of its own
    early_id: str = ""
    early_name: str = ""
    execute: Horizon = 4  # actions of a chunk carried out, until validation has chosen


class TrainingConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that decides what is learned. Relative folders are beside the file."""

    folder: str  # of demonstrations, checkpoints and results
    cards: str  # the folder that gets the model cards
    weights: str  # the folder that gets the exported weights
    policies: Annotated[tuple[PolicyPlan, ...], Meta(min_length=1, max_length=16)]
    robot: Id = "panda"
    scene: Id = "table"
    organization: Short = "VLA Arena"
    license: Short = "Apache-2.0"
    seed: Count = 0
    processes: Annotated[int, Meta(ge=1, le=64)] = 2
    shard_episodes: Positive = 25
    demonstrations: DemonstrationPlan = DemonstrationPlan()
    validation_starts: Count = 20  # per task family
    horizons: Annotated[tuple[Horizon, ...], Meta(min_length=1)] = (2, 3, 4, 6)  # validation chooses among these
    noises: Annotated[tuple[Share, ...], Meta(min_length=1)] = (0.0, 1.0)  # and these, of policies that sample
    test_starts: Count = 400  # per task family
    max_steps: Positive = 50

    def policy(self, policy_id: str) -> PolicyPlan:
        """The plan of this policy.

        Raises:
            BadInput: there is none.
        """
        for plan in self.policies:
            if plan.id == policy_id:
                return plan
        known = ", ".join(plan.id for plan in self.policies)
        raise BadInput(f"The training file plans no policy '{policy_id}'.", hint=f"It plans: {known}.")


def read_config(path: Path) -> TrainingConfig:
    """The training file, its folders made absolute.

    Raises:
        BadInput: it cannot be read, or holds something that is not as it should be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} is not a readable training file: {error}.") from error
    for name in ("folder", "cards", "weights"):
        if isinstance(table.get(name), str):
            table[name] = str((path.absolute().parent / table[name]).resolve())
    return converted(table, TrainingConfig, source=str(path))
