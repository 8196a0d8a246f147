"""What a diffusion does at an end of an interval: the conditions under which the end is kept and m is integrable there.

All of it follows from leading terms, exactly, symbols included:

* finite end, distance u: 2 b/C ~ g u^-q (as a derivative in u), C ~ c u^p. For q <= 1 (then g is the coefficient of 1/u)
  m ~ u^(g-p) and the scale density s ~ u^-g; for q >= 2 both are exponential in u^(1-q).
* infinite end, x = |w|: 2 b/C ~ G x^k (as a derivative in x), C ~ c x^p. For k >= 0 m decays exponentially (G < 0) or
  not at all; for k = -1 m ~ x^(G-p), s ~ x^-G; for k <= -2 m ~ x^-p, s ~ 1.

Towards an infinite end a drift with bounded functions (sines, tanh, ...) is replaced by its bounds, or by a rational
drift where the rest of int 2 b/C is bounded; a periodic drift makes m a geometric series of equal pieces.

An end is never reached where s is not integrable (Feller). An end with a simple zero of C and b pointing inwards may be
reached, and is left at once: there the equation itself has one solution only (Yamada and Watanabe), and m stays right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from ...answer.answer import Hypothesis
from ...errors import Inconclusive
from ...numerics.diffusion_pieces import Piece, bounds_at
from ...numerics.signs_of_symbols import known_sign
from ...numerics.tame_drift import period_of, tame_drift
from ...numerics.tidy import tidy
from ...proof.radicals import is_zero


@dataclass(frozen=True)
class Condition:
    """`expr` > 0 (with `weak`: >= 0), which the sentence `meaning` needs; `why_not`: in words, where it is false."""

    expr: sp.Expr
    meaning: str
    weak: bool = False
    why_not: str | None = None

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

    @property
    def breach(self) -> str:
        """What is found where the condition is false."""
        return self.why_not or f"{self.statement} is false"

    def hypothesis(self) -> Hypothesis:
        return Hypothesis(f"{self.meaning}: {self.statement}", "assumed" if self.verdict is None else "proved")


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

    Of a drift that is known by bounds each of them has to satisfy the conditions, with the same moments, or none.
    """
    if piece.drift.is_rational_function(w):
        return at_infinity(piece.drift, piece.variance, w, side)
    return by_bounds(piece, w, side) or by_tame_drift(piece, w, side) or by_period(piece, w, side)


Found = tuple[list[Condition], sp.Expr]


def by_bounds(piece: Piece, w: sp.Symbol, side: int) -> Found | None:
    """From the corners between which the drift lies: all keep the end, or m is integrable for none of them."""
    try:
        corners = bounds_at(piece.drift, w, side).corners
    except Inconclusive:
        return None
    found = [at_infinity(corner, piece.variance, w, side) for corner in corners]
    if all(conditions[0].verdict is False for conditions, _ in found):
        return found[0]
    kept = all(condition.verdict is True for conditions, _ in found for condition in conditions)
    return (list(all_conditions(found)), found[0][1]) if kept and len({limit for _, limit in found}) == 1 else None


def all_conditions(found: Sequence[Found]) -> Iterator[Condition]:
    for conditions, _ in found:
        yield from conditions


def by_tame_drift(piece: Piece, w: sp.Symbol, side: int) -> Found | None:
    """From a rational drift that differs by a bounded factor of m: neither integrability nor moments change."""
    tame = tame_drift(piece, w, side)
    if tame is None:
        return None
    conditions, limit = at_infinity(tame.drift, piece.variance, w, side)
    said = f"up to bounded factors {conditions[0].why_not}"
    return [replace(conditions[0], why_not=said), *conditions[1:]], limit


def by_period(piece: Piece, w: sp.Symbol, side: int) -> Found:
    """A periodic drift on the whole line: m over the periods is a geometric series in both directions."""
    period = None if w in piece.variance.free_symbols else period_of(piece.drift, w)
    if period is None or not piece.low == -piece.high == -sp.oo:
        raise Inconclusive(f"the drift {piece.drift} is not shown to lead back from infinity")
    nowhere = Condition(
        sp.Integer(0),
        "the zero-flux density is integrable on the whole line",
        why_not=f"the drift has the period {period}: from one period to the next m is multiplied by a constant",
    )
    return [nowhere], sp.oo


def at_infinity(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol, side: int) -> tuple[list[Condition], sp.Expr]:
    x = sp.Dummy("x", positive=True)
    end = "oo" if side > 0 else "-oo"
    speed, order = highest(side * 2 * drift / variance, w, side * x, x)
    _, power = highest(variance, w, side * x, x)
    integrable = f"the zero-flux density is integrable at {end}"
    if speed != 0 and order >= 0:
        return [Condition(-speed, integrable, why_not="m = exp(int 2 b/C)/C grows without bound there")], sp.oo
    growth = speed if order == -1 else sp.Integer(0)  # the term of order -1; a slower one leaves m ~ 1/C
    limit = sp.expand(power - growth - 1)
    return [
        Condition(limit, integrable, why_not=f"m = exp(int 2 b/C)/C is like |w|^({tidy(-1 - limit)}) there"),
        Condition(1 - growth, f"the diffusion does not run away to {end} in finite time", weak=True),
    ], limit


Term = tuple[sp.Expr, int]
"""(coefficient, power)"""


def lowest(expr: sp.Expr, w: sp.Symbol, place: sp.Expr, u: sp.Symbol) -> tuple[sp.Expr, int]:
    """The leading term a u^n of the expression as u -> 0: (a, n); (0, 0) for 0."""
    return leading(expr, w, place, u, lambda terms: terms[-1])


def highest(expr: sp.Expr, w: sp.Symbol, place: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, int]:
    """The leading term as x -> oo."""
    return leading(expr, w, place, x, lambda terms: terms[0])


def leading(
    expr: sp.Expr, w: sp.Symbol, place: sp.Expr, u: sp.Symbol, choose: Callable[[list[Term]], Term]
) -> Term:
    if expr == 0:
        return sp.Integer(0), 0
    parts = []
    for part in sp.fraction(sp.together(expr)):
        moved = sp.Poly(sp.expand(part.subs(w, place)), u)
        terms = [(coefficient, power) for (power,), coefficient in moved.terms() if not is_zero(coefficient)]
        parts.append(choose(terms))
    (top, above), (bottom, below) = parts
    return sp.factor(sp.radsimp(top / bottom)), above - below
