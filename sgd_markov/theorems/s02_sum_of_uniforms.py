"""S02: two-valued noise at the ratio 2^(-1/2), a sum of two uniform numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(ratio: object = "1/sqrt(2)") -> Chain:
    """w' = ratio w + z with z = 1 or -1."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.rademacher import Rademacher
    from .chains import w

    z = sp.Symbol("z", real=True)
    return RandomMap({w: exact(ratio, "ratio") * w + z}, noise={z: Rademacher()})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/3")


def share_by_formula(effort: Effort) -> Reading:
    """P(U + V <= 1/3), U on [-2, 2], V on [-sqrt 2, sqrt 2]: the share of V at u is linear between two corners."""
    from .chains import closed_form

    return closed_form("((1/3 - sqrt(2) + 2) + sqrt(2))/4", effort)


def move(rng: Any, state: Any) -> Any:
    return state / 2**0.5 + rng.choice([-1.0, 1.0], size=len(state))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1 / 3, effort, chains)


def is_sum(effort: Effort, ratio: str) -> bool:
    """Does the question find a sum of uniform numbers?"""
    from .stationary_laws import family_is

    return family_is(chain(ratio), "sum of uniforms", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "uniform_sum")


CLAIM = Claim(
    id="S02",
    slug="sum-of-uniforms",
    title="Two-valued noise at the ratios 2^(-1/k): sums of k uniform numbers",
    statement=(
        r"For $|\rho|=m^{-1/k}$ and $B$ equidistributed on $m$ equispaced values of step $g$ the stationary law of "
        r"$w'=\rho w+B$ is, about its centre, that of $\sum_{j<k}V_j$ with $V_j$ uniform on "
        r"$[-\tfrac{mg}2|\rho|^j,\tfrac{mg}2|\rho|^j]$, independent."
    ),
    hypotheses=(r"$|\rho|=m^{-1/k}$",),
    cite=("erdos1939", "jessenwintner1935",),
    example=r"$\rho=2^{-1/2}$, $B=\pm1$: $P(w\le\tfrac13)=\tfrac7{12}$",
    quantities=(
        Quantity(
            "P(w <= 1/3)",
            "0.583333333333333",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "7/12",
        ),
    ),
    control=Control(
        "the ratio 7/10, close to 2^(-1/2)",
        is_sum,
        {"ratio": "1/sqrt(2)"},
        ({"ratio": "7/10"},),
    ),
    problem=chain,
    proof=proof,
)
