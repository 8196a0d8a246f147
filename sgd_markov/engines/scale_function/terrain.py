"""The ways from a starting point to both sides: smooth stretches, up to where the diffusion stops or the line ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...chain.diffusion import Diffusion
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.branch import NotInvertible
from ...numerics.case_signs import Signs, Undecided
from ...numerics.diffusion_pieces import poles
from ...numerics.signs_of_symbols import known_sign
from ...numerics.smooth_pieces import EndlessSteps, smooth_pieces
from ...proof.radicals import is_zero
from .densities import Stretch
from .ends import SingularEnd


@dataclass(frozen=True)
class Smooth:
    """On (low, high) drift and variance are these formulas without kinks."""

    low: sp.Expr
    high: sp.Expr
    drift: sp.Expr
    variance: sp.Expr


@dataclass(frozen=True)
class Way:
    """From the start to one side (-1: down, 1: up), over `stretches` to `stop`.

    `end` is None where `stop` is an ordinary point, at which a diffusion that comes there leaves at once.
    """

    side: int
    stretches: tuple[Stretch, ...]
    stop: sp.Expr
    end: SingularEnd | None
    drift: sp.Expr
    variance: sp.Expr

    @property
    def returns(self) -> bool:
        """Does the diffusion always come back from this side, if that is where `end` is?

        It does where the scale function is infinite there, and from a simple zero of the variance from which the drift
        leads away: the equation itself then has one solution only (Yamada and Watanabe), which leaves it at once.
        """
        assert self.end is not None
        return not self.end.scale.integrable or self.pushes_back

    @property
    def pushes_back(self) -> bool:
        """Is the end finite with C = 0 there, and does the drift lead away from it?"""
        return self.finite_zero and self.drift_at_stop() == -self.side

    @property
    def finite_zero(self) -> bool:
        return bool(self.stop.is_finite) and vanishes_at(self.variance, self.stretches[-1], self.stop)

    def drift_at_stop(self) -> int | None:
        """The sign of the drift at a finite end; None where it is not a number there."""
        q = self.stretches[-1].variable
        value = at_origin(self.drift, q)
        return None if value is None else known_sign(value)

    @property
    def absorbs(self) -> bool:
        """Is it proved that paths that go to this end stay there or converge to it? Only where the scale is finite."""
        if self.stop.is_infinite:
            return True
        return self.finite_zero and self.drift_at_stop() == 0


def ways(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr) -> tuple[Way, Way]:
    """The ways from `start` down to `low` and up to `high`, cut where C vanishes, b has a pole, or the state space ends.

    Raises `Inconclusive` where such places or the kinks are not found exactly.
    """
    bottom, top = diffusion.state_space
    reach = (larger(low, bottom), smaller(high, top))
    pieces = smooth(diffusion, *reach)
    special = [*special_points(pieces, diffusion.variable), *(end for end in (bottom, top) if end.is_finite)]
    if any(is_zero(point - start) for point in special):
        require_moving(diffusion, start)
        raise Inconclusive(
            f"the start {start} is a zero of the variance, a pole of the drift or the end of the state space"
        )
    return way(diffusion, pieces, special, start, low, -1), way(diffusion, pieces, special, start, high, 1)


def interior_point(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A point of the region at which the diffusion moves; the middle where it can be.

    Raises `Inconclusive` where zeros of the variance or poles cut the region into several parts.
    """
    bottom, top = diffusion.state_space
    low, high = larger(low, bottom), smaller(high, top)
    pieces = smooth(diffusion, low, high)
    special = [p for p in special_points(pieces, diffusion.variable) if above(p, low) and above(high, p)]
    if special:
        raise Inconclusive(f"the variance vanishes or the drift has a pole at {special[0]} inside the region")
    if low.is_infinite and high.is_infinite:
        return sp.Integer(0)
    return high - 1 if low.is_infinite else low + 1 if high.is_infinite else (low + high) / 2


def require_ordinary(diffusion: Diffusion, start: sp.Expr) -> None:
    """Refuse a start at which the variance is not shown to be positive and the drift finite."""
    at = {diffusion.variable: start}
    if known_sign(diffusion.variance.subs(at)) != 1 or not evaluate(diffusion.drift.subs(at)).is_finite():
        raise Inconclusive(f"the variance is not positive at the start {start}, or the drift has a pole there")


def require_moving(diffusion: Diffusion, start: sp.Expr) -> None:
    """Refuse a start at which drift and variance vanish."""
    values = [
        plain(e, diffusion.variable).subs(diffusion.variable, start) for e in (diffusion.drift, diffusion.variance)
    ]
    if all(not value.has(sp.nan, sp.zoo, sp.oo) and is_zero(value) for value in values):
        raise HypothesisViolated(
            "the start is left", f"drift and variance vanish at {start}, where the diffusion stays"
        )


def plain(expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """A rational function in lowest terms, others as they are."""
    return sp.cancel(expr) if expr.is_rational_function(symbol) else expr


def way(
    diffusion: Diffusion, pieces: list[Smooth], special: list[sp.Expr], start: sp.Expr, goal: sp.Expr, side: int
) -> Way:
    ahead = [p for p in special if above(side * p, side * start) and not above(side * p, side * goal)]
    stop, singular = goal, goal.is_infinite
    for point in ahead:
        if not above(side * point, side * stop):
            stop, singular = point, True
    stretches = tuple(stretches_between(pieces, diffusion.variable, start, stop, side, bool(singular)))
    last = stretches[-1]
    end = SingularEnd.of(last) if singular else None
    own = next(p for p in pieces[::side] if within(p, stop, side))
    q = last.variable
    place = last.origin + side * q
    w = diffusion.variable
    return Way(side, stretches, stop, end, own.drift.subs(w, place), own.variance.subs(w, place))


def within(piece: Smooth, stop: sp.Expr, side: int) -> bool:
    """Is the piece the one just before `stop` on the way?"""
    near, far = (piece.low, piece.high) if side > 0 else (piece.high, piece.low)
    return above(side * stop, side * near) and not above(side * stop, side * far)


def stretches_between(
    pieces: list[Smooth], w: sp.Symbol, start: sp.Expr, stop: sp.Expr, side: int, singular: bool
) -> Iterator[Stretch]:
    q = sp.Dummy("q", real=True)
    place = start
    for piece in pieces[::side]:
        far = piece.high if side > 0 else piece.low
        if not above(side * far, side * place):
            continue
        done = not above(side * stop, side * far)
        goal = stop if done else far
        ends_here = done and singular
        origin = goal if ends_here and goal.is_finite else sp.Integer(0)
        moved = origin + side * q
        slope, variance = (
            tidied(e.subs(w, moved), q) for e in (side * 2 * piece.drift / piece.variance, piece.variance)
        )
        yield Stretch(
            q, origin, side, slope, variance, side * (place - origin),
            None if ends_here else side * (goal - origin), ends_here and bool(goal.is_infinite),
        )  # fmt: skip
        if done:
            return
        place = far


def tidied(expr: sp.Expr, q: sp.Symbol) -> sp.Expr:
    """A rational function in lowest terms in the form of Horner, which ball arithmetic likes best."""
    if not expr.is_rational_function(q):
        return expr
    top, bottom = sp.fraction(sp.cancel(expr))
    return horner(top, q) / horner(bottom, q)


def horner(poly: sp.Expr, q: sp.Symbol) -> sp.Expr:
    return sp.horner(sp.expand(poly), q) if q in poly.free_symbols else poly


def smooth(diffusion: Diffusion, low: sp.Expr, high: sp.Expr) -> list[Smooth]:
    try:
        return [
            Smooth(inner.low, inner.high, outer.formula, inner.formula)
            for outer in smooth_pieces(diffusion.drift, diffusion.variable, low, high, Signs())
            for inner in smooth_pieces(diffusion.variance, diffusion.variable, outer.low, outer.high, Signs())
        ]
    except (Undecided, NotInvertible, EndlessSteps) as error:
        raise Inconclusive(f"the kinks of the diffusion are not found: {error}") from None


def special_points(pieces: list[Smooth], w: sp.Symbol) -> list[sp.Expr]:
    """Zeros of C and poles of b and C, in the closures of the pieces; what is missed shows when no cell fits there."""
    points: list[sp.Expr] = []
    for piece in pieces:
        for poly in polynomials_of(piece, w):
            for point in real_zeros(poly, w, piece):
                if not (above(piece.low, point) or above(point, piece.high)):
                    points.append(point)
    return points


def polynomials_of(piece: Smooth, w: sp.Symbol) -> Iterator[sp.Expr]:
    if piece.variance.is_rational_function(w):
        yield from sp.fraction(sp.cancel(piece.variance))
    try:
        yield from poles(piece.drift, w)
    except Inconclusive:
        return


def real_zeros(poly: sp.Expr, w: sp.Symbol, piece: Smooth) -> Iterator[sp.Expr]:
    if w not in poly.free_symbols or not poly.is_polynomial(w):
        return
    for factor, _ in sp.factor_list(poly, w)[1]:
        known = sp.Poly(factor, w)
        if known.degree() <= 2:
            yield from (root for root in sp.roots(known) if known_sign(sp.im(root)) == 0)
        elif not free_of_zeros(known, piece):
            raise Inconclusive(f"the zeros of {factor} have no closed form of degree 2")


def free_of_zeros(poly: sp.Poly, piece: Smooth) -> bool:
    """By Sturm's theorem, for rational coefficients and ends."""
    ends = [None if end.is_infinite else end for end in (piece.low, piece.high)]
    rational = (poly.domain.is_QQ or poly.domain.is_ZZ) and all(end is None or end.is_Rational for end in ends)
    if not rational:
        return False
    return bool(poly.count_roots(*ends) == 0)


def at_origin(expr: sp.Expr, q: sp.Symbol) -> sp.Expr | None:
    value = plain(expr, q).subs(q, 0)
    return None if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo) else value


def vanishes_at(variance: sp.Expr, stretch: Stretch, stop: sp.Expr) -> bool:
    value = at_origin(variance, stretch.variable)
    return value is not None and is_zero(value)


def above(one: sp.Expr, other: sp.Expr) -> bool:
    """one > other; raises `Inconclusive` where that is not decided."""
    if one == other or one == -sp.oo or other == sp.oo:
        return False
    if one == sp.oo or other == -sp.oo:
        return True
    sign = proved_sign(one - other)
    if sign is None:
        raise Inconclusive(f"{one} and {other} are not told apart")
    return sign > 0


def larger(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    return one if above(one, other) else other


def smaller(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    return other if above(one, other) else one
