"""The law of the larger of independent variables: the product of the distribution functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from itertools import pairwise

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from .case_signs import Signs
from .convolution import analytic
from .gaussian_integral import NotGaussian, integral
from .independent_sum import grouped_by_variables
from .measures import Atom, Density, Measure, collected

Laws = Mapping[sp.Symbol, Law]


def extremes_inside(value: sp.Expr, laws: Laws) -> Iterator[tuple[list[sp.Expr], sp.Expr, sp.Symbol]]:
    """(parts, value as a function of u, u), u the largest of the parts, which share no variable and hold all of them.

    What is certain is a part of its own.
    """
    for node in value.atoms(sp.Max, sp.Min):
        u = sp.Dummy("u", real=True)
        side = 1 if isinstance(node, sp.Max) else -1
        outer = value.xreplace({node: side * u})
        groups = grouped_by_variables(node.args, laws)
        drawn = [group for group in groups if any(part.free_symbols & set(laws) for part in group)]
        if set(laws) <= node.free_symbols and not set(laws) & outer.free_symbols and len(drawn) > 1:
            yield [sp.Max(*(side * part for part in group)) for group in groups], outer, u


def law_of_largest(
    parts: list[sp.Expr], laws: Laws, law_of: Callable[[sp.Expr, Laws], Measure], target: sp.Symbol, signs: Signs
) -> Measure:
    """The law of the largest of independent parts. Raises `Undecided` where the order of the ends is open.

    >>> x, y, t = sp.symbols("x y t", real=True)
    >>> box = Measure(densities=(Density(sp.Integer(0), sp.Integer(1), sp.Integer(1)),))
    >>> law_of_largest([x, y], {}, lambda value, laws: box, t, Signs()).densities[0].formula
    2*t
    """
    measures = [law_of(part, {s: law for s, law in laws.items() if s in part.free_symbols}) for part in parts]
    if any(measure.series for measure in measures):
        raise Inconclusive("the kernel needs the law of the largest of variables with infinitely many atoms")
    return reduce(lambda one, other: larger(one, other, target, signs), measures)


def larger(one: Measure, other: Measure, target: sp.Symbol, signs: Signs) -> Measure:
    """F G has the atoms F(a) G(a) - F(a-) G(a-), and the density f G + F g between the ends."""
    one, other = (smooth(measure, target, signs) for measure in (one, other))
    places = dict.fromkeys(atom.to[0] for measure in (one, other) for atom in measure.atoms)
    atoms = []
    for place in places:
        at, below = (
            distribution(one, place, signs, closed, target) * distribution(other, place, signs, closed, target)
            for closed in (True, False)
        )
        atoms.append(Atom((place,), at - below))
    return Measure(collected(atoms), tuple(densities(one, other, target, signs)))


def smooth(measure: Measure, target: sp.Symbol, signs: Signs) -> Measure:
    pieces = [piece for density in measure.densities for piece in analytic(density, target, signs)]
    return Measure(measure.atoms, tuple(pieces))


def densities(one: Measure, other: Measure, target: sp.Symbol, signs: Signs) -> Iterator[Density]:
    """On every interval between neighbouring ends and atoms."""
    cuts = ordered([end for measure in (one, other) for end in ends_of(measure)], signs)
    for low, high in pairwise(cuts):
        own = [sp.Add(*(d.formula for d in m.densities if covers(d, low, high, signs))) for m in (one, other)]
        below = [between(measure, low, high, target, signs) for measure in (one, other)]
        formula = own[0] * below[1] + own[1] * below[0]
        if formula != 0:
            yield Density(low, high, formula, distribution=below[0] * below[1])


def ends_of(measure: Measure) -> list[sp.Expr]:
    return [end for d in measure.densities for end in (d.low, d.high)] + [atom.to[0] for atom in measure.atoms]


def ordered(values: list[sp.Expr], signs: Signs) -> list[sp.Expr]:
    """In increasing order, each once."""
    result: list[sp.Expr] = []
    for value in dict.fromkeys(values):
        place = next((i for i, other in enumerate(result) if not after(value, other, signs)), len(result))
        if place == len(result) or after(result[place], value, signs):
            result.insert(place, value)
    return result


def after(value: sp.Expr, other: sp.Expr, signs: Signs) -> bool:
    """value > other."""
    if sp.oo in (value, -other) or -sp.oo in (value, -other):
        return bool(value != other and (value == sp.oo or other == -sp.oo))
    return signs.strict(value - other) > 0


def covers(density: Density, low: sp.Expr, high: sp.Expr, signs: Signs) -> bool:
    """Does the interval of the density hold (low, high), which has none of its ends inside?"""
    return not after(density.low, low, signs) and not after(high, density.high, signs)


def between(measure: Measure, low: sp.Expr, high: sp.Expr, target: sp.Symbol, signs: Signs) -> sp.Expr:
    """The distribution function on (low, high), which has no end and no atom of the measure inside."""
    total = sp.Add(*(atom.probability for atom in measure.atoms if not after(atom.to[0], low, signs)))
    for density in measure.densities:
        if not after(density.high, low, signs):
            total += mass(density, density.low, density.high, target, signs)
        elif covers(density, low, high, signs):
            total += mass(density, density.low, target, target, signs)
    return total


def distribution(measure: Measure, place: sp.Expr, signs: Signs, closed: bool, target: sp.Symbol) -> sp.Expr:
    """P(X <= place), or P(X < place)."""
    total = sp.Integer(0)
    for atom in measure.atoms:
        if after(place, atom.to[0], signs) or (closed and not after(atom.to[0], place, signs)):
            total += atom.probability
    for density in measure.densities:
        if not after(density.high, place, signs):
            total += mass(density, density.low, density.high, target, signs)
        elif after(place, density.low, signs):
            total += mass(density, density.low, place, target, signs)
    return total


def mass(density: Density, low: sp.Expr, high: sp.Expr, target: sp.Symbol, signs: Signs) -> sp.Expr:
    x = sp.Dummy("x", real=True)
    formula = density.formula.xreplace({target: x})
    try:
        return integral(formula, x, low, high, signs)
    except NotGaussian:
        return sp.Integral(formula, (x, low, high))
