"""S07: sums of exponential innovations that are 0 with probability rho."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .autoregressions import Autoregression
from .claim import Claim

if TYPE_CHECKING:
    from ..chain.chain import Chain


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


def move(rng: Any, state: Any) -> Any:
    first, second = ((rng.random(len(state)) < 2 / 3) * rng.exponential(size=len(state)) for _ in range(2))
    return state / 3 + first + second


EXAMPLE = Autoregression(chain, move, "gamma", "1 - 2*exp(-1)")

CLAIM = Claim(
    id="S07",
    slug="gamma-autoregression",
    title="Several such exponential innovations: gamma laws of integer shape",
    statement=(
        r"The chain $w'=\rho w+\xi_1+\dots+\xi_k$ with independent $\xi_i$, $0$ with probability $\rho$ and else "
        r"exponential of mean $s$, keeps the gamma law of shape $k$ and scale $s$."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("gaverlewis1980", "vervaat1979"),
    example=r"$\rho=\tfrac13$, $k=2$, $s=1$",
    quantities=(EXAMPLE.quantity("0.264241117657115", "1 - 2/e"),),
    control=EXAMPLE.control("innovations of two different means", "mean", "1", "2"),
    problem=chain,
    proof=EXAMPLE.proof,
)
