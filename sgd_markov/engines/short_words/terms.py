"""Signed sums of log|C v|, C all words of at most n letters, with bounds of what rounding did to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision

Reals = NDArray[np.float64]

UNIT = 2.0**-52
"""Twice the unit roundoff, so that bounds of first order hold with what is of second order."""


LENGTH_LIMIT = 10


@dataclass(frozen=True)
class Matrices:
    """Invertible d x d matrices known nearly.

    `entries`: (n, d, d), within `errors` (n,) of the true ones in the Frobenius norm. `norms`: upper bounds of the
    Frobenius norms, `least`: lower bounds of the smallest singular values, of the true ones.
    """

    entries: Reals
    errors: Reals
    norms: Reals
    least: Reals

    def joined(self, other: Matrices) -> Matrices:
        return Matrices(
            np.concatenate([self.entries, other.entries]),
            np.concatenate([self.errors, other.errors]),
            np.concatenate([self.norms, other.norms]),
            np.concatenate([self.least, other.least]),
        )

    def times(self, right: Matrices) -> Matrices:
        """All products, `right` the inner index: |fl(A B) - A B| <= d u |A| |B| entry by entry."""
        size = self.entries.shape[1]
        entries = np.einsum("aij,bjk->abik", self.entries, right.entries).reshape(-1, size, size)
        norms = np.multiply.outer(self.norms, right.norms).ravel()
        errors = np.multiply.outer(self.errors, right.norms) + np.multiply.outer(self.norms, right.errors)
        errors = (errors.ravel() + (size + 2) * UNIT * norms) * (1 + 8 * UNIT)
        least = np.multiply.outer(self.least, right.least).ravel() * (1 - 2 * UNIT)
        return Matrices(entries, errors, np.minimum(norms, frobenius(entries, errors)), least)


def frobenius(entries: Reals, errors: Reals) -> Reals:
    size = entries.shape[1]
    found: Reals = (np.sqrt((entries**2).sum(axis=(1, 2))) + errors) * (1 + 4 * size * size * UNIT)
    return found


def identity(size: int) -> Matrices:
    return Matrices(np.eye(size)[None], np.zeros(1), np.full(1, size**0.5 * (1 + 2 * UNIT)), np.ones(1))


def family(matrices: Sequence[sp.Matrix]) -> Matrices:
    """Exact matrices of size about 1 as floats; `least` is 0 where one is not proved to be invertible.

    The product of the d - 1 larger singular values is at most (|A|^2/(d - 1))^((d - 1)/2), |A| the Frobenius norm.
    """
    size = matrices[0].shape[0]
    with precision(160):
        exact = [[enclosure(evaluate(entry)) for entry in matrix] for matrix in matrices]
        determinants = np.array([below(abs(evaluate(matrix.det(method="berkowitz")))) for matrix in matrices])
    middles = [[float(entry.middle) for entry in row] for row in exact]
    errors = np.array([
        above(sum((distance(entry, m) for entry, m in zip(row, middle, strict=True)), Fraction(0)))
        for row, middle in zip(exact, middles, strict=True)
    ])
    entries = np.array(middles).reshape(-1, size, size)
    norms = frobenius(entries, errors)
    others = (norms**2 / (size - 1)) ** ((size - 1) / 2) * (1 + 64 * UNIT)
    return Matrices(entries, errors, norms, determinants / others * (1 - 4 * UNIT))


def distance(entry: Enclosure, middle: float) -> Fraction:
    """How far the true entry may be from its float."""
    return max(Fraction(entry.upper) - Fraction(middle), Fraction(middle) - Fraction(entry.lower))


def below(value: arb) -> float:
    """A float that is not larger."""
    return max(float(np.nextafter(float(enclosure(value).lower), -np.inf)), 0.0)


def above(value: Fraction) -> float:
    """A float that is not smaller."""
    return float(np.nextafter(float(value), np.inf)) if value else 0.0


@dataclass(frozen=True)
class SignedSum:
    """r(v) = sum weights[t] log|C_t v|, the weights (probabilities included) summing to 0 up to rounding."""

    matrices: Matrices
    weights: Reals


@dataclass(frozen=True)
class Words:
    """The products of each length 0, 1, ..., n with their probabilities."""

    matrices: tuple[Matrices, ...]
    probabilities: tuple[Reals, ...]

    @classmethod
    def of(cls, letters: Matrices, probabilities: Reals, limit: int) -> Words:
        """All words whose number, over all lengths, stays within the limit."""
        size, count = letters.entries.shape[1], len(probabilities)
        matrices, weights, total = [identity(size)], [np.ones(1)], 1
        while len(matrices) <= LENGTH_LIMIT and total + len(weights[-1]) * count <= limit:
            matrices.append(letters.times(matrices[-1]))
            weights.append(np.multiply.outer(probabilities, weights[-1]).ravel())
            total += len(weights[-1])
        return cls(tuple(matrices), tuple(weights))

    def combined(self, factors: Reals) -> SignedSum:
        """sum factors[k] L_k."""
        whole = self.matrices[0]
        for part in self.matrices[1:]:
            whole = whole.joined(part)
        return SignedSum(whole, np.concatenate([f * p for f, p in zip(factors, self.probabilities, strict=True)]))
