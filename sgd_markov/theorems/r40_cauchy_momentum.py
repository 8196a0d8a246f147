"""R40: heavy ball on a quadratic with Cauchy curvature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

X0, SCALE, MU, LR = "1/2", "3/10", "7/10", "1"
STEPS, FORGOTTEN = 64, 72
"""Directions forget their start by a factor mu/|c|^2 = 0.61 a step."""


def problem() -> Chain:
    from ..laws.cauchy import Cauchy
    from ..optimizers.heavy_ball import HeavyBall
    from .chains import w, x

    return HeavyBall(x * w**2 / 2, [w], LR, MU, data={x: Cauchy(X0, SCALE)})


def by_question(effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    chain = problem()
    return Reading.of(lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort))


def root_modulus(side: int) -> arb:
    """log|c| for the root of c^2 - b c + mu, b = 1 + mu - lr x0 + i lr s, with Im c of the given sign."""
    import sympy as sp
    from flint import acb, fmpq

    x0, s, mu, lr = (fmpq(int(v.p), int(v.q)) for v in map(sp.Rational, (X0, SCALE, MU, LR)))
    b = acb(1 + mu - lr * x0, lr * s)
    root = (b * b - 4 * mu).sqrt()
    roots = [(b + root) / 2, (b - root) / 2]
    (chosen,) = [c for c in roots if side * c.imag > 0]
    return abs(chosen).log()


def by_fixed_law(effort: Effort) -> Reading:
    """The ratio of successive weights is Cauchy with the complex parameter c."""
    return of_root(1, effort)


def of_root(side: int, effort: Effort) -> Reading:
    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine

    return Reading(refine(lambda: root_modulus(side), effort, "log|c|"), Warrant.EXACT)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from .sampling import sample_mean

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    x0, s, mu, lr = (float(sp.Rational(v)) for v in (X0, SCALE, MU, LR))
    weight, before, growth = np.ones(chains), np.zeros(chains), np.zeros(chains)
    for step in range(FORGOTTEN + STEPS):
        curvature = x0 + s * rng.standard_cauchy(chains)
        weight, before = (1 + mu - lr * curvature) * weight - mu * before, weight
        size = np.hypot(weight, before)
        weight, before = weight / size, before / size
        growth += np.log(size) if step >= FORGOTTEN else 0
    return sample_mean(growth / STEPS)


def is_log_of_root(effort: Effort, side: str) -> bool:
    """Is the exponent log|c| for the root with Im c of this sign?"""
    return by_question(effort).enclosure.meets(of_root(int(side), effort).enclosure)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Positive, Value

    p = sp.Symbol("p", real=True)
    q, mu, u = sp.symbols("q mu u", positive=True)
    total = sum(sp.sqrt((sp.Rational(6, 5) + 2 * side * sp.sqrt(sp.Rational(7, 10))) ** 2 + sp.Rational(9, 100)) for side in (1, -1)) / 2
    value = sp.log((total + sp.sqrt(total**2 - sp.Rational(14, 5))) / 2)
    return (
        Argued(
            "In terms of the weights alone the step is of second order; r is the ratio of successive weights",
            r"w_{t+1}=(1+\mu-\lambda x)w_t-\mu w_{t-1},\qquad r'=1+\mu-\lambda x-\frac\mu r",
        ),
        Identity("The imaginary part of -mu/r for r = p + i q", mu * q / (p**2 + q**2), sp.im(-mu * (p - sp.I * q) / (p**2 + q**2))),
        Positive("is positive in the upper half-plane, with |r|^2 = u", q * mu / u, {s: (sp.Integer(0), sp.oo) for s in (q, mu, u)}),
        Argued(
            "So for Im x < 0 the map keeps the upper half-plane, and by induction w_n/w_0, a polynomial in the samples, has no "
            "zero there in any of them",
            r"\frac{w_n}{w_0}=\prod_{t<n}r_{t+1}\ne0\quad\text{for }\operatorname{Im}r_0>0,\ \operatorname{Im}x_t<0",
        ),
        Cited(
            "The logarithm of its modulus is harmonic in every sample, so its mean is its value at the poles of the Cauchy law",
            r"\mathbb E\log\Big|\frac{w_n}{w_0}\Big|=\log\Big|\frac{w_n}{w_0}\Big|_{x_t=x_0-is}",
            "garnett2007",
        ),
        Argued(
            "There r tends to the fixed point in the upper half-plane, and the mean over n tends to the exponent",
            r"c=1+\mu-\lambda x_0+i\lambda s-\frac\mu c,\qquad\Lambda_1=\log|c|",
        ),
        Value("At the example", value, "0.0687542748757980"),
    )


CLAIM = Claim(
    id="R40",
    slug="cauchy-momentum",
    title="Momentum with Cauchy curvature",
    statement=(
        r"Heavy ball with momentum $0<\mu<1$ on $xw^2/2$ with $x\sim\text{Cauchy}(x_0,s)$ has the top exponent "
        r"$\Lambda_1=\log|c|$ at $0$, where $c$ is the root of $c=1+\mu-\lambda x_0+i\lambda s-\mu/c$ in the upper "
        r"half-plane, and $\Lambda_1+\Lambda_2=\log\mu$."
    ),
    hypotheses=(r"$s>0$, $\lambda>0$, $0<\mu<1$", "samples are independent"),
    cite=("lloyd1969", "garnett2007"),
    example=r"$x_0=\tfrac12$, $s=\tfrac3{10}$, $\mu=\tfrac7{10}$, $\lambda=1$",
    quantities=(
        Quantity(
            "exponent",
            "0.0687542748757980",
            (
                Route("question", by_question),
                Route("independent", by_fixed_law),
                Route("monte carlo", by_simulation, 8_000),
            ),
            "theory.md R40",
        ),
    ),
    control=Control(
        "the root in the lower half-plane: its logarithm is the second exponent",
        is_log_of_root,
        {"side": "1"},
        ({"side": "-1"},),
    ),
    problem=problem,
    proof=proof,
)
