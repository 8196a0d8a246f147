"""S05: exponential innovations that are 0 with probability rho."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(rho: object = "1/3", zero: object = "1/3") -> Chain:
    """w' = rho w + b e with b = 0 with probability zero, else 1, and e exponential."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.bernoulli import Bernoulli
    from ..laws.exponential import Exponential
    from .chains import w

    b, e = sp.symbols("b e", real=True)
    noise = {b: Bernoulli(1 - sp.sympify(zero)), e: Exponential(1)}
    return RandomMap({w: sp.sympify(rho) * w + b * e}, noise=noise)


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1")


def share_by_formula(effort: Effort) -> Reading:
    """The distribution function of the law."""
    from .chains import closed_form

    return closed_form("1 - exp(-1)", effort)


def move(rng: Any, state: Any) -> Any:
    return state / 3 + (rng.random(len(state)) < 2 / 3) * rng.exponential(size=len(state))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def has_family(effort: Effort, zero: str) -> bool:
    """Does the question find the exponential law?"""
    from .stationary_laws import family_is

    return family_is(chain("1/3", zero), "exponential", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "gaver_lewis")


CLAIM = Claim(
    id="S05",
    slug="exponential-autoregression",
    title="Exponential innovations that are 0 with probability rho: the exponential law",
    statement=(
        r"For $0<\rho<1$ the chain $w'=\rho w+\xi$, $\xi=0$ with probability $\rho$ and else exponential of scale "
        r"$s$, keeps the exponential law of scale $s$, and no other."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("gaverlewis1980", "vervaat1979",),
    example=r"$\rho=\tfrac13$, $s=1$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.632120558828558",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "1 - exp(-1)",
        ),
    ),
    control=Control(
        "another probability of 0, 1/2",
        has_family,
        {"zero": "1/3"},
        ({"zero": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)
