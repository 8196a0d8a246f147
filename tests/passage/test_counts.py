"""Poisson and geometric counts as noise in a bounded region: published run lengths, dense solutions, what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, factorial

import numpy as np
import pytest
import sympy as sp
from enclosures import reference_enclosure

import sgd_markov as sm

w, z, u = sp.symbols("w z u", real=True)
R = sp.Rational


def counting(step: sp.Expr, law: object, **further: object) -> sm.Chain:
    noise = {z: law} | ({u: sm.Rademacher()} if u in step.free_symbols else {})
    return sm.RandomMap({w: step}, noise=noise, **further)


LUCAS = [(1, 0, "4.38e2"), (1, 5, "3.33e2"), (-1, 0, "4.37e2"), (-1, 5, "3.18e2")]
"""Technometrics 27 (1985) 129-144, tables 2 to 5: Poisson counts of mean 1/4, k = 1/4, alarm at 10, as R's spc quotes them."""


@pytest.mark.parametrize(("side", "start", "reference"), LUCAS)
def test_run_lengths_of_poisson_charts(side: int, start: int, reference: str) -> None:
    """The chart moves on quarters; all counts above 10 lead out, or to the barrier."""
    chain = counting(sp.Max(0, w + side * (z - R(1, 4))), sm.Poisson(R(1, 4)))
    found = sm.exit_time(chain, start=start, inside=["-oo", R(39, 4)], digits=12)
    assert found.warrant.label == "certified" and found.enclosure.reaches(12)
    assert found.enclosure.meets(reference_enclosure(reference))


def poisson(rate: float) -> Callable[[int], float]:
    return lambda k: exp(-rate) * rate**k / factorial(k)


def geometric(p: float) -> Callable[[int], float]:
    return lambda k: p * (1 - p) ** k


CASES = [
    (sp.Max(0, w + z - 1), sm.Geometric(R(1, 2)), geometric(0.5), 0, (0, 4)),
    (w + z - 1, sm.Geometric(R(1, 2)), geometric(0.5), 0, (-3, 4)),
    (w + 2 - z, sm.Poisson(3), poisson(3), 1, (-6, 2)),
    (sp.Max(0, w + u * z - 1), sm.Poisson(1), poisson(1), 0, (0, 4)),
]


@pytest.mark.parametrize(("step", "law", "chance", "start", "ends"), CASES)
def test_mean_times_and_survival_against_a_dense_solution(
    step: sp.Expr, law: object, chance: Callable[[int], float], start: int, ends: tuple[int, int]
) -> None:
    low, high = ends
    kernel, signs = np.zeros((high - low + 1,) * 2), [-1, 1] if u in step.free_symbols else [1]
    function = sp.lambdify((w, z, u), step)
    for place in range(low, high + 1):
        for count in range(100):
            for sign in signs:
                image = int(function(place, count, sign))
                if low <= image <= high:
                    kernel[place - low, image - low] += chance(count) / len(signs)
    inside, ones = [low - R(1, 2), high + R(1, 2)], np.ones(len(kernel))
    chain = counting(step, law)
    time = sm.exit_time(chain, start=start, inside=inside, digits=10)
    assert abs(float(time.enclosure.middle) / np.linalg.solve(np.eye(len(kernel)) - kernel, ones)[start - low] - 1) < 1e-9
    alive = sm.survival(chain, start=start, inside=inside, steps=7, digits=8)
    assert abs(float(alive.enclosure.middle) - (np.linalg.matrix_power(kernel, 7) @ ones)[start - low]) < 1e-9


def test_geometric_counts_have_exact_mean_times() -> None:
    found = sm.exit_time(counting(sp.Max(0, w + z - 1), sm.Geometric(R(1, 2))), start=0, inside=["-oo", 4])
    assert found.exact == 22 and found.warrant.label == "exact"


@pytest.mark.parametrize(
    ("step", "law"),
    [
        (w / 2 + z * (5 - z), sm.Poisson(1)),  # large counts lead far out, but not all on one side of the region at once
        (w + sp.Piecewise((1, z < 200), (-z, True)), sm.Poisson(1)),  # those above 200 do something else
        (w + 100 * sp.Piecewise((1, z < 40), (1, z > 40), (0, True)) + z, sm.Poisson(1)),  # but 40 does not lead out
        (w / 2 + z / (1 + z), sm.Geometric(R(1, 2))),  # every count leads to a place of its own
    ],
)
def test_counts_that_do_not_settle_are_left_alone(step: sp.Expr, law: object) -> None:
    with pytest.raises(sm.Inconclusive):
        sm.exit_time(counting(step, law), start=0, inside=[-3, R(9, 2)], digits=3)
