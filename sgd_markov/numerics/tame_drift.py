"""A rational drift that a diffusion follows towards infinity, up to what bounded functions add to log m.

Exponentials that tend to 0 are bounded; one that grows is replaced by a Taylor polynomial below it, of a degree above
that of all else: then m lies below that of the rational drift where it decays, and above it where it grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from ..errors import Inconclusive
from .diffusion_pieces import OSCILLATING, SATURATING, Piece
from .log_weight import drift_integral
from .signs_of_symbols import known_sign

HYPERBOLIC = (sp.sinh, sp.cosh)


@dataclass(frozen=True)
class TameDrift:
    """int 2 b/C = int 2 `drift`/C + r with |r| <= `slack`, at every w with `beyond` >= 0 for each of these; beside
    growing exponentials r may also have the sign that makes m decay (or grow) faster."""

    drift: sp.Expr
    slack: sp.Expr
    beyond: tuple[sp.Expr, ...]


@dataclass(frozen=True)
class Term:
    """A term of int 2 b/C: `tame`, with a rational derivative, and a bound of the rest."""

    tame: sp.Expr
    slack: sp.Expr = sp.S.Zero
    beyond: tuple[sp.Expr, ...] = ()
    growth: int | None = 0
    """The sign of an exponential that grows, None where symbols leave it open."""


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
    parts = sp.Add.make_args(sp.expand(sp.Add(*map(in_exponentials, sp.Add.make_args(integral)))))
    terms = [term_of(part, w, side, degree_above(parts, w)) for part in parts]
    known = [term for term in terms if term is not None]
    signs = {term.growth for term in known} - {0}
    if len(known) < len(terms) or len(signs) > 1:
        return None
    slope = sp.cancel(sp.together(sp.diff(sp.Add(*(term.tame for term in known)), w)))
    return TameDrift(
        sp.cancel(slope * piece.variance / 2),
        sp.Add(*(term.slack for term in known)),
        tuple(need for term in known for need in term.beyond),
    )


def in_exponentials(part: sp.Expr) -> sp.Expr:
    """A multiple of sinh or cosh as two exponentials; other terms as they are."""
    hyperbolic = any(isinstance(factor, HYPERBOLIC) for factor in sp.Mul.make_args(part))
    return part.rewrite(sp.exp) if hyperbolic else part


def degree_above(parts: Sequence[sp.Expr], w: sp.Symbol) -> int:
    """A degree above those of all polynomials among the terms."""
    return 1 + max((int(sp.degree(part, w)) for part in parts if part.is_polynomial(w) and part.has(w)), default=0)


def term_of(part: sp.Expr, w: sp.Symbol, side: int, degree: int) -> Term | None:
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
    if isinstance(rest, sp.exp) and rest.args[0].is_polynomial(w):
        return exponential(constant, rest.args[0], w, side, degree)
    if isinstance(rest, sp.Mul) and isinstance(sp.cancel(rest / w), tuple(SATURATING)):
        return saturated(constant, sp.cancel(rest / w), w, side)
    return None


def saturated(constant: sp.Expr, node: sp.Expr, w: sp.Symbol, side: int) -> Term | None:
    """c w f(y) for tanh, erf, atan of y = p w + q: f is within 1/|y| of its limit, so w f(y) within 2/|p| of w times it
    where 2 |y| >= |p w|."""
    inner = node.args[0]
    if not inner.is_polynomial(w) or sp.degree(inner, w) != 1:
        return None
    rate = sp.Poly(inner, w).nth(1)
    direction = known_sign(rate * side)
    if direction in (None, 0):
        return None
    limit = direction * SATURATING[type(node)][1]
    enough = 2 * direction * inner - sp.Abs(rate) * side * w
    return Term(constant * limit * w, 2 * sp.Abs(constant / rate), (side * w, enough))


def exponential(constant: sp.Expr, inner: sp.Expr, w: sp.Symbol, side: int, degree: int) -> Term | None:
    """c exp(y): at most |c| where y <= 0; where y grows, c times a Taylor polynomial of exp, whose slope is smaller."""
    poly = sp.Poly(inner, w)
    direction = known_sign(poly.LC() * side ** poly.degree())
    if direction == -1:
        return Term(sp.Integer(0), sp.Abs(constant), (-inner,))
    if direction != 1:
        return None
    series = sp.Add(*(inner**k / sp.factorial(k) for k in range(degree + 1)))
    return Term(sp.expand(constant * series), sp.Integer(0), (inner, side * sp.diff(inner, w)), known_sign(constant))


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
