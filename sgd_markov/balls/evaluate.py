"""sympy expressions in ball arithmetic, by an own tree walk.

`sympy.lambdify` would print Rational(1, 3) as the float 1/3 and break every certificate silently; here rationals
become balls around the exact quotient, and a float anywhere is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import sympy as sp
from flint import acb, arb, fmpq, fmpz, fmpz_poly
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair

from ..errors import Inconclusive
from .functions import CONSTANTS, FUNCTIONS, Ball, is_zero
from .hypergeometric import hypergeometric

Plan = Callable[["_Walk"], Ball]
"""The evaluation of one expression, once the values and the precision are there."""


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
        self.known: dict[Plan, Ball] = {}

    def visit(self, expr: sp.Basic) -> Ball:
        return self.run(plan(expr))

    def run(self, step: Plan) -> Ball:
        if step in self.known:
            return self.known[step]
        result = self.known[step] = step(self)
        return result

    def symbol(self, expr: sp.Symbol) -> Ball:
        if expr not in self.values:
            raise KeyError(f"the symbol {expr} has no value")
        return self.lift(self.values[expr])

    def lift(self, x: Ball) -> Ball:
        return acb(x) if self.complex_plane else x

    def total(self, parts: tuple[Plan, ...]) -> Ball:
        result = self.run(parts[0])
        for part in parts[1:]:
            result = result + self.run(part)
        return result

    def product(self, parts: tuple[Plan, ...]) -> Ball:
        result = self.run(parts[0])
        for part in parts[1:]:
            result = result * self.run(part)
        return result

    def integer_power(self, base: Ball, power: fmpz) -> Ball:
        """By acb: FLINT's real power of a ball whose middle is exactly 0 is nan."""
        result = acb(base) ** power
        return result if self.complex_plane else result.real

    def real_power(self, base: Ball, power: Ball) -> Ball:
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


@lru_cache(maxsize=1 << 14)
def plan(expr: sp.Basic) -> Plan:
    """How to evaluate an expression: everything that does not depend on the precision, decided once."""
    if expr.is_Symbol:
        return lambda walk: walk.symbol(expr)
    if expr.is_Rational:
        quotient = fmpq(int(expr.p), int(expr.q))
        return lambda walk: walk.lift(arb(quotient))
    if expr.is_Pow:
        return power_plan(plan(expr.base), expr.exp)
    if isinstance(expr, sp.Float):
        raise FloatRefused(f"the float {expr} in a certified computation")
    if type(expr) in CONSTANTS:
        constant = CONSTANTS[type(expr)]
        return lambda walk: walk.lift(constant())
    if isinstance(expr, sp.Piecewise):
        return lambda walk: walk.piecewise(expr.args)
    if isinstance(expr, sp.hyper):
        return hypergeometric_plan(expr)
    if isinstance(expr, sp.ComplexRootOf):
        return real_root_plan(expr)
    parts = tuple(plan(argument) for argument in expr.args)
    if expr.is_Add:
        return lambda walk: walk.total(parts)
    if expr.is_Mul:
        return lambda walk: walk.product(parts)
    return function_plan(type(expr).__name__, parts)


def power_plan(base: Plan, exponent: sp.Expr) -> Plan:
    if exponent.is_Integer:
        # fmpz: python-flint would turn a large Python int into a ball exponent
        power = fmpz(int(exponent))
        return lambda walk: walk.integer_power(walk.run(base), power)
    if exponent == sp.Rational(1, 2):
        return lambda walk: walk.sqrt(walk.run(base))
    if exponent == sp.Rational(-1, 2):
        return lambda walk: 1 / walk.sqrt(walk.run(base))
    exponent_plan = plan(exponent)
    return lambda walk: walk.real_power(walk.run(base), walk.run(exponent_plan))


def real_root_plan(expr: sp.ComplexRootOf) -> Plan:
    """A real root of an irreducible integer polynomial, the real ones counted upwards as sympy does."""
    if not expr.is_real:
        raise Inconclusive(f"no certified evaluation of {expr}, which is not real")
    poly = fmpz_poly([fmpz(int(c)) for c in reversed(expr.poly.all_coeffs())])

    def root(walk: _Walk) -> Ball:
        real = sorted((r.real for r, _ in poly.complex_roots() if r.imag.is_zero()), key=lambda ball: float(ball.mid()))
        return walk.lift(real[expr.index])

    return root


def hypergeometric_plan(expr: sp.hyper) -> Plan:
    upper, lower = (tuple(plan(p) for p in group) for group in (expr.ap, expr.bq))
    argument = plan(expr.argument)
    return lambda walk: hypergeometric(
        [walk.run(p) for p in upper], [walk.run(p) for p in lower], walk.run(argument), walk.complex_plane
    )


def function_plan(name: str, parts: tuple[Plan, ...]) -> Plan:
    if name not in FUNCTIONS:
        raise Inconclusive(f"no certified evaluation of the function {name}")
    function = FUNCTIONS[name]
    return lambda walk: function(walk, *[walk.run(part) for part in parts])


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
