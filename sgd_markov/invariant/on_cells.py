"""Numbers of a stationary law of finitely many maps on a compact interval, by functions on cells: certified enclosures."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.evaluate import evaluate
from ..balls.precision import enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.exact_numbers import number
from .elementary import require_level
from .stationary_law import StationaryLaw

if TYPE_CHECKING:
    from ..engines.cells.stationary import StationaryOnCells


@dataclass(frozen=True, kw_only=True)
class OnCells(StationaryLaw):
    """The law of `cells`: its distribution function, masses and quantiles; every number holds for all laws there."""

    @abstractmethod
    def cells(self, effort: Effort) -> StationaryOnCells | None:
        """The laws on cells, None where the maps are not known."""

    def laid(self, what: str, effort: Effort) -> StationaryOnCells:
        found = self.cells(effort)
        if found is None:
            raise self.unknown(what)
        return found

    def told(self, found: Enclosure, what: str, effort: Effort) -> Number:
        """The number, or `Inconclusive` with the enclosure where it has too few digits."""
        from ..engines.cells.stationary import is_reached  # late: numpy is slow to import

        if not is_reached(found, effort.digits):
            raise Inconclusive(f"{what}: the digits are not reached on cells", found)
        return Number(None, found, effort.digits)

    def require_numbers(self, what: str, *places: sp.Expr) -> None:
        if any(place.free_symbols for place in places):
            raise self.unknown(f"{what} with free symbols")

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        what = f"P(w <= {at})"
        if at in (sp.oo, -sp.oo):
            return number(sp.Integer(int(at == sp.oo)), effort, what)
        self.require_numbers(what, at)
        return self.told(self.laid(what, effort).below(at, effort), what, effort)

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        return self.probability(at, at, effort)

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        what = f"P({low} <= w <= {high})"
        if low == -sp.oo or high in (sp.oo, -sp.oo):
            if high in (sp.oo, -sp.oo) and low in (sp.oo, -sp.oo):
                return number(sp.Integer(int(low != high)), effort, what)
            return self.cdf(high, effort) if low == -sp.oo else self.above(low, effort)
        if low == sp.oo:
            return number(sp.Integer(0), effort, what)
        self.require_numbers(what, low, high)
        return self.told(self.laid(what, effort).between(low, high, effort), what, effort)

    def above(self, low: sp.Expr, effort: Effort) -> Number:
        """P(w >= low)."""
        what = f"P(w >= {low})"
        self.require_numbers(what, low)
        below = self.laid(what, effort).below(low, effort, strict=True)
        return self.told(Enclosure(1 - below.upper, 1 - below.lower), what, effort)

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        from ..engines.cells.stationary_quantiles import Quantile  # late: numpy is slow to import

        require_level(level)
        what = f"the quantile at {level}"
        self.require_numbers(what, level)
        return self.told(Quantile(self.laid(what, effort), level_of(level), effort).enclosed(), what, effort)


def level_of(level: sp.Expr) -> Enclosure:
    """The level, far more precise than cells tell."""
    if level.is_Rational:
        return Enclosure.point(Fraction(int(level.p), int(level.q)))
    with precision(160):
        return enclosure(evaluate(level))
