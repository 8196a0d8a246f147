"""What an entry of the catalogue is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from ..chain.chain import Chain

w = sp.Symbol("w", real=True)
"""The state."""
lr, sigma, c = sp.symbols("lr sigma c", positive=True)
x, y, z, e, b, u = sp.symbols("x y z e b u", real=True)
"""Drawn: data x, y; noise z, e; coins b; uniform numbers u."""

Range = tuple[sp.Rational, sp.Rational]


@dataclass(frozen=True)
class NoiseModel:
    """A noise model for the loss h(w), or for no loss at all.

    `label`: the number of the model, with a letter where several belong together. `build`: the chain for a loss h,
    an expression in `w`. `parameters`: free symbols with the range in which random tests draw them.
    `settled`: the loss for which the stationary law is asked; None where it is that of h as for `build`.

    >>> from sgd_markov.noise_models import NOISE_MODELS
    >>> NOISE_MODELS["5"].with_loss(w**2 / 2).one_sample_map
    (-lr*(sigma*z + w) + w,)
    """

    label: str
    name: str
    build: Callable[[sp.Expr], Chain]
    parameters: Mapping[sp.Symbol, Range]
    settled: sp.Expr = w**2 / 2

    def with_loss(self, h: sp.Expr) -> Chain:
        """The chain for a given h."""
        return self.build(h)

    @property
    def general(self) -> Chain:
        """The chain for an undefined function h."""
        return self.build(sp.Function("h", real=True)(w))


def between(low: object, high: object) -> Range:
    return sp.Rational(str(low)), sp.Rational(str(high))


RATE = {lr: between("0.2", "1.2")}
SPREAD = {sigma: between("0.3", "1.5")}
