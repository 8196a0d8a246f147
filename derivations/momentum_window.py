"""Momentum closes the window at a local maximum: signs of a top exponent for all learning rates, step by step.

`python derivations/momentum_window.py` checks every step and writes notes/momentum_window.md.
"""

from math import ceil, floor
from pathlib import Path

import sympy as sp

import sgd_markov as sm

lam, beta, x, w, m, y, s, r = sp.symbols("lambda beta x w m y s r", real=True)
c, d, e, f = sp.symbols("c d e f", real=True)
bound, cone = sp.symbols("X K", positive=True)
share = sp.Symbol("sigma", positive=True)
GIVEN = {share: beta / (1 - beta)}
A = sp.Rational(-1, 5)
CLOSED = {beta: sp.Rational(16, 25), bound: sp.Rational(6, 5), cone: sp.Integer(3), share: sp.Rational(16, 9)}
half = sp.Rational(1, 2)
kept = (
    cone * (1 - lam * bound * (1 + lam * share * cone)) - beta * cone - (1 - beta) * bound * (1 + lam * share * cone)
).subs(CLOSED)
after = beta * m + (1 - beta) * x * w
place = w - lam * share * m

step = sm.Section(
    "One step",
    r"EMA momentum on $\frac12xw^2$, $x = a \pm 1$ with probability $\frac12$ each, $-1 < a < 0$: the mean loss has a maximum at $0$.",
    (
        sm.Argued("The chain is linear in $(w, m)$:", r"m' = \beta m + (1 - \beta)xw, \qquad w' = w - \lambda m'"),
        sm.Identity(
            "The determinant is $\\beta$,", (1 - lam * (1 - beta) * x) * beta + lam * beta * (1 - beta) * x, beta
        ),
        sm.Argued(
            "so that the two exponents sum to $\\log\\beta$, and one of them may still be positive.",
            r"\Lambda_1 + \Lambda_2 = \log\beta",
        ),
    ),
)

bracket = sm.Section(
    "A bracket from any function of the direction",
    r"For bounded $h$, $\varphi(\theta) = \mathbb{E}\log\|Ae_\theta\|$ and $(Ph)(\theta) = \mathbb{E}h(A\theta)$.",
    (
        sm.Cited(
            "The top exponent is the almost sure growth rate.",
            r"\Lambda_1 = \lim_n \tfrac1n\log\|A_n \cdots A_1\|",
            "furstenberg1960",
        ),
        sm.Argued(
            "Telescope along the chain of directions from a fixed start, average over the start, divide by $n$.",
            r"\inf_\theta(\varphi + Ph - h) \le \Lambda_1 \le \sup_\theta(\varphi + Ph - h)",
        ),
        sm.Argued(
            "Directions are places $s$ on the boundary of the square: the leading coordinate $D$ of $Au$ is affine in $s$, the image a quotient.",
            r"\|Au\|_\infty = D = c + ds, \qquad T(s) = \frac{e + fs}{c + ds}",
        ),
        sm.Identity("The image moves by", sp.diff((e + f * s) / (c + d * s), s), (c * f - d * e) / (c + d * s) ** 2),
        sm.Identity(
            "Where $h$ has slope $m$ the contribution of one matrix bends by",
            sp.diff(sp.log(c + d * s) + m * (e + f * s) / (c + d * s), s, 2),
            -((d / (c + d * s)) ** 2) - 2 * m * d * (c * f - d * e) / (c + d * s) ** 3,
        ),
        sm.Argued(
            "On pieces on which $h$ and $h \\circ T$ have no kink this bounds how far $\\varphi + Ph - h$ leaves its chord; all rounding is added.",
            r"\tfrac18L^2\sup|g''|",
        ),
        sm.Argued(
            "For a whole interval of $\\lambda$, $h$ is constant on cells and the largest value over all cells that any image touches is taken.",
            r"\Lambda_1(\lambda) \ge \inf(\varphi_\lambda + P_\lambda h - h) \quad \text{for all } \lambda \in [\lambda_0, \lambda_1]",
        ),
    ),
)

small = sm.Section(
    "Small learning rates",
    r"Let $|x| \le X$ and $\sigma = \beta/(1 - \beta)$. The place corrected by its momentum, $u = w - \lambda\sigma m$, hardly moves.",
    (
        sm.Definition("The weight of the momentum is", share, beta / (1 - beta)),
        sm.Identity(
            "Exactly,",
            (w - lam * after) - lam * share * after - place,
            -lam * x * (place + lam * share * m),
            given=GIVEN,
        ),
        sm.Argued(
            "If $|m| \\le K|u|$, then $u' = (1 + z)u$ with $|z| \\le \\lambda X(1 + \\lambda\\sigma K)$, and the cone is kept where",
            r"\beta K + (1 - \beta)X(1 + \lambda\sigma K) \le K(1 - \lambda X(1 + \lambda\sigma K))",
        ),
        sm.Positive(
            "At $\\beta = \\frac{16}{25}$, $X = \\frac65$, $K = 3$ it is, up to the root of this:",
            lam * kept,
            {lam: (0, max(sp.roots(sp.Poly(kept, lam))))},
        ),
        sm.Positive(
            "$\\log(1 + z) \\ge z - z^2$, as the difference has $z$ times this as its derivative:",
            (1 + 2 * y) / (1 + y),
            {y: (-half, sp.oo)},
        ),
        sm.Positive(
            "There $X(1 + \\lambda\\sigma K) \\le 2$,",
            lam * (2 - (bound * (1 + lam * share * cone)).subs(CLOSED)),
            {lam: (0, sp.Rational(1, 8))},
        ),
        sm.Positive(
            "so that the exponent divided by $\\lambda$ is at least $-a - \\lambda(\\sigma XK + 4)$, and the exponent positive where this is:",
            lam * (-A - lam * (share * bound * cone + 4).subs(CLOSED)),
            {lam: (0, sp.Rational(1, 52))},
        ),
    ),
)

large = sm.Section(
    "Large learning rates",
    r"The ratio $r$ of successive places obeys the recursion of heavy ball with learning rate $(1 - \beta)\lambda$.",
    (
        sm.Identity(
            "Indeed",
            (w - lam * after).subs(m, (w / r - w) / lam) / w,
            1 + beta - lam * (1 - beta) * x - beta / r,
        ),
        sm.Positive(
            "At $\\beta = \\frac{16}{25}$, as $|x| \\ge \\frac45$, $|r| \\ge 2$ is kept for $\\lambda > \\frac{55}4$: $|w|$ doubles in every step.",
            (lam * (1 - beta) * sp.Rational(4, 5) - (1 + beta) - beta / 2 - 2).subs(CLOSED),
            {lam: (sp.Rational(55, 4), sp.oo)},
        ),
    ),
)


def chain(momentum, rate):
    centre = sp.Rational(-1, 5)
    data = {x: sm.TwoPoint(centre + 1, centre - 1)}
    return sm.EMAMomentum(loss=x * w**2 / 2, parameters=[w], learning_rate=rate, beta1=momentum, data=data)


def answered():
    """Exponents of the package on both sides of the critical momentum, at the learning rate with the smallest one."""
    for momentum, relation in (("63/100", sm.Negative), ("16/25", sm.Positive)):
        model = chain(momentum, "99/200")
        found = sm.lyapunov(model, at=dict.fromkeys(model.state, 0), digits=1)
        outward = ceil(found.upper * 10**6) if relation is sm.Negative else floor(found.lower * 10**6)
        shown = sp.Rational(outward, 10**6)
        what = "at most" if relation is sm.Negative else "at least"
        yield relation(
            f"At $\\beta = {sp.latex(sp.Rational(momentum))}$ and $\\lambda = \\frac{{99}}{{200}}$ the exponent is {what}",
            shown,
            {},
        )


closed = sm.Section(
    "Open at 0.63, closed at 0.64",
    "In between $[\\frac1{52}, \\frac{55}4]$ is cut into intervals, finer where the exponent is small; each is proved by the bracket "
    "(`products.matrix_window.proved_closed`, about 6 s). Nothing is said between the two momenta, as monotonicity in $\\beta$ is not proved.",
    tuple(answered()),
)

DERIVATION = sm.Derivation(
    "Momentum closes the window at a local maximum",
    "SGD converges to a strict local maximum for learning rates in a window [ziyin2022]. Momentum narrows it; at $a = -\\frac15$ it is "
    "open at $\\beta = 0.63$ and closed for every learning rate at $\\beta = 0.64$. The exponents are those of products of random "
    "matrices [furstenberg1960].",
    (step, bracket, small, large, closed),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "momentum_window.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
