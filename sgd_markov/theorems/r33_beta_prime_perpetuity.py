"""R33: a beta-prime multiplier of w + 1 keeps a beta-prime law, with an exact heavy tail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

P, SUM = "3/2", "4"
AT_1 = "1/2 + 2/(3*pi)"
"""I_(1/2)(3/2, 5/2)."""


def chain(first: object = P, second: object = SUM) -> Chain:
    """w' = Y (1 + w), Y ~ BetaPrime(first, second)."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.beta_prime import BetaPrime
    from .chains import w

    y = sp.Symbol("y", real=True)
    return RandomMap({w: y * (1 + w)}, noise={y: BetaPrime(first, second)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=1)


def share_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(AT_1, effort)


def mean_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w)


def mean_by_recursion(effort: Effort) -> Reading:
    from .stationary_laws import by_recursion

    return by_recursion(chain(), 1, effort)


def move(rng: Any, state: Any) -> Any:
    p, total = 1.5, 4.0
    return (1 + state) * rng.gamma(p, size=len(state)) / rng.gamma(total, size=len(state))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def mean_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state, effort, chains)


def has_index(effort: Effort, second: str, index: str) -> bool:
    """Is E Y^index = 1, Y ~ BetaPrime(3/2, second), so that the tail has that index?"""
    import sympy as sp

    from ..balls.adaptive import refine_expression
    from ..errors import HypothesisViolated
    from ..laws.beta_prime import BetaPrime

    try:
        power = BetaPrime(P, second).power_affine(sp.Integer(0), sp.Integer(1), sp.Rational(index))
    except HypothesisViolated:  # the moment is infinite
        return False
    return power is not None and 1 in refine_expression(power, effort, "E Y^kappa")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Value
    from .stationary_laws import steps_of

    p, q = sp.symbols("p q", positive=True)
    mean = p / (q - 1)
    return (
        *steps_of(chain(p, p + q), "beta_prime_perpetuity"),
        Identity(
            "The index of the tail: E Y^q = 1",
            sp.gamma(p + q) * sp.gamma((p + q) - q) / (sp.gamma(p) * sp.gamma(p + q)),
            sp.Integer(1),
        ),
        Identity("The mean of the law is kept: E Y (1 + E w)", p / (p + q - 1) * (1 + mean), mean),
        Value("At the example", sp.Rational(1, 2) + 2 / (3 * sp.pi), "0.712206590789194"),
    )


CLAIM = Claim(
    id="R33",
    slug="beta-prime-perpetuity",
    title="A beta-prime multiplier: an exact heavy-tailed stationary law",
    statement=(
        r"Let $w'=Y(1+w)$ with $Y\sim$ beta-prime$(p,p+q)$. Then the stationary law is beta-prime$(p,q)$: "
        r"$P(w>t)\sim t^{-q}/(q\,B(p,q))$, and $\mathbb Ew^r$ is finite exactly for $r<q$."
    ),
    hypotheses=(r"$p,q>0$",),
    cite=("chamayou1991", "vervaat1979"),
    example=r"$p=\tfrac32$, $q=\tfrac52$: $P(w\le1)=\tfrac12+\tfrac2{3\pi}$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.712206590789194",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "theory.md R33",
        ),
        Quantity(
            "mean",
            "1",
            (
                Route("question", mean_by_question),
                Route("independent", mean_by_recursion),
                Route("monte carlo", mean_by_simulation, 20_000),
            ),
            "p/(q - 1)",
        ),
    ),
    control=Control(
        "Y of the law BetaPrime(p, q) itself: the index is not q",
        has_index,
        {"second": SUM, "index": "5/2"},
        ({"second": "5/2", "index": "5/2"},),
    ),
    problem=chain,
    proof=proof,
)
