"""P(one region is entered before another): the residual times the certified mean time encloses the truth.

u(w) = b(w) + sum_j q_j k(w, y_j) t_j with b(w) = P_w(w' in target); |u - K u - b| <= eps at every state gives
|u - truth| <= eps E tau, since both are bounded and the chain leaves the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, log10

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .balls_kernel import mass, values
from .domain import Interval, Piece
from .exit_time import certified_time
from .floats import function, real
from .floats import mass as float_mass
from .problem import Problem, dot, largest


def certified_hitting(problem: Problem, start: sp.Expr, targets: Sequence[Interval], effort: Effort) -> Enclosure:
    """An enclosure of P(a target interval is entered); targets are unions of gaps of the domain."""
    problem = problem.started(start)
    time = certified_time(problem, start, effort.with_digits(2))
    rough = estimated(problem, start, targets)
    if not rough > 0:
        raise Inconclusive("the probability is below the range of doubles", Enclosure(Fraction(0), Fraction(1)))
    digits = effort.digits + 1 + ceil(max(0.0, -float(np.log10(rough)))) + ceil(log10(int(time.upper) + 1))
    refined = problem.refined(digits, 0.0, effort)
    with precision(refined.bits):
        pieces = [problem.domain.places[place] for place in refined.kernel.places]
        goals = [
            reached(problem, state, piece, targets) for state, piece in zip(refined.kernel.states, pieces, strict=True)
        ]
        solution = refined.solution(goals, int(digits * 3.33) + 8, effort)
        size = len(goals)
        gap = largest(solution - refined.matrix * solution - arb_mat(size, 1, goals))
        eps = gap * (1 + refined.row_error) + refined.quadrature_error(solution, 2 * len(targets))
        piece = problem.domain.places[problem.domain.place_of(start)]
        value = reached(problem, evaluate(start), piece, targets) + dot(refined.row_at(start), solution)
        reach = arb((eps * ball(time.upper)).upper())
        return enclosure(value + arb(0, 1) * reach).intersection(Enclosure(Fraction(0), Fraction(1)))


def reached(problem: Problem, state: arb, piece: Piece, targets: Sequence[Interval]) -> arb:
    """b(state)."""
    total = arb(0)
    for leg in piece.legs:
        centre, scale = values(leg, problem.domain.state, state)
        for low, high in targets:
            total += evaluate(leg.probability) * mass(leg, low, high, centre, scale)
    return total


def estimated(problem: Problem, start: sp.Expr, targets: Sequence[Interval]) -> float:
    """The probability in doubles, free of subtractions."""
    floats, domain = problem.floats, problem.domain
    goals = np.zeros(len(floats.killed))
    offset = 0
    for piece, count in zip(domain.pieces, problem.counts, strict=True):
        goals[offset : offset + count] = float_reached(problem, piece, floats.states[offset : offset + count], targets)
        offset += count
    for k, _ in enumerate(domain.atoms):
        place = domain.places[len(domain.pieces) + k]
        goals[offset + k] = float_reached(problem, place, floats.states[offset + k : offset + k + 1], targets)[0]
    solution = problem.elimination.solve(goals)
    piece = domain.places[domain.place_of(start)]
    return float(float_reached(problem, piece, np.array([real(start)]), targets)[0]) + problem.at(start, solution)


def float_reached(problem: Problem, piece: Piece, points: np.ndarray, targets: Sequence[Interval]) -> np.ndarray:
    total = np.zeros(len(points))
    for leg in piece.legs:
        centre, scale = (function(expr, problem.domain.state)(points) for expr in (leg.centre, leg.scale))
        for target in targets:
            total += real(leg.probability) * float_mass(leg, target, centre, scale)
    return total
