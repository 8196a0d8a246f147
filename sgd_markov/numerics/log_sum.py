"""Is a sum of weighted logarithms exactly 0? Decided by exact arithmetic."""

from __future__ import annotations

from math import lcm

import sympy as sp
from flint import arb, fmpq

from ..balls.algebraic_zero import algebraic_zero
from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..balls.zero_proof import proved_zero

BIT_LIMIT = 2_000_000


def log_sum_is_zero(expr: sp.Expr) -> bool:
    """Is a constant of the form sum c_i log(m_i), c_i rational, proved to be 0?

    Rational m_i: prod m_i^(D c_i) = 1 in exact rationals. Otherwise by the proofs of `balls`.

    >>> log_sum_is_zero(sp.log(sp.Rational(2, 3)) / 2 + sp.log(sp.Rational(3, 2)) / 2)
    True
    """
    with precision(128):
        rough = evaluate(expr)
    if not rough.contains(arb(0)):
        return False
    terms = [as_log(term) for term in sp.Add.make_args(sp.expand(expr, log=False))]
    if any(term is None for term in terms):
        return proved_zero(expr)
    return product_is_one([term for term in terms if term is not None])


def as_log(term: sp.Expr) -> tuple[sp.Rational, sp.Expr] | None:
    """c log(m) as (c, m)."""
    factor, rest = term.as_coeff_Mul()
    if isinstance(rest, sp.log) and factor.is_Rational:
        return factor, rest.args[0]
    return None


def product_is_one(terms: list[tuple[sp.Rational, sp.Expr]]) -> bool:
    denominator = lcm(*(int(c.q) for c, _ in terms)) if terms else 1
    powers = [(int(c * denominator), m) for c, m in terms]
    if all(m.is_Rational for _, m in powers):
        return rational_product_is_one([(n, fmpq(int(m.p), int(m.q))) for n, m in powers])
    product = sp.Mul(*(m**n for n, m in powers))
    return bool(product.is_algebraic) and algebraic_zero(product - 1)


def rational_product_is_one(powers: list[tuple[int, fmpq]]) -> bool:
    size = sum(abs(n) * (m.p.bit_length() + m.q.bit_length()) for n, m in powers)
    if size > BIT_LIMIT:
        return False
    product = fmpq(1)
    for n, m in powers:
        product *= m**n
    return bool(product == 1)
