"""Meshes whose ends are the kinks of the solution: the places from which a step leads onto an end, and their preimages.

A solution v = source + K v has a kink where m(w) + kink is an end of the region, of a floor or of a ceiling; it has a weaker
one where m(w) + kink is a kink of v, and so on. Kinks of high order need no end of a cell. Nothing is proved here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, lgamma, log

from flint import arb_series

from ...balls.precision import ball, dyadic
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.power_series import series_length
from .cells import Cell, Mesh
from .kernel import Density, Drift, Kernel, Move, Term

SAMPLES = 256
"""Places at which a drift that is not affine is looked at for preimages."""

SMOOTHEST = 6
"""Kinks are told apart up to this order."""
RADII = 4
"""Half a cell is at most so small a part of a drift's radius of convergence."""

CLOSEST = 1e-9
"""Ends closer than this part of the region are one."""


@dataclass(frozen=True)
class Plan:
    """How fine a mesh is: `accuracy` is minus the natural logarithm of the error aimed at."""

    accuracy: float
    generations: int
    most_ends: int
    longest: float
    """Half of a cell in units of the length on which solutions change."""


def mesh_of(kernel: Kernel, low: Fraction, high: Fraction, plan: Plan, effort: Effort) -> Mesh:
    """Cells that end at the kinks of the first generations, short enough for their degree."""
    speed = fastest(kernel, low, high)
    ends = sorted(kinks(kernel, low, high, plan, effort))
    cells: list[Cell] = []
    for left, right in pairwise(ends):
        half, radius = float(right - left) / 2, smallest_radius(kernel, left, right)
        parts = max(1, ceil(half * speed / plan.longest), ceil(RADII * half / radius))
        size = degree(half / parts * speed, plan.accuracy, half / parts / radius) + 1
        places = [left + (right - left) * k / parts for k in range(parts + 1)]
        cells += [Cell(a, b, size) for a, b in pairwise(places)]
    return Mesh(tuple(cells))


def fastest(kernel: Kernel, low: Fraction, high: Fraction) -> float:
    """The largest rate of the densities, times the slope of the drift: solutions change like exp(speed w)."""
    speeds = [0.5 / float(high - low)]
    for move in kernel.moves:
        kinks = move.density.kinks
        rates = [abs(float(t.rate)) for part in move.density.parts for t in part.terms if t.rate is not None]
        gaps = [2 / float(b - a) for a, b in pairwise(kinks)]
        speed = max([*rates, *gaps], default=0.0)
        speeds.append(
            speed * (steepest(move.drift, low, high) if move.scale is None else scaled_slope(move, low, high))
        )
    return max(speeds)


def scaled_slope(move: Move, low: Fraction, high: Fraction) -> float:
    """About the largest (|m'| + |g'| x)/g, with x g within the region."""
    scales = sampled_scale(move, low, high)
    longest = float(high - low) / min(scales)
    assert move.scale is not None
    return (steepest(move.drift, low, high) + steepest(move.scale, low, high) * min(longest, 4.0)) / min(scales)


def sampled_scale(move: Move, low: Fraction, high: Fraction) -> list[float]:
    """The scale at some places; `Inconclusive` where it is not positive there."""
    if move.scale is None:
        return [1.0]
    found = [float(move.scale.at(ball(low + (high - low) * k / 32))) for k in range(33)]
    if not min(found) > 0:
        raise Inconclusive("the scale of the noise is not positive at every state of the region")
    return found


def steepest(drift: Drift, low: Fraction, high: Fraction) -> float:
    """About the largest slope of the drift."""
    if drift.affine is not None:
        return abs(float(drift.affine[1]))
    places = [low + (high - low) * k / SAMPLES for k in range(SAMPLES + 1)]
    values = [float(drift.at(ball(place))) for place in places]
    step = float(high - low) / SAMPLES
    return max(abs(b - a) / step for a, b in pairwise(values))


def smallest_radius(kernel: Kernel, low: Fraction, high: Fraction) -> float:
    """About the smallest radius of convergence of a drift, at some places of the interval."""
    places = [ball(low + (high - low) * k / 4) for k in range(5)]
    drifts = [drift for move in kernel.moves for drift in analytic_parts(move)]
    return min(drift.radius(place) for drift in drifts for place in places)


def analytic_parts(move: Move) -> list[Drift]:
    """m, and 1/g where the scale is not constant."""
    return [move.drift] if move.scale is None else [move.drift, Drift(1 / move.scale.expr, move.drift.state)]


def degree(size: float, accuracy: float, part: float) -> int:
    """The n with 2 (size/2)^(n+1)/(n+1)! below exp(-accuracy), the error of interpolation of exp(size u) on [-1, 1];
    more for drifts with singularities, of which half a cell is that part of the distance."""
    n = 2
    while (n + 1) * log(size / 2) - lgamma(n + 2) + size > -accuracy:
        n += 1
    return max(n, ceil(accuracy / log(2 / part))) if part > 0 else n


def kinks(kernel: Kernel, low: Fraction, high: Fraction, plan: Plan, effort: Effort) -> set[Fraction]:
    """The ends of the region, point masses inside, and their preimages of the first generations."""
    found = {low, high} | {place for place in kernel.places if low < place < high}
    fresh = set(found)
    closest = Fraction(CLOSEST) * (high - low)
    order, gain, speed = 0, smoothing(kernel), fastest(kernel, low, high)
    points = any(move.density.is_point for move in kernel.moves)
    for _ in range(plan.generations):
        effort.check()
        new = {p for p in preimages(kernel, fresh, low, high) if low < p < high} - found
        fresh = apart(new, found, closest)
        order += gain
        if not fresh or len(found) + len(fresh) > plan.most_ends or (not points and faint(order, speed, found, plan)):
            break
        found |= fresh
    return found


def faint(order: int, speed: float, ends: set[Fraction], plan: Plan) -> bool:
    """Is a jump in the derivative of that order below the accuracy on cells as they are?"""
    half = float(max(ends) - min(ends)) / 2 / (len(ends) - 1) * speed
    return order * log(half) - lgamma(order + 1) < -plan.accuracy


def smoothing(kernel: Kernel) -> int:
    """By how many derivatives an image is smoother: 1 where a density jumps, 2 where its slope does, ..."""
    orders = [first_jump(m.density, kink) for m in kernel.moves if not m.density.is_point for kink in m.density.kinks]
    return min(orders, default=1)


def first_jump(density: Density, kink: Fraction) -> int:
    """1 + the order of the first derivative that differs on both sides."""
    left = sum((series(t, kink) for part in density.parts if part.high == kink for t in part.terms), arb_series([0]))
    right = sum((series(t, kink) for part in density.parts if part.low == kink for t in part.terms), arb_series([0]))
    for order, coefficient in enumerate((left - right).coeffs()):
        if abs(float(coefficient)) > 1e-12:
            return order + 1
    return SMOOTHEST


def series(term: Term, place: Fraction) -> arb_series:
    """The term around the place."""
    with series_length(SMOOTHEST):
        total = arb_series([term.factor])
        x = arb_series([ball(place), 1])
        for _ in range(term.power):
            total = total * x
        return total if term.rate is None else total * (-term.rate * x).exp()


def apart(new: set[Fraction], known: set[Fraction], closest: Fraction) -> set[Fraction]:
    """The new places that are not next to one another or to known ones."""
    kept: set[Fraction] = set()
    last: Fraction | None = None
    for place in sorted(new | known):
        near = last is not None and place - last < closest
        if place in known:
            if near and last in kept:
                kept.discard(last)
            last = place
        elif not near:
            kept.add(place)
            last = place
    return kept


def preimages(kernel: Kernel, places: set[Fraction], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """The w with m(w) + kink in the places, about."""
    for move in kernel.moves:
        yield from leading_to(move, places, low, high)


def leading_to(move: Move, places: set[Fraction], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """The w with m(w) + g(w) kink in the places, about, for all kinks of the density."""
    if move.scale is None:
        yield from inverse(move.drift, {p - kink for p in places for kink in move.density.kinks}, low, high)
        return
    for kink in move.density.kinks:
        yield from inverse(move.at_kink(kink), places, low, high)


def inverse(drift: Drift, goals: set[Fraction], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """The w in (low, high) with m(w) in the goals: exact for affine drifts, else about."""
    if drift.affine is not None:
        constant, slope = drift.affine
        if slope:
            yield from (shortened((goal - constant) / slope) for goal in goals)
        return
    grid = [low + (high - low) * k / SAMPLES for k in range(SAMPLES + 1)]
    values = [float(drift.at(ball(place))) for place in grid]
    for goal in goals:
        for k in range(SAMPLES):
            if (values[k] - goal) * (values[k + 1] - goal) <= 0 and values[k] != values[k + 1]:
                yield bisected(drift, goal, grid[k], grid[k + 1])


BITS = 128


def shortened(place: Fraction) -> Fraction:
    """The place, or one next to it where its denominator is long."""
    return place if place.denominator.bit_length() <= BITS else Fraction(round(place * 2**BITS), 2**BITS)


def bisected(drift: Drift, goal: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """A zero of m - goal between the two, to BITS bits: secants kept inside a bracket."""
    a, b = ball(low), ball(high)
    target = ball(goal)
    fa, fb = drift.at(a) - target, drift.at(b) - target
    for _ in range(60):
        if (fb - fa).contains(0):
            break
        c = (b - fb * (b - a) / (fb - fa)).mid()
        if not (ball(low) <= c <= ball(high)):
            c = ((a + b) / 2).mid()
        fc = drift.at(c) - target
        a, fa, b, fb = b, fb, c, fc
        if abs(b - a) < (ball(high) - ball(low)) * ball(Fraction(1, 2 ** (BITS + 2))) or fc.contains(0):
            break
    return Fraction(round(dyadic(b.mid()) * 2**BITS), 2**BITS)


def bits_lost(mesh: Mesh, kernel: Kernel) -> int:
    """About the bits that cancel in the antiderivatives (k!/(r half)^k) and in monomials at Chebyshev's nodes."""
    rates = [
        abs(float(t.rate)) / max(sampled_scale(move, mesh.low, mesh.high))
        for move in kernel.moves
        for part in move.density.parts
        for t in part.terms
        if t.rate is not None
    ]
    lost = 0.0
    for cell in mesh.cells:
        for rate in rates:
            n, sigma = cell.size, rate * float(cell.half)
            lost = max(lost, (lgamma(n + 1) - n * log(sigma)) / log(2))
    longest = max(cell.size for cell in mesh.cells)
    return int(max(lost, 0)) + 3 * longest + 100
