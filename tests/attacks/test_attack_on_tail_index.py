"""Tail indices: points that every step fixes, heavy noise in disguise, atoms at 0, extreme roots."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

import sgd_markov as sm

w, x, y, z = sp.symbols("w x y z", real=True)
Q = sp.Rational


def index(update: sp.Expr, noise: dict[sp.Symbol, object]) -> object:
    return sm.tail_index(sm.RandomMap({w: update}, noise=noise))


@pytest.mark.parametrize("batch", [1, 2])
def test_interpolated_data_have_a_fixed_point(batch: int) -> None:
    rows = sm.Rows([[1, 2], [1, 2], [1, 2], [1, 2], ["5/2", 5]])
    chain = sm.SGD((x * w - y) ** 2 / 2, [w], "1/2", data={(x, y): rows}, batch_size=batch)
    with pytest.raises(sm.HypothesisViolated, match="w = 2 is fixed"):
        sm.tail_index(chain)


def test_a_point_fixed_by_the_atoms_only() -> None:
    multiplier = Q(1, 4) + Q(7, 4) * (x - 1)
    offset = Q(3, 4) - Q(7, 4) * (x - 1) ** 2  # equals 1 - multiplier at x = 1 and x = 2
    with pytest.raises(sm.HypothesisViolated, match="w = 1 is fixed"):
        index(multiplier * w + offset, {x: sm.Finite([1, 2], ["2/3", "1/3"])})


@pytest.mark.parametrize(("offset", "law"), [(sp.exp(x), sm.Exponential(1)), (1 / x, sm.Uniform(0, 1))])
def test_power_tails_from_light_laws(offset: sp.Expr, law: object) -> None:
    """exp(X) and 1/U have the tail t^-1: never `oo`."""
    with pytest.raises(sm.Inconclusive):
        index(w / 2 + offset, {x: law})


def test_atoms_at_zero_beside_large_multipliers() -> None:
    found = index(x * w + 1, {x: sm.Finite([3, 0], ["1/4", "3/4"])})
    assert sp.simplify(found.exact - sp.log(4) / sp.log(3)) == 0


def test_noise_of_the_same_index_is_not_certified() -> None:
    with pytest.raises(sm.Inconclusive, match="told from kappa"):
        index(x * w + z, {x: sm.Finite(["3/2", 0], ["4/9", "5/9"]), z: sm.Student(2)})


def test_lattice_law_with_an_atom_at_zero() -> None:
    kappa = mp.mpf(index(x * w / 4 + 1, {x: sm.Poisson("3/2")}).value)
    rate = mp.mpf(3) / 2
    mean = mp.nsum(lambda k: mp.exp(-rate) * rate**k / mp.factorial(k) * (k / mp.mpf(4)) ** kappa, [1, mp.inf])
    assert abs(mean - 1) < 1e-12


@pytest.mark.parametrize("excess", [Q(1, 10**6), Q(1, 10**12)])
def test_huge_roots(excess: sp.Rational) -> None:
    kappa = float(index(x * w + 1, {x: sm.Finite([1 + excess, Q(1, 2)])}).value)
    assert kappa * float(mp.log1p(mp.mpf(excess.p) / excess.q)) == pytest.approx(float(mp.log(2)), rel=1e-12)


def test_a_root_out_of_reach_is_not_denied() -> None:
    with pytest.raises(sm.Inconclusive):
        index(x * w + 1, {x: sm.Finite([1 + Q(1, 10**30), Q(1, 2)])})


def test_multiplier_one_in_disguise() -> None:
    one = sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3) + 1
    assert index(x * w + 1, {x: sm.Finite([one, "1/2"])}).exact == sp.oo
