"""In doubles: finitely many arcs of the projective line, each led by every matrix inside one of them (a multicone).

Products of 2 x 2 matrices are uniformly hyperbolic exactly where there are such arcs (Avila, Bochi and Yoccoz 2010). The
directions to which products attract and those from which they repel alternate on the circle in finitely many runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import atan2, cos, pi, sin
from random import Random

from .one_arc import Matrix, contraction, widened
from .transitions import Basis

MOST_ARCS = 12
SAMPLE = 3000
ROUNDS = 200


@dataclass(frozen=True)
class Run:
    """The arc [low, high] of angles, between repelling angles; it may go beyond pi."""

    low: float
    high: float
    before: float
    after: float


def invariant_arcs(matrices: Sequence[Matrix]) -> list[Basis] | None:
    """Candidates, to be proved by `transitions`; None where none are found."""
    if any(contraction(word) is None for word in short_words(matrices)):
        return None
    found = runs(orbit(matrices), orbit([adjugate(m) for m in matrices]))
    if found is None:
        return None
    for share in (1e-3, 0.03, 0.2):
        closed = closure([grown(run, share) for run in found], matrices, share / 30)
        if closed is not None:
            return [basis_of(run) for run in closed]
    return None


def short_words(matrices: Sequence[Matrix]) -> list[Matrix]:
    """All matrices, and all products of two if there are few."""
    pairs = product(matrices, repeat=2) if len(matrices) <= 12 else ()
    return [*matrices, *(multiplied(first, second) for first, second in pairs)]


def multiplied(left: Matrix, right: Matrix) -> Matrix:
    a, b, c, d = left
    p, q, r, s = right
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s


def adjugate(matrix: Matrix) -> Matrix:
    a, b, c, d = matrix
    return d, -b, -c, a


def orbit(matrices: Sequence[Matrix]) -> list[float]:
    """Angles in [0, pi) that a random product visits."""
    draw, (x, y), angles = Random(1), (0.6, 0.8), []
    for step in range(SAMPLE):
        a, b, c, d = draw.choice(matrices)
        x, y = a * x + b * y, c * x + d * y
        size = abs(x) + abs(y)
        if size == 0:
            x, y = 0.6, 0.8
            continue
        x, y = x / size, y / size
        if step >= 50:
            angles.append(atan2(y, x) % pi)
    return angles


def runs(attracting: Sequence[float], repelling: Sequence[float]) -> list[Run] | None:
    """The maximal runs of attracting angles between repelling ones."""
    marks = sorted([(angle, True) for angle in attracting] + [(angle, False) for angle in repelling])
    start = next((k for k, (_, kind) in enumerate(marks) if not kind), None)
    if start is None or not attracting:
        return None
    turned = marks[start:] + [(angle + pi, kind) for angle, kind in marks[: start + 1]]
    found: list[Run] = []
    opened = None
    for (angle, kind), (following, next_kind) in pairwise(turned):
        if next_kind and not kind:
            opened = (angle, following)
        elif kind and not next_kind and opened is not None:
            found.append(Run(opened[1], angle, opened[0], following))
            if len(found) > MOST_ARCS:
                return None
    return found


def grown(run: Run, share: float) -> Run:
    low, high = widened((run.low, run.high), (run.before, run.after), share)
    return replace(run, low=low, high=high)


def closure(found: list[Run], matrices: Sequence[Matrix], margin: float) -> list[Run] | None:
    """The arcs extended until every image, widened by the margin, lies in one of them."""
    for _ in range(ROUNDS):
        before = list(found)
        for run in before:
            for matrix in matrices:
                placed = place(image(run, matrix), found)
                if placed is None:
                    return None
                number, (low, high) = placed
                host = found[number]
                low, high = widened((low, high), (host.before, host.after), margin)
                found[number] = replace(host, low=min(host.low, low), high=max(host.high, high))
        if found == before:
            return found
    return None


def image(run: Run, matrix: Matrix) -> tuple[float, float]:
    """The image arc, counter-clockwise."""
    a, b, c, d = matrix
    ends = [atan2(c * cos(t) + d * sin(t), a * cos(t) + b * sin(t)) for t in (run.low, run.high)]
    low, high = ends if a * d >= b * c else reversed(ends)
    length = (high - low) % pi
    return (low, low + length) if length < pi - 1e-12 else (low, low)


def place(arc: tuple[float, float], found: Sequence[Run]) -> tuple[int, tuple[float, float]] | None:
    """The run whose gap holds the arc, and the arc at its angles."""
    for number, run in enumerate(found):
        low = run.before + (arc[0] - run.before) % pi
        high = low + arc[1] - arc[0]
        if high < run.after:
            return number, (low, high)
    return None


def basis_of(run: Run) -> Basis:
    return Basis.of_ends(*((cos(angle), sin(angle)) for angle in (run.low, run.high, run.before, run.after)))
