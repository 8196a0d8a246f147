"""E log|shift + factor X| in closed form against quadrature split at the singularity, on all sides of it."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from law_cases import ATOMIC, CONTINUOUS, LATTICE, affine_maps, name_of
from law_expectations import close, expectation, number

from sgd_markov.laws.chi_square import ChiSquare
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.law import Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.poisson import Poisson
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.laws.uniform import Uniform

a, b = sp.symbols("a b", real=True)


@pytest.mark.parametrize("law", CONTINUOUS, ids=name_of)
def test_against_quadrature(law: Law) -> None:
    for shift, factor in affine_maps(law):
        value = law.log_affine(shift, factor)
        if value is None:
            assert isinstance(law, Lognormal) and shift != 0
            continue
        left, slope = number(shift), number(factor)
        reference = expectation(law, lambda x: log_size(left + slope * x), -shift / factor)  # noqa: B023
        assert close(value, reference), (shift, factor)


def log_size(x: mp.mpf) -> mp.mpf:
    return mp.log(abs(x)) if x else mp.mpf(-100)


@pytest.mark.parametrize("law", CONTINUOUS, ids=name_of)
def test_symbols_first_or_numbers_first(law: Law) -> None:
    """Putting numbers into the symbolic closed form gives the closed form of the numbers, off the edges."""
    formula = law.log_affine(a, b)
    if formula is None:
        return
    for shift, factor in ((sp.Rational(17, 10), sp.Rational(-9, 11)), (sp.Rational(-31, 7), sp.Rational(13, 11))):
        direct = number(law.log_affine(shift, factor))
        assert abs(number(formula.subs({a: shift, b: factor})) - direct) < 1e-15 * (1 + abs(direct))


@pytest.mark.parametrize("law", ATOMIC, ids=name_of)
def test_atomic_sums(law: Law) -> None:
    shift, factor = sp.Rational(3, 7), sp.Rational(-5, 4)
    expected = sum(number(p) * mp.log(abs(number(shift + factor * v))) for v, p in law.atoms or ())
    assert abs(number(law.log_affine(shift, factor)) - expected) < 1e-14
    hit = (law.atoms or ())[0][0]
    assert law.log_affine(-hit, sp.Integer(1)) == -sp.oo


@pytest.mark.parametrize("law", LATTICE, ids=name_of)
def test_lattice_laws_only_know_their_atoms(law: Law) -> None:
    offset, step = law.support.offset, law.support.step
    assert law.log_affine(-(offset + 3 * step), sp.Integer(1)) == -sp.oo
    assert law.log_affine(-(offset + step / 2), sp.Integer(1)) is None
    assert law.log_affine(-(offset - step), sp.Integer(1)) is None


def test_hits_that_are_not_written_as_zero() -> None:
    root = sp.sqrt(3 + 2 * sp.sqrt(2))  # = 1 + sqrt(2)
    assert TwoPoint(1 + sp.sqrt(2), 0).log_affine(-root, sp.Integer(1)) == -sp.oo
    assert TwoPoint(sp.log(6), 0).log_affine(-sp.log(2) - sp.log(3), sp.Integer(1)) == -sp.oo
    edge = Uniform(0, 1 + sp.sqrt(2)).log_affine(-root, sp.Integer(1))
    assert abs(number(edge) - number(sp.log(1 + sp.sqrt(2)) - 1)) < 1e-25
    assert Poisson(1).log_affine(sp.sqrt(8), -sp.sqrt(2)) == -sp.oo


def test_zero_weight_is_no_hit() -> None:
    assert Finite([1, 2], [0, 1]).log_affine(sp.Integer(-1), sp.Integer(1)) == 0


def test_chi_square_by_two_routes() -> None:
    """E log|1 - c Z^2| = 2 E log|1 + sqrt(c) Z| (factorise), for c > 0: gamma(1/2) against the normal law."""
    for c in (sp.Rational(1, 3), sp.Rational(3, 2), sp.Integer(7)):
        direct = ChiSquare(1).log_affine(sp.Integer(1), -c)
        factored = 2 * Normal().log_affine(sp.Integer(1), sp.sqrt(c))
        assert abs(number(direct) - number(factored)) < 1e-20


def test_gamma_shapes_are_continuous_across_the_integers() -> None:
    """The formulas for integers and for other shapes meet."""
    for z in (sp.Rational(3, 2), sp.Rational(-5, 3)):
        at, near = (Gamma(k).log_affine(z, sp.Integer(1)) for k in (3, sp.Integer(3) + sp.Rational(1, 10**9)))
        assert abs(number(at) - number(near)) < 1e-8


def test_stable_off_centre_is_open() -> None:
    assert Stable("3/2").log_affine(sp.Integer(1), sp.Integer(1)) is None
    assert Gamma(sp.Symbol("k", positive=True)).log_affine(sp.Integer(1), sp.Integer(1)) is None
