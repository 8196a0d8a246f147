"""Moments of w' = A w + b in several dimensions: one polynomial, the mean vector, the matrix of second moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp

from ...answer.answer import Answer
from ...answer.number import Number
from ...answer.text import expression_latex
from ...balls.adaptive import refine
from ...balls.evaluate import evaluate
from ...balls.precision import ball
from ...chain.chain import Chain
from ...effort import Effort
from ...engines.affine_several import Moment, affine_system, moment_of
from ...errors import Inconclusive, InvalidInput
from ...expressions import exact
from ...numerics.exponential_polynomial import N
from .reply import EXACT_STEPS, answer, number, per_update, require_steps, whole


def moments_of_several(
    chain: Chain, of: object, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """The moment of the polynomial `of`; without it the mean vector (order 1) or the matrix of E w_i w_j (order 2)."""
    if of is None and len(chain.weights) != 1:
        return vector_or_matrix(chain, order, absolute, central, start, steps, effort)
    power = exact(order, "order")
    if absolute and not (power.is_Integer and power > 0 and power % 2 == 0):
        raise Inconclusive("absolute moments of odd or fractional order are known in one dimension only; simulate")
    if not power.is_Integer or not 1 <= power <= 40:
        raise InvalidInput("order", power, "an integer from 1 to 40")
    return moment_of_polynomial(chain, polynomial_of(chain, of) ** power, central, start, steps, effort)


def vector_or_matrix(
    chain: Chain, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """All first moments as a table, or all second ones as a table of rows; covariances if `central`."""
    power = exact(order, "order")
    if absolute or power not in (1, 2):
        known = ", ".join(map(str, chain.state))
        raise InvalidInput("of", "nothing", f"a polynomial in {known}; it may be left out for the orders 1 and 2 only")

    def entry(target: sp.Expr) -> Answer:
        return moment_of_polynomial(chain, target, central, start, steps, effort)

    names = [str(symbol) for symbol in chain.weights]
    answers: dict[tuple[str, ...], Answer] = {}
    if power == 1:
        answers = {(name,): entry(symbol) for name, symbol in zip(names, chain.weights, strict=True)}
    else:
        for (i, first), (j, second) in combinations_with_replacement(enumerate(chain.weights), 2):
            answers[names[i], names[j]] = answers[names[j], names[i]] = entry(first * second)
    return assembled(names, answers, central, effort)


def assembled(names: list[str], answers: dict[tuple[str, ...], Answer], central: bool, effort: Effort) -> Answer:
    """One answer from those of the entries, as weak as the weakest."""
    entries = list(answers.values())
    numbers = {at: Number(found.exact, found.enclosure, effort.digits) for at, found in answers.items()}
    forms = {at: found.extra["closed_form"] for at, found in answers.items()}
    known = any(form is not None for form in forms.values())
    return replace(
        entries[0],
        exact=None,
        enclosure=None,
        warrant=min(found.warrant for found in entries if found.warrant is not None),
        hypotheses=tuple(dict.fromkeys(h for found in entries for h in found.hypotheses)),
        formula=as_matrix(names, numbers, central),
        extra={"closed_form": nested(names, forms) if known else None, "moments": nested(names, numbers)},
    )


def nested(names: list[str], entries: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """A table over the state symbols, or a table of such tables."""
    if (names[0],) in entries:
        return {name: entries[name,] for name in names}
    return {row: {column: entries[row, column] for column in names} for row in names}


def as_matrix(names: list[str], numbers: Mapping[tuple[str, ...], Number], central: bool) -> str:
    r"""LaTeX of the mean vector, of E w w^T, or of the covariance matrix."""

    def shown(found: Number) -> str:
        return expression_latex(found.exact) if found.exact is not None else f"{found.value}"

    rows = [[shown(numbers[row,])] if (row,) in numbers else [shown(numbers[row, c]) for c in names] for row in names]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    second = r"\mathrm{Cov}(w)" if central else r"\mathbb{E}\,w w^{T}"
    left = second if len(rows[0]) > 1 else r"\mathbb{E}\,w"
    return rf"{left} = \begin{{pmatrix}}{body}\end{{pmatrix}}"


def moment_of_polynomial(
    chain: Chain, polynomial: sp.Expr, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """E polynomial(w_n) for w' = A w + b, after `steps` or in the limit."""
    system = affine_system(chain)
    place = None if start is None else chain.point(start, "start")
    require_steps(steps, place)
    found = moment_of(system, sp.expand(polynomial), central, place, effort)
    closed = None if place is None else found.formula(effort)
    if steps is None:
        value, hypotheses = found.limit(effort)
        enclosure = None if value.free_symbols else number(value, effort)
        result = answer(value, enclosure, closed, effort, hypotheses)
    else:
        result = after_steps(found, whole(steps, found.recursion.updates), closed, effort)
    method = "closed recursion of the mixed moments of w' = A w + b"
    if place is not None and closed is None:
        method += "; no closed form in n: an eigenvalue has none, or the formula is too long"
    result = replace(result, method=method, cite=("bougerol1992",) if steps is None else ())
    return per_update(result, found.recursion.updates)


def polynomial_of(chain: Chain, of: object) -> sp.Expr:
    names = ", ".join(map(str, chain.state))
    if of is None and len(chain.weights) != 1:
        raise InvalidInput("of", "nothing", f"a polynomial in {names}")
    target = chain.weights[0] if of is None else exact(of, "of")
    if not target.is_polynomial(*chain.state):
        raise InvalidInput("of", target, f"a polynomial in {names}")
    return target


def after_steps(found: Moment, steps: int | None, closed: sp.Expr | None, effort: Effort) -> Answer:
    assert steps is not None
    if steps <= EXACT_STEPS:
        value = found.after(steps, effort)
        return answer(value, None if value.free_symbols else number(value, effort), closed, effort)
    if closed is not None and closed.free_symbols - {N}:
        return answer(closed.subs(N, steps), None, closed, effort)
    what = f"the moment after {steps} steps"
    if closed is not None:
        return answer(None, refine(lambda: evaluate(closed, {N: ball(steps)}), effort, what), closed, effort)
    return answer(None, refine(lambda: found.ball(steps), effort, what), closed, effort)
