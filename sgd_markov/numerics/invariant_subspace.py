"""A common invariant subspace of several matrices, exactly, over their field or a real quadratic extension of it.

The radical of the algebra that they generate maps the space onto an invariant subspace. If it is 0 the space is a sum
of irreducible ones: the kernels of polynomials in a matrix that commutes with all are invariant, and so is what the
algebra makes of one vector (Holt and Rees 1994, the MeatAxe).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.polyerrors import BasePolynomialError, CoercionFailed

from .exact_matrix import over_common_field
from .matrix_algebra import algebra_basis, combination, commutant, generates_everything, radical, row_matrix
from .matrix_span import matrix_of

ATTEMPTS = 6
"""So many random elements are tried; what is missed stays one block, which is not wrong."""

LARGEST_DEGREE = 6
"""Over fields of numbers of higher degree polynomials are not factored: their norms take minutes and more."""

T = sp.Dummy("t")


def invariant_subspace(generators: list[DomainMatrix]) -> DomainMatrix | None:
    """A basis, as columns, of a proper subspace that all matrices keep; None where none is found.

    >>> from .exact_matrix import field_matrix
    >>> J = field_matrix([[sp.Integer(0), sp.Integer(1)], [sp.Integer(1), sp.Integer(0)]])
    >>> invariant_subspace([J]).to_Matrix().tolist() in ([[1], [1]], [[-1], [1]])
    True
    """
    size = generators[0].shape[0]
    if generates_everything(generators):
        return None
    basis = algebra_basis(generators)
    if len(basis) == size**2:
        return None
    nilpotent = radical(basis)
    if nilpotent:
        return image(nilpotent)
    return by_commutant(generators) or by_spinning(basis, generators) or by_extension(generators)


def image(matrices: list[DomainMatrix]) -> DomainMatrix:
    """The sum of their ranges."""
    columns = matrices[0].hstack(*matrices[1:])
    return columns.columnspace()


def by_commutant(generators: list[DomainMatrix]) -> DomainMatrix | None:
    """The kernel of a polynomial in a matrix that commutes with all."""
    for element in samples(commutant(generators)):
        for polynomial, _ in factors(element):
            kernel = at(polynomial, element).nullspace()
            if 0 < kernel.shape[0] < element.shape[0]:
                return kernel.transpose()
    return None


def by_spinning(basis: list[DomainMatrix], generators: list[DomainMatrix]) -> DomainMatrix | None:
    """What the algebra makes of a vector in the kernel of a polynomial in one of its elements."""
    size = generators[0].shape[0]
    for element in samples(basis):
        for polynomial, _ in factors(element):
            vector = at(polynomial, element).nullspace().to_list()[0]
            column = row_matrix(vector, element.domain).transpose()
            spun = image([b * column for b in basis])
            if spun.shape[1] < size:
                return spun
    return None


def by_extension(generators: list[DomainMatrix]) -> DomainMatrix | None:
    """The eigenspace, over a real quadratic extension, of a matrix that commutes with all."""
    for element in samples(commutant(generators)):
        for root in irrational_eigenvalues(element):
            wide, shift = over_common_field(element, root)
            kernel = (wide - DomainMatrix.eye(wide.shape[0], wide.domain).to_dense() * shift.to_list()[0][0]).nullspace()
            if 0 < kernel.shape[0] < element.shape[0]:
                return kernel.transpose()
    return None


def irrational_eigenvalues(element: DomainMatrix) -> Iterator[DomainMatrix]:
    """Real eigenvalues that are quadratic over the field of numbers, each as a matrix of one entry."""
    if not (element.domain.is_QQ or element.domain.is_Algebraic):
        return
    for polynomial, _ in factors(element):
        if polynomial.degree() != 2:
            continue
        a, b, c = polynomial.all_coeffs()
        discriminant = sp.radsimp(b**2 - 4 * a * c)
        if discriminant.is_positive:
            root = sp.radsimp((-b + sp.sqrt(discriminant)) / (2 * a))
            yield DomainMatrix.from_Matrix(sp.Matrix([[root]]), extension=True).to_field().to_dense()


def samples(basis: list[DomainMatrix]) -> Iterator[DomainMatrix]:
    """The basis, and random combinations of it with small integers, always the same ones; no multiples of 1."""
    random, field = Random(1), basis[0].domain
    mixed = (combination([field(random.randint(-3, 3)) for _ in basis], basis) for _ in range(ATTEMPTS))
    for element in (*basis[: 2 * ATTEMPTS], *mixed):
        if not is_scalar(element):
            yield element


def is_scalar(matrix: DomainMatrix) -> bool:
    rows = matrix.to_list()
    return all(entry == (rows[0][0] if i == j else 0) for i, row in enumerate(rows) for j, entry in enumerate(row))


def factors(element: DomainMatrix) -> list[tuple[sp.Poly, int]]:
    """The irreducible factors of the characteristic polynomial over the field; none where it cannot be factored."""
    if element.domain.is_Algebraic and element.domain.mod.degree() > LARGEST_DEGREE:
        return []
    try:
        polynomial = sp.Poly.from_list(element.charpoly(), T, domain=element.domain)
        return list(polynomial.factor_list()[1])
    except (BasePolynomialError, CoercionFailed, NotImplementedError):
        return []


def at(polynomial: sp.Poly, element: DomainMatrix) -> DomainMatrix:
    """The polynomial of the matrix."""
    field = element.domain
    one = DomainMatrix.eye(element.shape[0], field).to_dense()
    total = DomainMatrix.zeros(element.shape, field).to_dense()
    for coefficient in polynomial.rep.to_list():
        total = total * element + one * field.convert_from(coefficient, polynomial.domain)
    return total


def basis_change(subspace: DomainMatrix) -> tuple[DomainMatrix, DomainMatrix]:
    """P and its inverse: the subspace in reduced form as first columns, unit vectors after."""
    field, size = subspace.domain, subspace.shape[0]
    reduced, pivots = subspace.transpose().rref()
    rows = list(reduced.to_list()[: len(pivots)])
    for k in range(size):
        if k not in pivots:
            rows.append([field.one if j == k else field.zero for j in range(size)])
    change = matrix_of(rows, field).transpose()
    return change, change.inv()


__all__ = ["basis_change", "invariant_subspace"]
