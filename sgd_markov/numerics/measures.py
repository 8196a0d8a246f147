"""Measures on the state space made of atoms, densities on intervals, and lattice series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sympy as sp

from ..balls.adaptive import proved_sign

LISTED = 1000
"""Masses of a finite lattice that are written out one by one."""


@dataclass(frozen=True)
class Atom:
    """Mass `probability` at `to`, one entry for each state variable."""

    to: tuple[sp.Expr, ...]
    probability: sp.Expr


@dataclass(frozen=True)
class Density:
    """`formula`, in the target symbol, on (low, high); 0 elsewhere.

    `others`: in several dimensions the coordinates behind the first, which has the density, as functions of it.
    `distribution`: on the interval the distribution function of the whole law, where it is known from how this was made.
    """

    low: sp.Expr
    high: sp.Expr
    formula: sp.Expr
    others: tuple[sp.Expr, ...] = ()
    distribution: sp.Expr | None = None

    def everywhere(self, target: sp.Symbol, below: type[sp.Rel] = sp.Lt) -> sp.Expr:
        """The formula as a case distinction that is 0 outside (low, high), or with `below` = Le outside (low, high]."""
        tests = [sp.Gt(target, self.low)] if self.low != -sp.oo else []
        tests += [below(target, self.high)] if self.high != sp.oo else []
        if not tests:
            return self.formula
        return sp.Piecewise((self.formula, sp.And(*tests, evaluate=False) if len(tests) > 1 else tests[0]), (0, True))


@dataclass(frozen=True)
class Joint:
    """A density of several coordinates: `formula` in their targets, on a box.

    `places`: one entry a coordinate, None for those that have the density, else the coordinate as an expression in their
    targets; `ranges`: the sides of the box, one for each None.
    """

    places: tuple[sp.Expr | None, ...]
    ranges: tuple[tuple[sp.Expr, sp.Expr], ...]
    formula: sp.Expr

    @property
    def is_full(self) -> bool:
        """Have all coordinates a density?"""
        return all(place is None for place in self.places)

    @property
    def is_curve(self) -> bool:
        """Does the first coordinate determine the others?"""
        return self.places[0] is None and None not in self.places[1:]

    def free(self, targets: tuple[sp.Symbol, ...]) -> tuple[sp.Symbol, ...]:
        """The arguments of the density."""
        return tuple(symbol for symbol, place in zip(targets, self.places, strict=True) if place is None)

    def everywhere(self, targets: tuple[sp.Symbol, ...]) -> sp.Expr:
        """The formula as a case distinction that is 0 outside the box."""
        formula = self.formula
        for symbol, (low, high) in zip(self.free(targets), self.ranges, strict=True):
            formula = Density(low, high, formula).everywhere(symbol)
        return formula


@dataclass(frozen=True)
class Series:
    """Mass `probability` at `to` for each integer `index` from `start` to `stop`; masses at equal places add."""

    to: sp.Expr
    probability: sp.Expr
    index: sp.Symbol
    start: sp.Expr
    stop: sp.Expr


    @property
    def atoms(self) -> tuple[Atom, ...] | None:
        """The masses one by one, where the index runs over a known finite range; else None."""
        if not (self.start.is_Integer and self.stop.is_Integer and self.stop - self.start < LISTED):
            return None
        levels = [{self.index: sp.Integer(k)} for k in range(int(self.start), int(self.stop) + 1)]
        return tuple(Atom((self.to.xreplace(level),), self.probability.subs(level)) for level in levels)


@dataclass(frozen=True)
class Measure:
    """A probability measure on the state space: the sum of its parts."""

    atoms: tuple[Atom, ...] = ()
    densities: tuple[Density, ...] = ()
    series: tuple[Series, ...] = ()
    joints: tuple[Joint, ...] = ()

    def times(self, weight: sp.Expr) -> Measure:
        """All masses multiplied."""
        return Measure(
            tuple(Atom(atom.to, weight * atom.probability) for atom in self.atoms),
            tuple(replace(d, formula=weight * d.formula, distribution=None) for d in self.densities),
            tuple(Series(s.to, weight * s.probability, s.index, s.start, s.stop) for s in self.series),
            tuple(replace(j, formula=weight * j.formula) for j in self.joints),
        )

    def density(self, target: sp.Symbol) -> sp.Expr:
        """The density in `target`, with its support written into it: 0 outside."""
        return sp.Add(*(d.everywhere(target) for d in self.densities))

    @property
    def surfaces(self) -> tuple[Joint, ...]:
        """All pieces that have a density, in one form."""
        curves = (Joint((None, *d.others), ((d.low, d.high),), d.formula) for d in self.densities)
        return (*curves, *self.joints)

    def joint_density(self, targets: tuple[sp.Symbol, ...]) -> sp.Expr:
        """The sum of the densities, which are densities of the same coordinates."""
        return sp.Add(*(piece.everywhere(targets) for piece in self.surfaces))

    def with_finite_series_listed(self) -> Measure:
        """The same measure: a series with finitely many known levels is a list of atoms."""
        lists = [series.atoms for series in self.series]
        endless = tuple(series for series, atoms in zip(self.series, lists, strict=True) if atoms is None)
        listed = [atom for atoms in lists if atoms is not None for atom in atoms]
        return self if not listed else Measure(collected([*self.atoms, *listed]), self.densities, endless, self.joints)

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        """The intervals of the densities, in increasing order and joined where numbers show that they meet.

        Of one joint density: its box. None where several surfaces have densities.
        """
        if not self.joints:
            return united([(d.low, d.high) for d in self.densities])
        return list(self.joints[0].ranges) if len(self.surfaces) == 1 and self.joints[0].is_full else None


def summed(parts: list[Measure]) -> Measure:
    """The sum; atoms at one place and densities on one interval (of one curve) are collected."""
    by_range: dict[tuple[sp.Expr, sp.Expr, tuple[sp.Expr, ...]], list[sp.Expr]] = {}
    for density in (d for part in parts for d in part.densities):
        by_range.setdefault((density.low, density.high, density.others), []).append(density.formula)
    return Measure(
        collected(atom for part in parts for atom in part.atoms),
        tuple(Density(low, high, sp.Add(*terms), others) for (low, high, others), terms in by_range.items()),
        tuple(series for part in parts for series in part.series),
        tuple(joint for part in parts for joint in part.joints),
    )


def collected(atoms: Iterable[Atom]) -> tuple[Atom, ...]:
    """Masses at one place added; places are equal where their expanded forms are."""
    masses: dict[tuple[sp.Expr, ...], list[sp.Expr]] = {}
    for atom in atoms:
        masses.setdefault(tuple(sp.expand(value) for value in atom.to), []).append(atom.probability)
    totals = ((to, sp.Add(*parts)) for to, parts in masses.items())
    return tuple(Atom(to, total) for to, total in totals if total != 0)


def united(intervals: list[tuple[sp.Expr, sp.Expr]]) -> list[tuple[sp.Expr, sp.Expr]]:
    """The union of intervals; as listed, each once, where ends have free symbols."""
    distinct = list(dict.fromkeys(intervals))
    if any(end.free_symbols for interval in distinct for end in interval):
        return distinct
    result: list[tuple[sp.Expr, sp.Expr]] = []
    for low, high in sorted(distinct, key=lambda pair: (float(pair[0]), float(pair[1]))):
        if result and (low == result[-1][1] or above(result[-1][1], low)):
            last = result[-1]
            result[-1] = (last[0], high if above(high, last[1]) else last[1])
        else:
            result.append((low, high))
    return result


def above(first: sp.Expr, second: sp.Expr) -> bool:
    """first > second, proved."""
    if sp.oo in (first, -second) or -sp.oo in (first, -second):
        return bool(first > second)
    return proved_sign(first - second) == 1
