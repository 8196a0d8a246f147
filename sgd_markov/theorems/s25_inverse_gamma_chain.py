"""S25: the Moebius chain w' = w/(m + e w), whose reciprocal is an affine chain, has an inverse gamma law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

AT_1 = "5/(2*E)"
"""P(1/w >= 1), 1/w of the law Gamma(3, 1)."""


def chain(first: object = 2, second: object = 1, noise: object = 1, scale: object = 1) -> Chain:
    """w' = w/(m + e w) on w > 0, m ~ Beta(first, second), e ~ Gamma(noise, scale)."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.beta import Beta
    from ..laws.gamma import Gamma

    w = sp.Symbol("w", positive=True)
    m, e = sp.symbols("m e", real=True)
    laws = {m: Beta(first, second), e: Gamma(noise, scale)}
    return RandomMap({w: w / (m + e * w)}, noise=laws, domain={w: "positive"})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=1)


def share_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(AT_1, effort)


def move(rng: Any, state: Any) -> Any:
    return state / (rng.beta(2, 1, size=len(state)) + rng.exponential(size=len(state)) * state)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def tail_index_is(effort: Effort, order: str) -> bool:
    """Is order = 3 the index of the tail: is E w^order infinite, and E w^(order - 1/2) finite?"""
    import sympy as sp

    from ..errors import HypothesisViolated
    from ..questions.stationary import stationary

    power = sp.Rational(order)
    problem = chain()
    (w,) = problem.state
    finite = []
    for at in (power, power - sp.Rational(1, 2)):
        try:
            stationary(problem, of=sp.Abs(w, evaluate=False) ** at if not at.is_Integer else w**at, effort=effort)
            finite.append(True)
        except HypothesisViolated:
            finite.append(False)
    return finite == [False, True]


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    a, b, s = sp.symbols("a b s", positive=True)
    return (
        *steps_of(chain(a, b, b, s), "moebius_conjugate"),
        Value("At the example", sp.Rational(5, 2) * sp.exp(-1), "0.919698602928606"),
    )


CLAIM = Claim(
    id="S25",
    slug="inverse-gamma-chain",
    title="A Moebius chain with an inverse gamma law",
    statement=(
        r"Let $w'=\frac w{m+ew}$ on $w>0$ with $m\sim$ Beta$(a,b)$ and $e\sim$ Gamma$(b,s)$ independent. Then $v=1/w$ "
        r"follows $v'=mv+e$ and $w$ has the stationary law of $1/v$, $v\sim$ Gamma$(a+b,s)$: inverse gamma, with "
        r"$P(w>t)\sim\frac{(st)^{-a-b}}{\Gamma(a+b+1)}$. The point $0$, which every step fixes, repels."
    ),
    hypotheses=(r"$a,b,s>0$, $w_0>0$",),
    cite=("letac1986", "vervaat1979"),
    example=r"$a=2$, $b=s=1$: $P(w\le1)=\tfrac5{2e}$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.919698602928606",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "5/(2 e)",
        ),
    ),
    control=Control(
        "the orders 2 and 4 in place of a + b = 3",
        tail_index_is,
        {"order": "3"},
        ({"order": "2"}, {"order": "4"}),
    ),
    problem=chain,
    proof=proof,
)
