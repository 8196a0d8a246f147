"""In doubles: an arc of the projective line that all of finitely many 2 x 2 matrices lead into its inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from .transitions import Basis, Vector

Matrix = tuple[float, float, float, float]
Interval = tuple[float, float]
Frame = tuple[Vector, Vector]
Arc = Callable[[Interval], Interval | None]

ROUNDS = 400
"""So often an interval is extended by its images."""

TOUCHING = 1e-9
"""Eigenvalues whose moduli differ relatively by less are taken as equal: such a matrix contracts no arc."""


@dataclass(frozen=True)
class Hulls:
    """In the chart of a frame: the hull of the attractor, that of the repeller in 1/x, and the maps of both."""

    frame: Frame
    inside: Interval
    outside: Interval
    forward: Sequence[Arc]
    backward: Sequence[Arc]

    @property
    def gap(self) -> Interval:
        """The interval of x between the two ends of the repeller."""
        return inverted(self.outside)


def inverted(interval: Interval) -> Interval:
    """The x outside which 1/x lies in the interval around 0."""
    low, high = interval
    return 1 / low if low < 0 else -inf, 1 / high if high > 0 else inf


def hulls(matrices: Sequence[Matrix]) -> Hulls | None:
    """None where they are not found or meet.

    In the chart that sends the directions of one hyperbolic matrix to 0 (attracting) and oo (repelling), the hull of the
    attractor grows from 0 under the matrices, that of the repeller from oo under their adjugates.
    """
    frame = hyperbolic_frame(matrices)
    if frame is None:
        return None
    charted = [in_frame(matrix, frame) for matrix in matrices]
    ends = [end for m in charted if (end := contraction(m)) is not None]
    if len(ends) < len(charted):
        return None
    onward, back = [forward(m) for m in charted], [backward(m) for m in charted]
    inside = hull(onward, [slope(x, y) for _, (x, y), _ in ends])
    outside = hull(back, [slope(y, x) for _, _, (x, y) in ends])
    if inside is None or outside is None:
        return None
    found = Hulls(frame, inside, outside, onward, back)
    return found if found.gap[0] < inside[0] <= inside[1] < found.gap[1] else None


def invariant_arc(matrices: Sequence[Matrix]) -> Basis | None:
    """A candidate, to be proved by `transitions`; None where no strictly invariant arc is found."""
    found = hulls(matrices)
    arc = None if found is None else strict_arc(found.inside, found.gap, found.forward)
    if found is None or arc is None:
        return None
    return Basis.of_ends(*(direction(x, found.frame) for x in (*arc, *found.gap)))


def invariant_pair(matrices: Sequence[Matrix]) -> tuple[Interval, Interval, Frame] | None:
    """Two candidates, the second close to the repeller, to be proved by `log_transitions`."""
    found = hulls(matrices)
    if found is None:
        return None
    inner = strict_arc(found.inside, found.gap, found.forward)
    outer = strict_arc(found.outside, inverted(found.inside), found.backward)
    return None if inner is None or outer is None else (inner, inverted(outer), found.frame)


def hyperbolic_frame(matrices: Sequence[Matrix]) -> Frame | None:
    """The attracting and repelling direction of the matrix that contracts most; None where one contracts no arc."""
    found = [one for matrix in matrices if (one := contraction(matrix)) is not None]
    if len(found) < len(matrices):
        return None
    _, attracting, repelling = min(found)
    return attracting, repelling


def contraction(matrix: Matrix) -> tuple[float, Vector, Vector] | None:
    """|smaller eigenvalue / larger|, and the two directions; None unless they are real and of different modulus."""
    a, b, c, d = matrix
    trace, difference = a + d, a - d
    square = difference * difference + 4 * b * c
    if square <= TOUCHING * trace * trace or trace * trace <= TOUCHING * square:
        return None
    root = sqrt(square) if trace > 0 else -sqrt(square)
    large, small = (trace + root) / 2, (trace - root) / 2
    return abs(small / large), eigenvector(matrix, large), eigenvector(matrix, small)


def eigenvector(matrix: Matrix, value: float) -> Vector:
    """By the larger row of the matrix minus the eigenvalue."""
    a, b, c, d = matrix
    first, second = (b, value - a), (value - d, c)
    x, y = first if abs(first[0]) + abs(first[1]) >= abs(second[0]) + abs(second[1]) else second
    size = sqrt(x * x + y * y)
    return x / size, y / size


def in_frame(matrix: Matrix, frame: Frame) -> Matrix:
    """The matrix in the basis of the two directions, up to a factor."""
    (p, q), (r, s) = frame
    a, b, c, d = matrix
    top, bottom = (a * p + b * q, a * r + b * s), (c * p + d * q, c * r + d * s)
    sign = p * s - q * r
    return (
        (s * top[0] - r * bottom[0]) / sign,
        (s * top[1] - r * bottom[1]) / sign,
        (p * bottom[0] - q * top[0]) / sign,
        (p * bottom[1] - q * top[1]) / sign,
    )


def forward(matrix: Matrix) -> Arc:
    """The image of an interval of x, (1, x) being led to (a + b x, c + d x)."""
    a, b, c, d = matrix
    return lambda interval: fractions_at(interval, c, d, a, b)


def backward(matrix: Matrix) -> Arc:
    """The image of an interval of 1/x under the adjugate."""
    a, b, c, d = matrix
    return lambda interval: fractions_at(interval, -b, d, a, -c)


def fractions_at(interval: Interval, p: float, q: float, r: float, s: float) -> Interval | None:
    """The image under (p + q x)/(r + s x); None where the denominator may vanish."""
    low, high = r + s * interval[0], r + s * interval[1]
    if low * high <= 0 or min(abs(low), abs(high)) < 1e-13 * (abs(r) + abs(s * interval[0])):
        return None
    first, second = (p + q * interval[0]) / low, (p + q * interval[1]) / high
    return min(first, second), max(first, second)


def slope(x: float, y: float) -> float:
    return y / x if x else inf


def hull(maps: Sequence[Arc], fixed: Sequence[float]) -> Interval | None:
    """The smallest interval around 0 that holds the fixed points and that the maps keep, from inside."""
    low, high = min(0.0, *fixed), max(0.0, *fixed)
    for _ in range(ROUNDS):
        grown = None if max(-low, high) > 1e12 else extended((low, high), maps, lambda image: image)
        if grown is None:
            return None
        if low - grown[0] <= 1e-7 * (high - low) and grown[1] - high <= 1e-7 * (high - low):
            return grown
        low, high = grown
    return None


def extended(interval: Interval, maps: Sequence[Arc], change: Callable[[Interval], Interval]) -> Interval | None:
    low, high = interval
    for move in maps:
        image = move(interval)
        if image is None:
            return None
        image = change(image)
        low, high = min(low, image[0]), max(high, image[1])
    return low, high


def strict_arc(inside: Interval, outside: Interval, maps: Sequence[Arc]) -> Interval | None:
    """An interval between the two that the maps lead into its inside, close to the inner one."""
    for share in (1e-3, 1e-2, 0.1, 0.3):
        for margin in (share / 50, share * 1e-5):
            found = closed(widened(inside, outside, share), outside, maps, margin)
            if found is not None:
                return found
    return None


def closed(start: Interval, outside: Interval, maps: Sequence[Arc], margin: float) -> Interval | None:
    """The interval extended until it holds its images with a margin; None where it meets the outer one."""
    interval = start
    for _ in range(ROUNDS):
        grown = extended(interval, maps, lambda image: widened(image, outside, margin))
        if grown is None or not outside[0] < grown[0] <= grown[1] < outside[1]:
            return None
        if grown == interval:
            return grown
        interval = grown
    return None


def widened(interval: Interval, outside: Interval, share: float) -> Interval:
    """Each end goes a share of the way to the end of the outer interval, or of the width if that is nearer."""
    low, high = interval
    width = high - low if high > low else 1.0
    return low - share * min(low - outside[0], width), high + share * min(outside[1] - high, width)


def direction(x: float, frame: Frame) -> Vector:
    (p, q), (r, s) = frame
    return (r, s) if abs(x) == inf else (p + x * r, q + x * s)
