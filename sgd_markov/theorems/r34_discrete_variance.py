"""R34: the stationary variance on a quadratic with Gaussian gradient noise, plain and with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LR, K, SIGMA, MU = "3/10", "17/10", "11/10", "4/5"
STEPS, MOMENTUM_STEPS = 48, 160
START_ERROR = "1e-8"
"""(1 - lr k)^(2 STEPS) and MU^MOMENTUM_STEPS times the variance are below: what the start still shows."""

PLAIN = "({lr})*({s})**2/(({k})*(2 - ({lr})*({k})))"
HEAVY = "({lr})*({s})**2*(1 + ({m}))/((1 - ({m}))*({k})*(2*(1 + ({m})) - ({lr})*({k})))"
SDE = "({lr})*({s})**2/(2*({k}))"


def plain(lr: str = LR) -> Chain:
    """SGD on k w^2/2 + sigma w z, z standard normal."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w

    z = sp.Symbol("z", real=True)
    return SGD(sp.Rational(K) * w**2 / 2 + sp.Rational(SIGMA) * w * z, [w], lr, data={z: Normal(0, 1)})


def heavy() -> Chain:
    """The same with heavy-ball momentum."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.heavy_ball import HeavyBall
    from .chains import w

    z = sp.Symbol("z", real=True)
    loss = sp.Rational(K) * w**2 / 2 + sp.Rational(SIGMA) * w * z
    return HeavyBall(loss, [w], LR, MU, data={z: Normal(0, 1)})


def by_question(chain: Chain, effort: Effort) -> Reading:
    from ..questions.stationary import stationary
    from .chains import w

    return Reading.of(stationary(chain, of=w**2, effort=effort))


def formula(text: str, effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(text.format(lr=LR, k=K, s=SIGMA, m=MU), effort)


def by_recursion(effort: Effort) -> Reading:
    """The limit of E w_n^2."""
    from ..questions.moments import moments

    return Reading.of(moments(plain(), order=2, effort=effort))


def by_covariances(effort: Effort) -> Reading:
    """w_(t+1) = (1 + mu - lr k) w_t - mu w_(t-1) - lr sigma z: the equations of the covariances c0, c1, solved."""
    import sympy as sp

    from .chains import closed_form

    lr, k, s, mu = map(sp.Rational, (LR, K, SIGMA, MU))
    c0, c1 = sp.symbols("c_0 c_1")
    a, b = 1 + mu - lr * k, -mu
    found = sp.solve([c0 - (a**2 + b**2) * c0 - 2 * a * b * c1 - (lr * s) ** 2, c1 - a * c0 - b * c1], [c0, c1])
    return closed_form(str(found[c0]), effort)


def by_simulation(chain: Chain, steps: int, effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean, widened

    run = simulate(chain, dict.fromkeys(chain.state, sp.Integer(0)), steps, chains, effort, (w**2,))
    return widened(sample_mean(run.observed[0]), START_ERROR, START_ERROR)


def variance_is(effort: Effort, formula: str) -> bool:
    """Is the formula, at the example's numbers, the stationary variance of plain SGD?"""
    from .chains import closed_form

    claimed = closed_form(formula.format(lr=LR, k=K, s=SIGMA, m=MU), effort).enclosure
    return by_question(plain(), effort).enclosure.meets(claimed)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Limit, Positive

    lr, k, s, mu = sp.symbols("lambda k sigma mu", positive=True)
    variance = lr * s**2 / (k * (2 - lr * k))
    heavy_variance = lr * s**2 * (1 + mu) / ((1 - mu) * k * (2 * (1 + mu) - lr * k))
    a, b = 1 + mu - lr * k, -mu
    lag = a * heavy_variance / (1 + mu)
    return (
        Identity("One step keeps the variance", (1 - lr * k) ** 2 * variance + lr**2 * s**2, variance),
        Identity(
            "With momentum w is autoregressive of order 2; its covariance at distance 1",
            a * heavy_variance + b * lag,
            lag,
        ),
        Identity(
            "and its variance, kept by a step",
            (a**2 + b**2) * heavy_variance + 2 * a * b * lag + lr**2 * s**2,
            heavy_variance,
        ),
        Identity("Without momentum it is the same", heavy_variance.subs(mu, 0), variance),
        Positive(
            "The equation of the small-step limit has less",
            variance - lr * s**2 / (2 * k),
            {s: (0, sp.oo), k: (0, sp.oo), lr: (0, 2 / k)},
        ),
        Limit("and the same to first order", variance / lr, lr, sp.Integer(0), s**2 / (2 * k)),
    )


CLAIM = Claim(
    id="R34",
    slug="discrete-variance",
    title="The stationary variance of SGD on a quadratic, and with momentum",
    statement=(
        r"SGD on $\tfrac k2w^2$ with gradient noise $\sigma z$, $z$ standard normal, has the stationary law "
        r"$N\bigl(0,\frac{\lambda\sigma^2}{k(2-\lambda k)}\bigr)$ for $0<\lambda k<2$; with heavy-ball momentum $\mu$ the variance is "
        r"$\frac{\lambda\sigma^2(1+\mu)}{(1-\mu)k(2(1+\mu)-\lambda k)}$ for $0<\lambda k<2(1+\mu)$."
    ),
    hypotheses=(r"$0<\lambda k<2(1+\mu)$, $0\le\mu<1$",),
    cite=("liu2021", "vervaat1979"),
    example=r"$\lambda=\tfrac3{10}$, $k=\tfrac{17}{10}$, $\sigma=\tfrac{11}{10}$: $0.1433\ldots$; $\mu=\tfrac45$: $0.6219\ldots$",
    quantities=(
        Quantity(
            "variance",
            "0.143308330043427",
            (
                Route("question", lambda effort: by_question(plain(), effort)),
                Route("independent", lambda effort: formula(PLAIN, effort)),
                Route("further", by_recursion),
                Route("monte carlo", lambda effort, chains: by_simulation(plain(), STEPS, effort, chains), 40_000),
            ),
            "theory.md R34",
        ),
        Quantity(
            "variance with momentum",
            "0.621930325528270",
            (
                Route("question", lambda effort: by_question(heavy(), effort)),
                Route("independent", lambda effort: formula(HEAVY, effort)),
                Route("further", by_covariances),
                Route(
                    "monte carlo", lambda effort, chains: by_simulation(heavy(), MOMENTUM_STEPS, effort, chains), 40_000
                ),
            ),
            "theory.md R34",
        ),
    ),
    control=Control(
        "the variance of the stochastic differential equation in place of that of the steps",
        variance_is,
        {"formula": PLAIN},
        ({"formula": SDE},),
    ),
    problem=plain,
    proof=proof,
)
