"""S45: sign SGD on a random curvature walks geometrically around its minimum, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step


def walk(share: object = "2/3") -> Chain:
    """Sign SGD on x w^2/2 with x = 1 with probability `share`, else -1, rate 1."""
    from ..laws.two_point import TwoPoint
    from ..optimizers.sign_sgd import SignSGD
    from .chains import w, x

    return SignSGD(x * w**2 / 2, [w], 1, data={x: TwoPoint(1, -1, share)})


def second_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(walk(), effort, of=w**2, start="1/2")


def second_by_series(effort: Effort) -> Reading:
    """2 sum_j (j + 1/2)^2 r^j (1 - r)/2 with r = 1/2, term by term; the rest from the last one."""
    from flint import arb

    from .stationary_laws import by_integral

    def value() -> arb:
        terms = [(arb(j) + arb(1) / 2) ** 2 / arb(2) ** (j + 1) for j in range(400)]
        return sum(terms, start=arb(0)) + arb(0).union(4 * terms[-1])

    return by_integral(value, effort)


def second_by_simulation(effort: Effort, chains: int) -> Reading:
    """Both parities: half of the chains start one step further."""
    import numpy as np

    from .sampling import sample_mean, widened

    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    state = np.arange(chains, dtype=np.float64) % 2 + 0.5
    for _ in range(400):
        state = state - np.sign(state) * np.where(rng.random(chains) < 2 / 3, 1.0, -1.0)
    return widened(sample_mean(np.square(state)), "1e-6", "1e-6")


def law_exists(effort: Effort, share: str) -> bool:
    """Is there a stationary law on 1/2 + Z?"""
    from ..errors import HypothesisViolated
    from .chains import w
    from .stationary_laws import asked

    try:
        asked(walk(share), effort, of=w**2, start="1/2")
    except HypothesisViolated:
        return False
    return True


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..effort import Effort
    from ..invariant.birth_death import recognise
    from ..invariant.stationary_law import Place
    from ..proof import Argued, Identity
    from .chains import w

    law = recognise(walk(), Place({w: sp.Rational(1, 2)}), Effort())
    assert law is not None
    r = sp.Symbol("r", positive=True)
    half = sp.Rational(1, 2)
    series = r * (1 + r) / (1 - r) ** 3 + r / (1 - r) ** 2 + half**2 / (1 - r)
    return (
        *law.proof,
        Identity(
            "sum_j (j + 1/2)^2 r^j, one power of r taken out", sp.cancel((series - half**2) / r), sp.cancel(shifted(r))
        ),
        Identity("at r = 1/2, with the weight (1 - r)", (series * (1 - r)).subs(r, half), sp.Rational(17, 4)),
        Argued("At p = 1/2 all masses are equal, and have no finite sum", r"r=1:\quad\textstyle\sum_j r^j=\infty"),
    )


def shifted(r: sp.Expr) -> sp.Expr:
    """sum_j (j + 3/2)^2 r^j."""
    return r * (1 + r) / (1 - r) ** 3 + 3 * r / (1 - r) ** 2 + 9 / (4 * (1 - r))


CLAIM = Claim(
    id="S45",
    slug="sign-of-curvature",
    title="Sign SGD on a random curvature: a geometric law around the minimum",
    statement=(
        r"Let sign SGD fit $\tfrac12xw^2$ with $P(x>0)=p$, $P(x<0)=1-p$. Off the lattice $\lambda\mathbb Z$ (where it ends in 0) the "
        r"stationary law exists if and only if $p>\tfrac12$; on $\tfrac\lambda2+\lambda\mathbb Z$ it is "
        r"$\pi\bigl(\pm(j+\tfrac12)\lambda\bigr)\propto r^j$, $r=\frac{1-p}p$."
    ),
    hypotheses=(r"$w_0\notin\lambda\mathbb Z$",),
    cite=("karlin1957",),
    example=r"$p=\tfrac23$, $\lambda=1$, $w_0=\tfrac12$: $\mathbb Ew^2=\tfrac{17}4$",
    quantities=(
        Quantity(
            "second moment",
            "4.25",
            (
                Route("question", second_by_question),
                Route("independent", second_by_series),
                Route("monte carlo", second_by_simulation, 20_000),
            ),
            "theory.md D, row 19",
        ),
    ),
    control=Control("a fair sign of the curvature", law_exists, {"share": "2/3"}, ({"share": "1/2"},)),
    problem=walk,
    proof=proof,
)
