"""The open intervals on which a diffusion lives, each with what makes its zero-flux density a stationary law.

The zero-flux density of dw = b dt + sqrt(C) dB is m = exp(int 2 b/C)/C. It is the density of a stationary law on an
open interval between zeros of C (and poles of b, C) where it is integrable and the ends are kept; see `ends`.
Drift and variance may have kinks and jumps, away from which the variance is rational, and the drift too but for
bounded functions (sines, tanh, ...) towards infinite ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import sympy as sp

from ...answer.answer import Hypothesis
from ...chain.diffusion import Diffusion, not_positive
from ...errors import Inconclusive
from ...numerics.diffusion_pieces import Piece, pieces_of
from ...numerics.signs_of_symbols import needs_values, sign_between
from ...proof.radicals import is_zero
from .ends import Condition, finite_end, infinite_end
from .places import is_below, larger, ordered, smaller, special_points, strictly_between


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
    symbols leave the order of the zeros or the sign of C open, and where C is nowhere positive.
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
        raise not_positive(diffusion.variance)
    places = [*cuts, *(end for end in (low, high) if end.is_finite and w.is_zero is not False)]
    fixed = [at for at in places if all(vanishes_at(e, w, at) for e in (diffusion.drift, diffusion.variance))]
    return Landscape(tuple(components), tuple(fixed), tuple(dict.fromkeys(hypotheses)))


def within(pieces: list[Piece], left: sp.Expr, right: sp.Expr) -> list[Piece]:
    """The parts of the pieces between two points."""
    if len(pieces) == 1:
        return [pieces[0].cut_to(left, right)]
    kept = [piece for piece in pieces if is_below(piece.low, right) and is_below(left, piece.high)]
    return [piece.cut_to(larger(piece.low, left), smaller(piece.high, right)) for piece in kept]


def variance_sign(piece: Piece, w: sp.Symbol, hypotheses: list[Hypothesis]) -> int:
    """The sign of the variance on the piece; that of a factor in symbols is assumed to make it positive."""
    sign = sign_between(piece.variance, w, piece.low, piece.high)
    if sign is not None:
        return sign
    constant, rest = sp.factor(piece.variance).as_independent(w, as_Add=False)
    if constant.is_nonpositive:
        constant, rest = -constant, -rest
    if sign_between(rest, w, piece.low, piece.high) == 1:
        hypotheses.append(Hypothesis(f"the variance is positive: {constant} > 0", "assumed"))
        return 1
    if constant.is_nonnegative and sign_between(rest, w, piece.low, piece.high) == -1:
        return -1
    raise needs_values(sp.Add(*(piece.variance.free_symbols - {w})), "whether the variance is positive depends on them")


def vanishes_at(expr: sp.Expr, w: sp.Symbol, at: sp.Expr) -> bool:
    value = sp.cancel(expr).subs(w, at) if expr.is_rational_function(w) else expr.subs(w, at)
    return bool(not value.has(sp.nan, sp.zoo, sp.oo) and is_zero(value))


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
