"""What is found, and what is refused, in words."""

from __future__ import annotations

import sympy as sp

from ...answer.answer import Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.finding import Finding
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...effort import Effort
from ...engines.absorbing_chain import AbsorbingChain
from ...engines.reached_states import Reached
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.reached_levels import in_short, level_enclosure

NAMED = 6
"""So many states are named in a message."""
CITE = ("norris1997",)


def finding(found: Number, reached: Reached, equation: str, integer: bool = False) -> Finding:
    return Finding(
        Warrant.CERTIFIED if found.exact is None else Warrant.EXACT,
        f"{len(reached.states)} states reached, exact linear algebra: {equation}",
        found.exact,
        found.enclosure,
        hypotheses=hypotheses(reached),
        cite=CITE,
        integer=integer,
    )


def hypotheses(reached: Reached) -> tuple[Hypothesis, ...]:
    listed = (Hypothesis(f"the states that follow one another from the start are {len(reached.states)} in number"),)
    return (*listed, Hypothesis("every probability written is positive", "assumed")) if reached.symbols else listed


def scaled(found: Number, factor: int) -> Number:
    if factor == 1:
        return found
    ends = None if found.enclosure is None else (found.enclosure.lower * factor, found.enclosure.upper * factor)
    return Number(
        None if found.exact is None else factor * found.exact, None if ends is None else Enclosure(*ends)
    )


def require_no_trap(chain: AbsorbingChain, reached: Reached) -> None:
    if chain.trap is not None:
        raise HypothesisViolated(
            "the region is left with probability 1",
            f"with positive probability the chain comes to {named(reached, chain.trap)}, which it never leaves: "
            "the mean time is infinite",
        )


def named(reached: Reached, members: list[int]) -> str:
    shown = [reached.states[i][0] if len(reached.states[i]) == 1 else reached.states[i] for i in members]
    shown = sorted(shown, key=sp.default_sort_key)
    return "{" + ", ".join(map(str, shown[:NAMED])) + (", ..." if len(shown) > NAMED else "") + "}"


def require_below(level: sp.Expr, chance: Number, chain: AbsorbingChain, effort: Effort) -> None:
    """P(tau <= n) reaches every level below P(tau < oo), and that level itself only where no state repeats."""
    assert chance.enclosure is not None
    if chain.trap is None:
        return
    known = level_enclosure(level, effort)
    if known.upper < chance.enclosure.lower:
        return
    if known.lower < chance.enclosure.upper:
        raise Inconclusive("whether so many paths leave the region at all is not decided")
    if known.lower > chance.enclosure.upper:
        raise HypothesisViolated(
            "the quantile is finite", f"the region is left with probability {in_short(chance)} only"
        )
    raise Inconclusive("the level is the probability of leaving the region at all")
