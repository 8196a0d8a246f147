"""The stationary law of any one-dimensional diffusion at hand: its density up to a certified normalisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

import sympy as sp
from flint import arb, ctx

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign, refine
from ..balls.precision import bits_for, enclosure, is_negligible
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.diffusion import Component
from ..engines.zero_flux_proof import SOURCES, flux_steps, stated
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..numerics.diffusion_pieces import Bounds, Piece, bounds_at
from ..numerics.exact_numbers import number
from ..numerics.log_weight import zero_flux_logarithms
from ..numerics.power_bounds import Stretch
from ..numerics.signs_of_symbols import known_sign
from ..numerics.tame_drift import tame_drift
from ..numerics.tidy import tidy
from ..numerics.weight_integral import Weight
from ..numerics.weight_quantile import QuantileSearch
from .stationary_law import Kind, StationaryLaw

EVERYTHING, POSITIVE, PROBABILITIES = Enclosure.everything(), Enclosure(Fraction(0), inf), Enclosure(Fraction(0), Fraction(1))


def recognise(diffusion: Diffusion, component: Component, effort: Effort) -> StationaryLaw:
    """pi = exp(int 2 b/C)/(C Z) on the component, Z and everything else by certified quadrature.

    Proof: C' + C (log pi)' = 2 b on each smooth piece, and C pi without jumps, by exact simplification; what the ends
    do is in the hypotheses.
    """
    w = diffusion.variable
    logarithms = zero_flux_logarithms(component.pieces, w)
    stretches = tuple(
        stretch(piece, logarithm, w) for piece, logarithm in zip(component.pieces, logarithms, strict=True)
    )
    return ZeroFlux(
        family="Pearson IV" if is_pearson_four(stretches, w) else "zero-flux density",
        state=diffusion.state,
        diffusion=diffusion,
        component=component,
        parameters={"weight": weight_formula(stretches, w)},
        weight=Weight(stretches, w),
        hypotheses=stated(component),
        proof=flux_steps(component.pieces, logarithms, w),
        cite=SOURCES,
    )


def stretch(piece: Piece, logarithm: sp.Expr, w: sp.Symbol) -> Stretch:
    """The density on one piece, with what bounds its slope towards infinite ends."""
    slope = slope_of(piece.drift, piece.variance, w)
    bounds = {}
    for side, end in ((-1, piece.low), (1, piece.high)):
        if end.is_infinite:
            known = drift_bounds(piece, w, side)
            corners = tuple(slope_of(drift, piece.variance, w) for drift in known.corners)
            bounds[side] = replace(known, corners=corners)
    return Stretch(piece.low, piece.high, logarithm, slope, bounds)


def drift_bounds(piece: Piece, w: sp.Symbol, side: int) -> Bounds:
    """The rational drift that the weight follows up to a bounded factor, or bounds of the drift itself."""
    tame = None if piece.drift.is_rational_function(w) else tame_drift(piece, w, side)
    return bounds_at(piece.drift, w, side) if tame is None else Bounds((tame.drift,), tame.beyond, 2 * tame.slack)


def slope_of(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol) -> sp.Expr:
    """(log m)' = (2 b - C')/C."""
    slope = (2 * drift - sp.diff(variance, w)) / variance
    return sp.cancel(slope) if drift.is_rational_function(w) else sp.expand(slope)


def weight_formula(stretches: tuple[Stretch, ...], w: sp.Symbol) -> sp.Expr:
    """m as a function of the state, a case distinction where there are kinks."""
    formulas = [sp.powsimp(sp.exp(stretch.logarithm)) for stretch in stretches]
    return sp.Piecewise(
        *((formula, w < stretch.high) for formula, stretch in zip(formulas[:-1], stretches[:-1], strict=True)),
        (formulas[-1], True),
    )


def is_pearson_four(stretches: tuple[Stretch, ...], w: sp.Symbol) -> bool:
    only = stretches[0]
    if len(stretches) > 1 or not only.slope.is_rational_function(w):
        return False
    top, bottom = (sp.Poly(part, w) for part in sp.fraction(only.slope))
    return bool(only.low == -only.high == -sp.oo and top.degree() == 1 and bottom.degree() == 2)


@dataclass(frozen=True, kw_only=True)
class ZeroFlux(StationaryLaw):
    """The law of density m/Z, m = exp(weight.logarithm), which is the parameter `weight`, a function of the state."""

    diffusion: Diffusion
    component: Component
    weight: Weight

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]]:
        return [(self.component.low, self.component.high)]

    def description(self) -> str:
        """The density up to its normalisation."""
        w = expression_latex(self.diffusion.variable)
        formula = expression_latex(self.parameters["weight"])
        ends = ", ".join(expression_latex(end) for end in (self.component.low, self.component.high))
        return rf"\pi\left({w}\right) \propto {formula} \quad \text{{on }} \left({ends}\right)"

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """Polynomials: from the recursion of the moments where it closes, else by quadrature."""
        w = self.diffusion.variable
        if not of.is_polynomial(w):
            raise self.unknown(f"E[{of}]")
        degree = int(sp.degree(of, w)) if w in of.free_symbols else 0
        self.require_moment(degree)
        if self.weight.is_even:
            of = sp.expand((of + of.subs(w, -w)) / 2)
        if w not in of.free_symbols:
            return number(of, effort, "the mean")
        if self.recursion_closes:
            raw = self.raw_moments(degree)
            value = sp.Add(*(c * raw[k] for (k,), c in sp.Poly(of, w).terms()))
            return number(tidy(value) if value.free_symbols else sp.radsimp(sp.expand(value)), effort, f"E[{of}]")
        known = self.through_drift(of)
        if known is not None:
            return number(known, effort, f"E[{of}]")
        self.require_numbers(of)
        return self.enclosed(lambda: self.weight.total(of) / self.normalisation, effort, f"E[{of}]")

    def through_drift(self, of: sp.Expr) -> sp.Expr | None:
        """E b = 0: the mean of a multiple of the drift plus a constant, where all moments are finite."""
        w, drift = self.diffusion.variable, self.diffusion.drift
        if self.component.moment_limit != sp.oo or not drift.is_polynomial(w) or sp.degree(drift, w) < 1:
            return None
        quotient, rest = sp.div(sp.Poly(of, w), sp.Poly(drift, w))
        if w in quotient.as_expr().free_symbols or w in rest.as_expr().free_symbols:
            return None
        return rest.as_expr()

    @property
    def recursion_closes(self) -> bool:
        """Are b linear and C quadratic, on the whole line?"""
        w, shape = self.diffusion.variable, self.diffusion
        degrees = [sp.degree(e, w) if e.is_polynomial(w) else 99 for e in (shape.drift, shape.variance)]
        return bool(degrees[0] == 1 and degrees[1] <= 2 and self.component.low == -self.component.high == -sp.oo)

    def raw_moments(self, order: int) -> list[sp.Expr]:
        """n E[b w^(n-1)] + n (n-1)/2 E[C w^(n-2)] = 0, the mean of the generator of w^n."""
        w = self.diffusion.variable
        found = [sp.Integer(1)]
        for n in range(1, order + 1):
            generator = self.diffusion.drift * w ** (n - 1) + sp.Rational(
                n - 1, 2
            ) * self.diffusion.variance * w ** max(n - 2, 0)
            poly = sp.Poly(sp.expand(generator), w)
            known = sp.Add(*(c * found[k] for (k,), c in poly.terms() if k < n))
            found.append(sp.cancel(-known / poly.nth(n)))
        return found

    def require_moment(self, order: int) -> None:
        """Raise where the density decays too slowly; for symbols the hypotheses say which moments are finite."""
        if known_sign(self.component.moment_limit - order) in (0, -1):
            limit = tidy(self.component.moment_limit)
            raise HypothesisViolated(f"E|w|^{order} < oo", f"the law has moments below order {limit} only")

    def require_numbers(self, *more: sp.Expr) -> None:
        own = self.diffusion.parameters.union(*(expr.free_symbols for expr in more)) - {self.diffusion.variable}
        if own:
            names = ", ".join(sorted(map(str, own)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: this law has no closed form")

    @property
    def normalisation(self) -> arb:
        return self.weight.total(sp.Integer(1))

    def enclosed(
        self, compute: Callable[[], arb], effort: Effort, what: str, range_: Enclosure = EVERYTHING
    ) -> Number:
        """The number, known to lie in the range, to the digits asked for; one that four times the bits do not tell
        from 0 ends the search."""
        limit = 4 * bits_for(effort.digits) + 256

        def told_from_zero() -> arb:
            found = compute()
            if is_negligible(found):
                raise Inconclusive(f"{what} is too small to be written out", enclosure(found).intersection(range_), ctx.prec)
            if ctx.prec > limit and found.contains(0):
                raise Inconclusive(f"{what}: {ctx.prec} bits do not tell it from 0", enclosure(found).intersection(range_), ctx.prec)
            return found

        return Number(None, refine(told_from_zero, effort, what).intersection(range_), effort.digits)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        self.require_numbers(at)
        side = self.outside(at)
        if side:
            return number(sp.Integer(int(side > 0)), effort, "the distribution function")
        if self.weight.is_even and at == 0:
            return number(sp.Rational(1, 2), effort, "the distribution function")
        return self.enclosed(
            lambda: self.weight.beyond(sp.Integer(1), at, -1) / self.normalisation,
            effort,
            "the distribution function",
            PROBABILITIES,
        )

    def outside(self, at: sp.Expr) -> int:
        """-1 or 1 for a point at or beyond the left or right end, 0 inside."""
        if at in (sp.oo, -sp.oo):
            return 1 if at == sp.oo else -1
        for end, side in ((self.component.low, -1), (self.component.high, 1)):
            if end.is_finite and proved_sign(side * (at - end)) in (0, 1):
                return side
        return 0

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        self.require_numbers(low, high)
        ends = (self.outside(low), self.outside(high))
        if ends[0] == 1 or ends[1] == -1:
            return number(sp.Integer(0), effort, "the probability")
        if ends == (-1, 1):
            return number(sp.Integer(1), effort, "the probability")
        if ends[0] == -1:
            return self.cdf(high, effort)
        one, right = sp.Integer(1), ends[1] == 1

        def between() -> arb:
            inner = self.weight.beyond(one, low, 1) - (0 if right else self.weight.beyond(one, high, 1))
            return inner / self.normalisation

        return self.enclosed(between, effort, "the probability", PROBABILITIES)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        self.require_numbers(at)
        if at in (sp.oo, -sp.oo) or self.outside(at):
            ends = [end for end in (self.component.low, self.component.high) if end.is_finite]
            if any(proved_sign(at - end) == 0 for end in ends if at.is_finite):
                raise Inconclusive(f"the density at the end {at} of its support is not defined by the equation")
            return number(sp.Integer(0), effort, "the density")
        return self.enclosed(lambda: self.weight.value(at) / self.normalisation, effort, "the density", POSITIVE)

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """See `QuantileSearch`; 0 is the median of a symmetric density."""
        self.require_numbers(level)
        if proved_sign(level) != 1 or proved_sign(1 - level) != 1:
            raise InvalidInput("quantile", level, "a number strictly between 0 and 1")
        if self.weight.is_even and level == sp.Rational(1, 2):
            return number(sp.Integer(0), effort, "the quantile")
        return Number(None, QuantileSearch(self.weight, level).enclosure(effort), effort.digits)
