"""R29: the origin of a deep linear network is left or reached like a power of time, not exponentially (a heuristic)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..engines.monte_carlo.first_times import FirstTimes
    from ..proof import Step

LR, FAR = "1", 40
"""The learning rate, and z = 1/u at the start; a path stops where z has doubled or halved."""
OVERSHOOT = "2e-2"
"""A step is 1/40 of the distance: the ends are overshot, and terms of the order 1/z are left out, by about so much."""


def network(depth: int) -> Chain:
    """`depth` weights in a row, x = 1, labels 1 or -1."""
    from ..laws.constant import Constant
    from ..laws.rademacher import Rademacher
    from ..network import network_loss
    from ..optimizers.sgd import SGD

    net = network_loss([1] * (depth + 1))
    return SGD(net.loss, net.parameters, LR, data={net.inputs[0]: Constant(1), net.targets[0]: Rademacher()})


def balanced(depth: int) -> Chain:
    """All weights equal to u: u' = u - lr u^(D-1) (u^D - y)."""
    import sympy as sp

    from ..laws.rademacher import Rademacher
    from ..optimizers.sgd import SGD

    u, y = sp.symbols("u y", real=True)
    return SGD((u**depth - y) ** 2 / (2 * depth), [u], LR, data={y: Rademacher()})


def problem() -> Chain:
    return network(3)


def doubling_by_formula(effort: Effort) -> Reading:
    """P(z doubles before it halves) for a Bessel process of dimension 3: its scale function is z^(2 - 3)."""
    from .chains import closed_form

    return closed_form("(2**(3 - 2) - 1)/(2**(3 - 2) - 2**(2 - 3))", effort)


def doubling_by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import sample_share, widened

    return widened(sample_share(stopped(effort, chains).which == 1), OVERSHOOT, OVERSHOOT)


def time_by_formula(effort: Effort) -> Reading:
    """(E z^2 - z_0^2)/(3 z_0^2) at that time: the square of z grows by the dimension times lr^2 a step."""
    from .chains import closed_form

    return closed_form("(4*2/3 + 1/4*1/3 - 1)/3", effort)


def time_by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import sample_mean, widened

    return widened(sample_mean(stopped(effort, chains).time / FAR**2), OVERSHOOT, OVERSHOOT)


def stopped(effort: Effort, chains: int) -> FirstTimes:
    """When 1/u has halved (condition 0) or doubled (1)."""
    import sympy as sp

    from .sampling import first_passage

    chain = balanced(3)
    size = sp.Abs(chain.state[0])
    conditions = [size >= sp.Rational(2, FAR), size <= sp.Rational(1, 2 * FAR)]
    return first_passage(chain, conditions, 40_000, effort, chains, sp.Rational(1, FAR))


def has_no_rate(effort: Effort, depth: str) -> bool:
    """Are all exponents at the origin 0, so that nothing happens exponentially fast?"""
    from ..questions.lyapunov import lyapunov

    chain = network(int(depth))
    answer = lyapunov(chain, at=dict.fromkeys(chain.state, 0), spectrum=True, effort=effort)
    return all(entry.exact == 0 for entry in answer.exponents)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Limit

    u, z, lr, s = sp.symbols("u z lambda s", positive=True)
    w1, w2, w3, y = sp.symbols("w_1 w_2 w_3 y", real=True)
    loss = (w1 * w2 * w3 - y) ** 2 / 2
    step = u + lr * s * u**2
    gain = 1 / step.subs(u, 1 / z) - z + lr * s
    return (
        Identity(
            "The gradient of a network of depth 3 has no linear part at 0",
            sp.Derivative(loss, w1),
            w2 * w3 * (w1 * w2 * w3 - y),
        ),
        Identity("With all weights equal to u, up to higher order,", u - lr * u**2 * (-s), step),
        Limit("In z = 1/u this is a walk with steps -lr s and a push of order 1/z", gain * z, z, sp.oo, lr**2 * s**2),
        Argued(
            "For E s > 0 the walk drifts towards 0 and the weights grow; for E s < 0 it drifts away and the weights tend to 0",
            r"z'=z-\lambda s+\frac{D-1}{2(D-2)}\frac{\lambda^2s^2}{z}+O(z^{-2})",
        ),
        Cited(
            "For E s = 0 it behaves like a Bessel process, transient for a dimension above 2",
            r"\delta=1+\frac{D-1}{D-2}=2+\frac1{D-2}",
            "lamperti1960",
        ),
        Identity(
            "since twice the push over the variance is one less than the dimension: at D = 3",
            1 + 2 * lr**2 * s**2 / (lr**2 * s**2),
            sp.Integer(3),
        ),
        Argued("so that z grows like the root of the time", r"z_t\sim\sqrt t,\qquad u_t\sim t^{-1/(2(D-2))}\to0"),
        Identity(
            "The scale function of dimension 3 is 1/z: from z it doubles before it halves with probability",
            (2 / z - 1 / z) / (2 / z - 1 / (2 * z)),
            sp.Rational(2, 3),
        ),
        Identity(
            "The square of z grows by three times the variance of a step, so that this takes, over z^2,",
            (4 * sp.Rational(2, 3) + sp.Rational(1, 4) * sp.Rational(1, 3) - 1) / 3,
            sp.Rational(7, 12),
        ),
    )


CLAIM = Claim(
    id="R29",
    slug="deep-origin",
    title="The origin of a deep network is slow for another reason",
    statement=(
        r"A linear network of depth $D\ge3$ has exponents $0$ at the origin. With balanced weights $u$ and $s=xy$, "
        r"$z=u^{-(D-2)}/(D-2)$ is a walk with steps $-\lambda s$: the origin is left for $\mathbb Es>0$ and reached for "
        r"$\mathbb Es<0$, whatever the noise; for $\mathbb Es=0$ it is a Bessel walk of dimension $\delta=2+\frac1{D-2}$ and "
        r"$u_t\sim t^{-1/(2(D-2))}\to0$"
    ),
    hypotheses=("balanced weights near $0$", "a heuristic: terms of higher order are not bounded"),
    cite=("ziyin2023", "lamperti1960"),
    example=r"$D=3$, $x=1$, $y=\pm1$, $\lambda=1$: $\delta=3$, so that $1/u$ doubles before it halves with probability $\tfrac23$",
    quantities=(
        Quantity(
            "P(1/u doubles before it halves)",
            "0.66666667",
            (
                Route("independent", doubling_by_formula),
                Route("monte carlo", doubling_by_simulation, 8_000),
            ),
            "the scale function of a Bessel process",
        ),
        Quantity(
            "mean time until then, over (1/u)^2",
            "0.58333333",
            (
                Route("independent", time_by_formula),
                Route("monte carlo", time_by_simulation, 8_000),
            ),
            "the square of a Bessel process",
        ),
    ),
    control=Control(
        "depth 2: the exponents at the origin are not 0 and decide exponentially fast",
        has_no_rate,
        {"depth": "3"},
        ({"depth": "2"},),
    ),
    problem=problem,
    proof=proof,
    kind="heuristic",
)
