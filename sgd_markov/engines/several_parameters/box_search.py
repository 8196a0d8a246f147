"""All zeros of a smooth gradient in a box: proved ones, and what is neither proved nor excluded.

Boxes are halved. One goes where a component of the gradient has no zero in it, directly or by Krawczyk's operator
K = m - Y g(m) + (1 - Y g'(X))(X - m): every zero in X is in K. Where K lies inside X there is exactly one zero in X;
X is then blown up around an approximate zero, and boxes inside it go. All in ball arithmetic, rounded outwards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_mat, ctx

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive, InvalidInput

SEARCH_BITS = 64
BOX_LIMIT = 40_000
QUEUE_LIMIT = 75
"""More boxes at once than 75 times 4 a dimension cover a curve of zeros, and finer ones would cover it too."""
NARROW = 2.0**-24
"""Boxes narrower than this (relative to the whole) are left undecided."""

Box = tuple[arb, ...]


@dataclass(frozen=True)
class Zero:
    """The one zero in `region`; `ball()` encloses it at the working precision.

    `rest`: places of coordinates that are exactly 0 and no unknowns of the system.
    """

    system: System
    region: Box
    rest: tuple[int, ...] = ()

    def ball(self) -> Box:
        unknowns = iter(self.unknown_balls())
        return tuple(arb(0) if i in self.rest else next(unknowns) for i in range(len(self.region) + len(self.rest)))

    def unknown_balls(self) -> Box:
        """Newton's method on points, then one proof that the zero is within the last step of it."""
        middle = tuple(x.mid() for x in self.region)
        steps = 4 + ctx.prec.bit_length()
        for _ in range(steps):
            middle = self.system.newton(middle) or middle
        reach = arb(2) ** (-ctx.prec * 3 // 4)
        for _ in range(12):
            around = tuple(x + arb(0, (abs(x) + 1) * reach) for x in middle)
            image = self.system.krawczyk(around)
            if image is not None and inside(image, around) and inside(image, self.region):
                return image
            reach *= 256
        return self.region


@dataclass(frozen=True)
class Found:
    zeros: list[Zero]
    undecided: list[list[tuple[float, float]]]


@dataclass(frozen=True)
class System:
    """gradient = 0 in the unknowns, with its Jacobian."""

    gradient: tuple[sp.Expr, ...]
    unknowns: tuple[sp.Symbol, ...]
    jacobian: tuple[tuple[sp.Expr, ...], ...]
    bases: tuple[sp.Expr, ...] = ()
    """The bases of powers that are not integer: where they are not positive the gradient may be undefined."""

    @classmethod
    def of(cls, gradient: Sequence[sp.Expr], unknowns: tuple[sp.Symbol, ...]) -> System:
        rows = tuple(tuple(sp.diff(entry, w) for w in unknowns) for entry in gradient)
        singular = (sp.DiracDelta, sp.Heaviside, sp.sign, sp.Piecewise, sp.Derivative, sp.Abs, sp.Max, sp.Min, sp.floor)
        if any(entry.has(*singular) for entry in (*gradient, *(e for row in rows for e in row))):
            raise Inconclusive("the expected loss has kinks: its critical points are checked one at a time, with `at`")
        powers = set().union(*(entry.atoms(sp.Pow) for entry in gradient))
        bases = {power.base for power in powers if not power.exp.is_Integer and power.base.free_symbols}
        return cls(tuple(gradient), unknowns, rows, tuple(sorted(bases, key=str)))

    def values(self, box: Box) -> list[arb]:
        table = self.table(box)
        return [evaluate(entry, table) for entry in self.gradient]

    def slopes(self, box: Box) -> list[list[arb]]:
        table = self.table(box)
        return [[evaluate(entry, table) for entry in row] for row in self.jacobian]

    def table(self, box: Box) -> Mapping[sp.Symbol, arb]:
        return dict(zip(self.unknowns, box, strict=True))

    def newton(self, point: Box) -> Box | None:
        """One step from an exact point, to an exact point; None where the Jacobian is not invertible there."""
        slopes, values = self.slopes(point), self.values(point)
        try:
            step = arb_mat(slopes).solve(arb_mat([[v] for v in values]))
        except (ZeroDivisionError, ValueError):
            return None
        moved = tuple((x - step[i, 0]).mid() for i, x in enumerate(point))
        return moved if all(x.is_finite() for x in moved) else None

    def krawczyk(self, box: Box) -> Box | None:
        """K as above, Y the inverse of the Jacobian in the middle; None where there is none or the gradient is not smooth."""
        table = self.table(box)
        if not all(evaluate(base, table) > 0 for base in self.bases):
            return None
        slopes = arb_mat(self.slopes(box))
        try:
            inverse = middle_of(slopes).inv()
        except ZeroDivisionError:
            return None
        inverse = middle_of(inverse)
        if not all(entry.is_finite() for entry in (*inverse.entries(), *slopes.entries())):
            return None
        middle = tuple(x.mid() for x in box)
        size = len(box)
        offsets = arb_mat([[x - m] for x, m in zip(box, middle, strict=True)])
        values = arb_mat([[v] for v in self.values(middle)])
        identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
        moved = (identity - inverse * slopes) * offsets - inverse * values
        image = tuple(m + moved[i, 0] for i, m in enumerate(middle))
        return image if all(x.is_finite() for x in image) else None


def middle_of(matrix: arb_mat) -> arb_mat:
    return arb_mat(matrix.nrows(), matrix.ncols(), [entry.mid() for entry in matrix.entries()])


def inside(inner: Box, outer: Box) -> bool:
    """Strictly: in the interior."""
    return all(o.contains_interior(i) for i, o in zip(inner, outer, strict=True))


def zeros_in_box(system: System, box: Box, effort: Effort) -> Found:
    """Every zero of the system in the box is one of `zeros` or lies in an `undecided` box; zeros may lie just outside.

    >>> u, v = sp.symbols("u v", real=True)
    >>> system = System.of((u**2 - v, v**2 - u), (u, v))
    >>> found = zeros_in_box(system, (arb(0, 2), arb(0, 2)), Effort())
    >>> [[round(float(x.mid())) for x in zero.ball()] for zero in found.zeros], found.undecided
    ([[0, 0], [1, 1]], [])
    """
    with precision(SEARCH_BITS):
        return Search(system, box, effort).run()


class Search:
    """One search: the queue of boxes, the zeros so far."""

    def __init__(self, system: System, box: Box, effort: Effort) -> None:
        self.system, self.effort = system, effort
        self.widths = [max(float(x.rad()), 1e-300) for x in box]
        self.queue: deque[Box] = deque([box])
        self.zeros: list[Zero] = []
        self.undecided: list[Box] = []

    def run(self) -> Found:
        seen = 0
        while self.queue:
            self.effort.check()
            box = self.queue.popleft()
            seen += 1
            if seen > BOX_LIMIT or len(self.queue) > QUEUE_LIMIT * 4 ** len(box):
                self.undecided += [box, *self.queue]
                break
            self.treat(box)
        self.zeros.sort(key=lambda zero: [float(x.mid()) for x in zero.region])
        require_apart(self.zeros)
        return Found(self.zeros, clusters([box for box in self.undecided if not self.is_counted(box)]))

    def treat(self, box: Box) -> None:
        if self.is_counted(box) or any(nonzero(value) for value in self.system.values(box)):
            return
        image = self.system.krawczyk(box)
        if image is not None:
            if not all(x.overlaps(k) for x, k in zip(box, image, strict=True)):
                return
            if self.contracts(box) and self.count(image):
                if not self.is_counted(box):
                    self.halve(common(box, image))
                return
            box = common(box, image)
        self.halve(box)

    def contracts(self, box: Box) -> bool:
        """Is the box small enough for a proof around a zero to be likely?"""
        return all(float(x.rad()) < 0.3 * width for x, width in zip(box, self.widths, strict=True))

    def count(self, box: Box) -> bool:
        """Prove a zero near the middle of the box and a region in which it is alone, as large as comes; False if none."""
        middle = tuple(x.mid() for x in box)
        for _ in range(6):
            moved = self.system.newton(middle)
            if moved is None:
                return False
            middle = moved
        if self.is_counted(middle):
            return True
        region = self.region_around(middle, max(float(x.rad()) for x in box))
        if region is None:
            return False
        zero = Zero(self.system, region)
        if not any(inside(zero.ball(), other.region) for other in self.zeros):
            self.zeros.append(zero)
        return True

    def region_around(self, middle: Box, start: float) -> Box | None:
        """The largest box around the point, of the sizes tried, that Krawczyk's operator maps into itself."""
        for shrink in range(12):
            reach = arb(0, 2 * start / 4**shrink + 1e-15)
            region = tuple(x + reach for x in middle)
            image = self.system.krawczyk(region)
            if image is not None and inside(image, region):
                return region
        return None

    def is_counted(self, box: Box) -> bool:
        return any(all(r.contains(x) for r, x in zip(zero.region, box, strict=True)) for zero in self.zeros)

    def halve(self, box: Box) -> None:
        """Across the side that is widest relative to the whole."""
        shares = [float(x.rad()) / width for x, width in zip(box, self.widths, strict=True)]
        place = max(range(len(box)), key=shares.__getitem__)
        if shares[place] < NARROW:
            self.undecided.append(box)
            return
        for half in halves(box[place]):
            self.queue.append((*box[:place], half, *box[place + 1 :]))


def require_apart(zeros: Sequence[Zero]) -> None:
    """A zero inside two regions would have been counted twice."""
    balls = [zero.ball() for zero in zeros]
    for place, ball in enumerate(balls):
        if any(all(a.overlaps(b) for a, b in zip(ball, other, strict=True)) for other in balls[:place]):
            raise Inconclusive("two zeros of the gradient are not told apart")


def halves(x: arb) -> tuple[arb, arb]:
    return x.lower().union(x.mid()), x.mid().union(x.upper())


def nonzero(value: arb) -> bool:
    """Is 0 excluded? A ball that is not finite excludes nothing."""
    return bool(value.is_finite() and not value.contains(0))


def common(box: Box, image: Box) -> Box:
    return tuple(x.intersection(k) if not x.contains(k) else k for x, k in zip(box, image, strict=True))


def clusters(boxes: Sequence[Box]) -> list[list[tuple[float, float]]]:
    """The hulls of boxes that touch."""
    groups: list[Box] = []
    for box in boxes:
        joined = box
        while True:
            near = [group for group in groups if all(a.overlaps(b) for a, b in zip(joined, group, strict=True))]
            if not near:
                break
            groups = [group for group in groups if group not in near]
            for group in near:
                joined = tuple(a.union(b) for a, b in zip(joined, group, strict=True))
        groups.append(joined)
    return [[(float(x.lower()), float(x.upper())) for x in group] for group in groups]


def box_of(within: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]], unknowns: tuple[sp.Symbol, ...]) -> Box:
    """The box as balls that cover it."""
    for symbol in unknowns:
        if symbol not in within or not all(end.is_finite for end in within[symbol]):
            raise InvalidInput("within", within.get(symbol, "nothing"), f"a bounded interval for {symbol}")
    with precision(SEARCH_BITS):
        return tuple(evaluate(low).union(evaluate(high)) for low, high in (within[symbol] for symbol in unknowns))
