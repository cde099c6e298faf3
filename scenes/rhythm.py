"""How control steps fall on physics steps.

Most rates divide the physics rate. 15 Hz does not divide 500 Hz, but three of its control steps take 100 physics
steps: 33, 33 and 34. Such a cycle is at most three control steps long; other rates are refused.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from scenes.errors import BadInput

LONGEST_CYCLE = 3  # control steps


class Rhythm(NamedTuple):
    """`cycle` control steps take `substeps` physics steps, spread as evenly as whole numbers can be."""

    substeps: int
    cycle: int = 1

    def begins(self, step: int, phase: int = 0) -> int:
        """Physics steps before control step `step`; `phase` counts from within a cycle, in cycle-ths of one."""
        return (step * self.substeps + phase) // self.cycle

    def step_at(self, physics_step: int, phase: int = 0) -> int:
        """The control step under way after so many physics steps: the last that began no later."""
        return ((physics_step + 1) * self.cycle - 1 - phase) // self.substeps


def rhythm_of(control_hz: float, physics_hz: float) -> Rhythm:
    """The rhythm of a control rate.

    Raises:
        BadInput: no whole number of physics steps is a whole number of up to LONGEST_CYCLE control steps.
    """
    exact = Fraction(physics_hz / control_hz).limit_denominator(LONGEST_CYCLE) if control_hz > 0 else Fraction(0)
    if exact < 1 or abs(float(exact) - physics_hz / control_hz) > 1e-9:
        raise BadInput(
            f"A control rate of {control_hz:g} Hz does not divide the physics rate of {physics_hz:g} Hz.",
            hint="Use a rate such as 5, 10, 15, 20 or 25 Hz.",
        )
    return Rhythm(exact.numerator, exact.denominator)
