"""Decimals: ends rounded outward, values with right digits only."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgd_markov.answer.decimals import bounds_text, decimal_exponent, rounded, value_text
from sgd_markov.answer.enclosure import Enclosure

rationals = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**12)
sizes = st.integers(min_value=-60, max_value=60).map(lambda e: Fraction(10) ** e)
digit_counts = st.integers(min_value=1, max_value=40)


def read(text: str) -> Fraction:
    return Fraction(text)


@given(rationals, sizes, digit_counts)
def test_ends_are_rounded_outward_by_less_than_a_unit(number: Fraction, size: Fraction, digits: int) -> None:
    number *= size
    low, high = read(rounded(number, digits, -1)), read(rounded(number, digits, 1))
    assert low <= number <= high
    if number:
        unit = Fraction(10) ** (decimal_exponent(number) - digits + 1)
        assert high - low <= unit
        assert (high == low) == (number % unit == 0)


@given(rationals, sizes, digit_counts)
def test_nearest_is_within_half_a_unit(number: Fraction, size: Fraction, digits: int) -> None:
    number *= size
    if number:
        unit = Fraction(10) ** (decimal_exponent(number) - digits + 1)
        assert abs(read(rounded(number, digits)) - number) <= unit / 2


@given(rationals.filter(bool), sizes)
def test_the_decimal_exponent_by_its_definition(number: Fraction, size: Fraction) -> None:
    number *= size
    e = decimal_exponent(number)
    assert Fraction(10) ** e <= abs(number) < Fraction(10) ** (e + 1)


@pytest.mark.parametrize(
    ("number", "digits", "direction", "text"),
    [
        (Fraction(2, 3), 4, -1, "0.6666"),
        (Fraction(2, 3), 4, 1, "0.6667"),
        (Fraction(-2, 3), 4, -1, "-0.6667"),
        (Fraction(-2, 3), 4, 1, "-0.6666"),
        (Fraction(999999, 1000), 3, 1, "1000"),
        (Fraction(9995, 10000), 3, 1, "1"),
        (Fraction(1, 10**7), 5, 0, "1e-7"),
        (Fraction(-12345, 10**12), 5, 0, "-1.2345e-8"),
        (Fraction(10**25), 5, 0, "1e25"),
        (Fraction(5), 5, 0, "5"),
        (Fraction(0), 5, 1, "0"),
        (inf, 5, -1, "oo"),
        (-inf, 5, 1, "-oo"),
    ],
)
def test_spelling(number: Fraction, digits: int, direction: int, text: str) -> None:
    assert rounded(number, digits, direction) == text


def test_exactly_representable_numbers_are_not_moved() -> None:
    for direction in (-1, 0, 1):
        assert rounded(Fraction(5, 4), 3, direction) == "1.25"
        assert rounded(Fraction(-1, 8), 3, direction) == "-0.125"


@given(rationals.filter(bool), sizes, st.integers(1, 25), st.integers(1, 30))
def test_the_value_has_right_digits_only(middle: Fraction, size: Fraction, precise: int, digits: int) -> None:
    """Every number of the enclosure is within one unit of the last printed place."""
    middle *= size
    radius = abs(middle) / Fraction(10) ** precise
    found = Enclosure(middle - radius, middle + radius)
    text = value_text(found, digits)
    if text is None:
        assert precise == 1
        return
    mantissa, _, exponent = text.lstrip("-").partition("e")
    shown = mantissa.replace(".", "").strip("0")
    assert len(shown) <= digits + 2
    places = len(mantissa.partition(".")[2])
    unit = (
        Fraction(10) ** (int(exponent or 0) - places) if "." in mantissa else Fraction(10) ** decimal_exponent(middle)
    )
    if "." in mantissa:
        assert abs(read(text) - found.lower) <= unit and abs(read(text) - found.upper) <= unit


def test_the_value_of_wide_and_infinite_enclosures() -> None:
    assert value_text(Enclosure.everything(), 15) is None
    assert value_text(Enclosure.point(-inf), 15) == "-oo"
    assert value_text(Enclosure.point(Fraction(1, 3)), 15) == "0.33333333333333333"
    assert value_text(Enclosure(Fraction(0), Fraction(1)), 15) is None
    assert value_text(Enclosure(Fraction(-1, 2), Fraction(1, 2)), 15) == "0"
    assert value_text(Enclosure(Fraction(1), inf), 15) is None
    assert value_text(Enclosure(Fraction(-3), Fraction(5)), 15) is None
    assert value_text(Enclosure(Fraction(-1, 10**400), Fraction(2, 10**400)), 15) == "0"


@given(st.fractions(min_value=Fraction(1, 100), max_value=100), st.fractions(min_value=0, max_value=10), sizes)
def test_wide_enclosures_show_a_digit_only_where_it_is_right(low: Fraction, ratio: Fraction, size: Fraction) -> None:
    found = Enclosure(low * size, low * (1 + ratio) * size)
    text = value_text(found, 1)
    if text is not None and not found.is_point:
        unit = Fraction(10) ** max(decimal_exponent(read(text)) - 2, decimal_exponent(found.width))
        assert max(abs(read(text) - found.lower), abs(read(text) - found.upper)) <= 10 * unit


@given(rationals, rationals, st.integers(1, 30))
def test_printed_bounds_enclose(first: Fraction, second: Fraction, digits: int) -> None:
    found = Enclosure(min(first, second), max(first, second))
    lower, upper = bounds_text(found, digits)
    assert read(lower) <= found.lower and found.upper <= read(upper)
