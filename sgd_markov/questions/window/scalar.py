"""The values of a parameter at which a fixed point attracts: where its exponent is negative."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

import sympy as sp
from flint import arb

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Bound
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import sign_by_bits
from ..balls.evaluate import evaluate
from ..balls.precision import ball
from ..chain.batch import TooManyAtoms, updates_per_epoch
from ..chain.batch_slope import batch_slope
from ..chain.chain import Chain, Point
from ..chain.frozen import held_at, without_idle_momentum
from ..chain.linearisation import multiplier
from ..chain.mixture import Component
from ..chain.parameter_laws import require_probabilities, with_standard_laws
from ..effort import Effort
from ..engines.analytic_window import Exponent, analytic_window
from ..engines.concave_window import LogLinearSum, concave_window
from ..engines.log_potential import Term, decomposed, total
from ..engines.moment_window import convex_window
from ..engines.one_crossing import changes_sign_once, crossing_window
from ..engines.parametric_window import Case, Landscape, parametric_window
from ..engines.polynomial_window import polynomial_window, quotient
from ..engines.power_mean import even_moment, formula_of, power_ball
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..expressions import exact
from ..numerics.affine_mixture import AffineMixture
from ..numerics.cells import point_sign
from ..numerics.exact_numbers import end_number
from ..numerics.lattice_log_sum import LatticeLogSum
from ..numerics.log_terms import has_rational_terms, is_rational_polynomial, log_terms
from ..numerics.parameter_range import parameter_domain
from ..numerics.small_step import Curvature
from ..numerics.window_latex import cases_latex, window_latex
from ..numerics.windows import Window
from .verb import verb

FIELDS = {"at": "point", "parameter": "symbol", "within": "interval", "order": "expression"}
Domain = tuple[Bound, Bound]
FURTHER = ("intervals", "superstable", "undecided", "polynomials", "cases")


@verb
def window(
    chain: Chain, at: object = None, parameter: sp.Symbol | None = None, within: Any = None, order: object = None, *, effort: Effort
) -> Answer:
    """The open set of values of `parameter` at which the exponent at the point `at` is negative.

    Finite laws with rational data: exact algebraic ends, in any number of intervals; one further free symbol: the
    case distinction, under `cases`. Other laws: certified ends, every sign proved on the whole interval; the
    parameter may be a location or a scale of a law. On a half-lattice superstable values accumulate at 0.
    With `order` p the moment exponent log E|M|^p takes the place of E log|M|.

    `within`: [low, high] cuts the parameter's range (default: its assumption). `superstable` lists the values with
    exponent -oo, which split no interval; `undecided` the parts whose sign is not proved.
    Hypotheses: the map fixes the point almost surely for every value of the parameter. One dimension.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> lr = sp.symbols("lr", positive=True)
    >>> chain = SGD(x * w**2 / 2, [w], lr, data={x: TwoPoint("4/5", "-6/5")})
    >>> [[str(end) for end in span] for span in window(chain, at=0, parameter=lr).intervals]
    [['5/12', '5/3']]
    """
    if parameter is None:
        raise InvalidInput("parameter", "nothing", "the symbol whose window is asked for, such as lr")
    if at is None:
        raise InvalidInput("at", "nothing", "a point that the map fixes")
    chain, point = without_idle_momentum(*held_at(chain, at))
    chain.require_one_dimension("window")
    domain = parameter_domain(parameter, within)
    try:
        components = multiplier(chain, point)
    except TooManyAtoms:
        main = None if order is not None else main_window(chain, point, parameter, domain, effort)
        if main is None:
            raise
        return main
    components = with_standard_laws(components, parameter, domain)
    if not any(parameter in c.values[0].free_symbols | c.probability.free_symbols for c in components):
        raise InvalidInput("parameter", parameter, "a symbol on which the linearisation at the point depends")
    if order is not None and updates_per_epoch(chain.draw) > 1:
        raise Inconclusive(f"windows of moment exponents are not known under {chain.draw.scheme} sampling: its steps are dependent")
    if order is not None:
        return answer_of(moment_window(components, parameter, exact(order, "order"), domain, effort), effort)
    return exponent_window(components, parameter, domain, effort)


def main_window(chain: Chain, point: Point, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Answer | None:
    """The main window where a batch has too many outcomes to list; None where the multiplier is not 1 - lr * mean."""
    from ..engines.binned_window import binned_window  # late: numpy is slow to import

    slope = batch_slope(chain, point)
    found = None if slope is None else binned_window(slope, parameter, domain, effort)
    if found is None:
        return None
    answer = answer_of(found, effort)
    beyond = "only the main window is answered: elsewhere the sign is not examined; superstable values are not listed"
    return replace(answer, message=beyond) if found.undecided else answer


def exponent_window(components: tuple[Component, ...], parameter: sp.Symbol, domain: Domain, effort: Effort) -> Answer:
    require_probabilities(components, parameter, domain)
    formula, open_terms = decomposed(components)
    others = formula.free_symbols.union(*(t.poly.free_symbols_in_domain | t.law.free_symbols for t in open_terms)) - {parameter}
    if formula.has(-sp.oo):
        raise HypothesisViolated("the exponent is not -oo for every value", "an atom makes the multiplier 0 throughout")
    terms = None if open_terms else log_terms(formula)
    if others:
        return symbolic_window(terms, parameter, others, domain, effort)
    if terms is not None and has_rational_terms(terms, parameter):
        exact = quotient(terms, parameter)
        if exact is not None:
            singular = superstable_polynomial(components, parameter)
            return answer_of(polynomial_window(*exact, domain, effort, singular), effort)
        linear = log_linear(terms, parameter)
        if linear is not None:
            return answer_of(concave_window(linear, domain, effort), effort)
    if any(not law.has_density for component in components for law in component.laws.values()):
        return lattice_window(components, parameter, domain, effort)
    if open_terms and Curvature.of(components, parameter) is None:
        names = ", ".join(sorted({term.law.name for term in open_terms}))
        raise Inconclusive(f"the window needs a closed form of the exponent, or a density and M = 1 - {parameter} Y; here: {names}")
    return answer_of(continuous_window(exponent(formula, open_terms, components, parameter), components, domain, effort), effort)


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


def lattice_window(components: tuple[Component, ...], t: sp.Symbol, domain: Domain, effort: Effort) -> Answer:
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
        return replace(answer_of(window, effort), message=f"superstable values below {start}, 1/{t} = Y, are not listed")
    inside = tuple(end_number(place, effort) for place in places if domain[0] < place < domain[1])
    return answer_of(replace(window, superstable=inside), effort)


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


def symbolic_window(
    terms: list[tuple[sp.Rational, sp.Expr]] | None, parameter: sp.Symbol, others: set[sp.Symbol], domain: Domain, effort: Effort
) -> Answer:
    """The case distinction over one free symbol."""
    names = ", ".join(sorted(map(str, others)))
    if terms is None or len(others) > 1 or not all(c.is_Rational for c, _ in terms):
        raise InvalidInput("values", f"free symbols {names}", f"numbers for all but one of {names}" if terms else f"numbers for {names}")
    (symbol,) = others
    numerator, denominator = symbolic_quotient(terms)
    if not all(e.is_rational_function(parameter, symbol) for e in (numerator, denominator)):
        raise InvalidInput("values", f"the free symbol {names}", f"a number for {names}")
    cases = parametric_window(
        Landscape(numerator, denominator, parameter, symbol, domain, effort), parameter_domain(symbol, None)
    )
    return symbolic_answer(cases, parameter, symbol, effort)


def symbolic_quotient(terms: list[tuple[sp.Rational, sp.Expr]]) -> tuple[sp.Expr, sp.Expr]:
    """N and D with exponent < 0 iff |N| < |D|."""
    common = lcm(*(int(c.q) for c, _ in terms))
    numerator, denominator = sp.fraction(sp.together(sp.Mul(*(expr ** (c * common) for c, expr in terms))))
    return numerator, denominator


def symbolic_answer(cases: tuple[Case, ...], parameter: sp.Symbol, symbol: sp.Symbol, effort: Effort) -> Answer:
    table = [
        {
            "condition": case.condition(symbol),
            "intervals": [[Number(e, None) for e in span] for span in case.intervals],
            "superstable": [Number(e, None) for e in case.superstable],
        }
        for case in cases
    ]
    only = table[0] if len(table) == 1 else None
    return Answer(
        question="window",
        warrant=Warrant.EXACT,
        method="case distinction by exact algebra: the picture is constant between critical values of " + str(symbol),
        hypotheses=(Hypothesis("the map fixes the point almost surely"),),
        cite=("ziyin2022",),
        digits=effort.digits,
        formula=cases_latex((case.condition(symbol), case.intervals) for case in cases),
        extra={
            "intervals": None if only is None else only["intervals"],
            "superstable": None if only is None else only["superstable"],
            "undecided": [],
            "cases": table,
        },
    )


def answer_of(found: Window, effort: Effort) -> Answer:
    if not found.intervals and found.undecided and not found.superstable and len(found.undecided) > 100:
        raise Inconclusive("the sign of the exponent is not proved anywhere")
    return Answer(
        question="window",
        warrant=Warrant.EXACT if found.exact else Warrant.CERTIFIED,
        method=found.method,
        hypotheses=(
            Hypothesis("the map fixes the point almost surely"), *(Hypothesis(text, "assumed") for text in found.assumed)
        ),
        cite=("ziyin2022", *found.cite),
        digits=effort.digits,
        formula=window_latex(found),
        extra={
            "intervals": [list(span) for span in found.intervals],
            "superstable": list(found.superstable),
            "undecided": [list(span) for span in found.undecided],
            "polynomials": list(found.polynomials),
        },
    )
