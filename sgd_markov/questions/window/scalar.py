"""Windows of a random number M: where E log|M|, or log E|M|^p, is negative."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import sympy as sp
from flint import arb

from ...answer.enclosure import Bound
from ...balls.adaptive import sign_by_bits
from ...balls.evaluate import evaluate
from ...balls.precision import ball
from ...chain.mixture import Component
from ...chain.parameter_laws import require_probabilities, with_standard_laws
from ...effort import Effort
from ...engines.analytic_window import Exponent, analytic_window
from ...engines.concave_window import LogLinearSum, concave_window
from ...engines.log_potential import Term, decomposed, total
from ...engines.moment_window import convex_window
from ...engines.one_crossing import changes_sign_once, crossing_window
from ...engines.parametric_window import Quotient
from ...engines.polynomial_window import polynomial_window, quotient
from ...engines.power_mean import even_moment, formula_of, power_ball
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.affine_mixture import AffineMixture
from ...numerics.cells import point_sign
from ...numerics.exact_numbers import end_number
from ...numerics.lattice_log_sum import LatticeLogSum
from ...numerics.log_terms import LogTerms, has_rational_terms, is_rational_polynomial, log_terms
from ...numerics.small_step import Curvature
from ...numerics.windows import Window

Domain = tuple[Bound, Bound]


@dataclass(frozen=True)
class LogMeanInParameter:
    """E log|M| as a function of the parameter: `formula` and the terms without a closed form.

    `terms`: the closed form as weighted logarithms, where it is one. `others`: free symbols besides the parameter.
    """

    components: tuple[Component, ...]
    parameter: sp.Symbol
    formula: sp.Expr
    open_terms: list[Term]

    @classmethod
    def of(cls, components: tuple[Component, ...], parameter: sp.Symbol, domain: Domain) -> LogMeanInParameter:
        components = standard(components, parameter, domain)
        require_probabilities(components, parameter, domain)
        found = cls(components, parameter, *decomposed(components))
        if found.formula.has(-sp.oo):
            raise HypothesisViolated("the exponent is not -oo for every value", "an atom makes the multiplier 0 throughout")
        return found

    @property
    def terms(self) -> LogTerms | None:
        return None if self.open_terms else log_terms(self.formula)

    @property
    def others(self) -> set[sp.Symbol]:
        inside = (t.poly.free_symbols_in_domain | t.law.free_symbols for t in self.open_terms)
        free: set[sp.Symbol] = self.formula.free_symbols.union(*inside) - {self.parameter}
        return free

    @property
    def symbolic_quotient(self) -> Quotient:
        """N and D, with free symbols, such that the exponent is negative iff |N| < |D|."""
        terms = self.terms
        if terms is None or not all(c.is_Rational for c, _ in terms):
            names = ", ".join(sorted(map(str, self.others)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}")
        common = lcm(*(int(c.q) for c, _ in terms))
        above, below = sp.fraction(sp.together(sp.Mul(*(expr ** (c * common) for c, expr in terms))))
        return above, below


def standard(components: tuple[Component, ...], parameter: sp.Symbol, domain: Domain) -> tuple[Component, ...]:
    """The parameter moved from the laws to the expressions; it has to occur."""
    components = with_standard_laws(components, parameter, domain)
    if not any(parameter in c.values[0].free_symbols | c.probability.free_symbols for c in components):
        raise InvalidInput("parameter", parameter, "a symbol on which the linearisation at the point depends")
    return components


def number_window(mean: LogMeanInParameter, domain: Domain, effort: Effort) -> Window:
    """Where E log|M| < 0; no symbol but the parameter is free."""
    components, parameter, terms = mean.components, mean.parameter, mean.terms
    if terms is not None and has_rational_terms(terms, parameter):
        exact = quotient(terms, parameter)
        if exact is not None:
            return polynomial_window(*exact, domain, effort, superstable_polynomial(components, parameter))
        linear = log_linear(terms, parameter)
        if linear is not None:
            return concave_window(linear, domain, effort)
    if any(not law.has_density for component in components for law in component.laws.values()):
        return lattice_window(components, parameter, domain, effort)
    if mean.open_terms and Curvature.of(components, parameter) is None:
        names = ", ".join(sorted({law.name for component in components for law in component.laws.values()}))
        raise Inconclusive(f"the window needs a closed form of the exponent, or a density and M = 1 - {parameter} Y; here: {names}")
    return continuous_window(exponent(mean.formula, mean.open_terms, components, parameter), components, domain, effort)


def lattice_window(components: tuple[Component, ...], t: sp.Symbol, domain: Domain, effort: Effort) -> Window:
    """Laws on a half-lattice: from a positive start on concave pieces between finitely many singular points."""
    found = LatticeLogSum.of(components, t)
    if found is None or domain[0] < 0:
        raise Inconclusive(
            f"with infinitely many atoms windows are known for M = 1 - {t} Y, {t} > 0, Y rational and affine in one variable"
        )
    f, sign = found.beginning(Fraction(domain[0]))
    start = min(f.start, domain[1])
    window = Window((), method="certified: a bound beside 0") if start == domain[1] else concave_window(f, (start, domain[1]), effort)
    if sign < 0 and domain[0] < start:
        window = window.begun_at(end_number(domain[0], effort), end_number(start, effort))
    places = f.singular_from(Fraction(domain[0]))
    if places is None:
        return replace(window, message=f"superstable values below {start}, 1/{t} = Y, are not listed")
    return replace(window, superstable=tuple(end_number(p, effort) for p in places if domain[0] < p < domain[1]))


def continuous_window(f: Exponent, components: tuple[Component, ...], domain: Domain, effort: Effort) -> Window:
    """The window in units in which the data are of size 1: what is tried is of that size."""
    t, unit = f.parameter, f.scale
    if changes_sign_once(components, t):
        return crossing_window(lambda at: point_sign(f, at, effort), unit, domain, effort)
    if Fraction(1, 2**10) < unit < 2**10:
        return analytic_window(f, domain, effort)
    scaled = tuple(Component(c.probability, (sp.expand(c.values[0].subs(t, sp.Rational(unit) * t)),), c.laws) for c in components)
    low, high = (end if isinstance(end, float) else end / unit for end in domain)
    return analytic_window(exponent(*decomposed(scaled), scaled, t), (low, high), effort).stretched(unit)


def moment_window(
    components: tuple[Component, ...], parameter: sp.Symbol, order: sp.Expr, domain: Domain, effort: Effort
) -> Window:
    """Where E|M|^order < 1: a polynomial inequality for even orders, convexity for orders of at least 1."""
    if order.is_positive is not True or not order.is_number:
        raise InvalidInput("order", order, "a positive number")
    formula = formula_of(components, order)
    if order.is_Integer and order % 2 == 0 and formula is not None and is_rational_polynomial(formula, parameter):
        return polynomial_window(sp.Poly(formula, parameter), sp.Poly(1, parameter), domain, effort, sp.Poly(1, parameter))
    if order < 1:
        raise Inconclusive("windows of moment exponents are known for even orders and for orders of at least 1")

    def sign_at(t: Fraction) -> int | None:
        fixed = tuple(Component(c.probability, (c.values[0].subs(parameter, sp.Rational(t)),), c.laws) for c in components)
        return sign_by_bits(lambda: power_ball(fixed, order) - 1, effort)

    slope = sp.Add(*(c.probability * mean_slope(c, parameter) for c in components))
    return convex_window(components, parameter, domain, sign_at, slope, effort)


def mean_slope(component: Component, parameter: sp.Symbol) -> sp.Expr:
    """E dM/dt of one component."""
    slope = sp.diff(component.values[0], parameter)
    return even_moment(slope, list(component.laws), component.laws)


def superstable_polynomial(components: tuple[Component, ...], parameter: sp.Symbol) -> sp.Poly:
    """Its roots are the values at which an atom makes the multiplier 0."""
    product = sp.Integer(1)
    for component in components:
        if not component.laws:
            product *= sp.fraction(sp.together(component.values[0]))[0]
    return sp.Poly(product, parameter)


def log_linear(terms: list[tuple[sp.Rational, sp.Expr]], parameter: sp.Symbol) -> LogLinearSum | None:
    """The terms as sum p log|a + b t| with p > 0, or None."""
    triples = []
    for c, expr in terms:
        if not expr.is_polynomial(parameter) or sp.degree(expr, parameter) > 1 or c <= 0:
            return None
        poly = sp.Poly(expr, parameter)
        a, b = poly.coeff_monomial(1), poly.coeff_monomial(parameter)
        triples.append(tuple(Fraction(int(v.p), int(v.q)) for v in (c, a, b)))
    return LogLinearSum(tuple(triples))  # type: ignore[arg-type]


def exponent(
    formula: sp.Expr, open_terms: list[Term], components: tuple[Component, ...], parameter: sp.Symbol
) -> Exponent:
    def value(t: Fraction) -> arb:
        if not open_terms:
            return evaluate(formula, {parameter: ball(t)})
        at = {parameter: sp.Rational(t)}
        # at numbers more laws have closed forms than with a symbol
        return total(*decomposed(tuple(Component(c.probability.subs(at), (c.values[0].subs(at),), c.laws) for c in components)))

    shape = Curvature.of(components, parameter), AffineMixture.of(components, parameter)
    return Exponent(parameter, None if open_terms else formula, value, *shape)
