"""Windows of sums p log|a + b t|: slopes at ends of the domain and at maxima are proved, not read off a wide ball."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest

from sgd_markov.effort import Effort
from sgd_markov.engines.concave_window import LogLinearSum, concave_window

HALF, TINY = Fraction(1, 2), Fraction(1, 2**300)


def test_a_tiny_positive_slope_is_no_window() -> None:
    """f(t) = log|1 + t|/2 + log|1 - (1 - e) t|/2 with f(0) = 0, f'(0) = e/2: positive until t is about e."""
    f = LogLinearSum(((HALF, Fraction(1), Fraction(1)), (HALF, Fraction(1), TINY - 1)))
    first, *_ = concave_window(f, (Fraction(0), inf), Effort(digits=10)).intervals
    # (1 + t)(1 - (1 - e) t) = 1 at t = e/(1 - e)
    root = TINY / (1 - TINY)
    assert first[0].enclosure.lower <= root <= first[0].enclosure.upper
    assert first[0].enclosure.lower > 0


@pytest.mark.parametrize("tilt", [TINY, -TINY, Fraction(0)])
def test_a_maximum_beside_the_point_where_the_exponent_is_0(tilt: Fraction) -> None:
    """The same function between its singular points, with f(0) = 0 and a slope of `tilt`/2 there."""
    f = LogLinearSum(((HALF, Fraction(1), Fraction(1)), (HALF, Fraction(1), tilt - 1)))
    spans = concave_window(f, (Fraction(-1), Fraction(1)), Effort(digits=10)).intervals
    root = tilt / (1 - tilt)
    low, high = sorted((root, Fraction(0)))
    assert [spans[0][1].enclosure.upper >= low, spans[1][0].enclosure.lower <= high] == [True, True]
    assert spans[0][1].enclosure.lower <= low and high <= spans[1][0].enclosure.upper
    if tilt:
        assert spans[0][1].enclosure.upper < spans[1][0].enclosure.lower


def test_a_constant_exponent() -> None:
    """log|3| > 0, log|1/3| < 0 and log|1| = 0 for every parameter."""
    for value, count in ((3, 0), (Fraction(1, 3), 1), (1, 0)):
        f = LogLinearSum(((Fraction(1), Fraction(value), Fraction(0)),))
        assert len(concave_window(f, (-inf, inf), Effort()).intervals) == count
