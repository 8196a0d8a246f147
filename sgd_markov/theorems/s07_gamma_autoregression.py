"""S07: sums of exponential innovations that are 0 with probability rho."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(mean: object = "1") -> Chain:
    """w' = rho w + b e + c f: two innovations, 0 with probability 1/3, else exponential with mean 1 and `mean`."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.bernoulli import Bernoulli
    from ..laws.exponential import Exponential
    from .chains import w

    b, c, e, f = sp.symbols("b c e f", real=True)
    coin = Bernoulli(sp.Rational(2, 3))
    noise = {b: coin, c: coin, e: Exponential(1), f: Exponential(exact(mean, "mean"))}
    return RandomMap({w: w / 3 + b * e + c * f}, noise=noise)


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1")


def share_by_formula(effort: Effort) -> Reading:
    """The distribution function of the gamma law of shape 2."""
    from .chains import closed_form

    return closed_form("1 - 2*exp(-1)", effort)


def move(rng: Any, state: Any) -> Any:
    first, second = ((rng.random(len(state)) < 2 / 3) * rng.exponential(size=len(state)) for _ in range(2))
    return state / 3 + first + second


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def has_family(effort: Effort, mean: str) -> bool:
    """Does the question find the gamma law?"""
    from .stationary_laws import family_is

    return family_is(chain(mean), "gamma", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "gaver_lewis")


CLAIM = Claim(
    id="S07",
    slug="gamma-autoregression",
    title="Several such exponential innovations: gamma laws of integer shape",
    statement=(
        r"The chain $w'=\rho w+\xi_1+\dots+\xi_k$ with independent $\xi_i$, $0$ with probability $\rho$ and else "
        r"exponential of mean $s$, keeps the gamma law of shape $k$ and scale $s$."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("gaverlewis1980", "vervaat1979",),
    example=r"$\rho=\tfrac13$, $k=2$, $s=1$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.264241117657115",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "1 - 2/e",
        ),
    ),
    control=Control(
        "innovations of two different means",
        has_family,
        {"mean": "1"},
        ({"mean": "2"},),
    ),
    problem=chain,
    proof=proof,
)
