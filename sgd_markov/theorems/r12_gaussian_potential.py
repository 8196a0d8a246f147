"""R12: Gaussian data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, quadratic_setting, three_routes
from .windows import edge_routes

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..laws.law import Law
    from ..proof import Step

LOWER = "0.349157183711051213454924766243971779354"
UPPER = "1.205751913382507920981972885595828488677"


def data() -> Law:
    from ..laws.normal import Normal

    return Normal("-1/5", 1)


def setting() -> Setting:
    return quadratic_setting(data(), "4/5")


def chain_at(lr: object) -> Chain:
    from .chains import quadratic

    return quadratic(data(), lr)


def converges_to_maximum(effort: Effort, lr: str) -> bool:
    """Does the local maximum attract?"""
    from .chains import attracts

    return attracts(chain_at(lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from ..laws.normal import Normal
    from ..proof import Argued, Cited, Identity, MeanLog

    x, k = sp.Symbol("x", real=True), sp.Symbol("k", integer=True, nonnegative=True)
    nu, mu, s = sp.Rational(841, 400), sp.Rational(29, 25), sp.Rational(4, 5)
    series = nu / 2 * sp.hyper((1, 1), (sp.Rational(3, 2), 2), -nu / 2)
    digamma = sp.log(2) + sp.digamma(sp.Rational(1, 2))
    half = sp.Rational(1, 2)
    return (
        Cited(
            "The square of a normal variable is a Poisson mixture of chi-squares",
            r"M\sim N(\mu,s^2):\quad \frac{M^2}{s^2}\sim\chi^2_{1+2K},\ K\sim\text{Poisson}(\nu/2),\ \nu=\mu^2/s^2",
            "johnson1995",
        ),
        MeanLog("whose logarithm has the mean of a digamma function: one degree of freedom", ChiSquare(1), x, x, digamma),
        Identity("which is an elementary constant", digamma, -sp.EulerGamma - sp.log(2)),
        MeanLog("three degrees of freedom", ChiSquare(3), x, x, sp.log(2) + sp.digamma(sp.Rational(3, 2))),
        Identity(
            "Two more degrees of freedom: the digamma function is the logarithmic derivative of the gamma function",
            sp.gamma(k + half + 1) / sp.gamma(k + half), k + half,
        ),
        Argued(
            "so each adds 1/(k + 1/2), and the Poisson mean is a series of tail probabilities, which is hypergeometric",
            r"\mathbb E\log|M|=\log s-\tfrac{\gamma_E+\log2}2+\tfrac12\sum_{k\ge0}\frac{P(K>k)}{k+1/2}",
        ),
        MeanLog(
            "At the example the closed form agrees with certified quadrature",
            Normal(mu, s), x, x, sp.log(s) - (sp.EulerGamma + sp.log(2)) / 2 + series,
        ),
    )


CLAIM = Claim(
    id="R12",
    slug="gaussian-potential",
    title="Gaussian data: the exponent in closed form, and a window at a maximum",
    statement=(
        r"If $M\sim N(\mu,s^2)$ then, with $\nu=\mu^2/s^2$, "
        r"$\mathbb E\log|M|=\log s-\frac{\gamma_E+\log 2}2+\frac\nu2\,{}_2F_2(1,1;\tfrac32,2;-\tfrac\nu2)$. "
        r"For $x\sim N(a,\sigma^2)$: $\mu=1-\lambda a$, $s=\lambda\sigma$; at $a=-\tfrac15,\sigma=1$ SGD on $xw^2/2$ "
        r"converges to the local maximum for learning rates in one interval."
    ),
    hypotheses=(r"$s>0$", "samples are independent"),
    cite=("ziyin2022", "johnson1995"),
    example=r"$x\sim N(-\tfrac15,1)$, $\lambda=\tfrac45$",
    quantities=(
        Quantity("exponent", "-0.0917050034636920", three_routes(setting), "theory.md R12"),
        Quantity(
            "lower edge", "0.349157183711051", edge_routes(chain_at, (0, 0), LOWER, ("2/10", "5/10")), "theory.md R12"
        ),
        Quantity("upper edge", "1.20575191338251", edge_routes(chain_at, (0, 1), UPPER, ("10/10", "15/10")), "theory.md R12"),
    ),
    control=Control(
        "learning rate 13/10, above the window: the exponent is positive",
        converges_to_maximum,
        {"lr": "4/5"},
        ({"lr": "13/10"},),
    ),
    problem=lambda: setting().chain,
    proof=proof,
)
