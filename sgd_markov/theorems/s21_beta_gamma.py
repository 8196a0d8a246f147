"""S21: gamma stationary laws by the beta-gamma algebra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

SHAPE, NOISE = "3/2", "1/2"
AT_1 = "erf(1/sqrt(2)) - sqrt(2/pi)*exp(-1/2)"
"""P(chi^2_3 <= 1)."""


def chain(second: object = NOISE, shape: object = SHAPE, noise: object = NOISE) -> Chain:
    """w' = M (w + e), M ~ Beta(shape, second), e ~ Gamma(noise, 2): chi-square noise for noise = 1/2."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.beta import Beta
    from ..laws.gamma import Gamma
    from .chains import w

    m, e = sp.symbols("m e", real=True)
    return RandomMap({w: m * (w + e)}, noise={m: Beta(shape, second), e: Gamma(noise, 2)})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at=1)


def share_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(AT_1, effort)


def third_by_question(effort: Effort) -> Reading:
    from .chains import w
    from .stationary_laws import asked

    return asked(chain(), effort, of=w**3)


def third_by_recursion(effort: Effort) -> Reading:
    from .stationary_laws import by_recursion

    return by_recursion(chain(), 3, effort)


def move(rng: Any, state: Any) -> Any:
    return rng.beta(1.5, 0.5, size=len(state)) * (state + rng.chisquare(1, size=len(state)))


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1, effort, chains)


def third_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: state**3, effort, chains)


def second_moment_is_gamma(effort: Effort, second: str) -> bool:
    """Is E w^2 = 4 * 3/2 * 5/2 with M ~ Beta(3/2, second)?"""
    from .stationary_laws import agrees, by_recursion

    return agrees(by_recursion(chain(second), 2, effort), "15", effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    a, b = sp.symbols("a b", positive=True)
    third = sp.erf(1 / sp.sqrt(2)) - sp.sqrt(2 / sp.pi) * sp.exp(-sp.Rational(1, 2))
    return (
        *steps_of(chain(b, a, b), "gamma_perpetuity"),
        Value("At the example, the chi-square law of 3 degrees of freedom", third, "0.198748043098799"),
    )


CLAIM = Claim(
    id="S21",
    slug="beta-gamma-algebra",
    title="Beta multipliers and gamma noise: gamma laws",
    statement=(
        r"Let $M\sim$ Beta$(a,b)$ and $e\sim$ Gamma$(b,s)$ be independent. Then $w'=M(w+e)$ keeps Gamma$(a,s)$ and "
        r"$w'=Mw+e$ keeps Gamma$(a+b,s)$, and no other law."
    ),
    hypotheses=(r"$a,b,s>0$",),
    cite=("letac1986", "vervaat1979"),
    example=r"$a=\tfrac32$, $b=\tfrac12$, $s=2$: $w\sim\chi^2_3$",
    quantities=(
        Quantity(
            "P(w <= 1)",
            "0.198748043098799",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "erf(1/sqrt(2)) - sqrt(2/pi) exp(-1/2)",
        ),
        Quantity(
            "third moment",
            "105",
            (
                Route("question", third_by_question),
                Route("independent", third_by_recursion),
                Route("monte carlo", third_by_simulation, 40_000),
            ),
            "3*5*7",
        ),
    ),
    control=Control(
        "M of another second parameter than the shape of the noise",
        second_moment_is_gamma,
        {"second": NOISE},
        ({"second": "1"},),
    ),
    problem=chain,
    proof=proof,
)
