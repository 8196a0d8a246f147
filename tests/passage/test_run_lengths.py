"""Published tables of the run lengths of control charts, right to one unit of their last place, as R's spc quotes them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from enclosures import reference_enclosure

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure

w, z = sp.symbols("w z", real=True)
R = sp.Rational

LUCAS_CROSIER = [
    ("0", "1.68e2"), ("0.25", "74.2"), ("0.5", "26.6"), ("0.75", "13.3"), ("1", "8.38"), ("1.5", "4.75"), ("2", "3.34"),
    ("2.5", "2.62"), ("3", "2.19"), ("4", "1.71"), ("5", "1.31"),
]  # fmt: skip
"""Technometrics 24 (1982) 199-205, table 1: mean of the observations, mean run length of two charts k = 1/2, h = 4."""
CROWDER = {
    "1/2": ["26.45", "20.12", "11.89", "7.29", "4.91", "", "2.80", "2.29", "1.94", "1.70", "1.51", "1.37", "1.26", "1.18"],
    "1/20": ["127.53", "43.94", "18.97", "11.64", "8.38", "6.56", "5.41", "4.62", "4.04", "3.61", "3.26", "2.99", "2.76"],
}  # fmt: skip
"""Technometrics 29 (1987) 401-407, table 1: weight -> means 0, 1/4, 1/2, ...; limits of 2 sigma. (3.95 is a misprint of 3.59.)"""
LUCAS_SACCUCCI = {
    ("1/2", "3.071"): ["5.00e2", "2.55e2", "88.8", "35.9", "17.5", "6.53", "3.63", "2.50", "1.93", "1.58", "1.34", "1.07"],
    ("3/100", "2.437"): ["5.00e2", "76.7", "29.3", "17.6", "12.6", "8.07", "5.99", "4.80", "4.03", "3.49", "3.11", "2.55"],
}  # fmt: skip
"""Technometrics 32 (1990) 1-12, table 3: weight and limit -> the means below."""
MEANS = ["0", "0.25", "0.5", "0.75", "1", "1.5", "2", "2.5", "3", "3.5", "4", "5"]


def normal(step: sp.Expr, mean: sp.Expr) -> sm.Chain:
    return sm.RandomMap({w: step}, noise={z: sm.Normal(mean, 1)})


def one_sided(k: sp.Expr, h: sp.Expr, mean: sp.Expr) -> Enclosure:
    return run_length(normal(sp.Max(0, w + z - k), mean), ["-oo", h])


def moving_average(weight: str, limit: str, mean: sp.Expr) -> Enclosure:
    part = R(weight)
    end = R(limit) * sp.sqrt(part / (2 - part))
    return run_length(normal((1 - part) * w + part * z, mean), [-end, end])


def run_length(chain: sm.Chain, inside: list[object]) -> Enclosure:
    answer = sm.exit_time(chain, start=0, inside=inside, digits=10)
    assert answer.warrant.label == "certified" and answer.enclosure.reaches(10)
    return answer.enclosure


def assert_published(found: Enclosure, reference: str) -> None:
    assert found.meets(reference_enclosure(reference)), f"{float(found.middle)} is not {reference}"


@pytest.mark.parametrize(("mean", "reference"), LUCAS_CROSIER)
def test_two_sided_cusum_charts_by_kemps_rule(mean: str, reference: str) -> None:
    """While one chart is above 0 the other is at it: 1/L = 1/L_up + 1/L_down."""
    ups, downs = (one_sided(R(1, 2), R(4), side * R(mean)) for side in (1, -1))
    ends = [1 / (1 / Fraction(a) + 1 / Fraction(b)) for a, b in ((ups.lower, downs.lower), (ups.upper, downs.upper))]
    assert_published(Enclosure(*ends), reference)


@pytest.mark.parametrize(
    ("weight", "step", "reference"),
    [(weight, step, ref) for weight, row in CROWDER.items() for step, ref in enumerate(row) if ref],
)
def test_moving_averages_of_crowder(weight: str, step: int, reference: str) -> None:
    assert_published(moving_average(weight, "2", R(step, 4)), reference)


@pytest.mark.parametrize(
    ("weight", "limit", "mean", "reference"),
    [(*key, mean, ref) for key, row in LUCAS_SACCUCCI.items() for mean, ref in zip(MEANS, row, strict=True)],
)
def test_moving_averages_of_lucas_and_saccucci(weight: str, limit: str, mean: str, reference: str) -> None:
    assert_published(moving_average(weight, limit, R(mean)), reference)


@pytest.mark.parametrize(
    ("found", "misprint", "right"),
    [
        (lambda: moving_average("1/2", "2", R(5, 4)), "3.95", "3.59"),
        (lambda: one_sided(R(1, 2), R(3), R(0)), "117.4", "117.59"),
        (lambda: one_sided(R(0), R(10), R(-1, 4)), "2071.51", "2071.57"),
    ],
)
def test_wrong_digits_in_print_are_told(found: object, misprint: str, right: str) -> None:
    """Crowder's misprint, Waldmann's rounding and Vance's quadrature: the comparison above would notice such errors."""
    enclosure = found()
    assert not enclosure.meets(reference_enclosure(misprint))
    assert_published(enclosure, right)


@pytest.mark.parametrize("mean", [R(1), R(5, 2), R(5)])
def test_probabilities_of_chains_that_drift_out_quickly(mean: sp.Expr) -> None:
    """Left and right eigenvectors of such a kernel are nearly orthogonal; borders of them made the system singular."""
    chain, end = normal(R(97, 100) * w + R(3, 100) * z, mean), R(3, 10)
    above = sm.hitting(chain, start=0, target=[end, "oo"], avoid=["-oo", -end], digits=10)
    below = sm.hitting(chain, start=0, target=["-oo", -end], avoid=[end, "oo"], digits=1)
    assert above.enclosure.reaches(10) and below.upper < R(1, 10**3)
    assert Enclosure(above.lower + below.lower, above.upper + below.upper).meets(Enclosure.point(1))
