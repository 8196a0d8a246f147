"""Standard densities that are analytic in a strip about the real line, as floats and as balls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...laws.student import Student
from ...numerics.wide_elimination import Wide

Reals = NDArray[np.float64]


class AnalyticDensity(ABC):
    """f and F of a standard symmetric law; `strip` bounds |f| on |Im u| <= height."""

    @abstractmethod
    def density(self, u: arb) -> arb: ...

    @abstractmethod
    def tail(self, u: arb) -> arb:
        """P(Z > u)."""

    def entries(self, nodes: Sequence[arb], centre: arb, scale: arb, factors: Sequence[arb]) -> list[arb]:
        """factor f((y - centre)/scale) for every node y."""
        shrunk = 1 / scale
        return [factor * self.density((y - centre) * shrunk) for y, factor in zip(nodes, factors, strict=True)]

    @abstractmethod
    def replace(self, u: Reals) -> None:
        """Put f(u) in the place of u, as large arrays take longer to allocate than to fill."""

    def floats(self, u: Reals) -> Reals:
        found = np.array(u)
        self.replace(found)
        return found

    @abstractmethod
    def tail_floats(self, u: Reals) -> Reals: ...

    def wide(self, u: Wide) -> Wide:
        """f in extended precision, as far as the law needs its range."""
        found: Wide = self.floats(u.astype(np.float64)).astype(np.longdouble)
        return found

    def tail_wide(self, u: Wide) -> Wide:
        found: Wide = self.tail_floats(u.astype(np.float64)).astype(np.longdouble)
        return found

    @abstractmethod
    def strip(self, height: arb) -> arb:
        """sup |f(u)| over |Im u| <= height; infinite where f is not analytic there."""

    @abstractmethod
    def reach(self, log2_level: float) -> float:
        """A t such that f(u) < 2^log2_level for all |u| >= t, for entries that need not be computed."""

    def strip_tail(self, height: arb) -> arb:
        """A bound of |P(Z > u)| continued to |Im u| <= height: 1 and the integral of f up from the real line."""
        return 1 + height * self.strip(height)

    @property
    def width(self) -> float:
        """The scale on which f varies, in units of the standard form: a normal density resolves it as well at 1."""
        return 1.0


class NormalDensity(AnalyticDensity):
    """exp(-u^2/2)/sqrt(2 pi): |f(x + iy)| = f(x) exp(y^2/2)."""

    def density(self, u: arb) -> arb:
        return (-(u * u) / 2).exp() * peak_of_normal(precision_now())

    def entries(self, nodes: Sequence[arb], centre: arb, scale: arb, factors: Sequence[arb]) -> list[arb]:
        """With as few operations as there can be: large kernels consist of them."""
        rate, peak = -1 / (2 * scale * scale), peak_of_normal(precision_now())
        gaps = [y - centre for y in nodes]
        return [peak * factor * (gap * gap * rate).exp() for gap, factor in zip(gaps, factors, strict=True)]

    def tail(self, u: arb) -> arb:
        return (u / arb(2).sqrt()).erfc() / 2

    def replace(self, u: Reals) -> None:
        u *= u
        u *= -0.5
        np.exp(u, out=u)
        u *= 0.3989422804014327

    def tail_floats(self, u: Reals) -> Reals:
        from scipy.special import erfc  # late: scipy is slow to import

        found: Reals = 0.5 * erfc(u * 0.7071067811865476)
        return found

    def wide(self, u: Wide) -> Wide:
        found: Wide = np.exp(-u * u / 2) * np.longdouble(0.3989422804014327)
        return found

    def tail_wide(self, u: Wide) -> Wide:
        from scipy.special import erfcx  # late: scipy is slow to import

        above = np.exp(-u * u / 2) * erfcx(np.abs(u).astype(np.float64) * 0.7071067811865476) / 2
        found: Wide = np.where(u > 0, above, 1 - above)
        return found

    def strip(self, height: arb) -> arb:
        return (height * height / 2).exp() * peak_of_normal(precision_now())

    def reach(self, log2_level: float) -> float:
        return float(np.sqrt(2 * 0.6931471805599453 * max(-log2_level, 1.0))) + 1


def precision_now() -> int:
    return int(ctx.prec)


@lru_cache(maxsize=256)
def peak_of_normal(bits: int) -> arb:
    """1/sqrt(2 pi) at the working precision, once."""
    return 1 / (2 * arb.pi()).sqrt()


@dataclass(frozen=True)
class StudentDensity(AnalyticDensity):
    """c (1 + u^2/df)^(-(df + 1)/2), analytic for |Im u| < sqrt(df): |1 + u^2/df| >= 1 - y^2/df."""

    law: Student

    @property
    def width(self) -> float:
        """Half the strip, at most 1: nodes a quarter of it apart leave 14 digits."""
        return min(1.0, sqrt(float(self.law.df)) / 2)

    def density(self, u: arb) -> arb:
        df, power, peak = student_numbers(self.law, precision_now())
        return peak * (1 + u * u / df) ** power

    def tail(self, u: arb) -> arb:
        """For |u| < 1 by the series 1/2 - c u 2F1(1/2, (df+1)/2; 3/2; -u^2/df), beyond by the incomplete beta function
        I(df/(df + u^2); df/2, 1/2)/2, which is that of |u|."""
        df, _, peak = student_numbers(self.law, precision_now())
        half = arb(1) / 2
        if abs(u) < 1:
            return half - peak * u * (-u * u / df).hypgeom_2f1(half, (df + 1) / 2, 3 * half)
        outside = (df / (df + u * u)).beta_lower(df / 2, half, regularized=True) / 2
        if u > 0:
            return outside
        return 1 - outside if u < 0 else outside.union(1 - outside)

    def replace(self, u: Reals) -> None:
        df = float(self.law.df)
        u *= u
        u /= df
        u += 1
        u **= -(df + 1) / 2
        u *= float(student_numbers(self.law, 64)[2])

    def tail_floats(self, u: Reals) -> Reals:
        from scipy.special import stdtr  # late: scipy is slow to import

        found: Reals = stdtr(float(self.law.df), -u)
        return found

    def strip(self, height: arb) -> arb:
        df, power, peak = student_numbers(self.law, precision_now())
        room = 1 - height * height / df
        return peak * room**power if room > 0 else arb.pos_inf()

    def reach(self, log2_level: float) -> float:
        return np.inf


@lru_cache(maxsize=64)
def student_numbers(law: Student, bits: int) -> tuple[arb, arb, arb]:
    """df, -(df + 1)/2 and the density at 0, once for every precision."""
    with precision(bits):
        df = evaluate(law.df)
        return df, -(df + 1) / 2, evaluate(law._peak)
