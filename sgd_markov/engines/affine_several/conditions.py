"""When all roots of a polynomial with symbolic coefficients lie inside the unit circle: conditions, simplified."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from ...balls.adaptive import proved_sign
from ...proof.region import sign_on

DEGREE_LIMIT = 8
"""Beyond, the conditions fill pages."""


@dataclass(frozen=True)
class Condition:
    """`expr` > 0 (with `nonzero`: expr != 0); `sign` is 1 or -1 where it is proved to be so, None where it is open."""

    expr: sp.Expr
    sign: int | None
    nonzero: bool = False

    def __str__(self) -> str:
        if self.nonzero:
            return f"{self.expr} != 0"
        positive, negative = by_sign(self.expr)
        if negative == 0:
            return f"{sp.factor(positive)} > 0"
        return f"{sp.factor(negative)} < {sp.factor(positive)}"


@dataclass(frozen=True)
class Between(Condition):
    """0 < `inner` < `inner` + `expr`."""

    inner: sp.Expr = sp.S.Zero

    def __str__(self) -> str:
        whole = sp.expand(self.inner + self.expr)
        number, rest = sp.expand(self.inner).as_coeff_Add()
        if whole.is_number and rest.could_extract_minus_sign():
            return f"{number - whole} < {sp.factor(-rest)} < {number}"
        if whole.is_number:
            return f"{-number} < {sp.factor(rest)} < {whole - number}"
        return f"0 < {sp.factor(self.inner)} < {sp.factor(whole)}"


def by_sign(expr: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """expr = first - second, by the signs in front of its terms."""
    terms = sp.Add.make_args(sp.expand(expr))
    behind = [term for term in terms if term.could_extract_minus_sign()]
    return sp.Add(*(term for term in terms if term not in behind)), sp.Add(*(-term for term in behind))


def stability_conditions(coefficients: list[sp.Expr]) -> list[sp.Expr]:
    """Expressions all positive exactly where all roots lie inside the unit circle; highest coefficient first.

    Degree 1 (a power is below 1 where its base is) and 2 by hand (Jury); beyond by Schur's reduction: p of degree s,
    leading coefficient a_s > 0, is stable exactly if a_s > |a_0| and (a_s p(z) - a_0 z^s p(1/z))/z is.

    >>> a, b = sp.symbols("a b")
    >>> stability_conditions([sp.Integer(1), a, b])
    [a + b + 1, -a + b + 1, 1 - b]
    """
    lead = coefficients[0]
    monic = [sp.cancel(c / lead) for c in coefficients]
    if len(monic) == 2:
        root = sp.factor(-monic[1])
        root = root.base if root.is_Pow and root.exp.is_Integer and root.exp > 0 else root
        return [1 + root, 1 - root]
    if len(monic) == 3:
        _, linear, constant = monic
        return [1 + linear + constant, 1 - linear + constant, 1 - constant]
    last = monic[-1]
    lower = [sp.cancel(c - last * d) for c, d in zip(monic[:-1], monic[:0:-1], strict=True)]
    return [1 - last, 1 + last, *stability_conditions(lower)]


def simplified(exprs: list[sp.Expr]) -> list[Condition]:
    """The conditions expr > 0 without what is proved, repeated, or implied by the others.

    A proved factor leaves its expression; a factor that is itself a condition leaves the others. What is proved
    positive stands at the end with `sign` 1, what is proved not to be with `sign` -1.
    """
    parts = [positive_part(expr) for expr in exprs]
    singles = {part.expr for part in parts if part.sign is None and len(sp.Mul.make_args(part.expr)) == 1}
    found = [without_known(part, singles) for part in parts]
    extra = [Condition(base, None, nonzero=True) for expr in exprs for base in even_bases(expr) if base not in singles]
    open_ones = without_implied(list(dict.fromkeys(c for c in found if c.sign is None)))
    proved = list(dict.fromkeys(c for c in found if c.sign is not None))
    return [*open_ones, *dict.fromkeys(extra), *proved]


def factored(expr: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """Number and irreducible factors with their powers, those of the denominator included."""
    numerator, denominator = sp.fraction(sp.together(expr))
    found: list[tuple[sp.Expr, int]] = []
    for part in (numerator, denominator):
        if not part.free_symbols or not part.is_polynomial(*part.free_symbols):
            found.append((part, 1))
            continue
        content, factors = sp.factor_list(part)
        found += [(content, 1), *factors]
    return [(base, power) for base, power in found if base != 1]


def positive_part(expr: sp.Expr) -> Condition:
    """The condition expr > 0 without the factors whose sign is proved, and without squares."""
    sign, rest = 1, []
    for base, power in factored(expr):
        proved = sign_of(base)
        if proved == 0:
            return Condition(sp.Integer(0), -1)
        if power % 2 == 0:
            continue
        if proved is None:
            rest.append(base)
        else:
            sign *= proved
    if not rest:
        return Condition(sp.expand(expr), sign)
    product = sp.Mul(*rest)
    return Condition(sp.expand(sign * product) if len(rest) == 1 else sign * product, None)


def even_bases(expr: sp.Expr) -> list[sp.Expr]:
    return [base for base, power in factored(expr) if power % 2 == 0 and sign_of(base) is None]


def without_known(condition: Condition, singles: set[sp.Expr]) -> Condition:
    """A product less the factors that are positive by another condition."""
    bases = sp.Mul.make_args(condition.expr)
    if condition.sign is not None or len(bases) == 1:
        return condition
    sign, rest = 1, []
    for base in bases:
        if sp.expand(base) in singles:
            continue
        if sp.expand(-base) in singles:
            sign = -sign
        else:
            rest.append(base)
    if not any(base.free_symbols for base in rest):
        value = sign * sp.Mul(*rest)
        return Condition(value, 1 if value > 0 else -1)
    product = sign * sp.Mul(*rest)
    return Condition(sp.expand(product) if len(rest) == 1 else product, None)


def without_implied(conditions: list[Condition]) -> list[Condition]:
    """Less those that follow from one other, or that are the sum of two others."""
    kept = list(conditions)
    for one in conditions:
        others = [c for c in kept if c is not one]
        if any(follows(one.expr, other.expr) for other in others) or is_sum(one, others):
            kept = others
    return kept


def follows(expr: sp.Expr, other: sp.Expr) -> bool:
    """Is expr - c * other proved not to be negative, for some c > 0 that cancels a term?"""
    first, second = (sp.expand(e).as_coefficients_dict() for e in (expr, other))
    ratios = {first[term] / second[term] for term in first if term in second and term != 1}
    return any(ratio > 0 and sign_of(sp.expand(expr - ratio * other)) in (0, 1) for ratio in ratios)


def is_sum(one: Condition, others: list[Condition]) -> bool:
    for i, first in enumerate(others):
        for second in others[i + 1 :]:
            ratio = sp.cancel((first.expr + second.expr) / one.expr)
            if ratio.is_Rational and ratio > 0:
                return True
    return False


def sign_of(expr: sp.Expr) -> int | None:
    """The sign of a number, or of an expression on all values that its symbols may have, where it is proved."""
    if not expr.free_symbols:
        return proved_sign(expr)
    if expr.is_positive:
        return 1
    if expr.is_negative:
        return -1
    region = {symbol: half_line(symbol) for symbol in sorted(expr.free_symbols, key=str)}
    if len(region) > 1 and any(low == -sp.oo and high == sp.oo for low, high in region.values()):
        return None
    if any(
        symbol.is_positive is not True and symbol.is_negative is not True and symbol.is_nonnegative for symbol in region
    ):
        return None
    try:
        return sign_on(expr, region)
    except (sp.PolynomialError, NotImplementedError, ValueError):
        return None


def half_line(symbol: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    if symbol.is_positive:
        return sp.Integer(0), sp.oo
    if symbol.is_negative:
        return -sp.oo, sp.Integer(0)
    return -sp.oo, sp.oo


def joined(conditions: list[Condition]) -> list[Condition]:
    """Pairs x > 0 and c - x > 0 as 0 < x < c, where c is simpler than c - x."""
    result: list[Condition] = []
    used: set[Condition] = set()
    open_ones = [c for c in conditions if c.sign is None and not c.nonzero]
    for one in open_ones:
        for other in conditions:
            if other is one or other.nonzero or other.sign == -1:
                continue
            whole = sp.expand(one.expr + other.expr)
            if whole.free_symbols < one.expr.free_symbols and other.expr.free_symbols and other not in used:
                result.append(Between(one.expr, None, inner=other.expr))
                used |= {one, other}
                break
    return [*result, *(replace(c) for c in conditions if c not in used)]
