"""Laplace steps on an interval of half-length L: K cos(omega (w - middle)) = theta cos(omega (w - middle)).

b omega tan(omega L) = 1 makes what the ends cut off vanish; theta = 1/(1 + b^2 omega^2). With t = omega L in (0, pi/2) the
cosine is positive on the interval, so theta is the top eigenvalue, and t is the one zero of (b/L) t sin t - cos t there,
which increases. With probability `stay` of no step theta becomes stay + (1 - stay) theta.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, pi

import sympy as sp
from flint import arb, ctx

from ..answer.enclosure import Enclosure
from ..balls.adaptive import refine
from ..balls.evaluate import evaluate
from ..effort import Effort

NEWTON = 60


@dataclass(frozen=True)
class Cosine:
    """`scale` is b/L, `half` is L, both numbers."""

    scale: sp.Expr
    half: sp.Expr
    stay: sp.Expr

    def root(self) -> arb:
        """t at the current precision."""
        ratio = evaluate(self.scale)
        t = arb(atan(1 / max(float(ratio.mid()), 1e-300)) if ratio > 1 else pi / 2 / (1 + float(ratio.mid())))
        for _ in range(NEWTON):
            value, slope = equation(t, ratio), (1 + ratio) * t.sin() + ratio * t * t.cos()
            step = (value / slope).mid()
            t = (t - step).mid()
            if abs(step) < arb(2) ** (20 - ctx.prec):
                break
        return enclosed_root(t, ratio)

    def gap(self) -> arb:
        """b^2 omega^2 = ((b/L) t)^2."""
        return (evaluate(self.scale) * self.root()) ** 2

    def factor(self, effort: Effort) -> Enclosure:
        stay = self.stay
        return refine(lambda: evaluate(stay) + evaluate(1 - stay) / (1 + self.gap()), effort, "the survival factor")

    def mean_time(self, effort: Effort) -> Enclosure:
        """1/(1 - theta)."""
        return refine(lambda: (1 + 1 / self.gap()) / evaluate(1 - self.stay), effort, "the mean time")

    def density(self, part: sp.Expr, effort: Effort) -> Enclosure:
        """At middle + part L: omega cos(t part)/(2 sin t)."""

        def value() -> arb:
            t = self.root()
            return t * (t * evaluate(part)).cos() / (2 * t.sin() * evaluate(self.half))

        return refine(value, effort, "the density")


def equation(t: arb, ratio: arb) -> arb:
    return ratio * t * t.sin() - t.cos()


def enclosed_root(t: arb, ratio: arb) -> arb:
    """A ball around t that holds the zero, by the signs at its ends; nan where they do not show it."""
    reach = arb(2) ** (32 - ctx.prec)
    below, above = t - reach, t + reach
    if below > 0 and above < arb.pi() / 2 and equation(below, ratio) < 0 and equation(above, ratio) > 0:
        return t + arb(0, reach)
    return arb.nan()
