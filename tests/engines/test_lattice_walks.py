"""Walks on the integers against a walk that is cut off deep below, solved in exact rationals."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import fmpq, fmpq_mat

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.lattice_walk import LatticeWalk
from sgd_markov.engines.signed_walk import SignedWalk

DEPTH = 90


def cut_off(steps, levels, gains, boundary, bottom):
    """h(0, +) for h = gains + sum p h(next), h = boundary outside, h = bottom at -DEPTH and below; two signs."""
    states = [(n, s) for s in (1, -1) for n in range(-DEPTH + 1, levels[0 if s == 1 else 1])]
    index = {state: i for i, state in enumerate(states)}
    matrix, right = fmpq_mat(len(states), len(states)), fmpq_mat(len(states), 1)
    for (n, s), i in index.items():
        matrix[i, i] += 1
        total = Fraction(gains)
        for k, side, p in steps:
            to = (n + k, s * side)
            if to in index:
                matrix[i, index[to]] -= fmpq(p.numerator, p.denominator)
            else:
                total += p * (bottom if n + k <= -DEPTH else boundary(to))
        right[i, 0] = fmpq(total.numerator, total.denominator)
    value = matrix.solve(right)[index[(0, 1)], 0]
    return Fraction(int(value.p), int(value.q))


def bracket(steps, levels, gains, boundary, most) -> Enclosure:
    return Enclosure(*(cut_off(steps, levels, gains, boundary, bottom) for bottom in (Fraction(0), Fraction(most))))


def return_bound(steps) -> Fraction:
    """P(from -DEPTH back up to 0) <= theta^-DEPTH where theta^S is a supermartingale."""
    for theta in (Fraction(1) + Fraction(i, 20) for i in range(60, 0, -1)):
        if sum(p * theta**k for k, _, p in steps) <= 1:
            return theta**-DEPTH
    return Fraction(1)


def some_steps(rng: random.Random, drift: int) -> list[tuple[int, int, Fraction]]:
    """Random steps, a clear drift up or down."""
    while True:
        weights = {k: rng.randint(1, 6) for k in rng.sample([-3, -2, -1, 0, 1, 2, 3], 3)} | {1: 2, -1: 2}
        whole = sum(weights.values())
        mean = Fraction(sum(k * v for k, v in weights.items()), whole)
        if drift * mean > Fraction(2, 5):
            return [(k, rng.choice([1, 1, -1]), Fraction(v, whole)) for k, v in weights.items()]


@pytest.mark.parametrize("seed", range(4))
def test_mean_times_of_random_walks(seed: int) -> None:
    rng = random.Random(seed)
    steps = some_steps(rng, 1)
    distance = rng.randint(1, 6)
    walk = LatticeWalk(tuple((k, p) for k, _, p in steps), distance)
    found = walk.mean_time(Effort(digits=20))
    most = Fraction(DEPTH + distance + 3) / walk.drift
    known = bracket([(k, 1, p) for k, _, p in steps], (distance, distance), 1, lambda to: Fraction(0), most)
    assert float(known.width) < 1e-6 and found.enclosure.reaches(20) and found.enclosure.meets(known)


@pytest.mark.parametrize("seed", range(4))
def test_ruin_of_random_walks(seed: int) -> None:
    rng = random.Random(100 + seed)
    steps = some_steps(rng, -1)
    distance = rng.randint(1, 4)
    found = LatticeWalk(tuple((k, p) for k, _, p in steps), distance).arrival(False, Effort(digits=20))
    known = bracket([(k, 1, p) for k, _, p in steps], (distance, distance), 0, lambda to: Fraction(1), return_bound(steps))
    assert float(known.width) < 1e-5 and found.enclosure.reaches(20) and found.enclosure.meets(known)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("drift", [1, -1])
def test_signs_at_the_exit_of_random_walks(seed: int, drift: int) -> None:
    rng = random.Random(200 + seed)
    steps = some_steps(rng, drift)
    levels = (rng.randint(1, 5), rng.randint(1, 5))
    walk = SignedWalk(tuple(steps), levels)
    found = walk.arrival(1, Effort(digits=20))
    known = bracket(steps, levels, 0, lambda to: Fraction(int(to[1] == 1)), return_bound(steps))
    assert float(known.width) < 1e-5 and found.enclosure.reaches(20) and found.enclosure.meets(known)
    if drift > 0:
        time = walk.mean_time(Effort(digits=20))
        most = Fraction(DEPTH + max(levels) + 3) / walk.drift
        known = bracket(steps, levels, 1, lambda to: Fraction(0), most)
        assert float(known.width) < 1e-5 and time.enclosure.reaches(20) and time.enclosure.meets(known)


def test_steps_whose_signs_cancel() -> None:
    """Up by 1 with either sign, alike: the sign at the exit is a coin but for the first state."""
    half = Fraction(1, 2)
    walk = SignedWalk(((1, 1, half / 2), (1, -1, half / 2), (-1, 1, half)), (3, 3))
    assert_encloses(walk.arrival(1, Effort()), "1/2", 15)
    known = bracket(walk.steps, (3, 1), 0, lambda to: Fraction(int(to[1] == 1)), Fraction(1))
    found = SignedWalk(walk.steps, (3, 1)).arrival(1, Effort())
    assert found.enclosure.meets(known)


def test_killed_walks() -> None:
    """Taken out with probability 1/5: the mean time and the chance of arriving first, by the cut-off walk."""
    p = Fraction(2, 5)
    walk = LatticeWalk(((1, p), (-1, p)), 4, out=Fraction(1, 5))
    steps = [(1, 1, p), (-1, 1, p)]
    assert_encloses(walk.mean_time(Effort()), "75/16", 15)
    known = bracket(steps, (4, 4), 1, lambda to: Fraction(0), Fraction(5))
    assert walk.mean_time(Effort()).enclosure.meets(known)
    assert walk.arrival(True, Effort()).exact == 1
    assert walk.arrival(False, Effort()).exact == sp.Rational(1, 16)
    stuck = LatticeWalk(((1, p), (-1, p)), 4, stuck=Fraction(1, 5))
    assert stuck.arrival(True, Effort()).exact == sp.Rational(1, 16)


def test_survival_sums_to_the_mean_time() -> None:
    """sum P(tau > n) = E tau: the two are computed by different means."""
    walk = LatticeWalk(((2, Fraction(1, 2)), (-1, Fraction(1, 2))), 5)
    masses = walk.ball_masses(Effort())
    total = sum(float(next(masses)) for _ in range(400))
    assert abs(total - float(walk.mean_time(Effort()).enclosure.middle)) < 1e-9


def test_survival_in_balls_and_in_whole_numbers() -> None:
    walk = LatticeWalk(((2, Fraction(1, 3)), (-1, Fraction(1, 2))), 5, stuck=Fraction(1, 6))
    exact = walk.survival(300, Effort())
    from sgd_markov.engines.lattice_walk import at

    assert exact.exact is not None
    ball = at(300, walk.ball_masses(Effort()))
    assert abs(float(ball) - float(exact.exact)) < 1e-12
    half = LatticeWalk(((2, Fraction(1, 2)), (-1, Fraction(1, 2))), 5)
    n = half.quantile(sp.Rational(1, 2), Effort())
    assert half.survival(n, Effort()).exact <= sp.Rational(1, 2) < half.survival(n - 1, Effort()).exact
