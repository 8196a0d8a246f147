"""Densities of N + share X, N standard normal and X of another symmetric law: entire, whatever X is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from .density import AnalyticDensity, NormalDensity

Reals = NDArray[np.float64]
HALF_ROOT = 0.7071067811865476
NORMAL = NormalDensity()


@dataclass(frozen=True)
class SmoothedDensity(AnalyticDensity):
    """As a mean of normal densities |f(x + iy)| <= exp(y^2/2)/sqrt(2 pi), |f| <= 1/2 and |f'| <= 1/4 on the line."""

    share: sp.Expr

    def strip(self, height: arb) -> arb:
        return NORMAL.strip(height)

    def reach(self, log2_level: float) -> float:
        return np.inf

    def density(self, u: arb) -> arb:
        """A wide ball by its middle and the largest slope."""
        return self.density_at(abs(u.mid())) + arb(0, 1) * (arb(u.rad()) / 4)

    def tail(self, u: arb) -> arb:
        found = self.tail_at(abs(u.mid()))
        return (found if u.mid() > 0 else 1 - found) + arb(0, 1) * (arb(u.rad()) / 2)

    def replace(self, u: Reals) -> None:
        u[...] = self.density_floats(np.abs(u))

    def tail_floats(self, u: Reals) -> Reals:
        found = self.upper_floats(np.abs(u))
        return np.where(u > 0, found, 1 - found)

    def density_at(self, u: arb) -> arb:
        """f at an exact u >= 0."""
        raise NotImplementedError

    def tail_at(self, u: arb) -> arb:
        raise NotImplementedError

    def density_floats(self, u: Reals) -> Reals:
        """f at u >= 0."""
        raise NotImplementedError

    def upper_floats(self, u: Reals) -> Reals:
        raise NotImplementedError


class SmoothedUniform(SmoothedDensity):
    """X uniform on [-1, 1]: f(u) = (Q(u - r) - Q(u + r))/(2 r), P(Z > u) = (G(u + r) - G(u - r))/(2 r), r = `share`,
    with Q the normal tail and G(t) = t Q(t) - phi(t) its antiderivative."""

    def density_at(self, u: arb) -> arb:
        r = evaluate(self.share)
        return (NORMAL.tail(u - r) - NORMAL.tail(u + r)) / (2 * r)

    def tail_at(self, u: arb) -> arb:
        r = evaluate(self.share)
        high, low = (t * NORMAL.tail(t) - NORMAL.density(t) for t in (u + r, u - r))
        return (high - low) / (2 * r)

    def density_floats(self, u: Reals) -> Reals:
        r = float(self.share)
        if r < 1:
            return self.mean(NORMAL.floats, u)
        return (NORMAL.tail_floats(u - r) - NORMAL.tail_floats(u + r)) / (2 * r)

    def upper_floats(self, u: Reals) -> Reals:
        return self.mean(NORMAL.tail_floats, u)

    def mean(self, function: Callable[[Reals], Reals], u: Reals) -> Reals:
        """The mean of function(u - r x) over x in [-1, 1], by a Gauss rule: no small number is a difference."""
        r = float(self.share)
        nodes, weights = np.polynomial.legendre.leggauss(16 + int(6 * r))
        found = np.zeros_like(u)
        for x, weight in zip(nodes, weights, strict=True):
            found += weight / 2 * function(u - r * x)
        return found


class SmoothedLaplace(SmoothedDensity):
    """X of density exp(-|x|)/2: with A, B = exp(1/(2 r^2) -+ u/r) erfc((1/r -+ u)/sqrt(2)), r = `share`,
    f = (A + B)/(4 r) and P(Z > u) = Q(u) + (A - B)/4."""

    def sides(self, u: arb) -> tuple[arb, arb]:
        rate = 1 / evaluate(self.share)
        a, b = (
            (rate * rate / 2 + sign * rate * u).exp() * ((rate + sign * u) / arb(2).sqrt()).erfc() for sign in (-1, 1)
        )
        return a, b

    def density_at(self, u: arb) -> arb:
        a, b = self.sides(u)
        return (a + b) / (4 * evaluate(self.share))

    def tail_at(self, u: arb) -> arb:
        a, b = self.sides(u)
        return NORMAL.tail(u) + (a - b) / 4

    def float_sides(self, u: Reals) -> tuple[Reals, Reals]:
        """By erfcx, which neither overflows nor loses digits; A far out as exp(...) erfc(...), where erfc is about 2."""
        from scipy.special import erfc, erfcx  # late: scipy is slow to import

        rate = 1 / float(self.share)
        bell = np.exp(-u * u / 2)
        far = u > rate
        with np.errstate(over="ignore", invalid="ignore"):
            near_side = bell * erfcx((rate - u) * HALF_ROOT)
            far_side = np.exp(np.where(far, rate * rate / 2 - rate * u, -np.inf)) * erfc((rate - u) * HALF_ROOT)
        return np.where(far, far_side, near_side), bell * erfcx((rate + u) * HALF_ROOT)

    def density_floats(self, u: Reals) -> Reals:
        a, b = self.float_sides(u)
        return (a + b) / (4 * float(self.share))

    def upper_floats(self, u: Reals) -> Reals:
        a, b = self.float_sides(u)
        return NORMAL.tail_floats(u) + (a - b) / 4
