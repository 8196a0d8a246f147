"""Chains whose stationary law is known in closed form, each with the proof that the law is invariant.

`python derivations/stationary_laws.py` checks every step and writes notes/stationary_laws.md. The steps are those that
`stationary` checks whenever it returns the law.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, m, x, z, u, e, b = sp.symbols("w m x z u e b", real=True)
k, lr, s, mu, alpha, beta = sp.symbols("k lr s mu alpha beta", positive=True)
R = sp.Rational


def told(heading, text, chain, **place):
    """One law: what the chain is, what the package answers, and why."""
    answer = sm.stationary(chain, **place)
    return sm.Section(heading, f"{text} The answer: {answer.family}. ${answer.latex()}$", sm.invariance(chain, **place))


ADDITIVE = (
    told(
        "Gaussian noise on a quadratic loss",
        "SGD on $k w^2/2$ with gradient noise $s z$, $z$ standard normal.",
        sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)}),
    ),
    told(
        "The same with heavy-ball momentum",
        "The pair $(w, m)$ is normal; the marginal variance of $w$ is "
        r"$\frac{\lambda s^2 (1+\mu)}{(1-\mu) k (2(1+\mu) - \lambda k)}$.",
        sm.HeavyBall(k * w**2 / 2 + s * w * z, [w], lr, mu, data={z: sm.Normal(0, 1)}),
    ),
    told(
        "Stable noise on a quadratic loss",
        "SGD on $k w^2/2$ with noise of characteristic function $e^{-|st|^{3/2}}$.",
        sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Stable(R(3, 2), 1)}),
    ),
    told(
        "Cauchy noise",
        "The scale of the noise divided by $1 - |\\rho|$.",
        sm.RandomMap({w: w / 3 + z}, noise={z: sm.Cauchy(0, s)}),
    ),
    told(
        "Coin tossing at ratio 1/2",
        "The Bernoulli convolution that is uniform: $w' = w/2 \\pm 1$.",
        sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()}),
    ),
    told(
        "Coin tossing at ratio 1/3",
        "The same at ratio $1/3$ lives on a Cantor set.",
        sm.RandomMap({w: w / 3 + z}, noise={z: sm.Rademacher()}),
    ),
    told(
        "Uniform noise at ratio 1/2",
        "The law of Rvachev and Fabius, smooth and nowhere analytic.",
        sm.RandomMap({w: w / 2 + z}, noise={z: sm.Uniform(-1, 1)}),
    ),
    told(
        "Exponential autoregression",
        "Gaver and Lewis: the noise is $0$ with probability $\\rho$, else exponential.",
        sm.RandomMap({w: w / 3 + b * x}, noise={b: sm.Bernoulli(R(2, 3)), x: sm.Exponential(s)}),
    ),
    told(
        "Laplace autoregression",
        "The noise is $0$ with probability $\\rho^2$, else Laplace.",
        sm.RandomMap({w: w / 3 + b * x}, noise={b: sm.Bernoulli(R(8, 9)), x: sm.Laplace(0, s)}),
    ),
)

MULTIPLICATIVE = (
    told("Dickman", "$w' = u (w + 1)$ with $u$ uniform.", sm.RandomMap({w: u * (w + 1)}, noise={u: sm.Uniform(0, 1)})),
    told(
        "Gamma laws by beta-gamma algebra",
        "$w' = u (w + e)$ with $u \\sim B(\\alpha, \\beta)$ and $e \\sim \\Gamma(\\beta)$.",
        sm.RandomMap({w: u * (w + e)}, noise={u: sm.Beta(alpha, beta), e: sm.Gamma(beta, s)}),
    ),
    told(
        "A random learning rate",
        "SGD on $(w - x)^2/2$ with $x$ a coin and the learning rate $\\sim B(1, \\alpha)$ (Sethuraman).",
        sm.SGD((w - x) ** 2 / 2, [w], u, data={x: sm.Bernoulli(R(3, 10))}, noise={u: sm.Beta(1, alpha)}),
    ),
    told(
        "A heavy tail in closed form",
        "Chamayou and Letac: $w' = y (1 + w)$ with $y \\sim \\beta'(\\alpha, \\alpha + \\beta)$.",
        sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime(alpha, alpha + beta)}),
    ),
    told(
        "A random continued fraction",
        "Letac and Seshadri: $w' = 1/(y + w)$ with $y$ gamma.",
        sm.RandomMap({w: 1 / (x + w)}, noise={x: sm.Gamma(R(3, 2), 2)}, domain={w: "positive"}),
    ),
    told(
        "A kinked map",
        "Andel, Netuka and Zvara: $w' = |w|/2 + z$ is skew normal.",
        sm.RandomMap({w: sp.Abs(w) / 2 + z}, noise={z: sm.Normal(0, 1)}),
    ),
)

LATTICE = (
    told(
        "Sign SGD",
        "Sign SGD on $|w - x|$ with $x$ normal, learning rate $1/2$, from $0$: a birth-death chain.",
        sm.RandomMap({w: w - sp.sign(w - x) / 2}, noise={x: sm.Normal(0, 1)}),
        start={w: sp.Integer(0)},
    ),
    told(
        "The logistic map",
        "$w' = 4 w (1 - w)$ on $[0, 1]$; its fixed points carry other stationary laws.",
        sm.RandomMap({w: 4 * w * (1 - w)}),
        within=(sp.Integer(0), sp.Integer(1)),
    ),
)

DERIVATION = sm.Derivation(
    "Stationary laws in closed form",
    "A law is never looked up and believed: for every problem the package writes down the law that it expects and proves "
    "that one step of this very chain keeps it. These are the steps, for one chain of each family; symbols stay symbols.",
    (*ADDITIVE, *MULTIPLICATIVE, *LATTICE),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "stationary_laws.md").write_text(DERIVATION.markdown(), encoding="utf-8")
