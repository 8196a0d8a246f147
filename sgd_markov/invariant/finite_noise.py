"""Chains that draw one of finitely many maps, without a closed form: every number of the stationary law is an enclosure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.finite_family import FiniteFamily, finite_family
from ..numerics.local_attraction import common_fixed_points
from ..proof import Cited
from .on_cells import OnCells
from .stationary_law import Kind, Place, StationaryLaw

if TYPE_CHECKING:
    from ..engines.cells.stationary import StationaryOnCells

EXISTS = Cited(
    "Every step leads a compact interval into itself, and the maps are continuous: a stationary law exists there "
    "(checked: images of all cells in outward rounding)",
    r"f_i\left([a,b]\right)\subseteq[a,b]",
    "meyn1993",
)
POISSON = Cited(
    "The residual of any bounded h bounds the mean under every stationary law, on the cells that hold all mass",
    r"\inf\left(f+Ph-h\right)\le\pi(f)\le\sup\left(f+Ph-h\right)",
    "meyn1993",
)


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = f_i(w) with probability p_i, for continuous f_i that keep a compact interval; not affine chains.

    The interval is that which paths from `start` fill; without a start one for each region that paths end in, of which
    `within` has to meet exactly one. `HypothesisViolated` where several are proved to carry laws and `place` does not say
    which. That there is one law only on the interval is proved by a contraction or by splitting, and else left open: the
    numbers then hold for all laws on it.
    """
    family = finite_family(chain)
    if family is None or is_affine(family) or not all(chance.is_positive for chance in family.weights):
        return None
    start = None if place.start is None else place.start[family.symbol]
    if start is not None and start.free_symbols:
        return None
    found: list[StationaryOnCells] = []
    for laws in laws_of(family, start, effort):
        if laws.exists and keeps_sign(chain, laws) and not any(overlap(laws, other) for other in found):
            found.append(laws)
    meant = [laws for laws in found if place.within is None or meets(laws, place.within)]
    if len(meant) > 1:
        names = ", ".join(name(laws) for laws in meant)
        raise HypothesisViolated(
            "one stationary law is meant",
            f"steps keep each of {names}, and each carries one; give start or within",
        )
    return law_of(chain, family, meant[0], len(found) > 1, effort) if meant else None


def laws_of(family: FiniteFamily, start: sp.Expr | None, effort: Effort) -> Iterator[StationaryOnCells]:
    """The laws on the intervals that paths from the start fill, and never leave, or on those that they end in."""
    from ..engines.cells.layout import neighbours  # late: numpy is slow to import
    from ..engines.cells.stationary import StationaryOnCells
    from ..engines.cells.wells import wells

    ends = None if start is None else neighbours(start)
    for low, high in wells(family, None if ends is None else ends[:1]):
        try:
            hull = (low, high) if ends is None else (min(low, ends[0]), max(high, ends[1]))
            laws = StationaryOnCells.of(family, hull, effort)
        except Inconclusive:
            effort.check()
            continue
        if ends is None or laws.holds(Fraction(ends[0]), Fraction(ends[1])):
            yield laws


def law_of(chain: Chain, family: FiniteFamily, laws: StationaryOnCells, others: bool, effort: Effort) -> FiniteNoise:
    why, on = laws.only_one(effort), name(laws)
    low, high = (sp.Rational(end.numerator, end.denominator) for end in laws.span)
    fixed = common_fixed_points(family, low, high, effort) if why is None else []
    kept = Hypothesis(f"every step keeps an interval, {on}, and the maps are continuous: a stationary law exists there")
    return FiniteNoise(
        family="finite noise, numerical",
        state=chain.state,
        laws=laws,
        unique=True if why and laws.are_all else False if others else None,
        hypotheses=(kept, *uniqueness(why, on, fixed, laws.are_all)),
        proof=(EXISTS, POISSON),
        cite=("meyn1993", *(("bhattacharya1999",) if why is not None and "monotone" in why else ())),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)) if why and laws.are_all else None,
    )


def uniqueness(why: str | None, on: str, fixed: list[sp.Expr], everywhere: bool) -> tuple[Hypothesis, ...]:
    """How many laws there are, as far as it is proved."""
    if why is None:
        masses = tuple(
            Hypothesis(f"the point mass at {at} is stationary too: the numbers hold for it as well") for at in fixed
        )
        return (
            *masses,
            Hypothesis(f"one stationary law only on {on} (the numbers hold for all laws there)", "undecided"),
        )
    where = "on the line" if everywhere else "on it; laws elsewhere are not meant"
    return (Hypothesis(f"{why}: one stationary law only {where}"),)


def is_affine(family: FiniteFamily) -> bool:
    """Chains w' = M w + B have laws, or at least moments, of their own."""
    w = family.symbol
    return all(formula.is_polynomial(w) and sp.degree(formula, w) < 2 for formula in family.maps)


def keeps_sign(chain: Chain, laws: StationaryOnCells) -> bool:
    """Is the interval among the states that are declared, for which alone the maps are written?"""
    declared, (w,) = chain.domain.get(chain.state[0], "real"), chain.state
    low, high = laws.span
    above = declared in ("positive", "nonnegative") or w.is_nonnegative is True
    below = declared == "negative" or w.is_nonpositive is True
    return (not above or low > 0) and (not below or high < 0)


def overlap(one: StationaryOnCells, other: StationaryOnCells) -> bool:
    return one.span[0] <= other.span[1] and other.span[0] <= one.span[1]


def meets(laws: StationaryOnCells, within: tuple[sp.Expr, sp.Expr]) -> bool:
    """May the interval and `within` have a point in common?"""
    low, high = (sp.Rational(end.numerator, end.denominator) for end in laws.span)
    return (within[0] - high).is_positive is not True and (low - within[1]).is_positive is not True


def name(laws: StationaryOnCells) -> str:
    low, high = laws.span
    return f"about [{float(low):.6g}, {float(high):.6g}]"


@dataclass(frozen=True, kw_only=True)
class FiniteNoise(OnCells):
    """The stationary law on the interval of `laws`: means, distribution function, masses and quantiles as enclosures.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, z = sp.symbols("w z", real=True)
    >>> chain = RandomMap({w: w - (w**3 - w) / 20 + z / 10}, noise={z: Rademacher()})
    >>> found = recognise(chain, Place(), Effort()).mean_of(w**2, Effort(digits=3)).enclosure
    >>> f"{float(found.middle):.3f}"
    '0.864'
    """

    laws: StationaryOnCells

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        low, high = (float(end) for end in self.laws.span)
        return rf"\pi=\sum_i p_i\,\pi\circ f_i^{{-1}} \text{{ on }} \left[{low:.6g},{high:.6g}\right]"

    def cells(self, effort: Effort) -> StationaryOnCells:
        return self.laws

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        what = f"E[{of}]"
        if of.free_symbols - {*self.state}:
            raise self.unknown(what)
        if not of.free_symbols:
            return number(of, effort, what)
        return self.told(self.laws.mean(of, effort), what, effort)

    def told(self, found: Enclosure, what: str, effort: Effort) -> Number:
        """Where it is open how many laws there are, a refusal says so."""
        is_open = any(hypothesis.state == "undecided" for hypothesis in self.hypotheses)
        shown = [f"{hypothesis.state}: {hypothesis.statement}" for hypothesis in self.hypotheses[1:]] if is_open else []
        return super().told(found, "; ".join([what, *shown]), effort)
