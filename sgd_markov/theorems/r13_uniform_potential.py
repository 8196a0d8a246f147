"""R13: uniform data."""

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

LOWER = "1.109676486006269667755167774713635930855"
UPPER = "2.126624883696154187609935592792084069377"


def data() -> Law:
    from ..laws.uniform import Uniform

    return Uniform("-6/5", "4/5")


def setting() -> Setting:
    return quadratic_setting(data(), "3/2")


def chain_at(lr: object) -> Chain:
    from .chains import quadratic

    return quadratic(data(), lr)


def converges_to_maximum(effort: Effort, lr: str) -> bool:
    """Does the local maximum attract?"""
    from .chains import attracts

    return attracts(chain_at(lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Limit, MeanLog, Negative

    m = sp.Symbol("m", positive=True)
    c, d = sp.Rational(-1, 5), sp.Rational(14, 5)
    x = sp.Symbol("x", real=True)
    value = (d * sp.log(d) - c * sp.log(-c)) / (d - c) - 1
    primitive = m * sp.log(m) - m
    return (
        Identity("The logarithm has an elementary primitive", sp.Derivative(primitive, m), sp.log(m)),
        Identity(
            "on the negative side as well",
            sp.Derivative(-m * sp.log(m) + m, m), -sp.log(m),
        ),
        Limit("which is continuous at 0, so that the singularity costs nothing", primitive, m, sp.Integer(0), sp.Integer(0)),
        Identity(
            "At the example M is uniform between these ends",
            (1 - sp.Rational(3, 2) * sp.Rational(4, 5)) * (1 + sp.Rational(3, 2) * sp.Rational(6, 5)), c * d,
        ),
        MeanLog("and the closed form agrees with certified quadrature", data(), x, 1 - 3 * x / 2, value),
        Negative("It is negative: the maximum attracts", value, {}),
    )


CLAIM = Claim(
    id="R13",
    slug="uniform-potential",
    title="Uniform data: the exponent in closed form, and a window at a maximum",
    statement=(
        r"If $M$ is uniform on $[c,d]$ then $\mathbb E\log|M|=\frac{d\log|d|-c\log|c|}{d-c}-1$ ($0\log0=0$). For "
        r"$x\sim U[-\tfrac65,\tfrac45]$, of mean $-\tfrac15$, SGD on $xw^2/2$ converges to the local maximum for "
        r"learning rates in one interval, other than that of two-point data of the same mean."
    ),
    hypotheses=(r"$c<d$", "samples are independent"),
    cite=("ziyin2022",),
    example=r"$x\sim U[-\tfrac65,\tfrac45]$, $\lambda=\tfrac32$",
    quantities=(
        Quantity("exponent", "-0.146317738126526", three_routes(setting), "theory.md R13"),
        Quantity(
            "lower edge", "1.10967648600627", edge_routes(chain_at, (0, 0), LOWER, ("9/10", "125/100")), "theory.md R13"
        ),
        Quantity("upper edge", "2.12662488369616", edge_routes(chain_at, (0, 1), UPPER, ("19/10", "24/10")), "theory.md R13"),
    ),
    control=Control(
        "learning rate 4/5: two-point data of the same mean would converge, uniform data do not",
        converges_to_maximum,
        {"lr": "3/2"},
        ({"lr": "4/5"},),
    ),
    problem=lambda: setting().chain,
    proof=proof,
)
