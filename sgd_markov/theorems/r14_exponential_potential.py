"""R14: exponential and Laplace data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, quadratic_setting, three_routes

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step

C = "13/10"


def exponential() -> Setting:
    """M = 1 - c X."""
    from ..laws.exponential import Exponential

    return quadratic_setting(Exponential(1), C)


def reflected() -> Setting:
    """M = 1 + c X: the loss is -x w^2/2."""
    import sympy as sp

    from ..laws.exponential import Exponential
    from ..optimizers.sgd import SGD
    from .chains import w, x

    return Setting(
        SGD(-x * w**2 / 2, [w], C, data={x: Exponential(1)}), Exponential(1), 1 + sp.Rational(C) * x
    )


def laplace() -> Setting:
    from ..laws.laplace import Laplace

    return quadratic_setting(Laplace(0, 1), C)


def one_sided_data_attract(effort: Effort, c: str) -> bool:
    """Is E log|1 - c X| < 0, X exponential of mean 1?"""
    from ..laws.exponential import Exponential
    from .chains import attracts, quadratic

    return attracts(quadratic(Exponential(1), c), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.exponential import Exponential
    from ..laws.laplace import Laplace
    from ..proof import Argued, Identity, Limit, MeanLog, Negative, Positive

    c, t = sp.symbols("c t", positive=True)
    x = sp.Symbol("x", real=True)
    rate = sp.Rational(C)
    minus, plus = -sp.exp(-1 / rate) * sp.Ei(1 / rate), sp.exp(1 / rate) * sp.expint(1, 1 / rate)
    return (
        Argued(
            "Integrate by parts, as a principal value at the singularity x = 1/c",
            r"\mathbb E\log|1-cX|=\mathrm{p.v.}\int_0^\infty\frac{-c\,e^{-x}}{1-cx}\,dx",
        ),
        Identity(
            "A primitive of the integrand",
            sp.Derivative(sp.exp(-1 / c) * sp.Ei(1 / c - t), t), -c * sp.exp(-t) / (1 - c * t),
        ),
        Limit("which vanishes at infinity", sp.exp(-t) / t, t, sp.oo, sp.Integer(0)),
        MeanLog("so its value at 0, with the sign changed, is the mean", Exponential(1), x, 1 - rate * x, minus),
        MeanLog("For 1 + cX there is no singularity", Exponential(1), x, 1 + rate * x, plus),
        MeanLog("The Laplace law is an equal mixture of both", Laplace(0, 1), x, 1 - rate * x, (minus + plus) / 2),
        Negative("One-sided data attract at c = 13/10", minus, {}),
        Positive("but not at c = 3", -sp.exp(-sp.Rational(1, 3)) * sp.Ei(sp.Rational(1, 3)), {}),
    )


CLAIM = Claim(
    id="R14",
    slug="exponential-potential",
    title="Exponential and Laplace data: exponential integrals",
    statement=(
        r"Let $X$ be exponential of mean 1 and $c>0$. Then $\mathbb E\log|1-cX|=-e^{-1/c}\,\mathrm{Ei}(1/c)$ and "
        r"$\mathbb E\log(1+cX)=e^{1/c}E_1(1/c)$; for $X$ Laplace of mean 0 and scale 1, $\mathbb E\log|1-cX|$ is the mean of both. "
        r"Exponential data of mean $\theta$ attract to the minimum at $0$, $c=\lambda\theta$, as long as $\mathrm{Ei}(1/c)>0$."
    ),
    hypotheses=(r"$c>0$",),
    cite=("ziyin2023",),
    example=r"$c=\tfrac{13}{10}$",
    quantities=(
        Quantity("exponential", "-0.584515948585589", three_routes(exponential), "theory.md R14"),
        Quantity("reflected exponential", "0.708927538109355", three_routes(reflected), "theory.md R14"),
        Quantity("Laplace", "0.0622057947618832", three_routes(laplace), "theory.md R14"),
    ),
    control=Control(
        "c = 3: Ei(1/3) is negative, the exponent positive, and the minimum does not attract",
        one_sided_data_attract,
        {"c": C},
        ({"c": "3"},),
    ),
    problem=lambda: exponential().chain,
    proof=proof,
)
