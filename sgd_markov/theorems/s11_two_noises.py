"""S11: two independent noises on one quadratic loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(ratio: object = "1/2") -> Chain:
    """w' = ratio w + z + x with z = 1 or -1 and x standard normal."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.normal import Normal
    from ..laws.rademacher import Rademacher
    from .chains import w

    z, x = sp.symbols("z x", real=True)
    return RandomMap({w: exact(ratio, "ratio") * w + z + x}, noise={z: Rademacher(), x: Normal(0, 1)})


def transform_by_question(effort: Effort) -> Reading:
    """E cos(w), from the law that the question gives."""
    import sympy as sp

    from ..questions.stationary import stationary
    from .chains import closed_form

    found = stationary(chain(), effort=effort).characteristic_function
    (t,) = found.free_symbols
    return closed_form(str(found.subs(t, 1).rewrite(sp.sin)), effort)


def transform_by_formula(effort: Effort) -> Reading:
    """exp(-2/3) sin(2)/2: variance 4/3 of the normal part, the other uniform on [-2, 2]."""
    from .chains import closed_form

    return closed_form("exp(-2/3)*sin(2)/2", effort)


def move(rng: Any, state: Any) -> Any:
    return state / 2 + rng.choice([-1.0, 1.0], size=len(state)) + rng.standard_normal(len(state))


def transform_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .stationary_laws import sampled_mean

    return sampled_mean(move, np.cos, effort, chains)


def has_family(effort: Effort, ratio: str) -> bool:
    """Does the question find the normal + uniform law?"""
    from .stationary_laws import family_is

    return family_is(chain(ratio), "normal + uniform", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "independent_sum")


CLAIM = Claim(
    id="S11",
    slug="two-noises",
    title="Independent noises of different kinds: the convolution of the laws",
    statement=(
        r"If $B=B_1+\dots+B_k$ with independent terms and $w_i'=\rho w_i+B_i$ has the stationary law $\pi_i$, then "
        r"$w'=\rho w+B$ has the stationary law $\pi_1*\dots*\pi_k$, and no other."
    ),
    hypotheses=(r"$|\rho|<1$", r"$\mathbb E\log^+|B|<\infty$",),
    cite=("vervaat1979",),
    example=r"$\rho=\tfrac12$, $B=\pm1+N(0,1)$: $\mathbb E\cos w=e^{-2/3}\tfrac{\sin2}2$",
    quantities=(
        Quantity(
            "E cos(w)",
            "0.233424432612295",
            (
                Route("question", transform_by_question),
                Route("independent", transform_by_formula),
                Route("monte carlo", transform_by_simulation, 40_000),
            ),
            "exp(-2/3) sin(2)/2",
        ),
    ),
    control=Control(
        "the ratio 11/20, at which the signs alone are not uniform",
        has_family,
        {"ratio": "1/2"},
        ({"ratio": "11/20"},),
    ),
    problem=chain,
    proof=proof,
)
