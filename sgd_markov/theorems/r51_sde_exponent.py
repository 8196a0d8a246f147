"""R51: the stochastic differential equation with the right noise has another exponent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR = "-1/5", "4/5"


def sgd() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def sde_step(lr: str = LR) -> Chain:
    """One unit of steps of dw = -a w dt + sqrt(lr) w dB, time in lr: w' = w exp(-lr a - lr^2/2 + lr z), z normal."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.normal import Normal
    from .chains import w

    z, rate, a = sp.Symbol("z", real=True), sp.Rational(lr), sp.Rational(A)
    return RandomMap({w: w * sp.exp(-rate * a - rate**2 / 2 + rate * z)}, noise={z: Normal(0, 1)})


def sde_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"-({LR})*({A}) - ({LR})**2/2", effort)


def sde_by_lognormal(effort: Effort) -> Reading:
    """E log M for the lognormal multiplier, by quadrature of its density."""
    import sympy as sp

    from ..laws.lognormal import Lognormal
    from .chains import integral, x

    rate, a = sp.Rational(LR), sp.Rational(A)
    return integral(Lognormal(-rate * a - rate**2 / 2, rate), x, effort)


def sde_by_question(effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(sde_step(), effort)


def sde_by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(sde_step(), effort, chains)


def sgd_by_question(effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(sgd(), effort)


def sgd_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"log(Abs((1 - ({LR})*({A}))**2 - ({LR})**2))/2", effort)


def sgd_by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(sgd(), effort, chains)


def same_verdict(effort: Effort, lr: str) -> bool:
    """Do SGD and the equation agree whether the maximum attracts, though with different exponents?"""
    from .chains import attracts, two_point

    return attracts(two_point(A, lr), effort) == attracts(sde_step(lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Identity, Limit, Positive, Roots, Value

    a, w = sp.Symbol("a", real=True), sp.Symbol("w", positive=True)
    lr = sp.Symbol("lambda", positive=True)
    generator = -a * w * sp.Derivative(sp.log(w), w) + lr * w**2 / 2 * sp.Derivative(sp.log(w), (w, 2))
    sde = -lr * a - lr**2 / 2
    exact = sp.log((1 - lr * a) ** 2 - lr**2) / 2
    example = {a: sp.Rational(A), lr: sp.Rational(LR)}
    return (
        Identity("Ito's formula: the generator applied to the logarithm, per unit of time", generator, -a - lr / 2),
        Cited("of which a step takes the time lr", r"\log w_t=\log w_0-(a+\tfrac\lambda2)t+\sqrt\lambda B_t", "ito1951"),
        Roots("Per step the exponent", sde, lr, (sp.Integer(0), -2 * a)),
        Positive("is negative above -2a, without an upper edge",
                 -sde, {a: (-sp.oo, sp.Integer(0)), lr: (-2 * a, sp.oo)}),
        Value("At the example it is", sde.subs(example), "-0.16"),
        Value("that of SGD", exact.subs(example), "-0.174353387144778"),
        Limit(
            "They part at the second order", (exact - sde) / lr**2, lr, sp.Integer(0), -(a**2) / 2,
        ),
        Value("At learning rate 2 SGD leaves", sp.log(sp.Abs((1 - 2 * a) ** 2 - 4).subs(example)) / 2, "0.356474903928"),
        Value("the equation converges", sde.subs({lr: 2, a: sp.Rational(A)}), "-1.6"),
    )


CLAIM = Claim(
    id="R51",
    slug="sde-exponent",
    title="The stochastic differential equation with matched noise has another exponent, and no upper edge",
    statement=(
        r"For $\ell=xw^2/2$ with $x=a\pm1$ the equation with matched covariance, $dw=-aw\,dt+\sqrt\lambda\,w\,dB$, has the "
        r"exponent $-\lambda a-\tfrac{\lambda^2}2$ per step, while SGD has $\gamma=\tfrac12\log|(1-\lambda a)^2-\lambda^2|"
        r"=-\lambda a-\tfrac{\lambda^2}2(1+a^2)+O(\lambda^3)$. For $a<0$ the equation converges to the maximum for every $\lambda>-2a$; "
        r"SGD leaves it again above $\lambda_+$."
    ),
    hypotheses=(r"time $t$ counts $\lambda$ per step", r"It\^o's convention"),
    cite=("ziyin2022", "ito1951"),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$: $-\tfrac4{25}$ against $\tfrac12\log\tfrac{441}{625}$",
    quantities=(
        Quantity(
            "exponent of the equation",
            "-0.16",
            (
                Route("question", sde_by_question),
                Route("independent", sde_by_formula),
                Route("further", sde_by_lognormal),
                Route("monte carlo", sde_by_simulation, 20_000),
            ),
            "theory.md R51",
        ),
        Quantity(
            "exponent of SGD",
            "-0.174353387144778",
            (
                Route("question", sgd_by_question),
                Route("independent", sgd_by_formula),
                Route("monte carlo", sgd_by_simulation, 40_000),
            ),
            "theory.md R51",
        ),
    ),
    control=Control(
        "learning rate 2: the equation converges at the rate 1.6 per step, SGD leaves",
        same_verdict,
        {"lr": LR},
        ({"lr": "2"},),
    ),
    problem=sgd,
    proof=proof,
)
