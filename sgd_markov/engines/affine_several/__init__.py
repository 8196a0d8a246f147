"""Affine chains w' = A w + b in any dimension, A and b random together: their moments, exact.

The path: a chain is recognised (`system`), its monomials of bounded degree obey a closed linear recursion
(`recursion`; over whole epochs `epoch`), whose terms, limits and closed form in n follow by exact linear algebra
(`sequence`, `limit`, `closed_form`); `moment` puts a moment together, `stationary` says what holds for the stationary law.
"""

from __future__ import annotations

from .moment import Moment, moment_of
from .recursion import MomentRecursion, moment_recursion
from .stationary import StationaryMoment, stationary_moments
from .system import AffineSystem, affine_system

__all__ = [
    "AffineSystem",
    "Moment",
    "MomentRecursion",
    "StationaryMoment",
    "affine_system",
    "moment_of",
    "moment_recursion",
    "stationary_moments",
]
