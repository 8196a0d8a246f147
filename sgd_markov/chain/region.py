"""A region of the state space: a closed interval, or a box over several state variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from ..laws.signs import sign
from .chain import Chain, Point
from .diffusion import Diffusion

Interval = tuple[sp.Expr, sp.Expr]
WHOLE_LINE: Interval = (-sp.oo, sp.oo)


@dataclass(frozen=True)
class Region:
    """The points with low <= w <= high for every state symbol w; ends may be infinite, and are then not attained.

    `bounds`: (low, high) for each state symbol that is bounded at all; the others run over the whole line.
    """

    bounds: Mapping[sp.Symbol, Interval]

    def __hash__(self) -> int:
        return hash(tuple(self.bounds.items()))

    @classmethod
    def of(cls, chain: Chain | Diffusion, given: Any, field: str) -> Region:
        """[low, high] in one dimension, a table of such pairs over the state symbols in any.

        Errors: `InvalidInput` for an unknown symbol, for something else than a pair, for low > high.
        """
        if isinstance(given, Region):
            return given
        if given is None:
            raise InvalidInput(field, "nothing", "a region: [low, high], or a table of them over the state")
        if not isinstance(given, Mapping):
            given = {chain.require_one_dimension(f"`{field}` as one interval"): given}
        names = {str(symbol): symbol for symbol in chain.state}
        for key in given:
            if str(key) not in names:
                raise InvalidInput(f"{field}.{key}", str(key), "a state symbol: " + ", ".join(names))
        pairs = {names[str(key)]: interval(pair, field) for key, pair in given.items()}
        return cls({symbol: pair for symbol, pair in pairs.items() if pair != WHOLE_LINE})

    @property
    def is_everything(self) -> bool:
        return not self.bounds

    @property
    def is_bounded_in(self) -> tuple[sp.Symbol, ...]:
        """The symbols that the region restricts."""
        return tuple(self.bounds)

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(end.free_symbols for pair in self.bounds.values() for end in pair))

    def contains(self, point: Point) -> bool | None:
        """Is the point in the region? None while symbols leave it open."""
        inside: bool | None = True
        for symbol, (low, high) in self.bounds.items():
            signs = sign(point[symbol] - low), sign(high - point[symbol])
            if -1 in signs:
                return False
            inside = None if None in signs else inside
        return inside

    def interval(self, symbol: sp.Symbol) -> Interval:
        """The ends for that symbol."""
        return self.bounds.get(symbol, WHOLE_LINE)

    def meets(self, other: Region) -> bool | None:
        """Do the two have a point in common? None while symbols leave it open."""
        meets: bool | None = True
        for symbol in {*self.bounds, *other.bounds}:
            (a, b), (c, d) = self.interval(symbol), other.interval(symbol)
            signs = sign(d - a), sign(b - c)
            if -1 in signs:
                return False
            meets = None if None in signs else meets
        return meets

    def __str__(self) -> str:
        if len(self.bounds) == 1:
            ((low, high),) = self.bounds.values()
            return f"[{low}, {high}]"
        return ", ".join(f"{symbol} in [{low}, {high}]" for symbol, (low, high) in self.bounds.items()) or "everything"


def interval(pair: Any, field: str) -> Interval:
    """The two ends as exact expressions."""
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise InvalidInput(field, pair, "[low, high]")
    low, high = (end_of(end, field) for end in pair)
    if low is sp.oo or high is -sp.oo or sign(high - low) == -1:
        raise InvalidInput(field, f"[{low}, {high}]", "low <= high, otherwise the region is empty")
    return low, high


def end_of(end: object, field: str) -> sp.Expr:
    if str(end) in ("oo", "-oo"):
        return sp.oo if str(end) == "oo" else -sp.oo
    return exact(end, field)
