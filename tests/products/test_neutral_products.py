"""Cones that are contracted after a random number of steps only, and random Fibonacci sequences."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import arb, fmpq

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.precision import precision
from sgd_markov.effort import Effort
from sgd_markov.engines.projective_arcs.positive_words import blocks
from sgd_markov.errors import Inconclusive
from sgd_markov.products import cells, cone, neutral_cone, random_fibonacci
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.random_fibonacci import walks

R = sp.Rational
HALF = R(1, 2)
STERN_BROCOT = [(1, 1, 0, 1), (1, 0, 1, 1)]
FIBONACCI = [(1, 1, 1, 0), (1, -1, 1, 0)]
VISWANATH = "0.1239755988034"
"""log 1.1319882487943 (OEIS A078416), right to one unit of the last place."""


def law(rows, probabilities=None) -> MatrixLaw:
    chances = probabilities or [R(1, len(rows))] * len(rows)
    return MatrixLaw.finite(
        [(p, sp.Matrix(2, 2, [sp.sympify(x) for x in row])) for p, row in zip(chances, rows, strict=True)]
    )


def simulated(family: MatrixLaw, chains: int = 1500, steps: int = 500, seed: int = 5) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    matrices = np.array([np.array(m.tolist(), dtype=float) for _, m in family.atoms])
    chances = np.array([float(p) for p, _ in family.atoms])
    vectors, total = rng.normal(size=(chains, 2)), np.zeros(chains)
    for step in range(2 * steps):
        vectors = np.einsum("cij,cj->ci", matrices[rng.choice(len(chances), chains, p=chances)], vectors)
        size = np.linalg.norm(vectors, axis=1)
        vectors /= size[:, None]
        total += np.log(size) if step >= steps else 0
    return float(total.mean() / steps), float(total.std() / steps / chains**0.5)


def assert_near_simulation(found, family: MatrixLaw) -> None:
    mean, error = simulated(family)
    assert abs(float(found.enclosure.middle) - mean) < 5 * error + 1e-9


def stern_brocot_by_series(p: float, depth: int = 20) -> tuple[float, float]:
    """Bounds in doubles from all words of one length: P^n phi between its values at the ends of the quadrant's images."""
    low = high = 0.0
    words = [(1.0, np.eye(2))]
    letters = [(p, np.array([[1.0, 1], [0, 1]])), (1 - p, np.array([[1.0, 0], [1, 1]]))]
    for _ in range(depth // 2):
        words = [(q * w, m @ x) for q, x in words for w, m in letters]
    for q, x in words:
        for w, m in letters:
            ratios = (m @ x).sum(axis=0) / x.sum(axis=0)
            low, high = low + q * w * np.log(ratios.min()), high + q * w * np.log(ratios.max())
    return low, high


@pytest.mark.parametrize("p", [HALF, R(4, 5)])
def test_stern_brocot_product(p: sp.Rational):
    family = law(STERN_BROCOT, [p, 1 - p])
    found = neutral_cone.METHOD.top(family, Effort(digits=15))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.reaches(15)
    low, high = stern_brocot_by_series(float(p))
    assert low <= float(found.enclosure.middle) <= high
    assert_near_simulation(found, family)


def test_stern_brocot_product_is_symmetric_in_p():
    first, second = (
        neutral_cone.METHOD.top(law(STERN_BROCOT, [p, 1 - p]), Effort(digits=12)) for p in (R(1, 3), R(2, 3))
    )
    assert first.enclosure.meets(second.enclosure)


def test_through_the_question():
    u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)
    chain = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows(STERN_BROCOT)})
    answer = sm.lyapunov(chain, at={u: 0, v: 0})
    assert_encloses(answer, "0.396212564297744", 15, "certified")


NEUTRAL = {
    "one parabolic matrix": law([(1, 1, 0, 1), (2, 1, 1, 1)]),
    "a reflection": law([(0, 1, 1, 0), (2, 1, 1, 1)]),
    "a reflection and a parabolic matrix": law([(0, 1, 1, 0), (1, 1, 0, 1)], [R(1, 4), R(3, 4)]),
    "the identity": law([(1, 0, 0, 1), (3, 1, 2, 1)]),
    "a multiple of the identity": law([(-3, 0, 0, -3), (3, 1, 2, 1)]),
    "a common factor": law([(2, 2, 0, 2), (1, 0, 1, 1)]),
    "parabolic words of length two": law([(1, 1, 1, 0), (0, 1, 1, 1)]),
    "two parabolic matrices at one end": law([(1, 1, 0, 1), (1, 3, 0, 1), (1, 0, 1, 1)]),
}


@pytest.mark.parametrize("family", NEUTRAL.values(), ids=NEUTRAL.keys())
def test_neutral_families_against_simulation(family: MatrixLaw):
    assert cone.METHOD.top(family, Effort()) is None
    found = neutral_cone.METHOD.top(family, Effort(digits=12))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.reaches(12)
    assert_near_simulation(found, family)


def test_a_stretched_basis_with_roots():
    root = sp.sqrt(2)
    moved = law([(1, root, 0, 1), (root, 0, 1, root)])
    found = neutral_cone.METHOD.top(moved, Effort(digits=12)).enclosure
    assert abs(float(found.middle) - 0.39621256429774456 - np.log(2) / 4) < 1e-12
    assert neutral_cone.METHOD.top(law([(1, root, 0, 1), (1, 0, 1, 1)]), Effort(digits=12)) is None


def test_the_identity_only_slows_down():
    whole = cone.METHOD.top(law([(3, 1, 2, 1), (2, 1, 1, 1)]), Effort(digits=15)).enclosure
    lazy = neutral_cone.METHOD.top(
        law([(1, 0, 0, 1), (3, 1, 2, 1), (2, 1, 1, 1)], [HALF, R(1, 4), R(1, 4)]), Effort(digits=15)
    )
    assert abs(2 * lazy.enclosure.middle - whole.middle) < Fraction(1, 10**14)


def test_another_basis_signs_and_factors():
    frame = sp.Matrix([[2, 1], [5, 3]])
    first, second = (frame * sp.Matrix(2, 2, row) * frame.inv() for row in STERN_BROCOT)
    found = neutral_cone.METHOD.top(law([tuple(R(3, 2) * first), tuple(-second)]), Effort(digits=15))
    shifted = 0.396212564297744534 + float(np.log(1.5)) / 2
    assert abs(float(found.enclosure.middle) - shifted) < 1e-14


def test_uniformly_contracting_families_agree_with_the_cone():
    rng = np.random.default_rng(2)
    for _ in range(12):
        rows = [tuple(int(x) for x in rng.integers(1, 9, 4)) for _ in range(2)]
        family = law(rows)
        both = [method.top(family, Effort(digits=10)) for method in (cone.METHOD, neutral_cone.METHOD)]
        assert both[0].enclosure.meets(both[1].enclosure) and both[1].enclosure.reaches(10)


@pytest.mark.parametrize(
    "rows", [[(1, -1, 1, 1), (2, 1, 1, 1)], [(1, 1, 0, 1), (1, -1, 0, 1), (1, 0, 1, 1)], [(0, 1, 0, 0), (1, 1, 1, 1)]]
)
def test_no_common_cone(rows):
    assert neutral_cone.METHOD.top(law(rows), Effort()) is None


def test_factors_of_the_matrices_that_cancel():
    """In the basis that is found the letters carry 1/2, 1/2 and 2, whose logarithms have mean 3/7 log 2, or 0 with other weights."""
    for chances in ([R(1, 7), R(1, 7), R(5, 7)], [R(1, 4), R(1, 4), R(1, 2)]):
        family = law([(0, 3, 2, 2), (2, 1, 1, 1), (0, 0, 0, 2)], chances)
        assert neutral_cone.METHOD.top(family, Effort(digits=8)).enclosure.meets(
            cone.METHOD.top(family, Effort(digits=8)).enclosure
        )


def test_a_refusal_counts_the_factors_of_the_matrices():
    family = law([(20, 10, 0, 10), (10, 10, 0, 20), (10, 0, 10, 10)])
    with pytest.raises(Inconclusive) as refusal:
        neutral_cone.METHOD.top(family, Effort(digits=15))
    plain = law([(2, 1, 0, 1), (1, 1, 0, 2), (1, 0, 1, 1)])
    with pytest.raises(Inconclusive) as smaller:
        neutral_cone.METHOD.top(plain, Effort(digits=15))
    moved = refusal.value.enclosure.middle - smaller.value.enclosure.middle
    assert abs(float(moved) - np.log(10)) < 1e-6


def test_words_that_are_too_many_leave_a_bracket():
    family = law([(2, 1, 0, 1), (1, 1, 0, 2), (1, 0, 1, 1)])
    with pytest.raises(Inconclusive) as refusal:
        neutral_cone.METHOD.top(family, Effort(digits=15))
    mean, error = simulated(family)
    found = refusal.value.enclosure
    assert found.lower - 5 * Fraction(error) <= Fraction(mean) <= found.upper + 5 * Fraction(error)


def test_blocks_have_probability_one_and_the_right_mean_time():
    with precision(100):
        found = blocks([(1, 1, 0, 1), (1, 0, 1, 1)], [arb(fmpq(1, 2))] * 2, 60, Effort())
        total = sum((mass for mass, _ in found.positive), found.mu)
        assert total.contains(1) and abs(found.mean_time - 3) < 1e-15


def test_viswanath():
    signs = sp.symbols("s t", real=True)
    u, v = sp.symbols("u v", real=True)
    chain = sm.RandomMap({u: signs[0] * u + signs[1] * v, v: u}, noise={s: sm.Rademacher() for s in signs})
    answer = sm.lyapunov(chain, at={u: 0, v: 0}, digits=20)
    assert_encloses(answer, VISWANATH, 20, "certified")
    assert "viswanath2000" in answer.cite and answer.to_dict()["attracts"] is False


@pytest.mark.parametrize("rows", [FIBONACCI, STERN_BROCOT])
def test_estimated_is_what_it_is_called_where_that_is_asked_for(rows):
    u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)
    chain = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows(rows)})
    answer = sm.lyapunov(chain, at={u: 0, v: 0}, digits=12, method="estimated")
    assert answer.warrant is Warrant.ESTIMATED and answer.enclosure.reaches(12)


@pytest.mark.parametrize(
    ("rows", "p"),
    [
        (FIBONACCI, R(3, 10)),
        (FIBONACCI, R(9, 10)),
        ([(2, 1, 2, 0), (2, -1, 2, 0)], R(1, 3)),
        ([(3, 1, 3, 0), (3, -1, 3, 0)], R(1, 2)),
        ([(1, 1, 1, 0), (-1, -1, 1, 0)], R(1, 5)),
        ([(2, 2, 2, 0), (1, -1, 1, 0)], R(1, 3)),
        ([(sp.sqrt(2), 1, 1, 0), (sp.sqrt(2), -1, 1, 0)], R(1, 3)),
    ],
)
def test_random_fibonacci_sequences_against_simulation(rows, p):
    family = law(rows, [p, 1 - p])
    found = random_fibonacci.METHOD.top(family, Effort(digits=12))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.reaches(12)
    assert_near_simulation(found, family)


@pytest.mark.parametrize("p", [R(1, 3), HALF, R(4, 5)])
def test_cells_of_the_projective_line_overlap_random_fibonacci(p):
    family = law(FIBONACCI, [p, 1 - p])
    found = random_fibonacci.METHOD.top(family, Effort(digits=10)).enclosure
    assert found.meets(cells.METHOD.top(family, Effort(digits=3)).enclosure)


def test_random_fibonacci_in_another_basis():
    frame = sp.Matrix([[1, R(1, 2)], [-3, 2]])
    rows = [tuple(frame * sp.Matrix(2, 2, row) * frame.inv()) for row in FIBONACCI]
    assert_encloses(random_fibonacci.METHOD.top(law(rows), Effort(digits=12)), VISWANATH, 12, "certified")


SIGNS = [(1, 1, 1, 0), (-1, 1, 1, 0), (1, -1, 1, 0), (-1, -1, 1, 0)]


def test_dependent_signs_are_not_taken_for_independent_ones():
    biased = law(SIGNS, [R(1, 2), R(1, 6), R(1, 6), R(1, 6)]).atoms
    assert next(walks(list(biased)), None) is None
    independent = law(SIGNS, [R(4, 9), R(1, 9), R(2, 9), R(2, 9)]).atoms
    assert next(walks(list(independent))).plus == R(5, 9)


def test_one_fair_sign_makes_the_walk_fair():
    family = law(SIGNS, [R(3, 8), R(3, 8), R(1, 8), R(1, 8)])
    found = random_fibonacci.METHOD.top(family, Effort(digits=10))
    assert_encloses(found, VISWANATH, 10, "certified")
    assert_near_simulation(found, family)


@pytest.mark.parametrize(
    "rows", [STERN_BROCOT, [(1, 1, 1, 0), (2, -1, 1, 0)], [(1, 1, 1, 0), (1, -2, 1, 0)], [(0, 1, 1, 0), (0, -1, 1, 0)]]
)
def test_other_sequences_are_left_alone(rows):
    assert random_fibonacci.METHOD.top(law(rows), Effort()) is None
