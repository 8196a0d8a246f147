"""R48: the mean of SGD's stationary law is not at the minimum, by the third derivative of the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LR = "1/20"
STEPS = 200


def loss(bend: str = "1") -> sp.Expr:
    """L with L' = w + bend w^2/(2 (1 + w^2)): L''(0) = 1, L'''(0) = bend, L' Lipschitz."""
    import sympy as sp

    from .chains import w

    return w**2 / 2 + sp.Rational(bend) * (w - sp.atan(w)) / 2


def chain(lr: object = LR, bend: str = "1") -> Chain:
    """SGD on L + w z, z standard normal: C = 1."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w

    z = sp.Symbol("z", real=True)
    return SGD(loss(bend) + w * z, [w], lr, data={z: Normal(0, 1)})


def by_expansion(effort: Effort, bend: str = "1") -> Reading:
    """The coefficient of the learning rate in `bias_expansion`."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.small_step_gibbs import bias_expansion
    from .exact_numbers import fraction

    lr = sp.Symbol("lr", positive=True)
    slope = sp.diff(bias_expansion(chain(lr, bend), at=0).bias, lr)
    return Reading(Enclosure.point(fraction(slope)), Warrant.EXACT)


def by_moments(effort: Effort) -> Reading:
    """w = lr b + ..., E w^2 = lr v + ...: the leading terms of E L' = 0 and of E w'^2 = E w^2, solved."""
    import sympy as sp

    from .chains import closed_form, w

    b, v = sp.symbols("b v")
    second, third = (sp.diff(loss(), (w, n)).subs(w, 0) for n in (2, 3))
    found = sp.solve([second * b + third * v / 2, -2 * second * v + 1], [b, v])
    return closed_form(str(found[b]), effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """E w/lr at a small learning rate; the rest of the expansion is far below the width of the interval."""
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    run = simulate(chain(), {w: sp.Integer(0)}, STEPS, chains, effort, (w / sp.Rational(LR),))
    return sample_mean(run.observed[0])


def is_biased(effort: Effort, bend: str) -> bool:
    """Is the bias of the first order different from 0?"""
    return by_expansion(effort, bend).enclosure.sign != 0


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Value
    from .chains import w

    c, second, third = sp.symbols("C L_2 L_3", positive=True)
    spread = c / (2 * second)
    bias = -third * c / (4 * second**2)
    return (
        Argued("The mean of the gradient vanishes under the stationary law", r"\mathbb EL'(w_\infty)=0"),
        Identity("The variance balances at the first order", -2 * second * spread + c, sp.Integer(0)),
        Identity("and so does the mean gradient", second * bias + third * spread / 2, sp.Integer(0)),
        Cited(
            "The rest is of the second order",
            r"\mathbb Ew_\infty-w^*=-\frac{\lambda CL'''}{4L''^2}+O(\lambda^2)",
            "dieuleveut2020",
        ),
        Identity("At the example the second derivative is", sp.diff(loss(), (w, 2)).subs(w, 0), sp.Integer(1)),
        Identity("and the third", sp.diff(loss(), (w, 3)).subs(w, 0), sp.Integer(1)),
        Value("so the coefficient is", bias.subs({c: 1, second: 1, third: 1}), "-0.25"),
    )


CLAIM = Claim(
    id="R48",
    slug="bias",
    title="The mean of the stationary law is off the minimum, in proportion to the learning rate",
    statement=(
        r"Near a minimum $w^*$ of $L$ with gradient noise of variance $C$, "
        r"$\mathbb Ew_\infty-w^*=-\frac{\lambda CL'''(w^*)}{4L''(w^*)^2}+O(\lambda^2)$."
    ),
    hypotheses=(r"$L$ is strongly convex and smooth", r"$\lambda\to0$"),
    cite=("dieuleveut2020",),
    example=r"$L''=L'''=C=1$: $-\lambda/4$",
    quantities=(
        Quantity(
            "bias over learning rate",
            "-0.25",
            (
                Route("question", by_expansion),
                Route("independent", by_moments),
                Route("monte carlo", by_simulation, 40_000),
            ),
            "theory.md R48",
        ),
    ),
    control=Control(
        "a loss without third derivative at the minimum: there is no bias of the first order",
        is_biased,
        {"bend": "1"},
        ({"bend": "0"},),
    ),
    problem=chain,
    proof=proof,
    kind="heuristic",
)
