"""First passage by another method: Clenshaw-Curtis nodes and one dense solve in 200-digit arithmetic, at two orders.

Nothing here is certified; the difference of the two orders is the error. The kernel is stated by the test itself, not
read from the package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, ctx, fmpq

BITS = 700
Real = arb
Density = Callable[[arb, arb], arb]
"""k(w, y): density of the step from w at y."""


@dataclass(frozen=True)
class Reference:
    """value, and how far the two orders are apart."""

    value: arb
    error: arb

    def meets(self, lower: Fraction, upper: Fraction) -> bool:
        low, high = (arb(fmpq(end.numerator, end.denominator)) for end in (lower, upper))
        return not (self.value + self.error < low or self.value - self.error > high)


def clenshaw_curtis(order: int) -> list[tuple[arb, arb]]:
    """order + 1 nodes and weights on [-1, 1]; order even."""
    half = order // 2
    pairs = []
    for j in range(order + 1):
        angle = arb.pi() * j / order
        weight = arb(1)
        for k in range(1, half + 1):
            factor = arb(1) if k == half else arb(2)
            weight -= factor * (2 * k * angle).cos() / (4 * k * k - 1)
        pairs.append((angle.cos(), weight / half if 0 < j < order else weight / order))
    return pairs


def solution(
    density: Density, source: Callable[[arb], arb], pieces: list[tuple[Fraction, Fraction]], start: arb, order: int
) -> arb:
    """u(start) with u = source + integral over the pieces of k(., y) u(y) dy."""
    nodes, weights = [], []
    rule = clenshaw_curtis(order)
    for low, high in pieces:
        middle, half = (arb(fmpq(v.numerator, v.denominator)) for v in ((low + high) / 2, (high - low) / 2))
        nodes += [middle + half * x for x, _ in rule]
        weights += [half * q for _, q in rule]
    size = len(nodes)
    entries = [
        (1 if i == j else 0) - weights[j] * density(nodes[i], nodes[j]) for i in range(size) for j in range(size)
    ]
    solved = arb_mat(size, size, entries).solve(arb_mat(size, 1, [source(x) for x in nodes]), algorithm="precond")
    return source(start) + sum(
        (q * density(start, y) * solved[i, 0] for i, (y, q) in enumerate(zip(nodes, weights, strict=True))), arb(0)
    )


def reference(
    density: Density,
    source: Callable[[arb], arb],
    pieces: list[tuple[Fraction, Fraction]],
    start: Fraction,
    orders: tuple[int, int],
) -> Reference:
    before, ctx.prec = ctx.prec, BITS
    try:
        at = arb(fmpq(start.numerator, start.denominator))
        rough, fine = (solution(density, source, pieces, at, order) for order in orders)
        return Reference(fine.mid(), abs(fine - rough) + arb(fine.rad()))
    finally:
        ctx.prec = before


def exact_ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def normal(u: arb) -> arb:
    return (-u * u / 2).exp() / (2 * arb.pi()).sqrt()


def normal_above(u: arb) -> arb:
    return (u / arb(2).sqrt()).erfc() / 2
