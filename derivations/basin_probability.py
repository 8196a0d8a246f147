"""The probability to end at a maximum, on a periodic landscape, step by step.

`python derivations/basin_probability.py` checks every step and writes notes/basin_probability.md.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
import sympy as sp

import sgd_markov as sm

w, s, x, y = sp.symbols("w s x y", real=True)
lr, a = sp.symbols("lambda a", real=True)
up, down, shrink, swell = sp.symbols("q p r_0 r_pi", positive=True)
R = sp.Rational
RATE, MEAN = R(4, 5), R(-1, 5)
GIVEN = {up: RATE * (1 - MEAN), down: RATE * (1 + MEAN)}
RATIOS = GIVEN | {shrink: 1 - 2 * down / sp.pi, swell: 1 - 2 * up / sp.pi}


def identity(why, left, right, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=where or {})


def positive(why, expr, region=None, where=None):
    return sm.Positive(why, expr, region or {}, given=where or {})


def step(place, curvature):
    """One step of SGD."""
    return place - lr * curvature * sp.sin(place)


chain = sm.Section(
    "The chain",
    r"The loss of a sample is $x(1 - \cos w)$ with $x = a \pm 1$, probability $\frac12$ each, and $a < 0$: the expected loss $a(1 - \cos w)$ has its "
    r"maximum at $0$ and its minimum at $\pi$. The example: $a = -\frac15$, $\lambda = \frac45$.",
    (
        identity("One step is $w - \\lambda x\\sin w$:", w - lr * sp.Derivative(x * (1 - sp.cos(w)), w), step(w, x)),
        identity("it is odd", step(-w, x), -step(w, x)),
        identity("and commutes with full turns, so that starts in $(0, \\pi)$ are all there is to ask.", step(w + 2 * sp.pi, x), step(w, x) + 2 * sp.pi),
        sm.Argued(
            "The multiples of $\\pi$ are fixed: the only exceptional starts.",
            r"w_0 \in \pi\mathbb{Z} \ \Rightarrow\ w_t = w_0 \text{ for all } t",
        ),
        sm.Definition("Where $x = a - 1$ the step is upwards, $f_\\uparrow(w) = w + q\\sin w$ with", up, RATE * (1 - MEAN)),
        sm.Definition("and where $x = a + 1$ downwards, $f_\\downarrow(w) = w - p\\sin w$ with", down, RATE * (1 + MEAN)),
        identity("Seen from the other end, $s = \\pi - w$, the roles are exchanged:", sp.pi - (sp.pi - s + up * sp.sin(sp.pi - s)), s - up * sp.sin(s)),
        identity("and", sp.pi - (sp.pi - s - down * sp.sin(sp.pi - s)), s + down * sp.sin(s)),
        positive("The slopes are at least $1 - q$ and $1 - p$: both maps increase,", 1 - up, where=GIVEN),
        positive("from $0$ at $0$ to $\\pi$ at $\\pi$.", 1 - down, where=GIVEN),
        sm.Negative("The exponent at $0$ is negative,", sp.log((1 + up) * (1 - down)) / 2, {}, given=GIVEN),
        sm.Value("namely", sp.log((1 + up) * (1 - down)) / 2, "-0.174353387144778", given=GIVEN),
        sm.Value("and the one at $\\pi$ even more.", sp.log((1 - up) * (1 + down)) / 2, "-1.36208979151605", given=GIVEN),
    ),
)

ends = sm.Section(
    "Each end attracts its neighbourhood",
    r"$1 - \frac{w^2}6 \le \frac{\sin w}w \le 1$ bounds how the distance from an end changes in a step; $m$ is such a bound.",
    (
        sm.Argued(
            "Within $\\frac12$ of $0$ a step multiplies $w$ by at most",
            r"m_\uparrow = 1 + q, \qquad m_\downarrow = 1 - p\big(1 - \tfrac1{24}\big)",
        ),
        identity("which are, for $f_\\uparrow$,", 1 + up, R(49, 25), GIVEN),
        identity("and for $f_\\downarrow$", 1 - down * (1 - R(1, 24)), R(29, 75), GIVEN),
        sm.Negative("The mean of the logarithms is negative,", sp.log(R(49, 25) * R(29, 75)) / 2, {}),
        positive("and the mean of $m^{2/5}$ is below $1$.", 2 - R(49, 25) ** R(2, 5) - R(29, 75) ** R(2, 5)),
        sm.Cited(
            "Ville's inequality for the supermartingale $|w_t|^{2/5}$, stopped beyond $\\frac12$:",
            r"P_w(w_t \to 0) \ge 1 - (2w)^{2/5} \qquad (0 < w \le \tfrac12)",
            "ville1939",
        ),
        sm.Argued(
            "Likewise within $1$ of $\\pi$, with $s = \\pi - w$,",
            r"m_\uparrow = 1 - q\big(1 - \tfrac16\big), \qquad m_\downarrow = 1 + p",
        ),
        identity("which are, for $f_\\uparrow$,", 1 - up * (1 - R(1, 6)), R(1, 5), GIVEN),
        identity("and for $f_\\downarrow$,", 1 + down, R(41, 25), GIVEN),
        positive("of mean below $1$:", 2 - R(1, 5) - R(41, 25)),
        sm.Cited("Ville's inequality for $s_t$:", r"P_w(w_t \to \pi) \ge 1 - s \qquad (0 < s \le 1)", "ville1939"),
    ),
)

everywhere = sm.Section(
    "From every start one of the ends is reached",
    r"$\sin w \ge \frac2\pi w$ for $0 \le w \le \frac\pi2$ (Jordan). One map alone leads to the nearer end.",
    (
        sm.Definition("From $w \\le \\frac\\pi2$ the map $f_\\downarrow$ multiplies $w$ by at most", shrink, 1 - 2 * down / sp.pi),
        positive("and six steps lead to where $(2w)^{2/5} \\le \\frac12$:", R(1, 2) ** R(7, 2) - sp.pi / 2 * shrink**6, where=RATIOS),
        sm.Definition("From $w \\ge \\frac\\pi2$ the map $f_\\uparrow$ multiplies $\\pi - w$ by at most", swell, 1 - 2 * up / sp.pi),
        positive("and two steps lead to where $s \\le \\frac12$:", R(1, 2) - sp.pi / 2 * swell**2, where=RATIOS),
        sm.Argued(
            "These two cases cover all starts, so that with no exception",
            r"P_w(w_t \to 0 \text{ or } w_t \to \pi) \ge 2^{-6} \cdot \tfrac12 = 2^{-7} \quad \text{for all } 0 < w < \pi",
        ),
        sm.Cited(
            "By Levy's 0-1 law this probability, at $w_t$, tends to the indicator of the event; it never comes near $0$, so the indicator is $1$.",
            r"P_w(w_t \to 0) + P_w(w_t \to \pi) = 1 \quad \text{for all } 0 < w < \pi",
            "williams1991",
        ),
    ),
)

equation = sm.Section(
    "The equation of the probability",
    r"$p(w) = P_w(w_t \to 0)$ on $(0, \pi)$.",
    (
        sm.Argued("The first step, then the rest:", r"p(w) = \tfrac12\big(p(f_\uparrow(w)) + p(f_\downarrow(w))\big)"),
        sm.Argued("and at the ends, by the bounds above,", r"p(w) \to 1\ (w \to 0), \qquad p(w) \to 0\ (w \to \pi)"),
        sm.Cited(
            "A bounded solution with these limits is a bounded martingale along the chain, which ends at $0$ or $\\pi$: it is $p$, and there is no other.",
            r"v(w) = \mathbb{E}_w \lim_t v(w_t) = P_w(w_t \to 0)",
            "williams1991",
        ),
        sm.Argued(
            "Both maps increase, so that of two chains with the same draws the lower one stays the lower: $p$ decreases. Its limits from the left and "
            "from the right solve the same equation, so that they agree: $p$ is continuous.",
            r"p(w-) = p(w) = p(w+)",
        ),
        sm.Argued(
            "Hence $1 - p$ is the distribution function of a law without atoms that the two inverse maps, one half each, leave invariant.",
            r"F = 1 - p: \qquad F(w) = \tfrac12\big(F(f_\uparrow(w)) + F(f_\downarrow(w))\big)",
        ),
        identity("Near $0$ it behaves like $w^{1/2}$: the multipliers have", sp.sqrt(1 + up) + sp.sqrt(1 - down), 2, GIVEN),
        sm.Argued(
            "On cells $[a, b)$ the largest and the smallest value over all cells that an image touches give solutions above and below.",
            r"v \ge K^+v \ \Rightarrow\ p \le v, \qquad v \le K^-v \ \Rightarrow\ p \ge v",
        ),
    ),
)

FAR, NODES = 30.0, 24_001
"""A grid in log tan(w/2) from -FAR to FAR."""


def rounded(side):
    """p at pi/2 in doubles, the images rounded towards pi (side 1: too small) or towards 0 (side -1: too large)."""
    places = np.linspace(-FAR, FAR, NODES)
    targets = []
    for curvature in (0.8, -1.2):
        inner = np.abs(places) <= 15
        # farther out the maps multiply the distance from the end, to 10^-12
        moved = places + np.where(places < 0, np.log(1 - 0.8 * curvature), -np.log(1 + 0.8 * curvature))
        angle = 2 * np.arctan(np.exp(places[inner]))
        moved[inner] = np.log(np.tan((angle - 0.8 * curvature * np.sin(angle)) / 2))
        index = (moved + FAR) / (places[1] - places[0])
        targets.append(np.clip(np.ceil(index) if side > 0 else np.floor(index), 0, NODES - 1).astype(int))
    p = np.where(places < 0, 1.0, 0.0)
    for _ in range(900):
        p = (p[targets[0]] + p[targets[1]]) / 2
        p[0], p[-1] = 1.0, 0.0
    return p[NODES // 2]


def periodic(mean, rate):
    return sm.SGD(loss=x * (1 - sp.cos(w)), parameters=[w], learning_rate=rate, data={x: sm.TwoPoint(mean + 1, mean - 1)})


def mass_at_zero(chain, digits):
    answer = sm.limit(chain, start=sp.pi / 2, digits=digits)
    return next(m["probability"].enclosure for m in answer.masses if m["at"]["w"].exact == 0)


def found():
    low, high = rounded(1), rounded(-1)
    mass = mass_at_zero(periodic(MEAN, RATE), 3)
    yield sm.Enclosed(
        f"From $\\frac\\pi2$: two solutions on a grid in doubles, the images rounded to either side, are {low:.5f} and {high:.5f}; their middle "
        "lies in what `limit` proves.",
        R(round((low + high) / 2 * 10**5), 10**5), mass.lower, mass.upper, width=Fraction(1, 1000),
    )  # fmt: skip
    even = mass_at_zero(periodic(sp.Integer(0), RATE), 2)
    yield sm.Enclosed(
        "With $a = 0$ both ends are alike, and from the middle the probability is one half:", R(1, 2), even.lower, even.upper, width=Fraction(1, 100)
    )


control = sm.Section(
    "Where it fails",
    r"At $a = -\frac9{10}$, $\lambda = \frac12$ the maximum repels, and all mass ends at the minimum.",
    (positive("The exponent at $0$ is then positive.", sp.log((1 - R(1, 2) * R(-19, 10)) * (1 - R(1, 2) * R(1, 10))) / 2),),
)

DERIVATION = sm.Derivation(
    "The probability to end at a maximum",
    "On a periodic loss the noise vanishes at maxima and at minima. Where both have a negative exponent SGD ends at either with a probability that depends on "
    "the start; that it ends at one of them is proved for every start that is neither.",
    (chain, ends, everywhere, equation, sm.Section("Numbers", "", tuple(found())), control),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "basin_probability.md").write_text(DERIVATION.markdown(), encoding="utf-8")
