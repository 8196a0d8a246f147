"""S28: ratios of heavy-ball steps with Cauchy curvature, a Moebius chain with Cauchy noise, have a Cauchy law (Lloyd)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

CENTRE, SPREAD, MOMENTUM = "1/2", "3/10", "7/10"


def chain(momentum: object = MOMENTUM) -> Chain:
    """r' = 1 + mu - x - mu/r, x ~ Cauchy(1/2, 3/10): r = w_(t+1)/w_t for heavy ball with learning rate 1."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.cauchy import Cauchy
    from .chains import x

    r, mu = sp.Symbol("r", real=True), exact(momentum, "momentum")
    return RandomMap({r: 1 + mu - x - mu / r}, noise={x: Cauchy(CENTRE, SPREAD)})


def by_question(effort: Effort) -> Reading:
    import sympy as sp

    from .stationary_laws import asked

    problem = chain()
    return asked(problem, effort, of=sp.log(sp.Abs(problem.state[0])))


def by_root(effort: Effort) -> Reading:
    """log|c|, c the root in the upper half-plane of c = d - mu/c, d = 1 + mu - 1/2 + 3 i/10, as complex balls."""
    from flint import acb, arb, fmpq

    from .stationary_laws import by_integral

    def value() -> arb:
        mu, d = arb(fmpq(7, 10)), acb(arb(fmpq(6, 5)), arb(fmpq(3, 10)))
        roots = [(d + sign * (d * d - 4 * mu).sqrt()) / 2 for sign in (1, -1)]
        above = [c for c in roots if c.imag > 0]
        return abs(above[0]).log() if len(above) == 1 else arb.nan()

    return by_integral(value, effort)


def move(rng: Any, state: Any) -> Any:
    return 1.2 + 0.3 * rng.standard_cauchy(len(state)) - 0.7 / state


def by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: np.log(np.abs(state)), effort, chains)


def scale_is_kept(effort: Effort, scale: str) -> bool:
    """Is Y = s + mu Y/(X^2 + Y^2) with Y = scale times the scale of the law, and its X?"""
    import sympy as sp

    from ..balls.adaptive import refine_expression
    from ..questions.stationary import stationary

    law = stationary(chain(), effort=effort).parameters
    x, y = law["loc"].exact, law["scale"].exact * sp.Rational(scale)
    kept = sp.Rational(SPREAD) + sp.Rational(MOMENTUM) * y / (x**2 + y**2)
    left, right = (refine_expression(value, effort, "the scale") for value in (y, kept))
    return left.meets(right)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.cauchy import Cauchy
    from ..proof import Argued
    from .chains import w, x
    from .stationary_laws import steps_of

    c, s = sp.symbols("C s", positive=True)
    b, place = sp.symbols("B l", real=True)
    return (
        *steps_of(RandomMap({w: x - c / (w + b)}, noise={x: Cauchy(place, s)}), "cauchy_fraction"),
        Argued(
            "E log|r| is the top Lyapunov exponent of heavy ball, and log|c| for a Cauchy law of parameter c",
            r"\Lambda_1=\mathbb E\log|r|=\log|c|",
        ),
    )


CLAIM = Claim(
    id="S28",
    slug="cauchy-fraction",
    title="Moebius chains with Cauchy noise: a Cauchy law, and an exponent of momentum",
    statement=(
        r"Let $w'=y+\frac C{w+B}$ with $y\sim$ Cauchy$(l,s)$. Then $w+B$ has a Cauchy law of place $X$ and scale $Y$ with "
        r"$X=l+B+\frac{CX}{X^2+Y^2}$ and $Y=s+\frac{|C|Y}{X^2+Y^2}$. In particular heavy ball with Cauchy curvature has "
        r"$\Lambda_1=\log|c|$, where $c=1+\mu-\lambda x_0+i\lambda s-\frac\mu c$ in the upper half-plane."
    ),
    hypotheses=(r"$s>0$, $C\ne0$",),
    cite=("lloyd1969",),
    example=r"$x_0=\tfrac12$, $s=\tfrac3{10}$, $\mu=\tfrac7{10}$, $\lambda=1$: $\log|c|$",
    quantities=(
        Quantity(
            "E log|r|",
            "0.0687542748757980",
            (
                Route("question", by_question),
                Route("independent", by_root),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "theory.md R40",
        ),
    ),
    control=Control(
        "twice the scale",
        scale_is_kept,
        {"scale": "1"},
        ({"scale": "2"},),
    ),
    problem=chain,
    proof=proof,
)
