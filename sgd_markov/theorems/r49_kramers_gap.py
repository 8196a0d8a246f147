"""R49: the formula of Kramers and Eyring for the double well is the limit of small noise, five per cent off at T = 3/100."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.diffusion import Diffusion
    from ..effort import Effort
    from ..proof import Step

T = "3/100"
FAR, REST = -3, "1e-60"
"""What the well has below -3 is less than exp(-(16 - 0)/T) of the rest, and from there on decays faster than exp(w/T)."""
NODES = 600


def well(variance: str = f"2*({T})") -> Diffusion:
    """dw = (w - w^3) dt + sqrt(variance) dB: L = w^4/4 - w^2/2."""
    import sympy as sp

    from ..chain.diffusion import Diffusion
    from .chains import w

    return Diffusion(w - w**3, sp.sympify(variance, locals={"w": w}), w)


def by_question(effort: Effort) -> Reading:
    from ..questions.exit_time import exit_time

    found = exit_time(well(), start=-1, inside=["-oo", 0], effort=effort)
    return Reading.of_number(found.kramers["ratio"], found)


def by_sums(effort: Effort) -> Reading:
    """Sums from below and from above of int_(-1)^0 exp(L/T) int_(-oo)^y exp(-L/T) dz dy/T: both factors are monotone."""
    from flint import arb, fmpq

    from ..answer.warrant import Warrant
    from ..balls.evaluate import evaluate
    from ..balls.precision import enclosure, precision
    from ..expressions import exact

    with precision(64):
        temperature, step = evaluate(exact(T, "T")), arb(fmpq(1, NODES))

        def weight(w: arb, side: int) -> arb:
            return (side * (w**4 / 4 - w**2 / 2) / temperature).exp()

        mass = [arb(0), arb(REST)]
        total = [arb(0), arb(0)]
        for n in range(FAR * NODES, 0):
            left, right, beyond_minimum = arb(fmpq(n, NODES)), arb(fmpq(n + 1, NODES)), n >= -NODES
            ends = (weight(left, -1), weight(right, -1))[:: -1 if beyond_minimum else 1]
            if beyond_minimum:
                total = [total[0] + step * weight(left, 1) * mass[0], total[1]]
            mass = [mass[k] + step * ends[k] for k in (0, 1)]
            if beyond_minimum:
                total = [total[0], total[1] + step * weight(right, 1) * mass[1]]
        kramers = arb.pi() / arb(2).sqrt() * (1 / (4 * temperature)).exp()
        hull = (total[0] / temperature / kramers).union(total[1] / temperature / kramers)
        return Reading(enclosure(hull), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """The double integral at random places, uniform on (-1, 0) x (-2, 0); below -2 the well has less than exp(-70)."""
    import numpy as np

    from .sampling import sample_mean, widened

    temperature = 0.03
    draw = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    y, z = -draw.random(chains), -2 * draw.random(chains)
    height = (y**4 / 4 - y**2 / 2) - (z**4 / 4 - z**2 / 2) - 0.25
    values = np.where(z < y, 2 * np.exp(height / temperature), 0.0) / temperature
    return widened(sample_mean(values * np.sqrt(2) / np.pi), "1e-9", "1e-9")


def formula_is_near(effort: Effort, variance: str) -> bool:
    """Is the formula, with the noise of the minimum, within a tenth of the exact mean time?"""
    from fractions import Fraction

    from ..questions.exit_time import exit_time
    from .chains import closed_form

    exact = exit_time(well(variance), start=-1, inside=["-oo", 0], effort=effort).enclosure
    formula = closed_form(f"pi/sqrt(2)*exp(1/(4*({T})))", effort).enclosure
    assert exact is not None
    ratio = Fraction(exact.middle) / Fraction(formula.middle)
    return abs(ratio - 1) < Fraction(1, 10)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Positive, Value

    w, u = sp.symbols("w u", real=True)
    t = sp.Symbol("T", positive=True)
    potential = w**4 / 4 - w**2 / 2
    gauss = sp.sqrt(2 * sp.pi * t) * sp.sqrt(sp.pi * t) / 2
    return (
        Identity("The minimum and the maximum are zeros of the slope", sp.diff(potential, w), w * (w - 1) * (w + 1)),
        Identity("The curvature at the minimum", sp.diff(potential, w, 2).subs(w, -1), sp.Integer(2)),
        Identity("and at the top", sp.diff(potential, w, 2).subs(w, 0), sp.Integer(-1)),
        Identity("The barrier", potential.subs(w, 0) - potential.subs(w, -1), sp.Rational(1, 4)),
        Identity("Beside the minimum", potential.subs(w, u - 1) + sp.Rational(1, 4), u**2 * (u - 2) ** 2 / 4),
        Positive("no other place is as low", (u - 2) ** 2 / 4, {u: (-sp.oo, 1)}),
        Cited(
            "The mean time from the minimum to the top is a double integral",
            r"\mathbb E\tau=\frac1T\int_{-1}^0e^{L(y)/T}\int_{-\infty}^ye^{-L(z)/T}\,dz\,dy",
            "karlin1981",
        ),
        Identity("Half a normal peak times a whole one", gauss / t, sp.pi / sp.sqrt(2)),
        Argued(
            "so by Laplace's method, without a bound of the rest,",
            r"\mathbb E\tau=\frac\pi{\sqrt2}e^{1/(4T)}(1+O(T))",
        ),
        Argued(
            "The eigenfunction of the gap is odd, so the gap is the rate of leaving one half",
            r"\lambda_1\,\mathbb E\tau\to1",
        ),
        Value(
            "At T = 3/100 the formula for the gap",
            sp.sqrt(2) / sp.pi * sp.exp(-sp.Rational(25, 3)),
            "0.00010820428076331",
        ),
    )


CLAIM = Claim(
    id="R49",
    slug="kramers-gap",
    title="The formula of Kramers and Eyring for the double well",
    statement=(
        r"Let $dw=(w-w^3)\,dt+\sqrt{2T}\,dB$. The mean time from the minimum $-1$ to the top $0$ of the barrier is "
        r"$\frac\pi{\sqrt2}e^{1/(4T)}(1+O(T))$ as $T\to0$, and the spectral gap $\frac{\sqrt2}\pi e^{-1/(4T)}(1+O(T))$: "
        r"the exact gap is $0.949$ of the formula at $T=0.03$ and $0.976$ at $T=0.015$."
    ),
    hypotheses=(r"$T\to0$", r"the variance is constant: else the barrier is $\int2L'/C$"),
    cite=("kramers1940", "karlin1981"),
    example=r"$T=\tfrac3{100}$: the exact mean time over the formula",
    quantities=(
        Quantity(
            "mean time over the formula",
            "1.05386327398",
            (
                Route("question", by_question),
                Route("independent", by_sums, bounds=True),
                Route("monte carlo", by_simulation, 400_000),
            ),
            "the double integral",
        ),
    ),
    control=Control(
        "noise of the same size at the minimum but smaller at the top: the barrier is higher, and the formula wrong by a large factor",
        formula_is_near,
        {"variance": f"2*({T})"},
        ({"variance": f"({T})*(1 + w**2)"},),
    ),
    problem=well,
    proof=proof,
    kind="heuristic",
)
