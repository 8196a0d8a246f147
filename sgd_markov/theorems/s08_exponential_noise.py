"""S08: exponential and Laplace noise at a fixed ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(symmetric: bool = False, zero: object = "0") -> Chain:
    """w' = w/2 + e with e exponential (Laplace if `symmetric`), which is 0 with the probability `zero`."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.bernoulli import Bernoulli
    from ..laws.exponential import Exponential
    from ..laws.laplace import Laplace
    from .chains import w

    b, e = sp.symbols("b e", real=True)
    law = Laplace(0, 1) if symmetric else Exponential(1)
    none = exact(zero, "zero")
    if none == 0:
        return RandomMap({w: w / 2 + e}, noise={e: law})
    return RandomMap({w: w / 2 + b * e}, noise={b: Bernoulli(1 - none), e: law})


def exponential_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=1)


def laplace_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(symmetric=True), effort, cdf_at=1)


def exponential_by_phases(effort: Effort) -> Reading:
    """Finitely many phases by partial fractions; the others, of mean 2^(1-N), are below a small number almost surely."""
    from .stationary_laws import by_integral

    return by_integral(lambda: phases(1), effort)


def laplace_by_phases(effort: Effort) -> Reading:
    from .stationary_laws import by_integral

    return by_integral(lambda: phases(2), effort)


def phases(power: int) -> Any:
    """P(w <= 1) from N = prec parts: sum of c_n exp(-2^n x) with c_n = prod_(j != n) 1/(1 - 2^(power (n-j))), halved for power 2.

    The parts left have an absolute mean of at most 2^(1-N), so that they exceed d = 2^(-N/2) with probability at most 2 d;
    moving x by d changes the value by less than the terms do between the two ends.
    """
    from flint import arb, ctx

    from ..balls.precision import precision

    size = 2 * ctx.prec
    with precision(4 * ctx.prec):
        shift = arb(2) ** (-size // 2)
        place = (1 - shift).union(1 + shift)
        total = arb(0)
        for n in range(size):
            weight = arb(1)
            for j in range(size):
                if j != n:
                    weight /= 1 - arb(2) ** (power * (n - j))
            total += weight * (-place * arb(2) ** n).exp()
            if n > 12:
                total += (-arb(2) ** n / 2).exp().union(-((-arb(2) ** n / 2).exp()))
                break
        found = 1 - total / power
        return found + (-2 * shift).union(2 * shift)


def exponential_move(rng: Any, state: Any) -> Any:
    return state / 2 + rng.exponential(size=len(state))


def laplace_move(rng: Any, state: Any) -> Any:
    return state / 2 + rng.laplace(size=len(state))


def exponential_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(exponential_move, 1, effort, chains)


def laplace_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(laplace_move, 1, effort, chains)


def is_convolution(effort: Effort, zero: str) -> bool:
    """Is the law an infinite convolution of exponential laws, none of which is closed?"""
    from .stationary_laws import family_is

    return family_is(chain(zero=zero), "infinite convolution of exponential laws", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return (*steps_of(chain(), "exponential_noise"), *steps_of(chain(symmetric=True), "exponential_noise"))


CLAIM = Claim(
    id="S08",
    slug="exponential-noise",
    title="Exponential and Laplace noise: q-series",
    statement=(
        r"For $0<\rho<1$ and standard exponential $\xi$ the stationary law of $w'=\rho w+\xi$ has "
        r"$P(w>x)=\frac1{(\rho;\rho)_\infty}\sum_{n\ge0}\frac{(-1)^n\rho^{n(n+1)/2}}{(\rho;\rho)_n}e^{-x/\rho^n}$, "
        r"$x\ge0$; for Laplace $\xi$ the $n$-th term is multiplied by $\prod_{j\ge0}(1+\rho^{j-n})^{-1}$."
    ),
    hypotheses=(r"$0<\rho<1$",),
    cite=("bertoin2004", "vervaat1979",),
    example=r"$\rho=\tfrac12$",
    quantities=(
        Quantity(
            "P(w <= 1) for exponential noise",
            "0.173673011788865",
            (
                Route("question", exponential_by_question),
                Route("independent", exponential_by_phases),
                Route("monte carlo", exponential_by_simulation, 20_000),
            ),
            "partial fractions",
        ),
        Quantity(
            "P(w <= 1) for Laplace noise",
            "0.765318113727762",
            (
                Route("question", laplace_by_question),
                Route("independent", laplace_by_phases),
                Route("monte carlo", laplace_by_simulation, 20_000),
            ),
            "partial fractions",
        ),
    ),
    control=Control(
        "noise that is 0 with probability 1/2: the exponential law itself",
        is_convolution,
        {"zero": "0"},
        ({"zero": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)
