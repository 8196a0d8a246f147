"""Block-triangular forms: the blocks are found in any basis, and the exponents do not depend on it."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.mixture import Component
from sgd_markov.effort import Effort
from sgd_markov.laws.normal import Normal
from sgd_markov.numerics.exact_matrix import field_matrix
from sgd_markov.numerics.invariant_subspace import invariant_subspace
from sgd_markov.products.exponents import of_blocks
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.reduction import irreducible_blocks

HALF = sp.Rational(1, 2)
lr, c, x, k = sp.symbols("lr c x k", real=True)


def uniform(matrices: list[sp.Matrix]) -> MatrixLaw:
    return MatrixLaw.finite([(sp.Rational(1, len(matrices)), matrix) for matrix in matrices])


def sizes(law: MatrixLaw) -> list[int]:
    return sorted(block.size for block in irreducible_blocks(law))


def random_basis(size: int, seed: int) -> sp.Matrix:
    draw = random.Random(seed)
    while True:
        found = sp.Matrix(size, size, lambda i, j: draw.randint(-3, 3))
        if found.det() != 0:
            return found


def random_matrix(draw: random.Random, size: int, upper: bool = False) -> sp.Matrix:
    return sp.Matrix(size, size, lambda i, j: draw.randint(-3, 3) if j >= i or not upper else 0)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_triangular_families_are_found_in_any_basis(size: int):
    draw, change = random.Random(size), random_basis(size, size)
    triangular = [random_matrix(draw, size, upper=True) for _ in range(3)]
    for i in range(size):
        for matrix, value in zip(triangular, draw.sample(range(-9, 10), 3), strict=True):
            matrix[i, i] = value
    law = uniform([change * matrix * change.inv() for matrix in triangular])
    blocks = irreducible_blocks(law)
    assert [block.size for block in blocks] == [1] * size
    for place, matrix in enumerate(triangular):
        assert sorted(block.matrices[place][0] for block in blocks) == sorted(matrix.diagonal())


@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_generic_families_stay_whole(size: int):
    draw = random.Random(size)
    law = uniform([random_matrix(draw, size) for _ in range(3)])
    assert sizes(law) == [size]


def test_two_copies_are_taken_apart():
    first, second = sp.Matrix([[2, 1], [1, 1]]), sp.Matrix([[3, 1], [2, 1]])
    change = random_basis(4, 1)
    assert sizes(uniform([change * sp.diag(m, m) * change.inv() for m in (first, second)])) == [2, 2]


def test_quadratic_extension_of_the_field():
    """A x 1 + B x S with S of eigenvalues +- sqrt 2 splits over Q(sqrt 2) only."""
    first, second, root = sp.Matrix([[2, 1], [1, 1]]), sp.Matrix([[3, 1], [2, 1]]), sp.Matrix([[0, 2], [1, 0]])
    change = random_basis(4, 3)
    family = [
        sp.kronecker_product(first, sp.eye(2)) + sp.kronecker_product(second, root),
        sp.kronecker_product(second, sp.eye(2)),
    ]
    blocks = irreducible_blocks(uniform([change * sp.Matrix(m) * change.inv() for m in family]))
    assert [block.size for block in blocks] == [2, 2]
    assert any(entry.has(sp.sqrt(2)) for block in blocks for m in block.matrices for entry in m)


def test_eigenvalues_that_are_not_real_are_kept_together():
    assert sizes(uniform([sp.Matrix([[1, -2], [1, 1]]), sp.Matrix([[3, -4], [2, 3]])])) == [2]


def test_symbols_go_into_the_functions():
    """The network I + lr c x y J: the eigenvectors (1, 1) and (1, -1) do not depend on anything."""
    a = sp.Symbol("a", real=True)
    family = [sp.eye(2) + lr * c * x * y * sp.Matrix([[0, 1], [1, 0]]) for y in (a + 1, a - 1)]
    blocks = irreducible_blocks(uniform(family))
    assert [block.size for block in blocks] == [1, 1]
    found = {frozenset(sp.expand(m[0]) for m in block.matrices) for block in blocks}
    wanted = {frozenset(sp.expand(1 + side * lr * c * x * y) for y in (a + 1, a - 1)) for side in (1, -1)}
    assert found == wanted


def test_subspaces_that_depend_on_symbols():
    change = sp.Matrix([[1, k], [2, 1]])
    family = [change * sp.diag(p, q) * change.inv() for p, q in ((2, lr), (3, 5))]
    blocks = irreducible_blocks(uniform([m.applyfunc(sp.cancel) for m in family]))
    assert {tuple(sp.simplify(m[0]) for m in block.matrices) for block in blocks} == {(2, 3), (lr, 5)}


def test_variables_with_a_density():
    z = sp.Symbol("z", real=True)
    family = sp.eye(2) + z * sp.Matrix([[1, 2], [2, 1]])
    blocks = irreducible_blocks(MatrixLaw((Component(sp.Integer(1), tuple(family), {z: Normal(0, 1)}),), 2))
    assert {block.matrices[0][0] for block in blocks} == {1 + 3 * z, 1 - z}


def test_eigenvalues_without_radicals():
    """x H with normal x and the eigenvalues of H of degree three: each exponent is that of one dimension."""
    names = sp.symbols("w1:4", real=True)
    hessian, state = sp.Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 5]]), sp.Matrix(names)
    loss, data = x * (state.T * hessian * state)[0] / 2, {x: sm.Normal(1, 1)}
    chain = sm.SGD(loss, list(names), "3/10", data=data)
    found = sm.lyapunov(chain, at=dict.fromkeys(names, 0), spectrum=True)
    assert found.warrant.label == "certified" and found.exact is None
    eigenvalues = [float(sp.N(root)) for root in sp.Poly(hessian.charpoly().as_expr()).nroots(n=30)]
    # E log|mu + s Z| by its integral, mu = 1 - 3/10 h, s = 3/10 h
    wanted = sorted((float(mean_log(1 - 0.3 * h, 0.3 * h)) for h in eigenvalues), reverse=True)
    assert [float(n.enclosure.middle) for n in found.extra["exponents"]] == pytest.approx(wanted, abs=1e-10)


def mean_log(centre: float, scale: float) -> mpmath.mpf:
    zero = -centre / scale
    return mpmath.quad(lambda z: mpmath.log(abs(centre + scale * z)) * mpmath.npdf(z), [-12, zero, 12])


def test_a_nilpotent_family_has_only_zeros_on_its_diagonal():
    change = random_basis(3, 5)
    nilpotent = [sp.Matrix([[0, 1, 2], [0, 0, 3], [0, 0, 0]]), sp.Matrix([[0, 2, 0], [0, 0, 1], [0, 0, 0]])]
    top, listed = of_blocks(irreducible_blocks(uniform([change * m * change.inv() for m in nilpotent])), True, Effort())
    assert top.exact == -sp.oo and [one.exact for one in listed] == [-sp.oo] * 3


@pytest.mark.parametrize("seed", range(4))
def test_exponents_do_not_depend_on_the_basis(seed: int):
    """{diag(2, 1/2), diag(3, 1/4)}: the exponents are (log 6)/2 and -(log 8)/2, also where nothing shows the axes."""
    change = random_basis(2, seed)
    family = [change * sp.diag(*d) * change.inv() for d in ((2, HALF), (3, HALF**2))]
    top, listed = of_blocks(irreducible_blocks(uniform(family)), True, Effort())
    assert sp.simplify(sp.exp(2 * top.exact)) == 6
    assert sp.simplify(sp.exp(2 * listed[1].exact)) == sp.Rational(1, 8)
    assert top.enclosure.lower > Fraction(8958, 10000) and top.enclosure.upper < Fraction(8959, 10000)


def test_an_irreducible_family_has_no_invariant_subspace_and_a_reducible_one_has():
    def table(matrix: sp.Matrix) -> object:
        return field_matrix(matrix.tolist())

    assert invariant_subspace([table(sp.Matrix([[2, 1], [1, 1]])), table(sp.Matrix([[3, 1], [2, 1]]))]) is None
    found = invariant_subspace([table(sp.Matrix([[2, 1], [0, 1]])), table(sp.Matrix([[3, 1], [0, 1]]))])
    assert found.shape == (2, 1) and found.to_Matrix()[1] == 0
