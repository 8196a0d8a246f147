"""S43: Chebyshev maps, and mixtures of them, keep the arcsine law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step


def logistic(rate: object = 4) -> Chain:
    """w' = rate w (1 - w)."""
    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from .chains import w

    return RandomMap({w: exact(rate, "rate") * w * (1 - w)})


def mixed() -> Chain:
    """w' = 2 w^2 - 1 with probability p, else 4 w^3 - 3 w."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.two_point import TwoPoint
    from .chains import w, x

    p = sp.Symbol("p", positive=True)
    return RandomMap({w: x * (2 * w**2 - 1) + (1 - x) * (4 * w**3 - 3 * w)}, noise={x: TwoPoint(1, 0, p)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(logistic(), effort, cdf_at="1/4")


def share_by_integral(effort: Effort) -> Reading:
    """int_0^(1/4) dx/(pi sqrt(x (1 - x))) with x = t^2."""
    from flint import arb

    from ..balls.quadrature import contour
    from .stationary_laws import by_integral

    def value() -> arb:
        return contour(lambda t, analytic: 2 / (arb.pi() * (1 - t * t).sqrt(analytic=analytic)), arb(0), arb(1) / 2)

    return by_integral(value, effort)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    """Densities converge like 4^-n: 24 steps from uniform starts."""
    import numpy as np

    from .sampling import sample_share, widened

    state = np.random.default_rng(effort.seed).random(chains)  # type: ignore[arg-type]
    for _ in range(24):
        state = 4 * state * (1 - state)
    return widened(sample_share(state <= 0.25), "1e-6", "1e-6")


def share_is_a_third(effort: Effort, rate: str) -> bool:
    """Does P(w <= 1/4) = 1/3 hold for the law of w' = rate w (1 - w) that the question finds?"""
    from ..errors import HypothesisViolated
    from .stationary_laws import agrees, asked

    try:
        return agrees(asked(logistic(rate), effort, cdf_at="1/4"), "1/3", effort)
    except HypothesisViolated:
        return False  # only point masses at fixed points, of which the question asks which is meant


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity
    from .stationary_laws import steps_of

    w, y = sp.symbols("w y", positive=True)
    image = 4 * w * (1 - w)
    return (
        *steps_of(logistic(), "chebyshev"),
        *steps_of(mixed(), "chebyshev"),
        Identity(
            "The density equation, squared: with f = 4 w (1 - w), w (1 - w) f'^2 = 4 f (1 - f) on both branches",
            w * (1 - w) * sp.diff(image, w) ** 2,
            4 * image * (1 - image),
        ),
        Identity(
            "The distribution function at 1/4",
            2 * sp.asin(sp.sqrt(y)).subs(y, sp.Rational(1, 4)) / sp.pi,
            sp.Rational(1, 3),
        ),
    )


CLAIM = Claim(
    id="S43",
    slug="arcsine-maps",
    title="Chebyshev maps keep the arcsine law, also drawn at random",
    statement=(
        r"Let $w'=\pm T_N(w)$ with a random degree $N\ge1$, up to an affine change of $w$; $4w(1-w)$ and $w^2-2$ are such maps. "
        r"The arcsine law, of density $\frac1{\pi\sqrt{1-w^2}}$ on $[-1,1]$, is stationary: $w=\cos\theta$ goes to "
        r"$\pm\cos N\theta$. It is not the only one."
    ),
    hypotheses=(r"$N$ is independent of $w$",),
    cite=("lasota1994",),
    example=r"$w'=4w(1-w)$: $P(w\le\tfrac14)=\tfrac13$",
    quantities=(
        Quantity(
            "P(w <= 1/4)",
            "0.333333333333333",
            (
                Route("question", share_by_question),
                Route("independent", share_by_integral),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "theory.md B.2",
        ),
    ),
    control=Control("rate 39/10 in place of 4", share_is_a_third, {"rate": "4"}, ({"rate": "39/10"},)),
    problem=logistic,
    proof=proof,
)
