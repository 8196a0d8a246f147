"""Contractions that fix a common point, a single map in particular: the stationary law is the point mass there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign, refine, sign_by_bits
from ..balls.evaluate import evaluate
from ..balls.precision import ball
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.constant import Constant
from ..numerics.exact_numbers import number
from ..numerics.moebius import Span
from ..numerics.simplest import simplest_rational
from ..proof import Argued, Identity
from ..proof.radicals import is_zero
from .contracting_law import IntervalLaw, Weighted
from .elementary import Elementary, require_level
from .stationary_law import Kind, StationaryLaw

GUESS = 1e-9
"""Rational fixed points are sought so near to the one in floating point."""
ROUNDS = 100_000


def at_one_point(law: IntervalLaw, maps: Weighted, w: sp.Symbol) -> StationaryLaw:
    """The point mass, where every map fixes one rational point or there is one map only; else the law as it is."""
    at = common_point(law, maps, w)
    if at is not None:
        return Elementary(
            family="point mass",
            state=law.state,
            law=Constant(at),
            parameters={"at": at},
            hypotheses=(Hypothesis("every step fixes the point"), *law.hypotheses),
            unique=law.unique,
            proof=(*law.proof, *(Identity(f"Every step fixes {at}", expr.subs(w, at), at) for _, expr in maps)),
            cite=law.cite,
        )
    if len(maps) > 1:
        return law
    fixed = Argued("The only law that one contraction keeps is the point mass at its fixed point", r"f(w^*)=w^*,\ \pi=\delta_{w^*}")
    return ContractedPoint(
        family="point mass",
        state=law.state,
        parameters=law.parameters,
        hypotheses=law.hypotheses,
        unique=law.unique,
        proof=(*law.proof, fixed),
        cite=law.cite,
        span=law.span,
        map=maps[0][1],
    )


def common_point(law: IntervalLaw, maps: Weighted, w: sp.Symbol) -> sp.Rational | None:
    """The simple rational point near the fixed point of the first map that all maps fix, proved by algebra."""
    step = sp.lambdify(w, maps[0][1], "mpmath")
    at = float(law.span[0] + law.span[1]) / 2
    for _ in range(ROUNDS):
        before, at = at, float(step(at))
        if abs(at - before) < GUESS / 1000:
            break
    low, high = (max(law.span[0], Fraction(at - GUESS)), min(law.span[1], Fraction(at + GUESS)))
    if not low <= high:
        return None
    place = simplest_rational(low, high)
    found = sp.Rational(place.numerator, place.denominator)
    return found if found.q < 1000 and all(is_zero(expr.subs(w, found) - found) for _, expr in maps) else None


@dataclass(frozen=True, kw_only=True)
class ContractedPoint(StationaryLaw):
    """The point mass at the fixed point of `map`, the only one on `span`, which the map leads into itself."""

    span: Span
    map: sp.Expr

    @property
    def kind(self) -> Kind:
        return Kind.ATOMIC

    def description(self) -> str:
        return rf"\pi=\delta_{{w^*}},\quad w^*={expression_latex(self.map.subs(self.state[0], sp.Symbol('w^*')))}"

    def point(self) -> arb:
        """A ball that holds the fixed point: images of the span under the map, taken about their middles, as small as
        the present precision allows."""
        w, slope = self.state[0], sp.diff(self.map, self.state[0])
        at = ball(self.span[0]).union(ball(self.span[1]))
        while True:
            middle = at.mid()
            image = evaluate(self.map, {w: middle}) + evaluate(slope, {w: at}) * (at - middle)
            smaller = at.intersection(image)
            if not smaller.rad() < at.rad() * arb(0.99):
                return smaller
            at = smaller

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        w = self.state[0]
        if of.free_symbols - {w}:
            raise self.unknown(f"E[{of}]")
        if w not in of.free_symbols:
            return number(of, effort, f"E[{of}]")
        return Number(None, refine(lambda: evaluate(of, {w: self.point()}), effort, f"E[{of}]"), effort.digits)

    def side(self, at: sp.Expr, effort: Effort) -> int:
        """The sign of at - w*, proved."""
        if at in (sp.oo, -sp.oo):
            return 1 if at == sp.oo else -1
        if at.free_symbols:
            raise self.unknown("the side of a place with symbols")
        if is_zero(self.map.subs(self.state[0], at) - at) and self.holds(at):
            return 0
        found = sign_by_bits(lambda: evaluate(at) - self.point(), effort)
        if found is None:
            raise Inconclusive(f"{at} is not told from the point")
        return found

    def holds(self, at: sp.Expr) -> bool:
        low, high = (sp.Rational(end.numerator, end.denominator) for end in self.span)
        return proved_sign(at - low) in (0, 1) and proved_sign(high - at) in (0, 1)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        return number(sp.Integer(int(self.side(at, effort) >= 0)), effort, "the distribution function")

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        return number(sp.Integer(int(self.side(at, effort) == 0)), effort, "the mass of a point")

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        inside = self.side(low, effort) <= 0 <= self.side(high, effort)
        return number(sp.Integer(int(inside)), effort, "the probability")

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        require_level(level)
        return self.mean_of(self.state[0], effort)
