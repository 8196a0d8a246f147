"""A function of several independent variables as a sum of parts that share none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations

import sympy as sp

from ..errors import Inconclusive
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.support import HalfLattice
from ..laws.uniform import Uniform
from .case_signs import Signs
from .convolution import convolution
from .measures import Measure, Series
from .stable_sums import reduced

Laws = Mapping[sp.Symbol, Law]
LawOf = Callable[[sp.Expr, Laws], Measure]
"""The law of an expression in variables with these laws."""


def sum_of_independent(value: sp.Expr, laws: Laws, law_of: LawOf, target: sp.Symbol, signs: Signs) -> Measure | None:
    """The convolution of the laws of the parts; None where the value is not such a sum."""
    parts = independent_parts(value, laws)
    return None if len(parts) < 2 else convolved(parts, laws, law_of, target, signs)


def convolved(parts: list[sp.Expr], laws: Laws, law_of: LawOf, target: sp.Symbol, signs: Signs) -> Measure:
    """Normal parts last: everything else stays elementary until then."""
    parts = sorted(parts, key=lambda part: any(isinstance(laws[s], Normal) for s in drawn_in(part, laws)))
    measures = [law_of(part, {s: laws[s] for s in drawn_in(part, laws)}) for part in parts]
    return reduce(lambda first, second: convolution(first, second, target, signs), measures)


def drawn_in(part: sp.Expr, laws: Laws) -> list[sp.Symbol]:
    return [symbol for symbol in laws if symbol in part.free_symbols]


def independent_parts(value: sp.Expr, laws: Laws) -> list[sp.Expr]:
    """The terms grouped by the variables they share, parts of one stable family together; the constant in the first."""
    for form in dict.fromkeys((value, sp.expand(value))):
        constant, groups = grouped(form, laws)
        if len(groups) > 1:
            first, *others = in_families(groups, laws)
            return [constant + first, *others]
    return [value]


def grouped(value: sp.Expr, laws: Laws) -> tuple[sp.Expr, list[sp.Expr]]:
    constant, groups = sp.Integer(0), list[sp.Expr]()
    for term in sp.Add.make_args(value):
        own = set(drawn_in(term, laws))
        if not own:
            constant += term
            continue
        sharing = [group for group in groups if own & group.free_symbols]
        groups = [group for group in groups if group not in sharing] + [sp.Add(term, *sharing)]
    return constant, groups


def grouped_by_variables(parts: Sequence[sp.Expr], laws: Laws) -> list[list[sp.Expr]]:
    """Expressions in groups that share no variable."""
    groups: list[list[sp.Expr]] = []
    for part in parts:
        own = set(drawn_in(part, laws))
        sharing = [group for group in groups if any(own & set(drawn_in(one, laws)) for one in group)]
        groups = [group for group in groups if group not in sharing] + [[part, *(one for group in sharing for one in group)]]
    return groups


def in_families(groups: list[sp.Expr], laws: Laws) -> list[sp.Expr]:
    """Parts whose sum is one variable of a family are one part."""
    for one, other in combinations(groups, 2):
        together = {s: laws[s] for s in drawn_in(one + other, laws)}
        if reduced(one + other, together) is not None:
            rest = [group for group in groups if group not in (one, other)]
            return in_families([one + other, *rest], laws)
    return groups


def sums_inside(value: sp.Expr, laws: Laws) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Symbol]]:
    """(sum, value as a function of u, u): subexpressions that hold all the randomness and are sums of such parts."""
    for node, outer, u in inner_values(value, laws):
        if len(independent_parts(node, laws)) > 1:
            yield node, outer, u


def inner_values(value: sp.Expr, laws: Laws) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Symbol]]:
    """(subexpression that holds all the randomness, value as a function of u, u), the largest first."""
    for node in sp.preorder_traversal(value):
        if isinstance(node, sp.Expr) and node != value and set(laws) <= node.free_symbols:
            u = sp.Dummy("u", real=True)
            outer = value.xreplace({node: u})
            if not set(laws) & outer.free_symbols:
                yield node, outer, u


def rounded_sum(
    value: sp.Expr, laws: Laws, law_of: LawOf, target: sp.Symbol, index: sp.Symbol, signs: Signs
) -> Measure | None:
    """value = h(floor(sum)): P(k <= Y < k + 1) is the density of Y - V at k, V uniform on (0, 1) and independent.

    That density continuous from the left: its jumps come from the atoms of Y, and one at a counts for a - 1 < k <= a.
    So its pieces hold their upper ends, which may be integers.
    """
    for node in value.atoms(sp.floor):
        parts = independent_parts(node.args[0], laws)
        integer = sp.Symbol(index.name, integer=True)
        place = value.xreplace({node: integer})
        if set(laws) & place.free_symbols or not set(laws) <= node.free_symbols or len(parts) < 2:
            continue
        if any(isinstance(law.support, HalfLattice) for law in laws.values()):
            raise Inconclusive("rounding of a sum with infinitely many atoms")
        v = sp.Dummy("v", real=True)
        shifted = convolved([*parts, -v], {**laws, v: Uniform(0, 1)}, law_of, target, signs)
        mass = sp.Add(*(d.everywhere(target, below=sp.Le) for d in shifted.densities)).xreplace({target: integer})
        low, high = (extreme(shifted, end) for end in (0, 1))
        return Measure(series=(Series(place, mass, integer, low, high),))
    return None


def extreme(measure: Measure, end: int) -> sp.Expr:
    """The first or the last integer that may have mass."""
    ends = [(density.low, density.high)[end] for density in measure.densities]
    outermost = sp.Max(*ends) if end else sp.Min(*ends)
    if outermost in (sp.oo, -sp.oo):
        return outermost
    return sp.floor(outermost) if end else sp.ceiling(outermost)
