"""The monotone branches of an elementary function of one variable, with exact inverses and image intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from .case_signs import Signs

Y = sp.Dummy("y", real=True)
"""The image point in the inverse of a branch."""


class NotInvertible(Exception):
    """No exact inverse is known for `expr`."""

    def __init__(self, expr: sp.Expr) -> None:
        super().__init__(expr)
        self.expr = expr


@dataclass(frozen=True)
class Branch:
    """On (low, high) the function is strictly monotone, from the limit `start` at low to `end` at high."""

    low: sp.Expr
    high: sp.Expr
    start: sp.Expr
    end: sp.Expr
    increasing: bool
    inverse: sp.Expr
    """x as an expression in Y."""

    @property
    def image(self) -> tuple[sp.Expr, sp.Expr]:
        return (self.start, self.end) if self.increasing else (self.end, self.start)

    def at(self, value: sp.Expr) -> sp.Expr:
        return self.inverse.xreplace({Y: value})


def branches(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """The branches of `expr` on (low, high), in increasing order of x.

    Powers, exponentials, logarithms and tanh of a quantity, affine forms, and polynomials a (x - v)^n + c, nested in
    any order. Raises `NotInvertible` for others, and `Undecided` where a sign is open.

    >>> x = sp.Symbol("x", real=True)
    >>> [(b.low, b.high, b.image, b.increasing) for b in branches(1 - x**2, x, -sp.oo, sp.oo, Signs())]
    [(-oo, 0, (-oo, 1), True), (0, oo, (-oo, 1), False)]
    """
    if expr == x:
        return [Branch(low, high, low, high, True, Y)]
    if expr.is_Add:
        return of_sum(expr, x, low, high, signs)
    if expr.is_Mul:
        factor, rest = expr.as_independent(x, as_Add=False)
        if factor == 1:
            return of_product(expr, x, low, high, signs)
        return scaled(branches(rest, x, low, high, signs), factor, signs)
    if expr.is_Pow and x not in expr.exp.free_symbols:
        return power(branches(expr.base, x, low, high, signs), expr.exp, signs, expr)
    if expr.is_Pow and x not in expr.base.free_symbols and expr.base != sp.E:
        return exponential(branches(expr.exp * sp.log(expr.base), x, low, high, signs))
    if type(expr) in OUTER:
        return OUTER[type(expr)](branches(expr.args[0], x, low, high, signs))
    if isinstance(expr, sp.log):
        return logarithm(branches(expr.args[0], x, low, high, signs), signs, expr)
    raise NotInvertible(expr)


def of_sum(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    if expr.is_polynomial(x):
        return of_polynomial(sp.Poly(expr, x), x, low, high, signs)
    constant, rest = expr.as_independent(x, as_Add=True)
    gathered = sp.factor_terms(rest) if rest.is_Add else rest
    if gathered.is_Add:
        raise NotInvertible(expr)
    return shifted(branches(gathered, x, low, high, signs), constant)


def of_product(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """Products that are one power or one polynomial after all."""
    if expr.is_polynomial(x):
        return of_polynomial(sp.Poly(expr, x), x, low, high, signs)
    simpler = sp.powsimp(expr)
    if simpler.is_Mul:
        raise NotInvertible(expr)
    return branches(simpler, x, low, high, signs)


def of_polynomial(poly: sp.Poly, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """a (x - v)^n + c; a coefficient that is 0 in this case lowers the degree."""
    degree, lead = poly.degree(), poly.LC()
    if not signs.nonzero(lead):
        rest = poly - sp.Poly(lead * x**degree, x)
        return of_polynomial(rest, x, low, high, signs)
    if degree < 1:
        raise NotInvertible(poly.as_expr())
    vertex = -poly.coeff_monomial(x ** (degree - 1)) / (degree * lead)
    constant = sp.factor_terms(sp.expand(poly.eval(vertex)))
    if degree > 1 and sp.expand(poly.as_expr() - lead * (x - vertex) ** degree - constant) != 0:
        raise NotInvertible(poly.as_expr())
    if degree == 1:
        return shifted(scaled(branches(x, x, low, high, signs), lead, signs), poly.coeff_monomial(1))
    centred = shifted(branches(x, x, low, high, signs), -vertex)
    return shifted(scaled(power(centred, sp.Integer(degree), signs, poly.as_expr()), lead, signs), constant)


def shifted(found: list[Branch], constant: sp.Expr) -> list[Branch]:
    return [replace(b, start=b.start + constant, end=b.end + constant, inverse=b.at(Y - constant)) for b in found]


def scaled(found: list[Branch], factor: sp.Expr, signs: Signs) -> list[Branch]:
    side = signs.strict(factor)
    if side == 0:
        raise NotInvertible(factor)
    return [
        replace(
            b,
            start=times(factor, side, b.start),
            end=times(factor, side, b.end),
            increasing=b.increasing == (side > 0),
            inverse=b.at(Y / factor),
        )
        for b in found
    ]


def times(factor: sp.Expr, side: int, value: sp.Expr) -> sp.Expr:
    """factor * value for an end that may be infinite."""
    return side * value if value in (sp.oo, -sp.oo) else factor * value


def mapped(found: list[Branch], outer: Callable[[sp.Expr], sp.Expr], back: sp.Expr) -> list[Branch]:
    """Through an increasing function, whose inverse is `back` in Y."""
    return [replace(b, start=outer(b.start), end=outer(b.end), inverse=b.at(back)) for b in found]


def exponential(found: list[Branch]) -> list[Branch]:
    return mapped(found, sp.exp, sp.log(Y))


def logarithm(found: list[Branch], signs: Signs, expr: sp.Expr) -> list[Branch]:
    if any(signs.order(end) < 0 for b in found for end in b.image):
        raise NotInvertible(expr)
    return mapped(found, lambda u: -sp.oo if u == 0 else sp.log(u), sp.exp(Y))


OUTER: dict[type, Callable[[list[Branch]], list[Branch]]] = {
    sp.exp: exponential,
    sp.tanh: lambda found: mapped(found, sp.tanh, sp.log((1 + Y) / (1 - Y)) / 2),
    sp.sinh: lambda found: mapped(found, sp.sinh, sp.log(Y + sp.sqrt(Y**2 + 1))),
    sp.atan: lambda found: mapped(found, sp.atan, sp.tan(Y)),
}
"""Increasing functions of the whole line."""


def power(found: list[Branch], exponent: sp.Expr, signs: Signs, expr: sp.Expr) -> list[Branch]:
    """u^exponent: integer powers of any u, others of u >= 0."""
    if exponent.is_Integer:
        if exponent < 0:
            found = reciprocal(split_at_zero(found, signs), signs)
            exponent = -exponent
        if exponent == 1:
            return found
        return [signed_power(b, exponent, signs) for b in split_at_zero(found, signs)]
    if any(signs.order(end) < 0 for b in found for end in b.image):
        raise NotInvertible(expr)
    side = signs.strict(exponent)
    if side == 0:
        raise NotInvertible(expr)
    if side < 0:
        found, exponent = reciprocal(found, signs), -exponent
    return mapped(found, lambda u: sp.oo if u == sp.oo else u**exponent, Y ** (1 / exponent))


def signed_power(branch: Branch, exponent: sp.Expr, signs: Signs) -> Branch:
    """u^n, n a natural number, on a branch where u keeps its sign: u = side |u|."""
    side = positive_side(branch, signs)
    parity = side if exponent.is_odd else 1
    return replace(
        branch,
        start=branch.start**exponent,
        end=branch.end**exponent,
        increasing=branch.increasing if exponent.is_odd else branch.increasing == (side > 0),
        inverse=branch.at(side * (parity * Y) ** (1 / exponent)),
    )


def reciprocal(found: list[Branch], signs: Signs) -> list[Branch]:
    """1/u on branches where u keeps its sign."""
    result = []
    for branch in found:
        side = positive_side(branch, signs)
        start, end = (side * sp.oo if end == 0 else 1 / end for end in (branch.start, branch.end))
        result.append(replace(branch, start=start, end=end, increasing=not branch.increasing, inverse=branch.at(1 / Y)))
    return result


def positive_side(branch: Branch, signs: Signs) -> int:
    """1 where u >= 0 on the branch, -1 where u <= 0."""
    low, high = branch.image
    if low == 0 or high == 0:
        return 1 if low == 0 else -1
    return 1 if signs.order(low) > 0 else -1


def split_at_zero(found: list[Branch], signs: Signs) -> list[Branch]:
    """Branches cut where the function is 0."""
    result: list[Branch] = []
    for branch in found:
        low, high = branch.image
        if low == 0 or high == 0 or signs.order(low) == signs.order(high):
            result.append(branch)
            continue
        root = branch.at(sp.Integer(0))
        result.append(replace(branch, high=root, end=sp.Integer(0)))
        result.append(replace(branch, low=root, start=sp.Integer(0)))
    return result
