"""The density of a sum of independent variables with kinked densities, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import sympy as sp

from ..errors import SGDMarkovError
from ..laws.law import Law
from ..laws.signs import sign
from .case_signs import Signs, Undecided
from .convolution import convolution
from .measures import Density, Measure

Pieces = tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]
"""(low, high, density there), in ascending order."""

MOST_SUMMANDS = 4


def sum_pieces(pairs: Sequence[tuple[sp.Expr, Law]], x: sp.Symbol) -> Pieces | None:
    """The density of the sum of scale * variable over the pairs; None where no closed form is found.

    Between any two sums of kinks the convolution has one formula, which is proved when it is made (`convolution`).

    >>> from sgd_markov.laws.uniform import Uniform
    >>> box = Uniform(sp.Integer(0), sp.Integer(1))
    >>> x = sp.Symbol("x", real=True)
    >>> sum_pieces([(sp.Integer(1), box), (sp.Integer(2), box)], x)
    ((0, 1, x/2), (1, 2, 1/2), (2, 3, 3/2 - x/2))
    """
    if len(pairs) > MOST_SUMMANDS:
        return None
    parts = [scaled(law, scale, x) for scale, law in pairs]
    if any(part is None for part in parts):
        return None
    try:
        found = reduce(lambda a, b: convolution(a, b, x, Signs()), [part for part in parts if part is not None])
    except (SGDMarkovError, Undecided):
        return None
    return None if found.atoms or found.series else disjoint(found.densities)


def scaled(law: Law, scale: sp.Expr, x: sp.Symbol) -> Measure | None:
    """The law of scale times the variable."""
    pieces, side = law.pieces(x), sign(scale)
    if pieces is None or side not in (1, -1):
        return None
    ends = [(scale * low, scale * high) if side == 1 else (scale * high, scale * low) for low, high, _ in pieces]
    formulas = [formula.subs(x, x / scale) / sp.Abs(scale) for _, _, formula in pieces]
    return Measure(densities=tuple(Density(*pair, f) for pair, f in zip(ends, formulas, strict=True)))


def disjoint(densities: tuple[Density, ...]) -> Pieces | None:
    """Formulas summed between neighbouring ends; None where the order of the ends is open."""
    ends = sorted({end for d in densities for end in (d.low, d.high)}, key=float) if comparable(densities) else None
    if ends is None:
        return None
    found = []
    for low, high in pairwise(ends):
        formulas = [d.formula for d in densities if d.low <= low and high <= d.high]
        if formulas:
            found.append((low, high, sp.expand(sp.Add(*formulas), power_exp=False)))
    return tuple(found)


def comparable(densities: tuple[Density, ...]) -> bool:
    return all(end.is_number for d in densities for end in (d.low, d.high))
