"""The working precision: global in FLINT, so it is only ever set inside a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import inf

from flint import arb, ctx, fmpq

from ..answer.enclosure import Bound, Enclosure


@contextmanager
def precision(bits: int) -> Iterator[None]:
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def bits_for(digits: int) -> int:
    """Working bits that leave about 20 bits for rounding beyond `digits` decimal digits."""
    return int(digits * 3.3220) + 24


def ball(bound: Bound | int) -> arb:
    """A rational (or infinite) number as the tightest ball at the current precision."""
    if bound == inf:
        return arb.pos_inf()
    if bound == -inf:
        return arb.neg_inf()
    number = Fraction(bound)
    return arb(fmpq(number.numerator, number.denominator))


def ball_of(enclosure: Enclosure) -> arb:
    """The ball that covers a bounded enclosure."""
    return ball(enclosure.lower).union(ball(enclosure.upper))


def enclosure(x: arb) -> Enclosure:
    """The exact rational ends of a ball; everything for a ball that is not finite.

    >>> enclosure(arb(1) / 4)
    Enclosure(lower=Fraction(1, 4), upper=Fraction(1, 4))
    """
    if not x.is_finite():
        return Enclosure.point(-inf) if x == arb.neg_inf() else Enclosure.everything()
    middle, radius = dyadic(x.mid()), dyadic(x.rad())
    return Enclosure(middle - radius, middle + radius)


def dyadic(x: arb) -> Fraction:
    """An exact (radius 0) finite ball as the rational number that it is."""
    mantissa, exponent = x.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m * 2**e) if e >= 0 else Fraction(m, 2**-e)
