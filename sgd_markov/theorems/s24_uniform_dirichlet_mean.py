"""S24: SGD with a uniform learning rate on uniform data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

DENSITY = "2*E/pi"


def chain(rate: object = 1) -> Chain:
    """SGD on (w - x)^2/2, x uniform on [0, 1], with a learning rate of the law Beta(1, rate)."""
    import sympy as sp

    from ..laws.beta import Beta
    from ..laws.uniform import Uniform
    from ..optimizers.sgd import SGD
    from .chains import w, x

    u = sp.Symbol("u", real=True)
    return SGD((w - x) ** 2 / 2, [w], u, data={x: Uniform(0, 1)}, noise={u: Beta(1, rate)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/4")


def share_by_quadrature(effort: Effort) -> Reading:
    """The integral of the density on (0, 1/4], plainly; below d it has mass at most 3 d^2."""
    from flint import acb, arb, ctx

    from ..balls.quadrature import contour
    from .stationary_laws import by_integral

    def density(x: acb, analytic: bool) -> acb:
        logs = -x * x.log(analytic=analytic) - (1 - x) * (1 - x).log(analytic=analytic)
        return (1 + logs).exp() * (arb.pi() * x).sin() / arb.pi()

    def value() -> arb:
        start = arb(2) ** (-(ctx.prec // 2))
        return contour(density, start, arb(1) / 4) + arb(0).union(3 * start * start)

    return by_integral(value, effort)


def move(rng: Any, state: Any) -> Any:
    return state + rng.random(len(state)) * (rng.random(len(state)) - state)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 0.25, effort, chains)


def second_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w**2)


def second_by_recursion(effort: Effort) -> Reading:
    from .stationary_laws import by_recursion

    return by_recursion(chain(), 2, effort)


def second_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**2, effort, chains)


def second_moment_is(effort: Effort, rate: str) -> bool:
    """Is E w^2 = 7/24 with learning rates of the law Beta(1, rate)?"""
    from .stationary_laws import agrees, by_recursion

    return agrees(by_recursion(chain(rate), 2, effort), "7/24", effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    return (*steps_of(chain(), "dirichlet_mean"), Value("The density at 1/2", 2 * sp.E / sp.pi, "1.73051195886453"))


CLAIM = Claim(
    id="S24",
    slug="uniform-dirichlet-mean",
    title="A uniform learning rate on uniform data",
    statement=(
        r"Let $w'=w+\theta(x-w)$ with $\theta$ and $x$ uniform on $[0,1]$. The stationary law has the density "
        r"$\frac e\pi\sin(\pi w)\,w^{-w}(1-w)^{w-1}$. For any law of $x$ with $\mathbb E\log(1+|x|)<\infty$ it satisfies "
        r"$\int\frac{\pi(dw)}{1-zw}=e^{-\mathbb E\log(1-zx)}$."
    ),
    hypotheses=(r"$\theta$ uniform on $[0,1]$",),
    cite=("diaconis1996", "cifarelli1990"),
    example=r"$P(w\le\tfrac14)$, $\mathbb Ew^2=\tfrac7{24}$",
    quantities=(
        Quantity(
            "P(w <= 1/4)",
            "0.125141410964882",
            (
                Route("question", share_by_question),
                Route("independent", share_by_quadrature),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "Diaconis and Kemperman 1996",
        ),
        Quantity(
            "second moment",
            "0.291666666666667",
            (
                Route("question", second_by_question),
                Route("independent", second_by_recursion),
                Route("monte carlo", second_by_simulation, 20_000),
            ),
            "7/24",
        ),
    ),
    control=Control(
        "learning rates of the law Beta(1, 2)",
        second_moment_is,
        {"rate": "1"},
        ({"rate": "2"},),
    ),
    problem=chain,
    proof=proof,
)
