"""Sequences sum_r P_r(n) r^n and the linear recursions m(n+1) = lam m(n) + f(n) among them."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

N = sp.Symbol("n", integer=True, nonnegative=True)


@dataclass(frozen=True)
class ExponentialPolynomial:
    """sum over (base r, polynomial P) of P(n) r^n, with 0^0 = 1; bases pairwise different."""

    terms: tuple[tuple[sp.Expr, sp.Poly], ...]

    @classmethod
    def constant(cls, value: sp.Expr) -> ExponentialPolynomial:
        return cls(((sp.Integer(1), sp.Poly(value, N)),))

    def plus(self, other: ExponentialPolynomial) -> ExponentialPolynomial:
        table = dict(self.terms)
        for base, poly in other.terms:
            known = next((b for b in table if sp.simplify(b - base) == 0), base)
            table[known] = table[known] + poly if known in table else poly
        return ExponentialPolynomial(tuple((b, p) for b, p in table.items() if not p.is_zero))

    def times(self, factor: sp.Expr) -> ExponentialPolynomial:
        scaled = ((b, sp.Poly(p.as_expr() * factor, N)) for b, p in self.terms)
        return ExponentialPolynomial(tuple((b, p) for b, p in scaled if not p.is_zero))

    @property
    def expr(self) -> sp.Expr:
        return sp.Add(*(sp.factor(p.as_expr()) * (b**N if b != 1 else 1) for b, p in self.terms))

    def at(self, n: int) -> sp.Expr:
        return sp.expand(sp.Add(*(p.eval(n) * (b**n if n else 1) for b, p in self.terms)))


def solve_recursion(lam: sp.Expr, forcing: ExponentialPolynomial, start: sp.Expr) -> ExponentialPolynomial:
    """m with m(0) = start and m(n+1) = lam m(n) + forcing(n).

    >>> solve_recursion(sp.Rational(1, 2), ExponentialPolynomial.constant(sp.Integer(1)), sp.Integer(0)).expr
    2 - 2/2**n
    """
    particular = ExponentialPolynomial(())
    for base, poly in forcing.terms:
        particular = particular.plus(ExponentialPolynomial(((base, particular_solution(lam, base, poly)),)))
    rest = sp.simplify(start - sum((p.eval(0) for _, p in particular.terms), sp.Integer(0)))
    return particular.plus(ExponentialPolynomial(((lam, sp.Poly(rest, N)),)) if rest != 0 else ExponentialPolynomial(()))


def particular_solution(lam: sp.Expr, base: sp.Expr, poly: sp.Poly) -> sp.Poly:
    """The polynomial q with base q(n+1) - lam q(n) = poly(n), of one degree more in resonance (base = lam)."""
    resonant = sp.simplify(base - lam) == 0
    degree = poly.degree() + (1 if resonant else 0)
    unknowns = sp.symbols(f"q0:{degree + 1}")
    q = sp.Add(*(c * N**k for k, c in enumerate(unknowns)))
    equation = sp.Poly(sp.expand(base * q.subs(N, N + 1) - lam * q - poly.as_expr()), N)
    solution = sp.solve(equation.all_coeffs(), unknowns, dict=True)[0]
    return sp.Poly(sp.simplify(q.subs(solution).subs(dict.fromkeys(unknowns, 0))), N)
