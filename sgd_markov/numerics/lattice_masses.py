"""Masses on a lattice that are geometric beyond a core: every sum over them is exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from .geometric_sums import falling_sum


@dataclass(frozen=True)
class LatticeMasses:
    """Masses of `core` (k -> unnormalised mass), beyond its ends geometric with `ratios` (None: nothing beyond)."""

    core: dict[int, sp.Expr]
    ratios: dict[int, sp.Expr | None]

    def end(self, direction: int) -> int:
        return max(self.core) if direction > 0 else min(self.core)

    @cached_property
    def total(self) -> sp.Expr:
        return self.mass_of(None, None)

    def mass(self, first: int | None, last: int | None) -> sp.Expr:
        return sp.cancel(self.mass_of(first, last) / self.total)

    def mass_of(self, first: int | None, last: int | None) -> sp.Expr:
        inside = (m for k, m in self.core.items() if (first is None or k >= first) and (last is None or k <= last))
        parts = [sp.Add(*inside)]
        for direction, near, far in ((1, first, last), (-1, last, first)):
            ratio, end = self.ratios[direction], self.end(direction)
            if ratio is None:
                continue
            begin = 1 if near is None else max(1, direction * (near - end))
            stop = None if far is None else direction * (far - end)
            if stop is not None and stop < begin:
                continue
            beyond = sp.Integer(0) if stop is None else ratio ** (stop + 1)
            parts.append(self.core[end] * (ratio**begin - beyond) / (1 - ratio))
        return sp.Add(*parts)

    def mean(self, f: Callable[[int], sp.Expr], degree: int | None) -> sp.Expr:
        """E f(k); on infinite sides f has to be a polynomial of that degree beyond the core."""
        parts = [f(k) * m for k, m in self.core.items()]
        for direction in (1, -1):
            ratio, end = self.ratios[direction], self.end(direction)
            if ratio is not None:
                assert degree is not None
                parts.append(self.core[end] * (falling_sum(outwards(f, end, direction), degree, ratio) - f(end)))
        return sp.cancel(sp.Add(*parts) / self.total)


def outwards(f: Callable[[int], sp.Expr], end: int, direction: int) -> Callable[[int], sp.Expr]:
    return lambda m: f(end + direction * m)
