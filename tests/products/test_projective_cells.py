"""Certified brackets of exponents on cells of the projective line: against other routes, densely, and at their edges."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest
import sympy as sp

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.effort import Effort
from sgd_markov.engines.direction_cells.bracket import Law, one_step
from sgd_markov.engines.direction_cells.grid import Grid, following
from sgd_markov.engines.direction_cells.linear_pieces import linear_pieces
from sgd_markov.engines.direction_cells.matrices import RoundedMatrix, mean_scale
from sgd_markov.engines.direction_cells.narrowed import top_exponent
from sgd_markov.engines.direction_cells.rounded_log import LOG_ERROR, rounded_log
from sgd_markov.errors import Inconclusive
from sgd_markov.products.cells import METHOD
from sgd_markov.products.cone import METHOD as CONE
from sgd_markov.products.exponents import by_partial_sums
from sgd_markov.products.matrix_law import MatrixLaw

HALF = sp.Rational(1, 2)


def heavy_ball(momentum: str, lr: str, a: str) -> list[tuple[sp.Expr, sp.Matrix]]:
    """In (w, the last w), x = a + 1 or a - 1."""
    m, rate, mean = sp.Rational(momentum), sp.Rational(lr), sp.Rational(a)
    return [(HALF, sp.Matrix([[1 + m - rate * x, -m], [1, 0]])) for x in (mean + 1, mean - 1)]


FIBONACCI = [(HALF, sp.Matrix([[0, 1], [1, 1]])), (HALF, sp.Matrix([[0, 1], [1, -1]]))]
POSITIVE = [(HALF, sp.Matrix([[2, 1], [1, 1]])), (HALF, sp.Matrix([[3, 1], [2, 1]]))]
VISWANATH = Fraction("0.123975598809")
"""Journal of Statistical Physics 169 (2017), log 1.13198824...; right to 1e-10."""
JURGA_MORRIS = Fraction("1.143311035102949245843251853655")


def random_family(rng: np.random.Generator, count: int) -> list[tuple[sp.Expr, sp.Matrix]]:
    atoms = []
    while len(atoms) < count:
        matrix = sp.Matrix(2, 2, [sp.Rational(int(v), 10) for v in rng.integers(-20, 21, 4)])
        if abs(matrix.det()) > sp.Rational(1, 20):
            atoms.append((sp.Rational(1, count), matrix))
    return atoms


def simulated(atoms: list[tuple[sp.Expr, sp.Matrix]], chains: int, steps: int, seed: int) -> tuple[float, float]:
    """Mean of 1/n (log||A^(2n) v|| - log||A^(n) v||) and its standard error."""
    rng = np.random.default_rng(seed)
    matrices = np.array([np.array(m.tolist(), dtype=float) for _, m in atoms])
    weights = np.array([float(p) for p, _ in atoms])
    vectors = rng.normal(size=(chains, 2))
    total = np.zeros(chains)
    for step in range(2 * steps):
        vectors = np.einsum("cij,cj->ci", matrices[rng.choice(len(atoms), chains, p=weights)], vectors)
        size = np.linalg.norm(vectors, axis=1)
        vectors /= size[:, None]
        total += np.log(size) if step >= steps else 0
    rates = total / steps
    return float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(chains))


def widths(found: Enclosure | None) -> float:
    assert found is not None
    return float(found.width)


def test_heavy_ball_of_the_issue():
    found = top_exponent(heavy_ball("3/10", "8/10", "-1/5"), Effort(digits=4))
    assert widths(found) < 1.1e-5
    assert Enclosure(Fraction("-0.10182"), Fraction("-0.10179")).meets(found)
    assert Fraction("-0.10182") < found.lower and found.upper < Fraction("-0.10179")


def test_sign_alone_is_soon_proved():
    found = METHOD.top(MatrixLaw.finite(heavy_ball("3/10", "8/10", "-1/5")), Effort(digits=1))
    assert found.warrant is Warrant.CERTIFIED and found.enclosure.sign == -1


def test_random_fibonacci_holds_viswanath():
    found = top_exponent(FIBONACCI, Effort(digits=3))
    assert VISWANATH in found and widths(found) < 1.3e-4


def test_positive_family_to_twelve_digits():
    found = top_exponent(POSITIVE, Effort(digits=11))
    assert JURGA_MORRIS in found and widths(found) < 1.2e-11


def test_scaling_by_large_numbers_moves_the_exponent_by_its_logarithm():
    scaled = [(p, sp.Integer(10) ** 400 * matrix) for p, matrix in POSITIVE]
    found = top_exponent(scaled, Effort(digits=9))
    assert abs(float(found.middle - JURGA_MORRIS) - 400 * log(10)) < 1e-6
    assert widths(found) < 1e-6


def test_irrational_entries_and_uneven_probabilities():
    atoms = [
        (sp.Rational(1, 3), sp.Matrix([[1, sp.sqrt(2)], [-1, 3]])),
        (sp.Rational(2, 3), sp.Matrix([[sp.pi, 0], [1, sp.exp(-1)]])),
    ]
    found = top_exponent(atoms, Effort(digits=4))
    mean, error = simulated(atoms, 400, 1000, 3)
    assert widths(found) < 2e-4
    assert float(found.lower) - 4.9 * error < mean < float(found.upper) + 4.9 * error


def test_a_rotation_mixes_nothing_and_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sgd_markov.engines.direction_cells.narrowed.STARTS", (256,))
    turned = top_exponent([(sp.Integer(1), sp.Matrix([[3, -4], [4, 3]]) / 5)], Effort(digits=3))
    assert 0 in turned and widths(turned) < 1e-4


def test_one_hyperbolic_matrix_has_two_stationary_directions():
    """Reducible: the bracket holds both exponents and stays wide."""
    alone = top_exponent([(sp.Integer(1), sp.Matrix([[2, 1], [1, 1]]))], Effort(digits=8))
    growth = log((3 + 5**0.5) / 2)
    assert alone.lower < -growth + 1e-6 and growth - 1e-9 < alone.upper < growth + 1e-6


def test_two_invariant_lines_keep_the_gap_but_the_bracket_holds():
    atoms = [(HALF, sp.diag(2, HALF)), (HALF, sp.diag(3, sp.Rational(1, 4)))]
    found = top_exponent(atoms, Effort(digits=6))
    assert log(6) / 2 <= found.upper + Fraction(1, 10**9)
    assert found.lower <= -log(8) / 2 + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_random_families_against_long_simulations(seed: int):
    atoms = random_family(np.random.default_rng(seed), 2 + seed % 3)
    found = top_exponent(atoms, Effort(digits=3))
    mean, error = simulated(atoms, 300, 500, seed + 100)
    assert found is not None and widths(found) < 0.01
    assert float(found.lower) - 5.4 * error - 2e-3 < mean < float(found.upper) + 5.4 * error + 2e-3


def test_bounds_of_the_excess_hold_at_many_places():
    """On cells of random sizes, for h of slopes up to 100, against a direct evaluation in extended precision."""
    rng = np.random.default_rng(5)
    wide = np.longdouble
    for (_, matrix), _ in zip(random_family(rng, 40), range(40), strict=False):
        grid = Grid.uniform(64)
        for _ in range(3):
            grid = grid.split(rng.random(grid.size) < 0.3)
        rounded = RoundedMatrix.of(sp.Integer(1), matrix)
        pieces = linear_pieces(grid, rounded)
        values = rng.normal(size=grid.size)
        at_nodes = pieces.at_nodes(values)
        most, least = pieces.excess(values, grid.slopes(values), at_nodes)
        share = rng.random((100, grid.size))
        share[:3] = np.array([[0.0], [1.0], [1e-9]])
        a, b, c, d = (wide(int(v.p)) / wide(int(v.q)) for v in matrix)
        offset = (grid.nodes + share * grid.lengths).astype(wide) - (2 * grid.sides + 1)
        ones = np.ones_like(offset)
        x, y = np.where(grid.sides == 0, ones, -offset), np.where(grid.sides == 0, offset, ones)
        image = (a * x + b * y, c * x + d * y)
        upright = abs(image[1]) > abs(image[0])
        lead, other = np.where(upright, image[1], image[0]), np.where(upright, -image[0], image[1])
        place = np.mod(np.where(upright, 3, 1) + other / lead, 4)
        nodes, ends = np.append(grid.nodes, 4).astype(wide), np.append(values, values[0]).astype(wide)
        there = np.clip(np.searchsorted(nodes, place, "right") - 1, 0, grid.size - 1)
        h = ends[there] + (ends[there + 1] - ends[there]) * (place - nodes[there]) / (nodes[there + 1] - nodes[there])
        size = np.log(abs(lead)) - rounded.exponent * np.log(wide(2))
        over = size + h - (at_nodes + (following(at_nodes) - at_nodes) * share)
        assert (over <= most).all() and (over >= least).all()


def test_maximum_over_nodes_alone_is_no_bound():
    """The control of R42: h that solves the equation at the nodes leaves nothing there, and much between them."""
    grid = Grid.uniform(64)
    matrices = [RoundedMatrix.of(p, matrix) for p, matrix in heavy_ball("3/10", "8/10", "-1/5")]
    law = Law([linear_pieces(grid, matrix) for matrix in matrices], [0.5, 0.5])
    values = np.zeros(grid.size)
    for _ in range(200):
        total = law.step(values)[0]
        values = total - total.mean()
    scale = float(mean_scale(matrices))
    residual = law.step(values)[0] - values + scale
    assert residual.max() - residual.min() < 1e-12
    assert residual.max() < -0.102 or residual.min() > -0.1015
    assert one_step(law, values, 1)[0].bound + scale > -0.1018 > one_step(law, values, -1)[0].bound + scale


def test_logarithm_keeps_its_error():
    values = np.ldexp(1 + np.random.default_rng(1).random(20_000), np.random.default_rng(2).integers(-60, 60, 20_000))
    exact = np.log(values.astype(np.longdouble))
    assert float(abs(rounded_log(values) - exact).max()) < LOG_ERROR


def test_other_laws_are_left_alone():
    singular = [(HALF, sp.Matrix([[1, 1], [1, 1]])), (HALF, sp.Matrix([[2, 1], [1, 1]]))]
    assert METHOD.top(MatrixLaw.finite(singular), Effort(digits=2)) is None
    assert METHOD.top(MatrixLaw.finite([(sp.Integer(1), sp.eye(3))]), Effort(digits=2)) is None
    assert METHOD.top(MatrixLaw.finite([(sp.Integer(1), sp.Symbol("a") * sp.eye(2))]), Effort(digits=2)) is None


def test_nearly_singular_matrix_is_not_trusted_to_doubles():
    close = sp.Matrix([[1, 1], [1, 1 + sp.Rational(1, 10**14)]])
    assert METHOD.top(MatrixLaw.finite([(HALF, close), (HALF, sp.Matrix([[2, 1], [1, 1]]))]), Effort(digits=2)) is None


def test_exponents_sum_to_the_determinant():
    first, second = by_partial_sums(MatrixLaw.finite(heavy_ball("3/10", "8/10", "-1/5")), Effort(digits=3))
    assert abs(float(first.enclosure.middle + second.enclosure.middle) - log(0.3)) < 1e-4
    assert second.enclosure.upper <= first.enclosure.upper


def test_no_time_keeps_what_was_reached():
    with pytest.raises(Inconclusive) as refusal:
        top_exponent(FIBONACCI, Effort.within(0.05, digits=9))
    assert refusal.value.enclosure is None or VISWANATH in refusal.value.enclosure


@pytest.mark.parametrize("seed", range(12))
def test_cells_and_cones_agree(seed: int):
    """Positive families, some with negative determinants, by the collocation on a cone to 12 digits."""
    rng = np.random.default_rng(seed + 40)
    count = 2 + seed % 3
    weights = [sp.Rational(int(v), 12) for v in rng.multinomial(12 - count, [1 / count] * count) + 1]
    atoms = []
    while len(atoms) < count:
        matrix = sp.Matrix(2, 2, [sp.Rational(int(v), 3) for v in rng.integers(1, 9, 4)])
        if matrix.det() != 0:
            atoms.append((weights[len(atoms)], matrix))
    law = MatrixLaw.finite(atoms)
    by_cone, by_cells = CONE.top(law, Effort(digits=12)), METHOD.top(law, Effort(digits=7))
    assert by_cone.warrant is Warrant.CERTIFIED and by_cone.enclosure.reaches(12)
    assert by_cells.enclosure.meets(by_cone.enclosure) and by_cells.enclosure.width < 1e-6
