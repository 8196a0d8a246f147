"""Poisson's equation in floating point: the coefficients of h, and the coordinates in which they fall fastest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...errors import Inconclusive
from .family import Family, Part, X

Reals = NDArray[np.float64]
Complexes = NDArray[np.complex128]

POINTS = 16
"""Nodes of a panel."""
PANELS = 600
NEGLIGIBLE = 1e-22
"""Density times width of what is left out."""
WIDTHS = (2.0, 5.0, 15.0, 50.0)
FLATTEST = 1e-13
TRIAL = 20
"""Frequencies of a trial of coordinates."""


@dataclass(frozen=True)
class Rule:
    """Matrices, shape (J, 2, 2), with weights: the law up to the accuracy of doubles."""

    matrices: Reals
    weights: Reals

    def moved(self, inverse: Reals, frame: Reals) -> Rule:
        return Rule(inverse @ self.matrices @ frame, self.weights)


@dataclass(frozen=True)
class Solution:
    """Lambda and c_1, ..., c_N."""

    exponent: float
    coefficients: Complexes
    factors: tuple[Reals, NDArray[np.int32]]
    """Of the collocation matrix."""

    def correction(self, residual: Reals) -> Reals:
        """What to add to (Lambda, Re c_1, Im c_1, ...) for a residual at the nodes."""
        from scipy.linalg import lu_solve

        return np.asarray(lu_solve(self.factors, residual))


def rule_of(family: Family, fine: int) -> Rule:
    """A composite Gauss rule; `fine` panels a standard width."""
    matrices, weights = [], []
    for part in family:
        constant, slope = (np.array(m, float) for m in (part.constant, part.slope))
        x, w = (np.zeros(1), np.ones(1)) if part.law is None else nodes_of(part, fine)
        matrices.append(constant + x[:, None, None] * slope)
        weights.append(float(part.probability) * w / w.sum())
    return Rule(np.concatenate(matrices), np.concatenate(weights))


def nodes_of(part: Part, fine: int) -> tuple[Reals, Reals]:
    assert part.law is not None
    points, gauss = np.polynomial.legendre.leggauss(POINTS)
    places, weights = [], []
    for low, high, expr in part.law.pieces(X) or ():
        density = sp.lambdify(X, expr, "scipy")
        centre, scale = middle_of(part)
        edges = panel_edges(float(low), float(high), centre, scale / fine)
        half, centres = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
        x = (centres[:, None] + half[:, None] * points).ravel()
        w = (half[:, None] * gauss).ravel() * np.nan_to_num(density(x) * np.ones_like(x), posinf=0.0)
        kept = w > NEGLIGIBLE
        places.append(x[kept])
        weights.append(w[kept])
    return np.concatenate(places), np.concatenate(weights)


def middle_of(part: Part) -> tuple[float, float]:
    """A centre and a width of the law: its quartiles, from uniform numbers."""
    assert part.law is not None
    u = np.random.default_rng(0).random((part.law.uniforms, 4001))
    low, centre, high = np.quantile(part.law.from_uniforms(u), (0.25, 0.5, 0.75))
    return float(centre), float(high - low)


def panel_edges(low: float, high: float, centre: float, width: float) -> Reals:
    """Panels of the width near the centre, longer and longer from 60 panels on, shorter towards finite ends."""
    steps = [0.0]
    size = width
    while len(steps) < PANELS and steps[-1] < 1e9 * width:
        size = width if steps[-1] < 60 * width else size * 1.6
        steps.append(steps[-1] + size)
    out = np.array(steps)
    edges = np.concatenate([centre - out[:0:-1], centre + out])
    inner = edges[(edges > low) & (edges < high)]
    ends = [graded(low, inner[0], 1), graded(high, inner[-1], -1)]
    return np.unique(np.concatenate([ends[0], inner, ends[1]]))


def graded(end: float, inner: float, side: int) -> Reals:
    if not np.isfinite(end):
        return np.array([inner])
    return end + side * abs(inner - end) * 0.5 ** np.arange(60.0)


def solve(rule: Rule, frequencies: int) -> Solution:
    """Collocation at 2 N + 1 directions."""
    from scipy.linalg import lu_factor, lu_solve

    count = 2 * frequencies + 1
    angles = np.pi * np.arange(count) / count
    moved = rule.matrices @ np.stack([np.cos(angles), np.sin(angles)])
    squares = (moved**2).sum(axis=1)
    right = 0.5 * rule.weights @ np.log(squares)
    zeta = (moved[:, 0] + 1j * moved[:, 1]) ** 2 / squares
    table = np.empty((count, count))
    table[:, 0] = 1.0
    power = np.ones_like(zeta)
    for k in range(1, frequencies + 1):
        power *= zeta
        column = np.exp(2j * k * angles) - rule.weights @ power
        table[:, 2 * k - 1], table[:, 2 * k] = column.real, -column.imag
    if not (np.isfinite(table).all() and np.isfinite(right).all()):
        raise Inconclusive("matrices beyond the range of doubles")
    factors = lu_factor(table)
    found = lu_solve(factors, right)
    return Solution(float(found[0]), found[1::2] + 1j * found[2::2], factors)


def worst_residual(rule: Rule, solution: Solution) -> float:
    """max |E log|M e| + E h(M e) - h(e) - Lambda| between the nodes: what the solution is off by at most, nearly."""
    count = 4 * len(solution.coefficients) + 1
    angles = np.pi * (np.arange(count) + 0.5) / count
    moved = rule.matrices @ np.stack([np.cos(angles), np.sin(angles)])
    squares = (moved**2).sum(axis=1)
    with np.errstate(all="ignore"):
        zeta = (moved[:, 0] + 1j * moved[:, 1]) ** 2 / squares
        there = np.log(squares) / 2 + polynomial(solution.coefficients, zeta)
    residual = rule.weights @ there - polynomial(solution.coefficients, np.exp(2j * angles)) - solution.exponent
    return float(np.abs(residual).max()) if np.isfinite(residual).all() else np.inf


def polynomial(coefficients: Complexes, zeta: Complexes) -> Reals:
    """Re sum c_k zeta^k."""
    total = np.zeros_like(zeta)
    for c in coefficients[::-1]:
        total = (total + c) * zeta
    return np.asarray(total.real)


def tail_of(rule: Rule, frame: Reals) -> float:
    """How large the last coefficients of a trial are."""
    try:
        found = solve(rule.moved(np.asarray(np.linalg.inv(frame)), frame), TRIAL).coefficients
    except (Inconclusive, np.linalg.LinAlgError):
        return np.inf
    size = float(np.abs(found[TRIAL // 2 :]).sum())
    return size if np.isfinite(size) else np.inf


def best_frame(rule: Rule) -> sp.Matrix:
    """Coordinates [[a, b], [0, 1]], a and b short binary fractions, in which the last coefficients of a trial are small.

    Up to a rotation coordinates are a point of the hyperbolic plane: a search from the one that makes the stationary
    directions round, on circles about it, then by descent.
    """
    from scipy.optimize import minimize

    def cost(place: Reals) -> float:
        return float(np.log(tail_of(rule, triangular(*place)) + 1e-300))

    centre = rounding(followed(rule))
    starts = [
        centre,
        *(centre @ turned(angle) @ np.diag([k, 1.0]) for k in WIDTHS for angle in np.pi * np.arange(8) / 8),
    ]
    first = min((place_of(frame) for frame in starts), key=cost)
    found = minimize(cost, first, method="Nelder-Mead", options={"maxfev": 50, "xatol": 0.02, "fatol": 0.05}).x
    return sp.Matrix([[short(float(np.exp(found[0]))), short(float(found[1]))], [0, 1]])


def turned(angle: float) -> Reals:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def triangular(log_width: float, shift: float) -> Reals:
    return np.array([[np.exp(np.clip(log_width, -30, 30)), shift], [0.0, 1.0]])


def place_of(frame: Reals) -> Reals:
    """(log a, b) of the coordinates [[a, b], [0, 1]] that are the frame up to a rotation and a factor."""
    size = frame[1] @ frame[1]
    return np.array([np.log(abs(np.linalg.det(frame)) / size), frame[0] @ frame[1] / size])


def short(value: float) -> sp.Rational:
    """To 8 binary digits."""
    if value == 0:
        return sp.Integer(0)
    exponent = int(np.frexp(value)[1])
    found = Fraction(round(np.ldexp(value, 8 - exponent))) * Fraction(2) ** (exponent - 8)
    return sp.Rational(found.numerator, found.denominator)


def followed(rule: Rule, chains: int = 2000, steps: int = 60) -> Reals:
    """Directions of products."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(chains, 2))
    levels = np.cumsum(rule.weights) / rule.weights.sum()
    for _ in range(steps):
        chosen = np.minimum(np.searchsorted(levels, rng.random(chains)), len(levels) - 1)
        vectors = np.einsum("nab,nb->na", rule.matrices[chosen], vectors)
        vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    return vectors


def rounding(vectors: Reals) -> Reals:
    """[[a, b], [0, 1]] whose inverse makes the sample of directions as round as can be (Tyler's estimator).

    As they are where the directions are too near to one for doubles.
    """
    shape = np.eye(2)
    try:
        with np.errstate(all="ignore"):
            for _ in range(60):
                sizes = np.einsum("na,ab,nb->n", vectors, np.linalg.inv(shape), vectors)
                shape = np.einsum("na,nb,n->ab", vectors, vectors, 1 / sizes)
                shape /= np.trace(shape)
        flipped = np.linalg.cholesky(shape[::-1, ::-1])[::-1, ::-1]
    except np.linalg.LinAlgError:
        return np.eye(2)
    found = flipped / flipped[1, 1]
    return np.asarray(found) if np.isfinite(found).all() and found[0, 0] > FLATTEST else np.eye(2)
