"""Why there is no more than one stationary law on a kept interval: contraction of a length on average, or splitting."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...effort import Effort
from .grid import Floats, Grid
from .kept_interval import Ends, KeptInterval
from .layout import widened
from .switches import is_continuous
from .taylor import BITS

COUNTS = (4, 16, 64)
"""Cells in a block on which a length is sought."""
LENGTHS, LONG = 400, 1e12
"""Steps of the iteration for a length, and what tells that it grows without bound."""
WORDS, LONGEST, KEPT = 4000, 60, 20
"""Compositions that are tried for splitting at once, their length, and how many on each side are continued."""
TINY = 1e-300
"""Stands for a slope of 0, whose logarithm has no value."""
OUTWARDS = 1 + 2.0**-40
PLAIN = (sp.sin, sp.cos, sp.tanh)

CONTRACTION = "the maps contract on average: E log Lip < 0"
LENGTH = "the maps shorten a weighted length on average"
SPLITTING = "the maps are monotone, and two compositions of as many steps have images of the interval side by side"
MEETING = "a composition of steps leads the whole interval to one point"


def has_law(kept: KeptInterval) -> bool:
    """Are all maps proved to be continuous? Then a stationary law exists on the compact interval (Krylov, Bogolyubov)."""
    span = widened(kept.low, kept.high)
    return all(is_continuous(m.inner, table, span) for m, table in zip(kept.maps, kept.tables, strict=True))


def only_one(kept: KeptInterval, effort: Effort) -> str | None:
    """Why two stationary laws on the interval are equal, for continuous maps; None where that is not proved."""
    if contracts(kept):
        return CONTRACTION
    if meets(kept, effort):
        return MEETING
    if splits(kept, effort):
        return SPLITTING
    return LENGTH if any(shortens(kept, kept.grid(count), effort) for count in COUNTS) else None


def slope_ranges(kept: KeptInterval) -> list[Ends]:
    """Bounds of the slope of each map wherever it has one; it is absolutely continuous."""
    return [(float(least.min()), float(most.max())) for least, most in kept.slopes(kept.coarsest)]


def contracts(kept: KeptInterval) -> bool:
    """Is E log Lip < 0, Lip the Lipschitz constants of the maps on the interval?

    Two chains with the same draws are at most (prod Lip) |x - y| apart after n steps, which tends to 0 almost surely by
    the law of large numbers; started in two stationary laws they show that these agree.
    """
    sizes = [max(-low, high) for low, high in slope_ranges(kept)]
    if not np.isfinite(sizes).all():
        return False
    with precision(BITS):
        logs = [evaluate(p) * arb(max(s, TINY)).log() for p, s in zip(kept.family.weights, sizes, strict=True)]
        return bool(sum(logs, start=arb(0)) < 0)


def shortens(kept: KeptInterval, grid: Grid, effort: Effort) -> bool:
    """Is there V > 0, constant on cells, with E[V(f(u)) |f'(u)|] <= c V(u) almost everywhere for some c < 1?

    The length d(x, y) = int_x^y V(u) du is a distance. The image of [x, y] under f is an interval that holds f(x) and f(y),
    so d(f(x), f(y)) <= int_x^y V(f(u)) |f'(u)| du (f is absolutely continuous), and E d(f(x), f(y)) <= c d(x, y): as in
    `contracts`. Cells of a point have no length.
    """
    operator = kept.operator(grid)
    steep = [np.maximum(-least, most) for least, most in kept.slopes(grid)]
    if not all(np.isfinite(s).all() for s in steep):
        return False
    weights = [p * s * (operator.weights.up * OUTWARDS) for p, s in zip(operator.weights.values, steep, strict=True)]
    long = np.diff(grid.nodes) > 0
    length: Floats = np.ones(grid.size)
    for step in range(LENGTHS):
        padded = np.concatenate([[0.0], length, [0.0]])
        parts = [w * r.largest(padded) for w, r in zip(weights, operator.ranges, strict=True)]
        after = np.asarray(sum(parts) * OUTWARDS, np.float64)
        if bool((after < length)[long].all()):
            return True
        length = 1 + after  # the sum of all iterates of 1, where it converges
        if not length.max() < LONG:
            return False
        if step % 20 == 0:
            effort.check()
    return False


def are_monotone(kept: KeptInterval) -> bool:
    """Does each map only rise, or only fall?"""
    return all(low >= 0 or high <= 0 for low, high in slope_ranges(kept))


def splits(kept: KeptInterval, effort: Effort) -> bool:
    """Are the maps monotone, with two compositions F, G of equally many steps, F of the whole interval left of G?

    Let d be the largest difference of two stationary laws on half-lines, open or closed, and z a point between the
    images. The preimage of a half-line under a monotone map is a half-line (or nothing, or all): a difference of at most d.
    For (-oo, x] with x < z the preimage under G is empty, with x >= z that under F is everything: difference 0. So
    d <= (1 - min(P(F), P(G))) d, and d = 0 (Dubins, Freedman; Bhattacharya, Majumdar).
    """
    return are_monotone(kept) and any(high.min() < low.max() for low, high in compositions(kept, effort))


def meets(kept: KeptInterval, effort: Effort) -> bool:
    """Does a composition of monotone maps have one point as its image? Two chains with the same draws meet."""
    return are_monotone(kept) and any((low == high).any() for low, high in compositions(kept, effort))


def compositions(kept: KeptInterval, effort: Effort) -> Iterator[tuple[Floats, Floats]]:
    """Enclosures of the images of the interval under compositions of 1, 2, ... monotone maps: those of its ends.

    Of many the ones whose images lie farthest left and right are continued.
    """
    low, high = np.array([kept.low]), np.array([kept.high])
    for _ in range(LONGEST):
        effort.check()
        images = [monotone_images(kept, place, low, high) for place in range(len(kept.maps))]
        low, high = (np.concatenate([pair[side] for pair in images]) for side in (0, 1))
        yield low, high
        if len(low) > WORDS // len(kept.maps):
            chosen = np.unique(np.concatenate([np.argsort(high)[:KEPT], np.argsort(-low)[:KEPT]]))
            low, high = low[chosen], high[chosen]


def monotone_images(kept: KeptInterval, place: int, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Of intervals under one monotone map: between the images of their ends."""
    ends = [kept.point_images(place, points) for points in (low, high)]
    return np.minimum(ends[0][0], ends[1][0]), np.maximum(ends[0][1], ends[1][1])


def holds_every_law(kept: KeptInterval, wide: Ends) -> bool:
    """Is every stationary law on the line one on `wide`, which every step keeps?

    So it is where one step leads the whole line there, and where E log Lip < 0 on the whole line (`contracts`).
    """
    images = [whole_image(kept, place) for place in range(len(kept.maps))]
    return all(wide[0] <= low and high <= wide[1] for low, high in images) or contracts_line(kept)


def whole_image(kept: KeptInterval, place: int) -> Ends:
    """Bounds of a map on the whole line, by its barriers; a function that they hold between them is bounded anywhere."""
    everything = np.array([-np.inf]), np.array([np.inf])
    low, high = kept.maps[place].cut(*everything)
    return float(low[0]), float(high[0])


def contracts_line(kept: KeptInterval) -> bool:
    """Is E log Lip < 0 on the whole line, for maps whose slopes depend on bounded functions alone?"""
    logs = arb(0)
    with precision(BITS):
        for p, clamped in zip(kept.family.weights, kept.maps, strict=True):
            size = steepest(clamped.inner, kept.family.symbol)
            if not size.is_finite():
                return False
            logs += evaluate(p) * size.max(arb(TINY)).log()
        return bool(logs < 0)


def steepest(formula: sp.Expr, w: sp.Symbol) -> arb:
    """A bound of |f'| on the whole line: sines, cosines and hyperbolic tangents as any numbers in [-1, 1]."""
    if not is_plain(formula, w):
        return arb.pos_inf()
    slope, values = sp.diff(formula, w), dict[sp.Symbol, arb]()
    for node in sorted((n for n in slope.atoms(*PLAIN) if w in n.free_symbols), key=sp.count_ops, reverse=True):
        # each its own symbols: equal ones would cancel
        unit, share = sp.Dummy("unit", real=True), sp.Dummy("share", real=True)
        slope = slope.xreplace({node**2: share}).xreplace({node: unit})
        values |= {unit: arb(-1).union(arb(1)), share: arb(0).union(arb(1))}
    return arb.pos_inf() if w in slope.free_symbols else abs(evaluate(slope, values)).upper()


def is_plain(formula: sp.Expr, w: sp.Symbol) -> bool:
    """Sums, products and whole powers of the state and of bounded analytic functions: continuous on the whole line."""
    inside = [node for node in sp.preorder_traversal(formula) if w in node.free_symbols]
    return all(
        node == w
        or node.is_Add
        or node.is_Mul
        or isinstance(node, PLAIN)
        or (node.is_Pow and node.exp.is_Integer and node.exp > 0)
        for node in inside
    )
