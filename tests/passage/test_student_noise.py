"""Student noise in doubles and in balls, and survival of few steps, against a dense solve with scipy's density."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses
from scipy.special import gamma

import sgd_markov as sm

R = sp.Rational
w, z = sp.symbols("w z", real=True)
LOW, HIGH = R(-1, 2), sp.Integer(1)


def chain(df: object, scale: object) -> sm.RandomMap:
    return sm.RandomMap({w: w / 2 + R(1, 10) + sp.sympify(scale) * z}, noise={z: sm.Student(df, 0, 1)})


def dense(df: float, scale: float, size: int, steps: int) -> tuple[float, float, float]:
    """(mean time from 0, P(tau > steps) from 0, survival factor), Gauss-Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    nodes, weights = 0.25 + 0.75 * nodes, 0.75 * weights

    def row(x: float) -> np.ndarray:
        u = (nodes - x / 2 - 0.1) / scale
        peak = gamma((df + 1) / 2) / (np.sqrt(np.pi * df) * gamma(df / 2))
        return peak * (1 + u * u / df) ** (-(df + 1) / 2) / scale * weights

    matrix, values = np.array([row(x) for x in nodes]), np.ones(size)
    times = np.linalg.solve(np.eye(size) - matrix, values)
    for _ in range(steps - 1):
        values = matrix @ values
    return 1 + float(row(0) @ times), float(row(0) @ values), float(max(np.linalg.eigvals(matrix).real))


@pytest.mark.parametrize(("df", "scale"), [("1/2", "1/3"), ("1", "1/10"), ("5/2", "1/10"), ("7", "3"), ("50", "1/3")])
def test_both_rungs_agree_with_the_dense_solve(df: str, scale: str) -> None:
    known = dense(float(R(df)), float(R(scale)), 260, 9)
    for method in ("certified", "estimated"):
        found = (
            sm.exit_time(chain(df, scale), start=0, inside=[LOW, HIGH], method=method),
            sm.survival(chain(df, scale), start=0, inside=[LOW, HIGH], steps=9, method=method),
            sm.quasi_stationary(chain(df, scale), inside=[LOW, HIGH], method=method),
        )
        for answer, value in zip(found, known, strict=True):
            assert answer.enclosure.reaches(15 if method == "certified" else 11)
            assert abs(float(answer.enclosure.middle) / value - 1) < 1e-10


def test_few_steps_with_tiny_survival_keep_their_digits() -> None:
    """w' = z/s forgets: P(tau > n) = P(|z| < 1/s)^n, here 2e-27 and 5e-100."""
    wide = sm.RandomMap({w: 0 * w + 1000 * z}, noise={z: sm.Normal(0, 1)})
    with mp.workdps(40):
        stay = mp.erf(mp.mpf(1) / 1000 / mp.sqrt(2))
        for steps in (1, 9, 33, 64, 65, 90):
            found = sm.survival(wide, start=0, inside=[-1, 1], steps=steps)
            assert_encloses(found, mp.nstr(stay**steps, 25), 15, "certified")
        factor = sm.quasi_stationary(wide, inside=[-1, 1])
        assert_encloses(factor, mp.nstr(stay, 25), 15, "certified")


def test_quantiles_of_chains_that_leave_at_once() -> None:
    """No quasi-stationary law is needed: used to be refused where the edges are left almost surely."""
    away = sm.RandomMap({w: 2 * w + R(3, 20) * z}, noise={z: sm.Normal(0, 1)})
    region = [R(-19, 10), R(23, 20)]
    n = int(sm.survival(away, start=0, inside=region, quantile="1/2").value)
    before, after = (sm.survival(away, start=0, inside=region, steps=k).enclosure for k in (n - 1, n))
    assert after.upper <= Fraction(1, 2) < before.lower
    assert sm.quasi_stationary(away, inside=region).enclosure.reaches(15)
