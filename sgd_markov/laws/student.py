"""Student's law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .sampling import not_too_small, within_doubles
from .signs import is_zero, sign
from .student_potential import student_log

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Student(Law):
    """loc + scale T, T of density proportional to (1 + x^2/df)^(-(df+1)/2).

    >>> Student(5).moment(2)
    5/3
    """

    name = "student"

    df: sp.Expr
    loc: sp.Expr = sp.S.Zero
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("df", "scale")

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    @property
    def moment_limit(self) -> sp.Expr:
        return self.df

    def moment(self, order: int) -> sp.Expr:
        """E T^(2m) = df^m prod_{i=1..m} (2i - 1)/(df - 2i), for orders below df."""
        if order and sign(self.df - order) in (0, -1):
            raise self.infinite_moment(order, self.df)

        def even(k: int) -> sp.Expr:
            factors = (sp.Integer(2 * i - 1) / (self.df - 2 * i) for i in range(1, k // 2 + 1))
            return self.df ** (k // 2) * sp.Mul(*factors)

        terms = (
            sp.binomial(order, k) * self.loc ** (order - k) * self.scale**k * even(k) for k in range(0, order + 1, 2)
        )
        return sp.Add(*terms)

    @property
    def _peak(self) -> sp.Expr:
        """The density of T at 0: Gamma((df+1)/2) / (sqrt(pi df) Gamma(df/2))."""
        return sp.gamma((self.df + 1) / 2) / (sp.sqrt(sp.pi * self.df) * sp.gamma(self.df / 2))

    def density(self, x: sp.Expr) -> sp.Expr:
        y = (x - self.loc) / self.scale
        return self._peak / self.scale * (1 + y**2 / self.df) ** (-(self.df + 1) / 2)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """1/2 + peak y 2F1(1/2, (df+1)/2; 3/2; -y^2/df), y = (x - loc)/scale."""
        y, half = (x - self.loc) / self.scale, sp.Rational(1, 2)
        return half + self._peak * y * sp.hyper((half, (self.df + 1) / 2), (3 * half,), -(y**2) / self.df)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        """loc + scale y: y = tan(pi (level - 1/2)) for df = 1, (2 level - 1)/sqrt(2 level (1 - level)) for df = 2."""
        if level == sp.S.Half:
            return self.loc
        if self.df == 1:
            return self.loc + self.scale * sp.tan(sp.pi * (level - sp.S.Half))
        return self.loc + self.scale * (2 * level - 1) / sp.sqrt(2 * level * (1 - level)) if self.df == 2 else None

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        if sign(rate) in (1, -1):
            raise self.infinite_exponential(rate)
        return None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        """exp(i loc t) 2 (s/2)^(df/2) K_{df/2}(s) / Gamma(df/2), s = sqrt(df) scale |t|; 1 at t = 0."""
        s, half = sp.sqrt(self.df) * self.scale * sp.Abs(t), self.df / 2
        if is_zero(s):
            return sp.Integer(1)
        return sp.exp(sp.I * self.loc * t) * 2 * (s / 2) ** half * sp.besselk(half, s) / sp.gamma(half)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log(unit) + H(v), unit = |factor| scale sqrt(df), v = (shift + factor loc)/unit: see `student_potential`."""
        return student_log(self.df, shift + factor * self.loc, sp.Abs(factor) * self.scale * sp.sqrt(self.df))

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """unit^p Gamma((df-p)/2) Gamma((1+p)/2) / (Gamma(df/2) sqrt(pi)) 2F1(-p/2, (df-p)/2; 1/2; -v^2), p < df.

        The normal formula mixed over chi-square variances: E 1F1(a; b; -y G) = 2F1(a, k; b; -y) for G of law Gamma(k).
        """
        if sign(self.df - order) in (0, -1):
            raise self.infinite_moment(order, self.df)
        unit = sp.Abs(factor) * self.scale * sp.sqrt(self.df)
        v, rest = (shift + factor * self.loc) / unit, (self.df - order) / 2
        constant = sp.gamma(rest) * sp.gamma((1 + order) / 2) / (sp.gamma(self.df / 2) * sp.sqrt(sp.pi))
        kummer = sp.Integer(1) if is_zero(v) else sp.hyper((-order / 2, rest), (sp.Rational(1, 2),), -(v**2))
        return unit**order * constant * kummer

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Student:
        return Student(self.df, shift + factor * self.loc, sp.Abs(factor) * self.scale)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.loc, self.scale, Student(self.df, 0, 1)

    def batch_mean(self, size: int) -> Law | None:
        """df = 1 is the Cauchy law; no family holds the means of the others."""
        return self if size == 1 or self.df == 1 else None

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(|T| > y) <= 2 peak df^((df-1)/2) y^-df, since (1 + x^2/df)^(-(df+1)/2) <= (x^2/df)^(-(df+1)/2).

        |X| > t needs |T| > (t - |loc|)/scale, which is at least t/(2 scale) for t >= 2 |loc|, and t/scale for loc = 0.
        """
        wide = 1 if self.loc == 0 else 2
        constant = 2 * self._peak * self.df ** ((self.df - 1) / 2) * (wide * self.scale) ** self.df
        return constant, self.df, 2 * sp.Abs(self.loc) + self.scale

    def density_power_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """For |x| >= 2|loc|: |x - loc| >= |x|/2, so (1 + y^2/df)^(-(df+1)/2) <= (2 scale sqrt(df)/|x|)^(df+1)."""
        at_centre = self.density(self.loc)
        power = self.df + 1
        return at_centre * (2 * self.scale * sp.sqrt(self.df)) ** power, power, 2 * sp.Abs(self.loc) + self.scale

    def tail_constants(self) -> tuple[sp.Expr, sp.Expr]:
        """The density of (X - loc)/scale is c (1 + x^2/df)^(-(df+1)/2) ~ c df^((df+1)/2) x^(-df-1)."""
        df = self.df
        c = sp.gamma((df + 1) / 2) / (sp.sqrt(sp.pi * df) * sp.gamma(df / 2))
        limit = c * df ** ((df - 1) / 2) * self.scale**df
        return limit, limit

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np
        from scipy.special import stdtrit

        standard = within_doubles(stdtrit(float(self.df), not_too_small(u[0])))
        with np.errstate(over="ignore"):
            return within_doubles(float(self.loc) + float(self.scale) * standard)
