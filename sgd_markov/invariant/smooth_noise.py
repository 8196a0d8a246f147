"""Chains driven by analytic noise without a closed form: every number of the stationary law is an enclosure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import enclosure, precision
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.smooth_kernel.observable import DensityAt, Expression, MassOf, Observable, observable_of
from ..engines.smooth_kernel.poisson import Ergodic, stationary_mean
from ..engines.smooth_kernel.step import SmoothStep, smooth_step
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..proof import Cited
from .stationary_law import Kind, Place, StationaryLaw

POISSON = Cited(
    "Poisson's equation bounds a mean by the residual of any bounded h; a density that is positive everywhere leaves room for one law only",
    r"\left|f - c + P h - h\right| \le \varepsilon \ \Rightarrow\ \left|\pi(f) - c\right| \le \varepsilon",
    "meyn1993",
)
NEWTON = 40
"""Steps to a quantile in doubles."""


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = m(w) + s(w) Z with an analytic density, between barriers or pulled back from afar; not affine chains."""
    step = smooth_step(chain)
    ergodic = None if step is None else Ergodic.of(step)
    if step is None or ergodic is None or is_affine(step):
        return None
    return SmoothNoise(
        family="smooth noise, numerical",
        state=chain.state,
        ergodic=ergodic,
        proof=(POISSON,),
        hypotheses=(Hypothesis("the density of a step is positive and analytic"), Hypothesis(existence(ergodic))),
        cite=("meyn1993", "trefethen2013"),
    )


def is_affine(step: SmoothStep) -> bool:
    """Chains w' = M w + B have laws, or at least moments, of their own."""
    linear = all(b.centre.is_polynomial(step.state) and sp.degree(b.centre, step.state) < 2 for b in step.branches)
    return linear and step.low is None and step.high is None


def existence(ergodic: Ergodic) -> str:
    return "the barriers bound the state" if ergodic.confined is None else "a Lyapunov function outside a compact set"


@dataclass(frozen=True, kw_only=True)
class SmoothNoise(StationaryLaw):
    """The law of an `Ergodic` chain: means, distribution function, density and quantiles as enclosures.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.normal import Normal
    >>> w, z = sp.symbols("w z", real=True)
    >>> chain = RandomMap({w: sp.tanh(w) / 2 + z}, noise={z: Normal(0, 1)})
    >>> recognise(chain, Place(), Effort()).mean_of(w**2, Effort()).value
    '1.1031426186600992'
    """

    ergodic: Ergodic

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY if self.ergodic.step.low is None and self.ergodic.step.high is None else Kind.MIXED

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        low, high = self.ergodic.step.low, self.ergodic.step.high
        return [(-sp.oo if low is None else low, sp.oo if high is None else high)]

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        if not of.has(*self.state):
            return number(of, effort, "the mean")
        return self.integrated(observable_of(of, self.state[0]), f"E[{of}]", effort)

    def integrated(self, observable: Observable, what: str, effort: Effort) -> Number:
        found = stationary_mean(self.ergodic, observable, effort)
        vanishes = isinstance(observable, Expression) and is_tiny(found, effort)
        if not found.reaches(effort.digits) and not vanishes:
            raise Inconclusive(f"{what}: the digits are not reached", found)
        return Number(None, found, effort.digits)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        side = self.side_of(at)
        if side:
            return number(sp.Integer(int(side > 0)), effort, "the distribution function")
        return self.integrated(MassOf(-sp.oo, at), f"P(w <= {at})", effort)

    def side_of(self, at: sp.Expr) -> int:
        """-1 below the barriers, 1 at or above the upper one, else 0."""
        low, high = self.ergodic.step.low, self.ergodic.step.high
        if at == -sp.oo or (low is not None and proved_sign(low - at) == 1):
            return -1
        return 1 if at == sp.oo or (high is not None and proved_sign(high - at) in (-1, 0)) else 0

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        """A barrier in the interval holds mass."""
        if self.side_of(high) < 0 or (self.side_of(low) > 0 and self.mass_ends(low) is False):
            return number(sp.Integer(0), effort, "the probability")
        start = -sp.oo if self.reaches(low, self.ergodic.step.low) else low
        end = sp.oo if self.side_of(high) > 0 else high
        if (start, end) == (-sp.oo, sp.oo):
            return number(sp.Integer(1), effort, "the probability")
        return self.integrated(MassOf(start, end), f"P({low} <= w <= {high})", effort)

    def reaches(self, low: sp.Expr, barrier: sp.Expr | None) -> bool:
        """Is everything above `low`?"""
        return low == -sp.oo or (barrier is not None and proved_sign(low - barrier) in (-1, 0))

    def mass_ends(self, at: sp.Expr) -> bool:
        """Is the place the upper barrier, which holds mass?"""
        high = self.ergodic.step.high
        return high is not None and at != sp.oo and proved_sign(at - high) == 0

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        low, high = self.ergodic.step.low, self.ergodic.step.high
        if low is not None and proved_sign(at - low) == 0:
            return self.integrated(MassOf(-sp.oo, at), f"P(w = {at})", effort)
        if high is not None and proved_sign(at - high) == 0:
            return self.integrated(MassOf(at, sp.oo), f"P(w = {at})", effort)
        return number(sp.Integer(0), effort, "the mass of a point")

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        if self.kind is Kind.MIXED and any(
            end is not None and proved_sign(at - end) == 0 for end in (self.ergodic.step.low, self.ergodic.step.high)
        ):
            raise HypothesisViolated(
                "the stationary law has a density there", f"the barrier at {at} holds mass; ask for set"
            )
        side = self.side_of(at)
        if side:
            return number(sp.Integer(0), effort, "the density")
        return self.integrated(DensityAt(at, self.peak()), f"the density at {at}", effort)

    def peak(self) -> arb:
        """A bound of the density of one step, for constant scales; infinite otherwise."""
        total = arb(0)
        with precision(64):
            for branch in self.ergodic.step.branches:
                if branch.scale.free_symbols:
                    return arb.pos_inf()
                total += evaluate(branch.probability) / abs(evaluate(branch.scale))
        return total

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """A place told by the distribution function on both sides of it; a barrier's mass gives the barrier."""
        if not (proved_sign(level) == 1 and proved_sign(1 - level) == 1):
            return super().quantile(level, effort)
        for barrier, holds in self.held(level, effort):
            if holds:
                return number(barrier, effort, "the quantile")
        wanted = level_of(level, effort.digits)
        finer = effort.with_digits(effort.digits + 3)
        place = self.rough_quantile(float(wanted.middle), effort)
        for _ in range(NEWTON):
            effort.check()
            at = sp.Rational(place)
            height, slope = self.cdf(at, finer).enclosure, self.density_at(at, finer).enclosure
            assert height is not None and slope is not None
            change = (height.middle - wanted.middle) / slope.middle
            place = rounded(place - change, effort.digits + 6)
            reach = max(abs(place), Fraction(1, 10**6)) / Fraction(10) ** (effort.digits + 1) / 3
            if abs(change) < reach * 100 and self.is_between(place, reach, wanted, finer):
                return Number(None, Enclosure(place - reach, place + reach), effort.digits)
        raise Inconclusive("the quantile is not told by the distribution function", None)

    def held(self, level: sp.Expr, effort: Effort) -> list[tuple[sp.Expr, bool]]:
        """The barriers, and whether the level falls into the mass of each."""
        low, high = self.ergodic.step.low, self.ergodic.step.high
        found = []
        if low is not None:
            mass = self.mass_at(low, effort).enclosure
            assert mass is not None
            found.append((low, level_of(level, effort.digits).upper <= mass.lower))
        if high is not None:
            mass = self.mass_at(high, effort).enclosure
            assert mass is not None
            found.append((high, level_of(level, effort.digits).lower > 1 - mass.lower))
        return found

    def rough_quantile(self, level: float, effort: Effort) -> Fraction:
        closed = self.ergodic.closed(30.0)
        states, weights = closed.problem.floats.states, closed.stationary
        order = states.argsort()
        reached = weights[order].cumsum().searchsorted(level)
        return Fraction(float(states[order][min(int(reached), len(order) - 1)])).limit_denominator(10**6)

    def is_between(self, place: Fraction, reach: Fraction, wanted: Enclosure, effort: Effort) -> bool:
        below, above = (self.cdf(sp.Rational(place + side * reach), effort).enclosure for side in (-1, 1))
        assert below is not None and above is not None
        return below.upper < wanted.lower and wanted.upper < above.lower


def level_of(level: sp.Expr, digits: int) -> Enclosure:
    """The level, enclosed far beyond the digits of the answer."""
    if level.is_Rational:
        return Enclosure.point(Fraction(int(level.p), int(level.q)))
    with precision(4 * digits + 220):
        return enclosure(evaluate(level))


def rounded(value: Fraction, digits: int) -> Fraction:
    return Fraction(round(value * 10**digits), 10**digits)


def is_tiny(found: Enclosure, effort: Effort) -> bool:
    """Around 0, where no relative width is reached: narrower than 10^-digits."""
    return found.sign is None and found.width <= Fraction(1, 10**effort.digits)
