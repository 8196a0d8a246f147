"""R28: without label noise a two-layer network does not collapse: one exponent is positive for every learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

K, LR = "1", "7/10"


def problem() -> Chain:
    from .networks import gaussian

    return gaussian(K, LR)


def by_question(place: int, effort: Effort) -> Reading:
    """Of the network: the exponents of the product of random matrices."""
    from ..questions.lyapunov import lyapunov

    chain = problem()
    answer = lyapunov(chain, at=dict.fromkeys(chain.state, 0), spectrum=True, effort=effort)
    return Reading.of_number(answer.exponents[place], answer)


def by_quadrature(side: int, effort: Effort) -> Reading:
    """E log|1 + side lr k x^2| by certified quadrature of the normal density."""
    import sympy as sp

    from ..laws.normal import Normal
    from .chains import integral, x

    return integral(Normal(0, 1), 1 + side * sp.Rational(LR) * sp.Rational(K) * x**2, effort)


def by_simulation(side: int, effort: Effort, chains: int) -> Reading:
    """On the line w1 = side w2, linearised."""
    from .networks import noiseless_on_line
    from .sampling import log_growth

    return log_growth(noiseless_on_line(side, LR), effort, chains)


def sum_grows(effort: Effort, k: str) -> bool:
    """Is the exponent of w1 + w2, E log|1 + lr k x^2|, positive?"""
    from ..questions.lyapunov import lyapunov
    from .chains import decided
    from .networks import noiseless_on_line

    return not decided(lyapunov(noiseless_on_line(int(k), LR), at=0, effort=effort).attracts, "the exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.normal import Normal
    from ..proof import Argued, Identity, MeanLog, Positive

    lr, k, p, w1, w2 = sp.symbols("lambda k p w_1 w_2", real=True)
    x, s = sp.symbols("x s", positive=True)
    whole = (sp.Integer(0), sp.oo)
    loss = (w2 * w1 * x - k * x) ** 2 / 2
    first, second = w1 - lr * sp.Derivative(loss, w1), w2 - lr * sp.Derivative(loss, w2)
    half, rate = sp.Rational(1, 2), sp.Rational(LR)
    series = sp.hyper((1, 1), (sp.Rational(3, 2), 2), -1 / (2 * rate)) / (2 * rate)
    z = sp.Symbol("z", real=True)
    gaussian_log = half * sp.log(rate) - (sp.EulerGamma + sp.log(2)) / 2 + series
    return (
        Identity(
            "One step multiplies the sum of the weights by", first + second, (w1 + w2) * (1 + lr * x**2 * (k - w1 * w2))
        ),
        Identity("and their difference by", first - second, (w1 - w2) * (1 - lr * x**2 * (k - w1 * w2))),
        Argued("so that near 0, with s = lr k and a standard normal x,", r"\gamma_\pm=\mathbb E\log|1\pm sx^2|"),
        Positive("For k > 0 the first factor is above 1 wherever x is not 0", s * x**2, {s: whole, x: whole}),
        Argued(
            "so its logarithm is positive almost surely, and so is the exponent, for every learning rate", r"\gamma_+>0"
        ),
        Positive(
            "Also away from 0: while p = w1 w2 lies below k in size the sum of the weights grows, and does not come back to 0",
            lr * x**2 * (k - p),
            {lr: whole, x: whole, k: whole, p: (-k, k)},
        ),
        Identity(
            "The second exponent is that of two normal variables: with r = sqrt(s)",
            (1 - sp.sqrt(s) * x) * (1 + sp.sqrt(s) * x),
            1 - s * x**2,
        ),
        Argued("x and -x have one law", r"\gamma_-=2\,\mathbb E\log|1+\sqrt s\,x|"),
        MeanLog("which is the Gaussian potential of R12; at s = 7/10", Normal(1, sp.sqrt(rate)), z, z, gaussian_log),
    )


def routes(side: int, place: int) -> tuple[Route, ...]:
    return (
        Route("question", lambda effort: by_question(place, effort)),
        Route("independent", lambda effort: by_quadrature(side, effort)),
        Route("monte carlo", lambda effort, chains: by_simulation(side, effort, chains), 12_000),
    )


CLAIM = Claim(
    id="R28",
    slug="noiseless-labels",
    title="Without label noise a network learns the sign of the correlation",
    statement=(
        r"Let $\ell=\frac12(w_2w_1x-kx)^2$ with a standard normal $x$ and $k>0$. The exponents at the origin are "
        r"$\gamma_\pm=\mathbb E\log|1\pm sx^2|$, $s=\lambda k$; $\gamma_+>0$ for every learning rate, so that the origin does not "
        r"attract, and $\gamma_-=2\,\mathbb E\log|1+\sqrt s\,x|$."
    ),
    hypotheses=(r"linear activation, $k>0$", "samples are independent"),
    cite=("ziyin2023",),
    example=r"$s=\tfrac7{10}$: $\gamma_+=0.4204$, $\gamma_-=-0.4826$",
    quantities=(
        Quantity("gamma_+", "0.420398636823248", routes(1, 0), "theory.md R28"),
        Quantity("gamma_-", "-0.482596299506768", routes(-1, 1), "theory.md R28"),
    ),
    control=Control(
        "k = -1: the lines change places, and the exponent of the sum is negative",
        sum_grows,
        {"k": "1"},
        ({"k": "-1"},),
    ),
    problem=problem,
    proof=proof,
)
