"""S42: SGD with stochastic rounding is a finite chain, and its stationary law a rational vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SECOND = "23/106"


def rounded(rounding: str = "stochastic") -> Chain:
    """SGD on (w - x)^2/2, x = +-1, rate 1/3, projected to [-1, 1] and rounded to multiples of 1/4."""
    from ..laws.rademacher import Rademacher
    from ..optimizers.sgd import SGD
    from .chains import w, x

    return SGD((w - x) ** 2 / 2, [w], "1/3", data={x: Rademacher()}, project=[-1, 1], round_to="1/4", rounding=rounding)


def by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(rounded(), effort, of=w**2)


def by_nullspace(effort: Effort) -> Reading:
    """The kernel of (P - 1) transposed, with P written down by hand: 4 w' is the floor of 8 w/3 + 4 x/3 + U."""
    from fractions import Fraction

    from flint import fmpq, fmpq_mat

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    size = 9
    system = [[fmpq(0)] * size for _ in range(size)]
    for i in range(size):
        system[i][i] -= 1
        for sample in (1, -1):
            at = Fraction(2 * (i - 4) + 4 * sample, 3)
            below = at.numerator // at.denominator
            share = at - below
            for target, p in ((below, 1 - share), (below + 1, share)):
                if p:
                    system[target + 4][i] += fmpq(p.numerator, 2 * p.denominator)
    system[-1] = [fmpq(1)] * size
    masses = fmpq_mat(system).solve(fmpq_mat(size, 1, [0] * (size - 1) + [1]))
    total = sum((masses[i, 0] * fmpq((i - 4) ** 2, 16) for i in range(size)), start=fmpq(0))
    return Reading(Enclosure.point(Fraction(int(total.p), int(total.q))), Warrant.EXACT)


def move(rng: Any, state: Any) -> Any:
    import numpy as np

    sample = rng.choice([-1.0, 1.0], len(state))
    return np.floor(4 * np.clip(state - (state - sample) / 3, -1, 1) + rng.random(len(state))) / 4


def by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**2, effort, chains)


def second_is(effort: Effort, rounding: str) -> bool:
    """Is E w^2 = 23/106?"""
    from .chains import w
    from .stationary_laws import agrees, asked

    return agrees(asked(rounded(rounding), effort, of=w**2), SECOND, effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity
    from .stationary_laws import steps_of

    v, h = sp.symbols("v h", positive=True)
    share = v / h - sp.floor(v / h)
    upper, lower = h * (sp.floor(v / h) + 1), h * sp.floor(v / h)
    return (
        Identity("Stochastic rounding keeps the mean", sp.expand(share * upper + (1 - share) * lower), v),
        Identity(
            "and adds the variance of a coin",
            sp.expand(share * (upper - v) ** 2 + (1 - share) * (lower - v) ** 2),
            sp.expand(h**2 * share * (1 - share)),
        ),
        *steps_of(rounded(), "finite_class"),
        Identity("The second moment at the example", second_moment(), sp.Rational(23, 106)),
    )


def second_moment() -> Any:
    import sympy as sp

    from ..effort import Effort
    from ..invariant.finite_class import recognise
    from ..invariant.stationary_law import Place

    law = recognise(rounded(), Place(), Effort())
    assert law is not None
    return sp.Add(*(value**2 * mass for (value,), mass in law.atoms))


CLAIM = Claim(
    id="S42",
    slug="stochastic-rounding",
    title="SGD with stochastic rounding has a rational stationary law",
    statement=(
        r"Let SGD with finite data of rational numbers be projected to an interval and rounded to $h\mathbb Z$, each value $v$ to one "
        r"of its neighbours with mean $v$. The chain lives on finitely many states; where one closed class is reached, its law "
        r"$\pi P=\pi$ is a vector of rational numbers."
    ),
    hypotheses=(r"finite data", r"one closed class of states"),
    cite=("norris1997",),
    example=r"$\ell=\tfrac12(w-x)^2$, $x=\pm1$, $\lambda=\tfrac13$, $h=\tfrac14$ on $[-1,1]$: $\mathbb Ew^2=\tfrac{23}{106}$",
    quantities=(
        Quantity(
            "second moment",
            "0.216981132075472",
            (
                Route("question", by_question),
                Route("independent", by_nullspace),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "theory.md D, row 20",
        ),
    ),
    control=Control("rounding to the nearest", second_is, {"rounding": "stochastic"}, ({"rounding": "nearest"},)),
    problem=rounded,
    proof=proof,
)
