"""A rational drift that a diffusion follows towards infinity, up to what bounded oscillations add to log m."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..errors import Inconclusive
from .diffusion_pieces import OSCILLATING, SATURATING, Piece
from .log_weight import drift_integral


@dataclass(frozen=True)
class TameDrift:
    """int 2 b/C = int 2 `drift`/C + r with |r| <= `slack`, at every w with `beyond` >= 0 for each of these."""

    drift: sp.Expr
    slack: sp.Expr
    beyond: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Term:
    """A term of int 2 b/C: `tame`, with a rational derivative, and a bound of the rest."""

    tame: sp.Expr
    slack: sp.Expr = sp.S.Zero
    beyond: tuple[sp.Expr, ...] = ()


def tame_drift(piece: Piece, w: sp.Symbol, side: int) -> TameDrift | None:
    """The rational drift towards side * oo; None where int 2 b/C is not known as a tame function and bounded ones.

    >>> w = sp.Symbol("w", real=True)
    >>> tame_drift(Piece(-sp.oo, sp.oo, 1 - sp.sin(w), sp.Integer(2)), w, 1)
    TameDrift(drift=1, slack=1, beyond=())
    """
    try:
        integral = sp.expand(drift_integral(piece, w))
    except Inconclusive:
        return None
    terms = [term_of(part, w, side) for part in sp.Add.make_args(integral)]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return None
    slope = sp.cancel(sp.together(sp.diff(sp.Add(*(term.tame for term in known)), w)))
    return TameDrift(
        sp.cancel(slope * piece.variance / 2),
        sp.Add(*(term.slack for term in known)),
        tuple(need for term in known for need in term.beyond),
    )


def term_of(part: sp.Expr, w: sp.Symbol, side: int) -> Term | None:
    constant, rest = part.as_independent(w, as_Add=False)
    size = sp.Abs(constant)
    if rest.is_rational_function(w):
        return Term(part)
    if isinstance(rest, OSCILLATING):
        return Term(sp.Integer(0), size)
    if isinstance(rest, tuple(SATURATING)):
        return Term(sp.Integer(0), size * SATURATING[type(rest)][1])
    if isinstance(rest, sp.log):
        return logarithm(constant, rest.args[0], w, side)
    return None


def logarithm(constant: sp.Expr, argument: sp.Expr, w: sp.Symbol, side: int) -> Term | None:
    """log of a rational function, or of cosh y for a linear y: |y| - log 2 <= log cosh y <= |y|."""
    if argument.is_rational_function(w):
        return Term(constant * sp.log(argument))
    if not isinstance(argument, sp.cosh):
        return None
    inner = argument.args[0]
    if not inner.is_polynomial(w) or sp.degree(inner, w) != 1:
        return None
    sign = sp.sign(sp.Poly(inner, w).nth(1) * side)
    if sign not in (1, -1):
        return None
    return Term(constant * sign * inner, sp.Abs(constant) * sp.log(2), (sign * inner,))


def period_of(expr: sp.Expr, w: sp.Symbol) -> sp.Expr | None:
    """A period of a function of sines and cosines of linear arguments, w standing nowhere else; else None.

    >>> w = sp.Symbol("w", real=True)
    >>> period_of(sp.exp(sp.sin(2 * w)) + sp.cos(3 * w), w), period_of(w + sp.sin(w), w)
    (2*pi, None)
    """
    nodes = sorted((node for node in expr.atoms(*OSCILLATING) if w in node.free_symbols), key=sp.default_sort_key)
    names = {node: sp.Dummy() for node in nodes}
    if not nodes or w in expr.xreplace(names).free_symbols:
        return None
    inner = [node.args[0] for node in nodes]
    if any(not argument.is_polynomial(w) or sp.degree(argument, w) != 1 for argument in inner):
        return None
    rates = [sp.Poly(argument, w).nth(1) for argument in inner]
    ratios = [sp.cancel(rate / rates[0]) for rate in rates]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    common = sp.gcd_list(ratios)  # every rate is an integer multiple of common * rates[0]
    return 2 * sp.pi / (common * sp.Abs(rates[0]))
