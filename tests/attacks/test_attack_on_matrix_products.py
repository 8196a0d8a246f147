"""Products of random matrices of extreme size, with rare steps, singular ones, and what must be the same in other units."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.products.exponents import of_blocks
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.reduction import irreducible_blocks

HALF = sp.Rational(1, 2)
CAT, OTHER = sp.Matrix([[2, 1], [1, 1]]), sp.Matrix([[3, 1], [2, 1]])
PAIR = mpmath.mpf("1.14331103510294924584325185365558")
TURN, SHEAR = sp.Matrix([[1, 2, 0], [0, 1, -1], [1, 0, 1]]), sp.Matrix([[1, -1, 0], [2, 1, 1], [0, -3, 1]])
POSITIVE = sp.Matrix([[1, 2, 0], [0, 1, 1], [1, 0, 1]]), sp.Matrix([[1, 1, 0], [2, 1, 1], [0, 3, 1]])


def exponent(atoms: list[tuple[object, sp.Matrix]], **asked: object) -> sm.Answer:
    size = atoms[0][1].rows
    state, entries = sp.symbols(f"u:{size}", real=True), sp.symbols(f"m:{size * size}", real=True)
    steps = {u: sum(entries[size * i + j] * v for j, v in enumerate(state)) for i, u in enumerate(state)}
    law = sm.Rows([list(matrix) for _, matrix in atoms], probabilities=[sp.sympify(p) for p, _ in atoms])
    return sm.lyapunov(sm.RandomMap(steps, data={entries: law}), at=dict.fromkeys(state, 0), **asked)


def bracket(atoms: list[tuple[object, sp.Matrix]], **asked: object) -> tuple[float, float]:
    try:
        found = exponent(atoms, **asked)
    except Inconclusive as refusal:
        assert refusal.enclosure is not None
        found = refusal.enclosure
    return float(found.lower), float(found.upper)


@pytest.mark.parametrize(("pair", "power"), [((TURN, SHEAR), -200), ((TURN, SHEAR), 40), (POSITIVE, -40)])
def test_units_do_not_matter(pair: tuple[sp.Matrix, sp.Matrix], power: int) -> None:
    """A factor 10^power adds power log 10: overflow, or a product that became 0, ended in a traceback or a hang."""
    low, high = bracket([(HALF, matrix) for matrix in pair], digits=3)
    moved = bracket([(HALF, matrix * sp.Integer(10) ** power) for matrix in pair], digits=3)
    shift = power * float(mpmath.log(10))
    assert high - low < 0.3 and moved[1] - moved[0] < 0.3
    assert moved[0] - shift <= high + 1e-9 and low <= moved[1] - shift + 1e-9


@pytest.mark.parametrize("rare", [sp.Rational(1, 1000), sp.Rational(1, 10**12)])
def test_hardly_ever_anything_but_the_identity(rare: sp.Expr) -> None:
    """Rare steps grow like the same family at its own times; it was refused with one digit."""
    found = exponent([(rare, CAT), (rare, OTHER), (1 - 2 * rare, sp.eye(2))])
    exact = 2 * mpmath.mpf(rare.p) / rare.q * PAIR
    assert found.warrant.label == "certified" and abs(mpmath.mpf(found.value) / exact - 1) < 1e-15
    assert found.upper - found.lower < Fraction(1, 10**15)


def test_multiples_of_the_identity_that_nearly_cancel() -> None:
    """E log|c| = -(1.143...)/2 to ten digits: what is left keeps its digits. A wrong weight of the multiple fails."""
    factor = sp.Rational(3188142893, 10**10)
    found = exponent([(HALF / 2, CAT), (HALF / 2, OTHER), (HALF, factor * sp.eye(2))], digits=10)
    with mpmath.workdps(40):
        expected = (PAIR + mpmath.log(mpmath.mpf(factor.p) / factor.q)) / 2
        assert abs(mpmath.mpf(found.value) / expected - 1) < 1e-10
        assert abs(expected - (PAIR / 4 + mpmath.log(mpmath.mpf(factor.p) / factor.q) / 2)) > 0.1


@pytest.mark.parametrize(
    "first",
    [
        sp.Matrix([[10**40, 1], [-1, sp.Rational(1, 10**40)]]),  # too near to singular for cells in doubles
        sp.Matrix([[sp.sqrt(2), 0], [0, 0]]),  # of rank one, with roots as entries
    ],
)
def test_a_refusal_always_carries_an_upper_bound(first: sp.Matrix) -> None:
    """A product of such matrices grows at most by E log of the largest entry sum; nothing was told."""
    low, high = bracket([(HALF, first), (HALF, sp.Matrix([[1, -1], [1, 2]]))], digits=3)
    largest = [max(sum(map(abs, matrix[i, :])) for i in range(2)) for matrix in (first, sp.Matrix([[1, -1], [1, 2]]))]
    crude = sum(float(sp.log(entry)) for entry in largest) / 2
    assert low < high <= crude + 0.5


def test_the_refusal_of_a_spectrum_tells_the_largest_exponent_of_all_blocks() -> None:
    """log 2 on the last coordinate; a block of negative exponents that is refused told "attracts: true"."""
    blocks = [sp.diag(matrix, 2) for matrix in (TURN / 10, SHEAR / 10)]
    with pytest.raises(Inconclusive) as refusal:
        exponent([(HALF, matrix) for matrix in blocks], spectrum=True)
    assert refusal.value.enclosure.lower < 0.6931471805599454 and refusal.value.enclosure.upper > 0.6931471805599453
    assert refusal.value.enclosure.width < 1e-10 and refusal.value.known["attracts"] is False


def test_a_refusal_under_reshuffling_counts_updates() -> None:
    """Two digits and twelve of one exponent: the refusal of the second told that of whole epochs, four times as much."""
    w, x = sp.symbols("w x", real=True)
    data = {x: sm.Finite([sp.Rational(6, 5), sp.Rational(-4, 5), HALF, 3])}
    chain = sm.HeavyBall(
        x * w**2 / 2, [w], sp.Rational(4, 5), momentum=sp.Rational(3, 10), data=data, scheme="reshuffling"
    )
    coarse = sm.lyapunov(chain, at={w: 0}, digits=2)
    with pytest.raises(Inconclusive) as refusal:
        sm.lyapunov(chain, at={w: 0}, digits=12, budget=2)
    assert coarse.enclosure.meets(refusal.value.enclosure) and refusal.value.enclosure.width < 0.01
    assert -0.179 < coarse.lower < coarse.upper < -0.175  # numpy, 400 chains of 3000 epochs: -0.1768 +- 0.0002


def test_formulas_of_exponents_that_digits_do_not_tell_apart() -> None:
    """The larger of log 2 and log(2 - 10^-30), whichever block comes first: the other was told as exact."""
    near = 2 - sp.Rational(1, 10**30)
    for matrix in (sp.diag(2, near), sp.diag(near, 2)):
        assert exponent([(1, matrix)], digits=12).exact == sp.log(2)


def grown(matrix: sp.Matrix) -> sm.RandomMap:
    state = sp.symbols("u v", real=True)
    return sm.RandomMap(dict(zip(state, matrix * sp.Matrix(state), strict=True)), data={NORMAL: sm.Normal(0, 1)})


NORMAL = sp.Symbol("x", real=True)


def test_hardly_random_matrices_with_a_density() -> None:
    """Near [[2, 1], [1, 1]]: log((3 + sqrt(5))/2) = 0.9624...; it ended in a traceback, or said -0.96021 +- 3e-9."""
    chain = grown(sp.Matrix([[2 + NORMAL / 10**6, 1], [1, 1]]))
    low, high = ends_of(lambda: sm.lyapunov(chain, at=dict.fromkeys(chain.state, 0), digits=5, method="estimated"))
    assert low < 0.962424 and high > 0.962423


def test_units_of_a_law_with_a_density_do_not_matter() -> None:
    matrix, power = sp.Matrix([[2 + NORMAL, -1], [1, 0]]), -200
    plain, chain = grown(matrix), grown(matrix * sp.Integer(10) ** power)
    one = sm.lyapunov(plain, at=dict.fromkeys(plain.state, 0), digits=3)
    other = sm.lyapunov(chain, at=dict.fromkeys(chain.state, 0), digits=5)
    shift = power * float(mpmath.log(10))
    assert (
        float(one.lower) - 1e-9 <= float(other.upper) - shift and float(other.lower) - shift <= float(one.upper) + 1e-9
    )
    assert other.warrant.label == "certified" and other.upper - other.lower < 5e-3 and one.upper - one.lower < 2e-3


def ends_of(ask: Callable[[], sm.Answer]) -> tuple[float, float]:
    """Of an answer or of a refusal; everything where a refusal knows nothing."""
    try:
        known = ask().enclosure
    except Inconclusive as refusal:
        known = refusal.enclosure
    return (-float("inf"), float("inf")) if known is None else (float(known.lower), float(known.upper))


def test_rotations_with_algebraic_cosines_end_soon() -> None:
    """Polynomials were factored over a field of degree 36, past every budget."""
    angles = (sp.pi / 7, 2 * sp.pi / 9)
    scales = (sp.Integer(2), sp.Rational(1, 3))
    atoms = [
        (sp.Rational(1, 2), s * sp.Matrix([[sp.cos(t), -sp.sin(t)], [sp.sin(t), sp.cos(t)]]))
        for t, s in zip(angles, scales, strict=True)
    ]
    blocks = irreducible_blocks(MatrixLaw.finite(atoms))
    found = of_blocks(blocks, True, Effort())[1]
    assert len(found) == 2 and all(abs(float(one.enclosure.middle) - float(sp.log(sp.Rational(2, 3)) / 2)) < 1e-14 for one in found)
