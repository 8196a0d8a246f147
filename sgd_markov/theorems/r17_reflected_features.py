"""R17: Gaussian features with the sign of a maximum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, three_routes

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

C = "3/2"


def chain_with(sign: str) -> Chain:
    """SGD on -sign (x w)^2/2 with x standard normal: M = 1 + sign lr x^2."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w, x

    return SGD(-sp.Rational(sign) * x**2 * w**2 / 2, [w], C, data={x: Normal(0, 1)})


def setting() -> Setting:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from .chains import x

    return Setting(chain_with("1"), ChiSquare(1), 1 + sp.Rational(C) * x)


def repels(effort: Effort, sign: str) -> bool:
    """Is the exponent positive?"""
    from ..questions.lyapunov import lyapunov
    from .chains import decided

    answer = lyapunov(chain_with(sign), at=0, effort=effort)
    found = None if answer.enclosure is None else answer.enclosure.sign
    return decided(None if found is None else found > 0, "the exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.chi_square import ChiSquare
    from ..proof import Argued, Identity, MeanLog, Positive

    z, c = sp.Symbol("z", real=True), sp.Symbol("c", positive=True)
    rate = sp.Rational(C)
    nu = -1 / rate
    series = nu * sp.hyper((1, 1), (sp.Rational(3, 2), 2), -nu / 2)
    value = sp.log(rate) - sp.EulerGamma - sp.log(2) + series + sp.pi * sp.erfi(1 / sp.sqrt(2 * rate))
    return (
        Identity(
            "The multiplier is the square of a modulus",
            sp.expand((1 + sp.I * sp.sqrt(c) * z) * (1 - sp.I * sp.sqrt(c) * z)), 1 + c * z**2,
        ),
        Argued(
            "The principal logarithm has an analytic mean in the upper half-plane, with the real part of R12 on the line",
            r"\mathbb E\,\mathrm{Log}(\mu+Z)=g(\mu,1)+i\pi\Phi(-\mu),\qquad \mu\mapsto\frac{i}{\sqrt c}",
        ),
        Identity(
            "of which the imaginary part contributes, at an imaginary argument",
            sp.erf(sp.I / sp.sqrt(2 * c)), sp.I * sp.erfi(1 / sp.sqrt(2 * c)),
        ),
        MeanLog("At the example certified quadrature agrees", ChiSquare(1), z, 1 + rate * z, value),
        Positive("The multiplier exceeds 1", c * z**2, {c: (sp.Integer(0), sp.oo), z: (sp.Integer(0), sp.oo)}),
        Positive("so the exponent is positive for every c", value, {}),
    )


CLAIM = Claim(
    id="R17",
    slug="reflected-features",
    title="Gaussian features at a maximum: SGD always leaves",
    statement=(
        r"For $Z\sim N(0,1)$ and $c>0$, with $\nu=-1/c$, $\mathbb E\log(1+cZ^2)=\log c-\gamma_E-\log 2"
        r"+\nu\,{}_2F_2(1,1;\tfrac32,2;-\tfrac\nu2)+\pi\,\mathrm{erfi}\big(\tfrac1{\sqrt{2c}}\big)>0$: "
        r"SGD on $-\tfrac12(zw)^2$ leaves the maximum for every learning rate."
    ),
    hypotheses=(r"$c>0$",),
    cite=("ziyin2023",),
    example=r"$c=\lambda=\tfrac32$",
    quantities=(Quantity("exponent", "0.686005931216306", three_routes(setting), "theory.md R17"),),
    control=Control(
        "the other sign, a minimum: E log|1 - c Z^2| is negative at the same c",
        repels,
        {"sign": "1"},
        ({"sign": "-1"},),
    ),
    problem=lambda: setting().chain,
    proof=proof,
)
