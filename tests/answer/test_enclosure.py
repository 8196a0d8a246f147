"""Enclosures: exact ends, proved signs, widths."""

from __future__ import annotations

import pickle
from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgd_markov.answer.enclosure import Enclosure

rationals = st.fractions(max_denominator=10**6)
enclosures = st.tuples(rationals, rationals).map(lambda ends: Enclosure(min(ends), max(ends)))


def test_the_ends_stand_in_order() -> None:
    with pytest.raises(ValueError, match="lower <= upper"):
        Enclosure(Fraction(2), Fraction(1))
    with pytest.raises(ValueError, match="lower <= upper"):
        Enclosure(float("nan"), Fraction(1))


@given(enclosures, rationals)
def test_membership_and_sign(found: Enclosure, value: Fraction) -> None:
    assert (value in found) == (found.lower <= value <= found.upper)
    if value in found and found.sign is not None:
        assert (value > 0) - (value < 0) == found.sign


def test_signs() -> None:
    signs = {(1, 2): 1, (-2, -1): -1, (0, 0): 0, (-1, 1): None, (0, 1): None, (-1, 0): None}
    for (low, high), sign in signs.items():
        assert Enclosure(Fraction(low), Fraction(high)).sign == sign
    assert Enclosure.point(-inf).sign == -1
    assert Enclosure.everything().sign is None


@given(enclosures, enclosures)
def test_intersection_and_meeting(first: Enclosure, second: Enclosure) -> None:
    assert first.meets(second) == second.meets(first)
    if not first.meets(second):
        with pytest.raises(ValueError, match="lower <= upper"):
            first.intersection(second)
        return
    both = first.intersection(second)
    assert both.lower in first and both.lower in second and both.upper in first and both.upper in second


def test_reaching_digits_is_relative_to_the_smallest_value() -> None:
    assert Enclosure(Fraction(1), 1 + Fraction(1, 10**15)).reaches(15)
    assert not Enclosure(Fraction(1), 1 + Fraction(2, 10**15)).reaches(15)
    assert Enclosure(Fraction(1), Fraction(2)).reaches(0) and not Enclosure(Fraction(1), Fraction(3)).reaches(0)
    assert not Enclosure(Fraction(-3), Fraction(-1)).reaches(0)
    assert Enclosure(Fraction(10**20), Fraction(10**20) + 10**5).reaches(15)
    assert not Enclosure(Fraction(1, 10**20), Fraction(2, 10**20)).reaches(15)
    assert not Enclosure(Fraction(0), Fraction(1, 10**99)).reaches(15)
    assert not Enclosure(Fraction(-1, 10**99), Fraction(1, 10**99)).reaches(15)
    assert Enclosure.point(0).reaches(500) and Enclosure.point(-inf).reaches(500)
    assert not Enclosure.everything().reaches(1) and not Enclosure(Fraction(1), inf).reaches(1)


def test_equal_hashable_and_picklable() -> None:
    one = Enclosure(Fraction(1, 3), Fraction(1, 2))
    assert pickle.loads(pickle.dumps(one)) == one and len({one, Enclosure(Fraction(2, 6), Fraction(2, 4))}) == 1
    assert one.width == Fraction(1, 6) and one.middle == Fraction(5, 12)
    assert Enclosure.point(inf).width == 0 and Enclosure.everything().width == inf
