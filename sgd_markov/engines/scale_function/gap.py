"""Where a continuous path from a start meets one of two intervals first."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...laws.signs import sign

Interval = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Gap:
    """The open interval around the start in neither region; `low_is_target`, `high_is_target`: whose its ends are.

    `assumed`: inequalities that symbols leave open.
    """

    low: sp.Expr
    high: sp.Expr
    low_is_target: bool
    high_is_target: bool
    assumed: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[int, ...]:
        """The sides with an end of the target: -1 below, 1 above."""
        return (-1,) * self.low_is_target + (1,) * self.high_is_target


def gap_around(start: sp.Expr, target: Interval, avoid: Interval | None) -> Gap | None:
    """The gap for a start in neither region; None where symbols leave the order of the ends open.

    A region that reaches to infinity lies on the other side of its finite end, whatever the symbols are.
    """
    below: list[tuple[sp.Expr, bool]] = []
    above: list[tuple[sp.Expr, bool]] = []
    assumed: list[str] = []
    for (bottom, top), aim in ((target, True), *(((avoid, False),) if avoid else ())):
        side = side_of(start, bottom, top)
        if side is None:
            return None
        end = bottom if side > 0 else top
        (above if side > 0 else below).append((end, aim))
        if sign(side * (end - start)) != 1:
            assumed.append(f"{start} {'<' if side > 0 else '>'} {end}")
    low, high = nearest(below, -1), nearest(above, 1)
    return None if low is None or high is None else Gap(low[0], high[0], low[1], high[1], tuple(assumed))


def side_of(start: sp.Expr, bottom: sp.Expr, top: sp.Expr) -> int | None:
    """On which side of the start the region lies."""
    if top == sp.oo or (bottom != -sp.oo and sign(bottom - start) == 1):
        return 1
    return -1 if bottom == -sp.oo or sign(start - top) == 1 else None


def nearest(ends: list[tuple[sp.Expr, bool]], side: int) -> tuple[sp.Expr, bool] | None:
    """The end that comes first on that side, infinity where there is none; None where their order is open."""
    if not ends:
        return side * sp.oo, False
    best = ends[0]
    for entry in ends[1:]:
        order = sign(side * (best[0] - entry[0]))
        if order is None:
            return None
        best = entry if order == 1 else best
    return best
