"""What is drawn on an interval, as the image of a map needs it: a law of a family, or a density found on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.stable import Stable
from ..laws.support import Interval
from .case_signs import Signs
from .gaussian_integral import NotGaussian, integral
from .measures import Density


class Spread(ABC):
    """A measure with a density on (low, high); of mass 1 unless it is a part of a law."""

    @property
    @abstractmethod
    def low(self) -> sp.Expr:
        """The lower end of the interval."""

    @property
    @abstractmethod
    def high(self) -> sp.Expr:
        """The upper end."""

    @abstractmethod
    def density(self, x: sp.Expr) -> sp.Expr:
        """The density at x inside (low, high)."""

    @abstractmethod
    def mass(self, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
        """The mass of (low, high), ends in the closed support."""

    def shifted_and_scaled(self, shift: sp.Expr, factor: sp.Expr, target: sp.Expr) -> sp.Expr:
        """The density of shift + factor X at the target, factor not 0."""
        return self.density((target - shift) / factor) / sp.Abs(factor)


@dataclass(frozen=True)
class OfLaw(Spread):
    """A law with a density: in closed form, or as the Fourier integral of its characteristic function."""

    law: Law

    @property
    def ends(self) -> Interval:
        assert isinstance(self.law.support, Interval)
        return self.law.support

    @property
    def low(self) -> sp.Expr:
        return self.ends.low

    @property
    def high(self) -> sp.Expr:
        return self.ends.high

    def density(self, x: sp.Expr) -> sp.Expr:
        found = self.law.density(x)
        if found is None and isinstance(self.law, Stable):
            return inverted(self.law, x)
        if found is None:
            raise Inconclusive(f"the density of the {self.law.name} law has no closed form")
        return found

    def distribution(self, x: sp.Expr) -> sp.Expr | None:
        found = self.law.cdf(x)
        return inverted_distribution(self.law, x) if found is None and isinstance(self.law, Stable) else found

    def mass(self, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
        if low == self.low and high == self.high:
            return sp.Integer(1)
        mirrored = self.law.affine(sp.Integer(0), sp.Integer(-1)) if high == self.high else None
        if mirrored is not None and mirrored.cdf(-low) is not None:
            return mirrored.cdf(-low)
        above = sp.Integer(1) if high == self.high else self.distribution(high)
        below = sp.Integer(0) if low == self.low else self.distribution(low)
        if above is None or below is None:
            x = sp.Dummy("x", real=True)
            return sp.Integral(self.density(x), (x, low, high))
        return above - below

    def shifted_and_scaled(self, shift: sp.Expr, factor: sp.Expr, target: sp.Expr) -> sp.Expr:
        image = self.law.affine(shift, factor)
        density = None if image is None else image.density(target)
        return super().shifted_and_scaled(shift, factor, target) if density is None else density


@dataclass(frozen=True)
class OfDensity(Spread):
    """A density as an expression in `symbol`: a part of the law of a sum."""

    part: Density
    symbol: sp.Symbol

    @property
    def low(self) -> sp.Expr:
        return self.part.low

    @property
    def high(self) -> sp.Expr:
        return self.part.high

    def density(self, x: sp.Expr) -> sp.Expr:
        return self.part.formula.xreplace({self.symbol: x})

    def mass(self, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
        x = sp.Dummy("x", real=True)
        known = self.part.distribution
        if known is not None and not known.has(sp.Integral):
            above = sp.Integer(1) if high == sp.oo else known.xreplace({self.symbol: high})
            return above if low == -sp.oo else above - known.xreplace({self.symbol: low})
        try:
            return integral(self.density(x), x, low, high, signs)
        except NotGaussian:
            return sp.Integral(self.density(x), (x, low, high))


def inverted(law: Stable, x: sp.Expr) -> sp.Expr:
    """1/pi int_0^oo cos(x u) exp(-(scale u)^alpha) du: the law is symmetric."""
    u = sp.Dummy("u", positive=True)
    decay = sp.exp(-((law.scale * u) ** law.alpha))
    return sp.Integral(sp.cos(x * u) * decay, (u, 0, sp.oo)) / sp.pi


def inverted_distribution(law: Stable, x: sp.Expr) -> sp.Expr:
    """1/2 + 1/pi int_0^oo sin(x u)/u exp(-(scale u)^alpha) du."""
    u = sp.Dummy("u", positive=True)
    decay = sp.exp(-((law.scale * u) ** law.alpha))
    return sp.Rational(1, 2) + sp.Integral(sp.sin(x * u) / u * decay, (u, 0, sp.oo)) / sp.pi
