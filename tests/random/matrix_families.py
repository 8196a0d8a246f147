"""Random families of 2x2 matrices, and long simulations of their products in plain numpy, apart from the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

import sgd_markov as sm

Matrix = tuple[tuple[sp.Rational, sp.Rational], tuple[sp.Rational, sp.Rational]]

u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)


@dataclass(frozen=True)
class Family:
    """The matrices and their probabilities, exact."""

    kind: str
    matrices: tuple[Matrix, ...]
    probabilities: tuple[sp.Rational, ...]

    @property
    def chain(self) -> sm.Chain:
        rows = [[entry for row in matrix for entry in row] for matrix in self.matrices]
        law = sm.Rows(rows, probabilities=list(self.probabilities))
        return sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): law})


def random_family(rng: np.random.Generator) -> Family:
    kind = str(rng.choice(list(KINDS)))
    count = int(rng.integers(2, 5))
    weights = rng.integers(1, 10, size=count)
    matrices = KINDS[kind](rng, count)
    return Family(kind, matrices, tuple(sp.Rational(int(k), int(weights.sum())) for k in weights))


def rational(rng: np.random.Generator, low: int, high: int) -> sp.Rational:
    return sp.Rational(int(rng.integers(low, high + 1)), int(rng.integers(1, 7)))


def positive(rng: np.random.Generator, count: int) -> tuple[Matrix, ...]:
    return tuple(
        tuple(tuple(rational(rng, 1, 12) for _ in range(2)) for _ in range(2))  # type: ignore[misc]
        for _ in range(count)
    )


def conjugated(matrices: tuple[Matrix, ...], basis: sp.Matrix) -> tuple[Matrix, ...]:
    """The same maps in other coordinates: a cone that is not the positive quadrant."""
    changed = [basis * sp.Matrix(matrix) * basis.inv() for matrix in matrices]
    return tuple(((m[0, 0], m[0, 1]), (m[1, 0], m[1, 1])) for m in changed)


def random_basis(rng: np.random.Generator) -> sp.Matrix:
    while True:
        basis = sp.Matrix(2, 2, [int(k) for k in rng.integers(-4, 5, size=4)])
        if basis.det() != 0:
            return basis


def hidden_cone(rng: np.random.Generator, count: int) -> tuple[Matrix, ...]:
    signs = rng.choice([-1, 1], size=count)
    members = positive(rng, count)
    turned = [tuple(tuple(int(s) * e for e in row) for row in m) for s, m in zip(signs, members, strict=True)]
    return conjugated(tuple(turned), random_basis(rng))  # type: ignore[arg-type]


def any_signs(rng: np.random.Generator, count: int) -> tuple[Matrix, ...]:
    found = []
    while len(found) < count:
        m = tuple(tuple(rational(rng, -8, 8) for _ in range(2)) for _ in range(2))
        if m[0][0] * m[1][1] != m[0][1] * m[1][0]:
            found.append(m)
    return tuple(found)  # type: ignore[return-value]


def triangular(rng: np.random.Generator, count: int) -> tuple[Matrix, ...]:
    found = []
    while len(found) < count:
        m = ((rational(rng, -8, 8), rational(rng, -8, 8)), (sp.Integer(0), rational(rng, -8, 8)))
        if m[0][0] != 0 and m[1][1] != 0:
            found.append(m)
    return conjugated(tuple(found), random_basis(rng))


def momentum(rng: np.random.Generator, count: int) -> tuple[Matrix, ...]:
    """Heavy ball: (w, m) -> (w - lr (mu m + x w), mu m + x w)."""
    mu = sp.Rational(int(rng.integers(1, 20)), 20)
    curvatures = [rational(rng, -6, 9) for _ in range(count)]
    return tuple(((1 - x, -mu), (x, mu)) for x in curvatures)


KINDS: dict[str, Callable[[np.random.Generator, int], tuple[Matrix, ...]]] = {
    "positive": positive,
    "hidden cone": hidden_cone,
    "any signs": any_signs,
    "triangular": triangular,
    "momentum": momentum,
}


def simulated(family: Family, rng: np.random.Generator, chains: int = 400, steps: int = 2500) -> tuple[float, float]:
    """The mean of 1/n log ||M_n ... M_1 v|| over independent chains after a burn-in, and its standard error.

    The direction starts at random and runs for a tenth of the steps first.
    """
    matrices = np.array([[[float(e) for e in row] for row in m] for m in family.matrices])
    weights = np.cumsum([float(p) for p in family.probabilities])
    angle = rng.uniform(0, np.pi, size=chains)
    x, y = np.cos(angle), np.sin(angle)
    total = np.zeros(chains)
    warm = steps // 10
    for step in range(warm + steps):
        drawn = matrices[np.searchsorted(weights, rng.random(chains), side="right").clip(max=len(weights) - 1)]
        x, y = drawn[:, 0, 0] * x + drawn[:, 0, 1] * y, drawn[:, 1, 0] * x + drawn[:, 1, 1] * y
        size = np.hypot(x, y)
        x, y = x / size, y / size
        if step >= warm:
            total += np.log(size)
    rates = total / steps
    return float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(chains))
