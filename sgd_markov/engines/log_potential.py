"""E log|M| for the multiplier of one step: closed forms where a law has one, certified integrals otherwise.

M is a finite mixture of expressions in independent variables (see `chain.mixture`). For one variable and M affine
this is the logarithmic potential of the law, E log|1 - lr x| = log lr + U(1/lr), U(z) = int log|z - x| rho(x) dx.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.law import Law
from ..laws.stable import Stable
from ..laws.support import Interval
from ..numerics.gaussian_quadratic_log import GaussianQuadratic, gaussian_quadratic
from ..numerics.kernel_functions import LogModulus
from ..numerics.law_integral import expectation
from ..numerics.log_sum import log_sum_is_zero
from ..numerics.stable_potential import stable_log
from ..numerics.stable_sums import one_variable
from ..numerics.value_signs import takes_negative


@dataclass(frozen=True)
class Term:
    """probability * E log|polynomial(X)|, X ~ law, where no closed form is known; or of a polynomial of normal variables."""

    probability: sp.Expr
    poly: sp.Poly
    law: Law | GaussianQuadratic


@dataclass(frozen=True)
class LogMean:
    """E log|M|: the closed form (None if a part has none) and, without free symbols, an enclosure."""

    exact: sp.Expr | None
    enclosure: Enclosure | None
    warrant: Warrant
    method: str
    assumed: tuple[str, ...] = ()


def expected_log(components: tuple[Component, ...], effort: Effort) -> LogMean:
    """E log|M| of a mixture of scalar components; natural logarithm, per step.

    With `effort.method` CERTIFIED closed forms of laws with a density are left aside, for an independent route.
    """
    formula, open_terms = decomposed(components, closed_forms=effort.method is not Warrant.CERTIFIED)
    if formula == -sp.oo:
        return LogMean(-sp.oo, Enclosure.point(float("-inf")), Warrant.EXACT, why_infinite(components))
    if formula.free_symbols or any(free_symbols(term) for term in open_terms):
        return symbolic(formula, open_terms)
    if not open_terms and log_sum_is_zero(formula):
        return LogMean(sp.Integer(0), Enclosure.point(0), Warrant.EXACT, "closed form, 0 by exact arithmetic")
    if open_terms:
        return integrated(formula, open_terms, effort)
    try:
        return LogMean(formula, refine(lambda: evaluate(formula), effort, "E log|M|"), Warrant.EXACT, "closed form")
    except Inconclusive:
        # a closed form may cancel beyond any precision within reach where the integral does not
        effort.check()
        return replace(integrated(*decomposed(components, closed_forms=False), effort), exact=formula)


def why_infinite(components: tuple[Component, ...]) -> str:
    """In words, why E log|M| = -oo."""
    if any(value.has(sp.exp) for component in components for value in component.values):
        return "E log^-|M| = oo, or an atom makes the multiplier 0; E log^+|M| < oo"
    return "an atom of the data law makes the multiplier 0"


def decomposed(components: tuple[Component, ...], closed_forms: bool = True) -> tuple[sp.Expr, list[Term]]:
    """E log|M| = formula + sum of the open terms."""
    closed: list[tuple[sp.Expr, sp.Expr]] = []
    open_terms: list[Term] = []
    for component in components:
        split_component(component, closed, open_terms, closed_forms)
    return weighted_sum(closed), open_terms


def weighted_sum(closed: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """The sum of weight * form, 0 (-oo) = 0: -oo where a form that is -oo has positive weight."""
    finite = sp.Add(*(weight * form for weight, form in closed if form != -sp.oo))
    singular = sp.Add(*(weight for weight, form in closed if form == -sp.oo))
    if singular == 0:
        return finite
    if singular.is_positive or (not singular.free_symbols and proved_sign(singular) == 1):
        return -sp.oo
    return sp.Piecewise((-sp.oo, singular > 0), (finite, True))


def integrated(formula: sp.Expr, open_terms: list[Term], effort: Effort) -> LogMean:
    enclosure = refine(lambda: total(formula, open_terms), effort, "E log|M|")
    quadratic = any(isinstance(term.law, GaussianQuadratic) for term in open_terms)
    how = "of the characteristic function along a ray" if quadratic else "split at the zeros of the multiplier"
    return LogMean(None, enclosure, Warrant.CERTIFIED, f"certified integral, {how}")


def total(formula: sp.Expr, open_terms: list[Term]) -> arb:
    result = evaluate(formula)
    for term in open_terms:
        result += evaluate(term.probability) * term_ball(term)
    return result


def term_ball(term: Term) -> arb:
    if isinstance(term.law, GaussianQuadratic):
        return term.law.log_ball()
    if term.poly.degree() == 1:
        factor, shift = term.poly.all_coeffs()
        if isinstance(term.law, Stable):
            return stable_log(shift, factor, term.law.alpha, term.law.scale)
        if (known := term.law.log_ball(shift, factor)) is not None:
            return known
    return expectation(term.law, term.poly, LogModulus())


def free_symbols(term: Term) -> set[sp.Symbol]:
    free: set[sp.Symbol] = term.probability.free_symbols | term.poly.free_symbols_in_domain | term.law.free_symbols
    return free


def symbolic(formula: sp.Expr, open_terms: list[Term]) -> LogMean:
    if open_terms:
        names = sorted({str(s) for term in open_terms for s in free_symbols(term)} | {str(s) for s in formula.free_symbols})
        raise InvalidInput("values", "free symbols " + ", ".join(names), f"numbers for {', '.join(names)}: no closed form is known")
    return LogMean(formula, None, Warrant.EXACT, "closed form")


def split_component(
    component: Component, closed: list[tuple[sp.Expr, sp.Expr]], open_terms: list[Term], closed_forms: bool
) -> None:
    """Add the parts of p E log|M| to the closed forms, as (weight, form), or to the open terms."""
    (value,) = component.values
    for factor, power in factors(value, component.laws):
        weight = component.probability * power
        # a law without a density has no other closed form than -oo, where an atom hits the zero of the factor
        dense = any(law.has_density for symbol, law in component.laws.items() if symbol in factor.free_symbols)
        form = closed_form(factor, component.laws) if closed_forms or not dense else None
        if form == -sp.oo and not power.is_positive:
            raise HypothesisViolated("E log^+|M| < oo", f"M = {value} has a pole of positive probability, where {factor} = 0")
        if form is not None:
            closed.append((weight, form))
        else:
            open_terms.append(open_term(weight, factor, component.laws))


def factors(value: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> list[tuple[sp.Expr, sp.Expr]]:
    """log|M| = sum of power * log|factor|."""
    if not laws:
        return [(value, sp.Integer(1))]
    parts = []
    for factor in sp.Mul.make_args(sp.factor(sp.together(value))):
        base, power = factor.as_base_exp()
        if power.has(*laws):
            parts.append((factor, sp.Integer(1)))
        elif power.is_integer is not True and base.has(*laws):
            require_not_negative(base, laws)
            parts.append((base, power))
        else:
            parts.extend((simple, power * k) for simple, k in squarefree(base))
    return parts


def require_not_negative(base: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> None:
    """Raise unless the base of a broken power is proved not to be negative: the step is no real number there."""
    negative = takes_negative(Component(sp.Integer(1), (base,), laws), 0)
    if negative:
        raise HypothesisViolated("every step is defined", f"a power of {base} is no real number where that is negative")
    if negative is None:
        raise Inconclusive(f"whether {base}, the base of a power, can be negative is not decided")


def squarefree(base: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """A polynomial with irrational algebraic coefficients, which `factor` leaves alone, as a product of powers."""
    if len(base.free_symbols) != 1 or not base.is_polynomial():
        return [(base, 1)]
    (symbol,) = base.free_symbols
    poly = sp.Poly(base, symbol)
    coefficients = poly.all_coeffs()
    if poly.degree() < 2 or all(c.is_Rational for c in coefficients) or not all(c.is_algebraic for c in coefficients):
        return [(base, 1)]
    lead, parts = sp.Poly(base, symbol, extension=True).sqf_list()
    return [(lead, 1), *((part.as_expr(), k) for part, k in parts)]


def closed_form(factor: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> sp.Expr | None:
    drawn = [symbol for symbol in laws if symbol in factor.free_symbols]
    if not drawn:
        return log_of_constant(factor)
    if isinstance(factor, sp.exp):
        return mean_of(factor.args[0], drawn, laws)
    if len(drawn) > 1:
        reduced = one_variable(factor, drawn, laws)
        return None if reduced is None else affine_form(*reduced)
    return one_variable_form(factor, drawn[0], laws[drawn[0]])


def log_of_constant(value: sp.Expr) -> sp.Expr:
    if value == 0 or (not value.free_symbols and proved_sign(value) == 0):
        return -sp.oo
    return sp.log(sp.Abs(value))


def mean_of(exponent: sp.Expr, drawn: list[sp.Symbol], laws: Mapping[sp.Symbol, Law]) -> sp.Expr | None:
    """log|exp(u)| = u: its mean, for a polynomial u of one variable."""
    if len(drawn) != 1 or not exponent.is_polynomial(drawn[0]):
        return None
    poly, law = sp.Poly(exponent, drawn[0]), laws[drawn[0]]
    if falls_without_end(poly, law):
        return -sp.oo
    return sum(c * law.moment(k[0]) for k, c in poly.terms())


def falls_without_end(poly: sp.Poly, law: Law) -> bool:
    """Is E u(X) = -oo: is u bounded above on the support, and its leading moment infinite?"""
    limit, support, lead = sp.sympify(law.moment_limit), law.support, poly.LC()
    if limit.free_symbols or limit > poly.degree() or not isinstance(support, Interval) or lead.free_symbols:
        return False
    if poly.degree() % 2 and support.low.is_infinite:
        if support.high.is_infinite:
            return False  # X^k is unbounded on both sides
        lead = -lead
    return proved_sign(lead) == -1


def one_variable_form(factor: sp.Expr, symbol: sp.Symbol, law: Law) -> sp.Expr | None:
    """Affine, affine in the square, or a quadratic with real roots."""
    if not factor.is_polynomial(symbol):
        return None
    poly = sp.Poly(factor, symbol)
    if poly.degree() == 1:
        return affine_form(poly.coeff_monomial(1), poly.coeff_monomial(symbol), law)
    if poly.degree() != 2:
        return None
    square = law.square()
    if poly.coeff_monomial(symbol) == 0 and square is not None:
        form = affine_form(poly.coeff_monomial(1), poly.coeff_monomial(symbol**2), square)
        if form is not None:
            return form
    return by_real_roots(poly, symbol, law)


def affine_form(shift: sp.Expr, factor: sp.Expr, law: Law) -> sp.Expr | None:
    if law.atoms is not None:
        return weighted_sum([(p, log_of_constant(shift + factor * v)) for v, p in law.atoms])
    return law.log_affine(shift, factor)


def by_real_roots(poly: sp.Poly, symbol: sp.Symbol, law: Law) -> sp.Expr | None:
    """log|c (x - r)(x - s)| = log|c| + log|x - r| + log|x - s| when the discriminant is proved positive."""
    discriminant = poly.discriminant()
    if discriminant.is_positive is not True and (discriminant.free_symbols or proved_sign(discriminant) != 1):
        return None
    c, b = poly.coeff_monomial(symbol**2), poly.coeff_monomial(symbol)
    forms = [law.log_affine((b - side * sp.sqrt(discriminant)) / (2 * c), sp.Integer(1)) for side in (1, -1)]
    if any(form is None for form in forms):
        return None
    return sp.log(sp.Abs(c)) + forms[0] + forms[1]


def open_term(weight: sp.Expr, factor: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> Term:
    drawn = [symbol for symbol in laws if symbol in factor.free_symbols]
    if (form := gaussian_quadratic(factor, laws) if len(drawn) > 1 else None) is not None:
        return Term(weight, sp.Poly(factor, *drawn), form)
    if len(drawn) != 1 or not factor.is_polynomial(drawn[0]):
        raise Inconclusive(f"no certified integral for log|{factor}|: it is no polynomial in one drawn variable")
    law = laws[drawn[0]]
    if law.moment_limit == 0:
        raise HypothesisViolated("E log^+|M| < oo", f"the {law.name} law has no moment of positive order")
    return Term(weight, sp.Poly(factor, drawn[0]), law)
