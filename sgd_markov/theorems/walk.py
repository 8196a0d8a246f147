"""A walk on the integers that goes up by `up` or down by `down`, probability 1/2 each: exact bounds of ruin and exit.

The walk from 0 is cut at -depth; what a path may still do from there is bounded on both sides, and the linear
equations are solved in exact rationals. It knows nothing of the closed forms that it checks.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import fmpq, fmpq_mat

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from .claim import Reading

THETA = Fraction(8, 5)
"""Where (THETA^up + THETA^-down)/2 <= 1, THETA^S is a supermartingale and P(sup S >= n) <= THETA^-n."""


def depth_for(digits: int) -> int:
    """So deep that THETA^-depth is below 10^-digits, with room for factors."""
    return 5 * digits + 30


def ruin_probability(up: int, down: int, level: int, digits: int) -> Reading:
    """P(the walk from 0 ever reaches `level` or more)."""
    depth = depth_for(digits)
    supermartingale = (THETA**up + THETA**-down) / 2 <= 1

    def most(position: int) -> Fraction:
        return THETA ** (position - level) if supermartingale else Fraction(1)

    low = solved(up, down, level, depth, Fraction(0), Fraction(1), lambda position: Fraction(0))
    high = solved(up, down, level, depth, Fraction(0), Fraction(1), most)
    return Reading(Enclosure(low, high), Warrant.CERTIFIED)


def exit_time(up: int, down: int, level: int, digits: int) -> Reading:
    """Mean number of steps until the walk from 0 first reaches `level` or more; needs up > down.

    From below the cut, Wald: the mean is at most (distance + largest overshoot)/drift.
    """
    depth = depth_for(digits)
    drift = Fraction(up - down, 2)

    def most(position: int) -> Fraction:
        return (level - position + up) / drift

    low = solved(up, down, level, depth, Fraction(1), Fraction(0), lambda position: Fraction(0))
    high = solved(up, down, level, depth, Fraction(1), Fraction(0), most)
    return Reading(Enclosure(low, high), Warrant.CERTIFIED)


def solved(
    up: int, down: int, level: int, depth: int, gain: Fraction, top: Fraction, bottom: Callable[[int], Fraction]
) -> Fraction:
    """h(0) where h = gain + mean of h after one step inside (-depth, level), h = top above, bottom(position) below."""
    states = range(-depth + 1, level)
    matrix = fmpq_mat(len(states), len(states))
    right = fmpq_mat(len(states), 1)
    half = fmpq(1, 2)
    for row, position in enumerate(states):
        matrix[row, row] = matrix[row, row] + 1
        total = gain
        for target in (position + up, position - down):
            if target >= level:
                total += top / 2
            elif target <= -depth:
                total += bottom(target) / 2
            else:
                column = target + depth - 1
                matrix[row, column] = matrix[row, column] - half
        right[row, 0] = fmpq(total.numerator, total.denominator)
    value = matrix.solve(right)[depth - 1, 0]
    return Fraction(int(value.p), int(value.q))
