"""The positive root kappa of E|M|^kappa = 1, by a certified and by a sampled change of sign."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from .claim import Reading

if TYPE_CHECKING:
    import sympy as sp
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort


Moment = Callable[["sp.Rational"], "arb"]
"""E|M|^p as a ball, as a function of p."""


def of_atoms(atoms: list[tuple[str, str]]) -> Moment:
    """M is finite: pairs (probability, |M|), as rational texts."""
    from flint import arb

    from ..balls.evaluate import evaluate
    from ..expressions import exact

    pairs = [(exact(probability, "probability"), exact(size, "|M|")) for probability, size in atoms]

    def moment(order: sp.Rational) -> arb:
        terms = (evaluate(probability) * (evaluate(order) * evaluate(size).log()).exp() for probability, size in pairs)
        return sum(terms, start=arb(0))

    return moment


def by_sign_change(moment: Moment, near: str, effort: Effort) -> Reading:
    """log E|M|^p is convex and 0 at p = 0, so where it changes sign it has its one positive root."""
    from ..balls.adaptive import refine
    from .chains import sign_change

    def sign(order: sp.Rational, effort: Effort) -> int | None:
        return refine(lambda: moment(order) - 1, effort.with_digits(2), "E|M|^p - 1").sign

    return sign_change(sign, near, effort)


def by_simulation(chain: Chain, low: str, high: str, effort: Effort, chains: int) -> Reading:
    """One step from 1 gives M: the sample means of |M|^low and |M|^high lie on both sides of 1."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from ..errors import Inconclusive
    from .sampling import sample_mean

    (state,) = chain.state
    powers = tuple(sp.Abs(state) ** sp.Rational(order) for order in (low, high))
    run = simulate(chain, {state: sp.Integer(1)}, 1, chains, effort, powers)
    below, above = (sample_mean(values).enclosure for values in run.observed)
    if not (below.upper < 1 < above.lower):
        raise Inconclusive(f"the sampled moments of orders {low} and {high} do not lie on both sides of 1 for certain")
    return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.SAMPLED)
