"""Reshuffling and cyclic order: moments, moment exponents and tail indices of whole epochs, by enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
import sympy as sp

import sgd_markov as sm

w, x, y, z = sp.symbols("w x y z", real=True)
ROWS = [(1, 2), (Fraction(1, 2), -1), (3, 1), (-1, 1)]
LR = Fraction(1, 3)


def epoch_moment(scheme: str, batch: int, order: int, epochs: int) -> Fraction:
    """E w^order after some epochs from 2/3, over all orders of the data."""
    orders = list(permutations(ROWS)) if scheme == "reshuffling" else [tuple(ROWS)]
    places = {Fraction(2, 3): Fraction(1)}
    for _ in range(epochs):
        following: dict[Fraction, Fraction] = {}
        for start, weight in places.items():
            for rows in orders:
                place = start
                for first in range(0, len(rows), batch):
                    place -= LR * sum((a * (a * place - b) for a, b in rows[first : first + batch]), Fraction(0)) / batch
                following[place] = following.get(place, Fraction(0)) + weight / len(orders)
        places = following
    return sum((p * place**order for place, p in places.items()), Fraction(0))


def regression(scheme: str, batch: int) -> object:
    rows = sm.Rows([[sp.Rational(a), sp.Rational(b)] for a, b in ROWS])
    return sm.SGD((x * w - y) ** 2 / 2, [w], "1/3", data={(x, y): rows}, scheme=scheme, batch_size=batch)


@pytest.mark.parametrize("scheme", ["reshuffling", "cyclic"])
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_moments_at_epoch_ends(scheme: str, batch: int) -> None:
    steps = len(ROWS) // batch
    for order in (1, 2):
        found = sm.moments(regression(scheme, batch), order=order, start="2/3", steps=2 * steps)
        assert found.exact == sp.Rational(epoch_moment(scheme, batch, order, 2))
        (n,) = found.closed_form.free_symbols
        assert sp.simplify(found.closed_form.subs(n, steps)) == sp.Rational(epoch_moment(scheme, batch, order, 1))


def test_steps_inside_an_epoch_are_refused() -> None:
    with pytest.raises(sm.InvalidInput, match="steps"):
        sm.moments(regression("reshuffling", 1), start=1, steps=3)


@pytest.mark.parametrize("scheme", ["reshuffling", "cyclic"])
def test_single_samples_make_the_epoch_deterministic(scheme: str) -> None:
    chain = sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Finite([1, "-1/2"])}, scheme=scheme)
    # the epoch multiplies by (1/2)(5/4) = 5/8, whatever the order
    assert sm.moments(chain, order=2, start=1, steps=2).exact == sp.Rational(25, 64)
    assert sm.moments(chain, order=1, absolute=True, start=1, steps=2).exact == sp.Rational(5, 8)
    exponent = sm.moment_exponent(chain, at=0, order=2)
    assert sp.simplify(exponent.exact - sp.log(sp.Rational(5, 8))) == 0
    with pytest.raises(sm.Inconclusive):
        lr = sp.Symbol("lr", positive=True)
        free = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Finite([1, "-1/2"])}, scheme=scheme)
        sm.window(free, at=0, parameter=lr, order=2)


def test_tail_index_of_epochs() -> None:
    data = {x: sm.Finite([1, "1/2", 2, "5/2"])}
    chain = sm.SGD((x * w - 1) ** 2 / 2, [w], "1/2", data=data, scheme="reshuffling", batch_size=2)
    kappa = float(sm.tail_index(chain).value)
    values = [1, 0.5, 2, 2.5]
    mean = sum(
        abs((1 - (p[0] ** 2 + p[1] ** 2) / 4) * (1 - (p[2] ** 2 + p[3] ** 2) / 4)) ** kappa for p in permutations(values)
    )
    assert mean / 24 == pytest.approx(1, abs=1e-9)
    cyclic = sm.SGD((x * w - 1) ** 2 / 2, [w], "1/2", data=data, scheme="cyclic", batch_size=2)
    with pytest.raises(sm.HypothesisViolated, match="fixed"):
        sm.tail_index(cyclic)
