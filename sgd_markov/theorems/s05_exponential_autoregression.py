"""S05: exponential innovations that are 0 with probability rho."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .autoregressions import Autoregression
from .claim import Claim

if TYPE_CHECKING:
    from ..chain.chain import Chain


def chain(rho: str = "1/3", zero: str = "1/3") -> Chain:
    """w' = rho w + b e with b = 0 with probability zero, else 1, and e exponential."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.bernoulli import Bernoulli
    from ..laws.exponential import Exponential
    from .chains import w

    b, e = sp.symbols("b e", real=True)
    noise = {b: Bernoulli(1 - sp.Rational(zero)), e: Exponential(1)}
    return RandomMap({w: sp.Rational(rho) * w + b * e}, noise=noise)


def move(rng: Any, state: Any) -> Any:
    return state / 3 + (rng.random(len(state)) < 2 / 3) * rng.exponential(size=len(state))


EXAMPLE = Autoregression(chain, move, "exponential", "1 - exp(-1)")

CLAIM = Claim(
    id="S05",
    slug="exponential-autoregression",
    title="Exponential innovations that are 0 with probability rho: the exponential law",
    statement=(
        r"For $0<\rho<1$ the chain $w'=\rho w+\xi$, $\xi=0$ with probability $\rho$ and else exponential of scale "
        r"$s$, keeps the exponential law of scale $s$, and no other."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("gaverlewis1980", "vervaat1979"),
    example=r"$\rho=\tfrac13$, $s=1$",
    quantities=(EXAMPLE.quantity("0.632120558828558", "1 - exp(-1)"),),
    control=EXAMPLE.control("another probability of 0, 1/2", "zero", "1/3", "1/2"),
    problem=chain,
    proof=EXAMPLE.proof,
)
