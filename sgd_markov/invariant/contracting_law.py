"""Laws of random analytic maps that contract a disc or an ellipse around an interval: means with a proved error."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import sympy as sp
from flint import arb, arb_series

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.precision import ball, precision
from ..effort import Effort
from ..engines import ellipse_operator
from ..engines.ellipse_operator import EllipseMaps
from ..engines.transfer_operator import Contraction, Observable, stationary_mean
from ..errors import Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.finite_family import FiniteFamily
from ..numerics.moebius import Span
from ..numerics.power_series import Series, power_series
from ..numerics.vanishing import vanishes
from ..proof import Cited
from ..proof.contraction import is_smooth
from ..proof.discs import ellipse_boxes, largest
from .on_cells import OnCells
from .stationary_law import Kind

if TYPE_CHECKING:
    from ..engines.cells.stationary import StationaryOnCells

ONE_LAW = Cited(
    "A strict contraction of the hyperbolic distance of the region: one stationary law on the interval",
    r"\pi=\sum_i p_i\,\pi\circ f_i^{-1}",
    "hutchinson1981",
)

Weighted = tuple[tuple[sp.Expr, sp.Expr], ...]
"""(probability, map)"""
COVER, COVER_BITS = 64, 128
"""Balls that cover the span where a function has to be bounded, and their precision."""


def is_bounded(of: sp.Expr, w: sp.Symbol, span: Span) -> bool:
    """Is the function proved to be bounded on the span, by balls that cover it? Odd ones with a pole have no mean."""
    ends = [span[0] + (span[1] - span[0]) * Fraction(k, COVER) for k in range(COVER + 1)]
    with precision(COVER_BITS):
        return all(evaluate(of, {w: ball(low).union(ball(high))}).is_finite() for low, high in pairwise(ends))


def complex_function(expr: sp.Expr, w: sp.Symbol) -> Callable[[complex], complex]:
    """In floating point, for guesses; Python's `cmath` has no erf."""
    found = sp.lambdify(w, expr, "mpmath" if expr.has(sp.erf) else "cmath")
    return lambda z: complex(found(z))


@dataclass(frozen=True, kw_only=True)
class IntervalLaw(OnCells):
    """The law of contracting maps on `span`, reached from every start in `basin`.

    `symmetric`: the maps are proved to be the same after reflection in the middle of the span, and so is the law.
    `maps`: the chain's maps; they give the distribution function, masses and quantiles on cells.
    """

    span: Span
    basin: Span
    symmetric: bool = False
    maps: Weighted = ()

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        low, high = (sp.latex(sp.Rational(end.numerator, end.denominator)) for end in self.span)
        return rf"\pi=\sum_i p_i\,\pi\circ f_i^{{-1}} \text{{ on }} \left[{low},{high}\right]"

    def cells(self, effort: Effort) -> StationaryOnCells | None:
        """All stationary laws on an interval around the span, this one among them."""
        if not self.maps:
            return None
        from ..engines.cells.stationary import StationaryOnCells  # late: numpy is slow to import

        family = FiniteFamily(self.state[0], tuple(p for p, _ in self.maps), tuple(expr for _, expr in self.maps))
        found = StationaryOnCells.of(family, (float(self.span[0]), float(self.span[1])), effort)
        if found.holds(*self.span):
            return found
        room = (self.span[1] - self.span[0]) / 10**6
        found = StationaryOnCells.of(family, (float(self.span[0] - room), float(self.span[1] + room)), effort)
        return found if found.holds(*self.span) else None

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """E of(w), certified, of a function that is analytic where the maps contract: polynomials, log, exp, ..."""
        what = f"E[{of}]"
        if of.free_symbols - {*self.state}:
            raise self.unknown(what)
        of = self.without_odd_part(of) if self.symmetric else of
        if not of.free_symbols:
            return number(of, effort, what)
        return Number(None, self.enclosed_mean(of, effort, what), effort.digits)

    def without_odd_part(self, of: sp.Expr) -> sp.Expr:
        """The function with the same mean: of a polynomial its even part about the middle, 0 of a bounded odd function."""
        (w,), middle = self.state, sp.Rational(sum(self.span) / 2)
        if of.is_polynomial(w):
            about = sp.Poly(of.subs(w, middle + w), w)
            even = sp.Add(*(c * w**k for (k,), c in about.terms() if k % 2 == 0))
            return sp.expand(even.subs(w, w - middle))
        odd = vanishes(of + of.subs(w, 2 * middle - w)) and (is_smooth(of, w) or is_bounded(of, w, self.span))
        return sp.Integer(0) if odd else of

    @abstractmethod
    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        """The mean of an expression in the state."""


@dataclass(frozen=True, kw_only=True)
class EllipseLaw(IntervalLaw):
    """Means by Chebyshev polynomials on `span`; `rho` is that of the ellipse."""

    rho: Fraction

    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        w = self.state[0]
        middle, half = (self.span[0] + self.span[1]) / 2, (self.span[1] - self.span[0]) / 2

        def at(expr: sp.Expr, x: arb) -> arb:
            return evaluate(expr, {w: ball(middle) + ball(half) * x})

        def image(expr: sp.Expr, x: arb) -> arb:
            return (at(expr, x) - ball(middle)) / ball(half)

        def bound() -> arb:
            largest_value = arb(0)
            for x in ellipse_boxes(self.rho, 20):
                value = evaluate_complex(of, {w: ball(middle) + ball(half) * x}, analytic=True)
                if not abs(value).is_finite():
                    raise Inconclusive(f"{of} is not proved to be analytic on the ellipse of the contraction")
                largest_value = largest_value.max(abs(value).upper())
            return largest_value

        system = EllipseMaps([(partial(evaluate, p), partial(image, expr)) for p, expr in self.maps], self.rho)
        return ellipse_operator.stationary_mean(system, partial(at, of), bound, effort, what)


@dataclass(frozen=True, kw_only=True)
class AnalyticLaw(IntervalLaw):
    """Means by the `contraction`, in the `chart` y -> w from the unit disc to the disc of the diameter `disc`."""

    disc: Span
    contraction: Contraction
    chart: Callable[[Series], Series]

    def enclosed_mean(self, of: sp.Expr, effort: Effort, what: str) -> Enclosure:
        w = self.state[0]
        with precision(COVER_BITS):
            self.bound(of)  # refuses a function with a pole, before its series is taken there
        observable = Observable(
            lambda y: power_series(of, w, arb_series(self.chart(y).coeffs())), lambda: self.bound(of)
        )
        return stationary_mean(self.contraction, observable, effort, what)

    def bound(self, of: sp.Expr) -> arb:
        """A bound of |of| on the disc."""
        w = self.state[0]
        if of.is_polynomial(w):
            size = ball(max(abs(self.disc[0]), abs(self.disc[1])))
            terms = sp.Poly(of, w).terms()
            return sum((abs(evaluate(c)) * size**k for (k,), c in terms), start=arb(0))
        centre, radius = (self.disc[0] + self.disc[1]) / 2, (self.disc[1] - self.disc[0]) / 2
        found = largest(of, w, centre, radius)
        if not found.is_finite():
            raise Inconclusive(f"{of} is not proved to be analytic on the disc of the contraction")
        return found
