"""The symmetric stable density, 1 < alpha < 2: entire, with tails like a power."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...laws.stable import Stable
from ...numerics.stable_table import StableTable, stable_table
from .density import AnalyticDensity

Reals = NDArray[np.float64]
FLOAT_BITS = 80
"""Precision of the tables from which doubles are made."""
SHARES = [2.0**-k for k in range(1, 11)]


@dataclass(frozen=True)
class StableDensity(AnalyticDensity):
    """1/pi int_0^oo cos(u t) exp(-t^alpha) dt; |f(x + iy)| <= f(iy)."""

    law: Stable

    @property
    def width(self) -> float:
        """Where exp(-t^alpha) falls to 1e-14, compared with exp(-t^2/2)."""
        return float(min(1.0, 8 / (14 * log(10)) ** (1 / float(self.law.alpha))))

    @property
    def table(self) -> StableTable:
        """At the working precision."""
        return stable_table(self.law.alpha, int(ctx.prec))

    def density(self, u: arb) -> arb:
        return self.table.density(u)

    def tail(self, u: arb) -> arb:
        return self.table.tail(u)

    def replace(self, u: Reals) -> None:
        np.abs(u, out=u)
        density_rows, _, far_density, _, reach, border = float_table(self.law)
        spread(u, density_rows, far_density, 1, float(self.law.alpha), reach, border)

    def tail_floats(self, u: Reals) -> Reals:
        found = np.abs(u)
        _, tail_rows, _, far_tail, reach, border = float_table(self.law)
        spread(found, tail_rows, far_tail, 0, float(self.law.alpha), reach, border)
        return np.where(u > 0, found, 1 - found)

    def strip(self, height: arb) -> arb:
        """f(i h) <= 1/pi int exp(h t - (1-c) t^alpha) exp(-c t^alpha) dt, the first factor at its largest, for any 0 < c < 1."""
        alpha = evaluate(self.law.alpha)
        best = arb.pos_inf()
        for share in SHARES:
            top = (height / (alpha * (1 - arb(share)))) ** (1 / (alpha - 1)) if height > 0 else arb(0)
            bound = (height * top * (1 - 1 / alpha)).exp() * (1 + 1 / alpha).gamma() / arb.pi() * arb(share) ** (-1 / alpha)
            best = arb(bound.upper()) if bound < best else best
        return best

    def reach(self, log2_level: float) -> float:
        return np.inf


FloatTable = tuple[Reals, Reals, Reals, Reals, float, float]


@lru_cache(maxsize=8)
def float_table(law: Stable) -> FloatTable:
    """Coefficients in doubles: rows of the panels and the first zone of the far series, for density and tail."""
    table = stable_table(law.alpha, FLOAT_BITS)
    first = table.far[0]
    rows = [np.array([[float(c) for c in panel.coeffs()] for panel in panels]).T for panels in (table.densities, table.tails)]
    far = [np.array([float(c) for c in series.coeffs()]) for series in (first.density, first.tail)]
    return rows[0], rows[1], far[0], far[1], table.reach, table.border


def spread(u: Reals, rows: Reals, far: Reals, power: int, alpha: float, reach: float, border: float) -> None:
    """Put the function in the place of u >= 0: Horner's rule on the panel of each entry, or in u^-alpha, over u^power."""
    outside = u >= border
    if outside.any():
        beyond = u[outside]
        x = beyond**-alpha
        values = x * np.polynomial.polynomial.polyval(x, far) / beyond**power
    place = np.minimum(u / (2 * reach), rows.shape[1] - 1).astype(np.intp)
    offset = u - (2 * place + 1) * reach
    u[...] = rows[-1][place]
    for row in rows[-2::-1]:
        u *= offset
        u += row[place]
    if outside.any():
        u[outside] = values
