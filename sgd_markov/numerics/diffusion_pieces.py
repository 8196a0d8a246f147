"""A diffusion cut at the kinks and jumps of its drift and variance, and what bounds a drift with sines and the like."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import sympy as sp

from ..chain.diffusion import Diffusion
from ..errors import Inconclusive
from .case_signs import Signs, Undecided
from .monotone_branches import NotInvertible
from .signs_of_symbols import needs_values
from .smooth_pieces import EndlessSteps, smooth_pieces

OSCILLATING = (sp.sin, sp.cos)
"""Between -1 and 1."""
SATURATING = {
    sp.tanh: (sp.Rational(1, 2), sp.Integer(1)),
    sp.erf: (sp.Rational(1, 2), sp.Integer(1)),
    sp.atan: (sp.pi / 4, sp.pi / 2),
}
"""Odd and increasing: function -> (a bound from below at 1, the limit at oo)."""
ENTIRE = (sp.exp, sp.sinh, sp.cosh, sp.erfc)
"""Bounded wherever their argument is."""
NODE_LIMIT = 4
"""Bounded functions in one drift: 2^n corners are looked at."""


@dataclass(frozen=True)
class Piece:
    """On (low, high) drift and variance are these smooth formulas; the variance is rational."""

    low: sp.Expr
    high: sp.Expr
    drift: sp.Expr
    variance: sp.Expr

    def cut_to(self, low: sp.Expr, high: sp.Expr) -> Piece:
        return Piece(low, high, self.drift, self.variance)


def pieces_of(diffusion: Diffusion) -> list[Piece]:
    """The smooth pieces over the state space, in increasing order; rational drifts in lowest terms.

    Raises `Inconclusive` where the variance is not rational or a kink has no exact place, `InvalidInput` where symbols
    order the kinks.
    """
    w, (low, high) = diffusion.variable, diffusion.state_space
    try:
        found = [
            Piece(inner.low, inner.high, outer.formula, inner.formula)
            for outer in smooth_pieces(diffusion.drift, w, low, high, Signs())
            for inner in smooth_pieces(diffusion.variance, w, outer.low, outer.high, Signs())
        ]
    except Undecided as error:
        raise needs_values(error.expr, "they order the kinks") from None
    except (NotInvertible, EndlessSteps) as error:
        raise Inconclusive(f"the kinks of the diffusion are not found: {error}") from None
    return [lowest_terms(piece, w) for piece in found]


def lowest_terms(piece: Piece, w: sp.Symbol) -> Piece:
    if not piece.variance.is_rational_function(w):
        raise Inconclusive(f"the variance {piece.variance} is not a rational function of {w}")
    variance = sp.cancel(piece.variance)
    if variance == 0:
        raise Inconclusive(f"the variance vanishes on the whole interval ({piece.low}, {piece.high})")
    drift = sp.cancel(piece.drift) if piece.drift.is_rational_function(w) else sp.expand(piece.drift)
    return Piece(piece.low, piece.high, drift, variance)


def poles(expr: sp.Expr, w: sp.Symbol) -> list[sp.Expr]:
    """Polynomials such that the expression is bounded near each point at which none of them is 0.

    Raises `Inconclusive` where it is of a kind of which that is not known.
    """
    if expr.is_rational_function(w):
        return [sp.fraction(sp.cancel(expr))[1]]
    if isinstance(expr, (*OSCILLATING, *SATURATING)):
        return []
    if isinstance(expr, (sp.Add, sp.Mul, *ENTIRE)):
        return [poly for part in expr.args for poly in poles(part, w)]
    if isinstance(expr, sp.Pow) and expr.exp.is_positive:
        return poles(expr.base, w)
    if isinstance(expr, sp.log) or (isinstance(expr, sp.Pow) and expr.exp.is_negative):
        inner = expr.args[0]
        if inner.is_rational_function(w):
            return list(sp.fraction(sp.cancel(inner)))
    raise Inconclusive(f"where {expr} is bounded is not known")


@dataclass(frozen=True)
class Bounds:
    """Rational functions between which an expression lies, at every w with `beyond` >= 0 for each of these.

    With a `slack` it is the expression up to the derivative of a function that varies by no more than that.
    """

    corners: tuple[sp.Expr, ...]
    beyond: tuple[sp.Expr, ...] = ()
    slack: sp.Expr = sp.S.Zero


def bounds_at(expr: sp.Expr, w: sp.Symbol, side: int) -> Bounds:
    """Bounds for w -> side * oo: every sine, cosine, tanh, atan, erf at the ends of its range.

    The expression is affine in each of these functions, so it lies between its values at the corners.
    Raises `Inconclusive` where it is not, or where it is not rational in w otherwise.
    """
    if expr.is_rational_function(w):
        return Bounds((sp.cancel(expr),))
    nodes = sorted((n for n in expr.atoms(*OSCILLATING, *SATURATING) if w in n.free_symbols), key=sp.default_sort_key)
    names = [sp.Dummy(f"f_{k}", real=True) for k in range(len(nodes))]
    replaced = expr.xreplace(dict(zip(nodes, names, strict=True)))
    tame = replaced.is_rational_function(w) and all(
        replaced.is_polynomial(n) and sp.degree(replaced, n) <= 1 for n in names
    )
    if not tame or len(nodes) > NODE_LIMIT:
        raise Inconclusive(f"{expr} is not a rational function of {w}, nor one with a few bounded functions in it")
    ranges = [range_of(node, w, side) for node in nodes]
    corners = tuple(
        sp.cancel(replaced.xreplace(dict(zip(names, values, strict=True))))
        for values in product(*(r[0] for r in ranges))
    )
    return Bounds(corners, tuple(need for _, needs in ranges for need in needs))


def range_of(node: sp.Expr, w: sp.Symbol, side: int) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """(the ends of the range, what must not be negative for it)."""
    argument = node.args[0]
    if isinstance(node, OSCILLATING):
        return (sp.Integer(-1), sp.Integer(1)), ()
    low, high = SATURATING[type(node)]
    if argument.is_polynomial(w):
        poly = sp.Poly(argument.subs(w, side * w), w)
        if poly.LC().is_positive:
            return (low, high), (argument - 1,)
        if poly.LC().is_negative:
            return (-high, -low), (-argument - 1,)
    return (-high, high), ()
