"""What the recognisers of chains with a random multiplier ask: w' = M w + B as w' = M (w + F) + G.

M is independent of (F, G). Every branch of the step (an outcome of its finite randomness) is of this form with an M
of a law of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..effort import Effort
from ..engines.affine import AffineChain
from ..laws.law import Law
from ..laws.signs import sign
from ..numerics.named_law import Named, direction, named
from ..numerics.tidy import tidy
from ..numerics.vanishing import differs_at_a_point
from ..proof import Identity
from .affine_form import affine_steps

M, X = sp.Dummy("M", real=True), sp.Dummy("X", real=True)
"""The multiplier and the standard variable in steps of proofs. The letters of a proof are dummies, so that a user's
parameters may have the same names."""


@dataclass(frozen=True)
class Branch:
    """With `probability`, w' = M (w + inner) + outer; the law of M is `multiplier`, with 1 - M beside it.

    `inner`, `outer`: expressions in variables independent of M, whose laws are `laws`.
    """

    probability: sp.Expr
    multiplier: Named
    inner: sp.Expr
    outer: sp.Expr
    laws: Mapping[sp.Symbol, Law]

    @property
    def total(self) -> sp.Expr:
        """inner + outer: the place of a common fixed point moves it to both, so it is what a shift of w leaves alone."""
        return sp.expand(self.inner + self.outer)

    def is_random(self, expr: sp.Expr) -> bool:
        return bool(expr.free_symbols & self.laws.keys())

    @property
    def is_steady(self) -> bool:
        """Is M alone random, and no point fixed by every step?"""
        return not (self.is_random(self.inner) or self.is_random(self.outer)) and sign(self.total) != 0

    def law_of(self, expr: sp.Expr) -> Named | None:
        return named(expr, self.laws)


def branches(chain: Chain, effort: Effort) -> tuple[Branch, ...] | None:
    """The branches of an affine chain in one dimension whose multiplier is random in all of them; else None."""
    if chain.dimension != 1:
        return None
    affine = affine_steps(chain, effort)
    if affine is None or not (affine.multiplier.free_symbols - chain.parameters):
        return None
    return branches_of(affine)


@lru_cache(maxsize=64)
def branches_of(affine: AffineChain) -> tuple[Branch, ...] | None:
    """Several recognisers ask for the same chain, one after the other."""
    found: list[Branch] = []
    for component in affine.pairs():
        if component.probability != 0:
            one = branch(component)
            if one is None:
                return None
            found.append(one)
    return tuple(found)


def single_branch(chain: Chain, effort: Effort) -> Branch | None:
    found = branches(chain, effort)
    return found[0] if found is not None and len(found) == 1 else None


def branch(component: Component) -> Branch | None:
    """M (w + F) + G from M and B = M F + G: F is dB/dM, G the rest."""
    multiplier, offset = component.values
    drawn = [s for s in component.laws if s in multiplier.free_symbols]
    if not drawn:
        return None
    law = named(multiplier, {s: component.laws[s] for s in drawn})
    if law is None:
        return None
    rest = {s: other for s, other in component.laws.items() if s not in drawn}
    inner = quotient(sp.diff(offset, drawn[0]), sp.diff(multiplier, drawn[0]), drawn)
    if inner is None:
        return None
    outer = freed(offset - inner * multiplier, drawn)
    return None if outer is None else Branch(component.probability, law, inner, outer, rest)


def quotient(top: sp.Expr, bottom: sp.Expr, drawn: list[sp.Symbol]) -> sp.Expr | None:
    return freed(sp.powsimp(top / bottom), drawn)


def freed(expr: sp.Expr, drawn: list[sp.Symbol]) -> sp.Expr | None:
    """The expression in a form without the drawn symbols, where it does not depend on them; else None."""
    for form in (sp.expand, lambda e: sp.cancel(sp.powsimp(sp.together(e))), sp.simplify):
        written = form(expr)
        if not written.free_symbols & set(drawn):
            return written
        if any(differs_at_a_point(sp.diff(written, s)) for s in drawn):
            return None
    return None


def moved_to(step: Branch, shift: sp.Expr, factor: sp.Expr, standard: sp.Expr, image: sp.Expr) -> Identity:
    """The step of a proof that w = shift + factor * `standard` makes w' into shift + factor * `image`."""
    return Identity(
        "The affine change of the state",
        M * (shift + factor * standard + step.inner) + step.outer,
        shift + factor * image,
    )


def oriented(factor: sp.Expr) -> tuple[sp.Expr, int, tuple[Hypothesis, ...]]:
    """|factor|, its sign, and the hypothesis where symbols leave the sign open."""
    way, assumed = direction(factor)
    return way * factor, way, positivity(assumed)


def positivity(expressions: tuple[sp.Expr, ...]) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis(f"{tidy(e)} > 0", "assumed") for e in expressions)


def law_hypotheses(*laws: Law) -> tuple[Hypothesis, ...]:
    """The parameters of the laws that symbols leave open are assumed to be admissible: shapes and scales positive."""
    from dataclasses import fields

    parameters = [getattr(law, entry.name) for law in laws for entry in fields(law)]
    open_ = dict.fromkeys(p for p in parameters if p.free_symbols and not p.is_positive)
    return positivity(tuple(open_))
