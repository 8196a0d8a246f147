"""The sign of an algebraic expression on a whole region, by exact reasoning.

One symbol: the real zeros of the norm (the expression freed of square roots) are isolated; the expression has none
of its own in the interval, so one value decides. Several symbols: the last one is carried to (0, oo); if all
coefficients of the polynomial there have one sign on the region of the others, so has the expression (sufficient,
not necessary: split a step that this does not reach).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy as sp

from ..algebra import RealRoot, real_roots
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, enclosure, precision
from .radicals import norm, reduced, reduces_to_zero, split_radicals

Region = Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]
"""symbol -> (low, high), an open interval; ends may be infinite and may use the symbols before"""

BITS = (64, 256, 1024, 4096)


def sign_on(expr: sp.Expr, region: Region) -> int | None:
    """1 or -1 where that sign is proved on the whole region, 0 where the expression is identically 0, else None.

    >>> a, x = sp.symbols("a x", real=True)
    >>> sign_on(x**2 - a, {a: (sp.Integer(0), sp.Integer(1)), x: (sp.sqrt(a), sp.oo)})
    1
    """
    if reduces_to_zero(expr):
        return 0
    symbols = [symbol for symbol in region if symbol in expr.free_symbols]
    if set(symbols) != expr.free_symbols:
        return None
    if not symbols:
        return proved_sign(expr)
    factors = factors_of(expr)
    if len(factors) > 1 or factors[0][1] != 1:
        return product(*(power_of(sign_on(base, region), power) for base, power in factors))
    last = symbols[-1]
    low, high = (sp.sympify(end) for end in region[last])
    if len(symbols) == 1 and not (low.free_symbols or high.free_symbols):
        return sign_between(expr, last, low, high)
    return sign_beyond(expr, last, region)


def factors_of(expr: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """The factors of numerator and denominator; an expression with square roots stays one factor."""
    numerator, denominator = sp.fraction(sp.together(expr))
    factors: list[tuple[sp.Expr, int]] = []
    for part, side in ((numerator, 1), (denominator, -1)):
        if part.is_polynomial(*part.free_symbols):
            content, listed = sp.factor_list(part)
            factors += [(content, 1), *((base, side * power) for base, power in listed)]
        else:
            factors.append((part, side))
    return [(base, power) for base, power in factors if base != 1]


def power_of(sign: int | None, power: int) -> int | None:
    """The sign of a power of something whose sign is proved; 0 stays undecided below a fraction bar."""
    if sign is None or (sign == 0 and power < 0):
        return None
    return int(sign**power)


def product(*signs: int | None) -> int | None:
    result = 1
    for sign in signs:
        if sign is None:
            return None
        result *= sign
    return result


def sign_beyond(expr: sp.Expr, symbol: sp.Symbol, region: Region) -> int | None:
    """The sign with `symbol` = (low + high t)/(1 + t), low + t or high - t, t > 0, from the coefficients in t."""
    outer = {other: ends for other, ends in region.items() if other != symbol}
    low, high = (sp.sympify(end) for end in region[symbol])
    t = sp.Dummy("t", positive=True)
    if low.is_infinite and high.is_infinite:
        return None
    if not low.is_infinite and not high.is_infinite:
        if sign_on(high - low, outer) != 1:
            return None
        image = (low + high * t) / (1 + t)
    else:
        image = high - t if low.is_infinite else low + t
    moved = sp.fraction(sp.together(expr.subs(symbol, image)))
    numerator, denominator = (coefficient_sign(part, t, outer) for part in moved)
    return product(numerator, power_of(denominator, -1))


def coefficient_sign(expr: sp.Expr, t: sp.Symbol, outer: Region) -> int | None:
    """The common sign of the coefficients of a polynomial in t, hence of the polynomial for t > 0."""
    signs = {sign_on(coefficient, outer) for coefficient in sp.Poly(expr, t).coeffs()} - {0}
    return signs.pop() if len(signs) == 1 else None


def sign_between(expr: sp.Expr, symbol: sp.Symbol, low: sp.Expr, high: sp.Expr) -> int | None:
    """The sign of a polynomial in `symbol` and square roots on an open interval with constant ends."""
    if proved_less(low, high) is not True:
        return None
    split = split_radicals(expr)
    for square in split.radicand.values():
        if sign_on(square.subs(split.radicand), {symbol: (low, high)}) != 1:
            return None
    numerator = reduced(split.expr, split.radicand)
    freed = norm(numerator, split.radicand)
    if not freed.is_polynomial(symbol) or freed == 0:
        return None
    zeros = [root for root in real_roots(sp.Poly(freed, symbol)) if above(root, low) and above(root, high, below=True)]
    if any(sign_at(expr, symbol, root) is None for root in zeros):
        return None
    return proved_sign(expr.subs(symbol, between(low, high)))


def sign_at(expr: sp.Expr, symbol: sp.Symbol, root: RealRoot) -> int | None:
    """The sign at an algebraic point where it is proved not to be 0."""
    for bits in BITS:
        with precision(bits):
            found = enclosure(evaluate(expr, {symbol: ball_of(root.enclose(bits))})).sign
        if found:
            return found
    return None


def above(root: RealRoot, end: sp.Expr, below: bool = False) -> bool:
    """Is the root strictly above the end (with `below`: strictly below)?"""
    if end.is_infinite:
        return bool((end == sp.oo) == below)
    place = algebraic(end)
    return bool(root < place if below else place < root)


def algebraic(number: sp.Expr) -> RealRoot:
    """A constant as a root of its minimal polynomial."""
    candidates = real_roots(sp.Poly(sp.minimal_polynomial(number, sp.Dummy("x"), polys=True)))
    for bits in BITS:
        with precision(bits):
            value = enclosure(evaluate(number))
        met = [root for root in candidates if root.enclose(bits).meets(value)]
        if len(met) == 1:
            return met[0]
    raise ValueError(f"{number} is not separated from its conjugates")


def proved_less(low: sp.Expr, high: sp.Expr) -> bool | None:
    if low == -sp.oo or high == sp.oo:
        return bool(low != high)
    sign = None if low.is_infinite or high.is_infinite else proved_sign(high - low)
    return None if sign is None else sign == 1


def between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """A rational point of the open interval."""
    if low == -sp.oo and high == sp.oo:
        return sp.Integer(0)
    if high == sp.oo:
        return sp.floor(low) + 1
    if low == -sp.oo:
        return sp.ceiling(high) - 1
    if low.is_Rational and high.is_Rational:
        return (low + high) / 2
    for bits in BITS:
        with precision(bits):
            left, right = Fraction(enclosure(evaluate(low)).upper), Fraction(enclosure(evaluate(high)).lower)
        if left < right:
            middle = (left + right) / 2
            return sp.Rational(middle.numerator, middle.denominator)
    raise ValueError(f"no rational point found between {low} and {high}")
