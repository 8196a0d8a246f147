"""A closed-form convolution against direct integration, at random points: a formula that fails is not returned."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import mpmath as mp
import sympy as sp

from ..errors import Inconclusive
from .case_signs import Signs
from .measures import Density
from .random_values import values_for

POINTS = 3
DIGITS = 20
TOLERANCE = mp.mpf(10) ** -9
"""Of the largest value seen; the quadrature has to say that it is better than that."""


def require_convolution(
    first: Sequence[Density], second: Sequence[Density], found: Sequence[Density], target: sp.Symbol, signs: Signs
) -> None:
    """Raise `Inconclusive` unless `found` is int first(x) second(t - x) dx at random places and parameters.

    Densities that are left as integrals are what they say, and are not compared.
    """
    if not found or any(d.formula.has(sp.Integral, sp.Sum) for d in (*first, *second, *found)):
        return
    random = Random(f"{first}{second}")
    formulas = [part for d in (*first, *second, *found) for part in (d.low, d.high, d.formula)]
    for _ in range(POINTS):
        values = values_for([f for f in formulas if f not in (sp.oo, -sp.oo)], signs, random)
        if values is None:
            raise Inconclusive("no numbers are found at which the sum of the laws could be checked")
        values.pop(target, None)
        one, other, both = ([numeric(d, target, values) for d in side] for side in (first, second, found))
        place = mp.mpf(random.uniform(*middle(both)))
        compare(one, other, both, place)


Numeric = tuple[Any, Any, Any]
"""(low, high, a function of the place), for mpmath."""


def numeric(density: Density, target: sp.Symbol, values: dict[sp.Expr, sp.Expr]) -> Numeric:
    low, high = (
        mp.mpf(str(sp.N(end.xreplace(values), DIGITS)).replace("oo", "inf")) for end in (density.low, density.high)
    )
    return low, high, sp.lambdify(target, density.formula.xreplace(values), "mpmath")


def middle(parts: Sequence[Numeric]) -> tuple[float, float]:
    """Where the mass may be: the finite ends, and two units beyond."""
    ends = [float(end) for low, high, _ in parts for end in (low, high) if mp.isfinite(end)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 0.0)
    outside = (any(not mp.isfinite(low) for low, _, _ in parts), any(not mp.isfinite(high) for _, high, _ in parts))
    return low - 2 * outside[0], high + 2 * outside[1]


def at(parts: Sequence[Numeric], place: mp.mpf) -> mp.mpf:
    return mp.fsum(formula(place) for low, high, formula in parts if low < place < high)


def compare(one: Sequence[Numeric], other: Sequence[Numeric], both: Sequence[Numeric], place: mp.mpf) -> None:
    with mp.workdps(DIGITS):
        ends = {end for low, high, _ in one for end in (low, high)}
        ends |= {place - end for low, high, _ in other for end in (low, high)}
        cuts = sorted({*ends, *(mp.mpf(k) for k in (-8, -3, -1, 0, 1, 3, 8)), mp.inf, -mp.inf})
        direct, error = mp.quad(lambda x: at(one, x) * at(other, place - x), cuts, error=True)
        stated = at(both, place)
        if abs(direct - stated) > TOLERANCE * max(1, abs(direct)) + 10 * error:
            raise Inconclusive(
                f"a closed form for the law of a sum failed its check: {mp.nstr(stated)} is {mp.nstr(direct)}"
            )
