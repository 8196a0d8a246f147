"""A mean exit time is enclosed by a residual, step by step.

`python derivations/certified_escape.py` checks every step and writes notes/certified_escape.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, z, y, x = sp.symbols("w z y x", real=True)
eps, v, rho, peak, h, s, delta = sp.symbols("varepsilon v rho M h s delta", positive=True)
n = sp.Symbol("n", positive=True, integer=True)
c, S, p, e = sp.symbols("c S p e", positive=True)
SLOPE = sp.Rational(9, 10)


def autoregression(scale):
    return sm.RandomMap({w: SLOPE * w + scale * z}, noise={z: sm.Normal(0, 1)})


equation = sm.Section(
    "The equation of first steps",
    r"A chain $w' = m(w) + s(w) z$ with a density; $D$ is a bounded region, $K$ the kernel killed outside $D$, "
    r"$(Kf)(w) = \int_D k(w, y) f(y)\,dy$, and $\tau(w) = \mathbb{E}_w\min\{n \ge 1 : w_n \notin D\}$.",
    (
        sm.Argued("The first step, then the rest:", r"\tau = 1 + K\tau, \qquad \tau = \sum_{n\ge0} K^n 1"),
        sm.Argued(
            "Let $v \\ge 0$ be bounded with a small residual at every state of $D$.",
            r"|v - Kv - 1| \le \varepsilon < 1",
        ),
        sm.Identity(
            "$v - (1 - \\varepsilon)$ is at least $Kv$; divided by $1 - \\varepsilon$ the difference is a full step:",
            v / (1 - eps) - (v - (1 - eps)) / (1 - eps),
            sp.Integer(1),
        ),
        sm.Argued(
            "so that $v/(1-\\varepsilon)$ is above every partial sum, because $K \\ge 0$; likewise from below, because $v$ is bounded and "
            "$K^n v \\le \\sup v\\, K^n 1 \\to 0$.",
            r"\frac{v}{1+\varepsilon} \le \tau \le \frac{v}{1-\varepsilon}",
        ),
        sm.Positive("The two bounds are in order.", 1 / (1 - eps) - 1 / (1 + eps), {eps: (0, 1)}),
        sm.Definition("So the residual that is asked for is about half of the relative width", delta, 2 * eps / (1 - eps)),
        sm.Identity(
            "of the enclosure.", (1 / (1 - eps) - 1 / (1 + eps)) * (1 + eps), delta, given={delta: 2 * eps / (1 - eps)}
        ),
    ),
)

rule = sm.Section(
    "The residual at every state, not at nodes only",
    r"$v(w) = 1 + \sum_j q_j k(w, y_j) t_j$ with Gauss-Legendre nodes $y_j$ and weights $q_j$ of $D$, and $t_j \approx v(y_j)$.",
    (
        sm.Argued(
            "Then the residual has two parts, what $t$ misses at the nodes and what the rule misses of the integral:",
            r"v - 1 - Kv = \sum_j q_j k(\cdot, y_j)\big(t_j - v(y_j)\big) + \Big(\sum_j q_j k(\cdot, y_j) v(y_j) - \int_D k(\cdot, y) v(y)\,dy\Big)",
        ),
        sm.Argued(
            "The first is at most",
            r"\max_j|t_j - v(y_j)|\ \big(P_w(\text{stay}) + \text{what the rule misses of it}\big)",
        ),
        sm.Cited(
            "The second integrand is analytic: its Chebyshev coefficients on an ellipse of parameter $\\rho$ around $D$ fall like",
            r"|a_k| \le 2 M \rho^{-k}",
            "trefethen2013",
        ),
        sm.Identity(
            "the rule is exact below degree $2n$ and errs by at most $2 + \\frac{2}{4n^2-1} \\le \\frac{32}{15}$ on the even ones beyond; the sum is geometric.",
            2 * peak * sp.Rational(32, 15) * rho ** (-2 * n) / (1 - rho ** (-2)),
            sp.Rational(64, 15) * peak * rho ** (-2 * n) / (1 - rho ** (-2)),
        ),
        sm.Identity(
            "On the ellipse a normal density of a real centre grows by no more than $e^{b^2/2s^2}$, $b$ its half height:",
            sp.expand(-((x + sp.I * y) ** 2) / 2 + x**2 / 2 + sp.I * x * y),
            y**2 / 2,
        ),
        sm.Positive("$b$ is", h * (rho - 1 / rho) / 2, {rho: (1, sp.oo), h: (0, sp.oo)}),
    ),
)

KNOWN = {
    "3/10": "25.08131983480768176138",
    "3/20": "643.84997941236931250",
    "1/10": "117280.42065262526552",
    "7/100": "2497600282.8191174554",
    "1/20": "3.6894228819216882279e17",
}


def enclosed(why, known, answer):
    """The package's enclosure holds a number got by other means and is no wider than 1e-14 of it."""
    size = abs(answer.enclosure.middle)
    return sm.Enclosed(why, sp.sympify(known), answer.lower, answer.upper, width=size / 10**14)


def memoryless():
    """w' = z: every step stays inside [-1, 1] with the same probability."""
    chain = sm.RandomMap({w: z + 0 * w}, noise={z: sm.Normal(0, 1)})
    stay = sp.erf(1 / sp.sqrt(2))
    region = {"inside": [-1, 1]}
    yield enclosed("The mean time is geometric,", 1 / (1 - stay), sm.exit_time(chain, start=0, **region))
    yield enclosed("the factor of survival is the probability to stay,", stay, sm.quasi_stationary(chain, **region))
    yield enclosed(
        "and seven steps are survived with its power.", stay**7, sm.survival(chain, start=0, steps=7, **region)
    )


ladder = sm.Section(
    "Numbers",
    r"First a chain without memory, $w' = z$, where all is known. Then SGD on $w^2/2$ with learning rate $\frac1{10}$ and normal noise, "
    r"$w' = \frac9{10}w + s z$ from $0$ inside $[-1, 1]$: the certified enclosure against a collocation in 40 digits.",
    (
        *memoryless(),
        *(
            enclosed(
                f"$s = {sp.latex(sp.Rational(scale))}$:",
                sp.Rational(known),
                sm.exit_time(autoregression(sp.Rational(scale)), start=0, inside=[-1, 1]),
            )
            for scale, known in KNOWN.items()
        ),
    ),
)

factor = sm.Section(
    "The factor of survival",
    r"$h > 0$ with $\theta_- h \le Kh \le \theta_+ h$ on all of $D$.",
    (
        sm.Cited(
            "encloses the largest eigenvalue of the positive kernel (Collatz, Wielandt), $P(\\tau > n) \\sim C\\theta^n$.",
            r"\theta_- \le \theta \le \theta_+",
            "collatz1942",
        ),
        sm.Argued(
            "With $h(w) = \\frac1\\theta\\sum_j q_j k(w, y_j) h_j$ the part at the nodes is relative to $h$ itself:",
            r"\Big|\sum_j q_j k(w, y_j)\big(h(y_j) - h_j\big)\Big| \le \max_j\frac{|h(y_j) - h_j|}{h_j}\ \theta\,h(w)",
        ),
    ),
)

half_line = sm.Section(
    "Regions that reach to infinity",
    r"Cut at a radius $R$ beyond which the chain comes back: $L(y) - \mathbb{E}_y L(w') \ge 1$ for $|y| > R$. Let $S \ge v$ on $D$, "
    r"$p \ge P_w(\text{beyond})$ and $e \ge \mathbb{E}_w[L(w'); \text{beyond}]$ for $w$ in $D$.",
    (
        sm.Argued(
            "Take $c\\,v$ on $D$ and $cS + L$ beyond; one step takes at least",
            r"c(1 - \varepsilon) - cSp - e \quad \text{on } D",
        ),
        sm.Identity(
            "which is a full step for this $c$.",
            (c * (1 - eps) - c * S * p - e).subs(c, (1 + e) / (1 - eps - S * p)),
            sp.Integer(1),
        ),
    ),
)

stationary = sm.Section(
    "Stationary means by the same idea",
    r"For any bounded $h$ and any stationary law $\pi$: $\pi(Ph - h) = 0$.",
    (
        sm.Argued(
            "Hence a small residual of Poisson's equation at every state bounds the mean.",
            r"|f - c + Ph - h| \le \varepsilon \ \Rightarrow\ |\pi(f) - c| \le \varepsilon",
        ),
        sm.Argued(
            "On the whole line $h$ is constant beyond $R$, and a drift bound weighs what is left:",
            r"|\pi(f) - c| \le \varepsilon + \mathbb{E}_\pi\big[|f - c| + 2\sup|h|;\ |w| > R\big]",
        ),
    ),
)

DERIVATION = sm.Derivation(
    "A mean exit time is enclosed by a residual",
    "How the package certifies mean exit times from one step to more than $10^{100}$ steps for chains whose step has an analytic density: "
    "a solution of the discretised equation, and a bound of its residual at every state. The solution itself is got without a single subtraction "
    "[grassmann1985], because a plain solve loses all digits once the chain lives longer than $10^{16}$ steps.",
    (equation, rule, ladder, factor, half_line, stationary),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "certified_escape.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
