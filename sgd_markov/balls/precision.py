"""The working precision: global in FLINT, so it is only ever set inside a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from math import inf

from flint import arb, ctx, fmpq

from ..answer.enclosure import Bound, Enclosure

EXPONENT_LIMIT = 1 << 20
"""Numbers outside 2^-limit .. 2^limit leave as bounds only."""


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
    if max(exponent_of(x.mid()), exponent_of(x.rad())) > EXPONENT_LIMIT:
        return Enclosure.everything()
    (middle, error), (radius, more) = written_out(x.mid()), written_out(x.rad())
    reach = radius + error + more
    return Enclosure(middle - reach, middle + reach)


def is_negligible(x: arb) -> bool:
    """Is a finite ball too close to 0 for its ends to be written out? They then leave as bounds."""
    return bool(x.is_finite() and abs(x) < arb(2) ** -EXPONENT_LIMIT)


def written_out(x: arb) -> tuple[Fraction, Fraction]:
    """An exact ball as a rational and its error: numbers too small to write out become 0 with a bound."""
    if x.is_zero():
        return Fraction(0), Fraction(0)
    if exponent_of(x) < -EXPONENT_LIMIT:
        return Fraction(0), Fraction(1, 2**EXPONENT_LIMIT)
    return dyadic(x), Fraction(0)


def exponent_of(x: arb) -> int:
    """The e with 2^(e-1) <= |x| < 2^e for an exact finite ball; 0 for 0."""
    mantissa, exponent = x.man_exp()
    return int(exponent) + int(mantissa).bit_length() if int(mantissa) else 0


def dyadic(x: arb) -> Fraction:
    """An exact (radius 0) finite ball as the rational number that it is."""
    mantissa, exponent = x.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m * 2**e) if e >= 0 else Fraction(m, 2**-e)
