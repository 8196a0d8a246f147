"""A basis of whole numbers in which rational 2 x 2 matrices are, up to sign, non-negative: cones that are kept, not strictly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import gcd, isqrt

from .positive_words import Whole, primitive, product_of

Rational = tuple[Fraction, Fraction, Fraction, Fraction]
Direction = tuple[int, int]

SLOPES = (Fraction(0), *(sign * Fraction(2) ** k for k in range(-3, 4) for sign in (1, -1)))
CANDIDATES = 40


def in_quadrant(matrices: Sequence[Rational]) -> Iterator[tuple[list[Whole], list[Fraction]]]:
    """Non-negative letters L_i and factors c_i > 0 with A_i = +-c_i g L_i g^-1, for every g that is found."""
    whole = [cleared(matrix) for matrix in matrices]
    for low, high in combinations(ends([letter for _, letter in whole]), 2):
        for far in (high, (-high[0], -high[1])):
            letters = [in_basis(letter, low, far) for _, letter in whole]
            if all(letter is not None for letter in letters):
                det = abs(low[0] * far[1] - low[1] * far[0])
                parts = [primitive(letter) for letter in letters if letter is not None]
                yield (
                    [letter for _, letter in parts],
                    [scale * factor / det for (scale, _), (factor, _) in zip(whole, parts, strict=True)],
                )


def cleared(matrix: Rational) -> tuple[Fraction, Whole]:
    """scale > 0 and the primitive matrix of whole numbers."""
    common = 1
    for entry in matrix:
        common = common * entry.denominator // gcd(common, entry.denominator)
    a, b, c, d = (int(entry * common) for entry in matrix)
    factor, letter = primitive((a, b, c, d))
    return Fraction(factor, common), letter


def in_basis(letter: Whole, low: Direction, high: Direction) -> Whole | None:
    """+-det times the matrix in the basis (low, high); None unless it can be made non-negative."""
    (p, q), (r, s) = low, high
    a, b, c, d = product_of((s, -r, -q, p), product_of(letter, (p, r, q, s)))
    entries = (a, b, c, d) if a + b + c + d >= 0 else (-a, -b, -c, -d)
    return entries if min(entries) >= 0 else None


def ends(letters: Sequence[Whole]) -> list[Direction]:
    """Directions at which the cone may end: the axes, rational eigendirections of short words and their images, some slopes."""
    found: dict[Direction, None] = {(1, 0): None, (0, 1): None}
    words = [*letters, *(product_of(left, right) for left, right in product(letters[:6], repeat=2))]
    fixed = [line for word in words for line in rational_eigenlines(word)]
    moved = [image for line in fixed for letter in letters[:6] for image in lines([apply(letter, line)])]
    plain = [(slope.denominator, slope.numerator) for slope in SLOPES]
    for line in (*fixed, *moved, *plain):
        found[line] = None
    return list(found)[:CANDIDATES]


def rational_eigenlines(word: Whole) -> list[Direction]:
    a, b, c, d = word
    square = (a - d) ** 2 + 4 * b * c
    if square < 0 or isqrt(square) ** 2 != square:
        return []
    values = {a + d + isqrt(square), a + d - isqrt(square)}  # twice the eigenvalues
    return lines([v for value in values for v in ((2 * b, value - 2 * a), (value - 2 * d, 2 * c))])


def apply(letter: Whole, line: Direction) -> Direction:
    a, b, c, d = letter
    return a * line[0] + b * line[1], c * line[0] + d * line[1]


def lines(vectors: Sequence[Direction]) -> list[Direction]:
    """The primitive vectors, with their first entry that is not 0 positive; zero vectors out."""
    found = []
    for x, y in vectors:
        factor = gcd(x, y)
        if factor:
            sign = 1 if (x, y) > (0, 0) else -1
            found.append((sign * x // factor, sign * y // factor))
    return found
