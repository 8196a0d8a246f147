"""The survival factor of a region, and the probability to survive n steps.

With h_j > 0 at the states, theta about the eigenvalue and h(w) = (1/theta) sum_j q_j k(w, y_j) h_j, the quotient K h/h
lies within theta (1 -+ d) -+ E/min h at every state (d: relative residual at the states, E: what the rule loses), and
it encloses the eigenvalue (Collatz and Wielandt; K is compact with a positive density).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log10

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .balls_kernel import BallKernel
from .domain import Piece, parts
from .problem import Problem, Refinement, dot
from .refined import SlowPair, eigenpair

COVER, HALVINGS, MOST_BITS = 192, 6, 512
"""Parts of every piece on which the probability to stay is bounded, how often one is halved, and the precision there."""


@dataclass(frozen=True)
class QuasiStationary:
    """`low` h <= K h <= `high` h at every state, h >= `least` > 0; `theta` and `vector` are midpoints."""

    refined: Refinement
    theta: arb
    vector: arb_mat
    low: arb
    high: arb
    least: arb

    def at(self, point: sp.Expr) -> arb:
        """h(point)."""
        return dot(self.refined.row_at(point), self.vector) / self.theta

    @property
    def factor(self) -> Enclosure:
        return Enclosure(enclosure(self.low).lower, enclosure(self.high).upper)

    @property
    def mean_time(self) -> Enclosure:
        """1/(1 - theta)."""
        return Enclosure(enclosure(1 / (1 - self.low)).lower, enclosure(1 / (1 - self.high)).upper)


def quick_pair(problem: Problem) -> SlowPair:
    """The quasi-stationary pair in floating point; refuses chains that live beyond its range."""
    return problem.pair


def quasi_stationary(problem: Problem, digits: int, effort: Effort) -> QuasiStationary:
    """The pair with 1 - theta, and theta, enclosed to about `digits` digits."""
    gap = quick_pair(problem).gap
    if not gap > 0:
        raise Inconclusive("the survival factor is too close to 1 for doubles")
    wanted = digits + 2 + max(0, int(-np.log10(gap)) + 1) + digits_of_small(problem) + digits_of_least(problem)
    refined = problem.refined(wanted + 1, 0.0, effort)
    with precision(refined.bits):
        theta, vector = eigenpair(refined.matrix, refined.floats, refined.pair, int(wanted * 3.33) + 6, effort)
        return bracketed(refined, theta, vector)


def digits_of_small(problem: Problem) -> int:
    """Digits that a survival factor near 0 costs: the share that the left vector, of sum 1, keeps in a step."""
    kept = float(problem.pair.left @ problem.departure.kernel.moves.sum(axis=1))
    return max(0, ceil(-log10(max(kept, 1e-300))))


def digits_of_least(problem: Problem) -> int:
    """Digits that the smallest h costs: what the rule loses counts relative to it."""
    kernel = problem.departure.kernel
    least = problem.pair.right.min() * kernel.moves.sum(axis=1).min()
    return ceil(min(300.0, -float(np.log10(max(least, 1e-300)))))


def bracketed(refined: Refinement, theta: arb, vector: arb_mat) -> QuasiStationary:
    size = vector.nrows()
    if not theta > 0 or not all(vector[i, 0] > 0 for i in range(size)):
        raise Inconclusive("the quasi-stationary vector is not positive")
    image = refined.matrix * vector
    off = arb(0)
    for i in range(size):
        off = off.max(arb((image[i, 0] / (theta * vector[i, 0]) - 1).abs_upper()))
    smallest = vector[0, 0]
    for i in range(1, size):
        smallest = smallest.min(vector[i, 0])
    least = arb((smallest / theta * (least_stay(refined) - refined.row_error)).lower())
    if not least > 0:
        raise Inconclusive("the probability to stay is not bounded away from 0")
    lost = refined.quadrature_error(vector * (1 / theta)) / least
    low, high = theta * (1 - off) - lost, theta * (1 + off) + lost
    if not high < 1:
        raise Inconclusive("the survival factor is not told from 1", enclosure(low.union(high)))
    return QuasiStationary(refined, theta, vector, arb(low.lower()), arb(high.upper()), least)


def least_stay(refined: Refinement) -> arb:
    """A lower bound of P(stay) over the domain; parts on which it is not told from 0 are halved."""
    domain, found = refined.problem.domain, arb(1)
    with precision(min(refined.bits, MOST_BITS)):
        for piece in domain.places:
            for part in parts(piece.low, piece.high, COVER):
                found = found.min(stay_bound(refined.kernel, piece, part, HALVINGS))
    return found


def stay_bound(kernel: BallKernel, piece: Piece, part: arb, halvings: int) -> arb:
    bound = arb(kernel.staying(part, piece).lower())
    if bound > 0 or halvings == 0:
        return bound
    middle = part.mid()
    sides = arb(part.lower()).union(middle), middle.union(arb(part.upper()))
    return stay_bound(kernel, piece, sides[0], halvings - 1).min(stay_bound(kernel, piece, sides[1], halvings - 1))
