"""The stationary density of SGD with small steps: the Gibbs density, its correction, and the bias of the mean.

`python derivations/small_step_gibbs.py` checks every step and writes notes/small_step_gibbs.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, z, g = sp.symbols("w z g", real=True)
lr, T, k, s = sp.symbols("lambda T k sigma", positive=True)
C, L2 = sp.symbols("C L_2", positive=True)
L3 = sp.Symbol("L_3", real=True)
half = sp.Rational(1, 2)

loss = sp.Function("L")(w)
slope, bend = loss.diff(w), loss.diff(w, 2)
gibbs = sp.exp(-loss / T)
step = -lr * g + sp.sqrt(2 * lr * T) * z
bell = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)

rho, start, Phi = sp.Symbol("rho"), sp.Symbol("pi_0"), sp.Symbol("Phi", real=True)
v = sp.Symbol("v", positive=True)
correction = slope**2 / (4 * T) - bend / 2


def identity(why, left, right, given=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=given or {})


def mean(expr):
    """E expr over a standard normal z, as an integral that the step carries out."""
    return sp.Integral(expr * bell, (z, -sp.oo, sp.oo))


def forward(density):
    """A* u = (L' u)' + T u'', the derivatives left to be carried out."""
    return sp.Derivative(slope * density, w) + T * sp.Derivative(density, (w, 2))


def forward_second(density):
    """A_2* u = (L'^2 u)''/2 + T (L' u)''' + T^2 u''''/2."""
    return (
        sp.Derivative(slope**2 * density, (w, 2)) / 2
        + T * sp.Derivative(slope * density, (w, 3))
        + T**2 * sp.Derivative(density, (w, 4)) / 2
    )


chain_section = sm.Section(
    "The chain and its generator",
    "One step is $w' = w - \\lambda L'(w) + \\sqrt{2\\lambda T}\\,z$ with $z$ standard normal: SGD with additive Gaussian gradient noise of "
    "variance $\\sigma^2$ has $T = \\lambda\\sigma^2/2$, the Langevin algorithm has $T$ as its temperature. Let $\\lambda \\to 0$ with $T$ "
    "fixed. Write $g = L'(w)$ and $\\Delta = w' - w$. The moments of one step, exactly:",
    (
        identity("The mean.", mean(step), -g * lr),
        identity("The second moment.", mean(step**2), 2 * T * lr + g**2 * lr**2),
        identity("The third.", mean(step**3), -6 * T * g * lr**2 - g**3 * lr**3),
        identity("The fourth.", mean(step**4), 12 * T**2 * lr**2 + 12 * T * g**2 * lr**3 + g**4 * lr**4),
        sm.Argued(
            "Taylor's formula for a smooth $f$ sorts them by powers of $\\lambda$: $A$ and $A_2$ collect the first two (the "
            "fifth and higher moments are of the order $\\lambda^3$).",
            r"\mathbb{E} f(w') - f(w) = \lambda A f + \lambda^2 A_2 f + O(\lambda^3),\quad A f = -L'f' + Tf'',\quad "
            r"A_2 f = \tfrac12 L'^2 f'' - T L' f''' + \tfrac12 T^2 f''''",
        ),
        sm.Argued(
            "A density is stationary where the mean of this is $0$ for every $f$; integrating by parts,",
            r"(A^* + \lambda A_2^* + \ldots)\,\pi = 0,\quad A^*u = (L'u)' + Tu'',\quad "
            r"A_2^*u = \tfrac12(L'^2u)'' + T(L'u)''' + \tfrac12T^2u''''",
        ),
    ),
)

first_order = sm.Section(
    "The Gibbs density, and what has to be added",
    "At the leading order the density is that of Langevin's equation; at the next one its factor $1 + \\lambda\\rho$ has to balance $A_2$.",
    (
        sm.Definition("The Gibbs density, up to its normalisation.", start, gibbs),
        identity("It is stationary for $A$.", forward(start) / start, 0, given={start: gibbs}),
        sm.Definition("The correction.", rho, correction),
        identity(
            "It balances the second order, for every loss: $A^*(\\pi_0\\rho) + A_2^*\\pi_0 = 0$.",
            (forward(start * rho) + forward_second(start)) / start,
            0,
            given={start: gibbs, rho: correction},
        ),
        sm.Argued(
            "In the exponent, to the same order,",
            r"\pi_\lambda \propto \exp\Bigl\{-\tfrac1T\bigl(L - \tfrac\lambda4 L'^2\bigr) - \tfrac\lambda2 L''\Bigr\}\,(1 + O(\lambda^2))",
        ),
        sm.Cited(
            "That the expansion of the density exists is the Kramers-Moyal expansion; no bound of the rest is claimed here, and "
            "where $L'^2$ outgrows $L$ the formula holds near the minima only (there the chain itself runs away).",
            r"\pi_\lambda = \pi_0\,(1 + \lambda\rho) + O(\lambda^2)",
            "risken1989",
        ),
    ),
)

variance = T / (k * (1 - lr * k / 2))

quadratic = sm.Section(
    "Quadratic losses: the formula is exact",
    "For $L = kw^2/2$ the correction of the exponent is a multiple of $w^2$, and $L''$ is constant.",
    (
        sm.Definition("The exponent with its correction.", Phi, -(k * w**2 / 2 - lr / 4 * (k * w) ** 2) / T),
        identity("It is that of a normal law.", Phi, -(w**2) / (2 * variance), given={Phi: -(k * w**2 / 2 - lr / 4 * (k * w) ** 2) / T}),
        identity("One step keeps its variance.", (1 - lr * k) ** 2 * variance + 2 * lr * T, variance),
        identity("For SGD with gradient noise of variance $\\sigma^2$ it is", variance.subs(T, lr * s**2 / 2), lr * s**2 / (k * (2 - lr * k))),
        sm.Positive(
            "The sign matters: the variance is larger than that of the Gibbs law,",
            variance - T / k,
            {T: (0, sp.oo), k: (0, sp.oo), lr: (0, 2 / k)},
        ),
        sm.Positive(
            "while $e^{-\\tilde L/T}$ with the loss of backward error analysis, $\\tilde L = L + \\frac\\lambda4 L'^2$, would make it smaller.",
            T / k - T / (k * (1 + lr * k / 2)),
            {T: (0, sp.oo), k: (0, sp.oo), lr: (0, sp.oo)},
        ),
    ),
)

spread = C / (2 * L2)
bias = -L3 * C / (4 * L2**2)

mean_section = sm.Section(
    "The bias of the mean",
    "Now any unbiased gradient noise, of variance $C$ at a minimum $w^*$, with $L_2 = L''(w^*) > 0$ and $L_3 = L'''(w^*)$. Near $w^*$ "
    "the mean is $w^* + \\lambda b + O(\\lambda^2)$ and the variance $\\lambda v + O(\\lambda^2)$.",
    (
        sm.Argued("Under the stationary law a step does not change the mean.", r"\mathbb{E} L'(w_\infty) = 0"),
        sm.Argued(
            "Nor does it change the second moment; at the order $\\lambda^2$,",
            r"-2\lambda\,\mathbb{E}(w_\infty - w^*)L'(w_\infty) + \lambda^2\,\mathbb{E}L'^2 + \lambda^2C = 0\quad\Rightarrow\quad -2L_2v + C = 0",
        ),
        sm.Roots("The variance.", C - 2 * L2 * v, v, (spread,)),
        identity("The mean of the gradient, expanded to the second order, then gives the bias.", L2 * bias + L3 * spread / 2, 0),
        sm.Cited(
            "With strongly convex and smooth $L$ the expansion is a theorem.",
            r"\mathbb{E}w_\infty - w^* = -\frac{\lambda C L_3}{4L_2^2} + O(\lambda^2)",
            "dieuleveut2020",
        ),
        sm.Argued("Richardson's extrapolation removes the term.", r"2\,\mathbb{E}w_\infty(\lambda) - \mathbb{E}w_\infty(2\lambda) = w^* + O(\lambda^2)"),
    ),
)

EXAMPLE = {lr: sp.Rational(3, 10), k: sp.Rational(17, 10), T: half}

numbers = sm.Section(
    "Numbers",
    "The examples of the registry.",
    (
        sm.Value("The variance at $\\lambda = 3/10$, $k = 17/10$, $T = 1/2$.", variance.subs(EXAMPLE), "0.394788787998421"),
        sm.Value("That of the Gibbs law.", (T / k).subs(EXAMPLE), "0.294117647058824"),
        sm.Value("The coefficient of the bias for $L_2 = L_3 = C = 1$.", bias.subs({L2: 1, L3: 1, C: 1}), "-0.250000"),
    ),
)


def langevin(function, rate, temperature):
    """The chain of this note as the package builds it."""
    noise = sp.sqrt(2 * temperature / rate) * w * z
    return sm.SGD(loss=function + noise, parameters=[w], learning_rate=rate, data={z: sm.Normal(0, 1)})


def answered():
    """The package's density, variance and bias against the derived ones."""
    found = sm.gibbs_density(langevin(k * w**2 / 2, lr, T)).log_density
    yield identity("`gibbs_density` of a quadratic loss.", found, -(w**2) / (2 * variance))
    answer = sm.stationary(langevin(EXAMPLE[k] * w**2 / 2, EXAMPLE[lr], half), of=w**2)
    yield sm.Enclosed("`stationary` encloses the variance.", variance.subs(EXAMPLE), answer.lower, answer.upper)
    curved = langevin(w**2 / 2 + (w - sp.atan(w)) / 2, lr, lr * half)
    yield identity("`bias_expansion` at $L_2 = L_3 = C = 1$.", sm.bias_expansion(curved, at=0).bias, -lr / 4)


DERIVATION = sm.Derivation(
    "The stationary density of SGD with small steps",
    "For small learning rates the stationary law of SGD is near the Gibbs law of its loss. This note finds the first correction, for "
    "every smooth loss in one dimension, with the sign that is easily got wrong, and the bias of the mean. The sign of the correction in the "
    "exponent is *minus* $\\frac\\lambda4L'^2$: the modified loss of backward error analysis describes paths over a bounded time, not "
    "the stationary law.",
    (
        chain_section,
        first_order,
        quadratic,
        mean_section,
        numbers,
        sm.Section("The package finds the same", "Answers of its own routes, which know nothing of this note.", tuple(answered())),
    ),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "small_step_gibbs.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
