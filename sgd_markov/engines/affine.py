"""Affine chains w' = M w + B in one dimension: mixed moments E M^j B^l and the closed recursion of E w_n^k."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Draw
from ..chain.mixture import Component, mixture
from ..errors import HypothesisViolated
from ..numerics.expectation import batch_moments, mean
from ..numerics.exponential_polynomial import ExponentialPolynomial, solve_recursion


@dataclass(frozen=True)
class AffineChain:
    """w' = M w + B; `multiplier` and `offset` are expressions in placeholders of batch means and noise symbols.

    `means[p]`: the per-sample expression whose batch mean the placeholder p stands for.
    """

    multiplier: sp.Expr
    offset: sp.Expr
    means: tuple[tuple[sp.Symbol, sp.Expr], ...]
    draw: Draw

    def mixed_moment(self, j: int, l: int) -> sp.Expr:  # noqa: E741 - the formula's own letters
        """E M^j B^l, exact."""
        return _mixed_moment(self, j, l)

    def pairs(self) -> tuple[Component, ...]:
        """The joint law of (M, B)."""
        return _mixture((self.multiplier, self.offset), self.means, self.draw)

    def multipliers(self) -> tuple[Component, ...]:
        """The law of M."""
        used = tuple((p, e) for p, e in self.means if p in self.multiplier.free_symbols)
        return _mixture((self.multiplier,), used, self.draw)


@lru_cache(maxsize=128)
def _mixture(
    values: tuple[sp.Expr, ...], means: tuple[tuple[sp.Symbol, sp.Expr], ...], draw: Draw
) -> tuple[Component, ...]:
    return mixture(values, dict(means), draw)


@lru_cache(maxsize=512)
def _mixed_moment(chain: AffineChain, j: int, l: int) -> sp.Expr:  # noqa: E741
    expr = sp.expand(chain.multiplier**j * chain.offset**l)
    placeholders = tuple(p for p, _ in chain.means)
    moments = batch_moments(tuple(e for _, e in chain.means), chain.draw, j + l)
    poly = sp.Poly(expr, *placeholders) if placeholders else None
    if poly is None:
        return mean(expr, chain.draw.noise)
    return sp.expand(sp.Add(*(mean(c, chain.draw.noise) * moments[e] for e, c in poly.terms())))


@lru_cache(maxsize=128)
def affine_chain(chain: Chain) -> AffineChain:
    """The chain as w' = M w + B; raises `HypothesisViolated` where the map is not affine in the state."""
    w = chain.require_one_dimension("an affine chain")
    if not chain.means:
        multiplier, offset = split(chain.update[0], w)
        return AffineChain(multiplier, offset, (), chain.draw)
    slope, constant = split(chain.gradient[0], w)
    update = chain.update[0]
    if chain.draw.batch_size == 1 and (chain.draw.data or chain.draw.noise):
        multiplier, offset = split(chain.one_sample_map[0], w)
        return AffineChain(multiplier, offset, (), Draw(noise=(*chain.draw.data, *chain.draw.noise)))
    slopes, constants = sp.Dummy("slope", real=True), sp.Dummy("constant", real=True)
    multiplier, offset = split(update.xreplace({chain.means[0]: slopes * w + constants}), w)
    drawn = set(chain.draw.data_symbols)
    parts = ((slopes, slope), (constants, constant))
    means = tuple((p, e) for p, e in parts if e.free_symbols & drawn)
    certain = {p: e for p, e in parts if not e.free_symbols & drawn}  # equal in all samples: its mean is itself
    return AffineChain(multiplier.xreplace(certain), offset.xreplace(certain), means, chain.draw)


def split(expr: sp.Expr, w: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    expanded = sp.expand(expr)
    if not expanded.is_polynomial(w) or sp.degree(expanded, w) > 1:
        raise HypothesisViolated("the map is affine in the state", f"{w}' = {expr}")
    poly = sp.Poly(expanded, w)
    return poly.coeff_monomial(w), poly.coeff_monomial(1)


def raw_moments(chain: AffineChain, start: sp.Expr, order: int) -> list[ExponentialPolynomial]:
    """E w_n^k for k = 0..order as exponential polynomials in n, from w_0 = start.

    E w_(n+1)^k = sum_j binom(k, j) E[M^j B^(k-j)] E w_n^j.
    """
    found = [ExponentialPolynomial.constant(sp.Integer(1))]
    for k in range(1, order + 1):
        forcing = ExponentialPolynomial(())
        for j in range(k):
            forcing = forcing.plus(found[j].times(comb(k, j) * chain.mixed_moment(j, k - j)))
        found.append(solve_recursion(chain.mixed_moment(k, 0), forcing, start**k))
    return found
