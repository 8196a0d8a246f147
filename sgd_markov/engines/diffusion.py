"""One-dimensional diffusions with drift b and variance C: where they live, and which ends they keep.

The zero-flux density of dw = b dt + sqrt(C) dB is m = exp(int 2 b/C)/C. It is the density of a stationary law on an
open interval between zeros of C (and poles of b, C) where it is integrable and the ends are kept. Both follow from the
leading terms of 2 b/C and of C at the ends, exactly, symbols included:

* finite end, distance u: 2 b/C ~ g u^-q (as a derivative in u), C ~ c u^p. For q <= 1 (then g is the coefficient of 1/u)
  m ~ u^(g-p) and the scale density s ~ u^-g; for q >= 2 both are exponential in u^(1-q).
* infinite end, x = |w|: 2 b/C ~ G x^k (as a derivative in x), C ~ c x^p. For k >= 0 m decays exponentially (G < 0) or
  not at all; for k = -1 m ~ x^(G-p), s ~ x^-G; for k <= -2 m ~ x^-p, s ~ 1.

Drift and variance may have kinks and jumps, away from which the variance is rational, and the drift too but for
bounded functions (sines, tanh, ...) towards infinite ends, where its bounds are used in its place.

An end is never reached where s is not integrable (Feller). An end with a simple zero of C and b pointing inwards may be
reached, and is left at once: there the equation itself has one solution only (Yamada and Watanabe), and m stays right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.diffusion import Diffusion
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.diffusion_pieces import Piece, bounds_at, pieces_of, poles
from ..numerics.signs_of_symbols import known_sign, needs_values, sign_between
from ..numerics.tidy import tidy
from ..proof.radicals import is_zero


@dataclass(frozen=True)
class Condition:
    """`expr` > 0 (with `weak`: >= 0), which the sentence `meaning` needs."""

    expr: sp.Expr
    meaning: str
    weak: bool = False

    @property
    def verdict(self) -> bool | None:
        """True or False where proved, None where symbols leave it open."""
        sign = known_sign(self.expr)
        if sign is None:
            return None
        return sign > 0 or (self.weak and sign == 0)

    @property
    def statement(self) -> str:
        """The inequality alone."""
        return f"{tidy(self.expr)} {'>=' if self.weak else '>'} 0"

    def hypothesis(self) -> Hypothesis:
        return Hypothesis(f"{self.meaning}: {self.statement}", "assumed" if self.verdict is None else "proved")


@dataclass(frozen=True)
class Component:
    """The open interval (low, high), on which C > 0; b and C are smooth but for kinks and jumps between `pieces`.

    `conditions`: what makes the zero-flux density on it a stationary law. `moment_limit`: the supremum of the n with
    E|w|^n < oo then. `notes`: what the ends are.
    """

    pieces: tuple[Piece, ...]
    conditions: tuple[Condition, ...]
    moment_limit: sp.Expr
    notes: tuple[str, ...]

    @property
    def low(self) -> sp.Expr:
        return self.pieces[0].low

    @property
    def high(self) -> sp.Expr:
        return self.pieces[-1].high

    @property
    def failed(self) -> Condition | None:
        """A condition that is proved to be false, or the sum of two of them that is."""
        sums = (
            Condition(one.expr + other.expr, f"{one.meaning} and {other.meaning}")
            for one, other in combinations([c for c in self.conditions if not c.weak], 2)
        )
        return next((condition for condition in (*self.conditions, *sums) if condition.verdict is False), None)

    @property
    def name(self) -> str:
        return f"({self.low}, {self.high})"


@dataclass(frozen=True)
class Landscape:
    """All components, and the fixed points b = C = 0, of a diffusion."""

    components: tuple[Component, ...]
    fixed_points: tuple[sp.Expr, ...]
    hypotheses: tuple[Hypothesis, ...]


def landscape(diffusion: Diffusion) -> Landscape:
    """The state space cut at the zeros of C and the poles of b and C.

    Raises `Inconclusive` where b or C is of another kind or has zeros without closed form, `InvalidInput` where
    symbols leave the order of the zeros or the sign of C open, `HypothesisViolated` where C is nowhere positive.
    """
    w, (low, high) = diffusion.variable, diffusion.state_space
    pieces = pieces_of(diffusion)
    cuts = ordered([point for point in special_points(pieces, w) if strictly_between(point, low, high)])
    hypotheses: list[Hypothesis] = []
    components = []
    for left, right in pairwise([low, *cuts, high]):
        own = within(pieces, left, right)
        signs = [variance_sign(piece, w, hypotheses) for piece in own]
        if -1 not in signs:
            components.append(component(own, w))
        elif 1 in signs:
            raise Inconclusive(f"the variance jumps from positive to negative between {left} and {right}")
    if not components:
        raise HypothesisViolated(
            "the variance is positive somewhere in the state space", f"variance = {diffusion.variance}"
        )
    places = [*cuts, *(end for end in (low, high) if end.is_finite and w.is_zero is not False)]
    fixed = [at for at in places if all(vanishes_at(e, w, at) for e in (diffusion.drift, diffusion.variance))]
    return Landscape(tuple(components), tuple(fixed), tuple(dict.fromkeys(hypotheses)))


def within(pieces: list[Piece], left: sp.Expr, right: sp.Expr) -> list[Piece]:
    """The parts of the pieces between two points."""
    if len(pieces) == 1:
        return [pieces[0].cut_to(left, right)]
    kept = [piece for piece in pieces if is_below(piece.low, right) and is_below(left, piece.high)]
    return [piece.cut_to(larger(piece.low, left), smaller(piece.high, right)) for piece in kept]


def is_below(low: sp.Expr, high: sp.Expr) -> bool:
    if low == -sp.oo or high == sp.oo:
        return bool(low != high)
    if low == sp.oo or high == -sp.oo:
        return False
    sign = known_sign(high - low)
    if sign is None:
        raise needs_values(high - low, f"the order of {low} and {high} depends on them")
    return sign > 0


def larger(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return second if is_below(first, second) else first


def smaller(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return first if is_below(first, second) else second


def variance_sign(piece: Piece, w: sp.Symbol, hypotheses: list[Hypothesis]) -> int:
    """The sign of the variance on the piece; of a constant in symbols it is assumed."""
    sign = sign_between(piece.variance, w, piece.low, piece.high)
    if sign is None and w not in piece.variance.free_symbols:
        hypotheses.append(Hypothesis(f"the variance is positive: {piece.variance} > 0", "assumed"))
        return 1
    if sign is None:
        raise needs_values(piece.variance, "whether the variance is positive depends on them")
    return sign


def special_points(pieces: list[Piece], w: sp.Symbol) -> list[sp.Expr]:
    """The real zeros of C and poles of b and C in the closures of the pieces, each once."""
    points: list[sp.Expr] = []
    for piece in pieces:
        polys = [*sp.fraction(piece.variance), *poles(piece.drift, w)]
        for point in (zero for poly in polys for zero in real_zeros(poly, w)):
            alone = len(pieces) == 1
            if (alone or not (is_below(point, piece.low) or is_below(piece.high, point))) and not any(
                is_zero(point - other) for other in points
            ):
                points.append(point)
    return points


def real_zeros(expr: sp.Expr, w: sp.Symbol) -> Iterator[sp.Expr]:
    """The real zeros of a polynomial in w, from its factors of degree 1 and 2."""
    if w not in expr.free_symbols:
        return
    for factor, _ in sp.factor_list(expr, w)[1]:
        poly = sp.Poly(factor, w)
        if poly.degree() == 1:
            yield sp.cancel(-poly.nth(0) / poly.nth(1))
        elif poly.degree() == 2:
            yield from quadratic_zeros(poly, w)
        elif poly.free_symbols_in_domain:
            raise needs_values(expr, "the zeros have no closed form")
        elif has_real_root(poly):
            raise Inconclusive(f"the zeros of {factor} have no closed form of degree 2")


def has_real_root(poly: sp.Poly) -> bool:
    """By Sturm's theorem over the rationals; other coefficients count as undecided."""
    from sympy.polys.polyerrors import DomainError

    try:
        return bool(poly.count_roots() > 0)
    except (DomainError, NotImplementedError):
        return True


def quadratic_zeros(poly: sp.Poly, w: sp.Symbol) -> Iterator[sp.Expr]:
    two, one, none = (poly.nth(k) for k in (2, 1, 0))
    discriminant = sp.factor(one**2 - 4 * two * none)
    sign = known_sign(discriminant)
    if sign is None:
        raise needs_values(discriminant, f"whether {poly.as_expr()} has real zeros depends on them")
    if sign > 0:
        yield from ((-one + side * sp.sqrt(discriminant)) / (2 * two) for side in (1, -1))
    elif sign == 0:
        yield -one / (2 * two)


def strictly_between(point: sp.Expr, low: sp.Expr, high: sp.Expr) -> bool:
    if low == -sp.oo and high == sp.oo:
        return True
    signs = [1 if end.is_infinite else known_sign(side * (point - end)) for end, side in ((low, 1), (high, -1))]
    if None in signs:
        raise needs_values(point, "whether it lies in the state space depends on them")
    return signs == [1, 1]


def ordered(points: list[sp.Expr]) -> list[sp.Expr]:
    """In increasing order; refuses what symbols leave open."""
    result: list[sp.Expr] = []
    for point in points:
        place = 0
        for other in result:
            sign = known_sign(point - other)
            if sign is None:
                raise needs_values(point - other, f"the order of {point} and {other} depends on them")
            place += sign > 0
        result.insert(place, point)
    return result


def vanishes_at(expr: sp.Expr, w: sp.Symbol, at: sp.Expr) -> bool:
    value = sp.cancel(expr).subs(w, at) if expr.is_rational_function(w) else expr.subs(w, at)
    return bool(not value.has(sp.nan, sp.zoo, sp.oo) and is_zero(value))


# ---- the ends


def component(pieces: list[Piece], w: sp.Symbol) -> Component:
    conditions: list[Condition] = []
    limits: list[sp.Expr] = []
    notes: list[str] = []
    for piece, end, inwards in ((pieces[0], pieces[0].low, 1), (pieces[-1], pieces[-1].high, -1)):
        if end.is_infinite:
            found, limit = infinite_end(piece, w, -inwards)
            limits.append(limit)
        else:
            found, note = finite_end(piece, w, end, inwards)
            notes.append(note)
        conditions += found
    return Component(
        tuple(pieces), tuple(dict.fromkeys(conditions)), sp.Min(*limits) if limits else sp.oo, tuple(notes)
    )


def finite_end(piece: Piece, w: sp.Symbol, end: sp.Expr, inwards: int) -> tuple[list[Condition], str]:
    if not piece.drift.is_rational_function(w):
        raise Inconclusive(f"the drift {piece.drift} is not rational in {w} near the end {end} of the state space")
    u = sp.Dummy("u", positive=True)
    speed, order = lowest(inwards * 2 * piece.drift / piece.variance, w, end + inwards * u, u)
    _, power = lowest(piece.variance, w, end + inwards * u, u)
    integrable = f"the zero-flux density is integrable at {end}"
    if speed != 0 and order <= -2:
        return [Condition(speed, integrable)], f"{end} is never reached"
    g = speed if order == -1 else sp.Integer(0)
    if power >= 2:
        return [Condition(g - power + 1, integrable)], f"{end} is never reached"
    if power == 1:
        return [Condition(g, integrable)], simple_end(end, g)
    return [
        Condition(g - 1, f"the diffusion never reaches {end}, where its variance does not vanish", weak=True)
    ], f"{end} is never reached"


def simple_end(end: sp.Expr, g: sp.Expr) -> str:
    """What happens at a simple zero of the variance from which the drift leads away."""
    kept = Condition(g - 1, "", weak=True).verdict
    if kept is None:
        return f"{end} is never reached exactly where {tidy(g)} >= 1, else left at once"
    return f"{end} is never reached" if kept else f"{end} is reached and left at once"


def infinite_end(piece: Piece, w: sp.Symbol, side: int) -> tuple[list[Condition], sp.Expr]:
    """The conditions at side * oo, and the supremum of the orders of finite moments there.

    Of a drift that is known by bounds each of them has to satisfy the conditions, with the same moments.
    """
    bounds = bounds_at(piece.drift, w, side)
    found = [at_infinity(corner, piece.variance, w, side) for corner in bounds.corners]
    if len(found) == 1:
        return found[0]
    conditions = [condition for listed, _ in found for condition in listed]
    limits = {limit for _, limit in found}
    if any(condition.verdict is not True for condition in conditions) or len(limits) > 1:
        raise Inconclusive(f"the drift {piece.drift} is not shown to lead back from infinity: its bounds do not")
    return conditions, limits.pop()


def at_infinity(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol, side: int) -> tuple[list[Condition], sp.Expr]:
    x = sp.Dummy("x", positive=True)
    end = "oo" if side > 0 else "-oo"
    speed, order = highest(side * 2 * drift / variance, w, side * x, x)
    _, power = highest(variance, w, side * x, x)
    integrable = f"the zero-flux density is integrable at {end}"
    if speed != 0 and order >= 0:
        return [Condition(-speed, integrable)], sp.oo
    growth = speed if order == -1 else sp.Integer(0)  # the term of order -1; a slower one leaves m ~ 1/C
    limit = sp.expand(power - growth - 1)
    return [
        Condition(limit, integrable),
        Condition(1 - growth, f"the diffusion does not run away to {end} in finite time", weak=True),
    ], limit


def lowest(expr: sp.Expr, w: sp.Symbol, place: sp.Expr, u: sp.Symbol) -> tuple[sp.Expr, int]:
    """The leading term a u^n of the expression as u -> 0: (a, n); (0, 0) for 0."""
    return leading(expr, w, place, u, lambda terms: terms[-1])


def highest(expr: sp.Expr, w: sp.Symbol, place: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, int]:
    """The leading term as x -> oo."""
    return leading(expr, w, place, x, lambda terms: terms[0])


def leading(expr: sp.Expr, w: sp.Symbol, place: sp.Expr, u: sp.Symbol, choose: object) -> tuple[sp.Expr, int]:
    if expr == 0:
        return sp.Integer(0), 0
    parts = []
    for part in sp.fraction(sp.together(expr)):
        moved = sp.Poly(sp.expand(part.subs(w, place)), u)
        terms = [(coefficient, power) for (power,), coefficient in moved.terms() if not is_zero(coefficient)]
        parts.append(choose(terms))  # type: ignore[operator]
    (top, above), (bottom, below) = parts
    return sp.factor(sp.radsimp(top / bottom)), above - below
