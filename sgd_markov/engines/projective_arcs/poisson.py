"""The Lyapunov exponent on invariant arcs: Poisson's equation by Chebyshev collocation, and the proof that it is nearly solved.

On each arc R = sum_t w_t (log(a_t + b_t y) + h(T_t y)) - h(y) with a polynomial h of degree below n. The exponent lies
between the least and the largest R. On the ellipse E with foci -1, 1 and half-axes (rho +- 1/rho)/2, where a_t + b_t y
has no zero, |R - c| <= M, so that the interpolant of R at the n Chebyshev nodes errs by at most
4 M rho^(1 - n)/(rho - 1); its modulus is at most (1 + 2/pi log(n + 1)) times the largest at the nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, log, log2, pi, sin, sqrt

from flint import acb, arb, arb_mat

from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive
from .step import Step

NODES = 500
"""Unknowns in all, at most."""

DOUBLES, LARGE = 11, 100_000
"""Up to so many digits a solution in doubles serves, which pays from so many entries of all steps on."""

CELLS = 24
SHARES = (0.92, 0.85, 0.75, 0.6, 0.45, 0.3, 0.15)
"""Ellipses that are tried, as shares of the largest; first such that the images stay close to them."""

WIDEST = 40.0
"""The ellipses are not larger than this rho: nothing is gained beyond."""


Build = Callable[[], Sequence[Step]]
"""The transitions at the current precision."""


@dataclass(frozen=True)
class Bracket:
    """R lies in [lower, upper] on all arcs, and |h| <= size there."""

    lower: arb
    upper: arb
    size: arb

    def ball(self) -> arb:
        """The interval as one ball."""
        return self.lower.union(self.upper)


def poisson_bracket(build: Build, arcs: int, digits: int, effort: Effort) -> Bracket:
    """The bracket, of absolute width about 10^-digits.

    Raises `Inconclusive` where the arcs hardly contract, so that more than `NODES` unknowns would be needed.
    """
    with precision(64):
        coarse = build()
        rho = ellipse(coarse)
        images = [image_rho(step, rho) for step in coarse]
    nodes = ceil((digits + 2.5) * log(10) / log(rho)) + 2
    if nodes * arcs > NODES:
        raise Inconclusive(f"the matrices hardly contract their cone (rho = {rho:.4f}): more than {NODES} unknowns")
    if digits <= DOUBLES and nodes * nodes * len(coarse) > LARGE:
        with precision(64):
            found = in_doubles(coarse, arcs, nodes, rho, images, effort)
        if found is not None and found.upper - found.lower < arb(10) ** (1 - digits):
            return found
    with precision(int(digits * 3.33 + 1.3 * nodes) + 40 + int(log2(nodes))):
        return certified(build(), arcs, nodes, rho, images, effort)


def certified(
    steps: Sequence[Step], arcs: int, nodes: int, rho: float, images: Sequence[arb], effort: Effort
) -> Bracket:
    matrix, right = collocation(steps, arcs, nodes, effort)
    solution = approximate_solution(matrix, right)
    residual = right - matrix * solution
    middle = residual[0, 0].mid()
    coefficients = [[solution[arc * nodes + k, 0] for k in range(nodes)] for arc in range(arcs)]
    coefficients[0][0] = arb(0)
    beyond = on_ellipse(steps, coefficients, rho, images) * 4 * arb(rho) ** (1 - nodes) / (arb(rho) - 1)
    at_nodes = largest([abs(residual[k, 0] - middle) for k in range(arcs * nodes)])
    error = (at_nodes * (1 + 2 * (arb(nodes + 1)).log() / arb.pi()) + beyond).abs_upper()
    exponent = solution[0, 0] + middle
    return Bracket(
        exponent - error, exponent + error, largest([sum((abs(c) for c in row), arb(0)) for row in coefficients])
    )


def in_doubles(
    steps: Sequence[Step], arcs: int, nodes: int, rho: float, images: Sequence[arb], effort: Effort
) -> Bracket | None:
    """The same from a solution in doubles."""
    from .doubles import solved  # late: numpy is slow to import

    found = solved(steps, arcs, nodes, effort)
    if found is None:
        return None
    coefficients = [[arb(c) for c in row] for row in found.coefficients.tolist()]
    beyond = on_ellipse(steps, coefficients, rho, images) * 4 * arb(rho) ** (1 - nodes) / (arb(rho) - 1)
    error = (arb(found.spread) * (1 + 2 * (arb(nodes + 1)).log() / arb.pi()) + beyond).abs_upper()
    exponent = arb(found.exponent) + arb(found.middle)
    size = largest([sum((abs(c) for c in row), arb(0)) for row in coefficients])
    return Bracket(exponent - error, exponent + error, size)


def collocation(steps: Sequence[Step], arcs: int, nodes: int, effort: Effort) -> tuple[arb_mat, arb_mat]:
    """Exponent + h - sum w h(T) = sum w log(a + b y) at the nodes; the exponent stands for the constant of the first h."""
    points = [(arb(2 * j + 1) / (2 * nodes)).cos_pi() for j in range(nodes)]
    rows = [[arb(0)] * (arcs * nodes) for _ in range(arcs * nodes)]
    right = [arb(0)] * (arcs * nodes)
    for arc in range(arcs):
        for j, y in enumerate(points):
            rows[arc * nodes + j][arc * nodes : (arc + 1) * nodes] = polynomials(y, nodes)
    for step in steps:
        effort.check()
        start = step.target * nodes
        for j, y in enumerate(points, step.source * nodes):
            row, (growth, place) = rows[j], step.at(y)
            right[j] += step.weight * growth
            for k, value in enumerate(polynomials(place, nodes), start):
                row[k] -= step.weight * value
    for row in rows:
        row[0] = arb(1)
    return arb_mat(rows), arb_mat([[value] for value in right])


def polynomials(y: arb, count: int) -> list[arb]:
    """T_0(y), ..., T_(count - 1)(y)."""
    values, twice = [arb(1), y], 2 * y
    while len(values) < count:
        values.append(twice * values[-1] - values[-2])
    return values[:count]


def approximate_solution(matrix: arb_mat, right: arb_mat) -> arb_mat:
    """In floating point of the current precision: the residual is what is proved."""
    try:
        found = matrix.mid().solve(right.mid(), algorithm="approx").mid()
    except ZeroDivisionError:
        raise Inconclusive("Poisson's equation on the arcs has no unique solution") from None
    if not all(value.is_finite() for value in found.entries()):
        raise Inconclusive("Poisson's equation on the arcs has no unique solution")
    return found


def on_ellipse(steps: Sequence[Step], coefficients: list[list[arb]], rho: float, images: Sequence[arb]) -> arb:
    """A bound on the ellipse of R without the part of the logarithms that is constant, the largest of the arcs."""
    sums = [size_at(row, arb(rho)) for row in coefficients]
    for step, image in zip(steps, images, strict=True):
        sums[step.source] += step.weight * (step.spread(rho) + size_at(coefficients[step.target], image))
    return largest(sums)


def size_at(coefficients: Sequence[arb], rho: arb) -> arb:
    """sum |c_k| rho^k, which bounds the polynomial on the ellipse."""
    total = arb(0)
    for coefficient in reversed(coefficients):
        total = total * rho + abs(coefficient)
    return total


def largest(values: Sequence[arb]) -> arb:
    """An upper bound of all, not below 0."""
    bound = arb(0)
    for value in values:
        if not value.is_finite():
            return arb.pos_inf()
        bound = value.abs_upper() if value.abs_upper() > bound else bound
    return bound


def ellipse(steps: Sequence[Step]) -> float:
    """rho of an ellipse on which everything is analytic and h, as a polynomial, stays moderate at the images."""
    widest = min(WIDEST, *(step.widest() for step in steps))
    for share in SHARES:
        rho, room = 1 + (widest - 1) * share, max(share + 0.05, steps[0].known_room())
        if max(rough_image(step, rho) for step in steps) < 1 + (widest - 1) * room:
            return rho
    raise Inconclusive("no ellipse is found that the matrices lead inside a slightly larger one")


def rough_image(step: Step, rho: float, points: int = 16) -> float:
    """About the rho of the smallest ellipse around the image of the ellipse."""
    long, short = (rho + 1 / rho) / 2, (rho - 1 / rho) / 2
    rim_points = [complex(long * cos(pi * k / points), short * sin(pi * k / points)) for k in range(points + 1)]
    axis = max(1.0, step.rough_axis(rim_points))
    return axis + sqrt(axis * axis - 1)


def image_rho(step: Step, rho: float) -> arb:
    """rho of an ellipse that is proved to hold the image: the sum of the distances from the foci is largest on the rim."""
    rough = rough_image(step, rho)
    cells, bound = CELLS, rho_of(step.quick_axis(rho))
    while not bound < max(rho, 1.02 * rough) and cells <= 100 * CELLS:
        bound = rho_of(largest([step.axis(z) for z in rim(rho, cells)]))
        cells *= 4
    if not bound.is_finite():
        raise Inconclusive("the image of an ellipse is not bounded")
    return bound


def rho_of(axis: arb) -> arb:
    """rho of the ellipse with the half-axis, rounded up."""
    if not axis.is_finite():
        return arb.pos_inf()
    at_least = axis if axis > 1 else arb(1).union(axis.abs_upper())
    return (at_least + (at_least * at_least - 1).nonnegative_part().sqrt()).abs_upper()


@lru_cache(maxsize=16)
def rim(rho: float, cells: int) -> list[acb]:
    """Balls that cover the upper half of the ellipse's rim; the lower half is its mirror image."""
    long, short = (arb(rho) + 1 / arb(rho)) / 2, (arb(rho) - 1 / arb(rho)) / 2
    angles = [arb(2 * k + 1, 1) / (2 * cells) for k in range(cells)]
    return [acb(long * angle.cos_pi(), short * angle.sin_pi()) for angle in angles]
