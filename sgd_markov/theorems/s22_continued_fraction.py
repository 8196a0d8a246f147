"""S22: random continued fractions with gamma terms have generalised inverse Gaussian laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step


def chain(shape: object = 2, scale: object = 1) -> Chain:
    """w' = 1/(y + w), y ~ Gamma(shape, scale)."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.gamma import Gamma
    from .chains import w

    y = sp.Symbol("y", real=True)
    return RandomMap({w: 1 / (y + w)}, noise={y: Gamma(shape, scale)})


def by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w)


def by_quadrature(effort: Effort) -> Reading:
    """K_1(2)/K_2(2) from K_k(2) = int_0^oo exp(-2 cosh t) cosh(k t) dt; the tail is below exp(k T - exp(T))."""
    from flint import acb, arb, ctx

    from ..balls.quadrature import contour, symmetric
    from .stationary_laws import by_integral

    def bessel(k: int) -> arb:
        def integrand(t: acb, analytic: bool) -> acb:
            return (-2 * t.cosh()).exp() * (k * t).cosh()

        cut = arb(ctx.prec + 40).log().mid()
        return contour(integrand, arb(0), cut) + symmetric((k * cut - cut.exp()).exp())

    return by_integral(lambda: bessel(1) / bessel(2), effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state, effort, chains)


def move(rng: Any, state: Any) -> Any:
    return 1 / (rng.gamma(2, size=len(state)) + state)


def reciprocal_sum_is(effort: Effort, order: str) -> bool:
    """Is E (y + w) = E 1/w, with the moments of GIG(order, 2, 2)? An invariant law has it: 1/w' = y + w."""
    import sympy as sp

    from ..balls.adaptive import refine_expression
    from ..laws.generalized_inverse_gaussian import GeneralizedInverseGaussian

    law = GeneralizedInverseGaussian(order, 2, 2)
    one = sp.Integer(1)
    left, right = (refine_expression(value, effort, "a moment") for value in (2 + law.power(one), law.power(-one)))
    return left.meets(right)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    k, a = sp.symbols("k a", positive=True)
    return (
        *steps_of(chain(k, 2 / a), "continued_fraction"),
        Value("At the example", sp.besselk(1, 2) / sp.besselk(2, 2), "0.551174405317744"),
    )


CLAIM = Claim(
    id="S22",
    slug="continued-fraction",
    title="Random continued fractions: the generalised inverse Gaussian law",
    statement=(
        r"Let $w'=1/(y+w)$ on $w>0$ with $y\sim$ Gamma$(k,2/a)$. The stationary law has the density "
        r"$\frac{x^{-k-1}}{2K_k(a)}e^{-a(x+1/x)/2}$. With $w'=1/(y_1+1/(y_2+w))$, $y_1\sim$ Gamma$(k,2/a)$ and "
        r"$y_2\sim$ Gamma$(k,2/b)$ it is proportional to $x^{-k-1}e^{-(bx+a/x)/2}$."
    ),
    hypotheses=(r"$k,a,b>0$",),
    cite=("letac1983",),
    example=r"$k=2$, $a=2$: $\mathbb Ew=K_1(2)/K_2(2)$",
    quantities=(
        Quantity(
            "mean",
            "0.551174405317744",
            (
                Route("question", by_question),
                Route("independent", by_quadrature),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "K_1(2)/K_2(2)",
        ),
    ),
    control=Control(
        "the order +2 in place of -2, the law of y + w and not of w",
        reciprocal_sum_is,
        {"order": "-2"},
        ({"order": "2"}, {"order": "-1"}),
    ),
    problem=chain,
    proof=proof,
)
