"""Multipliers followed by their counts: against lattice walks in closed form, exact sums, and the identities themselves."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
import sympy as sp
from enclosures import assert_encloses

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.count_walk import CountWalk
from sgd_markov.engines.lattice_walk import LatticeWalk
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics.count_fates import CountFates

HALF = sp.Rational(1, 2)
EVEN = (HALF, HALF)


class Found:
    def __init__(self, enclosure: Enclosure) -> None:
        self.enclosure = enclosure


def test_golden_exit_time_by_counts() -> None:
    """M = 4 or 1/2 from 2^-5: theory.md R08; the level itself counts as outside."""
    walk = CountWalk((Fraction(16), Fraction(1, 4)), EVEN, Fraction(4**5), strict=True)
    assert_encloses(Found(walk.mean_time(Effort())), "10.8328157299975", 15)


def test_golden_ruin_by_counts() -> None:
    """M = 2 or 1/4 to 8: theory.md R07, with kappa = log2 of the golden ratio enclosed."""
    kappa = Enclosure(Fraction("0.694241913630617301738790266898"), Fraction("0.694241913630617301738790266900"))
    walk = CountWalk((Fraction(4), Fraction(1, 16)), EVEN, Fraction(64), strict=True)
    assert_encloses(Found(walk.arrival(kappa, Effort())), "0.236067977499790", 15)


def test_closed_and_open_levels_differ() -> None:
    """From 1 to above 4 with M = 4 or 1/2: landing on 4 is inside a closed region."""
    closed, open_ = (CountWalk((Fraction(16), Fraction(1, 4)), EVEN, Fraction(16), strict=s) for s in (False, True))
    assert closed.mean_time(Effort(digits=12)).lower > open_.mean_time(Effort(digits=12)).upper
    lattice = LatticeWalk(((2, Fraction(1, 2)), (-1, Fraction(1, 2))), 3).mean_time(Effort())
    assert closed.mean_time(Effort()).meets(lattice.enclosure)


def test_three_multipliers_on_a_lattice() -> None:
    chances = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))
    walk = CountWalk((Fraction(4), Fraction(1, 4), Fraction(16)), tuple(map(sp.Rational, chances)), Fraction(4**3), strict=True)
    lattice = LatticeWalk(((1, chances[0]), (-1, chances[1]), (2, chances[2])), 3)
    found = walk.mean_time(Effort(digits=12))
    assert found.reaches(12) and found.meets(lattice.mean_time(Effort()).enclosure)


def brute(walk: CountWalk, steps: int) -> Fraction:
    """P(inside after so many steps), every path."""
    total = Fraction(0)
    for path in product(range(len(walk.squares)), repeat=steps):
        place, weight, inside = Fraction(1), Fraction(1), True
        for i in path:
            place *= walk.squares[i]
            weight *= Fraction(int(walk.chances[i].p), int(walk.chances[i].q))
            inside = inside and place <= walk.high and (walk.low is None or place >= walk.low)
        total += weight * inside
    return total


@pytest.mark.parametrize("low", [None, Fraction(1, 9)])
@pytest.mark.parametrize("count", [2, 3])
def test_survival_against_every_path(low: Fraction | None, count: int) -> None:
    squares = (Fraction(9, 4), Fraction(4, 25), Fraction(1, 2))[:count]
    chances = EVEN if count == 2 else (HALF, sp.Rational(1, 3), sp.Rational(1, 6))
    walk = CountWalk(squares, chances, Fraction(7), low)
    steps = 9 if count == 2 else 7
    found = walk.survival(steps, Effort(digits=20))
    assert found.reaches(20) and brute(walk, steps) in found
    assert walk.quantile(1 - sp.Rational(brute(walk, 4)) - sp.Rational(1, 10**9), Effort()) == next(
        n for n in range(10) if brute(walk, n) <= brute(walk, 4) + Fraction(1, 10**9)
    )


def test_killed_and_two_ended_means_agree_with_the_sum_of_survival() -> None:
    for walk in (
        CountWalk((Fraction(9, 4), Fraction(4, 25)), (sp.Rational(2, 5), sp.Rational(2, 5)), Fraction(7), out=sp.Rational(1, 5)),
        CountWalk((Fraction(9, 4), Fraction(4, 25)), EVEN, Fraction(7), Fraction(1, 9)),
    ):
        found = walk.mean_time(Effort())
        total = sum(float(walk.survival(n, Effort(digits=12)).middle) for n in range(0, 80, 1))
        assert found.reaches(15) and abs(total / float(found.middle) - 1) < 1e-5


def test_the_budget_of_steps_ends_with_the_enclosure() -> None:
    """An exponent of 1e-5: too slow to follow; Wald's bounds are what is left."""
    walk = CountWalk((Fraction(4), Fraction(1001, 4000)), EVEN, Fraction(100))
    with pytest.raises(Inconclusive) as refusal:
        walk.mean_time(Effort.within(1.0))
    assert refusal.value.enclosure is not None and refusal.value.enclosure.lower > 5000


def test_irrational_chances() -> None:
    """sqrt(2)/2 of the steps up: rounding of the chances is part of what is lost."""
    up = sp.sqrt(2) / 2
    walk = CountWalk((Fraction(4), Fraction(1, 9)), (up, 1 - up), Fraction(64))
    first = walk.survival(3, Effort(digits=30))
    known = 1 - sp.Rational(0)  # 2^3 = 8 is inside the closed level
    assert first.reaches(30) and abs(float(first.middle) - float(known)) < 1e-12
    fourth = walk.survival(4, Effort(digits=30))
    assert abs(fourth.middle - Fraction(str(sp.N(1 - up**4, 40)))) < Fraction(1, 10**29)


def test_fates_at_the_very_end() -> None:
    """3^2/2^3 against 9/8: no float tells them apart."""
    squares = (Fraction(3), Fraction(1, 2))
    level = Fraction(9, 8)
    assert CountFates(squares, level, None, False).side((2, 3)) == 0
    assert CountFates(squares, level, None, True).side((2, 3)) == 1
    assert CountFates(squares, level - Fraction(1, 10**60), None, False).side((2, 3)) == 1
    assert CountFates(squares, Fraction(100), level, False).side((2, 3)) == 0
    assert CountFates(squares, Fraction(100), level, True).side((2, 3)) == -1
