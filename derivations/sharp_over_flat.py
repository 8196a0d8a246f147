"""SGD leaves the flat, deeper minimum and ends at the sharp ones, step by step.

`python derivations/sharp_over_flat.py` checks every step and writes notes/sharp_over_flat.md.
"""

from fractions import Fraction
from pathlib import Path

import sympy as sp

import sgd_markov as sm
from sgd_markov.theorems.r21_sharp_over_flat import excursion

w, xi, x = sp.symbols("w xi x", real=True)
lr, flat, noise, sharp, place = sp.symbols("lambda a_f b k_s c", positive=True)
lowest, first, second = sp.symbols("lambda_lo M_1 M_2", real=True)
golden, k, m = sp.symbols("varphi k m", positive=True)
z = sp.Symbol("z", real=True)
R = sp.Rational
PHI = (1 + sp.sqrt(5)) / 2
EXAMPLE = {flat: R(5, 24), noise: R(35, 24), sharp: R(9, 10), place: R(7, 5)}
LOWEST = (-flat + sp.sqrt(2 * noise**2 - flat**2)) / (noise**2 - flat**2)
STEPS = {first: 1 - lr * (flat - noise), second: 1 - lr * (flat + noise)}


def identity(why, left, right, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=where or {})


def positive(why, expr, region, where=None):
    return sm.Positive(why, expr, region, given=where or {})


piecewise = sm.Section(
    "A flat minimum between two sharp ones",
    r"For $|w| < 1$ the loss of a sample is $\frac12(a_f + b\xi)w^2$, $\xi = \pm1$ with probability $\frac12$ each; for $|w| \ge 1$ it is "
    r"$\frac{k_s}2[(|w| - c)^2 - (c - 1)^2] + \frac12(a_f + b\xi)$, with $0 < a_f < k_s$, $b > a_f$, $c > 1$. The expected loss has a flat "
    r"minimum at $0$ and sharp ones at $\pm c$. The example: $a_f = \frac5{24}$, $b = \frac{35}{24}$, $k_s = \frac9{10}$, $c = \frac75$.",
    (
        positive("The flat minimum of the example is the deeper one.", flat / 2 - sharp * (place - 1) ** 2 / 2, {}, EXAMPLE),
        sm.Definition("For $|w| < 1$ a step multiplies $w$ by $M_1$ (at $\\xi = -1$)", first, STEPS[first]),
        sm.Definition("or by $M_2$ (at $\\xi = 1$).", second, STEPS[second]),
        identity("The product of the two is", first * second, (1 - lr * flat) ** 2 - lr**2 * noise**2, STEPS),
        sm.Definition("Let", lowest, LOWEST),
        sm.Roots(
            "The product is $-1$ where",
            (noise**2 - flat**2) * lr**2 + 2 * flat * lr - 2,
            lr,
            (lowest, (-flat - sp.sqrt(2 * noise**2 - flat**2)) / (noise**2 - flat**2)),
            given={lowest: LOWEST},
        ),
        identity("as", -(first * second + 1), (noise**2 - flat**2) * lr**2 + 2 * flat * lr - 2, STEPS),
        positive("Beyond it is below $-1$: $\\log|w|$ drifts up.", -(first * second + 1), {lr: (lowest, sp.oo)}, STEPS | EXAMPLE | {lowest: LOWEST}),
        sm.Value("In the example", lowest, "0.884885780179610", given=EXAMPLE | {lowest: LOWEST}),
        positive("and neither multiplier is $0$ there:", -second, {lr: (R(3, 5), sp.oo)}, STEPS | EXAMPLE),
        positive("$\\frac35$ is below $\\lambda_{lo}$.", lowest - R(3, 5), {}, EXAMPLE | {lowest: LOWEST}),
        sm.Cited(
            "A walk whose mean step is not negative, and which is not constant, exceeds every level.",
            r"\gamma_f = \tfrac12\log|M_1M_2| \ge 0 \ \Rightarrow\ \tau = \min\{t : |w_t| \ge 1\} < \infty \text{ a.s., from every } w_0 \ne 0",
            "feller1968",
        ),
    ),
)

outside = sm.Section(
    "What keeps the chain at the sharp minima",
    r"From $|w| \ge 1$ a step is $w - \lambda k_s(w \mp c)$, without noise.",
    (
        identity(
            "It multiplies the distance from $c$ by $1 - \\lambda k_s$,",
            (w - lr * sharp * (w - place)) - place,
            (1 - lr * sharp) * (w - place),
        ),
        positive("which lies between $0$ and $1$.", lr * sharp * (1 - lr * sharp), {lr: (0, R(10, 9))}, EXAMPLE),
        identity(
            "From the worst place, $w = 1$, the chain stays beyond $1$:",
            (1 - lr * sharp * (1 - place)) - 1,
            lr * sharp * (place - 1),
        ),
        sm.Argued(
            "So the intervals $[1, \\infty)$ and $(-\\infty, -1]$ keep the chain, and it converges there.",
            r"\lambda_{lo} \le \lambda \le \frac1{k_s}: \qquad P(w_t \to c) + P(w_t \to -c) = 1 \quad \text{for every } w_0 \ne 0",
        ),
        identity("With $\\lambda = 1$ no place of $(-1, 1)$ is taken farther than", first, R(9, 4), STEPS | EXAMPLE | {lr: sp.Integer(1)}),
        positive(
            "which lies beyond $c$: the interval $[-\\frac94, \\frac94]$ keeps the chain.",
            first - place,
            {},
            STEPS | EXAMPLE | {lr: sp.Integer(1)},
        ),
        sm.Argued("The start $0$ is exceptional: the chain stays there.", r"P_0(w_t = 0 \text{ for all } t) = 1"),
    ),
)

half = R(1, 2)
OVERSHOOT = golden**-2 * (1 - (-golden) ** -m)
GIVEN = {golden: PHI}
split = sm.Section(
    "On which side: the golden instance",
    r"At $\lambda = 1$ the multipliers are $\frac94 = (\frac32)^2$ and $-\frac23$: from $w_0 = (\frac23)^m$ the walk of $\log_{3/2}|w|$ goes up by "
    r"two, or down by one with a change of the sign. It leaves at the level $0$ or one unit beyond.",
    (
        identity("The multipliers", second, R(-2, 3), STEPS | EXAMPLE | {lr: sp.Integer(1)}),
        sm.Argued(
            "The sign at the exit is that of the parity of all steps down: that of $m$, changed once more if the walk lands one unit beyond.",
            r"\operatorname{sign} w_\tau = (-1)^{m + \text{overshoot}}, \qquad h(m) = \tfrac12\big(h(m - 2) + h(m + 1)\big)",
        ),
        sm.Roots("In powers of $z$ the mean overshoot obeys", z**3 - 2 * z**2 + 1, z, (sp.Integer(1), golden, -1 / golden), given=GIVEN),
        identity("The bounded solution with $h(0) = 0$", OVERSHOOT.subs(m, 0), 0, GIVEN),
        identity("and $h(-1) = 1$ is $h(m) = \\varphi^{-2}(1 - (-\\varphi)^{-m})$.", OVERSHOOT.subs(m, -1), 1, GIVEN),
        identity("A step leaves it the same.", OVERSHOOT.subs(m, 3), (OVERSHOOT.subs(m, 1) + OVERSHOOT.subs(m, 4)) / 2, GIVEN),
        sm.Cited("By optional stopping it is the probability of the other side.", r"P(w_t \to (-1)^{m+1}c) = h(m)", "williams1991"),
        sm.Limit("Deep inside the basin it does not become $\\frac12$, for even $m$", golden**-2 * (1 - golden ** (-2 * k)), k, sp.oo, golden**-2, given=GIVEN),
        sm.Limit("nor for odd $m$:", golden**-2 * (1 + golden ** (1 - 2 * k)), k, sp.oo, golden**-2, given=GIVEN),
        identity("the two sides share the mass as", 1 - golden**-2, golden**-1, GIVEN),
        sm.Argued(
            "because the sign is tied to the parity of the place; which side has the larger share alternates with $m$.",
            r"P(w_t \to c) \to \varphi^{-1},\ \varphi^{-2} \text{ for even, odd } m \to \infty",
        ),
    ),
)


def two_valleys(rate):
    """The step of SGD on the example."""
    values = EXAMPLE
    inner = (values[flat] + values[noise] * xi) * w
    slope = sp.Piecewise((inner, sp.Abs(w) < 1), (values[sharp] * (w - values[place] * sp.sign(w)), True))
    return sm.RandomMap({w: w - sp.Rational(rate) * slope}, noise={xi: sm.Rademacher()})


def masses(chain, start, digits):
    """Place -> enclosure, as `limit` has them, for points with a rational place."""
    answer = sm.limit(chain, start=start, digits=digits)
    return {number.exact: entry["probability"].enclosure for entry in answer.masses for number in entry["at"].values()}


def found_split():
    found = masses(two_valleys(1), R(4, 9), 4)
    yield sm.Enclosed(
        "`limit` encloses the share of $-c$ at $m = 2$,", golden**-3, found[R(-7, 5)].lower, found[R(-7, 5)].upper,
        width=Fraction(1, 10**6), given=GIVEN,
    )  # fmt: skip
    yield sm.Enclosed(
        "and that of $c$.", 1 - golden**-3, found[R(7, 5)].lower, found[R(7, 5)].upper, width=Fraction(1, 10**6), given=GIVEN
    )


SLOW = STEPS | EXAMPLE | {lr: half}


def found_slower():
    out, rest = excursion(60)
    middle = out + rest / 2
    found = masses(two_valleys(half), half, 4)[R(7, 5)]
    yield sm.Enclosed(
        "Paths of up to 60 steps counted exactly, and half of the Ville bound of what is left, against `limit`.",
        R(round(middle * 10**12), 10**12),
        found.lower, found.upper, width=Fraction(1, 10**6),
    )  # fmt: skip


slower = sm.Section(
    "The counterpart: half the learning rate",
    r"At $\lambda = \frac12 < \lambda_{lo}$ the flat minimum attracts; from $w_0 = \frac12$ both ends are possible.",
    (
        identity("The multipliers are", first, R(13, 8), SLOW),
        identity("and", second, R(1, 6), SLOW),
        sm.Negative("with a negative exponent.", sp.log(first * second) / 2, {}, given=SLOW),
        positive("$|M|^\\kappa$ has the mean $1$ at a power above $\\frac{13}{10}$", 2 - first ** R(13, 10) - second ** R(13, 10), {}, SLOW),
        positive("and below $\\frac43$.", first ** R(4, 3) + second ** R(4, 3) - 2, {}, SLOW),
        sm.Cited(
            "Ville's inequality, and its counterpart with the largest overshoot, bound the probability to reach the level $1$.",
            r"\Big(\frac{|w_0|}{M_1}\Big)^{\kappa} \le P(w_t \to \pm c) \le |w_0|^{\kappa}",
            "ville1939",
        ),
        sm.Value("So it is at least", (half / first) ** R(4, 3), "0.20772504", given=SLOW),
        sm.Value("and at most", half ** R(13, 10), "0.406126198", given=SLOW),
        *found_slower(),
    ),
)

DERIVATION_PARTS = (piecewise, outside, split, sm.Section("The package finds the same split", "", tuple(found_split())), slower)

u = sp.Symbol("u", positive=True)
b = R(3, 2)
HEIGHT = 1 + w**4 / 16
MEAN = w * (w**2 - R(3, 2)) * (w**2 - 4) / (16 * HEIGHT)
KICK = w * (1 - w**2 / 4) ** 2 / HEIGHT
upper, lower, far = sp.symbols("f_+ f_- f_0", real=True)
MAPS = {
    upper: w * (3 * w**4 - 13 * w**2 + 68) / (2 * (16 + w**4)),
    lower: w * (-3 * w**4 + 35 * w**2 - 28) / (2 * (16 + w**4)),
    far: w * (11 * w**2 + 20) / (2 * (16 + w**4)),
}
BASIN, EDGE = R(9, 5), R(1, 4)


def at(expr, value):
    """The exact value of a map at a place."""
    return sp.cancel(MAPS[expr].subs(w, value))


smooth = sm.Section(
    "A smooth loss",
    r"$L'(w) = \frac{w(w^2 - 3/2)(w^2 - 4)}{16(1 + w^4/16)}$ with the gradient noise $b\,\xi\,\frac{w(1 - w^2/4)^2}{1 + w^4/16}$ for $|w| < 2$ and none "
    r"beyond, $b = \frac32$, $\lambda = 1$. The maps are $f_\pm$ for $|w| < 2$ and $f_0$ beyond; all are odd, so that what is shown for $w > 0$ holds "
    r"for $w < 0$ too.",
    (
        identity("The curvature at $0$", sp.Derivative(MEAN, w).doit().subs(w, 0), R(3, 8)),
        identity("is smaller than that at $2$.", sp.Derivative(MEAN, w).doit().subs(w, 2), R(5, 8)),
        sm.Value("The sharp minima are higher, by $L(2) - L(0) =$", 2 - 11 * sp.log(2) / 8 - 5 * sp.pi / 16, "0.0651749224832648"),
        sm.Value("The exponent at $0$ is", sp.log(sp.Abs(R(25, 64) - b**2)) / 2, "0.310120204875929"),
        sm.Negative("and at $2$", sp.log(1 - R(5, 8)), {}),
        sm.Definition("The map with $\\xi = -1$", upper, MAPS[upper]),
        sm.Definition("with $\\xi = 1$", lower, MAPS[lower]),
        sm.Definition("and beyond $2$.", far, MAPS[far]),
        identity("Indeed", w - MEAN + b * KICK, upper, MAPS),
        identity("and", w - MEAN - b * KICK, lower, MAPS),
        identity("and", w - MEAN, far, MAPS),
    ),
)

compact = sm.Section(
    "The compact set that keeps the chain",
    r"Each inequality below is decided by isolating the real roots of a polynomial; factors such as $w(2 - w)$, positive on the interval, mark its ends.",
    (
        positive("$f_+$ keeps the side", upper, {w: (0, sp.oo)}, MAPS),
        positive("and stays below $2$;", w * (2 - upper), {w: (0, 2)}, MAPS),
        positive("so does $f_-$,", w * (2 - lower), {w: (0, 2)}, MAPS),
        positive("which stays above $-2$.", w * (2 - w) * (2 + lower), {w: (0, 2)}, MAPS),
        positive("Beyond $2$ no image is larger than $\\frac52$", (w - 2) * (R(5, 2) - far), {w: (2, sp.oo)}, MAPS),
        positive("or negative.", (w - 2) * far, {w: (2, sp.oo)}, MAPS),
        sm.Argued(
            "So every step, from anywhere on the line, ends in a compact set that keeps the chain.",
            r"K = [-\tfrac52, \tfrac52], \qquad f_\pm(\mathbb{R}) \cup f_0(\mathbb{R}) \subset K",
        ),
        positive("From $(2, \\frac52)$ the chain does not come below $2$", (R(5, 2) - w) * (far - 2), {w: (2, R(5, 2))}, MAPS),
        positive("and it comes closer to it.", w - far, {w: (2, sp.oo)}, MAPS),
        positive(
            "On $(\\frac95, 2)$ both maps come closer to $2$ by a fixed factor: $f_-$",
            (2 - at(lower, BASIN)) / (2 - BASIN) * (2 - w) - (2 - lower), {w: (BASIN, 2)}, MAPS,
        ),
        positive("with a factor below $1$,", 1 - (2 - at(lower, BASIN)) / (2 - BASIN), {}),
        positive("and $f_+$ is nearer to $2$ than $f_-$.", w * (upper - lower), {w: (0, 2)}, MAPS),
        sm.Argued(
            "So from $[\\frac95, \\frac52]$ the chain converges to $2$ whatever is drawn.",
            r"w_0 \in [\tfrac95, \tfrac52] \ \Rightarrow\ w_t \to 2",
        ),
    ),
)  # fmt: skip

GROWTH = at(upper, BASIN) / BASIN
escape = sm.Section(
    "From everywhere but 0 the sharp minima are reached",
    r"$f_+$ alone leads to them; near $0$ both maps are followed.",
    (
        identity("$f_+$ has no fixed point between $0$ and $2$:", upper - w, w * (w**2 - 4) * (w**2 - 9) / (2 * (16 + w**4)), MAPS),
        positive("up to $\\frac95$ it grows by a fixed factor,", upper - GROWTH * w, {w: (0, BASIN)}, MAPS),
        positive("so that 26 steps lead from $\\frac14$ beyond $\\frac95$.", GROWTH**26 - BASIN / EDGE, {}),
        sm.Argued(
            "Hence the sharp minima are reached with a probability bounded below,",
            r"P_w(w_t \to 2 \text{ or } w_t \to -2) \ge 2^{-26} \quad \text{for all } w \in K,\ |w| \ge \tfrac14",
        ),
        positive("Within $\\frac14$ of $0$ the upper map at least doubles", (EDGE - w) * (upper - 2 * w), {w: (0, EDGE)}, MAPS),
        positive("and the lower one multiplies by at least $\\frac45$, to the other side:", (EDGE - w) * (-lower - R(4, 5) * w), {w: (0, EDGE)}, MAPS),
        positive("a drift away from $0$.", sp.log(2) + sp.log(R(4, 5)), {}),
        sm.Argued(
            "$\\log|w_t|$ lies above a walk with that drift until $|w_t| > \\frac14$, and there no step leads to $0$.",
            r"\mathbb{E}_w\min\{t : |w_t| > \tfrac14\} < \infty \quad \text{for all } 0 < |w| \le \tfrac14",
        ),
        sm.Cited(
            "So as long as $w_t \\ne 0$ the chain has infinitely many tries, each with a chance of at least $2^{-26}$ (Levy's 0-1 law).",
            r"P\big(w_t \to 2 \text{ or } w_t \to -2 \,\big|\, w_t \ne 0 \text{ for all } t\big) = 1",
            "williams1991",
        ),
    ),
)

exceptional = sm.Section(
    "Exceptional starts",
    r"The chain ends at the flat minimum only if a step leads exactly to $0$; with $u = w^2$:",
    (
        sm.Roots(
            "Places other than $0$ that $f_-$ takes to $0$ have", 3 * u**2 - 35 * u + 28, u,
            ((35 - sp.sqrt(889)) / 6, (35 + sp.sqrt(889)) / 6),
        ),
        positive("The second is beyond $2$, where $f_-$ is not used.", (35 + sp.sqrt(889)) / 6 - 4, {}),
        sm.Value("The first is $\\pm$", sp.sqrt((35 - sp.sqrt(889)) / 6), "0.929506766000913"),
        positive("$f_+$ takes none to $0$", 3 * u**2 - 13 * u + 68, {u: (-sp.oo, sp.oo)}),
        positive("nor does $f_0$.", far, {w: (0, sp.oo)}, MAPS),
        identity("A rational place would need a rational root of the discriminant.", 35**2 - 4 * 3 * 28, 889),
        sm.Argued(
            "$889 = 7 \\cdot 127$ is no square, and rational numbers have rational images: from every rational start but $0$ the sharp minima have all "
            "the mass. The exceptional starts are the countably many preimages of $0$.",
            r"w_0 \in \mathbb{Q} \setminus \{0\} \ \Rightarrow\ P(w_t \to 2) + P(w_t \to -2) = 1",
        ),
    ),
)  # fmt: skip


def smooth_valleys(strength):
    kick = sp.Piecewise((strength * xi * KICK, sp.Abs(w) < 2), (0, True))
    return sm.RandomMap({w: w - MEAN - kick}, noise={xi: sm.Rademacher()})


def found_smooth():
    found = masses(smooth_valleys(b), half, 2)
    ends = [sum((Fraction(getattr(each, side)) for each in found.values()), Fraction(0)) for side in ("lower", "upper")]
    yield sm.Enclosed("From $\\frac12$ the masses at $2$ and $-2$ are all:", sp.Integer(1), *ends, width=Fraction(1, 50))
    odd = masses(smooth_valleys(b), sp.sqrt((35 - sp.sqrt(889)) / 6), 2)
    yield positive(
        "From the exceptional start one of the two first steps leads to $0$: its mass is at least $\\frac12$, so more than $0.499$,",
        sp.Rational(Fraction(odd[0].lower).numerator, Fraction(odd[0].lower).denominator) - R(499, 1000), {},
    )  # fmt: skip
    yield positive(
        "and the others have most of the rest.",
        R(503, 1000) - sp.Rational(Fraction(odd[0].upper).numerator, Fraction(odd[0].upper).denominator), {},
    )  # fmt: skip


control = sm.Section(
    "Where it fails",
    r"With $b = \frac12$ in place of $\frac32$ the flat minimum attracts.",
    (sm.Negative("The exponent at $0$ is then negative.", sp.log(sp.Abs(R(25, 64) - R(1, 4))) / 2, {}),),
)

DERIVATION = sm.Derivation(
    "SGD prefers the sharp minimum",
    "Where the noise vanishes at the minima, the exponent of the linearised chain orders them, not their depth: SGD with a constant learning rate leaves a "
    "flat, deep, noisy minimum and ends at sharp, shallow, quiet ones with probability 1. First for a piecewise quadratic loss with exact numbers, then "
    "for a smooth one with a compact set that keeps the chain.",
    (*DERIVATION_PARTS, smooth, compact, escape, exceptional, sm.Section("The package finds the same", "", tuple(found_smooth())), control),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "sharp_over_flat.md").write_text(DERIVATION.markdown(), encoding="utf-8")
