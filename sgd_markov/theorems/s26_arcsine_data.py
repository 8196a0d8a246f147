"""S26: SGD with a random learning rate on arcsine data: the semicircle and its powers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

AT_HALF = "1/2 + (sqrt(3)/4 + pi/6)/pi"


def chain(alpha: object = 1) -> Chain:
    """SGD on (w - x)^2/2, x arcsine on [-1, 1], with a learning rate of the law Beta(1, alpha)."""
    import sympy as sp

    from ..laws.arcsine import Arcsine
    from ..laws.beta import Beta
    from ..optimizers.sgd import SGD
    from .chains import w, x

    u = sp.Symbol("u", real=True)
    return SGD((w - x) ** 2 / 2, [w], u, data={x: Arcsine(-1, 1)}, noise={u: Beta(1, alpha)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/2")


def share_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(AT_HALF, effort)


def fourth_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w**4)


def fourth_by_recursion(effort: Effort) -> Reading:
    from .stationary_laws import by_recursion

    return by_recursion(chain(), 4, effort)


def move(rng: Any, state: Any) -> Any:
    import numpy as np

    return state + rng.random(len(state)) * (np.cos(np.pi * rng.random(len(state))) - state)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 0.5, effort, chains)


def fourth_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**4, effort, chains)


def second_moment_is(effort: Effort, alpha: str) -> bool:
    """Is E w^2 = 1/4, that of the semicircle, with learning rates of the law Beta(1, alpha)?"""
    from .stationary_laws import agrees, by_recursion

    return agrees(by_recursion(chain(alpha), 2, effort), "1/4", effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    return (
        *steps_of(chain(sp.Symbol("alpha", positive=True)), "dirichlet_mean"),
        Value("At the example", sp.Rational(1, 2) + (sp.sqrt(3) / 4 + sp.pi / 6) / sp.pi, "0.804498890522115"),
    )


CLAIM = Claim(
    id="S26",
    slug="arcsine-data",
    title="A random learning rate on arcsine data: the semicircle and its powers",
    statement=(
        r"SGD on $\tfrac12(w-x)^2$ with learning rates $\theta_t\sim$ Beta$(1,\alpha)$ and $x$ arcsine on $[-1,1]$ has a "
        r"stationary law with density proportional to $(1-w^2)^{\alpha-1/2}$: the semicircle for uniform learning rates."
    ),
    hypotheses=(r"$\alpha>0$",),
    cite=("cifarelli1990", "dlmf"),
    example=r"$\alpha=1$: $P(w\le\tfrac12)=0.8044\ldots$, $\mathbb Ew^4=\tfrac18$",
    quantities=(
        Quantity(
            "P(w <= 1/2)",
            "0.804498890522115",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "1/2 + (sqrt(3)/4 + pi/6)/pi",
        ),
        Quantity(
            "fourth moment",
            "0.125",
            (
                Route("question", fourth_by_question),
                Route("independent", fourth_by_recursion),
                Route("monte carlo", fourth_by_simulation, 20_000),
            ),
            "the Catalan number 2 over 4^2",
        ),
    ),
    control=Control(
        "learning rates of the law Beta(1, 2), which are smaller",
        second_moment_is,
        {"alpha": "1"},
        ({"alpha": "2"},),
    ),
    problem=chain,
    proof=proof,
)
