"""How Laplace steps leave an interval, step by step.

`python derivations/laplace_exit.py` checks every step and writes notes/laplace_exit.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, x, y, z = sp.symbols("w x y z", real=True)
b, omega = sp.symbols("b omega", positive=True)
low, high = sp.symbols("l h", real=True)
a_0, a_1, a_2 = sp.symbols("a_0 a_1 a_2", real=True)
v, slope, bend = sp.symbols("v v' v''", real=True)
tau, hit = sp.symbols("tau p", real=True)

GIVEN = {
    tau: 1 + (high - low) / (2 * b) + (y - low) * (high - y) / (2 * b**2),
    hit: (y - low + b) / (high - low + 2 * b),
}
QUADRATIC = {v: a_0 + a_1 * y + a_2 * y**2, slope: a_1 + 2 * a_2 * y, bend: 2 * a_2}
EXAMPLE = {b: sp.Rational(2, 5), low: sp.Integer(-1), high: sp.Integer(1)}


def at(expr, place, where=None):
    return expr.subs(y, place).subs(where or {})


def of(function, place):
    """v, v', v'' of a function at a place."""
    return {name: at(sp.diff(GIVEN[function], y, k), place) for k, name in enumerate((v, slope, bend))}


def identity(why, left_side, right_side, **more):
    return sm.Identity(why, sp.sympify(left_side), sp.sympify(right_side), **more)


walk = sm.Section(
    "The walk",
    r"Where the loss is flat, SGD with additive noise is a random walk, $w' = w + z$. Let $z$ have the Laplace law of scale $b$, "
    r"density $\frac1{2b}e^{-|z|/b}$, and let $\tau$ be the first step that lands outside $[l, h]$. The density has a kink at "
    r"$0$, so every integral over one step is cut at the place $x$ from which the step is taken.",
    (
        sm.Definition(
            "Let $v$ be a polynomial of degree at most 2, with the derivatives $v'$ and $v''$.", v, QUADRATIC[v]
        ),
        identity(
            "Above $x$ the integrand of one step has an antiderivative,",
            sp.Derivative(-sp.exp((x - y) / b) * (v + b * slope + b**2 * bend) / 2, y),
            v * sp.exp((x - y) / b) / (2 * b),
            given=QUADRATIC,
        ),
        identity(
            "below $x$ another one.",
            sp.Derivative(sp.exp((y - x) / b) * (v - b * slope + b**2 * bend) / 2, y),
            v * sp.exp((y - x) / b) / (2 * b),
            given=QUADRATIC,
        ),
        sm.Argued(
            "At the kink both meet with the factor $1$; at the ends they are cut off with exponential factors.",
            r"\int_l^h v(y)\,\tfrac1{2b}e^{-|y-x|/b}\,dy = v + b^2v''\Big|_x - \tfrac12e^{-(h-x)/b}(v + bv' + b^2v'')\Big|_h"
            r" - \tfrac12e^{-(x-l)/b}(v - bv' + b^2v'')\Big|_l",
        ),
    ),
)

side = sm.Section(
    "Where it leaves",
    r"Let $p(x)$ be the probability to leave above $h$.",
    (
        sm.Argued(
            "A step passes an end by an exponential amount of mean $b$, whatever the distance was (lack of memory), and the walk "
            "has no drift.",
            r"(h + b)\,p(x) + (l - b)\,(1 - p(x)) = x",
        ),
        sm.Definition("This gives, as a function of $y$,", hit, GIVEN[hit]),
        identity(
            "which is right:",
            (high + b) * hit + (low - b) * (1 - hit),
            y,
            given={hit: GIVEN[hit]},
        ),
        identity(
            "It is linear, and at $h$ it is cut off with the weight 1:",
            v + b * slope + b**2 * bend,
            1,
            given=of(hit, high),
        ),
        identity("at $l$ nothing is cut off.", v - b * slope + b**2 * bend, 0, given=of(hit, low)),
        sm.Argued(
            "The loss at $h$ is the probability of a step across $h$: one step keeps $p$, so it is the probability to leave above.",
            r"p(x) = \tfrac12e^{-(h-x)/b} + \int_l^h p(y)\,\tfrac1{2b}e^{-|y-x|/b}\,dy",
        ),
    ),
)

time = sm.Section(
    "When it leaves",
    r"The mean time solves $v(x) = 1 + \int_l^h v(y)\,\frac1{2b}e^{-|y-x|/b}\,dy$.",
    (
        sm.Definition("Try the parabola", tau, GIVEN[tau]),
        identity("At $h$ nothing is cut off,", v + b * slope + b**2 * bend, 0, given=of(tau, high)),
        identity("nor at $l$,", v - b * slope + b**2 * bend, 0, given=of(tau, low)),
        identity("and one step lowers it by 1: the equation holds.", v + b**2 * bend, v - 1, given=of(tau, x)),
        sm.Argued(
            "A bounded solution is the mean time: from $v(x) = \\mathbb{E}[\\min(n, \\tau)] + \\mathbb{E}[v(w_n); \\tau > n]$, "
            "as the walk leaves almost surely.",
            r"v(x) = \mathbb{E}_x\tau",
        ),
        identity(
            "On $[-1, 1]$ it is",
            tau,
            (1 + 2 * b + 2 * b**2 - y**2) / (2 * b**2),
            given={tau: GIVEN[tau].subs({low: sp.Integer(-1), high: sp.Integer(1)})},
        ),
        identity(
            "A diffusion of the variance $2b^2$ a step needs $(1 - y^2)/(2b^2)$ only; the difference is",
            (1 + 2 * b + 2 * b**2 - y**2) / (2 * b**2) - (1 - y**2) / (2 * b**2),
            1 + 1 / b,
        ),
        sm.Positive("which is positive: overshooting costs time.", 1 + 1 / b, {b: (0, sp.oo)}),
        sm.Value("At $b = 2/5$ from the middle", at(GIVEN[tau], 0, EXAMPLE), "6.6250"),
    ),
)

cosine = sp.cos(omega * y)
wave_beyond = sp.exp((x - y) / b) * (b * omega * sp.sin(omega * y) - cosine) / (2 * (1 + b**2 * omega**2))
wave_before = sp.exp((y - x) / b) * (b * omega * sp.sin(omega * y) + cosine) / (2 * (1 + b**2 * omega**2))
condition = {b: sp.cos(omega) / (omega * sp.sin(omega))}

stay = sm.Section(
    "How long it can stay",
    r"On $[-1, 1]$, given that it has not left, the walk settles in its quasi-stationary law.",
    (
        identity(
            "Above $x$ the integrand $\\cos(\\omega y)\\frac1{2b}e^{-(y-x)/b}$ has an antiderivative,",
            sp.Derivative(wave_beyond, y),
            cosine * sp.exp((x - y) / b) / (2 * b),
        ),
        identity("below $x$ another one.", sp.Derivative(wave_before, y), cosine * sp.exp((y - x) / b) / (2 * b)),
        sm.Definition("Choose $\\omega$ so that $b\\,\\omega\\tan\\omega = 1$, that is", b, condition[b]),
        identity(
            "Then nothing is left at the right end",
            b * omega * sp.sin(omega) - sp.cos(omega),
            0,
            given=condition,
        ),
        identity("nor at the left end,", b * omega * sp.sin(-omega) + sp.cos(-omega), 0, given=condition),
        identity(
            "and the cosine is an eigenfunction with the eigenvalue $\\theta = 1/(1 + b^2\\omega^2)$.",
            at(wave_before, x) - at(wave_beyond, x),
            sp.cos(omega * x) / (1 + b**2 * omega**2),
        ),
        sm.Argued(
            "The one solution $\\omega$ in $(0, \\pi/2)$ makes it positive on the interval.",
            r"\cos(\omega x) > 0 \quad (|x| \le 1)",
        ),
        sm.Cited(
            "A positive eigenfunction belongs to the largest eigenvalue, and encloses the decay of survival.",
            r"c\,\theta^n \le P_x(\tau > n) \le C\,\theta^n",
            "collatz1942",
        ),
        sm.Limit(
            "For small steps $\\omega$ tends to $\\pi/2$: there $b$ is $0$, and the cosine vanishes at the ends, as for a diffusion.",
            condition[b],
            omega,
            sp.pi / 2,
            sp.Integer(0),
        ),
    ),
)


def answered():
    """The package's answers against the derived formulas, at b = 2/5."""
    chain = sm.RandomMap({w: w + z}, noise={z: sm.Laplace(0, EXAMPLE[b])})
    for start in (sp.Integer(0), sp.Rational(1, 3)):
        found = sm.exit_time(chain, start=start, inside=[-1, 1])
        why = f"`exit_time` from ${sp.latex(start)}$ encloses the derived time."
        yield sm.Enclosed(why, at(GIVEN[tau], start, EXAMPLE), found.lower, found.upper)
    found = sm.hitting(chain, start=sp.Rational(1, 2), target=[1, "oo"], avoid=["-oo", -1])
    why = "`hitting` encloses the derived probability to leave above, from $1/2$."
    yield sm.Enclosed(why, at(GIVEN[hit], sp.Rational(1, 2), EXAMPLE), found.lower, found.upper)


DERIVATION = sm.Derivation(
    "How Laplace steps leave an interval",
    "The exit problem of a random walk has closed forms where its steps have no memory. For Laplace steps the mean time is a "
    "parabola, the side on which the walk leaves depends linearly on the start, and the quasi-stationary law is a cosine. "
    "The exponential overshoot is the reason for all of them [feller1971].",
    (walk, side, time, stay, sm.Section("The package finds the same", "", tuple(answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "laplace_exit.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
