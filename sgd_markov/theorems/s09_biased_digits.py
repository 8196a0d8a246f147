"""S09: binary digits from a biased coin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

def chain(one: object = "2/3") -> Chain:
    """w' = (w + b)/2 with b = 1 with probability `one`, else 0."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.bernoulli import Bernoulli
    from .chains import w

    b = sp.Symbol("b", real=True)
    return RandomMap({w: (w + b) / 2}, noise={b: Bernoulli(exact(one, "one"))})


def share_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, cdf_at="1/3")


def share_by_formula(effort: Effort) -> Reading:
    """1/3 = 0.0101..., so F = q^2 + q p F with p = 2/3, q = 1/3."""
    from .chains import closed_form

    return closed_form("(1/9)/(1 - 2/9)", effort)


def move(rng: Any, state: Any) -> Any:
    return (state + (rng.random(len(state)) < 2 / 3)) / 2


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    from .stationary_laws import sampled_share

    return sampled_share(move, 1 / 3, effort, chains)


def is_singular(effort: Effort, one: str) -> bool:
    """Is the law proved to be singular?"""
    from ..questions.stationary import stationary

    return bool(stationary(chain(one), effort=effort).kind == "singular")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Value
    from .stationary_laws import steps_of

    dimension = (sp.log(3) - sp.Rational(2, 3) * sp.log(2)) / sp.log(2)
    return (*steps_of(chain(), "digit_law"), Value("Its dimension, entropy over exponent", dimension, "0.918295834054490"))


CLAIM = Claim(
    id="S09",
    slug="biased-digits",
    title="Digits from a biased coin: a singular law on an interval",
    statement=(
        r"Let $w'=M_iw+B_i$ with probability $p_i$, the images of the hull of the attractor sharing at most end "
        r"points. The stationary law is uniform if the images tile the hull and $p_i=|M_i|$, else singular, of "
        r"dimension $\sum p_i\log p_i/\sum p_i\log|M_i|<1$; its distribution function is exact where the digits of "
        r"the place are periodic."
    ),
    hypotheses=(r"the images of the hull share at most end points",),
    cite=("hutchinson1981", "geronimo1989",),
    example=r"$w'=\tfrac12(w+b)$, $P(b=1)=\tfrac23$: $P(w\le\tfrac13)=\tfrac17$, dimension $0.918\ldots$",
    quantities=(
        Quantity(
            "P(w <= 1/3)",
            "0.142857142857143",
            (
                Route("question", share_by_question),
                Route("independent", share_by_formula),
                Route("monte carlo", share_by_simulation, 20_000),
            ),
            "1/7",
        ),
    ),
    control=Control(
        "a fair coin: the uniform law",
        is_singular,
        {"one": "2/3"},
        ({"one": "1/2"},),
    ),
    problem=chain,
    proof=proof,
)
