"""The largest modulus of the roots of a rational polynomial, and on which side of 1 it lies: proved, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import fmpz_poly

from ..answer.enclosure import Enclosure
from ..balls.precision import enclosure, precision

BITS = 64


@dataclass(frozen=True)
class Radius:
    """An enclosure of the largest modulus of the roots; `side` is the proved sign of it less 1.

    A side of 0 has a root on the unit circle: the enclosure then holds 1 and is a point.
    """

    found: Enclosure
    side: int

    def __str__(self) -> str:
        middle = (Fraction(self.found.lower) + Fraction(self.found.upper)) / 2
        shown = f"{float(middle):.12g}"
        return f"1 {'-+'[self.side > 0]} {abs(float(middle - 1)):.3g}" if shown == "1" and self.side else shown


def spectral_radius(factors: list[fmpz_poly]) -> Radius:
    """The radius of the product of irreducible integer polynomials.

    A factor with one root on the unit circle holds with it the inverse of every root (the inverse of that one is its
    conjugate); unless all its roots lie on the circle, which is decided exactly, one lies outside. So balls tell the
    radius of every other factor from 1 at some precision.

    >>> spectral_radius([fmpz_poly([-1, 2]), fmpz_poly([1, 1])])
    Radius(found=Enclosure(lower=Fraction(1, 1), upper=Fraction(1, 1)), side=0)
    >>> spectral_radius([fmpz_poly([1, -1, 2])]).side
    -1
    """
    radii = [radius_of(factor) for factor in factors if factor.degree() > 0]
    if not radii:
        return Radius(Enclosure.point(0), -1)
    side = max(radius.side for radius in radii)
    lower = max(Fraction(radius.found.lower) for radius in radii)
    upper = max(Fraction(radius.found.upper) for radius in radii)
    return Radius(Enclosure.point(1) if side == 0 else Enclosure(lower, upper), side)


def radius_of(factor: fmpz_poly) -> Radius:
    """The radius of an irreducible polynomial."""
    if on_unit_circle(factor):
        return Radius(Enclosure.point(1), 0)
    bits = BITS
    while True:
        with precision(bits):
            moduli = [enclosure(abs(root)) for root, _ in factor.complex_roots()]
        lower, upper = (max(Fraction(getattr(m, end)) for m in moduli) for end in ("lower", "upper"))
        if upper < 1 or lower > 1:
            return Radius(Enclosure(lower, upper), 1 if lower > 1 else -1)
        bits *= 2


def on_unit_circle(factor: fmpz_poly) -> bool:
    """Are all roots of an irreducible polynomial on the unit circle?

    z - 1 and z + 1 are. Else a root on the circle makes the polynomial its own reciprocal, of even degree 2 s: z^s
    times a polynomial of degree s in t = z + 1/z, whose roots lie in (-2, 2) exactly for the roots z on the circle.
    """
    if factor.degree() == 1:
        return abs(int(factor[0])) == abs(int(factor[1]))
    coefficients = [int(c) for c in factor.coeffs()]
    if coefficients != coefficients[::-1]:
        return False
    traces = trace_polynomial(coefficients)
    bits = BITS
    while True:
        with precision(bits):
            roots = [root for root, _ in traces.complex_roots()]
            if any(not root.imag.is_zero() or abs(root.real) > 2 for root in roots):
                return False
            if all(abs(root.real) < 2 for root in roots):
                return True
        bits *= 2


def trace_polynomial(palindrome: list[int]) -> fmpz_poly:
    """The polynomial in t = z + 1/z that a palindrome in z is up to a power of z.

    >>> trace_polynomial([1, 1, 1])      # z^2 + z + 1 = z (t + 1)
    x + 1
    """
    half = len(palindrome) // 2
    t = fmpz_poly([0, 1])
    powers = [fmpz_poly([2]), t]
    while len(powers) <= half:
        powers.append(t * powers[-1] - powers[-2])
    total = fmpz_poly([palindrome[half]])
    for k in range(1, half + 1):
        total += palindrome[half + k] * powers[k]
    return total


def irreducible_factors(polynomial: fmpz_poly) -> list[fmpz_poly]:
    """The different irreducible factors of an integer polynomial."""
    _, factors = polynomial.factor()
    return [factor for factor, _ in factors]
