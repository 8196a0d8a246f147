"""S77: the mean time to escape grows without bound along a ladder of saddles, each rung solved exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

START, MIDDLE = "1/16", 8


def multipliers(rung: int) -> tuple[sp.Rational, sp.Rational]:
    """h^(k+1) and h^-k with h = 1 + 1/k: drift (log h)/2 in each step."""
    import sympy as sp

    h = 1 + sp.Rational(1, rung)
    return h ** (rung + 1), h**-rung


def saddle(rung: int, faster: str = "1") -> Chain:
    """l = x w^2/2, x = a +- 1, along the unstable direction; `faster` multiplies the learning rate."""
    import sympy as sp

    from .chains import two_point

    up, down = multipliers(rung)
    lr = (up - down) / 2
    return two_point((2 - up - down) / (2 * lr), lr * sp.Rational(faster))


def problem() -> Chain:
    return saddle(MIDDLE)


def by_question(rung: int, effort: Effort) -> Reading:
    from ..questions.exit_time import exit_time

    return Reading.of(exit_time(saddle(rung), start=START, inside=[-1, 1], effort=effort))


def distance(rung: int) -> int:
    """The smallest m with h^m > 16."""
    from fractions import Fraction

    h, m = 1 + Fraction(1, rung), 0
    while h**m <= 16:
        m += 1
    return m


def by_wald(rung: int, effort: Effort) -> Reading:
    """2 m <= E tau <= 2 (m + k): the overshoot is 0, ..., k steps of the lattice."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    m = distance(rung)
    return Reading(Enclosure(Fraction(2 * m), Fraction(2 * (m + rung))), Warrant.CERTIFIED)


def by_counts(rung: int, effort: Effort) -> Reading:
    """All paths merged by how often each multiplier was drawn, without the characteristic equation."""
    from fractions import Fraction

    import sympy as sp

    from ..answer.warrant import Warrant
    from ..engines.count_walk import CountWalk

    half = sp.Rational(1, 2)
    squares = [Fraction(int(m.p), int(m.q)) ** 2 for m in multipliers(rung)]
    walk = CountWalk((squares[0], squares[1]), (half, half), Fraction(16**2))
    return Reading(walk.mean_time(effort.with_digits(3)), Warrant.CERTIFIED)


def by_simulation(rung: int, effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_mean

    times = first_passage(saddle(rung), [sp.Abs(w) > 1], 50_000, effort, chains, sp.Rational(START))
    return sample_mean(times.time.astype(np.float64))


def as_slow_as_claimed(effort: Effort, rung: str, faster: str) -> bool:
    """Is E tau >= 2 k log 16?"""
    import sympy as sp

    from ..balls.adaptive import refine_expression
    from ..errors import Inconclusive
    from ..questions.exit_time import exit_time
    from .chains import decided

    few = effort.with_digits(2)
    bound = refine_expression(2 * int(rung) * sp.log(16), effort, "the bound")
    try:
        found = exit_time(saddle(int(rung), faster), start=START, inside=[-1, 1], effort=few).enclosure
    except Inconclusive as refusal:
        found = refusal.enclosure
    assert found is not None
    verdict = True if found.lower >= bound.upper else False if found.upper < bound.lower else None
    return decided(verdict, "the order of the mean time and its bound")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Definition, Identity, Limit, Positive

    k = sp.Symbol("k", positive=True)
    t = sp.Symbol("t", positive=True)
    up, down, lr = sp.symbols("M_1 M_2 lambda", positive=True)
    a = (2 - up - down) / (2 * lr)
    return (
        Definition("The rungs", sp.Symbol("h"), 1 + 1 / k),
        Identity("With lr = (M1 - M2)/2 and this a the multipliers are M1", 1 - lr * (a - 1), up, given={lr: (up - down) / 2}),
        Identity("and M2", 1 - lr * (a + 1), down, given={lr: (up - down) / 2}),
        Identity("M1 = h^(k+1), M2 = h^-k: their product is h, the exponent", (1 + 1 / k) ** (k + 1) * (1 + 1 / k) ** -k, 1 + 1 / k),
        Limit("which tends to 0", sp.log(1 + 1 / k) / 2, k, sp.oo, sp.Integer(0)),
        Limit("while M1 tends to e, so that lr tends to sinh 1", (1 + 1 / k) ** (k + 1), k, sp.oo, sp.E),
        Identity("where 1 + sinh^2 = cosh^2", 1 + ((t - 1 / t) / 2) ** 2, ((t + 1 / t) / 2) ** 2),
        Argued("makes the limit of a the critical one of that rate", r"a\to\frac{1-\cosh1}{\sinh1}=\frac{1-\sqrt{1+\lambda^2}}\lambda"),
        Cited("Wald's identity, the overshoot not being negative", r"\mathbb E\tau\ge\frac{\log(L/|w_0|)}{\gamma}", "wald1944"),
        Positive("log(1 + t) <= t, since the difference has the derivative", 1 - 1 / (1 + t), {t: (sp.Integer(0), sp.oo)}),
        Argued("so the mean time is at least", r"\mathbb E\tau\ge2k\log\frac L{|w_0|}\to\infty"),
        Argued(
            "The mean step multiplies by (M1 + M2)/2, which tends to cosh 1: gradient descent escapes at a fixed rate",
            r"\log\tfrac{M_1+M_2}2\to\log\cosh1=0.4337\ldots",
        ),
    )


def routes(rung: int, chains: int) -> tuple[Route, ...]:
    return (
        Route("question", lambda effort: by_question(rung, effort)),
        Route("independent", lambda effort: by_wald(rung, effort), bounds=True),
        Route("monte carlo", lambda effort, count: by_simulation(rung, effort, count), chains),
    )


COUNTED = Route("further", lambda effort: by_counts(2, effort), bounds=True)

CLAIM = Claim(
    id="S77",
    slug="slow-escape-ladder",
    title="The mean time to escape a saddle, exactly, as long as one likes",
    statement=(
        r"Let $h=1+\tfrac1k$ and $\ell=xw^2/2$ with $x=a\pm1$, where $\lambda$ and $a$ are such that $M\in\{h^{k+1},h^{-k}\}$. "
        r"From $|w_0|<L$ the mean number of steps until $|w_t|>L$ is at least $2k\log\frac L{|w_0|}$, which grows without "
        r"bound in $k$, while $\lambda\to\sinh1$ and the mean step multiplies by $1-\lambda a\to\cosh1$."
    ),
    hypotheses=(r"$k=1,2,3,\dots$", "samples are independent"),
    cite=("wald1944", "ziyin2022"),
    example=r"$L=1$, $w_0=\tfrac1{16}$; $k=2$ and $k=8$",
    quantities=(
        Quantity("mean time at k = 2", "15.684583296439117", (*routes(2, 16_000), COUNTED), "own"),
        Quantity("mean time at k = 8", "55.512337654503486", routes(MIDDLE, 16_000), "own"),
    ),
    control=Control(
        "half the learning rate at the same a, far from the critical one: escape is fast",
        as_slow_as_claimed,
        {"rung": "8", "faster": "1"},
        ({"rung": "8", "faster": "1/2"},),
    ),
    problem=problem,
    proof=proof,
)
