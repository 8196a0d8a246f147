"""All exponents of larger matrices from the top exponents of their exterior powers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from sgd_markov.effort import Effort
from sgd_markov.products.exponents import by_partial_sums
from sgd_markov.products.exterior import exterior_power
from sgd_markov.products.matrix_law import MatrixLaw

HALF = sp.Rational(1, 2)


def test_minors_of_a_product_are_products_of_minors() -> None:
    """Cauchy and Binet; a permuted order of the rows would break it."""
    rng = np.random.default_rng(4)
    one, two = (sp.Matrix(4, 4, [int(k) for k in rng.integers(-5, 6, 16)]) for _ in range(2))
    first, second, both = (exterior_power(MatrixLaw.finite([(sp.Integer(1), m)]), 2).matrices[0] for m in (one, two, one * two))
    assert first * second == both and both != first.T * second


@pytest.mark.parametrize("diagonals", [((4, HALF, 1), (3, 1, 2)), ((1, -5, HALF), (-2, 2, 7))])
def test_triangular_families(diagonals: tuple[tuple[sp.Expr, ...], ...]) -> None:
    """The exponents are the means of log|diagonal entries|, in any order on the diagonal, exactly."""
    upper = sp.Matrix(3, 3, lambda i, j: 1 if i < j else 0)
    law = MatrixLaw.finite([(HALF, sp.diag(*diagonal) + upper) for diagonal in diagonals])
    found = by_partial_sums(law, Effort())
    expected = sorted((sum(float(sp.log(abs(d[k]))) for d in diagonals) / 2 for k in range(3)), reverse=True)
    assert [float(one.enclosure.middle) for one in found] == pytest.approx(expected, rel=1e-14)
    assert all(one.enclosure.reaches(14) for one in found)


def test_blocks_that_mix_in_the_exterior_square() -> None:
    """Pollicott's pair of determinant 1 beside a random number: its exponents are +-1.1433... and (log 7/2)/2."""
    law = MatrixLaw.finite([(HALF, sp.diag(sp.Matrix([[2, 1], [1, 1]]), sp.Integer(7))), (HALF, sp.diag(sp.Matrix([[3, 1], [2, 1]]), HALF))])
    found = by_partial_sums(law, Effort(digits=12))
    top, seven = sp.Float("1.14331103510294924584325", 24), sp.log(sp.Rational(7, 2)) / 2
    expected = sorted([float(top), float(seven), -float(top)], reverse=True)
    assert [float(one.enclosure.middle) for one in found] == pytest.approx(expected, rel=1e-12)
