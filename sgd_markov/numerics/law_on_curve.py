"""The law of several coordinates that one number drives: the law of the first, and the others as functions of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.support import Interval
from .branch import NotInvertible
from .case_signs import Signs
from .measures import Atom, Density, Measure, summed
from .monotone_branches import branches
from .smooth_pieces import EndlessSteps, smooth_pieces
from .spread import OfLaw

Laws = Mapping[sp.Symbol, Law]
Values = tuple[sp.Expr, ...]


def law_on_curve(
    values: Values, laws: Laws, law_of: Callable[[sp.Expr, Laws], Measure], target: sp.Symbol, signs: Signs
) -> Measure | None:
    """The joint law of the values, where all of them are functions of the first; None where this is not seen.

    Raises `Inconclusive` where one variable drives them but the first has no exact inverse.
    """
    drawn = set().union(*(value.free_symbols for value in values)) & set(laws)
    if not drawn:
        return Measure((Atom(values, sp.Integer(1)),))
    others = on_a_line(values, drawn, target)
    if others is not None:
        return along(law_of(values[0], laws), others, target)
    if len(drawn) == 1:
        (x,) = drawn
        return of_one_variable(values, x, laws[x], target, signs)
    return None


def on_a_line(values: Values, drawn: set[sp.Symbol], target: sp.Symbol) -> Values | None:
    """The other coordinates as affine functions of the first, whatever drives it; None where they are not."""
    (first, own), *rest = [split(value, drawn) for value in values]
    if own == 0:
        return None
    others = []
    for constant, part in rest:
        ratio = sp.cancel(part / own)
        if ratio.free_symbols & drawn:
            return None
        others.append(sp.factor(constant + ratio * (target - first)))
    return tuple(others)


def split(value: sp.Expr, drawn: set[sp.Symbol]) -> tuple[sp.Expr, sp.Expr]:
    """(what is certain, the terms that are drawn)."""
    constant, part = sp.expand(value).as_independent(*drawn, as_Add=True)
    return constant, part


def along(measure: Measure, others: Values, target: sp.Symbol) -> Measure:
    """The law of the first coordinate carried to the curve."""
    if measure.series:
        raise Inconclusive("the kernel in several dimensions is not given for laws with infinitely many atoms")
    atoms = [
        Atom((*a.to, *(other.xreplace({target: a.to[0]}) for other in others)), a.probability) for a in measure.atoms
    ]
    return Measure(tuple(atoms), tuple(replace(d, others=others) for d in measure.densities))


def of_one_variable(values: Values, x: sp.Symbol, law: Law, target: sp.Symbol, signs: Signs) -> Measure:
    """One curve for each monotone branch of the first coordinate."""
    if not isinstance(law.support, Interval):
        raise Inconclusive("the kernel in several dimensions is not given for laws with infinitely many atoms")
    spread = OfLaw(law)
    try:
        pieces = smooth_pieces(values[0], x, spread.low, spread.high, signs)
        found = [
            curve(branch.at(target), branch.increasing, branch.image, values[1:], x, spread, target)
            for piece in pieces
            for branch in branches(piece.formula, x, piece.low, piece.high, signs)
        ]
    except (NotInvertible, EndlessSteps):
        raise Inconclusive("the first coordinate has no exact inverse in the drawn variable") from None
    return summed([Measure(densities=(density,)) for density in found])


def curve(
    inverse: sp.Expr,
    increasing: bool,
    image: tuple[sp.Expr, sp.Expr],
    others: Values,
    x: sp.Symbol,
    spread: OfLaw,
    target: sp.Symbol,
) -> Density:
    slope = sp.diff(inverse, target)
    low, high = map(sp.expand, image)
    formula = (slope if increasing else -slope) * spread.density(inverse)
    return Density(low, high, formula, tuple(other.xreplace({x: inverse}) for other in others))
