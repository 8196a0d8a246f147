"""The joint law of several coordinates: independent groups, each driven by one number or by an affine image of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from math import prod

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.normal import Normal
from .case_signs import Signs
from .conditional_density import affine_in, conditional_density
from .law_on_curve import law_on_curve
from .measures import Atom, Density, Joint, Measure
from .residual_density import residual_density

Laws = Mapping[sp.Symbol, Law]
Values = tuple[sp.Expr, ...]
Targets = tuple[sp.Symbol, ...]
LawOf = Callable[[sp.Expr, Laws, sp.Symbol], Measure]
"""The law of one coordinate, with the symbol of its density."""

MOST_PIECES = 2000


def joint_law(values: Values, laws: Laws, law_of: LawOf, targets: Targets, signs: Signs) -> Measure:
    """The law of the values. Raises `Inconclusive` where it is not known, `Undecided` where a rank is open."""
    groups = independent_groups(values, laws)
    found = [
        group_law(
            tuple(values[place] for place in group),
            {s: law for s, law in laws.items() if any(s in values[place].free_symbols for place in group)},
            law_of,
            tuple(targets[place] for place in group),
            signs,
        )
        for group in groups
    ]
    return found[0] if len(groups) == 1 else product_measure(groups, found, len(values))


def independent_groups(values: Values, laws: Laws) -> list[tuple[int, ...]]:
    """The coordinates grouped by the variables that they share, in their order."""
    groups: list[tuple[set[sp.Symbol], list[int]]] = []
    for place, value in enumerate(values):
        own = value.free_symbols & set(laws)
        sharing = [group for group in groups if group[0] & own]
        joined = own.union(*(symbols for symbols, _ in sharing)), sorted([place, *(i for _, ids in sharing for i in ids)])
        groups = [group for group in groups if group not in sharing] + [joined]
    return sorted(tuple(places) for _, places in groups)


def group_law(values: Values, laws: Laws, law_of: LawOf, targets: Targets, signs: Signs) -> Measure:
    if len(values) == 1:
        return law_of(values[0], laws, targets[0])
    try:
        curve = law_on_curve(values, laws, partial(law_of_first, law_of, targets[0]), targets[0], signs)
    except Inconclusive:
        curve = law_along_another(values, laws, law_of, targets, signs)
        if curve is None:
            raise
    if curve is not None:
        return curve
    parts = affine_in(values, tuple(laws))
    if parts is not None:
        return affine_law(values, parts, laws, targets, signs)
    joint = conditional_density(values, laws, targets, signs)
    if joint is None:
        joint = residual_density(values, laws, targets, signs)
    if joint is None:
        raise Inconclusive(
            "the kernel of several coordinates that share variables is given where they are affine in as many of these "
            "variables (also given a residual that all have as a factor), and where one variable drives them all"
        )
    return Measure(joints=(Joint((None,) * len(values), ((-sp.oo, sp.oo),) * len(values), joint),))


def law_of_first(law_of: LawOf, target: sp.Symbol, value: sp.Expr, own: Laws) -> Measure:
    return law_of(value, own, target)


def law_along_another(values: Values, laws: Laws, law_of: LawOf, targets: Targets, signs: Signs) -> Measure | None:
    """The law on a curve with another coordinate in the place of the first, one that has an exact inverse."""
    for place in range(1, len(values)):
        order = [place, *(k for k in range(len(values)) if k != place)]
        in_order = tuple(values[k] for k in order)
        try:
            found = law_on_curve(in_order, laws, partial(law_of_first, law_of, targets[place]), targets[place], signs)
        except Inconclusive:
            continue
        if found is not None:
            return put_back(found, order)
    return None


def put_back(measure: Measure, order: Sequence[int]) -> Measure:
    """The measure with its coordinates, which stand in `order`, in their places."""
    if measure.series:
        raise Inconclusive("the kernel in several dimensions is not given for laws with infinitely many atoms")
    pieces = [replace(p, places=tuple(p.places[order.index(k)] for k in range(len(order)))) for p in pieces_of(measure)]
    atoms = (Atom(tuple(v for v in p.places if v is not None), p.formula) for p in pieces if not p.ranges)
    return Measure(tuple(atoms), joints=tuple(p for p in pieces if p.ranges))


def affine_law(
    values: Values, parts: tuple[sp.Matrix, sp.Matrix], laws: Laws, targets: Targets, signs: Signs
) -> Measure:
    """The law of A + B z: a density in coordinates whose rows of B are independent, and the others affine in these."""
    shift, factor = parts
    rows = independent_rows(factor, signs)
    if not rows:
        return Measure((Atom(tuple(shift), sp.Integer(1)),))
    own, free = factor.extract(rows, list(range(factor.cols))), tuple(targets[row] for row in rows)
    centre = sp.Matrix([shift[row] for row in rows])
    formula = normal_density(centre, own, laws, free)
    if formula is None:
        formula = conditional_density(tuple(values[row] for row in rows), laws, free, signs)
    if formula is None:
        raise Inconclusive("the kernel of several coordinates is not given for infinitely many atoms")
    back = own.T * (own * own.T).inv(method="ADJ")
    others = (factor * back) * (sp.Matrix(free) - centre)
    places = tuple(None if row in rows else sp.factor(shift[row] + others[row]) for row in range(factor.rows))
    return Measure(joints=(Joint(places, ((-sp.oo, sp.oo),) * len(rows), formula),))


def independent_rows(factor: sp.Matrix, signs: Signs) -> list[int]:
    """Rows that span all others, the first ones where there is a choice."""
    rows: list[int] = []
    for row in range(factor.rows):
        tried = factor.extract([*rows, row], list(range(factor.cols)))
        if len(rows) < factor.cols and signs.nonzero(sp.factor((tried * tried.T).det(method="berkowitz"))):
            rows.append(row)
    return rows


def normal_density(centre: sp.Matrix, factor: sp.Matrix, laws: Laws, targets: Targets) -> sp.Expr | None:
    """exp(-(t - m)' C^(-1) (t - m)/2)/sqrt(det(2 pi C)) for more normal variables than coordinates; None for others."""
    normal = [law for law in laws.values() if isinstance(law, Normal)]
    if len(normal) < len(laws) or factor.rows == factor.cols:
        return None
    covariance = factor * sp.diag(*(law.std**2 for law in normal)) * factor.T
    size = sp.factor(covariance.det(method="berkowitz"))
    distance = sp.Matrix(targets) - centre - factor * sp.Matrix([law.mean for law in normal])
    square = (distance.T * covariance.adjugate(method="berkowitz") * distance)[0]
    return sp.exp(-square / (2 * size)) / sp.sqrt((2 * sp.pi) ** factor.rows * size)


def product_measure(groups: Sequence[tuple[int, ...]], measures: Sequence[Measure], dimension: int) -> Measure:
    """The law of independent groups of coordinates: every choice of one piece for each."""
    if any(measure.series for measure in measures):
        raise Inconclusive("the kernel in several dimensions is not given for laws with infinitely many atoms")
    lists = [list(pieces_of(measure)) for measure in measures]
    if prod(map(len, lists)) > MOST_PIECES:
        raise Inconclusive(f"the kernel would have more than {MOST_PIECES} pieces")
    atoms, densities, joints = list[Atom](), list[Density](), list[Joint]()
    for chosen in product(*lists):
        one = combined(groups, chosen, dimension)
        if not one.ranges:
            atoms.append(Atom(tuple(place for place in one.places if place is not None), one.formula))
        elif len(one.ranges) == 1 and one.places[0] is None:
            ((low, high),) = one.ranges
            densities.append(Density(low, high, one.formula, tuple(p for p in one.places if p is not None)))
        else:
            joints.append(one)
    return Measure(tuple(atoms), tuple(densities), (), tuple(joints))


def pieces_of(measure: Measure) -> Iterator[Joint]:
    """All pieces in one form: an atom has no free coordinate, a density on a line or curve the first."""
    yield from (Joint(atom.to, (), atom.probability) for atom in measure.atoms)
    yield from (Joint((None, *d.others), ((d.low, d.high),), d.formula) for d in measure.densities)
    yield from measure.joints


def combined(groups: Sequence[tuple[int, ...]], chosen: Sequence[Joint], dimension: int) -> Joint:
    """The product of pieces of independent groups, coordinates and ranges in their order."""
    places: list[sp.Expr | None] = [None] * dimension
    ranges: dict[int, tuple[sp.Expr, sp.Expr]] = {}
    for group, piece in zip(groups, chosen, strict=True):
        free = iter(piece.ranges)
        for coordinate, place in zip(group, piece.places, strict=True):
            places[coordinate] = place
            if place is None:
                ranges[coordinate] = next(free)
    formula = sp.Mul(*(piece.formula for piece in chosen))
    return Joint(tuple(places), tuple(ranges[coordinate] for coordinate in sorted(ranges)), formula)
