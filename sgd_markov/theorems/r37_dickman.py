"""R37: a uniform multiplier of w + 1 keeps the Dickman law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

AT_1 = "exp(-EulerGamma)"
DENSITY = "0.0731691538849982632980464247719"


def chain(power: object = 1) -> Chain:
    """w' = U^power (w + 1)."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.uniform import Uniform
    from .chains import w

    u = sp.Symbol("u", real=True)
    return RandomMap({w: u ** exact(power, "power") * (w + 1)}, noise={u: Uniform(0, 1)})


def by_question(effort: Effort, **field: object) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, **field)


def variance_by_question(effort: Effort) -> Reading:
    from .chains import w

    return by_question(effort, of=w**2, central=True)


def share_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(AT_1, effort)


def variance_by_recursion(effort: Effort) -> Reading:
    """The limit of E (w_n - E w_n)^2."""
    from ..questions.moments import moments

    return Reading.of(moments(chain(), order=2, central=True, effort=effort))


def density_by_integral(effort: Effort) -> Reading:
    """exp(-gamma) rho(5/2), rho(x) = 1 - log x + int_2^x log(t - 1)/t dt on [2, 3]."""
    from flint import arb

    from ..balls.quadrature import contour
    from .stationary_laws import by_integral

    def value() -> arb:
        inner = contour(lambda t, analytic: (t - 1).log(analytic=analytic) / t, arb(2), arb(5) / 2)
        return (-arb.const_euler()).exp() * (1 - (arb(5) / 2).log() + inner)

    return by_integral(value, effort)


def move(rng: Any, state: Any) -> Any:
    return rng.random(len(state)) * (state + 1)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def variance_by_simulation(effort: Effort, chains: int) -> Reading:
    """The mean is 1 exactly."""
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: (state - 1) ** 2, effort, chains)


def density_by_simulation(effort: Effort, chains: int) -> Reading:
    """The mean over w of the density 1/(w + 1) of one step at 5/2 < w + 1."""
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: (state > 1.5) / (1 + state), effort, chains)


def share_is(effort: Effort, power: str) -> bool:
    """Is P(w <= 1) = exp(-EulerGamma) for w' = U^power (w + 1)?"""
    from .stationary_laws import agrees, asked

    return agrees(asked(chain(power), effort, cdf_at=1), AT_1, effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value
    from .stationary_laws import steps_of

    x = sp.Symbol("x", positive=True)
    second = 1 - sp.log(x)
    return (
        *steps_of(chain(1 / sp.Symbol("theta", positive=True)), "dickman"),
        Identity(
            "For theta = 1, p = exp(-gamma)(1 - log x) on [1, 2] solves x p' = -p(x - 1)",
            x * sp.Derivative(second, x),
            sp.Integer(-1),
        ),
        Value("At the example", sp.exp(-sp.EulerGamma), "0.561459483566885"),
    )


CLAIM = Claim(
    id="R37",
    slug="dickman",
    title="Uniform multiplicative noise: the Dickman law",
    statement=(
        r"Let $w'=U^{1/\theta}(w+1)$, $U$ uniform on $[0,1]$. The stationary law has the Laplace transform "
        r"$\exp\bigl(-\theta\int_0^1\frac{1-e^{-sx}}x\,dx\bigr)$ and, on $0<x\le1$, the density "
        r"$\frac{e^{-\gamma_E\theta}}{\Gamma(\theta)}x^{\theta-1}$; its cumulants are $\theta/k$. "
        r"For $\theta=1$, $P(w\le1)=e^{-\gamma_E}$."
    ),
    hypotheses=(r"$\theta>0$",),
    cite=("penrose2004", "vervaat1979"),
    example=r"$\theta=1$: $P(w\le1)=0.5614\ldots$, the density at $\tfrac52$ is $0.07316\ldots$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.561459483566885",
            (
                Route("question", lambda effort: by_question(effort, cdf_at=1)),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "theory.md R37",
        ),
        Quantity(
            "variance",
            "0.5",
            (
                Route("question", variance_by_question),
                Route("independent", variance_by_recursion),
                Route("monte carlo", variance_by_simulation, 20_000),
            ),
            "theory.md R37",
        ),
        Quantity(
            "density at 5/2",
            DENSITY,
            (
                Route("question", lambda effort: by_question(effort, density_at="5/2")),
                Route("independent", density_by_integral),
                Route("monte carlo", density_by_simulation, 20_000),
            ),
            "issue 3",
        ),
    ),
    control=Control(
        "the square of a uniform variable in its place",
        share_is,
        {"power": "1"},
        ({"power": "2"},),
    ),
    problem=chain,
    proof=proof,
)
