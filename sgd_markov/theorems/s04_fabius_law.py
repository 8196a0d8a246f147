"""S04: uniform noise at the ratio 1/2, the Fabius law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(ratio: object = "1/2") -> Chain:
    """SGD on (w - u)^2/2 with u uniform on [0, 1] and the learning rate 1 - ratio: w' = ratio w + (1 - ratio) u."""
    import sympy as sp

    from ..expressions import exact
    from ..laws.uniform import Uniform
    from ..optimizers.sgd import SGD
    from .chains import w

    u = sp.Symbol("u", real=True)
    return SGD((w - u) ** 2 / 2, [w], 1 - exact(ratio, "ratio"), data={u: Uniform(0, 1)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/4")


def share_by_formula(effort: Effort) -> Reading:
    """F' = 2 F(2x) below 1/2, twice: F(1/4) = E(1 - w)^2/4 = E w^2/4, and Var w = 1/36."""
    from .chains import closed_form

    return closed_form("(1/36 + 1/4)/4", effort)


def move(rng: Any, state: Any) -> Any:
    return (state + rng.random(len(state))) / 2


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1 / 4, effort, chains)


def third_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/3")


def third_by_series(effort: Effort) -> Reading:
    """The Fourier series of the density on [0, 1], integrated; only odd terms do not vanish."""
    from .stationary_laws import by_integral

    return by_integral(lambda: fourier(10 if effort.digits <= 15 else 11), effort)


def fourier(doublings: int) -> Any:
    """1/3 + sum over odd n < 2^doublings of (-1)^n f(2 pi n) sin(2 pi n/3)/(pi n), f(t) = prod_(j>=2) sinc(t/2^j).

    The rest: |f(2 pi n)| <= prod_(2<=j<=J) 2^j/(2 pi n), J = doublings + 1, which falls like n^(1-J).
    """
    from flint import arb, fmpq

    total = arb(fmpq(1, 3))
    for n in range(1, 2**doublings, 2):
        total -= transform(2 * arb.pi() * n) * (2 * arb.pi() * arb(fmpq(n, 3))).sin() / (arb.pi() * n)
    top, first = doublings + 1, 2**doublings
    bound = arb(2) ** (top * (top + 1) // 2 - 1) / (2 * arb.pi() * first) ** (top - 1)
    rest = bound * (1 + arb(first) / (top - 2)) / (arb.pi() * first)
    return total + (-rest).union(rest)


def transform(t: Any) -> Any:
    """prod_(j>=2) sin(t/2^j)/(t/2^j); sinc x >= 1 - x^2/6 for the rest."""
    from flint import arb, ctx

    product, angle = arb(1), t / 4
    while not abs(angle) < arb(2) ** (-ctx.prec // 2):
        product *= angle.sinc()
        angle /= 2
    return product * (1 - angle**2).union(arb(1))


def third_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1 / 3, effort, chains)


def has_family(effort: Effort, ratio: str) -> bool:
    """Does the question find the Fabius law?"""
    from .stationary_laws import family_is

    return family_is(chain(ratio), "Fabius", effort)


def proof() -> tuple[Step, ...]:
    from .stationary_laws import steps_of

    return steps_of(chain(), "uniform_noise")


CLAIM = Claim(
    id="S04",
    slug="fabius-law",
    title="Uniform noise at the ratio 1/2: the Fabius law",
    statement=(
        r"SGD on $\tfrac12(w-u)^2$ with $u$ uniform on $[0,1]$ and $\lambda=\tfrac12$ has a stationary law on "
        r"$[0,1]$ with a smooth density; its distribution function is the Fabius function, $F'(x)=2F(2x)$ for "
        r"$x\le\tfrac12$, and is rational at dyadic points."
    ),
    hypotheses=(r"$\lambda=\tfrac12$",),
    cite=("fabius1966", "jessenwintner1935",),
    example=r"$P(w\le\tfrac14)=\tfrac5{72}$",
    quantities=(
        Quantity(
            "P(w <= 1/4)",
            "0.0694444444444444",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "5/72",
        ),
        Quantity(
            "P(w <= 1/3)",
            "0.180165114801482",
            (
                Route("question", third_by_question),
                Route("independent", third_by_series),
                Route("monte carlo", third_by_simulation, 20_000),
            ),
            "Fourier series",
        ),
    ),
    control=Control(
        "the ratio 1/3",
        has_family,
        {"ratio": "1/2"},
        ({"ratio": "1/3"},),
    ),
    problem=chain,
    proof=proof,
)
