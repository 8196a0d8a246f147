"""S06: laplace innovations that are 0 with probability rho^2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .autoregressions import Autoregression
from .claim import Claim

if TYPE_CHECKING:
    from ..chain.chain import Chain


def chain(rho: str = "1/3", zero: str = "1/9") -> Chain:
    """w' = rho w + b e with b = 0 with probability zero, else 1, and e Laplace."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.bernoulli import Bernoulli
    from ..laws.laplace import Laplace
    from .chains import w

    b, e = sp.symbols("b e", real=True)
    noise = {b: Bernoulli(1 - sp.Rational(zero)), e: Laplace(0, 1)}
    return RandomMap({w: sp.Rational(rho) * w + b * e}, noise=noise)


def move(rng: Any, state: Any) -> Any:
    return state / 3 + (rng.random(len(state)) < 8 / 9) * rng.laplace(size=len(state))


EXAMPLE = Autoregression(chain, move, "Laplace", "1 - exp(-1)/2")

CLAIM = Claim(
    id="S06",
    slug="laplace-autoregression",
    title="Laplace innovations that are 0 with probability rho^2: the Laplace law",
    statement=(
        r"For $0<\rho<1$ the chain $w'=\rho w+\xi$, $\xi=0$ with probability $\rho^2$ and else Laplace of scale "
        r"$s$, keeps the Laplace law of scale $s$, and no other."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("gaverlewis1980", "vervaat1979"),
    example=r"$\rho=\tfrac13$, $s=1$",
    quantities=(EXAMPLE.quantity("0.816060279414279", "1 - exp(-1)/2"),),
    control=EXAMPLE.control("another probability of 0, 1/3", "zero", "1/9", "1/3"),
    problem=chain,
    proof=EXAMPLE.proof,
)
