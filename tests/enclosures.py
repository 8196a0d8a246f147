"""An enclosure is right only if its warrant, its width and the place of the true value are right together."""

from __future__ import annotations

from fractions import Fraction

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant


def reference_enclosure(text: str) -> Enclosure:
    """What a reference says: an integer or a quotient is exact, a decimal right to one unit of its last place.

    >>> reference_enclosure("5/12"), reference_enclosure("0.25").width
    (Enclosure(lower=Fraction(5, 12), upper=Fraction(5, 12)), Fraction(1, 50))
    """
    if text in ("oo", "-oo"):
        return Enclosure.point(float(text.replace("oo", "inf")))
    value = Fraction(text)
    mantissa, _, exponent = text.lower().partition("e")
    if "." not in mantissa:
        return Enclosure.point(value)
    unit = Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return Enclosure(value - unit, value + unit)


def assert_encloses(answer: object, reference: str, digits: int = 15, warrant: str | None = None) -> None:
    """`answer` (an Answer or a Number) holds the reference, is narrow to `digits` digits, and has that warrant.

    For an exact reference the enclosure has to contain it; a rounded decimal leaves one unit of its last place.
    """
    found = answer.enclosure
    assert found is not None, "no enclosure"
    known = reference_enclosure(reference)
    assert found.meets(known), f"[{found.lower}, {found.upper}] does not hold {reference}"
    assert found.reaches(digits), f"wider than {digits} digits: {float(found.width)}"
    if warrant is not None:
        assert answer.warrant is Warrant[warrant.upper()], f"{answer.warrant.label}, not {warrant}"


def assert_agree(first: Enclosure, second: Enclosure, digits: int) -> None:
    """Two proved enclosures of one number: both narrow to `digits` digits, and they meet."""
    assert first.meets(second), f"{as_floats(first)} and {as_floats(second)} exclude each other"
    assert narrow(first, digits) and narrow(second, digits), f"{as_floats(first)}, {as_floats(second)}: too wide"


def narrow(found: Enclosure, digits: int) -> bool:
    """Relative width, or absolute for values below 1 in size: around 0 no relative width is reached."""
    if found.is_point:
        return True
    size = max(1, abs(found.lower), abs(found.upper))
    return found.width <= size / Fraction(10) ** digits


def as_floats(found: Enclosure) -> str:
    return f"[{float(found.lower):.17g}, {float(found.upper):.17g}]"
