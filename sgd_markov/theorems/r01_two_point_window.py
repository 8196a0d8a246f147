"""R01: for which learning rates SGD converges to a local maximum, two-point data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route
from .windows import edge_routes

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A = "-1/5"
LOWER, UPPER = "0.41666666666666666666666666666666666667", "1.66666666666666666666666666666666666667"


def chain_at(lr: object) -> Chain:
    from .chains import two_point

    return two_point(A, lr)


def opens_at_a_maximum(effort: Effort, a: str) -> bool:
    """Is the origin a strict local maximum that attracts for some learning rates?"""
    from fractions import Fraction
    from functools import partial

    from .chains import two_point
    from .windows import intervals

    return Fraction(a) < 0 and intervals(partial(two_point, a), effort) > 0


def problem() -> Chain:
    import sympy as sp

    from .chains import two_point

    return two_point(sp.Symbol("a", real=True), sp.Symbol("lr", positive=True))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Definition, Identity, Positive, Roots

    a, lr, q = sp.symbols("a lambda q", real=True)
    one, two = 1 - lr * (a + 1), 1 - lr * (a - 1)
    meaning = {q: one * two}
    low, middle = -2 * a / (1 - a**2), 1 / (1 + a)
    high, other = ((-a + side * sp.sqrt(2 - a**2)) / (1 - a**2) for side in (1, -1))
    maximum = {a: (sp.Integer(-1), sp.Integer(0))}
    return (
        Definition("The product of the two multipliers", q, one * two),
        Identity("Expanded, a parabola in the learning rate", q, 1 - 2 * a * lr - (1 - a**2) * lr**2, given=meaning),
        Cited(
            "The law of large numbers decides: the mean of the logarithm is the rate of growth",
            r"\frac1n\log\left|\frac{w_n}{w_0}\right| \to \gamma = \tfrac12\log|q|",
            "etemadi1981",
        ),
        Argued("So the origin attracts exactly where the parabola lies strictly between -1 and 1", r"\gamma<0 \iff |q|<1"),
        Positive("The parabola opens downwards", 1 - a**2, maximum),
        Roots("It leaves 1 at 0 and comes back at the lower edge", 1 - q, lr, (sp.Integer(0), low), given=meaning),
        Roots("It meets -1 at the upper edge and at a negative rate", 1 + q, lr, (high, other), given=meaning),
        Identity("It is 0 in between: superstable", one.subs(lr, middle), sp.Integer(0)),
        Positive("The edges are in order: 0 lies below the lower edge", low, maximum),
        Positive("the lower edge below the superstable point", middle - low, maximum),
        Positive("and that below the upper edge", high - middle, maximum),
        Positive("The other root is negative", -other, maximum),
        Argued("Hence the window is one interval", r"\gamma<0 \iff \lambda_-<\lambda<\lambda_+"),
    )


def closed_edge(side: int, effort: Effort) -> Reading:
    """The end by its formula."""
    from .chains import closed_form

    return closed_form(("-2*a/(1-a**2)", "(-a+sqrt(2-a**2))/(1-a**2)")[side].replace("a", f"({A})"), effort)


def routes(side: int, near: str, sampled: tuple[str, str]) -> tuple[Route, ...]:
    formula = Route("further", lambda effort: closed_edge(side, effort))
    return (*edge_routes(chain_at, (0, side), near, sampled), formula)


CLAIM = Claim(
    id="R01",
    slug="two-point-window",
    title="The window of learning rates in which SGD converges to a local maximum",
    statement=(
        r"Let $\ell(w;x)=xw^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, $-1<a<0$: the origin is a strict local "
        r"maximum of the expected loss $L(w)=aw^2/2$. Then $w_t\to0$ almost surely from every start if and only if "
        r"$\lambda_-<\lambda<\lambda_+$, with $\lambda_-=\frac{-2a}{1-a^2}$ and "
        r"$\lambda_+=\frac{-a+\sqrt{2-a^2}}{1-a^2}$."
    ),
    hypotheses=(r"$-1<a<0$", r"$\lambda>0$", "samples are independent"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$: $\lambda_-=\tfrac5{12}$, $\lambda_+=\tfrac53$",
    quantities=(
        Quantity("lower edge", "0.416666666666667", routes(0, LOWER, ("3/10", "6/10")), "theory.md R01"),
        Quantity("upper edge", "1.66666666666667", routes(1, UPPER, ("15/10", "18/10")), "theory.md R01"),
    ),
    control=Control(
        "a = -11/10: the maximum is too steep, both multipliers together always expand and no learning rate attracts",
        opens_at_a_maximum,
        {"a": A},
        ({"a": "-11/10"},),
    ),
    problem=problem,
    proof=proof,
)
