"""Exponents of products of random matrices in closed form, step by step.

`python derivations/closed_forms_of_products.py` checks every step and writes notes/closed_forms_of_products.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

a, b, c, d, e, f, g, h = sp.symbols("a b c d e f g h", real=True)
p, q, xi, eta = sp.symbols("p q xi eta", real=True)
r, s, s_1, s_2, m, k, n = sp.symbols("r s s_1 s_2 m k n", positive=True)
determinant = sp.Symbol("D", real=True)
u, v, w, x = sp.symbols("u v w x", real=True)

A, B = sp.Matrix([[a, b], [c, d]]), sp.Matrix([[e, f], [g, h]])
J = sp.Matrix([[0, 1], [-1, 0]])
FORM = (A.T * J * B - B.T * J * A).applyfunc(sp.expand)
MODULUS = (A + xi * B).det() + eta**2 * B.det()

# real and imaginary parts of (A + (xi + i eta) B)(p + i q, 1)
FIRST = ((a + xi * e) * p + b + xi * f - eta * e * q, (a + xi * e) * q + eta * (e * p + f))
SECOND = ((c + xi * g) * p + d + xi * h - eta * g * q, (c + xi * g) * q + eta * (g * p + h))


def identity(why, left, right, **more):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), **more)


blocks = sm.Section(
    "Blocks",
    r"Write the random matrix as $M = \sum_k f_k C_k$ with constant matrices $C_k$. A subspace that all $C_k$ keep is kept by every $M$.",
    (
        sm.Cited(
            "In a basis that begins with the subspace $M$ is block-triangular, and the exponents are those of the diagonal blocks.",
            r"M=\begin{pmatrix}M_1&*\\0&M_2\end{pmatrix},\qquad\Lambda_1=\max(\Lambda_1(M_1),\Lambda_1(M_2))",
            "furstenbergkifer1983",
        ),
        sm.Argued(
            "The algebra of the $C_k$ has $d^2$ dimensions exactly where nothing more can be split, also over the complex numbers (Burnside).",
            r"\dim\langle C_1,C_2,\dots\rangle=d^2\iff\text{no invariant subspace but }0\text{ and }\mathbb C^d",
        ),
        identity(
            "Two layers of a linear network have commuting steps: the eigenvectors are $(1, 1)$",
            (sp.Matrix([[1, s], [s, 1]]) * sp.Matrix([1, 1]))[0],
            1 + s,
        ),
        identity("and $(1, -1)$ for all samples.", (sp.Matrix([[1, s], [s, 1]]) * sp.Matrix([1, -1]))[0], 1 - s),
    ),
)

equal = sm.Section(
    "Equal exponents",
    r"Let $N$ be a constant $2\times2$ matrix of trace $0$, and let each $M$ either commute with $N$, or anticommute with it and have trace $0$.",
    (
        identity("The square of $N$ is a number,", (sp.Matrix([[a, b], [c, -a]]) ** 2)[0, 0], a**2 + b * c),
        sm.Argued(
            "If it is negative, $N$ is a complex structure: the first kind multiplies by complex numbers, the second conjugates as well.",
            r"|Mv|=|\det M|^{1/2}|v|\quad\text{in one inner product}",
        ),
        sm.Argued(
            "If it is positive, the first kind keeps the two eigenlines of $N$ and the second exchanges them. The line of $M_n\\cdots M_1v$ "
            "is a Markov chain with a symmetric transition matrix, which spends half of the time on each line.",
            r"\Lambda_1=\tfrac12\big(\mathbb E\log|M|_{L_1}|+\mathbb E\log|M|_{L_2}|\big)",
        ),
        identity("Both ways the exponent is half of the mean of $\\log|\\det M|$:", (sp.log(r) + sp.log(s)) / 2, sp.log(r * s) / 2),
        identity("for an exchange as well.", sp.Matrix([[0, r], [s, 0]]).det() ** 2, (r * s) ** 2),
    ),
)

renewal = sm.Section(
    "Matrices of rank one",
    r"Let $M = u_iv_i^\top$ with probability $p_i$, $p = \sum p_i > 0$, and else one of finitely many other matrices.",
    (
        sm.Argued(
            "After $u_iv_i^\\top$ the direction is $u_i$, whatever it was. Between two such steps lies a word $W$ of $n$ others.",
            r"v_j^\top W\,u_i\cdot(\dots),\qquad P(n)=p(1-p)^n",
        ),
        identity(
            "With $q = 1 - p$ the mean number of steps of a cycle is $1 + pq/(1 - q)^2 = 1/p$:",
            1 + (1 - s) * sp.diff(1 / (1 - s), s) * s,
            1 / (1 - s),
        ),
        sm.Argued(
            "The exponent is the mean growth of a cycle divided by its length; the terms with $n \\ge N$ are bounded by a geometric series.",
            r"\Lambda_1=\sum_{n\ge0}\sum_{|W|=n}P(W)\sum_{i,j}p_ip_j\log|v_j^\top W\,u_i|",
        ),
    ),
)

gaussian = sm.Section(
    "Gaussian matrices",
    r"Let the columns of $M$ be independent, each $N(0, S)$. Then $Mv$ has the law $N(0, |v|^2S)$ for every $v$.",
    (
        sm.Argued(
            "So the factors of $|M_n\\cdots M_1v|$ are independent, of one law.", r"\Lambda_1=\mathbb E\log|\xi|,\qquad\xi\sim N(0,S)"
        ),
        identity(
            "For $S = 1$ in $d = k$ dimensions the mean is the slope of the moments of a chi-square variable at $0$:",
            sp.diff(sp.log(2**m * sp.gamma(k / 2 + m) / sp.gamma(k / 2)), m).subs(m, 0) / 2,
            (sp.log(2) + sp.digamma(k / 2)) / 2,
        ),
        sm.Cited(
            "In the plane the length and the direction are independent, and the direction gives Jensen's mean.",
            r"\tfrac1{2\pi}\int_0^{2\pi}\log\sqrt{s_1\cos^2t+s_2\sin^2t}\,dt=\log\frac{\sqrt{s_1}+\sqrt{s_2}}2",
            "cohennewman1984",
        ),
        identity("In terms of $S$,", ((sp.sqrt(s_1) + sp.sqrt(s_2)) / 2) ** 2, (s_1 + s_2 + 2 * sp.sqrt(s_1 * s_2)) / 4),
    ),
)

cauchy = sm.Section(
    "One Cauchy variable",
    r"Let $M(x) = A + xB$ be real and $2\times2$, $x$ Cauchy with centre $x_0$ and scale $s$. Let $v = (z, 1)$ with $z = p + iq$, "
    r"$x = \xi + i\eta$, $w = M(x)v$, $J = \begin{pmatrix}0&1\\-1&0\end{pmatrix}$ and $S = A^\top JB - B^\top JA$.",
    (
        sm.Definition("Put", determinant, sp.factor((A + xi * B).det()) + eta**2 * B.det()),
        identity(
            "The place of $w_1/w_2$ is told by",
            FIRST[1] * SECOND[0] - FIRST[0] * SECOND[1],
            MODULUS * q - eta / 2 * (FORM[0, 0] * (p**2 + q**2) + 2 * FORM[0, 1] * p + FORM[1, 1]),
        ),
        sm.Argued(
            "So if $S \\le 0$ and $\\det M \\ge 0$ on the real line, the upper half-plane is kept for $\\eta > 0$ (for $S \\ge 0$ replace $x$ by $-x$). "
            "No $w$ vanishes if $S$ is definite, or if $\\det M(x)$ has no zero with $\\eta > 0$.",
            r"\operatorname{Im}(w_1\overline{w_2})=D\,q-\tfrac\eta2v^*Sv\ge0",
        ),
        sm.Cited(
            "Then $\\log|(1, i)M(x_n)\\cdots M(x_1)v|$ is harmonic in every $x_k$ in the upper half-plane: its mean is its value at $x_0 + is$.",
            r"\mathbb E\log|(1,i)M_n\cdots M_1v|=\log|(1,i)M(x_0+is)^nv|",
            "garnett2007",
        ),
        sm.Argued(
            "On the closed half-plane that norm is at least the euclidean one.",
            r"|w|\le|w_1+iw_2|\le\sqrt2|w|,\qquad\Lambda_1=\log\rho(M(x_0+is))",
        ),
        identity(
            "Heavy ball, $A = \\begin{pmatrix}1&-\\lambda\\mu\\\\0&\\mu\\end{pmatrix}$ and $B = \\begin{pmatrix}-\\lambda&0\\\\1&0\\end{pmatrix}$, has a "
            "form of rank one:",
            FORM.subs({a: 1, b: -k * m, c: 0, d: m, e: -k, f: 0, g: 1, h: 0}).det(),
            0,
        ),
        identity("and a constant determinant;", (A + xi * B).det().subs({a: 1, b: -k * m, c: 0, d: m, e: -k, f: 0, g: 1, h: 0}), m),
        identity(
            "Nesterov's does not keep its sign.",
            (A + xi * B).det().subs({a: 1, b: -k * m**2, c: 0, d: m, e: -k * (1 + m), f: 0, g: 1, h: 0}),
            m * (1 - k * xi),
        ),
    ),
)


def answered():
    """The package's answers against the derived formulas."""
    momentum = sm.HeavyBall(x * w**2 / 2, [w], learning_rate=1, momentum="7/10", data={x: sm.Cauchy("1/2", "3/10")})
    found = sm.lyapunov(momentum, at=dict.fromkeys(momentum.state, 0))
    half_sum = sum(sp.sqrt((sp.Rational(6, 5) + 2 * side * sp.sqrt(sp.Rational(7, 10))) ** 2 + sp.Rational(9, 100)) for side in (1, -1)) / 2
    value = sp.log((half_sum + sp.sqrt(half_sum**2 - sp.Rational(14, 5))) / 2)
    yield sm.Enclosed("Heavy ball with Cauchy curvature, $x_0 = 1/2$, $s = 3/10$, $\\mu = 7/10$, $\\lambda = 1$:", value, found.lower, found.upper)
    swap = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows([(2, 0, 0, "1/2"), (0, 3, 5, 0)])})
    found = sm.lyapunov(swap, at={u: 0, v: 0})
    yield sm.Enclosed("$\\mathrm{diag}(2, 1/2)$ and an exchange with factors $3$ and $5$:", sp.log(15) / 4, found.lower, found.upper)
    matrix = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={entry: sm.Normal(0, 1) for entry in (a, b, c, d)})
    found = sm.lyapunov(matrix, at={u: 0, v: 0})
    yield sm.Enclosed("Gaussian matrices in the plane:", (sp.log(2) - sp.EulerGamma) / 2, found.lower, found.upper)


DERIVATION = sm.Derivation(
    "Products of random matrices in closed form",
    "Where the matrices have a common structure the exponents are means of logarithms: blocks, equal moduli, renewals, Gaussian matrices, "
    "and one Cauchy variable [lloyd1969].",
    (blocks, equal, renewal, gaussian, cauchy, sm.Section("The package finds the same", "", tuple(answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "closed_forms_of_products.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
