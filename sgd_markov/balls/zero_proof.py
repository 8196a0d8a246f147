"""Proofs that a constant is 0: by exact algebra over its transcendental parts, which are treated as unknowns.

An identity between unknowns holds for every value of them, so nothing is assumed of pi, logarithms or exponentials
beyond log(m n) = log m + log n and exp(a + b) = exp(a) exp(b). Where this proves nothing, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import sympy as sp

from .algebraic_zero import algebraic_zero
from .coprime import prime_base, valuation
from .evaluate import evaluate
from .precision import enclosure, precision

CIRCULAR = (sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh)
SIZE_LIMIT = 2000
"""Expressions with more nodes are not expanded."""


def proved_zero(expr: sp.Expr) -> bool:
    """Is the constant proved to be 0? False where it is not 0 and where it is not decided.

    >>> proved_zero(sp.log(6) - sp.log(2) - sp.log(3)), proved_zero(sp.E**2 * sp.exp(-2 + sp.pi) - sp.exp(sp.pi))
    (True, True)
    >>> proved_zero(sp.log(2) * sp.log(3) - sp.Rational(19, 25))
    False
    """
    if expr == 0:
        return True
    if expr.free_symbols or not may_be_zero(expr):
        return False
    if algebraic_zero(expr):
        return True
    if expr.is_algebraic or sum(1 for _ in sp.preorder_traversal(expr)) > SIZE_LIMIT:
        return False
    return vanishes_identically(expr) or product_of_logarithms_is_one(expr)


def may_be_zero(expr: sp.Expr) -> bool:
    """Does a finite ball of the value hold 0? A finite ball also proves that no denominator is 0."""
    with precision(256):
        found = evaluate(expr)
    return bool(found.is_finite()) and enclosure(found).sign in (None, 0)


def vanishes_identically(expr: sp.Expr) -> bool:
    """Is the numerator 0 as a polynomial in the unknowns?"""
    unknowns = Unknowns.of(circular_as_exponentials(sp.expand_log(expr)))
    numerator = sp.expand(sp.fraction(sp.together(unknowns.replaced))[0])
    symbols = sorted(numerator.free_symbols, key=str)
    if not symbols:
        return complex_zero(numerator)
    if not numerator.is_polynomial(*symbols):
        return False
    return all(complex_zero(c) for c in sp.Poly(numerator, *symbols, domain="EX").coeffs())


def circular_as_exponentials(expr: sp.Expr) -> sp.Expr:
    """sin and cos of transcendental arguments in exp(i x); those of rational multiples of pi are algebraic."""
    table = {node: node.rewrite(sp.exp) for node in expr.atoms(*CIRCULAR) if node.is_algebraic is not True}
    return expr.xreplace(table)


def complex_zero(coefficient: sp.Expr) -> bool:
    """Real and imaginary part of an algebraic number whose only imaginary ingredient is i."""
    unit = sp.Dummy("i")
    parts = sp.Poly(sp.expand(coefficient).xreplace({sp.I: unit}), unit, domain="EX").rem(sp.Poly(unit**2 + 1, unit, domain="EX"))
    return all(algebraic_zero(sp.sympify(part)) for part in parts.all_coeffs())


@dataclass
class Unknowns:
    """An expression with its transcendental parts replaced by symbols."""

    logarithms: dict[int, sp.Symbol] = field(default_factory=dict)
    """Coprime base -> its logarithm."""
    denominators: dict[sp.Expr, int] = field(default_factory=dict)
    """e -> q: all exponentials of multiples of e are powers of exp(e/q)."""
    others: dict[object, sp.Symbol] = field(default_factory=dict)
    replaced: sp.Expr = sp.S.Zero

    @classmethod
    def of(cls, expr: sp.Expr) -> Unknowns:
        found = cls()
        ratios = [fraction(node.args[0]) for node in expr.atoms(sp.log) if node.args[0].is_Rational]
        found.logarithms = {b: sp.Dummy(f"log_{b}") for b in prime_base(ratios)}
        for node in expr.atoms(sp.exp):
            for multiple, unit in multiples(node.args[0]):
                found.denominators[unit] = lcm(found.denominators.get(unit, 1), int(multiple.q))
        found.replaced = found.visit(expr)
        return found

    def visit(self, node: sp.Expr) -> sp.Expr:
        if node.is_algebraic:
            return node
        if node.is_Add or node.is_Mul:
            return node.func(*(self.visit(part) for part in node.args))
        if isinstance(node, sp.log) and node.args[0].is_Rational and node.args[0] > 0:
            return self.logarithm(fraction(node.args[0]))
        if isinstance(node, sp.exp):
            return sp.Mul(*(self.symbol(("exp", unit)) ** (m * self.denominators[unit]) for m, unit in multiples(node.args[0])))
        if node is sp.E:
            return self.symbol(("exp", sp.Integer(1))) ** self.denominators.get(sp.Integer(1), 1)
        if node.is_Pow and node.exp.is_Integer:
            return self.visit(node.base) ** node.exp
        return self.symbol(node)

    def logarithm(self, ratio: Fraction) -> sp.Expr:
        return sp.Add(*(
            (valuation(ratio.numerator, b) - valuation(ratio.denominator, b)) * symbol for b, symbol in self.logarithms.items()
        ))  # fmt: skip

    def symbol(self, key: object) -> sp.Symbol:
        return self.others.setdefault(key, sp.Dummy(f"u_{len(self.others)}"))


def multiples(exponent: sp.Expr) -> Iterator[tuple[sp.Rational, sp.Expr]]:
    """The terms of an exponent as rational multiples of what else is in them."""
    for term in sp.Add.make_args(sp.expand(exponent)):
        multiple, unit = term.as_coeff_Mul(rational=True)
        yield multiple, unit


def fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def product_of_logarithms_is_one(expr: sp.Expr) -> bool:
    """sum c_i log m_i = 0 with rational c_i and positive algebraic m_i: prod m_i^(q c_i) = 1 for a common q."""
    terms = [(*term.as_coeff_Mul(rational=True),) for term in sp.Add.make_args(sp.expand(expr, log=False))]
    if not all(isinstance(rest, sp.log) and rest.args[0].is_algebraic and rest.args[0].is_positive for _, rest in terms):
        return False
    common = lcm(*(int(c.q) for c, _ in terms))
    return algebraic_zero(sp.Mul(*(rest.args[0] ** (c * common) for c, rest in terms), evaluate=False) - 1)
