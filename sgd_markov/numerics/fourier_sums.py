"""The law of a sum of grid indices over a batch, by fast Fourier transform, with a bound of the rounding error.

With replacement the transform of the law of K is phat^S, phat the transform of the law of one index. Without
replacement it is e_S / C(N, S), e_S the elementary symmetric polynomial of the N numbers z^{k_i}, which Newton's
identities s e_s = sum_{j=1..s} (-1)^{j-1} e_{s-j} p_j give from the power sums p_j(z) = sum_i z^{j k_i} = p_1(z^j).
The mean residual E[E; K] is found alike: S qhat phat^{S-1}, and sum_j (-1)^j e_{S-1-j} q_{j+1}, with q(z) =
sum_i residual_i z^{k_i}.

Rounding. For a transform of length 2^m in IEEE double precision (u = 2^-53) with butterflies of relative error
(1 + sqrt(5)) u and twiddles of error beta the computed result is off by at most ((1 + u + sqrt(5) u + beta)^m - 1)
in relative l2 norm (Brent, Percival, Zimmermann, Error bounds on complex floating-point multiplication, Math. Comp.
76 (2007), section 4; Higham, Accuracy and Stability, theorem 24.2). numpy's pocketfft has beta <= 4 u; ASSUMED here
is a relative l2 error of 32 m u, four times what that gives, and hundreds of times what is observed. Everything else
uses only IEEE +, -, *. All bounds below are in l2, in the norm |x| for sequences and |xhat| = |xhat|_2 / sqrt(length)
for transforms, which Parseval makes equal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import comb, gcd, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..effort import Effort
from ..errors import Inconclusive
from .batch_grid import Grid
from .tilt import Tilt

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

UNIT = 2.0**-53
CHUNK = 1 << 16
"""Frequencies treated at once, so that the work stays in the cache."""


@dataclass(frozen=True)
class BinnedSum:
    """mass[K] = P(K) and excess[K] = E[E; K], up to tilt.factor(K) times errors of l2 norm mass_error, excess_error."""

    grid: Grid
    tilt: Tilt
    mass: Floats
    excess: Floats | None
    """None where all residuals are 0."""
    mass_error: float
    excess_error: float


@dataclass(frozen=True)
class Transform:
    """A computed transform: its values, a bound of its norm |.|, and of its error in that norm."""

    values: Complexes
    norm: float
    error: float


def transform_error(length: int) -> float:
    """The relative l2 error of one transform (see the module's text)."""
    return 32 * length.bit_length() * UNIT


def binned_sum(grid: Grid, effort: Effort, strength: int = 0) -> BinnedSum:
    """The law of K and the mean residual on every K; `strength` of the tilt, with replacement only."""
    tilt = Tilt(grid, strength)
    law = transformed(grid, tilt, [1.0] * len(grid.indices))
    effort.check()
    pulls = None if grid.reach == 0 else transformed(grid, tilt, [float(r) for r in grid.residuals])
    effort.check()
    combine = independent if grid.batch.replacement else subsets
    mass, excess = combine(grid, law, pulls, effort)
    del law, pulls
    probabilities, mass_error = inverted(mass, grid.length)
    del mass
    effort.check()
    np.maximum(probabilities, 0.0, out=probabilities)
    tilt.undo(probabilities)
    if excess is None:
        return BinnedSum(grid, tilt, probabilities, None, mass_error, 0.0)
    means, excess_error = inverted(excess, grid.length)
    tilt.undo(means)
    return BinnedSum(grid, tilt, probabilities, means, mass_error, excess_error)


def transformed(grid: Grid, tilt: Tilt, factors: list[float]) -> Transform:
    """The transform of sum_i w_i factor_i z^{k_i}."""
    entries = [weight * factor for weight, factor in zip(tilt.weights(), factors, strict=True)]
    table, absolute = np.zeros(grid.length), np.zeros(grid.length)
    np.add.at(table, list(grid.indices), entries)
    np.add.at(absolute, list(grid.indices), np.abs(entries))
    norm = float(np.linalg.norm(absolute[sorted(set(grid.indices))])) * (1 + 1e-9)
    # an entry is a sum of so many products, each rounded at most four times
    joined = max(Counter(grid.indices).values())
    error = (transform_error(grid.length) + (joined + 4) * UNIT) * norm
    return Transform(np.fft.rfft(table), norm, error)


def inverted(transform: Transform, length: int) -> tuple[Floats, float]:
    values: Floats = np.fft.irfft(transform.values, length)
    return values, transform.error + transform_error(length) * (transform.norm + transform.error)


def largest_error(transform: Transform, length: int) -> float:
    """The l2 error bounds every single frequency."""
    return transform.error * sqrt(length)


def independent(grid: Grid, law: Transform, pulls: Transform | None, effort: Effort) -> tuple[Transform, Transform | None]:
    """phat^S and S qhat phat^{S-1}.

    |phat| <= 1 and |qhat| <= 1/2, so that S factors of error e give S e (1 + delta)^S, delta the largest error of a
    single frequency; S complex products add 4 u each.
    """
    size = grid.batch.size
    growth = (1 + largest_error(law, grid.length)) ** size
    rounding = 4 * (size + 1) * UNIT
    mass_error = growth * (size * law.error + rounding * (law.norm + law.error))
    if pulls is None:
        power(law.values, size, effort)
        return Transform(law.values, law.norm, mass_error), None
    below = law.values.copy()
    power(below, size - 1, effort)
    np.multiply(law.values, below, out=law.values)
    effort.check()
    below *= pulls.values
    below *= size
    bound = 1 + largest_error(pulls, grid.length)
    norm = size * pulls.norm
    excess_error = growth * size * (pulls.error + (size - 1) * law.error * bound) + growth * rounding * (norm + size * pulls.error)
    return Transform(law.values, law.norm, mass_error), Transform(below, norm, excess_error)


def power(values: Complexes, exponent: int, effort: Effort) -> None:
    """values ** exponent in place, by chunks."""
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        result = np.ones_like(part)
        square = part.copy()
        remaining = exponent
        while remaining:
            if remaining & 1:
                result *= square
            remaining >>= 1
            if remaining:
                square *= square
        part[...] = result
        if start % (CHUNK << 6) == 0:
            effort.check()


def subsets(grid: Grid, law: Transform, pulls: Transform | None, effort: Effort) -> tuple[Transform, Transform | None]:
    """e_S / C(N, S) and its companion, by Newton's identities frequency by frequency.

    With E_s = e_s / C(N, s), |E_s| <= 1: E_s = sum_j a_{sj} E_{s-j} p_j, a_{sj} = (-1)^{j-1} N C(N, s-j) / (s C(N, s)).
    The strided transform p_j(w) = phat(j w) repeats values gcd(j, length) times: its error is sqrt(gcd) times as large.
    """
    size, total = grid.batch.size, grid.batch.total
    coefficients = {(s, j): (-1) ** (j - 1) * float(total * comb(total, s - j)) / (s * comb(total, s))
                    for s in range(1, size + 1) for j in range(1, s + 1)}  # fmt: skip
    tails = [(-1) ** j * float(total * comb(total, size - 1 - j)) / comb(total, size) for j in range(size)]
    errors = newton_errors(size, coefficients, law, grid.length)
    mass = np.empty_like(law.values)
    excess = None if pulls is None else np.empty_like(law.values)
    for start in range(0, len(mass), CHUNK):
        effort.check()
        stop = min(start + CHUNK, len(mass))
        symmetric = [np.ones(stop - start, dtype=complex)]
        sums = [strided(law.values, j, start, stop, grid.length) for j in range(1, size + 1)]
        for s in range(1, size + 1):
            symmetric.append(sum_of(coefficients[s, j] * symmetric[s - j] * sums[j - 1] for j in range(1, s + 1)))
        mass[start:stop] = symmetric[size]
        if pulls is not None and excess is not None:
            pieces = (tails[j] * symmetric[size - 1 - j] * strided(pulls.values, j + 1, start, stop, grid.length) for j in range(size))
            excess[start:stop] = sum_of(pieces)
    # a law is no larger than the number 1 in l2 and l1
    found = Transform(mass, 1.0, errors[size])
    if pulls is None or excess is None:
        return found, None
    return found, Transform(excess, float(grid.reach), companion_error(size, tails, errors, pulls, grid.length))


def sum_of(terms: Any) -> Complexes:
    total: Complexes = next(terms)
    for term in terms:
        total = total + term
    return total


def strided(values: Complexes, stride: int, start: int, stop: int, length: int) -> Complexes:
    """phat(stride * w) for start <= w < stop, from the half of a real sequence's transform that is kept."""
    positions = (np.arange(start, stop) * stride) % length
    mirrored = positions > length // 2
    positions[mirrored] = length - positions[mirrored]
    found: Complexes = values[positions]
    np.conjugate(found, out=found, where=mirrored)
    return found


def newton_errors(size: int, coefficients: dict[tuple[int, int], float], law: Transform, length: int) -> list[float]:
    """Bounds of |computed E_s - E_s| for s = 0..size; refused where products of two errors are not small."""
    errors = [0.0]
    for s in range(1, size + 1):
        parts = (abs(coefficients[s, j]) * step_error(errors[s - j], law, j, length, s) for j in range(1, s + 1))
        errors.append(sum(parts))
    if max(*errors, law.error) * sqrt(size * length) > 0.01:
        raise Inconclusive(f"batches of {size} without replacement: Newton's identities lose all digits")
    return errors


def step_error(error: float, law: Transform, stride: int, length: int, terms: int) -> float:
    """One term E p_j: the errors of both factors, and the rounding of `terms` products and sums.

    1.05 covers the product of the two errors, each below 0.01 at every frequency (see `newton_errors`).
    """
    return 1.05 * (error + sqrt(gcd(stride, length)) * law.error + (terms + 12) * UNIT)


def companion_error(size: int, tails: list[float], errors: list[float], pulls: Transform, length: int) -> float:
    return sum(abs(tails[j]) * step_error(errors[size - 1 - j], pulls, j + 1, length, size) for j in range(size))

