"""One moment of an affine chain: after n steps, in closed form, in the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp
from flint import arb

from ...answer.answer import Hypothesis
from ...balls.evaluate import evaluate
from ...effort import Effort
from ...numerics.expectation import Exponents, batch_moments
from ...numerics.tidy import tidy
from .closed_form import closed_form
from .limit import limit_of
from .recursion import MomentRecursion, expectation, moment_recursion
from .sequence import Start, ball_after, require_numbers, value_after
from .stability import oriented
from .stationary import conditions_of_moments
from .system import AffineSystem

Piece = tuple[sp.Expr, list[sp.Expr]]
"""(factor, row of the recursion)"""


@dataclass(frozen=True)
class Moment:
    """E polynomial(w_n) = sum of factor * E row: the factors are polynomials in the symbols of `means`.

    `means`: symbol -> the row whose expectation it stands for. `start`: m(0), None where none was given.
    """

    recursion: MomentRecursion
    pieces: tuple[Piece, ...]
    means: Mapping[sp.Symbol, list[sp.Expr]]
    start: Start | None

    @property
    def rows(self) -> list[list[sp.Expr]]:
        return [*(row for _, row in self.pieces), *self.means.values()]

    def combined(self, values: list[sp.Expr]) -> sp.Expr:
        """The moment from the expectations of the rows."""
        of_means = dict(zip(self.means, values[len(self.pieces) :], strict=True))
        return sp.Add(*(f.subs(of_means) * v for (f, _), v in zip(self.pieces, values, strict=False)))

    def after(self, steps: int, effort: Effort) -> sp.Expr:
        """The exact moment after so many steps of the recursion."""
        assert self.start is not None
        values = value_after(self.recursion, self.rows, self.start, steps, effort)
        found = self.combined(values)
        return tidy(sp.cancel(found)) if found.free_symbols else sp.expand(found)

    def ball(self, steps: int) -> arb:
        """The same as a ball at the present precision; numbers only."""
        assert self.start is not None
        require_numbers(self.recursion, self.start, steps)
        values = ball_after(self.recursion, self.rows, self.start, steps)
        of_means = dict(zip(self.means, values[len(self.pieces) :], strict=True))
        return sum((evaluate(f, of_means) * v for (f, _), v in zip(self.pieces, values, strict=False)), arb(0))

    def formula(self, effort: Effort) -> sp.Expr | None:
        """The moment in n, or None where an eigenvalue has no closed form."""
        assert self.start is not None
        found = [closed_form(self.recursion, row, self.start, effort) for row in self.rows]
        return None if any(form is None for form in found) else self.combined([form.expr for form in found if form])

    def limit(self, effort: Effort) -> tuple[sp.Expr, tuple[Hypothesis, ...]]:
        """The limit and its hypotheses; raises where there is none (see `limit_of`)."""
        found = limit_of(self.recursion, self.rows, self.start, effort)
        value = self.combined(list(found.values))
        note = () if self.of_the_law(found.hypotheses, effort) else (self.note,)
        value = oriented(tidy(sp.cancel(value)), found.positive) if value.free_symbols else sp.expand(value)
        return value, (*found.hypotheses, *note)

    @property
    def note(self) -> Hypothesis:
        return Hypothesis(f"the stationary law has a moment of order {self.recursion.degree}", "undecided")

    def of_the_law(self, hypotheses: tuple[Hypothesis, ...], effort: Effort) -> bool:
        """Has the stationary law these moments, under the hypotheses of the limit alone?"""
        asked = {e for row in self.rows for e, c in zip(self.recursion.monomials, row, strict=True) if c != 0}
        if not any(map(any, asked)):
            return True
        needed = conditions_of_moments(self.recursion.system, asked, effort)
        return needed is not None and needed <= {h.statement for h in hypotheses}


def moment_of(
    system: AffineSystem, polynomial: sp.Expr, central: bool, start: Mapping[sp.Symbol, sp.Expr] | None, effort: Effort
) -> Moment:
    """E polynomial(w_n), or E polynomial(w_n - E w_n) if `central`; only the coordinates that enter are followed."""
    system = system.restricted(system.coordinates(polynomial.free_symbols & {*system.state}) or system.state[:1])
    state = system.state
    if central and system.fixed_matrix and not system.by_epochs:
        return moment_of(centred(system), polynomial, False, dict.fromkeys(state, sp.Integer(0)), effort)
    centres = {s: sp.Dummy(f"mean_{s}", real=True) for s in state if central and s in polynomial.free_symbols}
    shifted = sp.expand(polynomial.subs({s: s - m for s, m in centres.items()}, simultaneous=True))
    terms: dict[Exponents, sp.Expr] = dict(sp.Poly(shifted, *state).terms())
    firsts = {m: tuple(int(s == other) for other in state) for s, m in centres.items()}
    recursion = moment_recursion(system, {*terms, *firsts.values()}, effort)
    means = {m: recursion.row_of({e: sp.Integer(1)}) for m, e in firsts.items()}
    pieces = tuple((c, recursion.row_of({e: sp.Integer(1)})) for e, c in terms.items())
    if not central:
        pieces = ((sp.Integer(1), recursion.row_of(terms)),)
    return Moment(recursion, pieces, means, None if start is None else recursion.at(start))


def centred(system: AffineSystem) -> AffineSystem:
    """The chain of w - E w, for A that is not random: b less its mean, from 0."""
    moments = batch_moments(tuple(e for _, e in system.means), system.draw, degree(system))
    expected = expectation(system, moments)
    means = []
    for entry in system.offset:
        poly = sp.Poly(entry, *system.variables) if system.variables else None
        terms = [((), entry)] if poly is None else poly.terms()
        means.append(sp.Add(*(factor * expected(tuple(powers)) for powers, factor in terms)))
    less = sp.ImmutableMatrix([entry - mean for entry, mean in zip(system.offset, means, strict=True)])
    return replace(system, offset=less)


def degree(system: AffineSystem) -> int:
    """The degree of b in the variables."""
    if not system.variables:
        return 0
    degrees = (sp.Poly(entry, *system.variables).total_degree() for entry in system.offset if entry != 0)
    return max(map(int, degrees), default=0)
