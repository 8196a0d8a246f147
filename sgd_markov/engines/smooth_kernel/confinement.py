"""A proved bound of the stationary law far out, for chains that noise with normal tails drives on the whole line.

Where |m(y)| <= a |y| + b with a < 1 and s(y) <= s, V = exp(theta y^2) has P V <= A exp(alpha (a|y| + b)^2) with
alpha = theta/(1 - 2 theta s^2), A = (1 - 2 theta s^2)^(-1/2); beyond the t at which this is V/2 it stays below V/2, so
that pi(V) <= 2 A exp(alpha (a t + b)^2). On [0, oo) with a barrier at 0 and m(y) <= y - d, V = exp(theta y) has
P V <= 1 + r V with r = exp(-theta d + theta^2 s^2/2) < 1, so that pi(V) <= 1/(1 - r) (theory.md B.5.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import ball, precision
from ...laws.normal import Normal
from ...numerics.case_signs import Signs, Undecided
from ...numerics.monotone_branches import NotInvertible
from ...numerics.smooth_pieces import EndlessSteps, smooth_pieces
from .domain import parts
from .floats import real
from .step import SmoothStep
from .strip import largest

BOUNDED = {sp.sin: 1, sp.cos: 1, sp.tanh: 1, sp.erf: 1, sp.atan: 2}
"""Functions with a bound of their absolute value."""
BITS = 96


@dataclass(frozen=True)
class Confinement:
    """pi(V) <= `mass` for V(y) = exp(rate |y|^power), power 1 or 2; everything in balls of `BITS` bits."""

    power: int
    rate: Fraction
    mass: arb

    def radius(self, log_level: float) -> Fraction:
        """An R beyond which a function of moderate growth has a mean below exp(-log_level)."""
        exponent = log_level + max(0.0, float(self.mass.log())) + 4
        reach = (exponent / float(self.rate)) ** (1 / self.power)
        return Fraction(ceil(8 * (1.2 * reach + 1)), 8)

    def beyond(self, radius: Fraction, degree: int) -> arb:
        """A bound of E[|w|^degree; |w| > radius] under the stationary law; needs V to outgrow the power from there."""
        with precision(BITS):
            r, rate = ball(radius), ball(self.rate)
            if not rate * self.power * r**self.power > degree:
                return arb.pos_inf()
            return self.mass * r**degree * (-rate * r**self.power).exp()


def confinement(step: SmoothStep) -> Confinement | None:
    """The bound, or None where the chain is not of one of the two forms."""
    if not all(isinstance(branch.law, Normal) for branch in step.branches):
        return None
    try:
        with precision(BITS):
            return pulled_back(step) or drifting_to_barrier(step)
    except (Undecided, NotInvertible, EndlessSteps):
        return None


def pulled_back(step: SmoothStep) -> Confinement | None:
    envelopes = [(envelope(b.centre, step.state), envelope(b.scale, step.state)) for b in step.branches]
    if any(m is None or s is None or not s[0].is_zero() for m, s in envelopes):
        return None
    a, b, s = (
        largest(e[place][which] for e in envelopes if e[place] is not None)  # type: ignore[index]
        for place, which in ((0, 0), (0, 1), (1, 1))
    )
    slope, shift, spread = float(a.upper()), b, s
    if not slope < 0.9999 or not spread > 0:
        return None
    rate = Fraction(0.45 * (1 - slope**2) / float(spread.upper()) ** 2).limit_denominator(10**6)
    theta = ball(rate)
    room = 1 - 2 * theta * spread * spread
    alpha, height = theta / room, 1 / room.sqrt()
    lead = theta - alpha * a * a
    if not (rate > 0 and room > 0 and lead > 0):
        return None
    middle, rest = alpha * a * shift, alpha * shift * shift + (2 * height).log()
    turn = (middle + (middle * middle + lead * rest).sqrt()) / lead
    mass = 2 * height * (alpha * (a * turn + shift) ** 2).exp()
    for barrier in (step.low, step.high):  # where a barrier stops the chain V is that of the barrier
        mass += 0 if barrier is None else 2 * (theta * evaluate(barrier) ** 2).exp()
    return Confinement(2, rate, arb(mass.upper())) if mass.is_finite() else None


def envelope(expr: sp.Expr, w: sp.Symbol) -> tuple[arb, arb] | None:
    """(a, b) with |expr| <= a |w| + b on the whole line; None where none is found."""
    pieces = smooth_pieces(expr, w, -sp.oo, sp.oo, Signs())
    found = [affine_bound(piece.formula, w) for piece in (pieces[0], pieces[-1])]
    if found[0] is None or found[1] is None:
        return None
    slope, shift = (found[0][k].max(found[1][k]) for k in (0, 1))
    for piece in pieces[1:-1]:
        for part in parts(piece.low, piece.high, 64):
            shift = shift.max(abs(evaluate(piece.formula, {w: part})))
    return arb(slope.upper()), arb(shift.upper())


def affine_bound(expr: sp.Expr, w: sp.Symbol) -> tuple[arb, arb] | None:
    """(a, b) with |expr| <= a |w| + b, from an affine part and multiples of bounded functions."""
    slope, shift = arb(0), arb(0)
    linear = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(expr)):
        factor, rest = term.as_independent(w)
        if rest in (w, 1):
            linear += term
        elif type(rest) in BOUNDED:
            shift += abs(evaluate(factor)) * BOUNDED[type(rest)]
        else:
            return None
    slope += abs(evaluate(sp.diff(linear, w)))
    return slope, shift + abs(evaluate(linear.subs(w, 0)))


def drifting_to_barrier(step: SmoothStep) -> Confinement | None:
    """One barrier, beyond which every branch moves back by at least d in the mean."""
    if (step.low is None) == (step.high is None):
        return None
    side, barrier = (1, step.low) if step.low is not None else (-1, step.high)
    if barrier is None or abs(real(barrier)) > 100:
        return None
    drifts = []
    for branch in step.branches:
        gain = sp.expand(side * (branch.centre - step.state))
        if step.state in gain.free_symbols or step.state in branch.scale.free_symbols:
            return None
        drifts.append((evaluate(gain), abs(evaluate(branch.scale)), evaluate(branch.probability)))
    spread = max(float(s.upper()) for _, s, _ in drifts)
    mean = sum(float(p) * float(d) for d, _, p in drifts)
    if not mean < 0:
        return None
    rate = Fraction(-mean / spread**2).limit_denominator(10**6)
    theta, start = ball(rate), abs(evaluate(barrier))
    factor = sum((p * (theta * d + theta * theta * s * s / 2).exp() for d, s, p in drifts), arb(0))
    if not (rate > 0 and factor < 1):
        return None
    # V = exp(theta (side w)) is at most exp(theta |barrier|) where the barrier stops the chain
    return Confinement(1, rate, arb(((theta * start).exp() ** 2 / (1 - factor)).upper()))
