"""R18: arcsine and semicircle data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity
from .potentials import Setting, three_routes

if TYPE_CHECKING:
    import sympy as sp

    from ..effort import Effort
    from ..laws.law import Law
    from ..proof import Step


def laws() -> dict[str, Law]:
    from ..laws.arcsine import Arcsine
    from ..laws.semicircle import Semicircle

    return {"arcsine": Arcsine(-1, 1), "semicircle": Semicircle(0, 2)}


def inside(name: str, z: sp.Expr) -> sp.Expr:
    """The potential inside the support."""
    import sympy as sp

    return -sp.log(2) if name == "arcsine" else z**2 / 4 - sp.Rational(1, 2)


def setting(name: str, z: str) -> Setting:
    """w' = (z - x) w: the multiplier is the distance from a point z to the data."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from .chains import w, x

    law = laws()[name]
    return Setting(RandomMap({w: (sp.Rational(z) - x) * w}, noise={x: law}), law, sp.Rational(z) - x)


def equals_inside_formula(effort: Effort, arcsine: str, semicircle: str) -> bool:
    """Do both potentials have their inside form at these points?"""
    return all(has_inside_form(name, z, effort) for name, z in (("arcsine", arcsine), ("semicircle", semicircle)))


def has_inside_form(name: str, z: str, effort: Effort) -> bool:
    """Does the potential, by the question, hold the formula's value?"""
    import sympy as sp

    from ..balls.adaptive import refine_expression
    from .potentials import by_question

    formula = refine_expression(inside(name, sp.Rational(z)), effort, "the formula")
    return by_question(setting(name, z), effort).enclosure.meets(formula)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, MeanLog

    u, angle, z, x = sp.symbols("u theta z x", real=True)
    circle = sp.exp(sp.I * angle)
    table = laws()
    return (
        Argued("The arcsine law is that of the cosine of a uniform angle", r"x=\cos\theta,\quad z=\tfrac12(u+1/u)"),
        Identity(
            "The distance factors on the unit circle",
            ((u + 1 / u) / 2 - (circle + 1 / circle) / 2), (u - circle) * (u - 1 / circle) / (2 * u),
        ),
        Cited(
            "and Jensen's formula gives the mean of each factor",
            r"\frac1{2\pi}\int_0^{2\pi}\log|u-e^{i\theta}|\,d\theta=\log^+|u|",
            "ransford1995",
        ),
        Identity("so for |u| = 1, that is inside, the potential is constant", 2 * sp.log(1) - sp.log(2), -sp.log(2)),
        MeanLog("as certified quadrature confirms", table["arcsine"], x, sp.Rational(3, 10) - x, -sp.log(2)),
        Cited(
            "Inside the semicircle law the force on a point is half its place",
            r"U'(z)=\mathrm{p.v.}\int\frac{\rho(x)}{z-x}\,dx=\frac z2\quad(|z|<2)",
            "tricomi1957",
        ),
        Identity("of which this is the primitive", sp.Derivative(z**2 / 4 - sp.Rational(1, 2), z), z / 2),
        MeanLog("with its constant from the example", table["semicircle"], x, sp.Rational(7, 10) - x, sp.Rational(-151, 400)),
    )


CLAIM = Claim(
    id="R18",
    slug="equilibrium-measures",
    title="Arcsine and semicircle data: the potential inside the support",
    statement=(
        r"For $x$ arcsine on $[-1,1]$, $\mathbb E\log|z-x|=-\log2$ for every $|z|\le1$; for $x$ semicircular on "
        r"$[-2,2]$, $\mathbb E\log|z-x|=\frac{z^2}4-\frac12$ for every $|z|\le2$. With $z=1/\lambda$, "
        r"$\gamma=\log\lambda$ plus this."
    ),
    hypotheses=(r"$|z|\le1$, respectively $|z|\le2$",),
    cite=("ransford1995", "tricomi1957"),
    example=r"arcsine at $z=\tfrac3{10}$, semicircle at $z=\tfrac7{10}$",
    quantities=(
        Quantity(
            "arcsine", "-0.693147180559945", three_routes(lambda: setting("arcsine", "3/10")), "theory.md R18"
        ),
        Quantity("semicircle", "-0.3775", three_routes(lambda: setting("semicircle", "7/10"), 2_000), "theory.md R18"),
    ),
    control=Control(
        "points outside the supports, z = 2 and z = 3: the potential grows like log z",
        equals_inside_formula,
        {"arcsine": "3/10", "semicircle": "7/10"},
        ({"arcsine": "2", "semicircle": "7/10"}, {"arcsine": "3/10", "semicircle": "3"}),
    ),
    problem=lambda: setting("arcsine", "3/10").chain,
    proof=proof,
)
