"""A stationary law that is a family of `laws`: everything follows from its density, moments and distribution function."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign, refine, sign_by_bits
from ..balls.evaluate import evaluate
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.law import Finite, HalfLattice, Interval, Law
from ..laws.normal import Normal
from ..laws.signs import sign
from ..numerics.exact_numbers import number
from ..numerics.law_mean import law_mean
from ..numerics.sign_change import rational_root, sign_change
from ..numerics.tidy import tidy, without_inverse_roots
from .stationary_law import Kind, StationaryLaw

DOUBLINGS = 4000
"""How far outwards a quantile is searched, in doublings of the distance from 0."""


@dataclass(frozen=True, kw_only=True)
class Elementary(StationaryLaw):
    """The state, one real variable, has the law `law`, which has a density or finitely many atoms.

    >>> from sgd_markov.laws.normal import Normal
    >>> w = sp.Symbol("w", real=True)
    >>> Elementary(family="normal", state=(w,), law=Normal(0, 2)).mean_of(w**4, Effort()).exact
    48
    """

    law: Law

    @property
    def variable(self) -> sp.Symbol:
        return self.state[0]

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY if isinstance(self.law.support, Interval) else Kind.ATOMIC

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        support = self.law.support
        return [(support.low, support.high)] if isinstance(support, Interval) else None

    @property
    def atoms(self) -> list[tuple[tuple[sp.Expr, ...], sp.Expr]]:
        return [((value,), probability) for value, probability in self.law.atoms or ()]

    def density(self) -> sp.Expr | None:
        found = self.law.density(self.variable)
        found = without_inverse_roots(found) if isinstance(self.law, Normal) else found  # its variance is positive
        return None if found is None else self.within_support(self.variable, found, sp.Integer(0), sp.Integer(0))

    def characteristic_function(self, t: sp.Symbol) -> sp.Expr | None:
        return self.law.characteristic_function(t)

    def within_support(self, at: sp.Expr, inside: sp.Expr, below: sp.Expr, above: sp.Expr) -> sp.Expr:
        """`inside` between the ends of the support, the other values outside; a case distinction where needed."""
        support = self.law.support
        assert isinstance(support, Interval)
        cases: list[tuple[sp.Expr, sp.Basic]] = []
        for end, value, relation in ((support.low, below, sp.Le), (support.high, above, sp.Ge)):
            if end.is_infinite:
                continue
            outside = decided(at - end, relation)
            if outside is True:
                return value
            if outside is None:
                cases.append((value, relation(at, end)))
        return sp.Piecewise(*cases, (inside, True)) if cases else inside

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """E of(w): polynomials from the moments; powers and the logarithm of |a + b w| in closed form; for atoms the sum;
        otherwise a certified integral."""
        w = self.variable
        if of.is_polynomial(w):
            terms = sp.Poly(of, w).terms()
            mean = sp.Add(*(c * (self.law.moment(k) if k else 1) for (k,), c in terms))
            return number(tidy(mean) if mean.free_symbols else mean, effort, f"E[{of}]")
        if self.law.atoms is not None:
            return number(sp.Add(*(p * of.subs(w, value) for value, p in self.law.atoms)), effort, f"E[{of}]")
        found = self.closed_mean(of)
        if found is not None:
            return number(found, effort, f"E[{of}]")
        if not self.law.has_density or (of.free_symbols | self.law.free_symbols) - {w}:
            raise self.unknown(f"E[{of}]")
        return Number(None, refine(lambda: law_mean(self.law, of, w), effort, f"E[{of}]"), effort.digits)

    def closed_mean(self, of: sp.Expr) -> sp.Expr | None:
        """E exp(a + b w), E log|a + b w|, E |a + b w|^p, E cos(c w) and E sin(c w) where the family knows them."""
        w = self.variable
        if isinstance(of, sp.cos | sp.sin) and w not in (of.args[0] / w).free_symbols:
            transform = self.law.characteristic_function(of.args[0] / w)
            part = sp.re if isinstance(of, sp.cos) else sp.im
            return None if transform is None else part(transform)
        if isinstance(of, sp.exp) and of.args[0].is_polynomial(w) and sp.degree(of.args[0], w) == 1:
            line = sp.Poly(of.args[0], w)
            mean = self.law.mean_exp(line.nth(1))
            return None if mean is None else sp.exp(line.nth(0)) * mean
        if isinstance(of, sp.log) and isinstance(of.args[0], sp.Abs):
            line = sp.Poly(of.args[0].args[0], w)
            return self.law.log_affine(line.nth(0), line.nth(1)) if line.degree() == 1 else None
        base, order = of.as_base_exp()
        modulus = isinstance(base, sp.Abs)
        inner = base.args[0] if modulus else base
        if (modulus or order.is_negative) and w not in order.free_symbols and inner.is_polynomial(w) and sp.degree(inner, w) == 1:
            line = sp.Poly(inner, w)
            self.require_power(sp.cancel(-line.nth(0) / line.nth(1)), order)
            mean = self.law.power_affine(line.nth(0), line.nth(1), order) if modulus else None
            return None if mean is None or mean.has(sp.nan, sp.zoo, sp.oo) else mean
        return None

    def require_power(self, place: sp.Expr, order: sp.Expr) -> None:
        """E|w - place|^order is finite; then the formula for order > 0 holds, as both are analytic in the order.

        Raises `HypothesisViolated` where it is infinite, `Inconclusive` where that is not decided.
        """
        support = self.law.support
        if sign(order) in (0, 1) or not isinstance(support, Interval):
            return
        sides = [1 if end.is_infinite else sign(side * (end - place)) for side, end in ((-1, support.low), (1, support.high))]
        if -1 in sides:
            return
        mean, inside = f"E|{self.variable - place}|^({order})", sides == [1, 1]
        growth = sp.Integer(0) if inside else None if None in sides else self.growth_beside(place, 1 if sides[0] == 0 else -1)
        integrable = None if growth is None or (inside and not self.is_finite_at(place)) else sign(order + growth + 1)
        if integrable is None:
            raise Inconclusive(f"whether {mean} is finite is not decided")
        if integrable != 1:
            shape = "positive" if growth == 0 else f"like the power {growth} of the distance"
            raise HypothesisViolated(f"{mean} < oo", f"beside {place} the density is {shape}")

    def is_finite_at(self, place: sp.Expr) -> bool:
        """Is the density known and finite there?"""
        density = self.law.density(place)
        return density is not None and not density.has(sp.nan, sp.zoo, sp.oo)

    def growth_beside(self, end: sp.Expr, side: int) -> sp.Expr | None:
        """The r with density ~ u^r at the distance u from an end of the support, where u p'/p is rational; else None."""
        u = sp.Dummy("u", positive=True)
        density = self.law.density(end + side * u)
        if density is None:
            return None
        slope = sp.cancel(sp.together(u * sp.diff(sp.expand_log(sp.log(density), force=True), u)))
        value = slope.subs(u, 0) if slope.is_rational_function(u) else sp.nan
        return None if value.has(sp.nan, sp.zoo, sp.oo) else value

    def cdf_formula(self, at: sp.Expr) -> sp.Expr | None:
        """P(w <= at) in closed form, or None."""
        if self.law.atoms is not None:
            return sp.Add(*(p * step_function(at - value) for value, p in self.law.atoms))
        inside = self.law.cdf(at)
        return None if inside is None else self.within_support(at, inside, sp.Integer(0), sp.Integer(1))

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        if at in (sp.oo, -sp.oo):
            return number(sp.Integer(1 if at == sp.oo else 0), effort, "the distribution function")
        found = None if isinstance(self.law.support, HalfLattice) else self.cdf_formula(at)
        if found is None:
            raise self.unknown("the distribution function")
        return number(found, effort, "the distribution function")

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        if isinstance(self.law.support, Finite):
            mass = sp.Add(*(p for value, p in self.law.support.atoms if same(value, at)))
            return number(mass, effort, "the mass of a point")
        return super().mass_at(at, effort)

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        if self.law.atoms is not None:
            inside = [p for value, p in self.law.atoms if not_below(value, low) and not_below(high, value)]
            return number(sp.Add(*inside), effort, "the probability")
        ends = [self.cdf(end, effort).exact for end in (low, high)]
        assert ends[0] is not None and ends[1] is not None
        return number(ends[1] - ends[0], effort, "the probability")

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        self.require_density()
        found = self.law.density(at)
        if found is None:
            raise self.unknown("the density")
        value = self.within_support(at, found, sp.Integer(0), sp.Integer(0))
        if value.has(sp.oo, sp.zoo, sp.nan):
            raise Inconclusive(f"the density is unbounded at {at}")
        return number(value, effort, "the density")

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The closed form of the family, else the root of P(w <= q) = level by bisection with proved signs; for atoms
        the first that reaches it."""
        require_level(level)
        if self.law.atoms is not None:
            return number(atomic_quantile(self.law.atoms, level), effort, "the quantile")
        closed = self.law.quantile(level)
        if closed is not None:
            return number(tidy(closed) if closed.free_symbols else closed, effort, "the quantile")
        if self.law.free_symbols or level.free_symbols:
            names = ", ".join(sorted(map(str, self.law.free_symbols | level.free_symbols)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: quantiles are numeric")
        found = self.quantile_enclosure(level, effort)
        root = rational_root(found, lambda q: self.rational_side(q, level))
        exact = None if root is None else sp.Rational(root.numerator, root.denominator)
        return Number(exact, found if root is None else Enclosure.point(root), effort.digits)

    def rational_side(self, q: Fraction, level: sp.Expr) -> int | None:
        """The sign of P(w <= q) - level where that is a rational number."""
        formula = self.cdf_formula(sp.Rational(q.numerator, q.denominator))
        return None if formula is None or not (formula - level).is_Rational else proved_sign(formula - level)

    def quantile_enclosure(self, level: sp.Expr, effort: Effort) -> Enclosure:
        def sign_at(q: Fraction) -> int | None:
            at = sp.Rational(q.numerator, q.denominator)
            formula = self.cdf_formula(at)
            if formula is None:
                raise self.unknown("the quantile")
            gap = formula - level
            return proved_sign(gap) if gap.is_Rational else sign_by_bits(lambda: evaluate(gap), effort)

        return sign_change(sign_at, *outwards(sign_at), effort)


def outwards(sign_at: object) -> tuple[Fraction, Fraction]:
    """Dyadic points below and above the place where the sign turns from -1 to 1."""
    low, high = Fraction(-1), Fraction(1)
    for _ in range(DOUBLINGS):
        if sign_at(low) == -1:  # type: ignore[operator]
            break
        low *= 2
    for _ in range(DOUBLINGS):
        if sign_at(high) == 1:  # type: ignore[operator]
            return low, high
        high *= 2
    raise Inconclusive("the quantile is not found within the numbers tried")


def require_level(level: sp.Expr) -> None:
    if not level.free_symbols and not (proved_sign(level) == 1 and proved_sign(1 - level) == 1):
        raise InvalidInput("quantile", level, "a number strictly between 0 and 1")


def atomic_quantile(atoms: tuple[tuple[sp.Expr, sp.Expr], ...], level: sp.Expr) -> sp.Expr:
    total = sp.Integer(0)
    for value, probability in sorted(atoms, key=cmp_to_key(by_place)):
        total += probability
        if not_below(total, level):
            return value
    raise Inconclusive("the probabilities do not reach the level")


def by_place(first: tuple[sp.Expr, sp.Expr], second: tuple[sp.Expr, sp.Expr]) -> int:
    """-1, 0 or 1 as the first atom lies below, on or above the second."""
    return not_below(first[0], second[0]) - not_below(second[0], first[0])


def decided(difference: sp.Expr, relation: type[sp.Rel]) -> bool | None:
    """Is `difference relation 0`? None where symbols leave it open."""
    answer = relation(difference, 0)
    if answer in (sp.true, sp.false):
        return bool(answer)
    if difference.free_symbols:
        return None
    sign = proved_sign(difference)
    if sign is None:
        raise Inconclusive(f"the sign of {difference} is not decided")
    return bool(relation(sp.Integer(sign), 0))


def not_below(first: sp.Expr, second: sp.Expr) -> bool:
    """first >= second, proved; refuses what free symbols leave open."""
    found = decided(first - second, sp.Ge)
    if found is None:
        names = ", ".join(sorted(map(str, (first - second).free_symbols)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: which atoms are meant depends on them")
    return found


def same(first: sp.Expr, second: sp.Expr) -> bool:
    return not_below(first, second) and not_below(second, first)


def step_function(difference: sp.Expr) -> sp.Expr:
    """1 where the difference is not negative, else 0."""
    found = decided(difference, sp.Ge)
    return sp.Piecewise((1, difference >= 0), (0, True)) if found is None else sp.Integer(int(found))
