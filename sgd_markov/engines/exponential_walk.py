"""Walks w' = w + x whose density is a sum of x^l exp(-r x) on each side of 0: closed forms, with symbols if they are there.

Away from the ends v - K v acts on exp(L w) as 1 - phi(L), phi(L) = E exp(L x); what the ends cut off are multiples of
(end - w)^q exp(-r (end - w)), which have to vanish one by one (lack of memory). So solutions are polynomials and
exponentials at the zeros of 1 - phi, with coefficients from linear equations, and each is put into the equation again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial

import sympy as sp

from ..errors import Inconclusive
from ..laws.signs import sign
from ..numerics.exponential_sums import ExponentialSum, shifted_power
from ..numerics.kinked_steps import Steps, Term

ROOT = sp.Dummy("L")


@dataclass(frozen=True)
class Side:
    """The terms of the density of x > 0 (direction 1) or x < 0 (-1), each with its probability inside."""

    direction: int
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class ExponentialWalk:
    """`stay` is P(x = 0)."""

    up: Side
    down: Side
    stay: sp.Expr

    @cached_property
    def transform(self) -> sp.Expr:
        """phi(L) = E exp(L x)."""
        return self.stay + sp.Add(*(transformed(term, side) for side in (self.up, self.down) for term in side.terms))

    def moment(self, order: int) -> sp.Expr:
        """E x^order."""
        parts = [
            c_of(t, s)
            * factorial(t.power + order)
            / (s.direction * t.rate) ** (t.power + order + 1)
            * s.direction**order
            for s in (self.up, self.down)
            for t in s.terms
        ]
        return sp.factor(sp.cancel(sp.together(sp.Add(*parts))))

    @cached_property
    def roots(self) -> tuple[sp.Expr, ...] | None:
        """The zeros of 1 - phi other than 0, if they are simple and rational in the parameters; None otherwise."""
        numerator = sp.Poly(sp.numer(sp.together(1 - self.transform)), ROOT)
        found: list[sp.Expr] = []
        for factor, multiplicity in sp.factor_list(numerator.as_expr(), ROOT)[1]:
            poly = sp.Poly(factor, ROOT)
            if poly.degree() == 0 or factor == ROOT:
                continue
            if multiplicity > 1 or poly.degree() > 1:
                return None
            found.append(sp.factor(-poly.coeff_monomial(1) / poly.coeff_monomial(ROOT)))
        return tuple(found) if len(found) + self.order_of_zero == numerator.degree() else None

    @property
    def order_of_zero(self) -> int:
        """0 is a simple zero of 1 - phi, and a double one where the mean is 0."""
        return 2 if self.mean_is_zero else 1

    @cached_property
    def mean_is_zero(self) -> bool:
        return bool(self.moment(1) == 0)

    def killed(self, v: ExponentialSum, low: sp.Expr, high: sp.Expr) -> ExponentialSum:
        """w -> E[v(w + x); low <= w + x <= high]; an infinite end takes nothing, which needs v to be integrable there."""
        total = v.times(self.stay)
        for side, end in ((self.up, high), (self.down, low)):
            for term in side.terms:
                total += self.partial(v, side, term, end)
        return total

    def partial(self, v: ExponentialSum, side: Side, term: Term, end: sp.Expr) -> ExponentialSum:
        """The integral of c x^l exp(-r x) v(w + x) between 0 and end - w, by its antiderivative (see the kinked kernel):
        exp(-r x) sum_j (-1)^j l!/(l-j)! x^(l-j) R_j(w + x), R_j = S^(j+1) v."""
        total, ladder = ExponentialSum({}), v
        for j in range(term.power + 1):
            ladder = ladder.solved(term.rate)
            weight = (
                side.direction * term.coefficient * (-1) ** j * (factorial(term.power) // factorial(term.power - j))
            )
            if end.is_finite is not False:
                total += shifted_power(end, term.power - j, term.rate, weight * ladder.at(end))
            if j == term.power:
                total += ladder.times(-weight)
        return total

    def beyond(self, side: Side, end: sp.Expr) -> ExponentialSum:
        """P(w + x beyond the end)."""
        total = ExponentialSum({})
        for term in side.terms:
            solution, weight = ExponentialSum.monomial(1, 0), -side.direction * term.coefficient
            for j in range(term.power + 1):
                solution = solution.solved(term.rate)
                factor = weight * (-1) ** j * (factorial(term.power) // factorial(term.power - j))
                total += shifted_power(end, term.power - j, term.rate, factor * solution.at(end))
        return total

    # ---- solutions

    def mean_time(self, low: sp.Expr, high: sp.Expr) -> ExponentialSum | None:
        """v = 1 + K v; on a half line that of linear growth, where the mean leads out of it."""
        one = ExponentialSum.monomial(1, 0)
        if self.mean_is_zero:
            special = ExponentialSum.monomial(-1 / self.moment(2), 2)
        else:
            special = ExponentialSum.monomial(-1 / self.moment(1), 1)
        return self.solution(one, special, low, high)

    def hitting(self, low: sp.Expr, high: sp.Expr, upwards: bool) -> ExponentialSum | None:
        """h = P(w' beyond that end) + K h: the probability that the interval is left there."""
        side, end = (self.up, high) if upwards else (self.down, low)
        return self.solution(self.beyond(side, end), ExponentialSum({}), low, high)

    def solution(
        self, source: ExponentialSum, special: ExponentialSum, low: sp.Expr, high: sp.Expr
    ) -> ExponentialSum | None:
        """special + sum of A_j e_j with v - K v = source; None where the zeros have no formula."""
        basis = self.basis(low, high, special)
        if basis is None:
            return None
        columns = [self.defect(e, low, high) for e in basis]
        rest = source + self.defect(special, low, high).times(sp.Integer(-1))
        keys = sorted({key for column in (*columns, rest) for key in column.terms}, key=str)
        names = sp.symbols(f"A:{len(basis)}")
        equations = [
            sp.Add(*(a * c.terms.get(key, 0) for a, c in zip(names, columns, strict=True))) - rest.terms.get(key, 0)
            for key in keys
        ]
        found = coefficients(equations, names)
        v = special
        for a, e in zip(found, basis, strict=True):
            v += e.times(a)
        self.verify(v, source, low, high)
        return v

    def basis(self, low: sp.Expr, high: sp.Expr, special: ExponentialSum) -> list[ExponentialSum] | None:
        """The solutions of v = K v away from the ends, on a half line those that stay bounded."""
        if self.roots is None:
            return None
        directions = [sign(root) for root in self.roots]
        if low.is_infinite is True and high.is_infinite is not True:
            wanted = 1
        elif high.is_infinite is True:
            wanted = -1
        else:
            wanted = 0
        if wanted and None in directions:
            return None
        chosen = [r for r, d in zip(self.roots, directions, strict=True) if not wanted or d == wanted]
        found = [ExponentialSum.monomial(1, 0, root) for root in chosen]
        if not wanted and self.mean_is_zero:
            found.append(ExponentialSum.monomial(1, 1))
        if not wanted or special.terms:
            found.append(ExponentialSum.monomial(1, 0))
        return found

    def defect(self, v: ExponentialSum, low: sp.Expr, high: sp.Expr) -> ExponentialSum:
        """v - K v."""
        return simplified(v + self.killed(v, low, high).times(sp.Integer(-1)))

    def verify(self, v: ExponentialSum, source: ExponentialSum, low: sp.Expr, high: sp.Expr) -> None:
        """v - K v = source, coefficient by coefficient."""
        rest = simplified(self.defect(v, low, high) + source.times(sp.Integer(-1)))
        if rest.terms:
            raise Inconclusive("the solution of the linear equations is not proved to solve the integral equation")


def coefficients(equations: list[sp.Expr], names: tuple[sp.Symbol, ...]) -> list[sp.Expr]:
    found = sp.linsolve(equations, names)
    if not found:
        raise Inconclusive("the conditions at the ends have no solution")
    (solution,) = found
    if any(name in entry.free_symbols for entry in solution for name in names):
        raise Inconclusive("the conditions at the ends leave the solution open")
    return [neat(entry) for entry in solution]


def neat(expr: sp.Expr) -> sp.Expr:
    """Cancelled, exponentials as they are."""
    return sp.factor(sp.cancel(sp.together(sp.expand(expr))))


def simplified(total: ExponentialSum) -> ExponentialSum:
    """Coefficients that are 0 left out, by cancelling."""
    entries = ((key, sp.cancel(sp.together(sp.expand(c)))) for key, c in total.terms.items())
    return ExponentialSum({key: c for key, c in entries if c != 0})


def c_of(term: Term, side: Side) -> sp.Expr:
    """The coefficient for |x| instead of x."""
    return term.coefficient * side.direction**term.power


def transformed(term: Term, side: Side) -> sp.Expr:
    """The integral of c x^l exp(-r x) exp(L x) over the side: c l!/(r - L)^(l+1), with its sign."""
    return side.direction * term.coefficient * factorial(term.power) / (term.rate - ROOT) ** (term.power + 1)


def exponential_walk(steps: Steps) -> ExponentialWalk | None:
    """The steps as such a walk, or None."""
    if any(
        stride.drift != steps.state or stride.scale != 1 or stride.floor != -sp.oo or stride.ceiling != sp.oo for stride in steps.strides
    ):
        return None
    if any(jump.target != steps.state for jump in steps.jumps):
        return None
    up: list[Term] = []
    down: list[Term] = []
    for stride in steps.strides:
        for piece in stride.pieces:
            side = {(0, sp.oo): up, (-sp.oo, 0): down}.get((piece.low, piece.high))
            if side is None:
                return None
            side += [Term(stride.probability * t.coefficient, t.power, t.rate) for t in piece.terms]
    stay = sp.Add(*(jump.probability for jump in steps.jumps))
    return ExponentialWalk(Side(1, merged(up)), Side(-1, merged(down)), stay)


def merged(terms: list[Term]) -> tuple[Term, ...]:
    """Equal powers and rates collected."""
    found: dict[tuple[int, sp.Expr], sp.Expr] = {}
    for term in terms:
        key = term.power, term.rate
        found[key] = found.get(key, sp.Integer(0)) + term.coefficient
    return tuple(Term(c, *key) for key, c in found.items())
