"""S27: the threshold autoregression w' = a |w| + y with Cauchy noise."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

RATIO = "1/2"


def chain(ratio: object = RATIO) -> Chain:
    """w' = ratio |w| + y, y standard Cauchy."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..expressions import exact
    from ..laws.cauchy import Cauchy
    from .chains import w

    y = sp.Symbol("y", real=True)
    return RandomMap({w: exact(ratio, "ratio") * sp.Abs(w) + y}, noise={y: Cauchy(0, 1)})


def density_by_question(effort: Effort) -> Reading:
    from .stationary_laws import asked

    return asked(chain(), effort, density_at=1)


def density_by_quadrature(effort: Effort) -> Reading:
    """One step from |w| = S tan f, S = 2, f uniform on (0, pi/2): (2/pi^2) int cos^2/(cos^2 + (cos f - sin f)^2) df."""
    from flint import acb, arb

    from ..balls.quadrature import contour
    from .stationary_laws import by_integral

    def integrand(f: acb, analytic: bool) -> acb:
        c, gap = f.cos(), f.cos() - f.sin()
        return c * c / (c * c + gap * gap)

    return by_integral(lambda: 2 / arb.pi() ** 2 * contour(integrand, arb(0), arb.pi() / 2), effort)


def move(rng: Any, state: Any) -> Any:
    return abs(state) / 2 + rng.standard_cauchy(len(state))


def density_by_simulation(effort: Effort, chains: int) -> Reading:
    """The mean over w of the density of one step at 1."""
    import numpy as np

    from .stationary_laws import sampled_mean

    return sampled_mean(move, lambda state: 1 / (np.pi * (1 + (1 - abs(state) / 2) ** 2)), effort, chains)


def mirrored_density_is(effort: Effort, scale: str) -> bool:
    """Is pi(1) + pi(-1) = 2 S/(pi (S^2 + 1)) with S = scale?"""
    from ..balls.adaptive import refine_expression
    from .chains import closed_form

    stated = closed_form(f"2*({scale})/(pi*(({scale})**2 + 1))", effort).enclosure
    return refine_expression(mirrored_density(), effort, "the density of the modulus").meets(stated)


@cache
def mirrored_density() -> sp.Expr:
    """pi(1) + pi(-1) from the density that the question gives."""
    import sympy as sp

    from ..questions.stationary import stationary
    from .chains import w

    density = stationary(chain()).density
    return sp.Add(*(density.subs(w, place) for place in (1, -1)))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.cauchy_modulus import CauchyModulus
    from ..proof import Value
    from .stationary_laws import steps_of

    at_1 = CauchyModulus(sp.Rational(RATIO)).density(sp.Integer(1))
    return (*steps_of(chain(sp.Symbol("a", positive=True)), "modulus"), Value("At the example", at_1, "0.187247140200968"))


CLAIM = Claim(
    id="S27",
    slug="cauchy-modulus",
    title="Maps in |w| with Cauchy noise: two tails of different weight",
    statement=(
        r"Let $w'=a|w|+y$ with $y$ standard Cauchy and $0<a<1$. The modulus of $w$ is distributed as that of a Cauchy "
        r"variable of scale $S=\frac1{1-a}$, and $\pi(x)=\int_0^\infty\frac{2S}{\pi(S^2+v^2)}\,\frac{dv}{\pi(1+(x-av)^2)}$; "
        r"$t\,P(w>t)\to\frac{1+a}{\pi(1-a)}$ and $t\,P(w<-t)\to\frac1\pi$."
    ),
    hypotheses=(r"$0<a<1$",),
    cite=("andel1984", "diaconis1999"),
    example=r"$a=\tfrac12$: $\pi(1)$",
    quantities=(
        Quantity(
            "density at 1",
            "0.187247140200968",
            (
                Route("question", density_by_question),
                Route("independent", density_by_quadrature),
                Route("monte carlo", density_by_simulation, 20_000),
            ),
            "partial fractions",
        ),
    ),
    control=Control(
        "the scale 1 of the noise in place of S = 2",
        mirrored_density_is,
        {"scale": "2"},
        ({"scale": "1"},),
    ),
    problem=chain,
    proof=proof,
)
