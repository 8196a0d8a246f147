"""Matrices that are polynomials in one matrix Z with an irreducible characteristic polynomial: their joint eigenvalues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from ..algebra import real_roots

Eigenvalue = Callable[[sp.ImmutableMatrix], sp.Expr]

T = sp.Dummy("t")


def joint_eigenvalues(generators: list[DomainMatrix]) -> list[Eigenvalue] | None:
    """The eigenvalues of all combinations of the generators as functions of the matrix, one for each root of Z.

    With the cyclic vector e_1 the first column of M = g(Z) gives the coefficients of g. None unless the rational
    matrices commute, some sum of one or two of them has an irreducible characteristic polynomial, and its roots are real.
    """
    if not generators[0].domain.is_QQ or any(a * b != b * a for a, b in combinations(generators, 2)):
        return None
    size = generators[0].shape[0]
    for pivot in candidates(generators):
        polynomial = sp.Poly.from_list(pivot.charpoly(), T, domain=pivot.domain)
        if polynomial.is_irreducible:
            if len(real_roots(polynomial)) < size:
                return None
            inverse = krylov(pivot.to_Matrix()).inv()
            shown = polynomial.clear_denoms(convert=True)[1].as_expr().xreplace({T: sp.Symbol("t")})
            return [eigenvalue(inverse, sp.CRootOf(shown, k)) for k in range(size)]
    return None


def candidates(generators: list[DomainMatrix]) -> Iterator[DomainMatrix]:
    yield from generators
    yield from (a + b for a, b in combinations(generators, 2))


def krylov(pivot: sp.Matrix) -> sp.Matrix:
    """The columns e_1, Z e_1, Z^2 e_1, ..."""
    columns = [sp.eye(pivot.rows)[:, 0]]
    for _ in range(pivot.rows - 1):
        columns.append(pivot * columns[-1])
    return sp.Matrix.hstack(*columns)


def eigenvalue(inverse: sp.Matrix, root: sp.Expr) -> Eigenvalue:
    """M -> g(root), where the coefficients of g are inverse * M e_1."""
    weights = sp.Matrix([[root**k for k in range(inverse.rows)]]) * inverse

    def of(matrix: sp.ImmutableMatrix) -> sp.Expr:
        terms: dict[sp.Expr, sp.Expr] = {}
        for weight, entry in zip(weights, matrix[:, 0], strict=True):
            for term in sp.Add.make_args(sp.expand(entry)):
                number, function = term.as_independent(*term.free_symbols) if term.free_symbols else (term, sp.Integer(1))
                terms[function] = terms.get(function, sp.Integer(0)) + weight * number
        return sp.Add(*(reduced(coefficient, root) * function for function, coefficient in terms.items()))

    return of


def reduced(value: sp.Expr, root: sp.Expr) -> sp.Expr:
    """A polynomial in the root, collected; a multiple of 1 loses the root."""
    return sp.Poly(value.xreplace({root: T}), T).as_expr().xreplace({T: root})
