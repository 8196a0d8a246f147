"""One moment of an affine chain: after n steps, in closed form, in the limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

import sympy as sp
from flint import arb

from ...answer.answer import Hypothesis
from ...balls.evaluate import evaluate
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.exact_matrix import expressions, flint_rational, rational_matrix
from ...numerics.expectation import Exponents, batch_moments
from ...numerics.linear_recurrence import row_annihilator
from ...numerics.tidy import tidy
from .closed_form import closed_form
from .limit import limit_of, recurrent_limit
from .recursion import MomentRecursion, expectation, moment_recursion
from .sequence import Start, ball_after, rational, rational_terms, require_numbers, value_after
from .stability import oriented, stability
from .stationary import conditions_of_moments
from .system import AffineSystem

Piece = tuple[sp.Expr, list[sp.Expr]]
"""(factor, row of the recursion)"""

ORDER_LIMIT = 150
"""Recurrences of products of sequences are sought up to this order."""


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
        if any(form is None for form in found):
            return None
        combined = self.combined([form.expr for form in found if form is not None])
        return sp.expand(combined) if self.means else combined

    def limit(self, effort: Effort) -> tuple[sp.Expr, tuple[Hypothesis, ...]]:
        """The limit and its hypotheses; raises where there is none (see `limit_of`).

        The parts of a central moment may grow while it settles: then its own terms decide.
        """
        try:
            found = limit_of(self.recursion, self.rows, self.start, effort)
        except HypothesisViolated as grown:
            if not self.means:
                raise
            return self.limit_of_the_whole(grown, effort)
        value = self.combined(list(found.values))
        note = () if self.of_the_law(found.hypotheses, effort) else (self.note,)
        value = oriented(tidy(sp.cancel(value)), found.positive) if value.free_symbols else sp.expand(value)
        return value, (*found.hypotheses, *note)

    def limit_of_the_whole(self, grown: HypothesisViolated, effort: Effort) -> tuple[sp.Expr, tuple[Hypothesis, ...]]:
        """The limit of sum of factor * E row from its terms: products of recurrent sequences obey a recurrence too.

        Without a start, one start from which the moment does not converge is enough to refuse.
        """
        if self.recursion.degree <= 2 and self.means_settle(effort):
            raise grown
        state = self.recursion.system.state
        if self.start is None:
            for step in (0, 1):
                point = {symbol: sp.Integer(step * (i + 1)) for i, symbol in enumerate(state)}
                replace(self, start=self.recursion.at(point)).limit_of_the_whole(grown, effort)
            raise Inconclusive(f"the parts of the central moment do not settle ({grown.found}); give a start")
        if not rational(self.recursion, self.rows, self.start):
            raise Inconclusive(f"the parts of the central moment do not settle ({grown.found}); give numbers")
        bound = self.order_bound()
        if bound > ORDER_LIMIT:
            raise Inconclusive(
                f"the parts of the central moment do not settle ({grown.found}), and it has too many modes"
            )
        matrix, start = rational_matrix(expressions(self.recursion.matrix)), self.start
        columns = [rational_terms(rational_matrix([row]), matrix, start, 2 * bound + 2) for row in self.rows]
        terms = [self.combined([sp.Rational(int(t.p), int(t.q)) for t in at]) for at in zip(*columns, strict=True)]
        value, hypotheses = recurrent_limit([flint_rational(sp.expand(term)) for term in terms], grown.hypothesis)
        return value, (*hypotheses, self.note)

    def means_settle(self, effort: Effort) -> bool:
        """Do the means have limits? Then a covariance settles exactly if the moment of second order does."""
        firsts = {
            e for row in self.means.values() for e, c in zip(self.recursion.monomials, row, strict=True) if c != 0
        }
        try:
            return stability(moment_recursion(self.recursion.system, firsts, effort), effort).stable
        except Inconclusive:
            return False

    def order_bound(self) -> int:
        """A bound of the order of a recurrence of the moment: orders multiply in products, add in sums."""
        matrix = rational_matrix(expressions(self.recursion.matrix))
        orders = [row_annihilator(rational_matrix([row]), matrix).degree() for row in self.rows]
        of_means = dict(zip(self.means, orders[len(self.pieces) :], strict=True))
        total = 0
        for (factor, _), order in zip(self.pieces, orders, strict=False):
            for powers, _ in sp.Poly(factor, *self.means).terms():
                total += order * prod(n**k for n, k in zip(of_means.values(), powers, strict=True))
        return total

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
