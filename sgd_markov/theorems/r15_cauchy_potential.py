"""R15: Cauchy data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, quadratic_setting, three_routes

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step


def setting() -> Setting:
    from ..laws.cauchy import Cauchy

    return quadratic_setting(Cauchy("-1/5", 1), "4/5")


def never_trapped(effort: Effort, a: str, lr: str) -> bool:
    """Is the exponent positive, so that almost no path converges to 0?"""
    from ..laws.cauchy import Cauchy
    from ..questions.lyapunov import lyapunov
    from .chains import decided, quadratic

    answer = lyapunov(quadratic(Cauchy(a, 1), lr), at=0, effort=effort)
    sign = None if answer.enclosure is None else answer.enclosure.sign
    return decided(None if sign is None else sign > 0, "the exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.cauchy import Cauchy
    from ..proof import Argued, Cited, Identity, MeanLog, Positive, Roots

    a, lr, x = sp.symbols("a lambda x", real=True)
    square = (1 - lr * a) ** 2 + lr**2
    value = sp.log(sp.Rational(29, 25) ** 2 + sp.Rational(16, 25)) / 2
    return (
        Argued(
            "M is Cauchy with centre 1 - lr a and scale lr: its density is the Poisson kernel of the half-plane",
            r"\frac1\pi\frac{s}{(m-\mu)^2+s^2}",
        ),
        Cited(
            "log|z| is harmonic in the upper half-plane, so its Poisson integral is its value at the point",
            r"\mathbb E\log|M|=\log|\mu+is|=\tfrac12\log(\mu^2+s^2)",
            "garnett2007",
        ),
        MeanLog("At the example certified quadrature agrees", Cauchy(sp.Rational(29, 25), sp.Rational(4, 5)), x, x, value),
        Identity("The square of the modulus", square - 1, lr * ((1 + a**2) * lr - 2 * a)),
        Roots("is 1 at", square - 1, lr, (sp.Integer(0), 2 * a / (1 + a**2))),
        Positive(
            "For a < 0 it is above 1 for every learning rate",
            square - 1, {a: (-sp.oo, sp.Integer(0)), lr: (sp.Integer(0), sp.oo)},
        ),
    )


CLAIM = Claim(
    id="R15",
    slug="cauchy-potential",
    title="Cauchy data never trap SGD at a maximum",
    statement=(
        r"If $M$ is Cauchy with centre $\mu$ and scale $s$ then $\mathbb E\log|M|=\tfrac12\log(\mu^2+s^2)$. For "
        r"$x\sim\text{Cauchy}(a,1)$: $\mu=1-\lambda a$, $s=\lambda$, and the exponent at $0$ is positive for every "
        r"$\lambda>0$ if $a\le0$; for $a>0$ it is negative exactly for $\lambda<\frac{2a}{1+a^2}$."
    ),
    hypotheses=(r"$s>0$",),
    cite=("garnett2007",),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$: $\mu=\tfrac{29}{25}$, $s=\tfrac45$",
    quantities=(Quantity("exponent", "0.342960567734103", three_routes(setting), "theory.md R15"),),
    control=Control(
        "a = 1/2, learning rate 2/5: for a positive centre Cauchy data do trap",
        never_trapped,
        {"a": "-1/5", "lr": "4/5"},
        ({"a": "1/2", "lr": "2/5"},),
    ),
    problem=lambda: setting().chain,
    proof=proof,
)
