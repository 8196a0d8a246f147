"""Routes to numbers of a stationary law in closed form, and the steps of its proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .claim import Reading

if TYPE_CHECKING:
    import numpy as np
    from flint import arb
    from numpy.typing import NDArray

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

    Reals = NDArray[np.float64]
    Move = Callable[[np.random.Generator, Reals], Reals]
    """One step of many chains."""

STEPS = 48
START_ERROR = "1e-6"
"""What the start still shows after STEPS steps, in the examples here less than this."""


def asked(chain: Chain, effort: Effort, **fields: object) -> Reading:
    """The number by the question `stationary`."""
    from ..questions.stationary import stationary

    return Reading.of(stationary(chain, effort=effort, **fields))


def by_recursion(chain: Chain, order: int, effort: Effort) -> Reading:
    """The limit of E w_n^order by the closed recursion of moments, which knows no family."""
    from ..questions.moments import moments

    return Reading.of(moments(chain, order=order, effort=effort))


def by_integral(compute: Callable[[], arb], effort: Effort) -> Reading:
    """A number that ball arithmetic computes."""
    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine

    return Reading(refine(compute, effort, "the integral"), Warrant.CERTIFIED)


def sampled_mean(move: Move, of: Callable[[Reals], Reals], effort: Effort, chains: int, start: float = 1) -> Reading:
    """E of(w) from chains that have forgotten their start."""
    from .sampling import sample_mean, widened

    return widened(sample_mean(of(moved(move, effort, chains, start))), START_ERROR, START_ERROR)


def sampled_share(move: Move, place: float, effort: Effort, chains: int, start: float = 1) -> Reading:
    """P(w <= place) from chains that have forgotten their start."""
    from .sampling import sample_share, widened

    return widened(sample_share(moved(move, effort, chains, start) <= place), START_ERROR, START_ERROR)


def moved(move: Move, effort: Effort, chains: int, start: float) -> Reals:
    """The states after STEPS steps drawn with numpy's own samplers, which share nothing with the laws of the package."""
    import numpy as np

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    state = np.full(chains, float(start))
    for _ in range(STEPS):
        state = move(rng, state)
    return state


def steps_of(chain: Chain, recogniser: str) -> tuple[Step, ...]:
    """The steps by which a recogniser proves the law of the chain invariant, symbols included; not yet checked."""
    from ..effort import Effort
    from ..invariant.catalogue import recognised_by
    from ..invariant.stationary_law import Place

    law = recognised_by(recogniser, chain, Place(), Effort())
    assert law is not None, f"{recogniser} does not know the chain"
    return law.proof


def agrees(reading: Reading, formula: str, effort: Effort) -> bool:
    """Does the enclosure meet a formula?"""
    from .chains import closed_form

    return reading.enclosure.meets(closed_form(formula, effort).enclosure)


def family_is(chain: Chain, family: str, effort: Effort) -> bool:
    """Does the question recognise the family?"""
    from ..questions.stationary import stationary

    return bool(stationary(chain, effort=effort).family == family)
