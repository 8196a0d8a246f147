"""Finitely many maps in one dimension (minibatches, Rademacher noise, dropout), linear or not: bounds on cells."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.perron_root import perron_root
from ..engines.reached_states import Open, State, reached_states
from ..errors import HypothesisViolated, Inconclusive
from ..invariant.atomic_steps import AtomicSteps
from ..numerics.finite_family import FiniteFamily, finite_family
from .method import Method

WORDS = "upper and lower solutions on cells, the inequalities checked with outward rounding"
STEPS = "all paths of the first steps, those that meet merged; bounds on cells for the others, checked with outward rounding"
PAIR = "values on cells whose image is at most, and at least, a multiple of them, checked with outward rounding"
SLOWEST = Hypothesis("the factor is lim (sup_w P_w(tau > n))^(1/n), that of the slowest starts: survival may fall faster from others")
EVERYWHERE = Hypothesis("from every start in the region all limits of P(tau > n)^(1/n) lie within the bounds of the factor")
CLASS_LIMIT = 40
"""So many states are listed that may lead back to themselves."""
LEFT = Hypothesis("between the regions the chain stays for a finite mean time, apart from proved attraction", "proved")


class Cells(Method):
    """v >= 1 + K v gives E tau <= v, v <= 1 + K v with tau < oo almost surely E tau >= v; likewise for hitting.

    v is constant on cells, K v is enclosed by the extrema over all cells that the image of a cell touches. Bounds of
    P(tau > n) are its iterates from 1; K v <= t v and K v >= t v bound how fast they fall.
    """

    warrants = (Warrant.CERTIFIED,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        family = asked(model, start, inside)
        if family is None:
            return None
        from ..engines.cells.exits import mean_exit_time

        return certified(mean_exit_time(family, start[family.symbol], inside.interval(family.symbol), effort))

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        family = asked(model, start, inside)
        if family is None:
            return None
        from ..engines.cells.survival import survival_probability

        found = survival_probability(family, start[family.symbol], inside.interval(family.symbol), steps, effort)
        exact = sp.Rational(found.lower) if found.is_point else None
        return Finding(Warrant.CERTIFIED, STEPS, exact, found, cite=("norris1997",))

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        family, asked_level = asked(model, start, inside), sp.sympify(level)
        if family is None or asked_level == 0 or asked_level.free_symbols:
            return None
        from ..engines.cells.survival import survival_quantile

        found = survival_quantile(family, start[family.symbol], inside.interval(family.symbol), asked_level, effort)
        exact = sp.Integer(int(found.lower)) if found.is_point else None
        return Finding(Warrant.CERTIFIED, STEPS, exact, found, cite=("norris1997",), integer=True)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        family = asked(model, {}, inside)
        if family is None:
            return None
        from ..engines.cells.survival_factor import survival_factor

        assert isinstance(model, Chain)
        least = slowest_class(model, family, inside, effort)
        found = survival_factor(family, inside.interval(family.symbol), least, effort)
        return Finding(
            Warrant.CERTIFIED,
            PAIR,
            sp.Rational(found.theta.lower) if found.theta.is_point else None,
            found.theta,
            hypotheses=(EVERYWHERE if found.everywhere else SLOWEST,),
            cite=("collatz1942",),
            extra={"mean_time": Number(None, found.mean_time, effort.digits), "density": None},
        )

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        family = asked(model, start, *(region for region in (target, avoid) if region is not None))
        if family is None:
            return None
        from ..engines.cells.hitting import hitting_probability

        w = family.symbol
        bad = None if avoid is None else avoid.interval(w)
        found = hitting_probability(family, start[w], target.interval(w), bad, effort)
        return certified(found)


def asked(model: Chain | Diffusion, start: Point, *regions: Region) -> FiniteFamily | None:
    """The maps, where everything is a number and none of the regions is the whole line."""
    family = finite_family(model)
    if family is None or any(region.free_symbols or region.is_everything for region in regions):
        return None
    return None if any(value.free_symbols for value in start.values()) else family


def certified(enclosure: Enclosure) -> Finding:
    return Finding(Warrant.CERTIFIED, WORDS, enclosure=enclosure, hypotheses=(LEFT,), cite=("norris1997",))


def slowest_class(model: Chain, family: FiniteFamily, inside: Region, effort: Effort) -> Fraction:
    """A lower bound of the survival factor: that of finitely many states that some places in the region lead to."""
    steps, w = AtomicSteps(model, effort), family.symbol

    def label(state: State) -> str | None:
        within = inside.contains({w: state[0]})
        if within is None:
            raise Open("whether a state is in the region is not decided")
        return None if within else "outside"

    factors = [Fraction(0)]
    for place in places(family, inside):
        try:
            reached = reached_states([(place,)], steps.images, label, CLASS_LIMIT, effort)
            root = perron_root(reached.rows, effort.with_digits(effort.digits + 2))
        except (Open, Inconclusive):
            effort.check()
            continue
        if root.exact == 1:
            raise HypothesisViolated("the region is left from every state", f"it is never left from {place}")
        factors.append(Fraction(root.theta.lower))
    return max(factors)


def places(family: FiniteFamily, inside: Region) -> list[sp.Expr]:
    """The rational ends of the region, its middle, and rational points that one of the maps fixes."""
    w = family.symbol
    low, high = inside.interval(w)
    found = [end for end in (low, high, (low + high) / 2) if end.is_Rational]
    for formula in family.maps:
        if (formula - w).is_polynomial(w) and sp.expand(formula - w) != 0:
            found += [root for root in sp.Poly(formula - w, w).ground_roots() if inside.contains({w: root})]
    return list(dict.fromkeys(found))


METHOD = Cells()
