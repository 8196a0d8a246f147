"""R16: Gaussian features, the curvature is chi-square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, three_routes
from .windows import edge_routes

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

C_STAR = "2.421249521036836042992780131428225933129"


def chain_at(lr: object) -> Chain:
    from .chains import feature_chain

    return feature_chain(lr)


def setting() -> Setting:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from .chains import x

    return Setting(chain_at("3/2"), ChiSquare(1), 1 - sp.Rational(3, 2) * x)


def minimum_attracts(effort: Effort, lr: str) -> bool:
    """Does the minimum attract?"""
    from .chains import attracts

    return attracts(chain_at(lr), effort)


def potential(c: sp.Expr) -> sp.Expr:
    """2 g(1, sqrt c) = E log|1 - c Z^2|."""
    import sympy as sp

    nu = 1 / c
    series = nu / 2 * sp.hyper((1, 1), (sp.Rational(3, 2), 2), -nu / 2)
    return 2 * (sp.log(c) / 2 - (sp.EulerGamma + sp.log(2)) / 2 + series)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from ..laws.normal import Normal
    from ..proof import Identity, MeanLog, Negative, Positive

    z, c = sp.Symbol("z", real=True), sp.Symbol("c", positive=True)
    root = sp.sqrt(sp.Rational(3, 2))
    value = potential(sp.Rational(3, 2))
    low, high = sp.Rational("2.42124952103683"), sp.Rational("2.42124952103684")
    return (
        Identity(
            "The multiplier factors over the reals", 1 - c * z**2, (1 - sp.sqrt(c) * z) * (1 + sp.sqrt(c) * z)
        ),
        MeanLog("into two normal variables with the same potential", Normal(0, 1), z, 1 - root * z, value / 2),
        MeanLog("so that of the multiplier is twice that", ChiSquare(1), z, 1 - sp.Rational(3, 2) * z, value),
        Negative("It is still negative just below c*", potential(low), {}),
        Positive("and positive just above", potential(high), {}),
    )


CLAIM = Claim(
    id="R16",
    slug="gaussian-features",
    title="Gaussian features: the minimum attracts far beyond the stability of the mean",
    statement=(
        r"For $Z\sim N(0,1)$ and $c>0$, $\mathbb E\log|1-cZ^2|=2g(1,\sqrt c)$ with "
        r"$g(\mu,s)=\log s-\frac{\gamma_E+\log2}2+\frac\nu2{}_2F_2(1,1;\tfrac32,2;-\tfrac\nu2)$, $\nu=\mu^2/s^2$. "
        r"SGD on $\tfrac12(zw)^2$ converges to the minimum if and only if $\lambda<c_*=2.4212\ldots$"
    ),
    hypotheses=(r"$c>0$", "samples are independent"),
    cite=("ziyin2023",),
    example=r"$c=\lambda=\tfrac32$",
    quantities=(
        Quantity("exponent", "-0.266164571930681", three_routes(setting), "theory.md R16"),
        Quantity("critical rate", "2.42124952103684", edge_routes(chain_at, (0, 1), C_STAR, ("21/10", "28/10")), "theory.md R16"),
    ),
    control=Control(
        "learning rate 5/2, above the critical one: the exponent is positive",
        minimum_attracts,
        {"lr": "3/2"},
        ({"lr": "5/2"},),
    ),
    problem=lambda: setting().chain,
    proof=proof,
)
