"""A stationary law whose numbers come from ball arithmetic where its family has no closed form for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine, sign_by_bits
from ..balls.evaluate import evaluate
from ..effort import Effort
from ..errors import InvalidInput
from ..laws.affine_image import AffineImage
from ..laws.computed import Computed
from ..numerics.sign_change import sign_change
from .elementary import Elementary, decided, outwards
from .stationary_law import Kind


@dataclass(frozen=True, kw_only=True)
class Integrated(Elementary):
    """The state has the law `law`, or an affine image of one, that is `Computed`: closed forms first, then enclosures.

    >>> from sgd_markov.laws.dickman import Dickman
    >>> w = sp.Symbol("w", real=True)
    >>> law = Integrated(family="Dickman", state=(w,), law=Dickman(1))
    >>> law.density_at(sp.Rational(5, 2), Effort()).value
    '0.073169153884998263'
    """

    representation: str | None = None
    """LaTeX of the law where its density has no closed form."""

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY

    def description(self) -> str | None:
        return self.representation

    @property
    def computed(self) -> Computed:
        found = self.law.base if isinstance(self.law, AffineImage) else self.law
        assert isinstance(found, Computed)
        return found

    def standard(self, at: sp.Expr) -> sp.Expr:
        return self.law.standard(at) if isinstance(self.law, AffineImage) else at

    @property
    def reversed(self) -> bool:
        return isinstance(self.law, AffineImage) and self.law.direction == -1

    def outside(self, at: sp.Expr) -> int | None:
        """0 where the place is proved to be at or below the support, 1 at or above, None inside."""
        ends = self.support
        assert ends is not None
        ((low, high),) = ends
        if not low.is_infinite and decided(at - low, sp.Le):
            return 0
        return 1 if not high.is_infinite and decided(at - high, sp.Ge) else None

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        if self.law.cdf(at) is not None or at in (sp.oo, -sp.oo):
            return super().cdf(at, effort)
        self.require_numbers(at, "the distribution function")
        edge = self.outside(at)
        if edge is not None:
            return super().cdf(sp.oo if edge else -sp.oo, effort)
        return certified(lambda: self.cdf_ball(evaluate(self.standard(at))), effort, "the distribution function")

    def cdf_ball(self, x: arb) -> arb:
        """P(w <= its place) from the place of the standard variable."""
        found = self.computed.cdf_ball(x)
        return 1 - found if self.reversed else found

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        ends = [self.cdf(end, effort) for end in (low, high)]
        if all(end.exact is not None for end in ends):
            return super().probability(low, high, effort)
        for end in (low, high):
            self.require_numbers(end, "the probability")
        return certified(lambda: self.reached(high) - self.reached(low), effort, "the probability")

    def reached(self, at: sp.Expr) -> arb:
        """P(w <= at) as a ball, for every place."""
        if at in (sp.oo, -sp.oo):
            return arb(1 if at == sp.oo else 0)
        edge = self.outside(at)
        return self.cdf_ball(evaluate(self.standard(at))) if edge is None else arb(edge)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        if self.law.density(at) is not None:
            return super().density_at(at, effort)
        self.require_numbers(at, "the density")
        if self.outside(at) is not None:
            return Number(sp.Integer(0), Enclosure.point(0), effort.digits)
        factor = self.law.factor if isinstance(self.law, AffineImage) else sp.Integer(1)
        standard = self.standard(at)
        return certified(lambda: self.computed.density_ball(evaluate(standard)) / evaluate(factor), effort, "the density")

    def quantile_enclosure(self, level: sp.Expr, effort: Effort) -> Enclosure:
        """The root of P(w <= q) = level by bisection with proved signs."""

        def sign_at(q: Fraction) -> int | None:
            at = sp.Rational(q.numerator, q.denominator)
            edge = self.outside(at)
            if edge is not None:
                return 1 if edge else -1
            return sign_by_bits(lambda: self.cdf_ball(evaluate(self.standard(at))) - evaluate(level), effort)

        return sign_change(sign_at, *outwards(sign_at), effort)

    def require_numbers(self, at: sp.Expr, what: str) -> None:
        free = sorted(map(str, at.free_symbols | self.law.free_symbols))
        if free:
            raise InvalidInput("values", f"free symbols {', '.join(free)}", f"numbers for {', '.join(free)}: {what} is numeric here")


def certified(compute: Callable[[], arb], effort: Effort, what: str) -> Number:
    return Number(None, refine(compute, effort, what), effort.digits)

