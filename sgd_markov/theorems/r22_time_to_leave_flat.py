"""R22: how long SGD stays at the flat minimum, and the same choice of the sharp minimum on a smooth loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

START, LEVEL = "(2/3)**5", 5
INSIDE = ("-99/100", "99/100")
"""From powers of 2/3 the chain leaves this when it first has |w| >= 1."""
GOLDEN = "2*(5 + (2/(1+sqrt(5)))**2*(1 + (2/(1+sqrt(5)))**5))"
NOISE, QUIET, SMOOTH_START = "3/2", "1/2", "1/2"
NEAR = "1e-9"


def problem() -> Chain:
    from .landscapes import smooth_valleys

    return smooth_valleys(NOISE)


def time_by_question(effort: Effort) -> Reading:
    from ..questions.exit_time import exit_time
    from .landscapes import two_valleys

    return Reading.of(exit_time(two_valleys("1"), start=START, inside=list(INSIDE), effort=effort))


def time_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(GOLDEN, effort)


def time_by_walk(effort: Effort) -> Reading:
    from .walk import exit_time

    return exit_time(2, 1, LEVEL, effort.digits)


def time_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from ..expressions import exact
    from .chains import w
    from .landscapes import two_valleys
    from .sampling import first_passage, sample_mean

    condition = [sp.Abs(w) > exact(INSIDE[1], "inside")]
    times = first_passage(two_valleys("1"), condition, 5_000, effort, chains, exact(START, "start"))
    return sample_mean(times.time.astype(np.float64))


def sharp_by_question(effort: Effort) -> Reading:
    import sympy as sp

    from .landscapes import mass_at

    return mass_at(problem(), SMOOTH_START, (sp.Integer(2), sp.Integer(-2)), effort, digits=1)


def sharp_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share

    condition = [sp.Abs(sp.Abs(w) - 2) <= sp.Rational(NEAR)]
    times = first_passage(problem(), condition, 20_000, effort, chains, sp.Rational(SMOOTH_START))
    return sample_share(times.which == 0)


def barrier_by_formula(effort: Effort) -> Reading:
    """L(2) - L(0), the integral of s (u^2 - 11/2 u + 6)/(1 + u^2/16) over u = w^2/2 in closed form."""
    from .chains import closed_form

    return closed_form("2 - 11/8*log(2) - 5/16*pi", effort)


def barrier_by_integral(effort: Effort) -> Reading:
    import sympy as sp
    from flint import acb, arb

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine
    from ..balls.evaluate import evaluate_complex
    from .chains import w

    def value() -> arb:
        slope = w * (w**2 - sp.Rational(3, 2)) * (w**2 - 4) / (16 + w**4)
        return acb.integral(lambda z, analytic: evaluate_complex(slope, {w: z}, analytic), acb(0), acb(2)).real

    return Reading(refine(value, effort, "the integral"), Warrant.CERTIFIED)


def barrier_by_simulation(effort: Effort, chains: int) -> Reading:
    """2 E L'(U) with U uniform on (0, 2)."""
    import numpy as np

    from .sampling import sample_mean

    u = 2 * np.random.default_rng(22).random(chains)
    return sample_mean(2 * u * (u**2 - 1.5) * (u**2 - 4) / (16 + u**4))


def sharp_for_certain(effort: Effort, noise: str) -> bool:
    """Does the chain from 1/2 end at 2 or -2 with probability 1?"""
    import sympy as sp

    from .landscapes import is_certain, mass_at, smooth_valleys

    places = (sp.Integer(2), sp.Integer(-2))
    return is_certain(mass_at(smooth_valleys(noise), SMOOTH_START, places, effort, digits=1))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..expressions import exact
    from ..proof import Argued, Cited, Identity, Negative, Positive, Value

    w, u = sp.symbols("w u", positive=True)
    s, b = sp.Rational(1, 16), sp.Rational(3, 2)
    mean = s * w * (w**2 - sp.Rational(3, 2)) * (w**2 - 4) / (1 + w**4 / 16)
    kick = b * w * (1 - w**2 / 4) ** 2 / (1 + w**4 / 16)
    slope = sp.diff(mean, w)
    up, down = ((w - mean + side * kick) / w * 16 * (1 + w**4 / 16) * 2 for side in (1, -1))
    up, down = (sp.expand(sp.cancel(part)).subs(w, sp.sqrt(u)) for part in (up, down))
    return (
        Value("Powers of 2/3: the time to leave the flat minimum is that of R08, with m = 5", exact(GOLDEN, "time"), "10.8328157299975"),
        Identity("The smooth loss has curvature at 0", slope.subs(w, 0), sp.Rational(3, 8)),
        Identity("and at 2: the minima there are sharper", slope.subs(w, 2), sp.Rational(5, 8)),
        Value("and higher, by", exact("2 - 11/8*log(2) - 5/16*pi", "height"), "0.0651749224832648"),
        Positive("The exponent at 0 is positive: (b^2 - (5/8)^2) > 1", b**2 - sp.Rational(25, 64) - 1, {}),
        Negative("the one at 2 negative", sp.log(sp.Rational(3, 8)), {}),
        Identity("The lower map over w, without its denominator, is with u = w^2", down, -3 * u**2 + 35 * u - 28),
        Identity("of discriminant 889, which is no square: no rational number but 0 is taken to 0",
                 sp.Integer(35**2 - 4 * 3 * 28), sp.Integer(889)),
        Identity("The upper map likewise", up, 3 * u**2 - 13 * u + 68),
        Positive("has no zero but 0", 3 * u**2 - 13 * u + 68, {u: (0, sp.oo)}),
        Argued("An interval keeps the chain: the images of all its cells lie in it, checked with outward rounding by `limit`",
               r"f_\pm(K)\subset K"),
        Argued("While w is not 0 it leaves every neighbourhood of 0, and from outside of it 2 or -2 is reached with a probability "
               "bounded below: a bounded h with h >= 1 + K h on the cells between, checked likewise", r"h\ge1+K^+h"),
        Cited("Levy's 0-1 law", r"P(w_t\to2)+P(w_t\to-2)=1", "williams1991"),
    )


CLAIM = Claim(
    id="R22",
    slug="time-to-leave-flat",
    title="The time to leave the flat minimum, and a smooth loss",
    statement=(
        r"(i) In R21 with $a_f=\tfrac5{24}$, $b=\tfrac{35}{24}$, $\lambda=1$: from $|w_0|=(\tfrac23)^m$ the first time with "
        r"$|w_t|\ge1$ has mean $2\big(m+\varphi^{-2}(1-(-\varphi)^{-m})\big)$. "
        r"(ii) Let $L'(w)=\frac{w(w^2-3/2)(w^2-4)}{16(1+w^4/16)}$ with the gradient noise "
        r"$b\,\xi\,\frac{w(1-w^2/4)^2}{1+w^4/16}$ for $|w|<2$, $\xi=\pm1$, $b=\tfrac32$, $\lambda=1$. The minimum at $0$ is "
        r"flatter and deeper than those at $\pm2$, but $w_t\to2$ or $w_t\to-2$ almost surely from the rational start $\tfrac12$."
    ),
    hypotheses=(r"$\xi=\pm1$ with probability $\tfrac12$ each, independent", r"$w_t\ne0$ for all $t$: true for rational $w_0\ne0$"),
    cite=("wald1944", "williams1991"),
    example=r"$m=5$; $w_0=\tfrac12$",
    quantities=(
        Quantity(
            "mean time to leave",
            "10.8328157299975",
            (
                Route("question", time_by_question),
                Route("independent", time_by_formula),
                Route("further", time_by_walk),
                Route("monte carlo", time_by_simulation, 60_000),
            ),
            "theory.md R22",
        ),
        Quantity(
            "P(limit is sharp), smooth",
            "1.000000000000000",
            (Route("question", sharp_by_question), Route("monte carlo", sharp_by_simulation, 20_000)),
            "theory.md R22",
        ),
        Quantity(
            "L(2) - L(0)",
            "0.0651749224832648",
            (
                Route("independent", barrier_by_formula),
                Route("further", barrier_by_integral),
                Route("monte carlo", barrier_by_simulation, 200_000),
            ),
            "theory.md R22",
        ),
    ),
    control=Control(
        "noise 1/2: the exponent at the flat minimum is negative, and most paths from 1/2 end there",
        sharp_for_certain,
        {"noise": NOISE},
        ({"noise": QUIET},),
    ),
    problem=problem,
    proof=proof,
)
