"""S41: sign SGD is a birth-death chain, and its stationary law a product of ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SECOND = "0.231366264611342671475707260333906082065"
STEPS = 160


def noisy_median(step: str = "1/3") -> Chain:
    """Sign SGD on (w - x)^2/2 with x standard normal: w' = w - lr sign(w - x)."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sign_sgd import SignSGD
    from .chains import w, x

    return SignSGD((w - x) ** 2 / 2, [w], sp.Rational(step), data={x: Normal(0, 1)})


def urn() -> Chain:
    """The same with x uniform on [-2, 2] and steps of 1: Ehrenfest's urn with four balls."""
    from ..laws.uniform import Uniform
    from ..optimizers.sign_sgd import SignSGD
    from .chains import w, x

    return SignSGD((w - x) ** 2 / 2, [w], 1, data={x: Uniform(-2, 2)})


def second_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(noisy_median(), effort, of=w**2, start=0)


def second_by_products(effort: Effort) -> Reading:
    """sum w^2 pi over both sides, 120 states each: pi_(j+1)/pi_j = Phi(-w_j)/Phi(w_(j+1)) with w_j = j/3.

    Beyond j = 120 the ratio is below Phi(-40)/Phi(40) < 10^-300, so the rest is below the last term.
    """
    from flint import arb

    from .stationary_laws import by_integral

    def normal(v: arb) -> arb:
        return (-v / arb(2).sqrt()).erfc() / 2

    def value() -> arb:
        mass, total, second = arb(1), arb(1), arb(0)
        for j in range(120):
            mass = mass * normal(-arb(j) / 3) / normal(arb(j + 1) / 3)
            total += 2 * mass
            second += 2 * mass * (arb(j + 1) / 3) ** 2
        rest = 1600 * mass
        return (second + arb(0).union(rest)) / (total + arb(0).union(rest))

    return by_integral(value, effort)


def sampled(start: float, step: float, draw: Any, of: Any, effort: Effort, chains: int) -> Reading:
    """Both parities: half of the chains start one step further."""
    import numpy as np

    from .sampling import sample_mean, widened

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    k = start + np.arange(chains) % 2
    for _ in range(STEPS):
        k = k - np.sign(k * step - draw(rng, chains))
    return widened(sample_mean(of(k * step)), "1e-6", "1e-6")


def second_by_simulation(effort: Effort, chains: int) -> Reading:
    return sampled(0, 1 / 3, lambda rng, n: rng.standard_normal(n), lambda v: v**2, effort, chains)


def centre_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(urn(), effort, set=["0", "0"], start=0)


def centre_by_urn(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form("6/16", effort)


def centre_by_simulation(effort: Effort, chains: int) -> Reading:
    return sampled(0, 1.0, lambda rng, n: rng.uniform(-2, 2, n), lambda v: 1.0 * (v == 0), effort, chains)


def second_is(effort: Effort, step: str) -> bool:
    """Is E w^2 the stated number?"""
    from .chains import w
    from .stationary_laws import agrees, asked

    few = effort.with_digits(8)
    return agrees(asked(noisy_median(step), few, of=w**2, start=0), SECOND, few)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..effort import Effort
    from ..invariant.birth_death import recognise
    from ..invariant.stationary_law import Place
    from ..proof import Identity
    from .chains import w

    law = recognise(noisy_median(), Place({w: sp.Integer(0)}), Effort())
    assert law is not None
    return (
        *law.proof,
        *(
            Identity(
                f"Uniform noise on [-2, 2], steps of 1: binomial masses are balanced between {place} and {place + 1}",
                sp.binomial(4, place + 2) * sp.Rational(2 - place, 4),
                sp.binomial(4, place + 3) * (1 - sp.Rational(2 - place - 1, 4)),
            )
            for place in (-2, -1, 0, 1)
        ),
    )


CLAIM = Claim(
    id="S41",
    slug="sign-steps",
    title="The stationary law of sign SGD is a product of ratios on its lattice",
    statement=(
        r"Let $w'=w-\lambda\,\mathrm{sign}\,g(w,x)$ move up with probability $p(w)$ and down with $q(w)$. On $w_0+\lambda\mathbb Z$ "
        r"a stationary law exists if and only if $\sum_j\prod_{i<j}\frac{p(w_i)}{q(w_{i+1})}$ converges on both sides, and then "
        r"$\frac{\pi(w_{j+1})}{\pi(w_j)}=\frac{p(w_j)}{q(w_{j+1})}$. For $g=w-x$: $p(w)=P(x>w)$; with $x$ uniform on "
        r"$[-n\lambda,n\lambda]$, $\pi$ is binomial."
    ),
    hypotheses=(r"$p,q>0$ on the class of $w_0$",),
    cite=("karlin1957",),
    example=r"$x\sim N(0,1)$, $\lambda=\tfrac13$, $w_0=0$: $\mathbb Ew^2=0.2313\ldots$; on $[-2,2]$, $\lambda=1$: $\pi(0)=\tfrac38$",
    quantities=(
        Quantity(
            "second moment under normal noise",
            SECOND,
            (
                Route("question", second_by_question),
                Route("independent", second_by_products),
                Route("monte carlo", second_by_simulation, 20_000),
            ),
            "theory.md D, row 19",
        ),
        Quantity(
            "P(w = 0) under uniform noise",
            "0.375",
            (
                Route("question", centre_by_question),
                Route("independent", centre_by_urn),
                Route("monte carlo", centre_by_simulation, 20_000),
            ),
            "theory.md D, row 19",
        ),
    ),
    control=Control("steps of 1/4 in place of 1/3", second_is, {"step": "1/3"}, ({"step": "1/4"},)),
    problem=noisy_median,
    proof=proof,
)
