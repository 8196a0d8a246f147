"""Limits of moments: exact where they exist, and the proof that they do not where they do not."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly
from sympy.polys.matrices import DomainMatrix

from ...answer.answer import Hypothesis
from ...effort import Effort
from ...errors import HypothesisViolated, InvalidInput
from ...numerics.exact_matrix import expressions, rational_matrix
from ...numerics.linear_recurrence import least_recurrence, row_annihilator
from ...numerics.spectral_radius import irreducible_factors, spectral_radius
from ...numerics.tidy import tidy
from .closed_form import closed_form
from .conditions import joined, simplified
from .recursion import MomentRecursion
from .sequence import Start, rational_terms
from .stability import Stability, constant_block, stability

SETTLES = "the recurrence of least order of this moment has its roots inside the unit circle, but for a single 1"


@dataclass(frozen=True)
class Limit:
    """The limits of the rows asked for, and what they rest on; `positive`: expressions that are positive by it."""

    values: tuple[sp.Expr, ...]
    hypotheses: tuple[Hypothesis, ...]
    positive: tuple[sp.Expr, ...] = ()


def limit_of(recursion: MomentRecursion, rows: list[list[sp.Expr]], start: Start | None, effort: Effort) -> Limit:
    """lim c L^n m(0) for each row c, from every start or from the one given.

    With all eigenvalues but that of the constant 1 inside the unit circle the limit is the solution of m = L m. Else
    each row is judged by itself: in rationals by its recurrence of least order (the limit exists exactly if that has
    its roots inside the circle, but for a single root 1), in symbols by its closed form.
    Raises `HypothesisViolated` where it does not exist, `InvalidInput` where it depends on a start that is not given.
    """
    known = stability(recursion, effort)
    if known.stable:
        stationary = solved(recursion, effort)
        return Limit(tuple(paired(row, stationary) for row in rows), known.hypotheses, known.positive)
    judged = [marginal(recursion, row, start, known, effort) for row in rows]
    hypotheses = (hypothesis for limit in judged for hypothesis in limit.hypotheses)
    return Limit(tuple(limit.values[0] for limit in judged), tuple(dict.fromkeys(hypotheses)))


def marginal(
    recursion: MomentRecursion, row: list[sp.Expr], start: Start | None, known: Stability, effort: Effort
) -> Limit:
    """The limit of a row whose recursion may have eigenvalues on or outside the unit circle."""
    if recursion.rational and all(entry.is_Rational for entry in row):
        return rational_limit(recursion, row, start, known)
    return symbolic_limit(recursion, row, start, known, effort)


def paired(row: list[sp.Expr], values: list[sp.Expr]) -> sp.Expr:
    return tidy(sp.cancel(sp.Add(*(c * v for c, v in zip(row, values, strict=True) if c != 0))))


def solved(recursion: MomentRecursion, effort: Effort) -> list[sp.Expr]:
    """The solution of m = L m with m = 1 at the constant, block by block: those that feed before those that are fed."""
    field, dense = recursion.field, recursion.matrix.to_list()
    values = [field.zero] * len(recursion.monomials)
    for block in recursion.blocks:
        effort.check()
        if block == constant_block(recursion):
            values[block[0]] = field.one
            continue
        indices = list(block)
        right = [
            sum((dense[i][j] * values[j] for j in recursion.nonzero[i] if j not in block), field.zero) for i in block
        ]
        if not any(right):
            continue
        matrix = DomainMatrix.eye(len(block), field).to_dense() - recursion.matrix.extract(indices, indices)
        column = DomainMatrix([[entry] for entry in right], (len(block), 1), field).to_dense()
        for i, (entry,) in zip(block, matrix.lu_solve(column).to_list(), strict=True):
            values[i] = entry
    return [field.to_sympy(value) for value in values]


def rational_limit(recursion: MomentRecursion, row: list[sp.Expr], start: Start | None, known: Stability) -> Limit:
    """With p(z) = (z - 1) q(z) the recurrence of least order, the limit is c q(L) m(0)/q(1)."""
    matrix, left = rational_matrix(expressions(recursion.matrix)), rational_matrix([row])
    recurrence = row_annihilator(left, matrix)
    if start is not None and all(entry.is_Rational for entry in start):
        recurrence = least_recurrence(rational_terms(left, matrix, start, 2 * recurrence.degree() + 2))
    rest = without_root_one(recurrence, f"the moment converges: {known.statement}")
    total = fmpq_mat(1, matrix.ncols())
    for power, coefficient in enumerate(rest.coeffs()):
        total += left * matrix**power * (coefficient / rest(fmpq(1)))
    weights = [sp.Rational(int(w.p), int(w.q)) for w in total.entries()]
    if start is None and any(w != 0 and any(e) for w, e in zip(weights, recursion.monomials, strict=True)):
        raise needs_start()
    values = start if start is not None else [sp.Integer(not any(e)) for e in recursion.monomials]
    return Limit((sp.expand(sp.Add(*(w * v for w, v in zip(weights, values, strict=True)))),), (Hypothesis(SETTLES),))


def symbolic_limit(
    recursion: MomentRecursion, row: list[sp.Expr], start: Start | None, known: Stability, effort: Effort
) -> Limit:
    """The limit of the closed form, term by term; where there is none the conditions that fail are named."""
    state = recursion.system.state
    begin = {symbol: sp.Dummy(f"{symbol}_0", real=True) for symbol in state}
    found = closed_form(recursion, row, start if start is not None else recursion.at(begin), effort)
    if found is None:
        raise known.violated()
    kept, conditions = sp.Integer(0), []
    for factor, mode in found.terms:
        if len(mode.coefficients) > 2:
            raise known.violated()
        base = -mode.coefficients[1]
        if base == 1 and mode.power == 0:
            kept += factor
        else:
            conditions += [1 - base, 1 + base]
    if start is None and kept.free_symbols & set(begin.values()):
        raise needs_start()
    listed = simplified(conditions)
    if any(condition.sign == -1 for condition in listed):
        raise Stability(known.order, None, tuple(listed)).violated()
    return Limit((sp.factor(sp.cancel(kept)),), Stability(known.order, None, tuple(joined(listed))).hypotheses)


def needs_start() -> InvalidInput:
    return InvalidInput("start", "nothing", "a starting point, since the limit depends on it")


def recurrent_limit(terms: list[fmpq], hypothesis: str) -> tuple[sp.Expr, tuple[Hypothesis, ...]]:
    """The limit of a rational sequence from terms at least twice as many as the order of a recurrence it obeys."""
    rest = without_root_one(least_recurrence(terms), hypothesis)
    value = sum((c * term for c, term in zip(rest.coeffs(), terms, strict=False)), fmpq(0)) / rest(fmpq(1))
    return sp.Rational(int(value.p), int(value.q)), (Hypothesis(SETTLES),)


def without_root_one(annihilator: fmpq_poly, hypothesis: str) -> fmpq_poly:
    """The recurrence less its root 1, which is single; raises where another root is on or outside the circle."""
    rest = annihilator
    one = fmpq_poly([-1, 1])
    if rest(fmpq(1)) == 0:
        rest = rest // one
    if rest(fmpq(1)) == 0:
        found = "spectral radius 1, and the moment grows like a power of n"
        raise HypothesisViolated(hypothesis, found)
    radius = spectral_radius(irreducible_factors(fmpz_poly(rest.numer())))
    if radius.side >= 0:
        found = f"spectral radius {radius}" + (", and the moment oscillates or grows" if radius.side == 0 else "")
        raise HypothesisViolated(hypothesis, found)
    return rest
