"""The top eigenfunction of the killed kernel, and survival over many steps.

phi > 0 and a phi <= K phi <= b phi on the region enclose the survival factor in [a, b] (Collatz, Wielandt); where
alpha phi <= K^k 1 <= beta phi as well, alpha a^(n-k) phi <= P(tau > n) <= beta b^(n-k) phi for every n >= k.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure
from ...errors import Inconclusive
from .bordered import MOST_CORRECTIONS, Factors, as_balls, largest
from .cells import Function
from .places import Place
from .setting import Setting


class TopPair:
    """theta and phi with |K phi - theta phi| <= delta and phi >= least on the region, largest value about 1."""

    def __init__(self, setting: Setting, enough: arb) -> None:
        self.setting = setting
        self.theta, values = eigenpair(setting)
        self.phi = setting.equations.function(values)
        image, theta = setting.image(self.phi), self.theta
        self.delta = setting.largest(lambda part: setting.on(self.phi, part) * theta - image.on(*part), enough)
        self.least = setting.least(self.phi)
        if not self.least > 0:
            raise Inconclusive(
                "the eigenfunction is not proved positive: from some places the region is hardly ever kept"
            )

    @cached_property
    def error(self) -> arb:
        """[theta - error, theta + error] holds the survival factor, which is not negative."""
        return (self.delta / self.least).upper()

    @property
    def factors(self) -> tuple[arb, arb]:
        return (self.theta - self.error).lower().max(arb(0)), (self.theta + self.error).upper()


def eigenpair(setting: Setting) -> tuple[arb, list[arb]]:
    """About the top eigenvalue and eigenvector at the nodes: in doubles, then corrected with the bordered matrix."""
    equations = setting.equations
    values, theta = start_of(equations.doubles)
    size = len(values)
    border = np.zeros((size + 1, size + 1))
    border[:size, :size] = equations.doubles - theta * np.eye(size)
    border[:size, size] = -values
    border[size, :size] = values
    solve = Factors.of(border).solve
    v, number, weights, last = as_balls(values), arb(theta), as_balls(values), arb.pos_inf()
    square = sum((a * a for a in weights), start=arb(0)).mid()
    for _ in range(MOST_CORRECTIONS):
        setting.effort.check()
        rest = [(number * a - b).mid() for a, b in zip(v, equations.applied(v), strict=True)]
        rest.append((square - sum((a * b for a, b in zip(weights, v, strict=True)), start=arb(0))).mid())
        worst = largest(rest)
        if worst == 0 or not worst < last / 8:
            break
        step = solve(np.array([float(entry / worst) for entry in rest]))
        if not np.isfinite(step).all():
            break
        v = [(a + worst * float(s)).mid() for a, s in zip(v, step, strict=False)]
        number, last = (number + worst * float(step[-1])).mid(), worst
    return number, v


SMALL = 300
"""Up to so many unknowns all eigenvalues are computed."""
MOST_TURNS = 400


def start_of(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The Perron pair of a matrix in doubles, its vector scaled to 1 at the largest entry."""
    if len(matrix) > SMALL:
        return next_to_one(matrix, Factors.of(np.eye(len(matrix)) - matrix).solve)
    found, vectors = np.linalg.eig(matrix)
    best = int(np.argmax(found.real))
    vector = vectors[:, best].real
    return vector / vector[np.argmax(np.abs(vector))], float(found[best].real)


def next_to_one(
    matrix: NDArray[np.float64], solve: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> tuple[NDArray[np.float64], float]:
    """By inverse iteration: of the eigenvalues of a killed kernel the top one is nearest to 1."""
    vector = np.ones(len(matrix))
    for _ in range(MOST_TURNS):
        before, vector = vector, solve(vector)
        vector = vector / vector[np.argmax(np.abs(vector))]
        if np.abs(vector - before).max() < 1e-13:
            break
    return vector, float((matrix @ vector)[np.argmax(np.abs(vector))])


class Survival:
    """K^k 1 for k = 0, 1, ... as functions with proved errors, and the regime in which all later ones follow."""

    def __init__(self, setting: Setting, start: Place, digits: int) -> None:
        self.setting, self.start, self.digits = setting, start, digits
        self.values = [arb(1)] * setting.mesh.unknowns
        self.function: Function = setting.one
        self.defects: list[arb] = []
        self.sizes, self.errors = [arb(1)], [arb(0)]
        self.found = [Enclosure.point(1)]
        self.regime: tuple[int, arb, arb] | None = None

    @cached_property
    def top(self) -> TopPair:
        return TopPair(self.setting, arb(10) ** (-self.digits - 4))

    def step(self) -> None:
        """From K^k 1 to K^(k+1) 1: e_n = sum_k d_k sup K^(n-1-k) 1 bounds the error."""
        setting = self.setting
        image = setting.image(self.function)
        self.values = setting.equations.applied(self.values)
        self.function = setting.equations.function(self.values)
        after = self.function
        enough = self.sizes[-1] * arb(10) ** (-self.digits - 3)
        self.defects.append(setting.largest(lambda part: setting.on(after, part) - image.on(*part), enough))
        error = sum((d * s for d, s in zip(self.defects, reversed(self.sizes), strict=True)), start=arb(0)).upper()
        self.errors.append(error)
        self.sizes.append(smaller(setting.size(after) + error, arb(1)))
        value = setting.value(after, self.start) + arb(0, error)
        low, high = enclosure(value).lower, enclosure(value).upper
        self.found.append(Enclosure(max(low, Fraction(0)), min(max(high, Fraction(0)), Fraction(1))))

    def look_for_regime(self) -> None:
        """Is K^k 1 a multiple of phi by now, to the digits asked for?"""
        top = self.top
        at_nodes = self.nodes_of_phi
        k = int(np.argmax([float(abs(a)) for a in at_nodes]))
        ratio = (self.values[k] / at_nodes[k]).mid()
        differences = [abs(v - ratio * p) for v, p in zip(self.values, at_nodes, strict=True)]
        allowed = ratio * top.least * arb(10) ** (-self.digits - 2)
        if not largest(differences) < allowed:
            return
        setting, after = self.setting, self.function
        off = setting.largest(lambda part: setting.on(after, part) - ratio * setting.on(top.phi, part), allowed)
        off = ((off + self.errors[-1]) / top.least).upper()
        self.regime = len(self.found) - 1, (ratio - off).lower(), (ratio + off).upper()

    @cached_property
    def nodes_of_phi(self) -> list[arb]:
        equations = self.setting.equations
        return [self.top.phi[i](u).mid() for i, u, _ in equations.nodes]

    def at(self, steps: int) -> Enclosure:
        """P(tau > steps); known for the steps taken, and in the regime for all."""
        if steps < len(self.found):
            return self.found[steps]
        assert self.regime is not None
        k, alpha, beta = self.regime
        low, high = self.top.factors
        phi = self.setting.value(self.top.phi, self.start)
        bounds = alpha * (low ** (steps - k)) * phi, beta * (high ** (steps - k)) * phi
        lower, upper = enclosure(bounds[0]).lower, enclosure(bounds[1]).upper
        return Enclosure(max(lower, Fraction(0)), min(upper, Fraction(1)))

    def until(self, steps: int) -> Enclosure:
        """`at(steps)`, taking the steps that it needs."""
        while len(self.found) <= steps and self.regime is None:
            self.step()
            if steps > 12 and len(self.found) % 4 == 0:
                self.look_for_regime()
        return self.at(steps)


def smaller(one: arb, other: arb) -> arb:
    return one if one < other else other
