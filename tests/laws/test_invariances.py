"""Laws of the algebra that every family obeys: scaling, affine images, reflection."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from law_cases import ATOMIC, CONTINUOUS, LATTICE, R, name_of
from law_expectations import number

from sgd_markov.laws.arcsine import Arcsine
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.irwin_hall import IrwinHall
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.laplace_mean import LaplaceMean
from sgd_markov.laws.law import Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.semicircle import Semicircle
from sgd_markov.laws.student import Student
from sgd_markov.laws.uniform import Uniform

numbers = st.integers(-60, 60).map(lambda n: R(n, 12))
factors = numbers.filter(lambda n: n != 0)
laws = st.sampled_from(CONTINUOUS + ATOMIC)
symmetric = st.sampled_from(
    [
        Uniform(-2, 2),
        Normal(0, 3),
        Laplace(0, 2),
        Student(3),
        Student(4),
        Student("5/2"),
        Cauchy(),
        Arcsine(-1, 1),
        Semicircle(),
        IrwinHall(-1, 1, 3),
        LaplaceMean(0, 1, 3),
        Rademacher(),
    ]
)


def same(left: sp.Expr | None, right: sp.Expr | None, added: sp.Expr = sp.S.Zero) -> bool:
    if left is None or right is None:
        return left is right
    if -sp.oo in (left, right):
        return left == right
    one, other = number(left), number(right + added)
    return bool(abs(one - other) <= 1e-18 * (1 + abs(one)))


@settings(max_examples=60, deadline=None)
@given(laws, numbers, factors, factors)
def test_scaling_adds_its_logarithm(law: Law, shift: sp.Rational, factor: sp.Rational, scale: sp.Rational) -> None:
    plain = law.log_affine(shift, factor)
    assert same(law.log_affine(shift * scale, factor * scale), plain, sp.log(abs(scale)))


@settings(max_examples=60, deadline=None)
@given(laws, numbers, factors, numbers, factors)
def test_affine_images(law: Law, a: sp.Rational, b: sp.Rational, c: sp.Rational, d: sp.Rational) -> None:
    """E log|c + d (a + b X)| and the moments by the image's own formulas."""
    image = law.affine(a, b)
    if image is None:
        return
    assert same(image.log_affine(c, d), law.log_affine(c + d * a, d * b))
    if number(law.moment_limit) > 2:
        assert same(image.moment(2), a**2 + 2 * a * b * law.moment(1) + b**2 * law.moment(2))


@settings(max_examples=40, deadline=None)
@given(symmetric, numbers, factors)
def test_symmetric_laws_do_not_see_the_sign(law: Law, shift: sp.Rational, factor: sp.Rational) -> None:
    assert same(law.log_affine(shift, factor), law.log_affine(shift, -factor))
    assert same(law.power_affine(shift, factor, R(1, 2)), law.power_affine(shift, -factor, R(1, 2)))


@pytest.mark.parametrize("law", [*CONTINUOUS, *ATOMIC], ids=name_of)
def test_squares(law: Law) -> None:
    """E log|X^2| = 2 E log|X|, and the moments of X^2 are the even moments of X."""
    square = law.square()
    if square is None:
        return
    zero, one = sp.Integer(0), sp.Integer(1)
    plain = law.log_affine(zero, one)
    assert plain is not None and same(square.log_affine(zero, one), 2 * plain)
    if number(law.moment_limit) > 4:
        assert same(square.moment(2), law.moment(4))


def test_which_laws_have_a_square() -> None:
    names = {law.name for law in CONTINUOUS if law.square() is not None}
    assert names == {"normal", "lognormal", "uniform", "stable", "beta"}
    assert Lognormal(1, 2).square() == Lognormal(2, 4)
    assert Normal(1, 1).square() is None


@pytest.mark.parametrize("law", [*CONTINUOUS, *ATOMIC, *LATTICE], ids=name_of)
def test_laws_are_plain_values(law: Law) -> None:
    """Equal, hashable, picklable, and substitution of nothing changes nothing."""
    import pickle

    assert law == law.subs({}) and hash(law) == hash(law.subs({}))
    assert pickle.loads(pickle.dumps(law)) == law
    assert law.free_symbols == set()
