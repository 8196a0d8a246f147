"""`method = "estimated"` on smooth kernels: every question, each estimate beside its certificate."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

R = sp.Rational
w, z = sp.symbols("w z", real=True)


def driven(centre: sp.Expr, scale: object = "1/3", law: sm.Law | None = None) -> sm.RandomMap:
    return sm.RandomMap({w: centre + sp.sympify(scale) * z}, noise={z: law or sm.Normal(0, 1)})


CHAINS = {
    "linear": driven(w / 2 + R(1, 10)),
    "double well": driven(w - (w**3 - w) / 20, "1/10"),
    "student": driven(w / 2, "1/3", sm.Student(R(1, 2), 0, 1)),
    "stable": driven(w / 2, "1/3", sm.Stable("6/5")),
    "scale": driven(2 * w, sp.sqrt(1 + w**2) / 5),
    "barrier": sm.RandomMap({w: sp.Max(R(-1, 2), w / 2 + z / 3)}, noise={z: sm.Normal(0, 1)}),
}
QUESTIONS = {
    "time": (sm.exit_time, {"start": R(1, 5), "inside": [R(-3, 4), 1]}),
    "few steps": (sm.survival, {"start": R(1, 5), "inside": [R(-3, 4), 1], "steps": 3}),
    "many steps": (sm.survival, {"start": R(1, 5), "inside": [R(-3, 4), 1], "steps": 500}),
    "factor": (sm.quasi_stationary, {"inside": [R(-3, 4), 1]}),
    "hitting": (sm.hitting, {"start": R(1, 5), "target": [1, "oo"], "avoid": ["-oo", R(-3, 4)]}),
    "open time": (sm.exit_time, {"start": 0, "inside": ["-oo", 1]}),
}


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_estimate_meets_its_certificate(chain: str, question: str) -> None:
    verb, fields = QUESTIONS[question]
    if question == "open time" and chain not in ("linear", "barrier"):
        pytest.skip("no certificate far out")
    if question == "hitting" and chain == "barrier":
        pytest.skip("certain: the barrier keeps it from the other region")
    proved, rough = (verb(CHAINS[chain], method=method, **fields) for method in ("certified", "estimated"))
    assert rough.warrant.label == "estimated" and proved.warrant.label == "certified"
    assert rough.enclosure.meets(proved.enclosure) and rough.enclosure.reaches(9)
    assert abs(rough.enclosure.middle / proved.enclosure.middle - 1) < Fraction(1, 10**10)


@pytest.mark.parametrize("level", ["0", "1/10", "1/2", "999/1000"])
def test_quantiles_are_the_same_numbers(level: str) -> None:
    for name in ("linear", "student", "barrier"):
        proved, rough = (
            sm.survival(CHAINS[name], start=0, inside=[-R(3, 4), 1], quantile=level, method=method)
            for method in ((None, "estimated") if level != "0" else (None, None))
        )
        assert proved.value == rough.value


def test_a_quantile_of_a_long_life_is_told_to_the_digits_of_doubles() -> None:
    chain = driven(R(9, 10) * w, "1/20")
    proved, rough = (
        sm.survival(chain, start=0, inside=[-1, 1], quantile="1/2", method=m) for m in ("certified", "estimated")
    )
    assert rough.enclosure.lower < int(proved.value) < rough.enclosure.upper and rough.enclosure.reaches(11)


def test_survival_over_the_mean_time() -> None:
    chain = driven(R(9, 10) * w, "1/20")
    found = sm.survival(chain, start=0, inside=[-1, 1], steps=368942288192168828, method="estimated")
    assert_encloses(found, str(sp.N(sp.exp(-1), 20)), 11, "estimated")


def test_mean_times_and_densities_come_along() -> None:
    rough = sm.quasi_stationary(CHAINS["linear"], inside=[-R(3, 4), 1], method="estimated")
    proved = sm.quasi_stationary(CHAINS["linear"], inside=[-R(3, 4), 1])
    assert rough.mean_time.enclosure.meets(proved.mean_time.enclosure) and rough.mean_time.enclosure.reaches(11)
    assert len(rough.density) == len(proved.density)


def test_a_wide_gap_between_both_solutions_is_the_error() -> None:
    """Negative control: with far too few nodes the two solutions differ, and the enclosure says so."""
    from sgd_markov.engines.smooth_kernel.estimates import estimated_time
    from sgd_markov.engines.smooth_kernel.problem import Problem
    from sgd_markov.engines.smooth_kernel.step import smooth_step

    step = smooth_step(driven(R(9, 10) * w, "1/50"))
    assert step is not None
    problem = Problem.of(step, [(sp.Integer(-1), sp.Integer(1))])
    assert problem is not None
    fine = estimated_time(problem, sp.Integer(0))
    coarse = Problem(problem.domain, per_width=0.8)
    found = 1 + coarse.at(sp.Integer(0), coarse.times)
    assert not fine.lower <= Fraction(float(found)) <= fine.upper


def test_a_small_factor_keeps_its_digits() -> None:
    """h is 1e-15 at an edge from which hardly a step leads back: used to be refused."""
    found = sm.quasi_stationary(CHAINS["scale"], inside=[R(-8, 5), R(31, 40)])
    assert found.enclosure.reaches(15)
