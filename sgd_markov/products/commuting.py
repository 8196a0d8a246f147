"""Finitely many matrices that commute: their exponents are means of logarithms of joint eigenvalues.

In an irreducible block the eigenvalues are irrational. In two dimensions they are alpha + beta theta with a quadratic
theta; more generally M = g(Z) for one matrix Z of the family, and the exponents are E log|g(theta)| over the roots theta
of the characteristic polynomial of Z. A single matrix, such as a step without randomness, is the simplest case:
the logarithm of its spectral radius.
"""

from __future__ import annotations

from operator import attrgetter

import sympy as sp
from flint import acb, arb, fmpq, fmpq_mat, fmpz, fmpz_poly

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, enclosure
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.exact_matrix import rational_matrix
from ..numerics.exact_numbers import number
from ..numerics.log_sum import log_sum_is_zero
from .matrix_law import MatrixLaw
from .method import Method

LOWER, UPPER = attrgetter("lower"), attrgetter("upper")
EIGENVALUES = "joint eigenvalues of matrices that commute"


class Commuting(Method):
    """E log|joint eigenvalue|, for each of them."""

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        return self.both(law, effort, highest=True)

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        if law.size == 2:
            top, bottom = (self.both(law, effort, highest) for highest in (True, False))
            return None if top is None or bottom is None else [top, bottom]
        return by_roots(law, effort)

    def both(self, law: MatrixLaw, effort: Effort, highest: bool) -> Finding | None:
        if not commute(law):
            return None
        if law.size == 2:
            form = planar_form(law, highest)
            found = None if form is None else number(tidied(form), effort, "the exponent")
            return None if found is None else Finding(Warrant.EXACT, EIGENVALUES, found.exact, found.enclosure)
        listed = by_roots(law, effort)
        return None if listed is None else listed[0]


def tidied(form: sp.Expr) -> sp.Expr:
    """0 where a sum of logarithms is proved to be 0."""
    return sp.Integer(0) if not form.free_symbols and form.is_finite and log_sum_is_zero(form) else form


def commute(law: MatrixLaw) -> bool:
    if law.atoms is None:
        return False
    first, *others = law.matrices
    if not all(vanishes(first * m - m * first) for m in others):
        return False
    return all(vanishes(m * n - n * m) for k, m in enumerate(others) for n in others[:k])


def vanishes(matrix: sp.Matrix) -> bool:
    return all(sp.expand(entry) == 0 for entry in matrix)


def planar_form(law: MatrixLaw, highest: bool) -> sp.Expr | None:
    """The larger or the smaller exponent of 2 x 2 matrices: a case distinction where the sign of the discriminant is open."""
    atoms = law.atoms or ()
    pivot = next((m for _, m in atoms if m[1, 0] != 0 and m[0, 1] != 0), None)
    if pivot is None:
        return None
    discriminant = sp.factor((pivot[0, 0] - pivot[1, 1]) ** 2 + 4 * pivot[0, 1] * pivot[1, 0])
    half = mean_log([(p, sp.expand(m.det())) for p, m in atoms], sp.S.Half)
    known = proved_sign(discriminant) if not discriminant.free_symbols else None
    if known is None and not discriminant.free_symbols:
        return None
    sign = discriminant.is_nonnegative if known is None else known >= 0
    if sign is False:
        return half
    real = real_form(atoms, pivot, discriminant, highest)
    return real if sign else sp.Piecewise((real, discriminant >= 0), (half, True))


def real_form(atoms: tuple, pivot: sp.Matrix, discriminant: sp.Expr, highest: bool) -> sp.Expr:  # type: ignore[type-arg]
    """Max or Min of the means over the two eigenvalues (trace +- beta sqrt(discriminant))/2, beta the share of the pivot."""
    root = sp.sqrt(discriminant)
    pairs = [(p, m[0, 0] + m[1, 1], sp.cancel(m[1, 0] / pivot[1, 0])) for p, m in atoms]
    if len(pairs) == 1:
        sign = 1 if highest else -1
        return sp.log(sp.Abs(sp.Abs(pairs[0][1]) + sign * root) / 2)
    forms = [mean_log([(p, (t + side * b * root) / 2) for p, t, b in pairs]) for side in (1, -1)]
    return (sp.Max if highest else sp.Min)(*forms)


def mean_log(weighted: list[tuple[sp.Expr, sp.Expr]], factor: sp.Expr = sp.S.One) -> sp.Expr:
    """factor times the mean of log|value|; -oo where a value is 0."""
    if any(value == 0 for _, value in weighted):
        return -sp.oo
    return sp.Add(*(factor * p * sp.log(sp.Abs(value)) for p, value in weighted))


def by_roots(law: MatrixLaw, effort: Effort) -> list[Finding] | None:
    """Rational matrices of any size, where one of them has an irreducible characteristic polynomial."""
    atoms = law.atoms or ()
    if not commute(law) or law.parameters or not all(entry.is_Rational for _, m in atoms for entry in m):
        return None
    found = next(((m, poly) for _, m in atoms if (poly := irreducible_polynomial(m)) is not None), None)
    if found is None:
        return None
    pivot, polynomial = found
    powers = [as_powers(matrix, pivot) for _, matrix in atoms]
    if any(all(c == 0 for c in row) for row in powers):
        return [vanishing()] * law.size
    weights = [p for p, _ in atoms]
    return [of_rank(k, polynomial, weights, powers, effort) for k in range(law.size)]


def irreducible_polynomial(matrix: sp.Matrix) -> fmpz_poly | None:
    """The characteristic polynomial, cleared of denominators, if it is irreducible over the rationals."""
    coefficients = rational_matrix([list(row) for row in matrix.tolist()]).charpoly()
    polynomial = coefficients.numer()
    _, factors = polynomial.factor()
    return polynomial if len(factors) == 1 and factors[0][1] == 1 else None


def as_powers(matrix: sp.Matrix, pivot: sp.Matrix) -> list[fmpq]:
    """The coefficients of g with matrix = g(pivot): the first columns decide, as the pivot has a cyclic vector in e_1."""
    size = pivot.shape[0]
    z, column = rational_matrix(pivot.tolist()), fmpq_mat([[fmpq(int(k == 0))] for k in range(size)])
    krylov = [column]
    for _ in range(size - 1):
        krylov.append(z * krylov[-1])
    system = fmpq_mat([[krylov[j][i, 0] for j in range(size)] for i in range(size)])
    target = rational_matrix([[entry] for entry in matrix[:, 0]])
    return [entry for row in system.solve(target).tolist() for entry in row]


def of_rank(rank: int, polynomial: fmpz_poly, weights: list[sp.Expr], powers: list[list[fmpq]], effort: Effort) -> Finding:
    """The exponent that is larger than `rank` others: the order of the roots may depend on the precision, ranks do not."""

    def value() -> arb:
        balls = [mean_at(root, weights, powers) for root, _ in polynomial.complex_roots()]
        lower, upper = (sorted((bound(enclosure(b)) for b in balls), reverse=True)[rank] for bound in (LOWER, UPPER))
        return ball_of(Enclosure(lower, upper))

    try:
        found = refine(value, effort, "the exponent")
    except Inconclusive as refusal:
        found = refusal.enclosure or Enclosure.everything()
    return Finding(Warrant.CERTIFIED, EIGENVALUES, None, found)


def mean_at(root: acb, weights: list[sp.Expr], powers: list[list[fmpq]]) -> arb:
    """E log|g(root)|."""
    total = arb(0)
    for weight, row in zip(weights, powers, strict=True):
        total += evaluate(weight) * abs(horner(row, root)).log()
    return total


def horner(coefficients: list[fmpq], at: acb) -> acb:
    total = acb(0)
    for c in reversed(coefficients):
        total = total * at + acb(arb(fmpq(fmpz(int(c.p)), fmpz(int(c.q)))))
    return total


def vanishing() -> Finding:
    return Finding(Warrant.EXACT, "a matrix of positive probability is 0", -sp.oo, Enclosure.point(float("-inf")))


METHOD = Commuting()
