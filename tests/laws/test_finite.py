"""Finite laws: merging, multiplicities, symbols, joint rows."""

from __future__ import annotations

import pytest
import sympy as sp

from sgd_markov.errors import InvalidInput
from sgd_markov.laws.bernoulli import Bernoulli
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.rows import Rows
from sgd_markov.laws.two_point import TwoPoint

a, p = sp.symbols("a p", real=True)
R = sp.Rational


def test_repeated_entries_are_merged_but_stay_in_the_data_set() -> None:
    law = Finite([3, 1, 3, 3])
    assert law.atoms == ((3, R(3, 4)), (1, R(1, 4)))
    assert law.entries == ((3, R(1, 4)), (1, R(1, 4)), (3, R(1, 4)), (3, R(1, 4)))
    assert law.size == 4 and law.equal


def test_values_that_are_equal_though_written_differently() -> None:
    law = Finite([1 + sp.sqrt(2), 0, sp.sqrt(3 + 2 * sp.sqrt(2)), (a + 1) ** 2, a**2 + 2 * a + 1])
    assert law.atoms == ((1 + sp.sqrt(2), R(2, 5)), (0, R(1, 5)), ((a + 1) ** 2, R(2, 5)))


def test_zero_probability_is_no_atom() -> None:
    assert Finite([1, 2, 3], [0, "1/2", "1/2"]).atoms == ((2, R(1, 2)), (3, R(1, 2)))
    assert Bernoulli(1).atoms == ((1, 1),)
    assert TwoPoint(5, 6, 0).atoms == ((6, 1),)


def test_symbolic_probabilities() -> None:
    law = Finite([1, 2, 3], [p**2, 2 * p * (1 - p), (1 - p) ** 2])
    assert sp.expand(law.moment(1) - (3 - 2 * p)) == 0
    assert law.subs({p: R(1, 2)}) == Finite([1, 2, 3], ["1/4", "1/2", "1/4"])
    with pytest.raises(InvalidInput, match=r"finite\.probabilities: -4 is not allowed"):
        law.subs({p: sp.Integer(2)})


def test_distribution_function_with_symbols() -> None:
    x = sp.Symbol("x", real=True)
    distribution = TwoPoint(0, 1, "1/3").cdf(x)
    assert [distribution.subs(x, place) for place in (-1, 0, R(1, 2), 1)] == [0, R(1, 3), R(1, 3), 1]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Finite([]), "finite.values: an empty list is not allowed; use at least one value"),
        (lambda: Finite([1, 2], ["1/2"]), "finite.probabilities: a list of 1 is not allowed; use 2 probabilities"),
        (
            lambda: Finite([1, 2], ["1/2", "1/3"]),
            "a sum of 5/6 is not allowed; use probabilities whose sum is exactly 1",
        ),
        (lambda: Finite([1, 2], [p, p]), r"finite.probabilities: a sum of 2\*p"),
        (lambda: Finite([1, 2], ["3/2", "-1/2"]), "finite.probabilities: -1/2 is not allowed"),
        (lambda: Bernoulli("5/4"), "bernoulli.p: 5/4 is not allowed; use a number between 0 and 1"),
        (lambda: TwoPoint(0, 1, sp.sqrt(2)), r"two-point.probability: sqrt\(2\) is not allowed"),
        (lambda: Finite([sp.oo, 1]), "finite.values: oo is not allowed; use a finite real number"),
        (lambda: Rows([]), r"rows.rows: \[\] is not allowed; use a list of rows"),
        (
            lambda: Rows([[1, 2], [3]]),
            r"rows.rows\[2\]: a row of 1 is not allowed; use as many values as in the first row, 2",
        ),
        (lambda: Rows([[1], [2]], ["1/2", "1/3"]), "rows.probabilities: a sum of 5/6"),
    ],
)
def test_refusals(build: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        build()  # type: ignore[operator]


def test_joint_rows() -> None:
    law = Rows([[1, 2], [1, -1], [1, 2], [0, a]])
    assert law.size == 4 and law.width == 2 and law.equal
    assert law.atoms == (((1, 2), R(1, 2)), ((1, -1), R(1, 4)), ((0, a), R(1, 4)))
    assert law.column(0).atoms == ((1, R(3, 4)), (0, R(1, 4)))
    assert law.moment([1, 2]) == R(9, 4)
    assert law.free_symbols == {a}
    assert law.subs({a: sp.Integer(7)}).rows[3] == (0, 7)
    assert not Rows([[1], [2]], ["1/3", "2/3"]).equal
