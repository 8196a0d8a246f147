"""How large kernel and solution become on Bernstein ellipses, and what Gauss-Legendre quadrature loses by it.

For f analytic and |f| <= M on the ellipse E_rho of [-1, 1], the n-point rule errs by at most 64/15 M rho^(-2n) /
(1 - rho^-2), n >= 2: the Chebyshev coefficients of f are at most 2 M rho^-k, the rule is exact below degree 2n, and for
even k >= 2n both integral and rule of T_k are together at most 2 + 2/(4n^2 - 1) <= 32/15 (Trefethen, ATAP, theorem 19.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, log

import sympy as sp
from flint import acb, arb

from ...balls.evaluate import evaluate, evaluate_complex
from ...balls.precision import precision
from .domain import Domain, Leg, Piece, parts

ARCS = 48
BOXES = 12
LOG_RHO = [0.02 * 1.16**k for k in range(48)]
"""The ellipses that are tried: log rho from 0.02 to 21."""
BITS = 96
"""Precision of the bounds; they need no more than a few digits."""


Starts = Sequence[Sequence[tuple[Leg, arb]]]
"""The legs of every place, each with a positive lower bound of its scale there."""


@dataclass(frozen=True)
class Ellipse:
    """Bounds on one ellipse around one piece.

    `reach`: sup |k(w, y)| over real states w of the domain and y on the ellipse; `growth`: sup |k(y, y')| over real y';
    `sits`: sup of |P_y(w' = an atom)|.
    """

    log_rho: float
    reach: arb
    growth: arb
    sits: arb

    def loss(self, half: arb, count: int) -> arb:
        """What `count` nodes lose of the integral over the piece, for a function bounded by 1 on the ellipse."""
        rho = arb(self.log_rho).exp()
        return half * arb(64) / 15 * rho ** (-2 * count) / (1 - rho ** (-2))


Offset = Callable[[int, Ellipse], arb]


@dataclass(frozen=True)
class Strip:
    """The usable ellipses of every piece."""

    halves: tuple[arb, ...]
    ellipses: tuple[tuple[Ellipse, ...], ...]

    def counts(self, log_size: float, log_error: float, offset: Offset | None = None) -> list[int] | None:
        """Nodes for every piece so that the error is below exp(log_error) for solutions of size exp(log_size).

        `offset`: as for `error`. None where no number of nodes is enough.
        """
        room = log_error - log(len(self.halves)) - 2
        bound, size = offset or one, arb(log_size).exp()
        found = []
        for place, (half, choices) in enumerate(zip(self.halves, self.ellipses, strict=True)):
            own = needed(half, choices, [log_of(bound(place, e)) for e in choices], room)
            rest = needed(half, choices, [log_of((half * e.growth + e.sits) * size) for e in choices], room)
            if own is None or rest is None:
                return None
            found.append(max(own, rest))
        return found

    def error(self, counts: list[int], total: arb, sitting: arb, offset: Offset | None = None) -> arb:
        """A bound, for all w, of |integral - rule| of k(w, .) v over the domain.

        v(y) = o(y) + sum_j q_j k(y, y_j) t_j + sum_a P_y(a) t_a; `total`: sum_j q_j |t_j|, `sitting`: sum_a |t_a|;
        `offset(p, ellipse)` bounds |o| on an ellipse about piece p, None stands for o = 1.
        """
        bound = offset or one
        with precision(BITS):
            bounds = arb(0)
            for place, (half, choices, n) in enumerate(zip(self.halves, self.ellipses, counts, strict=True)):
                # either part on the ellipse that serves it best
                bounds += least(e.loss(half, n) * e.reach * bound(place, e) for e in choices)
                bounds += least(e.loss(half, n) * e.reach * (total * e.growth + sitting * e.sits) for e in choices)
            return bounds

    def row_error(self, counts: list[int]) -> arb:
        """A bound, for all w, of |integral - rule| of k(w, .) itself."""
        with precision(BITS):
            return sum(
                (
                    least(e.loss(half, n) * e.reach for e in choices)
                    for half, choices, n in zip(self.halves, self.ellipses, counts, strict=True)
                ),
                arb(0),
            )


def least(bounds: Iterable[arb]) -> arb:
    """The smallest upper end."""
    return min((arb(bound.upper()) for bound in bounds), key=log_of)


def log_of(bound: arb) -> float:
    """A float near log of a positive ball, of any size."""
    upper = arb(bound.upper())
    if not upper.is_finite():
        return inf
    return float(upper.log().mid()) if upper > 0 else -inf


def one(place: int, ellipse: Ellipse) -> arb:
    return arb(1)


def needed(half: arb, choices: tuple[Ellipse, ...], log_sizes: list[float], log_error: float) -> int | None:
    """The fewest nodes that some ellipse allows for a function of size exp(log_sizes[k]) on it."""
    best: int | None = None
    for ellipse, log_size in zip(choices, log_sizes, strict=True):
        if log_size < inf:
            factors = log_of(ellipse.reach) + log_size + log_of(half) + 3
            count = max(4, int((factors - log_error) / (2 * ellipse.log_rho)) + 1)
            best = count if best is None else min(best, count)
    return best


def strip(domain: Domain) -> Strip:
    """The bounds on all ellipses on which the kernel is analytic."""
    with precision(BITS):
        starts = [[(leg, lower_bound(leg.scale, domain, piece)) for leg in piece.legs] for piece in domain.places]
        halves, all_choices = [], []
        for piece in domain.pieces:
            halves.append((evaluate(piece.high) - evaluate(piece.low)) / 2)
            all_choices.append(tuple(usable(domain, piece, halves[-1], starts)))
    return Strip(tuple(halves), tuple(all_choices))


def lower_bound(expr: sp.Expr, domain: Domain, piece: Piece) -> arb:
    """A positive lower bound of a scale on its piece."""
    return arb(min(evaluate(expr, {domain.state: part}).lower() for part in parts(piece.low, piece.high, 64)))


def usable(domain: Domain, piece: Piece, half: arb, starts: Starts) -> list[Ellipse]:
    """The ellipses about the piece, up to the first on which something stops being analytic or finite."""
    found: list[Ellipse] = []
    for log_rho in LOG_RHO:
        ellipse = bounds_on(domain, piece, half, log_rho, starts)
        if ellipse is None:
            break
        found.append(ellipse)
    return found


def bounds_on(domain: Domain, piece: Piece, half: arb, log_rho: float, starts: Starts) -> Ellipse | None:
    rho = arb(log_rho).exp()
    height = half * (rho - 1 / rho) / 2
    reach = largest(density_bound(legs, height) for legs in starts)
    middle = (evaluate(piece.high) + evaluate(piece.low)) / 2
    growth, sits = arb(0), arb(0)
    for leg in piece.legs:
        spread = height_on(domain, leg, middle, half, rho)
        if spread is None:
            return None
        rise, narrowest = spread
        share = evaluate(leg.probability)
        growth += share / narrowest * leg.density.strip(rise)
        sits += share * leg.density.strip_tail(rise)
    if not all(bound.is_finite() and bound > 0 for bound in (reach, growth, sits)):
        return None
    return Ellipse(log_rho, reach, growth, sits)


def density_bound(legs: Sequence[tuple[Leg, arb]], height: arb) -> arb:
    """sup |k(w, y)| over the states w of one piece and |Im y| <= height; each leg with the least of its scale there."""
    return sum((evaluate(leg.probability) / least * leg.density.strip(height / least) for leg, least in legs), arb(0))


def largest(bounds: Iterable[arb]) -> arb:
    found = arb(0)
    for bound in bounds:
        found = found.max(bound)
    return found


def height_on(domain: Domain, leg: Leg, middle: arb, half: arb, rho: arb) -> tuple[arb, arb] | None:
    """sup |Im (y' - m(y))/s(y)| over the ellipse and real y' of the domain, and inf |s(y)|.

    Both are attained on the boundary (harmonic functions; s has no zero inside, which boxes over the ellipse show), in
    its upper half too, as m and s are real on the line. For m = a y + b and constant s the first is |a| sup |Im y|/s.
    None where m or s is not proved to be analytic, or s not to be without zeros.
    """
    w = domain.state
    slope = constant_slope(leg, w)
    if slope is not None:
        rise, scale = abs(evaluate(slope)) * half * (rho - 1 / rho) / 2, evaluate(leg.scale)
        return arb((rise / scale).upper()), arb(scale.lower())
    if not analytic_inside(leg, w, middle, half, rho):
        return None
    ends = [evaluate(domain.pieces[0].low), evaluate(domain.pieces[-1].high)]
    rise, narrowest = arb(0), arb.pos_inf()
    for y in arcs(rho):
        at = {w: middle + half * y}
        centre, scale = evaluate_complex(leg.centre, at, False), evaluate_complex(leg.scale, at, False)
        if not (centre.is_finite() and scale.is_finite()):
            return None
        for end in ends:
            rise = rise.max(abs(((end - centre) / scale).imag))
        narrowest = narrowest.min(abs(scale))
    least = arb(narrowest.lower())
    return (arb(rise.upper()), least) if least > 0 else None


@lru_cache(maxsize=64)
def constant_slope(leg: Leg, w: sp.Symbol) -> sp.Expr | None:
    """a, where the leg moves from w to a w + b with a scale that does not depend on w."""
    if w in leg.scale.free_symbols or not leg.centre.is_polynomial(w):
        return None
    slope = sp.expand(sp.diff(leg.centre, w))
    return None if w in slope.free_symbols else slope


def analytic_inside(leg: Leg, w: sp.Symbol, middle: arb, half: arb, rho: arb) -> bool:
    """Are centre and scale analytic on the ellipse, the scale without zeros?"""
    if leg.centre.is_polynomial(w) and w not in leg.scale.free_symbols:
        return True
    wide, high = half * (rho + 1 / rho) / 2, half * (rho - 1 / rho) / 2
    for i in range(BOXES):
        for j in range(BOXES):
            real, imaginary = (slice_of(-1, 1, k, BOXES) for k in (i, j))
            at = {w: acb(middle + wide * real, high * imaginary)}
            centre, scale = evaluate_complex(leg.centre, at, True), evaluate_complex(leg.scale, at, True)
            if not centre.is_finite() or not scale.is_finite() or scale.contains(0):
                return False
    return True


def slice_of(low: int, high: int, place: int, count: int) -> arb:
    """A ball over the part `place` of `count` equal parts of [low, high]."""
    step = arb(high - low) / count
    return (low + step * place).union(low + step * (place + 1))


@lru_cache(maxsize=64)
def unit_arcs() -> tuple[acb, ...]:
    """Balls that cover the upper half of the unit circle."""
    return tuple(acb(angle.cos(), angle.sin()) for k in range(ARCS) for angle in [arb.pi() * slice_of(0, 1, k, ARCS)])


def arcs(rho: arb) -> list[acb]:
    """Balls that cover the upper half of the boundary of E_rho."""
    return [(rho * z + z.conjugate() / rho) / 2 for z in unit_arcs()]
