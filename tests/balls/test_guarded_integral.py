"""Exceptions inside an integrand come out as themselves."""

from __future__ import annotations

import pytest
from flint import acb, arb

from sgd_markov.balls.guarded_integral import guarded_integral
from sgd_markov.errors import Inconclusive


def test_an_exception_of_the_integrand_is_raised() -> None:
    def late(z: acb, analytic: bool) -> acb:
        if abs(z) > 2:
            raise Inconclusive("the budget of time ended first")
        return z.exp()

    assert guarded_integral(late, arb(0), arb(1)).contains(arb(1).exp() - 1)
    with pytest.raises(Inconclusive, match="budget"):
        guarded_integral(late, arb(0), arb(3))


def test_one_integral_inside_another() -> None:
    def inner(z: acb, analytic: bool) -> acb:
        raise KeyboardInterrupt

    def outer(z: acb, analytic: bool) -> acb:
        return acb(guarded_integral(inner, arb(0), arb(1)))

    with pytest.raises(KeyboardInterrupt):
        guarded_integral(outer, arb(0), arb(1))
