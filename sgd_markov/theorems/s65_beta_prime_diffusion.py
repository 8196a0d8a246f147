"""S65: the stationary law of a linear drift with the variance w (1 + w) is beta-prime, an F law up to scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control
from .pearson_routes import Example, moment_formula, routes

if TYPE_CHECKING:
    from ..effort import Effort
    from ..proof import Step

EXAMPLE = Example(("1", "2"), ("0", "1/2", "1/2"), "gamma")


def second_moment_is(effort: Effort, claimed: str) -> bool:
    """Is the claimed number the second moment of the example?"""
    return moment_formula(EXAMPLE.drift, EXAMPLE.variance, claimed, effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Value

    w = sp.Symbol("w", real=True)
    a, k, s = sp.symbols("a k sigma", positive=True)
    alpha, beta = 2 * a / s**2, 1 + 2 * k / s**2
    noise = s**2 * w * (1 + w)
    log_density = (alpha - 1) * sp.log(w) - (alpha + beta) * sp.log(1 + w)
    flux = sp.diff(noise, w) + (noise) * sp.diff(log_density, w)
    return (
        Identity("The density carries no flux", flux, 2 * (a - k * w)),
        Argued(
            "It is integrable and its ends are not reached, or left at once: the law is stationary",
            r"\int\Bigl(bf'+\tfrac12Cf''\Bigr)\pi\,dw=0",
        ),
        Cited("by the criterion", r"\int Af\,d\pi=0\ \forall f\Rightarrow\pi P_t=\pi", "echeverria1982"),
        Identity("The mean of the beta-prime law", alpha / (beta - 1), a / k),
        Identity(
            "and its second moment",
            alpha * (alpha + 1) / ((beta - 1) * (beta - 2)),
            a * (2 * a + s**2) / (k * (2 * k - s**2)),
        ),
        Value(
            "At the example",
            (a * (2 * a + s**2) / (k * (2 * k - s**2))).subs({a: 1, k: 2, s: 1 / sp.sqrt(2)}),
            "0.3571428571",
        ),
    )


CLAIM = Claim(
    id="S65",
    slug="beta-prime-diffusion",
    title="Linear drift and a variance with two real zeros, outside them: the beta-prime law",
    statement=(
        r"The diffusion $dw=(a-kw)\,dt+\sigma\sqrt{w(1+w)}\,dB$ on $w>0$ has the stationary law beta-prime"
        r"$(2a/\sigma^2,\,1+2k/\sigma^2)$; $w\beta/\alpha$ then has an $F$ law."
    ),
    hypotheses=(r"$a,k,\sigma>0$",),
    cite=("pearson1895", "echeverria1982"),
    example=r"$a=1$, $k=2$, $\sigma^2=\tfrac12$: $\mathbb Ew^2=\tfrac5{14}$",
    quantities=(routes(EXAMPLE, "0.357142857142857"),),
    control=Control(
        "the square of the mean",
        second_moment_is,
        {"claimed": "5/14"},
        ({"claimed": "1/4"},),
    ),
    problem=EXAMPLE.diffusion,
    proof=proof,
)
