"""The image of a law under a function of one variable: atoms, densities by change of variables, lattice series.

The function F is cut into monotone pieces. A constant piece is an atom of mass P(x there); on the others the density of
F(X) is p(x(t)) |dx/dt| on the image of the piece and 0 outside it.
"""

from __future__ import annotations

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.support import HalfLattice
from .branch import NotInvertible, Y
from .case_signs import Signs
from .measures import Atom, Density, Measure, Series, summed
from .monotone_branches import branches
from .smooth_pieces import EndlessSteps, Piece, smooth_pieces
from .spread import OfDensity, OfLaw, Spread


def image_of_law(value: sp.Expr, x: sp.Symbol, law: Law, target: sp.Symbol, index: sp.Symbol, signs: Signs) -> Measure:
    """The law of `value`, a function of X with this law. `target`: the symbol of densities; `index`: of series.

    Raises `Inconclusive` for maps without an exact inverse, `Undecided` where a sign is open.
    """
    if x not in value.free_symbols:
        return Measure((Atom((value,), sp.Integer(1)),))
    if isinstance(law.support, HalfLattice):
        return Measure(series=(lattice_series(value, x, law, index),))
    return image_of_spread(value, x, OfLaw(law), target, index, signs)


def image_of_measure(
    value: sp.Expr, x: sp.Symbol, measure: Measure, target: sp.Symbol, index: sp.Symbol, signs: Signs
) -> Measure:
    """The image of a measure on the line whose densities are expressions in `target`."""
    atoms = tuple(Atom((value.xreplace({x: atom.to[0]}),), atom.probability) for atom in measure.atoms)
    series = tuple(Series(value.xreplace({x: s.to}), s.probability, s.index, s.start, s.stop) for s in measure.series)
    parts = [image_of_spread(value, x, OfDensity(d, target), target, index, signs) for d in measure.densities]
    return summed([Measure(atoms, (), series), *parts])


def lattice_series(value: sp.Expr, x: sp.Symbol, law: Law, index: sp.Symbol) -> Series:
    """sum_k P(X = offset + step k) delta at the image; right also where the image does not depend on k."""
    support, probability = law.support, law.probability(index)
    assert isinstance(support, HalfLattice)
    if probability is None:
        raise Inconclusive(f"the probabilities of the {law.name} law are not known in closed form")
    place = value.xreplace({x: support.offset + support.step * index})
    return Series(place, probability, index, sp.Integer(0), sp.oo)


def image_of_spread(
    value: sp.Expr, x: sp.Symbol, spread: Spread, target: sp.Symbol, index: sp.Symbol, signs: Signs
) -> Measure:
    try:
        direct = affine_image(value, x, spread, target, signs)
        if direct is not None:
            return direct
        pieces = smooth_pieces(value, x, spread.low, spread.high, signs)
        return summed([piece_image(piece, x, spread, target, signs) for piece in pieces])
    except NotInvertible as error:
        raise Inconclusive(f"no exact inverse of {error.expr} in the drawn variable is known") from None
    except EndlessSteps as error:
        return Measure(series=(rounded_series(value, error.node, x, spread, index, signs),))


def affine_image(value: sp.Expr, x: sp.Symbol, spread: Spread, target: sp.Symbol, signs: Signs) -> Measure | None:
    """shift + factor X on the whole line, which needs no sign of the factor, only that it is not 0."""
    if (spread.low, spread.high) != (-sp.oo, sp.oo) or not value.is_polynomial(x):
        return None
    poly = sp.Poly(value, x)
    if poly.degree() != 1 or not signs.nonzero(poly.LC()):
        return None
    shift, factor = sp.factor_terms(poly.coeff_monomial(1)), sp.factor_terms(poly.LC())
    return Measure(densities=(Density(-sp.oo, sp.oo, spread.shifted_and_scaled(shift, factor, target)),))


def piece_image(piece: Piece, x: sp.Symbol, spread: Spread, target: sp.Symbol, signs: Signs) -> Measure:
    formula = lowered(piece.formula, x, signs)
    if x not in formula.free_symbols:
        return Measure((Atom((formula,), spread.mass(piece.low, piece.high, signs)),))
    densities = []
    for branch in branches(formula, x, piece.low, piece.high, signs):
        slope = branch.slope.xreplace({Y: target})
        size = slope if branch.increasing else -slope
        low, high = map(simple, branch.image)
        densities.append(Density(low, high, size * spread.density(branch.at(target))))
    return Measure(densities=tuple(densities))


def simple(end: sp.Expr) -> sp.Expr:
    """Expanded; a quotient that cancels is cancelled."""
    expanded = sp.expand(end)
    if not sp.fraction(sp.together(expanded))[1].free_symbols or not expanded.is_rational_function():
        return expanded
    cancelled = sp.cancel(expanded)
    return sp.expand(cancelled) if cancelled.is_polynomial() else cancelled


def lowered(formula: sp.Expr, x: sp.Symbol, signs: Signs) -> sp.Expr:
    """The formula with a leading coefficient that is 0 in this case left out."""
    if not formula.is_polynomial(x):
        return formula
    poly = sp.Poly(formula, x)
    while poly.degree() > 0 and not signs.nonzero(poly.LC()):
        poly -= sp.Poly(poly.LC() * x ** poly.degree(), x)
    return formula if poly.as_expr() == sp.expand(formula) else poly.as_expr()


def rounded_series(
    value: sp.Expr, node: sp.Expr, x: sp.Symbol, spread: Spread, index: sp.Symbol, signs: Signs
) -> Series:
    """value = h(floor(g(x))) with g monotone of unbounded range: mass P(k <= g(X) < k + 1) at h(k)."""
    integer = sp.Symbol(index.name, integer=True)
    inner = branches(sp.expand(node.args[0]), x, spread.low, spread.high, signs)
    place, (branch, *more) = value.xreplace({node: integer}), inner
    if x in place.free_symbols or more:
        raise Inconclusive("rounding of a function that is not monotone in the drawn variable, over an unbounded range")
    low, high = branch.image
    ends = [sp.Min(sp.Max(branch.at(integer + k), branch.low), branch.high) for k in (0, 1)]
    start, stop = ends if branch.increasing else reversed(ends)
    return Series(place, step_mass(spread, start, stop, signs), integer, sp.floor(low), sp.floor(high))


def step_mass(spread: Spread, low: sp.Expr, high: sp.Expr, signs: Signs) -> sp.Expr:
    """By the distribution function where there is one: one formula for every step."""
    if isinstance(spread, OfLaw):
        below, above = spread.distribution(low), spread.distribution(high)
        if below is not None and above is not None:
            return above - below
    return spread.mass(low, high, signs)
