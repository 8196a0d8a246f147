"""sympy expressions in ball arithmetic, by an own tree walk.

`sympy.lambdify` would print Rational(1, 3) as the float 1/3 and break every certificate silently; here rationals
become balls around the exact quotient, and a float anywhere is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq, fmpz
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair

from ..errors import Inconclusive
from .hypergeometric import hypergeometric

Ball = Any
"""arb or acb; both spell their functions alike."""


class FloatRefused(TypeError):
    """A float stands where an exact number is promised."""


def evaluate(expr: sp.Expr, values: Mapping[sp.Symbol, arb] | None = None) -> arb:
    """The value of a real expression as a ball at the current precision; nan where it is undefined.

    >>> evaluate(sp.Rational(1, 3)).contains(arb(fmpq(1, 3)))
    True
    """
    return _Walk(values or {}, complex_plane=False, analytic=False).visit(expr)


def evaluate_complex(expr: sp.Expr, values: Mapping[sp.Symbol, acb], analytic: bool) -> acb:
    """The analytic continuation of a real expression as a complex ball, for `acb.integral`.

    With `analytic`, a ball that is not proved to lie in a domain of analyticity gives a non-finite result.
    """
    return acb(_Walk(values, complex_plane=True, analytic=analytic).visit(expr))


class _Walk:
    """One evaluation; equal subexpressions are evaluated once."""

    def __init__(self, values: Mapping[sp.Symbol, Ball], complex_plane: bool, analytic: bool) -> None:
        self.values, self.complex_plane, self.analytic = values, complex_plane, analytic
        self.known: dict[sp.Basic, Ball] = {}

    def visit(self, expr: sp.Basic) -> Ball:
        if expr in self.known:
            return self.known[expr]
        result = self.compute(expr)
        self.known[expr] = result
        return result

    def compute(self, expr: sp.Basic) -> Ball:
        if expr.is_Symbol:
            return self.symbol(expr)
        if expr.is_Rational:
            return self.lift(arb(fmpq(int(expr.p), int(expr.q))))
        if expr.is_Add:
            return self.total(expr)
        if expr.is_Mul:
            return self.product(expr)
        if expr.is_Pow:
            return self.power(self.visit(expr.base), expr.exp)
        if isinstance(expr, sp.Float):
            raise FloatRefused(f"the float {expr} in a certified computation")
        if type(expr) in CONSTANTS:
            return self.lift(CONSTANTS[type(expr)]())
        if isinstance(expr, sp.Piecewise):
            return self.piecewise(expr.args)
        if isinstance(expr, sp.hyper):
            upper, lower = ([self.visit(p) for p in group] for group in (expr.ap, expr.bq))
            return hypergeometric(upper, lower, self.visit(expr.argument), self.complex_plane)
        name = type(expr).__name__
        if name not in FUNCTIONS:
            raise Inconclusive(f"no certified evaluation of the function {name}")
        return FUNCTIONS[name](self, *[self.visit(argument) for argument in expr.args])

    def symbol(self, expr: sp.Symbol) -> Ball:
        if expr not in self.values:
            raise KeyError(f"the symbol {expr} has no value")
        return self.lift(self.values[expr])

    def lift(self, x: Ball) -> Ball:
        return acb(x) if self.complex_plane else x

    def total(self, expr: sp.Add) -> Ball:
        result = self.visit(expr.args[0])
        for term in expr.args[1:]:
            result = result + self.visit(term)
        return result

    def product(self, expr: sp.Mul) -> Ball:
        result = self.visit(expr.args[0])
        for factor in expr.args[1:]:
            result = result * self.visit(factor)
        return result

    def power(self, base: Ball, exponent: sp.Expr) -> Ball:
        if exponent.is_Integer:
            # fmpz: python-flint would turn a large Python int into a ball exponent;
            # acb: FLINT's real power of a ball whose middle is exactly 0 is nan
            power = acb(base) ** fmpz(int(exponent))
            return power if self.complex_plane else power.real
        if exponent == sp.Rational(1, 2):
            return self.sqrt(base)
        if exponent == sp.Rational(-1, 2):
            return 1 / self.sqrt(base)
        power = self.visit(exponent)
        if self.complex_plane:
            return base.pow(power, analytic=self.analytic)
        if base.contains(0) and power > 0:
            # elsewhere the power is not real, so only the non-negative part of the base counts
            return arb(0).union(base.upper() ** power) if base.upper() > 0 else arb(0) if is_zero(base) else arb.nan()
        return base**power

    def sqrt(self, x: Ball) -> Ball:
        """Over a ball that straddles 0 the root of its non-negative part: elsewhere the root is not real."""
        if self.complex_plane:
            return x.sqrt(analytic=self.analytic)
        return x.sqrt() if x > 0 or x < 0 else x.nonnegative_part().sqrt()

    def log(self, x: Ball) -> Ball:
        if self.complex_plane:
            return x.log(analytic=self.analytic)
        return arb.neg_inf() if is_zero(x) else x.log()

    def absolute(self, x: Ball) -> Ball:
        return x.real_abs(analytic=self.analytic) if self.complex_plane else abs(x)

    def piecewise(self, pairs: tuple[ExprCondPair, ...]) -> Ball:
        """The branch that is decided; the hull of those that may apply on the real line; nan otherwise."""
        possible = []
        for value, condition in pairs:
            verdict = self.decide(condition)
            if verdict is False:
                continue
            possible.append(value)
            if verdict is True:
                break
        if not possible:
            return self.lift(arb.nan())
        results = [self.visit(value) for value in possible]
        if len(results) == 1:
            return results[0]
        if self.complex_plane and self.analytic:
            return acb(arb.nan())
        hull = results[0]
        for result in results[1:]:
            hull = hull.union(result)
        return hull

    def decide(self, condition: sp.Basic) -> bool | None:
        """True or False where it is proved for the whole ball, else None."""
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And | sp.Or):
            absorbing = isinstance(condition, sp.Or)
            verdicts = [self.decide(part) for part in condition.args]
            if absorbing in verdicts:
                return absorbing
            return None if None in verdicts else not absorbing
        if isinstance(condition, sp.Not):
            inner = self.decide(condition.args[0])
            return None if inner is None else not inner
        if not isinstance(condition, Relational):
            raise Inconclusive(f"no certified evaluation of the condition {condition}")
        return decide_relation(condition.rel_op, self.real(self.visit(condition.lhs) - self.visit(condition.rhs)))

    def real(self, x: Ball) -> arb:
        return x.real if self.complex_plane else x

    def real_only(self, name: str, x: arb) -> Ball:
        """A function of a real argument (Ei of a negative number is real by continuation from both sides)."""
        return self.lift(getattr(x, name)())


def is_zero(x: Ball) -> bool:
    return bool(x.is_zero())


def decide_relation(operator: str, difference: arb) -> bool | None:
    """Is `difference operator 0` for every number of the ball, for none, or undecided?"""
    tests: dict[str, tuple[Callable[[arb], bool], Callable[[arb], bool]]] = {
        "<": (lambda d: d < 0, lambda d: d >= 0),
        "<=": (lambda d: d <= 0, lambda d: d > 0),
        ">": (lambda d: d > 0, lambda d: d <= 0),
        ">=": (lambda d: d >= 0, lambda d: d < 0),
        "==": (is_zero, lambda d: not d.contains(0)),
        "!=": (lambda d: not d.contains(0), is_zero),
    }
    if difference.is_nan():
        return None
    holds, fails = tests[operator]
    return True if holds(difference) else False if fails(difference) else None


def exponential_integral(walk: _Walk, x: Ball) -> Ball:
    """Ei, real on both half-lines (the principal value for x > 0, -E1(-x) for x < 0)."""
    if walk.complex_plane:
        return x.ei()
    return x.ei()


def generalised_exponential_integral(walk: _Walk, order: Ball, x: Ball) -> Ball:
    return x.expint(order)


def heaviside(walk: _Walk, x: Ball, at_zero: Ball | None = None) -> Ball:
    half = arb(fmpq(1, 2)) if at_zero is None else walk.real(at_zero)
    if walk.complex_plane:
        return x.real_heaviside(analytic=walk.analytic)
    return arb(1) if x > 0 else arb(0) if x < 0 else half if is_zero(x) else arb(0).union(arb(1))


def sign(walk: _Walk, x: Ball) -> Ball:
    if walk.complex_plane:
        return x.real_sgn(analytic=walk.analytic)
    return x.sgn()


def floor(walk: _Walk, x: Ball) -> Ball:
    return x.real_floor(analytic=walk.analytic) if walk.complex_plane else x.floor()


def largest(walk: _Walk, *arguments: Ball) -> Ball:
    return _fold(walk, "max", arguments)


def smallest(walk: _Walk, *arguments: Ball) -> Ball:
    return _fold(walk, "min", arguments)


def _fold(walk: _Walk, name: str, arguments: tuple[Ball, ...]) -> Ball:
    result = arguments[0]
    for other in arguments[1:]:
        if walk.complex_plane:
            result = getattr(result, f"real_{name}")(other, analytic=walk.analytic)
        else:
            result = getattr(result, name)(other)
    return result


def polygamma(walk: _Walk, order: Ball, x: Ball) -> Ball:
    if is_zero(order):
        return x.digamma()
    result = acb(x).polygamma(acb(order))
    return result if walk.complex_plane else result.real


def catalan(walk: _Walk, n: Ball) -> Ball:
    """4^n Gamma(n + 1/2)/(sqrt(pi) Gamma(n + 2)); sympy writes some quotients of gammas so."""
    half = arb(fmpq(1, 2))
    return arb(4) ** n * (n + half).gamma() / (arb.pi().sqrt() * (n + 2).gamma())


def incomplete_gamma(walk: _Walk, s: Ball, x: Ball) -> Ball:
    return x.gamma_upper(s)


CONSTANTS: dict[type, Callable[[], arb]] = {
    type(sp.pi): arb.pi,
    type(sp.E): arb.const_e,
    type(sp.EulerGamma): arb.const_euler,
    type(sp.Catalan): arb.const_catalan,
    type(sp.oo): arb.pos_inf,
    type(-sp.oo): arb.neg_inf,
    type(sp.GoldenRatio): lambda: (1 + arb(5).sqrt()) / 2,
}

METHODS = (
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfi gamma lambertw si ci shi chi"
).split()


def _method(name: str) -> Callable[..., Ball]:
    return lambda walk, x: getattr(x, name)()


FUNCTIONS: dict[str, Callable[..., Ball]] = {
    **{name: _method(name) for name in METHODS},
    "exp": lambda walk, x: x.exp(),
    "log": lambda walk, x: walk.log(x),
    "Abs": lambda walk, x: walk.absolute(x),
    "sign": sign,
    "floor": floor,
    "Max": largest,
    "Min": smallest,
    "Heaviside": heaviside,
    "Ei": exponential_integral,
    "expint": generalised_exponential_integral,
    "polygamma": polygamma,
    "digamma": lambda walk, x: x.digamma(),
    "loggamma": lambda walk, x: x.lgamma(),
    "uppergamma": incomplete_gamma,
    "lowergamma": lambda walk, s, x: x.gamma_lower(s),
    "besselj": lambda walk, order, x: x.bessel_j(order),
    "beta": lambda walk, a, b: a.gamma() * b.gamma() / (a + b).gamma(),
    "re": lambda walk, x: x.real if walk.complex_plane else x,
    "catalan": catalan,
    "factorial": lambda walk, x: (x + 1).gamma(),
}
