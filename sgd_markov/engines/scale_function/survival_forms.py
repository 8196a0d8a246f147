"""Closed forms of P(tau > t): Brownian motion with drift on a half-line, its exponential, and linear drift to its zero.

With distance d to the end, drift m towards it and variance C per unit of time, the reflection principle gives

    P(tau > t) = erfc(-(d - m t)/sqrt(2 C t))/2 - exp(2 m d/C) erfc((d + m t)/sqrt(2 C t))/2.

For dw = -k (w - c) dt + sqrt(C) dB and the time at which c is reached it gives erf(|x - c| exp(-k t)/sqrt(C (1 - exp(-2 k t))/k)).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...chain.diffusion import Diffusion
from ...numerics.signs_of_symbols import known_sign
from ...proof.radicals import is_zero
from .closed_forms import Solutions, free_to_move, inside, ordinary


@dataclass(frozen=True)
class Brownian:
    """A diffusion that is Brownian motion with `drift` and `variance` in the coordinate `place`."""

    drift: sp.Expr
    variance: sp.Expr
    logarithmic: bool

    def place(self, w: sp.Expr) -> sp.Expr:
        return sp.log(w) if self.logarithmic else w

    def length(self, low: sp.Expr, high: sp.Expr) -> sp.Expr:
        return sp.log(high / low) if self.logarithmic else high - low


@dataclass(frozen=True)
class Exit:
    """The exit of a Brownian motion: distances to the ends of the region, None where an end is not reached ever."""

    motion: Brownian
    below: sp.Expr | None
    above: sp.Expr | None
    name: str


def brownian(diffusion: Diffusion) -> Brownian | None:
    w, drift, variance = diffusion.variable, sp.cancel(diffusion.drift), sp.cancel(diffusion.variance)
    if w not in drift.free_symbols | variance.free_symbols:
        return Brownian(drift, variance, False)
    growth, spread = sp.cancel(drift / w), sp.cancel(variance / w**2)
    if w not in growth.free_symbols | spread.free_symbols:
        return Brownian(sp.cancel(growth - spread / 2), spread, True)
    return None


def brownian_exit(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr) -> Exit | None:
    """The exit from [low, high], or None where the diffusion is no Brownian motion or signs are open."""
    if not all(e.is_rational_function(diffusion.variable) for e in (diffusion.drift, diffusion.variance)):
        return None
    motion = brownian(diffusion)
    if motion is None:
        return None
    name = "geometric Brownian motion" if motion.logarithmic else "Brownian motion"
    found = Solutions(sp.Integer(0) if motion.logarithmic else -sp.oo, sp.oo, start, start)
    if not inside(found, start) or not free_to_move(diffusion, found, low, high):
        return None
    ends = ordinary(found, low, 1), ordinary(found, high, -1)
    if None in ends:
        return None
    below = motion.length(low, start) if ends[0] else None
    return Exit(motion, below, motion.length(start, high) if ends[1] else None, name)


def survival_formula(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, time: sp.Expr
) -> tuple[sp.Expr, str] | None:
    """(P(tau > time), the name of the family) where it is an elementary expression with erf."""
    exit_ = brownian_exit(diffusion, start, low, high)
    if exit_ is None:
        return to_the_zero(diffusion, start, low, high, time)
    if exit_.below is None and exit_.above is None:
        return sp.Integer(1), exit_.name
    if exit_.below is not None and exit_.above is not None:
        return None
    motion = exit_.motion
    towards = motion.drift if exit_.below is None else -motion.drift
    distance = exit_.above if exit_.below is None else exit_.below
    return one_sided(distance, towards, motion.variance, time), exit_.name


def one_sided(distance: sp.Expr, towards: sp.Expr, variance: sp.Expr, time: sp.Expr) -> sp.Expr:
    """For Brownian motion with the drift `towards` the end."""
    root = sp.sqrt(2 * variance * time)
    if towards == 0:
        return sp.erf(distance / root)
    there, mirrored = sp.erfc((towards * time - distance) / root), sp.erfc((towards * time + distance) / root)
    return there / 2 - sp.exp(2 * towards * distance / variance) * mirrored / 2


def to_the_zero(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, time: sp.Expr
) -> tuple[sp.Expr, str] | None:
    """Linear drift to or from its zero c, where the region ends at c and is open on the other side."""
    k, c = linear(diffusion)
    if k is None or c is None:
        return None
    side = 1 if high == sp.oo and low.is_finite and is_zero(low - c) else 0
    side = -1 if low == -sp.oo and high.is_finite and is_zero(high - c) else side
    if side == 0 or not free_to_move(diffusion, Solutions(-sp.oo, sp.oo, start, start), low, high):
        return None
    spread = sp.sqrt(diffusion.variance * (1 - sp.exp(-2 * k * time)) / k)
    return sp.erf(side * (start - c) * sp.exp(-k * time) / spread), "Ornstein-Uhlenbeck process"


def linear(diffusion: Diffusion) -> tuple[sp.Expr | None, sp.Expr | None]:
    """(k, c) for b = -k (w - c), C constant, k not 0."""
    w, drift = diffusion.variable, diffusion.drift
    if w in diffusion.variance.free_symbols or not drift.is_polynomial(w) or sp.degree(drift, w) != 1:
        return None, None
    k = -sp.diff(sp.expand(drift), w)
    return (k, sp.cancel(w + drift / k)) if known_sign(k) in (1, -1) else (None, None)


def rate_formula(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, str] | None:
    """(lambda with P(tau > t) = exp(-lambda t + o(t)), name) where it is elementary."""
    k, c = linear(diffusion)
    if k is not None and known_sign(k) == 1 and free_to_move(diffusion, Solutions(-sp.oo, sp.oo, c, c), low, high):
        half = (low == -sp.oo and is_zero(high - c)) or (high == sp.oo and is_zero(low - c))
        return (k, "Ornstein-Uhlenbeck process") if half else None
    return interval_rate(diffusion, low, high)


def interval_rate(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, str] | None:
    """pi^2 C/(2 L^2) + m^2/(2 C) on an interval of length L for Brownian motion with drift m, or its exponential.

    On a half-line with the drift towards its end L is infinite: the bottom of the spectrum, which is continuous.
    """
    exit_ = brownian_exit(diffusion, inner_point(diffusion, low, high), low, high)
    if exit_ is None:
        return None
    motion = exit_.motion
    rate = motion.drift**2 / (2 * motion.variance)
    if exit_.below is not None and exit_.above is not None:
        return sp.pi**2 * motion.variance / (2 * motion.length(low, high) ** 2) + rate, exit_.name
    if exit_.below is None and exit_.above is None:
        return None
    towards = motion.drift if exit_.below is None else -motion.drift
    return (rate, f"{exit_.name} on a half-line") if known_sign(towards) == 1 else None


def inner_point(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A point of the region, in symbols; of the positive half-line where that is all that is left."""
    motion = brownian(diffusion)
    bottom = sp.Max(low, 0) if motion is not None and motion.logarithmic and not low.free_symbols else low
    if bottom.is_infinite:
        return high - 1
    return bottom + 1 if high.is_infinite else (bottom + high) / 2
