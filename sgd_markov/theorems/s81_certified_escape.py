"""S81: a residual that is small at every state encloses a mean exit time, however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SLOPE = "9/10"
LOUD, QUIET = "3/10", "1/20"


def autoregression(s: str = LOUD) -> Chain:
    """w' = 9/10 w + s z: SGD on w^2/2 with learning rate 1/10 and noise."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.normal import Normal
    from .chains import w

    z = sp.Symbol("z", real=True)
    return RandomMap({w: sp.Rational(SLOPE) * w + sp.Rational(s) * z}, noise={z: Normal(0, 1)})


def by_question(s: str, effort: Effort) -> Reading:
    from ..questions.exit_time import exit_time

    return Reading.of(exit_time(autoregression(s), start=0, inside=[-1, 1], effort=effort))


def in_doubles(s: str, effort: Effort) -> Reading:
    """The same nodes in double precision, without a subtraction."""
    from ..questions.exit_time import exit_time

    return Reading.of(exit_time(autoregression(s), start=0, inside=[-1, 1], digits=12, method="estimated"))


def nystrom(s: str, size: int) -> tuple[float, float]:
    """Trapezoidal nodes after w = tanh(u), and a plain solve of I - K in doubles: the mean time from the middle node,
    and a bound of its rounding, the size of the solution times the machine epsilon for every step that it lasts."""
    import numpy as np

    grid = np.linspace(-3.2, 3.2, size)
    nodes = np.tanh(np.sinh(grid) * np.pi / 2)
    weights = (grid[1] - grid[0]) * np.pi / 2 * np.cosh(grid) / np.cosh(np.sinh(grid) * np.pi / 2) ** 2
    spread = float(eval_rational(s))
    steps = (nodes[None, :] - float(eval_rational(SLOPE)) * nodes[:, None]) / spread
    kernel = np.exp(-steps * steps / 2) / (spread * np.sqrt(2 * np.pi)) * weights
    times = np.linalg.solve(np.eye(size) - kernel, np.ones(size))
    middle = float(times[size // 2])
    return middle, float(abs(times).max()) * abs(middle) * 1e-15


def eval_rational(text: str) -> float:
    from fractions import Fraction

    return float(Fraction(text))


def by_plain_solve(s: str, effort: Effort) -> Reading:
    """Another rule and an ordinary solver; two sizes show its error."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    (rough, _), (fine, rounding) = nystrom(s, 121), nystrom(s, 161)
    reach = Fraction(abs(fine - rough) + rounding)
    return Reading(Enclosure(Fraction(fine) - reach, Fraction(fine) + reach), Warrant.ESTIMATED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_mean

    times = first_passage(autoregression(), [sp.Abs(w) > 1], 4_000, effort, chains, sp.Integer(0))
    return sample_mean(times.time.astype(np.float64))


def an_ordinary_solver_finds_it(effort: Effort, s: str) -> bool:
    """Is the plain solution within one per cent of the certified time?"""
    import numpy as np

    certified = by_question(s, effort.with_digits(3)).enclosure
    try:
        found = nystrom(s, 161)[0]
    except np.linalg.LinAlgError:
        return False
    return abs(found / float(certified.middle) - 1) < 0.01


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Positive

    eps, v, n, rho, peak = sp.symbols("varepsilon v n rho M", positive=True)
    return (
        Argued(
            "Let K be the kernel killed outside the region; the time solves the equation of first steps",
            r"\tau = 1 + K\tau",
        ),
        Argued(
            "If a bounded v >= 0 has a residual of at most epsilon at every state, then v/(1 - epsilon) satisfies",
            r"\left|v - Kv - 1\right|\le\varepsilon<1\ \Rightarrow\ \frac v{1-\varepsilon}\ge 1 + K\frac v{1-\varepsilon}",
        ),
        Identity("since", v / (1 - eps) - (v - (1 - eps)) / (1 - eps), sp.Integer(1)),
        Argued(
            "Iterating, the sum of K^n 1 stays below it: the mean time is finite, and likewise from below",
            r"\frac v{1+\varepsilon}\le\sum_{n\ge0}K^n1=\tau\le\frac v{1-\varepsilon}",
        ),
        Positive("The two bounds are in order", 1 / (1 - eps) - 1 / (1 + eps), {eps: (0, 1)}),
        Cited(
            "The rule with n Gauss-Legendre nodes errs on a function bounded by M on the ellipse of parameter rho by at most",
            r"\frac{64}{15}\,\frac{M\rho^{-2n}}{1-\rho^{-2}}",
            "trefethen2013",
        ),
        Identity(
            "which is a geometric series over the Chebyshev coefficients of even order from 2n on",
            2 * peak * sp.Rational(32, 15) * rho ** (-2 * n) / (1 - rho ** (-2)),
            sp.Rational(64, 15) * peak * rho ** (-2 * n) / (1 - rho ** (-2)),
        ),
        Cited(
            "In doubles the system is solved without a subtraction: the exact probability to leave stands for the diagonal",
            r"1 - K_{ii} = \sum_{j\ne i} K_{ij} + P_i(\text{leave})",
            "grassmann1985",
        ),
    )


CLAIM = Claim(
    id="S81",
    slug="certified-escape",
    title="Mean exit times of smooth chains, certified however long they are",
    statement=(
        r"Let $w'=m(w)+s(w)z$ with a bounded density, $D$ bounded and $K$ the kernel killed outside $D$. If $0\le v$ is "
        r"bounded and $|v-Kv-1|\le\varepsilon<1$ on all of $D$, then $v/(1+\varepsilon)\le\mathbb E_w\tau\le v/(1-\varepsilon)$"
    ),
    hypotheses=(r"$v$ is bounded and at least $0$ on $D$", r"the residual is bounded at every state of $D$, not at nodes only"),
    cite=("trefethen2013", "grassmann1985"),
    example=r"$w'=\tfrac9{10}w+sz$ from $0$ inside $[-1,1]$",
    quantities=(
        Quantity(
            "mean exit time at s = 3/10",
            "25.08131983480768176138",
            (
                Route("question", lambda effort: by_question(LOUD, effort)),
                Route("independent", lambda effort: by_plain_solve(LOUD, effort)),
                Route("further", lambda effort: in_doubles(LOUD, effort)),
                Route("monte carlo", by_simulation, 20_000),
            ),
            "issue 4, 40-digit collocation",
        ),
    ),
    control=Control(
        "an ordinary solver in double precision, once the chain lives longer than 1e16 steps",
        an_ordinary_solver_finds_it,
        {"s": LOUD},
        ({"s": QUIET},),
    ),
    problem=autoregression,
    proof=proof,
)
