"""The zeros of the slope of a smooth function of one variable: by algebra where it is algebraic, else isolated.

Three routes, the first that applies: exact real roots of a rational polynomial (in w, or in exp(c w)); formulas of
degree 1 and 2 with symbols; isolation by ball arithmetic on a bounded interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

import sympy as sp
from flint import arb

from ..algebra import RealRoot, real_roots
from ..answer.enclosure import Enclosure
from ..balls.adaptive import proved_sign, refine, refine_expression
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from .case_signs import comparison
from .isolated_roots import ExpressionFunction, Zero, isolated_zeros

BOUNDED = "a bounded interval [low, high]: the slope of the expected loss may have infinitely many zeros"


@dataclass(frozen=True)
class SlopeZero:
    """A zero: `exact`, or a real algebraic number (perhaps under a logarithm), or an isolated one.

    `order`: its multiplicity, None with symbols. `conditions`: where it exists, with symbols.
    """

    exact: sp.Expr | None
    order: int | None = 1
    algebraic: RealRoot | None = None
    log_scale: sp.Expr | None = None
    """The zero is log(root)/log_scale."""
    isolated: Zero | None = None
    conditions: tuple[str, ...] = ()

    def ball(self, effort: Effort) -> arb:
        """The zero as a ball at about the digits of `effort`."""
        if self.exact is not None:
            return evaluate(self.exact)
        if self.isolated is not None:
            return ball_of(self.isolated.enclose(effort))
        assert self.algebraic is not None
        root = ball_of(self.algebraic.enclose(bits_for(effort.digits)))
        return root if self.log_scale is None else root.log() / evaluate(self.log_scale)

    def enclose(self, effort: Effort) -> Enclosure:
        if self.exact is not None:
            return refine_expression(self.exact, effort, "a critical point")
        return refine(lambda: self.ball(finer(effort)), effort, "a critical point")


@dataclass(frozen=True)
class SlopeZeros:
    zeros: list[SlopeZero]
    undecided: list[tuple[sp.Expr, sp.Expr]] = field(default_factory=list)


def finer(effort: Effort) -> Effort:
    return effort.with_digits(2 * effort.digits + 10)


def slope_zeros(slope: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr, effort: Effort) -> SlopeZeros:
    """The zeros in [low, high], in increasing order where they are numbers.

    Raises `InvalidInput` where a bounded interval or numbers for symbols are needed.
    """
    numerator = essential(slope, w)
    if w not in numerator.free_symbols:
        return SlopeZeros([])
    free = numerator.free_symbols - {w}
    if numerator.is_polynomial(w):
        poly = sp.Poly(numerator, w)
        if not free and all(c.is_Rational for c in poly.all_coeffs()):
            return SlopeZeros(rational_zeros(poly, low, high))
        if free or poly.degree() <= 2:
            return SlopeZeros([cut for zero in formula_zeros(poly, w) for cut in cut_to(zero, low, high)])
        low, high = inside_bound(poly, low, high)
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: the critical points have no closed form"
        )
    logarithmic = logarithms(numerator, w)
    if logarithmic is not None:
        return SlopeZeros([z for z in logarithmic if lies_in(z, low, high)])
    return isolated(numerator, w, low, high, effort)


def cut_to(zero: SlopeZero, low: sp.Expr, high: sp.Expr) -> list[SlopeZero]:
    """The zero if it lies in [low, high]; with symbols, under the conditions that it does."""
    if zero.exact is None or not zero.exact.free_symbols:
        return [zero] if lies_in(zero, low, high) else []
    distances = ([zero.exact - low] if low.is_finite else []) + ([high - zero.exact] if high.is_finite else [])
    if any(distance.is_negative for distance in distances):
        return []
    open_ones = (comparison(d, frozenset({0, 1})) for d in distances if not d.is_nonnegative)
    return [replace(zero, conditions=(*zero.conditions, *open_ones))]


def inside_bound(poly: sp.Poly, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """[low, high] cut to Cauchy's bound: all roots are at most 1 + max |c_k / c_n| in size."""
    lead = poly.LC()
    with precision(64):
        size = sum((abs(evaluate(c / lead)) for c in poly.all_coeffs()[1:]), evaluate(sp.Integer(1)))
        bound = sp.Integer(int(enclosure(size).upper) + 1)
    return (low if low.is_finite else -bound, high if high.is_finite else bound)


def essential(slope: sp.Expr, w: sp.Symbol) -> sp.Expr:
    """The numerator without factors that are never 0 (exponentials, proved non-zero ones)."""
    numerator, _ = sp.fraction(sp.cancel(sp.together(slope)) if slope.is_rational_function(w) else sp.together(slope))
    factored = sp.factor_terms(sp.expand(numerator)) if numerator.has(sp.exp) else numerator
    factors = [f for f in sp.Mul.make_args(sp.factor(factored)) if not never_zero(f)]
    return sp.Mul(*factors)


def never_zero(factor: sp.Expr) -> bool:
    return isinstance(factor.as_base_exp()[0], sp.exp) or factor.func is sp.exp or factor.is_nonzero is True


def rational_zeros(poly: sp.Poly, low: sp.Expr, high: sp.Expr) -> list[SlopeZero]:
    """All real roots of a polynomial with rational coefficients, with their multiplicities."""
    found = []
    for factor, order in poly.factor_list()[1]:
        found += [(root, order) for root in real_roots(factor)]
    found.sort(key=lambda pair: pair[0])
    zeros = [SlopeZero(root.exact, order, root) for root, order in found]
    return [zero for zero in zeros if lies_in(zero, low, high)]


def formula_zeros(poly: sp.Poly, w: sp.Symbol) -> list[SlopeZero]:
    """Linear and quadratic factors by their formulas; each with the conditions under which it is a real zero."""
    zeros: list[SlopeZero] = []
    content, factors = sp.factor_list(poly.as_expr(), w)
    common = nonzero_condition(content)
    for base, order in factors:
        factor = sp.Poly(base, w)
        if factor.degree() > 2:
            names = ", ".join(sorted(map(str, poly.free_symbols_in_domain)))
            raise InvalidInput(
                "values", f"free symbols {names}", f"numbers for {names}: {base} = 0 has no short closed form"
            )
        if factor.degree() == 0:
            common += nonzero_condition(base)
            continue
        conditions = (*common, *nonzero_condition(factor.LC()))
        zeros += [SlopeZero(at, None if poly.free_symbols_in_domain else order, conditions=(*conditions, *more))
                  for at, more in roots_by_formula(factor)]  # fmt: skip
    return zeros


def roots_by_formula(factor: sp.Poly) -> list[tuple[sp.Expr, tuple[str, ...]]]:
    if factor.degree() == 1:
        a, b = factor.all_coeffs()
        return [(sp.factor(-b / a), ())]
    a, b, c = factor.all_coeffs()
    discriminant = sp.factor(b**2 - 4 * a * c)
    known = discriminant_sign(discriminant)
    if known == -1:
        return []
    conditions = () if known is not None else (comparison(discriminant, frozenset({0, 1})),)
    middle, half = sp.cancel(-b / (2 * a)), sp.sqrt(sp.factor(discriminant / (4 * a**2)))
    return [(middle - half, conditions), (middle + half, conditions)]


def discriminant_sign(value: sp.Expr) -> int | None:
    if not value.free_symbols:
        return proved_sign(value)
    if value.is_nonnegative:
        return 1
    return -1 if value.is_negative else None


def nonzero_condition(value: sp.Expr) -> tuple[str, ...]:
    if not value.free_symbols or value.is_nonzero:
        return ()
    bases = (factor.as_base_exp()[0] for factor in sp.Mul.make_args(sp.factor(value)))
    return tuple(comparison(base, frozenset({-1, 1})) for base in bases if not base.is_nonzero)


def logarithms(numerator: sp.Expr, w: sp.Symbol) -> list[SlopeZero] | None:
    """A polynomial with rational coefficients in u = exp(c w): the zeros are log(u)/c for its roots u > 0."""
    exponents = [node.args[0] / w for node in numerator.atoms(sp.exp) if w in node.free_symbols]
    if not exponents or not all(e.is_Rational for e in exponents):
        return None
    unit = sp.gcd_list(exponents) if len(exponents) > 1 else sp.Abs(exponents[0])
    u = sp.Dummy("u", positive=True)
    table = {sp.exp(e * w): u ** (e / unit) for e in exponents}
    replaced = sp.fraction(sp.together(sp.expand(numerator).xreplace(table)))[0]
    if w in replaced.free_symbols or not replaced.is_polynomial(u):
        return None
    poly = sp.Poly(replaced, u)
    if not all(c.is_Rational for c in poly.all_coeffs()):
        return None
    roots = rational_zeros(poly, sp.Integer(0), sp.oo)
    positive = [z for z in roots if z.exact != 0]
    return [
        SlopeZero(None if z.exact is None else sp.log(z.exact) / unit, z.order, z.algebraic, unit) for z in positive
    ]


def isolated(numerator: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr, effort: Effort) -> SlopeZeros:
    """By ball arithmetic on the bounded interval."""
    if not (low.is_finite and high.is_finite):
        shown = "nothing" if low == -sp.oo and high == sp.oo else f"[{low}, {high}]"
        raise InvalidInput("within", shown, BOUNDED)
    outer = tuple(outward(end, side) for end, side in ((low, -1), (high, 1)))
    zeros, cells = isolated_zeros(ExpressionFunction(numerator, w), outer[0], outer[1], effort)
    found = [SlopeZero(zero.exact, zero.order, isolated=zero) for zero in zeros]
    undecided = [(sp.Rational(a.numerator, a.denominator), sp.Rational(b.numerator, b.denominator)) for a, b in cells]
    return SlopeZeros([zero for zero in found if lies_in(zero, low, high)], undecided)


def outward(end: sp.Expr, side: int) -> Fraction:
    """A rational number at or outside an end."""
    if end.is_Rational:
        return Fraction(int(end.p), int(end.q))
    found = refine_expression(end, Effort(digits=20), "an end of `within`")
    return Fraction(found.lower if side < 0 else found.upper)


def lies_in(zero: SlopeZero, low: sp.Expr, high: sp.Expr) -> bool:
    """Is the zero in [low, high]? Exactly, or by enclosures of growing precision."""
    return all(side * compared(zero, end) >= 0 for end, side in ((low, 1), (high, -1)) if end.is_finite)


def compared(zero: SlopeZero, end: sp.Expr) -> int:
    """The sign of zero - end."""
    if zero.exact is not None:
        sign = proved_sign(zero.exact - end)
        if sign is not None:
            return sign
    for digits in (20, 80, 320):
        effort = Effort(digits=digits)
        difference = refine_free(zero, end, effort)
        if difference is not None:
            return difference
    raise Inconclusive(f"a critical point is not told apart from {end}")


def refine_free(zero: SlopeZero, end: sp.Expr, effort: Effort) -> int | None:
    with precision(bits_for(effort.digits)):
        return enclosure(zero.ball(effort) - evaluate(end)).sign
