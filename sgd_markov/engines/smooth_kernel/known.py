"""Which laws of noise have an analytic density here, and which sums of independent ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from ...laws.cauchy import Cauchy
from ...laws.laplace import Laplace
from ...laws.law import Law
from ...laws.normal import Normal
from ...laws.signs import sign
from ...laws.stable import Stable
from ...laws.student import Student
from ...laws.uniform import Uniform
from .density import AnalyticDensity, NormalDensity, StudentDensity
from .smoothed import SmoothedLaplace, SmoothedUniform
from .stable import StableDensity


@dataclass(frozen=True)
class Smoothed:
    """The law of N + share X: N standard normal, X uniform on [-1, 1] or of density exp(-|x|)/2."""

    law: Law
    share: sp.Expr


Noise = Law | Smoothed
Part = tuple[sp.Expr, Noise]
"""A factor, which may depend on the state, and the law in standard form that it multiplies; all are symmetric."""


def standard(law: Law) -> tuple[sp.Expr, Part] | None:
    """(shift, (factor, law in standard form)); None where the law is not symmetric or not known here."""
    if isinstance(law, Stable):
        law = law.closed or law
    if isinstance(law, Uniform):
        return (law.low + law.high) / 2, ((law.high - law.low) / 2, Uniform(-1, 1))
    if isinstance(law, Stable) and sign(law.alpha - 1) != 1:
        return None
    shift, factor, plain = law.standard_form()
    return (shift, (factor, plain)) if isinstance(plain, Normal | Student | Cauchy | Stable | Laplace) else None


def total(parts: Sequence[Part]) -> Part | None:
    """The sum of independent parts as one part with an analytic density; None where it is none of those known here."""
    alike = [(scale_of([f for f, law in parts if law == own], own), own) for own in dict.fromkeys(law for _, law in parts)]
    if any(scale is None for scale, _ in alike):
        return None
    if len(alike) == 1:
        (scale, law), = alike
        return None if isinstance(law, Uniform | Laplace) else (scale, law)
    return smoothed(alike)


def scale_of(factors: Sequence[sp.Expr], law: Noise) -> sp.Expr | None:
    """The factor of a sum of independent copies: one copy, or a stable law."""
    if len(factors) == 1:
        return sp.factor(factors[0])
    if isinstance(law, Normal):
        return sp.sqrt(sp.factor(sum(factor**2 for factor in factors)))
    if law == Cauchy(0, 1):
        return sp.Add(*(sp.Abs(factor) for factor in factors))
    if isinstance(law, Stable):
        return sp.Add(*(sp.Abs(factor) ** law.alpha for factor in factors)) ** (1 / law.alpha)
    return None


def smoothed(parts: Sequence[tuple[sp.Expr, Noise]]) -> Part | None:
    """A normal part and one that it smooths, in a ratio that does not depend on the state."""
    normal = [factor for factor, law in parts if isinstance(law, Normal)]
    others = [(factor, law) for factor, law in parts if isinstance(law, Uniform | Laplace)]
    if len(parts) != 2 or len(normal) != 1 or len(others) != 1:
        return None
    (factor, law), = others
    share = sp.Abs(sp.cancel(factor / normal[0]))
    if share.free_symbols or sign(share) != 1:
        return None
    assert isinstance(law, Law)
    return normal[0], Smoothed(law, share)


def analytic_density(law: Noise) -> AnalyticDensity:
    """The density of what `total` gives, in standard form."""
    if isinstance(law, Smoothed):
        return SmoothedUniform(law.share) if isinstance(law.law, Uniform) else SmoothedLaplace(law.share)
    if isinstance(law, Normal):
        return NormalDensity()
    if isinstance(law, Stable):
        return StableDensity(law)
    return StudentDensity(law if isinstance(law, Student) else Student(1))
