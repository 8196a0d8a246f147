"""S10: random affine maps onto the pieces of a partition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(first: object = "1/3") -> Chain:
    """w' = w/3 with the probability `first`, else 1 - 2 w/3: maps of [0, 1] onto its two pieces."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.bernoulli import Bernoulli
    from .chains import w

    b = sp.Symbol("b", real=True)
    return RandomMap({w: b * w / 3 + (1 - b) * (1 - sp.Rational(2, 3) * w)}, noise={b: Bernoulli(exact(first, "first"))})


def moment_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w**6)


def moment_by_recursion(effort: Effort) -> Reading:
    """The closed recursion of moments, which knows no family."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.affine import affine_chain
    from ..numerics.stationary_moments import stationary_moments
    from .exact_numbers import fraction

    value = stationary_moments(affine_chain(chain()).mixed_moment, 6)[6]
    return Reading(Enclosure.point(fraction(value)), Warrant.EXACT)


def move(rng: Any, state: Any) -> Any:
    import numpy as np

    return np.where(rng.random(len(state)) < 1 / 3, state / 3, 1 - 2 * state / 3)


def moment_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**6, effort, chains)


def has_family(effort: Effort, first: str) -> bool:
    """Does the question find the uniform law?"""
    from .stationary_laws import family_is

    return family_is(chain(first), "uniform", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "tiling")


CLAIM = Claim(
    id="S10",
    slug="partition",
    title="Random affine maps onto the pieces of a partition: the uniform law",
    statement=(
        r"Let affine maps $M_iw+B_i$, in any orientation, carry an interval onto pieces that tile it, each chosen "
        r"with the relative length $p_i=|M_i|$ of its piece. The uniform law on the interval is the only stationary "
        r"law."
    ),
    hypotheses=(r"$0<|M_i|<1$",),
    cite=("hutchinson1981",),
    example=r"$w'=\tfrac w3$ with probability $\tfrac13$, else $1-\tfrac23w$: $\mathbb Ew^6=\tfrac17$",
    quantities=(
        Quantity(
            "sixth moment",
            "0.142857142857143",
            (
                Route("question", moment_by_question),
                Route("independent", moment_by_recursion),
                Route("monte carlo", moment_by_simulation, 20_000),
            ),
            "1/7",
        ),
    ),
    control=Control(
        "equal probabilities of unequal pieces",
        has_family,
        {"first": "1/3"},
        ({"first": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)
