"""Chains that the tests of the simulation share."""

from __future__ import annotations

import pytest
import sympy as sp

from sgd_markov.chain.chain import Chain
from sgd_markov.chain.draw import Draw, Source
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.two_point import TwoPoint

w, x, z, g = sp.symbols("w x z g", real=True)


@pytest.fixture
def product_chain():
    """w' = (1 - x/2) w, x = 4/5 or -6/5: multipliers 3/5 and 8/5."""
    draw = Draw(data=(Source((x,), TwoPoint("4/5", "-6/5")),))
    return Chain((w,), (w - g / 2,), draw, means=(g,), gradient=(x * w,))


@pytest.fixture
def autoregression():
    """w' = 9/10 w + z: from 0, variance (1 - (81/100)^n) / (19/100)."""
    return Chain((w,), (sp.Rational(9, 10) * w + z,), Draw(noise=(Source((z,), Normal(0, 1)),)))


@pytest.fixture
def digits_chain():
    """w' = 10 w + mean of x over a data set of four digits: the state spells out what was drawn."""

    def build(batch_size, scheme, entries=(1, 2, 3, 4)):
        draw = Draw((Source((x,), Finite(list(entries))),), (), batch_size, scheme)
        return Chain((w,), (10 * w + g,), draw, means=(g,), gradient=(x,))

    return build
