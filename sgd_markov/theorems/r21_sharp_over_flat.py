"""R21: SGD leaves the flat, deeper minimum and ends at the sharp ones, with probability 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from fractions import Fraction

    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

START = "4/9"
LEFT = "(2/(1+sqrt(5)))**3"
SLOWER, FROM = "1/2", "1/2"
NEAR = "1e-9"
"""As close to the flat minimum as this a path is taken to stay; it errs with probability below 10^-9."""


def problem() -> Chain:
    from .landscapes import two_valleys

    return two_valleys("1")


def sharp() -> tuple[sp.Expr, ...]:
    from .landscapes import PLACE

    return (PLACE, -PLACE)


def mass_by_question(effort: Effort) -> Reading:
    from .landscapes import mass_at

    return mass_at(problem(), START, sharp(), effort, digits=3)


def mass_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share

    place = sharp()[0]
    times = first_passage(problem(), [sp.Abs(sp.Abs(w) - place) <= sp.Rational(NEAR)], 20_000, effort, chains, sp.Rational(START))
    return sample_share(times.which == 0)


def left_by_question(effort: Effort) -> Reading:
    from .landscapes import mass_at

    return mass_at(problem(), START, sharp()[1:], effort, digits=3)


def left_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(LEFT, effort)


def left_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .sampling import first_passage, sample_share

    # a little above (2/3)^2: the products of doubles meet or exceed the level 1 at the same steps as the exact ones
    above = sp.Rational(START) * (1 + sp.Rational(1, 10**9))
    times = first_passage(problem(), [w <= -1, w >= 1], 20_000, effort, chains, above)
    return sample_share(times.which == 0)


def slower_by_question(effort: Effort) -> Reading:
    from .landscapes import mass_at, two_valleys

    return mass_at(two_valleys(SLOWER), FROM, sharp(), effort, digits=4)


def slower_by_excursion(effort: Effort) -> Reading:
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    out, rest = excursion(60)
    return Reading(Enclosure(out, out + rest), Warrant.CERTIFIED)


def excursion(steps: int) -> tuple[Fraction, Fraction]:
    """P(some product of multipliers 13/8 and 1/6 exceeds 2 within so many steps), and a bound of the rest.

    From a state s the level 1 is reached with probability at most s^(13/10) <= s, by E|M|^(13/10) < 1.
    """
    from fractions import Fraction

    inside, out = {Fraction(FROM): Fraction(1)}, Fraction(0)
    for _ in range(steps):
        following: dict[Fraction, Fraction] = {}
        for state, mass in inside.items():
            for image in (state * Fraction(13, 8), state / 6):
                if image >= 1:
                    out += mass / 2
                else:
                    following[image] = following.get(image, Fraction(0)) + mass / 2
        inside = following
    return out, sum((mass * state for state, mass in inside.items()), Fraction(0))


def slower_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from .chains import w
    from .landscapes import two_valleys
    from .sampling import first_passage, sample_share, widened

    conditions = [sp.Abs(w) >= 1, sp.Abs(w) <= sp.Rational(NEAR)]
    times = first_passage(two_valleys(SLOWER), conditions, 20_000, effort, chains, sp.Rational(FROM))
    return widened(sample_share(times.which == 0), "0", "1e-9")


def all_at_the_sharp(effort: Effort, lr: str) -> bool:
    """Does the chain from 4/9 end at the sharp minima with probability 1?"""
    from .landscapes import is_certain, mass_at, two_valleys

    return is_certain(mass_at(two_valleys(lr), START, sharp(), effort, digits=2))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Positive, Roots, Value
    from .landscapes import FLAT, NOISE, PLACE, SHARP

    w, v, m, z = sp.symbols("w v m z", positive=True)
    phi = (1 + sp.sqrt(5)) / 2
    overshoot = (1 - (-phi) ** -m) / phi**2
    lowest = (-FLAT + sp.sqrt(2 * NOISE**2 - FLAT**2)) / (NOISE**2 - FLAT**2)
    return (
        Positive("The flat minimum is the deeper one: its depth below the barrier exceeds that of the sharp ones",
                 FLAT / 2 - SHARP * (PLACE - 1) ** 2 / 2, {}),
        Identity("Inside |w| < 1 one step multiplies by", w - (FLAT - NOISE) * w, sp.Rational(9, 4) * w),
        Identity("or by", w - (FLAT + NOISE) * w, -sp.Rational(2, 3) * w),
        Value("so the exponent at the flat minimum is positive", sp.log(sp.Rational(3, 2)) / 2, "0.202732554054082"),
        Value("It is so from this learning rate on", lowest, "0.884885780179610"),
        Argued("log|w| is a walk with positive drift: it exceeds 0 after finitely many steps, from every start but 0; no multiplier is 0",
               r"\tau=\min\{t:|w_t|\ge1\}<\infty\quad\text{a.s.}"),
        Identity("Beyond 1 the distance from c is multiplied by", (1 + v) - SHARP * (1 + v - PLACE) - PLACE, (1 - SHARP) * (1 + v - PLACE)),
        Positive("with a factor in [0, 1): the chain stays beyond 1 and converges", (1 - SHARP) * SHARP, {}),
        Argued("So the limit is c or -c almost surely", r"P(w_t\to c)+P(w_t\to-c)=1"),
        Argued("In powers of 2/3 the walk goes down by 2, or up by 1 with a change of the sign: from (2/3)^m the sign at the exit "
               "is that of the parity of m, changed once more if the walk lands one unit beyond",
               r"\operatorname{sign}(w_\tau)=(-1)^{m+\text{overshoot}}"),
        Roots("The mean overshoot h(m) = (h(m-2) + h(m+1))/2 in powers of z", z**3 - 2 * z**2 + 1, z, (sp.Integer(1), phi, -1 / phi)),
        Identity("is bounded, so it is this, with", overshoot, (overshoot.subs(m, m - 2) + overshoot.subs(m, m + 1)) / 2),
        Identity("0 on the level", overshoot.subs(m, 0), sp.Integer(0)),
        Identity("and 1 one unit beyond", overshoot.subs(m, -1), sp.Integer(1)),
        Identity("From 4/9, m = 2, the other side is reached with probability", overshoot.subs(m, 2), phi**-3),
        Cited("The bounded solution is the probability, by optional stopping", r"h(m)=P(\text{overshoot}=1)", "williams1991"),
    )


CLAIM = Claim(
    id="R21",
    slug="sharp-over-flat",
    title="SGD prefers the sharp minimum",
    statement=(
        r"Let $0<a_f<k_s$, $b>a_f$, $c>1$. For $|w|<1$ let $\ell=(a_f+b\xi)w^2/2$, $\xi=\pm1$ with probability $\tfrac12$ each; for "
        r"$|w|\ge1$ let $\ell=\tfrac{k_s}2[(|w|-c)^2-(c-1)^2]+\tfrac12(a_f+b\xi)$. If "
        r"$\frac{-a_f+\sqrt{2b^2-a_f^2}}{b^2-a_f^2}\le\lambda\le\frac1{k_s}$ then $w_t\to c$ or $w_t\to-c$ almost surely from every "
        r"$w_0\ne0$, although for $k_s(c-1)^2<a_f$ the flat minimum $0$ is the deeper one. With "
        r"$a_f=\tfrac5{24}$, $b=\tfrac{35}{24}$, $k_s=\tfrac9{10}$, $c=\tfrac75$, $\lambda=1$: from $w_0=(\tfrac23)^m$ the limit is "
        r"$(-1)^{m+1}c$ with probability $\varphi^{-2}(1-(-\varphi)^{-m})$."
    ),
    hypotheses=(r"$0<a_f<k_s$, $b>a_f$, $c>1$", r"$\lambda_{\rm lo}\le\lambda\le1/k_s$", r"$w_0\ne0$"),
    cite=("ziyin2022", "williams1991"),
    example=r"$w_0=\tfrac49$; and at $\lambda=\tfrac12$ from $\tfrac12$, where the flat minimum attracts",
    quantities=(
        Quantity(
            "P(limit is sharp)",
            "1.000000000000000",
            (Route("question", mass_by_question), Route("monte carlo", mass_by_simulation, 40_000)),
            "theory.md R21",
        ),
        Quantity(
            "P(limit is -c)",
            "0.236067977499790",
            (
                Route("question", left_by_question, bounds=True),
                Route("independent", left_by_formula),
                Route("monte carlo", left_by_simulation, 100_000),
            ),
            "the overshoot of theory.md A3, with its parity",
        ),
        Quantity(
            "P(limit is sharp) at learning rate 1/2",
            "0.2725",
            (
                Route("question", slower_by_question, bounds=True),
                Route("independent", slower_by_excursion, bounds=True),
                Route("monte carlo", slower_by_simulation, 100_000),
            ),
            "theory.md R21 (27 %)",
        ),
    ),
    control=Control(
        "learning rate 1/2: the exponent at the flat minimum is negative, and most paths stay there",
        all_at_the_sharp,
        {"lr": "1"},
        ({"lr": "1/2"},),
    ),
    problem=problem,
    proof=proof,
)
