"""What the recognisers of stationary laws ask of an affine chain w' = M w + B in one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain
from ..chain.draw import Source
from ..chain.mixture import Component
from ..effort import Effort
from ..engines.affine import AffineChain, affine_chain
from ..engines.finite_law import independent_steps
from ..errors import HypothesisViolated, Inconclusive
from ..laws.law import Law
from ..numerics.stable_sums import reduced
from ..numerics.tidy import tidy
from ..proof import Cited
from ..proof.radicals import is_zero

UNIQUE = Cited(
    "A characteristic function determines its law, and E log|M| < 0 makes the stationary law unique",
    r"w\overset{d}{=}\sum_{n\ge0}M_0\cdots M_{n-1}B_n",
    "vervaat1979",
)
"""The last step of every proof for w' = M w + B with E log|M| < 0 and E log^+|B| < oo."""


@dataclass(frozen=True)
class FixedMultiplier:
    """w' = rho w + shift + sum of independent `terms`, rho and shift not random.

    Each term is the mixture of components (probability, (value,), laws) of one independent part of B.
    """

    rho: sp.Expr
    shift: sp.Expr
    terms: tuple[tuple[Component, ...], ...]

    @property
    def contraction(self) -> Hypothesis:
        """|rho| < 1, proved for a number, assumed with free symbols; raises where it is false."""
        statement = f"|{tidy(self.rho)}| < 1"
        if self.rho.free_symbols:
            return Hypothesis(statement, "assumed")
        sign = proved_sign(1 - sp.Abs(self.rho))
        if sign is None:
            raise Inconclusive(f"|{self.rho}| is not told from 1")
        if sign <= 0:
            raise HypothesisViolated(f"E log|M| < 0, that is |{self.rho}| < 1", f"|M| = {sp.Abs(self.rho)}")
        return Hypothesis(statement)


def affine_steps(chain: Chain, effort: Effort) -> AffineChain | None:
    """The chain as w' = M w + B with independent steps (epochs under reshuffling); None where it is not affine in w."""
    if chain.dimension != 1:
        return None
    try:
        return affine_epochs(chain, effort)[0]
    except HypothesisViolated:
        return None


def affine_epochs(chain: Chain, effort: Effort) -> tuple[AffineChain, int]:
    """The affine chain of independent steps, and the updates in each: several where a step is an epoch.

    Raises `HypothesisViolated` where the map is not affine in the state.
    """
    affine = affine_chain(chain)
    independent, updates = independent_steps(chain, effort)
    return (affine if updates == 1 else affine_chain(independent)), updates


def fixed_multiplier(affine: AffineChain) -> FixedMultiplier | None:
    """The chain with a multiplier that is not random; None where M is random."""
    if affine.multiplier.free_symbols & drawn_symbols(affine):
        return None
    shift, groups = sp.Integer(0), independent_terms(affine)
    terms = []
    for expr in groups:
        if not expr.free_symbols & drawn_symbols(affine):
            shift += expr
            continue
        terms.append(AffineChain(expr, sp.Integer(0), affine.means, affine.draw).multipliers())
    return FixedMultiplier(affine.multiplier, shift, tuple(terms))


def drawn_symbols(affine: AffineChain) -> set[sp.Symbol]:
    """The symbols of what one step draws, placeholders of batch means included."""
    return {*affine.draw.data_symbols, *affine.draw.noise_symbols, *(p for p, _ in affine.means)}


def independent_terms(affine: AffineChain) -> list[sp.Expr]:
    """B as a sum of expressions that share no drawn symbol; all batch means count as one."""
    drawn = drawn_symbols(affine)
    batch = {p for p, _ in affine.means}
    joint = {symbol: source for source in (*affine.draw.data, *affine.draw.noise) for symbol in source.symbols}
    groups: list[tuple[set[object], sp.Expr]] = []
    for term in sp.Add.make_args(sp.expand(affine.offset)):
        keys: set[object] = {("batch",) if s in batch else source_key(joint, s) for s in term.free_symbols & drawn}
        touching = [group for group in groups if group[0] & keys]
        merged = (keys.union(*(g[0] for g in touching)), sp.Add(term, *(g[1] for g in touching)))
        groups = [group for group in groups if group not in touching] + [merged]
    return [expr for _, expr in groups]


def source_key(joint: Mapping[sp.Symbol, Source], symbol: sp.Symbol) -> object:
    return joint[symbol].symbols


def one_law(components: tuple[Component, ...]) -> tuple[sp.Expr, sp.Expr, Law] | None:
    """(shift, factor, law) where the value is shift + factor X for one X of a law of `laws`, sums within one family
    included; None where it is not."""
    if len(components) != 1 or not components[0].laws:
        return None
    (component,) = components
    value, laws = component.values[0], dict(component.laws)
    if len(laws) > 1:
        found = reduced(value, laws)
        if found is None:
            return None
        value, symbol, law = found
    else:
        ((symbol, law),) = laws.items()
    if not value.is_polynomial(symbol) or sp.degree(value, symbol) != 1:
        return None
    poly = sp.Poly(value, symbol)
    return poly.nth(0), poly.nth(1), law


def common_fixed_points(affine: AffineChain) -> sp.Expr | bool | None:
    """The w with M w + B = w almost surely: that point, True for every point, None for no point.

    Exact where the step's law is a finite mixture of expressions; equal as written where symbols are free.
    """
    found: sp.Expr | None = None
    for component in affine.pairs():
        slope, offset = sp.expand(1 - component.values[0]), sp.expand(component.values[1])
        if slope == 0 and offset == 0:
            continue
        if slope == 0:
            return None
        place = sp.cancel(offset / slope)
        if place.free_symbols & set(component.laws):
            return None
        if found is not None and not is_zero(place - found):
            return None
        found = place
    return True if found is None else found


def is_modulus_one(affine: AffineChain) -> bool:
    """Is |M| = 1 almost surely?"""
    values = [component.values[0] for component in affine.multipliers() if component.probability != 0]
    return all(is_zero(value**2 - 1) for value in values)
