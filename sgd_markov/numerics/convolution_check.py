"""A closed-form convolution against direct integration, at random points: a formula that fails is not returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import sympy as sp

from ..errors import Inconclusive
from .case_signs import Signs
from .measures import Density
from .random_values import in_floats, values_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Reals = NDArray[np.float64]

POINTS, DRAWS = 3, 60
TOLERANCE = 1e-8
"""Of the larger value; two quadratures have to agree that well before a point counts."""
FINE, REACH = 0.04, 6.0
"""Length of the cells of the quadrature within the reach of the place; beyond it they grow."""


def require_convolution(
    first: Sequence[Density], second: Sequence[Density], found: Sequence[Density], target: sp.Symbol, signs: Signs
) -> None:
    """Raise `Inconclusive` where `found` is not int first(x) second(t - x) dx at a random place and parameters.

    A guard: the proof is that of `gaussian_integral`. So a case in which no numbers are found, or floating point does not
    decide, is let pass. Densities that are left as integrals are what they say, and are not compared.
    """
    if not found or any(d.formula.has(sp.Integral, sp.Sum) for d in (*first, *second, *found)):
        return
    random, checked = Random(f"{first}{second}"), 0
    formulas = [part for d in (*first, *second, *found) for part in (d.low, d.high, d.formula)]
    for _ in range(DRAWS):
        values = values_for([f for f in formulas if f not in (sp.oo, -sp.oo)], signs, random)
        if values is None or checked == POINTS:
            break
        values.pop(target, None)
        one, other, both = ([Numeric(d, target, values) for d in side] for side in (first, second, found))
        checked += agree(one, other, both, random.uniform(*middle(both)))


class Numeric:
    """A density in floating point, 0 outside its interval."""

    def __init__(self, density: Density, target: sp.Symbol, values: dict[sp.Expr, sp.Expr]) -> None:
        self.low, self.high = (float(end.xreplace(values)) for end in (density.low, density.high))
        formula = in_floats(density.formula.xreplace(values))
        self.formula: Callable[[Any], Any] = sp.lambdify(target, formula, ["scipy", "numpy"])

    def at(self, places: Reals) -> Reals:
        import numpy as np

        inside = (self.low < places) & (places < self.high)
        return np.where(inside, self.formula(np.where(inside, places, self.some_place)), 0.0)

    @property
    def some_place(self) -> float:
        low, high = max(self.low, -1e3), min(self.high, 1e3)
        return (low + high) / 2


def middle(parts: Sequence[Numeric]) -> tuple[float, float]:
    """Where the mass may be: between the finite ends, and two units beyond them if the support goes on."""
    ends = [end for part in parts for end in (part.low, part.high) if abs(end) != float("inf")]
    low, high = (min(ends), max(ends)) if ends else (0.0, 0.0)
    outside = any(part.low == -float("inf") for part in parts), any(part.high == float("inf") for part in parts)
    return low - 2 * outside[0], high + 2 * outside[1]


def agree(one: Sequence[Numeric], other: Sequence[Numeric], both: Sequence[Numeric], place: float) -> bool:
    """Is the place compared? False where floating point does not decide; raises `Inconclusive` where it contradicts."""
    import numpy as np

    def integrand(x: Reals) -> Reals:
        return total(one, x) * total(other, place - x)

    ends = [end for part in one for end in (part.low, part.high)]
    ends += [place - end for part in other for end in (part.low, part.high)]
    with np.errstate(all="ignore"):
        cuts = cells([end for end in ends if abs(end) < 1e6], place)
        coarse, direct = (composite(integrand, cuts, nodes) for nodes in (12, 20))
        stated = float(total(both, np.array([place]))[0])
    size = max(1.0, abs(direct))
    if not np.isfinite(stated + direct) or abs(direct - coarse) > TOLERANCE * size / 10:
        return False
    if abs(direct - stated) > TOLERANCE * size:
        raise Inconclusive(f"a closed form for the law of a sum failed its check: {stated} is {direct}")
    return True


def total(parts: Sequence[Numeric], places: Reals) -> Reals:
    import numpy as np

    sums: Reals = np.sum([part.at(places) for part in parts], axis=0)
    return sums


def cells(ends: Sequence[float], place: float) -> Reals:
    """Cells around all ends and the place, narrow near them."""
    import numpy as np

    reach = np.arange(-REACH, REACH, FINE)
    far = REACH * 1.2 ** np.arange(36)
    return np.unique(
        np.concatenate([[*ends], *(centre + np.concatenate([reach, far, -far]) for centre in (0.0, place))])
    )


def composite(f: Callable[[Reals], Reals], cuts: Reals, nodes: int) -> float:
    """Gauss-Legendre in every cell."""
    import numpy as np

    places, weights = np.polynomial.legendre.leggauss(nodes)
    half = np.diff(cuts) / 2
    x = (cuts[:-1] + half)[:, None] + half[:, None] * places
    return float(np.sum(f(x) * weights * half[:, None]))
