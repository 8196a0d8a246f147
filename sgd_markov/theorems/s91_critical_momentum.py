"""S91: momentum closes the window in which SGD converges to a local maximum, between 0.63 and 0.64 at a = -1/5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A = "-1/5"
BELOW, OPEN, CLOSED = "3/5", "63/100", "16/25"
LR, BEST = "1/2", "99/200"
"""A learning rate inside the window at 3/5, and the one with the smallest exponent near 63/100."""

VALUE = "-0.0049"
CELLS = 1 << 13
STEPS, FORGOTTEN = 200, 60


def problem() -> Chain:
    return with_momentum(BELOW, LR)


def with_momentum(beta: str, lr: str) -> Chain:
    """EMA momentum on x w^2/2, x = a + 1 or a - 1: L = a w^2/2 has a maximum at 0."""
    from ..expressions import exact
    from ..laws.two_point import TwoPoint
    from ..optimizers.ema_momentum import EMAMomentum
    from .chains import w, x

    centre = exact(A, "a")
    return EMAMomentum(x * w**2 / 2, [w], lr, beta1=beta, data={x: TwoPoint(centre + 1, centre - 1)})


def by_question(effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    chain = problem()
    return Reading.of(lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort.with_digits(1)))


def matrices() -> list[sp.Matrix]:
    """In the coordinates of heavy ball with the learning rate (1 - beta) lr."""
    import sympy as sp

    from .plane_products import momentum_pair

    beta = sp.Rational(BELOW)
    return momentum_pair((1 - beta) * sp.Rational(LR), beta, sp.Rational(A))


def by_constant_cells(effort: Effort) -> Reading:
    from . import plane_products

    return plane_products.by_constant_cells(matrices(), CELLS, effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    from . import plane_products

    return plane_products.by_simulation(matrices(), FORGOTTEN, STEPS, effort, chains)


def attracts(effort: Effort, momentum: str) -> bool:
    """Is the exponent at the best learning rate proved to be negative (True), or positive (False)?"""
    import sympy as sp

    from ..engines.direction_cells.narrowed import top_exponent
    from ..errors import Inconclusive

    beta, rate, mean = sp.Rational(momentum), sp.Rational(BEST), sp.Rational(A)
    atoms = [
        (sp.Rational(1, 2), sp.Matrix([[1 - rate * (1 - beta) * x, -rate * beta], [(1 - beta) * x, beta]]))
        for x in (mean + 1, mean - 1)
    ]
    found = top_exponent(atoms, effort.with_digits(0))
    if found is None or found.sign is None:
        raise Inconclusive("the sign of the exponent", found)
    return found.sign < 0


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Positive, Value

    lam, beta, x, w, m, r = sp.symbols("lambda beta x w m r", real=True)
    share = beta / (1 - beta)
    after = beta * m + (1 - beta) * x * w
    u = w - lam * share * m
    closed, steep, cone = sp.Rational(CLOSED), sp.Rational(6, 5), sp.Integer(3)
    at_closed = {beta: closed}
    lost = lam * steep + lam**2 * steep * share * cone
    pushed = beta * cone + (1 - beta) * steep + lam * beta * steep * cone
    return (
        Argued("One step of EMA momentum at the maximum is", r"m' = \beta m + (1-\beta)xw, \qquad w' = w - \lambda m'"),
        Argued(
            "Open: at the momentum 63/100 and the learning rate 99/200 the bracket of claim R42 on cells of the projective line gives",
            r"\Lambda \in [-0.000214, -0.000201]",
        ),
        Identity(
            "Closed at 16/25. Near 0: the place corrected by its momentum, u = w - lambda beta/(1 - beta) m, moves by",
            (w - lam * after) - lam * share * after - u,
            -lam * x * (u + lam * share * m),
        ),
        Positive(
            "so that |m| <= 3|u| is kept for lambda < 1/100, since |x| <= 6/5:",
            (cone * (1 - lost) - pushed).subs(at_closed),
            {lam: (0, sp.Rational(1, 100))},
        ),
        Positive(
            "and with log(1 + z) >= z - z^2 the exponent divided by lambda is at least",
            (sp.Rational(1, 5) - lam * share * steep * cone - lam * (steep + lam * steep * share * cone) ** 2).subs(
                at_closed
            ),
            {lam: (0, sp.Rational(1, 100))},
        ),
        Identity(
            "Far out: the ratio r of successive places of heavy ball has",
            (w - lam * after).subs(m, (w / r - w) / lam) / w - (1 + beta - lam * (1 - beta) * x - beta / r),
            sp.Integer(0),
        ),
        Positive(
            "so that |r| >= 2 is kept, and |w| doubles, for lambda > 14, since |x| >= 4/5:",
            (lam * (1 - beta) * sp.Rational(4, 5) - (1 + beta) - beta / 2 - 2).subs(at_closed),
            {lam: (14, sp.oo)},
        ),
        Argued(
            "Between: some 200 intervals cover [1/100, 14]; on each, one function of the direction that is constant on up to 2^14 cells "
            "has inf (phi + P h - h) > 0 for every learning rate of the interval (`proved_closed`, which the tests run)",
            r"\Lambda(\lambda) > 0 \quad \text{for all } \lambda > 0",
        ),
        Value(
            "Without momentum the window ends at",
            (sp.Rational(1, 5) + sp.sqrt(2 - sp.Rational(1, 25))) / sp.Rational(24, 25),
            "1.66666666666667",
        ),
    )


CLAIM = Claim(
    id="S91",
    slug="critical-momentum",
    title="Momentum closes the window at a local maximum",
    statement=(
        r"Let $\ell=xw^2/2$ with $x=a\pm1$, $a=-\tfrac15$, and EMA momentum $\beta_1$. At $\beta_1=0.63$ there is a learning rate with "
        r"$\Lambda<0$, so that SGD converges to the strict local maximum; at $\beta_1=0.64$ $\Lambda>0$ for every $\lambda>0$."
    ),
    hypotheses=(
        "samples are independent",
        r"nothing is said between $0.63$ and $0.64$: monotonicity in $\beta_1$ is not proved",
    ),
    cite=("furstenberg1960", "ziyin2022"),
    example=r"$\beta_1=\tfrac35$, $\lambda=\tfrac12$, where the window is open",
    quantities=(
        Quantity(
            "top exponent",
            VALUE,
            (
                Route("question", by_question, bounds=True),
                Route("independent", by_constant_cells, bounds=True),
                Route("monte carlo", by_simulation, 6_000),
            ),
            "theory.md A.4, by simulation",
        ),
    ),
    control=Control(
        "the same at the momentum 0.64 or 0.7: the exponent at that learning rate is positive",
        attracts,
        {"momentum": OPEN},
        ({"momentum": CLOSED}, {"momentum": "7/10"}),
    ),
    problem=problem,
    proof=proof,
)
