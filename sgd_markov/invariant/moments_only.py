"""Affine chains without a closed form: the moments of the stationary law from their closed recursion."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..engines.affine_several.conditions import joined, simplified
from ..engines.log_potential import expected_log
from ..engines.power_mean import expected_power
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.log_moment import log_moment_is_finite
from ..numerics.tidy import tidy
from .affine_form import affine_steps
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The stationary law of w' = M w + B with E log|M| < 0 and E log^+|B| < oo, by its moments alone (Vervaat)."""
    affine = affine_steps(chain, effort)
    if affine is None:
        return None
    hypotheses = (contraction(affine, effort), Hypothesis("E log^+|B| < oo", offset_state(affine)))
    return MomentsOnly(
        family="affine recursion",
        state=chain.state,
        affine=affine,
        unique=None if any(h.state == "undecided" for h in hypotheses) else True,
        hypotheses=hypotheses,
        cite=("vervaat1979",),
    )


def contraction(affine: AffineChain, effort: Effort) -> Hypothesis:
    """E log|M| < 0 with its state."""
    statement = "E log|M| < 0"
    try:
        exponent = expected_log(affine.multipliers(), effort)
    except Inconclusive:
        return Hypothesis(statement, "undecided")
    if exponent.enclosure is None:
        return Hypothesis(statement, "assumed")
    return Hypothesis(statement, "proved" if exponent.enclosure.upper < 0 else "undecided")


def offset_state(affine: AffineChain) -> str:
    offset = affine.offset.xreplace(dict(affine.means))
    finite = log_moment_is_finite(offset, (*affine.draw.data, *affine.draw.noise))
    return "proved" if finite else "undecided"


@dataclass(frozen=True, kw_only=True)
class MomentsOnly(StationaryLaw):
    """m_k (1 - E M^k) = sum_(j<k) binom(k, j) E[M^j B^(k-j)] m_j, for every k with E|M|^k < 1."""

    affine: AffineChain

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        return r"w \overset{d}{=} \sum_{n\ge0} M_0\cdots M_{n-1}B_n"

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """Polynomials; finite exactly where E|M|^k < 1 for the degree k (Alsmeyer, Iksanov, Roesler 2009)."""
        w = self.state[0]
        if not of.is_polynomial(w):
            raise self.unknown(f"E[{of}]")
        poly = sp.Poly(of, w)
        require_moment(self.affine, poly.degree(), effort)
        raw = self.raw(poly.degree())
        value = sp.Add(*(c * raw[k] for (k,), c in poly.terms()))
        return number(tidy(value) if value.free_symbols else value, effort, f"E[{of}]")

    def conditions_of(self, of: sp.Expr, effort: Effort) -> tuple[Hypothesis, ...]:
        """E|M|^k < 1 for the degree k, where symbols leave it open."""
        order = sp.Poly(of, self.state[0]).degree()
        statement = f"E|M|^{order} < 1"
        if order % 2:
            found = expected_power(self.affine.multipliers(), sp.Integer(order), effort)
            return () if found.exact is None or not found.exact.free_symbols else (Hypothesis(statement, "assumed"),)
        power = self.affine.mixed_moment(order, 0)
        if not power.free_symbols:
            return ()
        listed = joined(simplified([1 - power]))
        return tuple(Hypothesis(f"{statement}: {condition}", "assumed") for condition in listed if condition.sign is None)

    def raw(self, order: int) -> list[sp.Expr]:
        found = [sp.Integer(1)]
        for k in range(1, order + 1):
            forcing = (comb(k, j) * self.affine.mixed_moment(j, k - j) * found[j] for j in range(k))
            found.append(sp.cancel(sp.Add(*forcing) / (1 - self.affine.mixed_moment(k, 0))))
        return found


def require_moment(affine: AffineChain, order: int, effort: Effort) -> None:
    """Raise where E|M|^order >= 1, so that the moment is infinite; free symbols pass."""
    if order == 0:
        return
    if order % 2 == 0:
        power = affine.mixed_moment(order, 0)
        sign = None if power.free_symbols else proved_sign(1 - power)
        if power.free_symbols:
            return
    else:
        found = expected_power(affine.multipliers(), sp.Integer(order), effort)
        if found.enclosure is None:
            return
        power = found.exact if found.exact is not None else sp.Float(float(found.enclosure.middle))
        sign = 1 if found.enclosure.upper < 1 else -1 if found.enclosure.lower >= 1 else None
    if sign is None:
        raise Inconclusive(f"whether E|M|^{order} < 1 is not decided")
    if sign <= 0:
        raise HypothesisViolated(f"the stationary moment of order {order} is finite: E|M|^{order} < 1", f"E|M|^{order} = {power}")
