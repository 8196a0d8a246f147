"""Mean exit times: the residual of a Nystrom solution at every state encloses the truth.

v(w) = 1 + sum_j q_j k(w, y_j) t_j + sum_a P_w(a) t_a with |v - K v - 1| <= eps < 1 at every state of the domain gives
v/(1 + eps) <= E_w tau <= v/(1 - eps): K is positive, and v >= 0 is bounded (comparison principle, theory.md B.5).
"""

from __future__ import annotations

import sympy as sp
from flint import arb, arb_mat

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .problem import Problem, Refinement, dot, largest


def certified_time(problem: Problem, start: sp.Expr, effort: Effort) -> Enclosure:
    """An enclosure of E tau from `start` of relative width about 10^-digits."""
    problem, digits = problem.started(start), effort.digits + 1
    refined = problem.refined(digits, problem.log_time, effort)
    with precision(refined.bits):
        solution, eps = solved(refined, digits, effort)
        value = 1 + dot(refined.row_at(start), solution)
        return Enclosure(enclosure(value / (1 + eps)).lower, enclosure(value / (1 - eps)).upper)


def solved(refined: Refinement, digits: int, effort: Effort) -> tuple[arb_mat, arb]:
    """t >= 0 at the states, and eps with |v - K v - 1| <= eps for all w."""
    ones = [arb(1)] * len(refined.kernel.states)
    solution = refined.solution(ones, int(digits * 3.33) + 8, effort)
    if not all(solution[i, 0] >= 0 for i in range(solution.nrows())):
        raise Inconclusive("the solution of the linear system is not positive")
    eps = residual(refined, solution)
    if not 0 <= eps < 1:
        raise Inconclusive("the residual of the solution is not below 1, so that it encloses nothing")
    return solution, eps


def residual(refined: Refinement, solution: arb_mat) -> arb:
    """eps: at the states t differs from v by at most d, which moves K v by at most d P(stay); the rest is quadrature."""
    size = solution.nrows()
    ones = arb_mat(size, 1, [1] * size)
    gap = largest(solution - refined.matrix * solution - ones)
    found = gap * (1 + refined.row_error) + refined.quadrature_error(solution)
    return arb(found.upper())
