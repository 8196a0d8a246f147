"""The law of the next state in one dimension: atoms, densities by change of variables, lattice series.

For each component of the step's randomness (`chain.mixture`) the map F(w, x) is cut into monotone pieces in x. A
constant piece is an atom of mass P(x there); on the others the density of w' is p(x(w')) |dx/dw'| on the image of the
piece and 0 outside it. Signs that symbols leave open are cases (`numerics.case_signs`).
"""

from __future__ import annotations

import sympy as sp

from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.law import HalfLattice, Interval, Law
from ..laws.normal import Normal
from ..numerics.case_signs import Signs, by_cases
from ..numerics.measures import Atom, Density, Measure, Series, collected, summed
from ..numerics.monotone_branches import NotInvertible, Y, branches
from ..numerics.smooth_pieces import EndlessSteps, Piece, smooth_pieces
from ..numerics.stable_sums import reduced

MIXTURE_LIMIT = 2000
"""Components with densities, each of which is one term of the formula."""


def transition_kernel(
    components: tuple[Component, ...], target: sp.Symbol, index: sp.Symbol, effort: Effort
) -> list[tuple[Signs, Measure]]:
    """The measure K(w, .) in every case that the free symbols leave; one case where nothing is open.

    `components`: the law of the next state, one value for each state variable; `target`: the symbol of the densities'
    argument; `index`: of the series.
    Raises `Inconclusive` for randomness that is not reduced to one variable, or maps without an exact inverse.
    """
    if all(not component.laws for component in components):
        return [(Signs(), Measure(collected(Atom(c.values, c.probability) for c in components)))]
    if len(components[0].values) > 1:
        raise Inconclusive("the kernel in several dimensions is given for finite laws only")
    if sum(bool(c.laws) for c in components) > MIXTURE_LIMIT:
        raise Inconclusive(f"the density would have more than {MIXTURE_LIMIT} terms")
    return by_cases(lambda signs: summed([component_measure(c, target, index, signs) for c in components]), effort)


def component_measure(component: Component, target: sp.Symbol, index: sp.Symbol, signs: Signs) -> Measure:
    """probability * law of the component's value, in the case of `signs`."""
    table = signs.substitution
    value, weight = component.values[0].subs(table), component.probability.subs(table)
    laws = {symbol: law for symbol, law in component.laws.items() if symbol in value.free_symbols}
    if not laws:
        return Measure((Atom((value,), weight),))
    value, x, law = single_variable(value, laws)
    if len(laws) > 1 and not signs.nonzero(spread(law)):
        return Measure((Atom((value.xreplace({x: sp.Integer(0)}),), weight),))
    if isinstance(law.support, HalfLattice):
        return Measure(series=(lattice_series(value, x, law, weight, index),))
    return image_of(value, x, substituted(law, table), weight, target, index, signs)


def substituted(law: Law, table: dict[sp.Symbol, sp.Expr]) -> Law:
    return law.subs(table) if table else law


def single_variable(value: sp.Expr, laws: dict[sp.Symbol, Law]) -> tuple[sp.Expr, sp.Symbol, Law]:
    """The value as a function of one variable."""
    if len(laws) == 1:
        ((symbol, law),) = laws.items()
        return value, symbol, law
    found = reduced(value, laws)
    if found is None:
        names = ", ".join(law.name for law in laws.values())
        raise Inconclusive(
            f"the kernel needs the law of a function of {len(laws)} independent variables ({names}); "
            "only sums that stay in one family are reduced to one variable"
        )
    return found


def spread(law: Law) -> sp.Expr:
    """0 exactly where the sum of several variables has coefficients 0 only, and is 0."""
    if isinstance(law, Normal):
        return sp.expand(law.std**2)
    return law.scale  # type: ignore[attr-defined]  # of Cauchy and gamma laws, the other families of sums


def lattice_series(value: sp.Expr, x: sp.Symbol, law: Law, weight: sp.Expr, index: sp.Symbol) -> Series:
    """sum_k P(X = offset + step k) delta at the image; right also where the image does not depend on k."""
    support, probability = law.support, law.probability(index)
    assert isinstance(support, HalfLattice)
    if probability is None:
        raise Inconclusive(f"the probabilities of the {law.name} law are not known in closed form")
    place = value.xreplace({x: support.offset + support.step * index})
    return Series(place, weight * probability, index, sp.Integer(0), sp.oo)


def image_of(
    value: sp.Expr, x: sp.Symbol, law: Law, weight: sp.Expr, target: sp.Symbol, index: sp.Symbol, signs: Signs
) -> Measure:
    """The image of weight * law(dx) under x -> value."""
    support = law.support
    assert isinstance(support, Interval)
    try:
        direct = affine_image(value, x, law, weight, target, signs)
        if direct is not None:
            return direct
        pieces = smooth_pieces(value, x, support.low, support.high, signs)
        return summed([piece_image(piece, x, law, weight, target, signs) for piece in pieces])
    except NotInvertible as error:
        raise Inconclusive(f"no exact inverse of {error.expr} in the drawn variable is known") from None
    except EndlessSteps as error:
        return Measure(series=(rounded_series(value, error.node, x, law, weight, index, signs),))


def affine_image(
    value: sp.Expr, x: sp.Symbol, law: Law, weight: sp.Expr, target: sp.Symbol, signs: Signs
) -> Measure | None:
    """shift + factor X of a law on the whole line, which needs no sign of the factor, only that it is not 0."""
    support = law.support
    assert isinstance(support, Interval)
    if (support.low, support.high) != (-sp.oo, sp.oo) or not value.is_polynomial(x):
        return None
    poly = sp.Poly(value, x)
    if poly.degree() != 1 or not signs.nonzero(poly.LC()):
        return None
    shift, factor = sp.factor_terms(poly.coeff_monomial(1)), sp.factor_terms(poly.LC())
    image = law.affine(shift, factor)
    density = None if image is None else image.density(target)
    if density is None:
        return None
    return Measure(densities=(Density(-sp.oo, sp.oo, weight * density),))


def piece_image(piece: Piece, x: sp.Symbol, law: Law, weight: sp.Expr, target: sp.Symbol, signs: Signs) -> Measure:
    formula = lowered(piece.formula, x, signs)
    if x not in formula.free_symbols:
        return Measure((Atom((formula,), weight * mass(law, piece.low, piece.high)),))
    densities = []
    for branch in branches(formula, x, piece.low, piece.high, signs):
        density = law.density(branch.at(target))
        if density is None:
            raise Inconclusive(f"the density of the {law.name} law has no closed form")
        slope = sp.diff(branch.inverse, Y).xreplace({Y: target})
        size = slope if branch.increasing else -slope
        low, high = map(sp.expand, branch.image)
        densities.append(Density(low, high, weight * size * density))
    return Measure(densities=tuple(densities))


def lowered(formula: sp.Expr, x: sp.Symbol, signs: Signs) -> sp.Expr:
    """The formula with a leading coefficient that is 0 in this case left out."""
    if not formula.is_polynomial(x):
        return formula
    poly = sp.Poly(formula, x)
    while poly.degree() > 0 and not signs.nonzero(poly.LC()):
        poly -= sp.Poly(poly.LC() * x ** poly.degree(), x)
    return formula if poly.as_expr() == sp.expand(formula) else poly.as_expr()


def mass(law: Law, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """P(low < X < high), for ends in the closed support."""
    support = law.support
    assert isinstance(support, Interval)
    if low == support.low and high == support.high:
        return sp.Integer(1)
    mirrored = law.affine(sp.Integer(0), sp.Integer(-1)) if high == support.high else None
    if mirrored is not None and mirrored.cdf(-low) is not None:
        return mirrored.cdf(-low)
    above = sp.Integer(1) if high == support.high else law.cdf(high)
    below = sp.Integer(0) if low == support.low else law.cdf(low)
    if above is None or below is None:
        raise Inconclusive(f"the distribution function of the {law.name} law has no closed form")
    return above - below


def rounded_series(
    value: sp.Expr, node: sp.Expr, x: sp.Symbol, law: Law, weight: sp.Expr, index: sp.Symbol, signs: Signs
) -> Series:
    """value = h(floor(g(x))) with g monotone of unbounded range: mass P(k <= g(X) < k + 1) at h(k)."""
    integer = sp.Symbol(index.name, integer=True)
    place, (branch, *more) = value.xreplace({node: integer}), branches(sp.expand(node.args[0]), x, *ends(law), signs)
    if x in place.free_symbols or more:
        raise Inconclusive("rounding of a function that is not monotone in the drawn variable, over an unbounded range")
    low, high = branch.image
    below, above = (law.cdf(sp.Min(sp.Max(branch.at(integer + k), branch.low), branch.high)) for k in (0, 1))
    if below is None or above is None:
        raise Inconclusive(f"the distribution function of the {law.name} law has no closed form")
    probability = above - below if branch.increasing else below - above
    return Series(place, weight * probability, integer, sp.floor(low), sp.floor(high))


def ends(law: Law) -> tuple[sp.Expr, sp.Expr]:
    support = law.support
    assert isinstance(support, Interval)
    return support.low, support.high
