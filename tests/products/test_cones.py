"""Exponents of 2 x 2 products with invariant cones: by collocation, by cycles, against published numbers and simulation."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import arb, fmpq

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.precision import enclosure, precision
from sgd_markov.effort import Effort
from sgd_markov.engines.projective_arcs.exponent import exponent_on_arcs, log_steps, logarithmic, proved_arcs
from sgd_markov.engines.projective_arcs.log_arc import LogTransition
from sgd_markov.engines.projective_arcs.poisson import image_rho, poisson_bracket
from sgd_markov.engines.projective_arcs.transitions import Transition, transitions
from sgd_markov.errors import Inconclusive
from sgd_markov.products import cells, cone, cycle_expansion, orthant
from sgd_markov.products.exponents import by_partial_sums
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.planar import balls

R = sp.Rational
u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)
POLLICOTT = [(2, 1, 1, 1), (3, 1, 2, 1)]
POLLICOTT_VALUE = "1.14331103510294924584325185365558"
"""theory.md R43 and issue 5, by the cycle expansion of Pollicott 2010."""


def law(*rows: tuple[object, ...], probabilities: list[sp.Expr] | None = None) -> MatrixLaw:
    chances = probabilities or [R(1, len(rows))] * len(rows)
    size = round(len(rows[0]) ** 0.5)
    matrices = [sp.Matrix(size, size, [sp.sympify(x) for x in row]) for row in rows]
    return MatrixLaw.finite(list(zip(chances, matrices, strict=True)))


def chain(rows: list[tuple[object, ...]]) -> sm.RandomMap:
    return sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows(rows)})


def hyperbolic(size: object, attracting: object, repelling: object) -> tuple[sp.Expr, ...]:
    """Eigenvalues size and 1/size at the given slopes."""
    frame = sp.Matrix([[1, 1], [attracting, repelling]])
    return tuple(frame * sp.diag(sp.sympify(size), 1 / sp.sympify(size)) * frame.inv())


def simulated(family: MatrixLaw, chains: int = 1000, steps: int = 300, seed: int = 3) -> tuple[float, float]:
    """1/n (log|A^(2n) v| - log|A^(n) v|): its mean and its standard error."""
    rng = np.random.default_rng(seed)
    assert family.atoms is not None
    matrices = np.array([np.array(m.tolist(), dtype=float) for _, m in family.atoms])
    chances = np.array([float(p) for p, _ in family.atoms])
    vectors = rng.normal(size=(chains, family.size))
    total = np.zeros(chains)
    for step in range(2 * steps):
        vectors = np.einsum("cij,cj->ci", matrices[rng.choice(len(chances), chains, p=chances)], vectors)
        size = np.linalg.norm(vectors, axis=1)
        vectors /= size[:, None]
        total += np.log(size) if step >= steps else 0
    return float(total.mean() / steps), float(total.std() / steps / chains**0.5)


def assert_near_simulation(found, family: MatrixLaw) -> None:
    """At 5 standard errors: a false alarm in about 10^6."""
    mean, error = simulated(family)
    assert abs(float(found.enclosure.middle) - mean) < 5 * error + 1e-9


def test_the_published_example_to_30_digits():
    answer = sm.lyapunov(chain(POLLICOTT), at={u: 0, v: 0}, digits=30)
    assert_encloses(answer, POLLICOTT_VALUE, 30, "certified")
    assert "avila2010" in answer.cite


def test_the_published_example_by_cycles():
    found = cycle_expansion.METHOD.top(law(*POLLICOTT), Effort(digits=30))
    assert_encloses(found, POLLICOTT_VALUE, 30, "certified")


def test_cycles_are_what_estimated_asks_for():
    answer = sm.lyapunov(chain(POLLICOTT), at={u: 0, v: 0}, digits=12, method="estimated")
    assert answer.method.startswith("cycle expansion")
    assert_encloses(answer, POLLICOTT_VALUE, 12)


def test_cycles_without_a_bound_are_estimated_only():
    family = law((5, 1, 1, 4), (1, 3, 1, 1), (7, 1, 2, 2))
    with pytest.raises(Inconclusive):
        cycle_expansion.METHOD.top(family, Effort(digits=12))
    found = cycle_expansion.METHOD.top(family, Effort(digits=12, method=Warrant.ESTIMATED))
    assert found.warrant is Warrant.ESTIMATED
    assert found.enclosure.meets(cone.METHOD.top(family, Effort(digits=15)).enclosure)


def test_spectrum_by_the_determinant():
    first, second = by_partial_sums(law(*POLLICOTT), Effort(digits=15))
    assert_encloses(first, POLLICOTT_VALUE)
    assert_encloses(second, "-" + POLLICOTT_VALUE)


def test_spectrum_of_a_family_with_a_singular_matrix():
    _, second = by_partial_sums(law((1, 2, 2, 4), (1, 3, 1, 1)), Effort(digits=15))
    assert second.enclosure.upper == -float("inf") and second.exact == -sp.oo


FAMILIES = {
    "determinants of both signs": law((2, 1, 1, 1), (3, 1, 2, -1)),
    "strict after two steps": law((1, 1, 1, 0), (2, 1, 1, 0)),
    "rank one": law((1, 2, 2, 4), (1, 3, 1, 1)),
    "signs of the matrices": law((-2, -1, -1, -1), (3, 1, 2, 1)),
    "another cone": law(hyperbolic(5, 0, 1), hyperbolic(5, R(1, 2), -1)),
    "two arcs": law(hyperbolic(10, 0, 1), hyperbolic(10, 2, -1)),
    "weights": law((2, 1, 1, 1), (1, 5, 1, 2), probabilities=[R(1, 10), R(9, 10)]),
    "irrational": law((sp.sqrt(2), 1, 1, sp.pi), (3, 1, 2, 1)),
    "near the identity": law((R(101, 100), R(1, 100), R(1, 100), 1), (1, R(1, 100), R(1, 100), R(51, 50))),
    "a wide cone": law((3, 1, 1, 1), (1, 1, 1, 100)),
    "an attractor close to the repeller": law(hyperbolic(2, 0, 1), hyperbolic(2, R(99, 100), -1)),
    "entries of different size": law((10**4, 1, 1, 1), (1, 1, 1, 10**4)),
}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_families_against_simulation(family: MatrixLaw):
    found = cone.METHOD.top(family, Effort(digits=12))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.reaches(12)
    assert_near_simulation(found, family)


def test_very_near_the_identity():
    """To first order the exponent is that of the mean matrix, 1 + (3/4 + sqrt(17)/4)/10000."""
    h = R(1, 10**4)
    found = cone.METHOD.top(law((1 + h, h, h, 1), (1, h, h, 1 + 2 * h)), Effort(digits=12))
    assert found.enclosure.reaches(12)
    assert abs(float(found.enclosure.middle) - (0.75 + 17**0.5 / 4) * 1e-4) < 1e-7


def test_two_arcs_are_what_it_takes():
    found = cone.METHOD.top(FAMILIES["two arcs"], Effort(digits=10))
    assert any("2 arcs" in hypothesis.statement for hypothesis in found.hypotheses)


CONELESS = {
    "a rotation": law((2, 1, 1, 1), (1, -1, 1, 1)),
    "parabolic": law((1, 1, 0, 1), (1, 0, 1, 1)),
    "attracting and repelling exchanged": law((2, 0, 0, R(1, 2)), (R(1, 2), 0, 0, 2)),
    "nilpotent": law((0, 1, 0, 0), (2, 1, 1, 1)),
    "zero": law((0, 0, 0, 0), (2, 1, 1, 1)),
    "mixed signs": law((1, 1, 1, 0), (1, -1, 1, 0)),
    "a kernel in the cone": law((1, -1, 1, -1), (2, 1, 1, 1)),
}


@pytest.mark.parametrize("family", CONELESS.values(), ids=CONELESS.keys())
def test_no_cone_no_answer(family: MatrixLaw):
    assert cone.METHOD.top(family, Effort()) is None
    assert cycle_expansion.METHOD.top(family, Effort()) is None


def test_other_laws_are_left_alone():
    z = sp.Symbol("z", real=True)
    assert cone.METHOD.top(law((z, 1, 1, 1), (2, 1, 1, 1)), Effort()) is None
    assert cone.METHOD.top(law((2, 0, 0, 0, 1, 0, 0, 0, 1)), Effort()) is None


def test_invariance_under_change_of_basis():
    frame = sp.Matrix([[3, 1], [R(-7, 2), 2]])
    moved = law(*(tuple(frame * sp.Matrix(2, 2, row) * frame.inv()) for row in POLLICOTT))
    assert_encloses(cone.METHOD.top(moved, Effort(digits=20)), POLLICOTT_VALUE, 20, "certified")


def test_invariance_under_scaling():
    moved = law(tuple(5 * x for x in POLLICOTT[0]), tuple(R(-x, 7) for x in POLLICOTT[1]))
    found = cone.METHOD.top(moved, Effort(digits=20)).enclosure.middle
    with precision(100):
        shift = enclosure((arb(fmpq(5, 7))).log() / 2).middle
    assert abs(found - shift - Fraction(POLLICOTT_VALUE)) < Fraction(1, 10**19)


def random_cone_family(rng: np.random.Generator) -> MatrixLaw:
    """Positive in a random basis, up to sign."""
    frame = sp.Matrix(2, 2, [int(x) for x in rng.integers(-5, 6, 4)])
    while frame.det() == 0:
        frame = sp.Matrix(2, 2, [int(x) for x in rng.integers(-5, 6, 4)])
    rows = []
    for _ in range(int(rng.integers(2, 4))):
        positive = sp.Matrix(2, 2, [R(int(x), 4) for x in rng.integers(1, 30, 4)])
        rows.append(tuple(int(rng.choice([-1, 1])) * frame * positive * frame.inv()))
    weights = rng.integers(1, 9, len(rows))
    return law(*rows, probabilities=[R(int(w), int(weights.sum())) for w in weights])


def test_collocation_and_cycles_overlap_on_random_families():
    rng, compared = np.random.default_rng(20), 0
    for _ in range(24):
        family = random_cone_family(rng)
        found = cone.METHOD.top(family, Effort(digits=12))
        assert found is not None and found.enclosure.reaches(12)
        try:
            other = cycle_expansion.METHOD.top(family, Effort(digits=5))
        except Inconclusive:
            continue
        compared += 1
        assert other.warrant is Warrant.CERTIFIED and other.enclosure.reaches(5)
        assert found.enclosure.meets(other.enclosure)
    assert compared >= 14


def by_cells(family: MatrixLaw):
    """The bracket on cells at whatever width; None for laws that it does not take."""
    try:
        found = cells.METHOD.top(family, Effort(digits=3))
    except Inconclusive as refusal:
        return refusal.enclosure
    return None if found is None else found.enclosure


def test_cells_of_the_projective_line_overlap():
    rng, compared = np.random.default_rng(77), 0
    for family in [*(random_cone_family(rng) for _ in range(10)), *FAMILIES.values()]:
        other = by_cells(family)
        if other is not None:
            compared += 1
            assert cone.METHOD.top(family, Effort(digits=8)).enclosure.meets(other)
    assert compared >= 15


def test_more_digits_lie_inside_fewer():
    family = FAMILIES["determinants of both signs"]
    wide, narrow = (cone.METHOD.top(family, Effort(digits=n)).enclosure for n in (6, 40))
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


def test_a_bracket_with_few_nodes_is_wide_but_right():
    """The certificate, not the number of nodes, decides the width."""
    atoms = balls(FAMILIES["a wide cone"])
    bases = proved_arcs(atoms)

    def build() -> list[Transition]:
        return transitions(atoms(), bases)

    known = cone.METHOD.top(FAMILIES["a wide cone"], Effort(digits=20)).enclosure
    with precision(200):
        for digits in (1, 3, 6):
            found = enclosure(poisson_bracket(build, 1, digits, Effort()).ball())
            assert found.lower <= known.lower and known.upper <= found.upper


def test_the_image_of_an_ellipse_is_covered():
    step = Transition(arb(1), 0, 0, arb(2), arb(fmpq(1, 3)), arb(fmpq(-2, 5)), arb(fmpq(6, 5)))
    rho = 2.5
    bound = float(image_rho(step, rho).upper())
    for angle in np.linspace(0, 2 * np.pi, 500):
        z = (rho * np.exp(1j * angle) + np.exp(-1j * angle) / rho) / 2
        image = (-0.4 + 1.2 * z) / (2 + z / 3)
        axis = (abs(image - 1) + abs(image + 1)) / 2
        assert axis + np.sqrt(axis**2 - 1) <= bound and axis <= float(step.quick_axis(rho).upper())


def test_the_logarithmic_image_of_an_ellipse_is_covered():
    half, entries, rho = 3.0, (2.0, 0.3, 0.4, 5.0), 1.5
    step = LogTransition(arb(1), 0, 0, arb(half), *(arb(x) for x in entries))
    bound, spread = float(image_rho(step, rho).upper()), float(step.spread(rho).upper())
    p, q, r, s = entries
    for angle in np.linspace(0, 2 * np.pi, 500):
        z = (rho * np.exp(1j * angle) + np.exp(-1j * angle) / rho) / 2
        ratio = np.exp(half * z)
        image = np.log((r + s * ratio) / (p + q * ratio)) / half
        axis = (abs(image - 1) + abs(image + 1)) / 2
        assert axis + np.sqrt(axis**2 - 1) <= bound
        assert abs(np.log((p + r + (q + s) * ratio) / (1 + ratio))) <= spread


def test_an_ellipse_beyond_the_strip_is_refused():
    step = LogTransition(arb(1), 0, 0, arb(6), arb(2), arb(1), arb(1), arb(3))
    assert not step.spread(2.0).is_finite() and step.spread(1.4).is_finite()


def test_plain_and_logarithmic_coordinates_agree():
    rng = np.random.default_rng(8)
    for _ in range(10):
        atoms = balls(random_cone_family(rng))
        arc = logarithmic(atoms)
        with precision(150):
            first = enclosure(poisson_bracket(partial(log_steps, atoms, arc), 1, 8, Effort()).ball())
        assert first.width < Fraction(1, 10**7)
        assert first.meets(exponent_on_arcs(atoms, proved_arcs(atoms), Effort(digits=12)))


def test_235_atoms_in_under_a_second():
    rng = np.random.default_rng(1)
    rows = [(R(13, 10) + R(int(x), 50), R(-3, 10), 1, 0) for x in rng.integers(8, 120, 235)]
    started = time.process_time()
    found = cone.METHOD.top(law(*rows), Effort(digits=10))
    assert found.enclosure.reaches(10) and time.process_time() - started < 1


THREE = law((2, 1, 1, 1, 3, 1, 1, 1, 1), (1, 2, 3, 4, 1, 1, 1, 5, 2))


def test_positive_matrices_of_size_3():
    found = orthant.METHOD.top(THREE, Effort(digits=5))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.reaches(5)
    assert_near_simulation(found, THREE)


def test_signs_of_coordinates_do_not_matter():
    signs = sp.diag(1, 1, -1)
    moved = MatrixLaw.finite([(p, -signs * m * signs) for p, m in THREE.atoms])
    assert orthant.METHOD.top(moved, Effort(digits=5)).enclosure.meets(
        orthant.METHOD.top(THREE, Effort(digits=5)).enclosure
    )


def test_a_refusal_of_size_3_carries_the_bounds():
    with pytest.raises(Inconclusive) as refusal:
        orthant.METHOD.top(THREE, Effort(digits=30))
    assert refusal.value.enclosure.width < Fraction(1, 10**5)


def test_orthants_are_recognised_exactly():
    assert orthant.METHOD.top(law((1, 1, 0, 0, -1, 1, 1, 1, 1), (1, 0, 1, 0, 1, 1, 1, 1, 0)), Effort()) is None


def test_columns_0_are_avoided_by_transposes():
    family = law((1, 0, 1, 1, 0, 2, 2, 0, 1), (2, 1, 1, 1, 1, 3, 1, 1, 1))
    found = orthant.METHOD.top(family, Effort(digits=3))
    assert found.enclosure.reaches(3)
    assert_near_simulation(found, family)
    assert orthant.METHOD.top(law((1, 0, 1, 1, 0, 2, 2, 0, 1), (2, 1, 1, 0, 0, 0, 1, 1, 1)), Effort(digits=3)) is None


def test_a_block_of_size_1_beside_a_cone():
    """The bounds hold for reducible matrices too, and an unbounded lower end does not lose the upper one."""
    family = law((2, 1, 0, 1, 1, 0, 0, 0, 1), (3, 1, 0, 2, 1, 0, 0, 0, 1))
    with pytest.raises(Inconclusive) as refusal:
        orthant.METHOD.top(family, Effort(digits=3))
    found = refusal.value.enclosure
    assert found.lower <= Fraction(POLLICOTT_VALUE) <= found.upper < Fraction("1.15")


def test_size_10_against_simulation():
    rng = np.random.default_rng(3)
    family = law(*(tuple(int(x) for x in rng.integers(0, 5, 100)) for _ in range(2)))
    found = orthant.METHOD.top(family, Effort(digits=4))
    assert found.enclosure.reaches(4)
    assert_near_simulation(found, family)
