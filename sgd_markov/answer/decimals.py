"""Decimal text of exact numbers: rounded outward at the ends, only right digits in the value."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from .enclosure import Bound, Enclosure

HALF = Fraction(1, 2)


def rounded(number: Bound, digits: int, direction: int = 0) -> str:
    """`number` with `digits` significant digits; direction -1 rounds down, 1 up, 0 to the nearest.

    >>> rounded(Fraction(2, 3), 4, -1), rounded(Fraction(2, 3), 4, 1), rounded(Fraction(5, 4), 9)
    ('0.6666', '0.6667', '1.25')
    """
    if number == inf:
        return "oo"
    if number == -inf:
        return "-oo"
    number = Fraction(number)
    if number == 0:
        return "0"
    exponent = decimal_exponent(number) - digits + 1
    scaled = number / Fraction(10) ** exponent
    floor = scaled.numerator // scaled.denominator
    if direction == 0:
        integer = round(scaled)
    else:
        integer = floor if direction < 0 or scaled == floor else floor + 1
    return written(integer, exponent)


def decimal_exponent(number: Fraction) -> int:
    """The e with 10^e <= |number| < 10^(e+1)."""
    size = abs(number)
    # 0.30103 = log10(2): a first guess from bit lengths, then at most two corrections
    guess = int((size.numerator.bit_length() - size.denominator.bit_length()) * 0.30103) - 1
    while Fraction(10) ** (guess + 1) <= size:
        guess += 1
    while Fraction(10) ** guess > size:
        guess -= 1
    return guess


def decimal_digits(integer: int) -> str:
    """The digits of a number of any size; Python itself stops at 4300."""
    if integer.bit_length() < 14_000:
        return str(integer)
    from flint import fmpz

    return str(fmpz(integer))


def written(integer: int, exponent: int) -> str:
    """integer * 10^exponent, without trailing zeros after the point; scientific far from 1."""
    if integer == 0:
        return "0"
    sign, digits = ("-" if integer < 0 else ""), decimal_digits(abs(integer))
    stripped = digits.rstrip("0")
    exponent += len(digits) - len(stripped)
    digits = stripped
    leading = exponent + len(digits) - 1
    if leading < -5 or leading > max(20, len(digits)):
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}e{leading}"
    if exponent >= 0:
        return sign + digits + "0" * exponent
    if leading >= 0:
        return f"{sign}{digits[: leading + 1]}.{digits[leading + 1 :]}"
    return f"{sign}0.{'0' * (-leading - 1)}{digits}"


def value_text(enclosure: Enclosure, digits: int) -> str | None:
    """The value to as many digits as are right, at most `digits` + 2; None where not even one is.

    A digit is right when every number of the enclosure lies within one unit of its place. Of numbers whose sign is open
    0 stands for those that round to it: a probability of which nothing is known, [0, 1], has no value.

    >>> value_text(Enclosure(Fraction(31415, 10000), Fraction(31416, 10000)), 15)
    '3.142'
    >>> value_text(Enclosure(Fraction(1), Fraction(9)), 15) is None
    True
    """
    if enclosure.is_point:
        return rounded(enclosure.lower, digits + 2)
    if enclosure.lower == -inf or enclosure.upper == inf:
        return None
    if enclosure.sign is None:
        return "0" if max(-enclosure.lower, enclosure.upper) <= HALF else None
    middle = enclosure.middle
    right = decimal_exponent(middle) - decimal_exponent(Fraction(enclosure.width))
    return rounded(middle, min(digits + 2, right)) if right >= 1 else one_digit(enclosure)


def one_digit(enclosure: Enclosure) -> str | None:
    """The first digit alone, where every number of the enclosure is within one unit of it."""
    text = rounded(enclosure.middle, 1)
    value, unit = Fraction(text), Fraction(10) ** decimal_exponent(enclosure.middle)
    return text if all(abs(value - Fraction(end)) <= unit for end in (enclosure.lower, enclosure.upper)) else None


def bounds_text(enclosure: Enclosure, digits: int) -> tuple[str, str]:
    """Both ends as decimals rounded outward, with a few more digits than were asked for."""
    return rounded(enclosure.lower, digits + 5, -1), rounded(enclosure.upper, digits + 5, 1)
