"""Matrices of balls divided by powers of 2, so that products stay within the range of doubles whatever their units."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from ..balls.precision import exponent_of


def scale_of(exact: Sequence[arb]) -> int | None:
    """The e for which the largest entry is between 2^(e-1) and 2^e; None where all may be 0 or one is not finite."""
    if not all(entry.is_finite() for entry in exact):
        return None
    largest = max((abs(entry).mid() for entry in exact), key=float_key)
    return None if largest.is_zero() else exponent_of(largest)


def float_key(x: arb) -> tuple[int, float]:
    """Order of exact balls that are not negative, beyond the range of doubles too."""
    exponent = exponent_of(x)
    return (exponent if not x.is_zero() else -(10**9), float(x * arb(2) ** -exponent))


def mean_log_scale(weights: Sequence[arb], scales: Sequence[int]) -> arb:
    """E log 2^scale, what the exponent of the divided matrices lacks, at the current precision."""
    return sum((w * k for w, k in zip(weights, scales, strict=True)), arb(0)) * arb(2).log()
