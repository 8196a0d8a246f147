"""Top exponents of products of random matrices: the bracket, cones, cycles, parabolic ends, random Fibonacci sequences.

`python derivations/matrix_products.py` checks every step and writes notes/matrix_products.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

a, b, c, d, y, t, z = sp.symbols("a b c d y t z", positive=True)
r = sp.Symbol("r", positive=True)
f_0, f_1, h_0, h_1, h_2 = sp.symbols("phi_0 phi_1 h_0 h_1 h_2", real=True)
u, v, A, B, C, D = sp.symbols("u v A B C D", real=True)


def identity(why, left, right):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right))


bracket = sm.Section(
    "The bracket",
    "Let $A, A_1, A_2, \\dots$ be independent random matrices with $\\mathbb{E}\\log^+\\|A\\| < \\infty$. On directions $\\theta$ (unit vectors up to "
    "sign) put $\\varphi(\\theta) = \\mathbb{E}\\log|A\\theta|$ and $(Ph)(\\theta) = \\mathbb{E}h(A\\theta)$, with any value of $h$ where "
    "$A\\theta = 0$. For every bounded measurable $h$, $\\inf(\\varphi + Ph - h) \\le \\Lambda_1 \\le \\sup(\\varphi + Ph - h)$.",
    (
        identity(
            "The function telescopes: over two steps", (f_0 + h_1 - h_0) + (f_1 + h_2 - h_1), f_0 + f_1 + h_2 - h_0
        ),
        sm.Argued(
            "so that over $n$ steps from $\\theta$, where $h$ adds at most $2\\sup|h|$,",
            r"n\inf(\varphi + Ph - h) - 2\sup|h| \le \mathbb{E}\log|A_n\cdots A_1\theta| \le n\sup(\varphi + Ph - h) + 2\sup|h|",
        ),
        sm.Argued(
            "The lower bound: a vector grows at most like the norm. Divide by $n$.",
            r"|A_n\cdots A_1\theta| \le \|A_n\cdots A_1\|, \qquad \Lambda_1 = \lim\tfrac1n\mathbb{E}\log\|A_n\cdots A_1\|",
        ),
        sm.Cited(
            "The upper bound: the mean of $\\log|B\\theta|$ over all directions of the plane, by Jensen's formula (in more dimensions with another constant),",
            r"\frac1{2\pi}\int_0^{2\pi}\log\sqrt{\sigma_1^2\cos^2t + \sigma_2^2\sin^2t}\,dt = \log\frac{\sigma_1 + \sigma_2}2 \ge \log\|B\| - \log2",
            "furstenberg1960",
        ),
        sm.Argued(
            "The same holds on a cone that every matrix maps into itself, without a zero vector: there $v$ inside dominates all unit vectors.",
            r"v - \varepsilon w \in K \text{ for all unit } w \in K \implies |A_n\cdots A_1v| \ge \varepsilon'\|A_n\cdots A_1\|",
        ),
    ),
)

cones = sm.Section(
    "Cones",
    "Let all matrices map an arc of directions strictly into its inside, up to sign (or finitely many arcs into one another). In coordinates "
    "$(1, y)$ in which the arc is $[-1, 1]$, the growth of the first coordinate is $\\alpha(y) = a + by > 0$.",
    (
        identity(
            "The new place moves with $y$ by", sp.diff((c + d * y) / (a + b * y), y), (a * d - b * c) / (a + b * y) ** 2
        ),
        sm.Argued(
            "For a polynomial $h$ the residual is analytic on the ellipse $E_\\rho$ with foci $\\pm1$ and half-axes $(\\rho \\pm 1/\\rho)/2$ if no "
            "$\\alpha_i$ vanishes there.",
            r"R(y) = \sum_i p_i\big(\log\alpha_i(y) + h(T_iy)\big) - h(y), \qquad |R - \text{const}| \le M \text{ on } E_\rho",
        ),
        sm.Cited(
            "The interpolant at the $n$ Chebyshev nodes is wrong by at most",
            r"|R - I_nR| \le \frac{4M\rho^{1-n}}{\rho - 1}, \qquad |I_nR - c| \le \Big(1 + \frac2\pi\log(n + 1)\Big)\max_j|R(y_j) - c|",
            "trefethen2013",
        ),
        sm.Argued(
            "The coefficients of $h$ are chosen so that $R$ is nearly constant at the nodes; the bracket then holds on the whole arc.",
            r"c - \varepsilon \le \Lambda_1 \le c + \varepsilon",
        ),
    ),
)

truncated = sp.exp(-sp.Symbol("t_1") * z - sp.Symbol("t_2") * z**2 / 2)
golden, other = (3 + sp.sqrt(5)) / 2, 2 + sp.sqrt(3)
parts = [1 / (1 - root**-2) for root in (golden, other)]

cycles = sm.Section(
    "Cycles",
    "Let all $T_i$ lead the disc $|y| < R$ into $|y| < \\theta R$. The operators $L_sf = \\sum_ip_i\\alpha_i^s f\\circ T_i$ on the Hardy space of the disc "
    "are of trace class; the leading eigenvalue $\\lambda(s)$ has $\\lambda(0) = 1$, $\\lambda'(0) = \\Lambda_1$.",
    (
        sm.Cited(
            "A word $w$ has one fixed place in the disc, where its growth is the leading eigenvalue $r_w$ and its slope $\\det A_w/r_w^2$:",
            r"t_n(s) = \operatorname{tr}L_s^n = \sum_{|w| = n}p_w\frac{r_w^s}{1 - \det A_w/r_w^2}, \qquad "
            r"\det(1 - zL_s) = \exp\Big(-\sum_n\frac{z^n}nt_n(s)\Big) = \sum_na_n(s)z^n",
            "pollicott2010",
        ),
        identity("The first coefficients", sp.diff(truncated, z).subs(z, 0), -sp.Symbol("t_1")),
        identity("and", sp.diff(truncated, z, 2).subs(z, 0) / 2, (sp.Symbol("t_1") ** 2 - sp.Symbol("t_2")) / 2),
        sm.Cited(
            "The determinant is $0$ at $z = 1/\\lambda(s)$; differentiate at $s = 0$.",
            r"\Lambda_1 = \frac{\sum_na_n'(0)}{\sum_nn\,a_n(0)}",
            "jurga2019",
        ),
        sm.Argued(
            "Taylor polynomials of degree below $k$ approximate $L_s$ with rank $k$; $l$ bounds all $|\\log\\alpha_i|$ on the disc.",
            r"\|L_s(f - \mathrm{Taylor}_kf)\| \le W\Big(\sum_{j\ge k}\theta^{2j}\Big)^{1/2}\|f\|, \qquad W = e^{|s|l}",
        ),
        sm.Cited(
            "so the singular values are at most $W\\theta^k(1 - \\theta^2)^{-1/2}$, and the coefficients sums of their products,",
            r"|a_n(s)| \le W^nB_n, \qquad B_n = \frac{\theta^{n(n-1)/2}}{(1 - \theta^2)^{n/2}\prod_{j\le n}(1 - \theta^j)}",
            "bandtlow2008",
        ),
        sm.Argued("and by Cauchy's estimate on $|s| = 1/(nl)$,", r"|a_n'(0)| \le e\,l\,n\,B_n"),
        identity("An example, $[[2, 1], [1, 1]]$: trace $3$, determinant $1$.", golden + 1 / golden, 3),
        identity("$[[3, 1], [2, 1]]$: trace $4$, determinant $1$.", other + 1 / other, 4),
        sm.Value(
            "Words of length one give the first two digits.",
            sum(w * sp.log(root) for w, root in zip(parts, (golden, other), strict=True)) / sum(parts),
            "1.13232",
        ),
    ),
)

p = sp.Symbol("p", positive=True)

neutral = sm.Section(
    "Parabolic ends",
    "Matrices that are not negative contract the quadrant only once a word is strictly positive. Let $T$ be that time, stopped at a large $N$. "
    "Blocks are independent, so that Wald's identity divides: $\\Lambda_1 = \\Lambda(\\text{blocks})/\\mathbb{E}T$ [wald1944].",
    (
        identity(
            "The Stern-Brocot product $[[1, 1], [0, 1]]$, $[[1, 0], [1, 1]]$ with probabilities $p$, $1 - p$: a run, and one letter that ends it.",
            1 + p / (1 - p) + (1 - p) / p,
            1 / (p * (1 - p)) - 1,
        ),
        sm.Argued(
            "The blocks lead the quadrant into the slopes from $1/2$ to $2$, whatever the length $k$ of the run:",
            r"\begin{pmatrix}1&1\\0&1\end{pmatrix}\begin{pmatrix}1&0\\k&1\end{pmatrix} = \begin{pmatrix}k+1&1\\k&1\end{pmatrix}, "
            r"\qquad \tfrac12 \le \tfrac k{k+1} \le \text{slope} \le 1",
        ),
        sm.Argued(
            "Blocks that are stopped at $N$ have a small probability $\\mu$. Continue $h$ to the quadrant by its value at the nearer end of the arc "
            "$C$; the direction is outside $C$ with probability at most $\\mu$ at every block, and $R$ is bounded there.",
            r"\inf_CR - \mu\,(\inf_C R - \inf R)^+ \le \Lambda(\text{blocks}) \le \sup_CR + \mu\,(\sup R - \sup_CR)^+",
        ),
    ),
)

GOLDEN_ROOTS = ((sp.sqrt(5) - 1) / 2, (-sp.sqrt(5) - 1) / 2)
beta_0, beta_1 = 1 / (1 + r), r / (1 + r)
plus = (1 - r**2) / (1 + r - r**2)
minus = 1 - plus
mirrored = r**2
letter_1 = f_0 * (1 + beta_0) / (beta_0 - beta_1)

fibonacci = sm.Section(
    "Random Fibonacci sequences",
    "$x_{n+1} = \\lambda x_n \\pm x_{n-1}$ with $\\lambda = 2\\cos(\\pi/k)$ and $+$ with probability $p = 1 - q$ [viswanath2000]. The ratio "
    "$t = x_n/x_{n-1}$ moves by $a(t) = \\lambda + 1/t$ or $b(t) = \\lambda - 1/t = a(-t)$.",
    (
        identity("For $k = 3$ the map $b$ turns: three times is the identity,", 1 - 1 / (1 - 1 / (1 - 1 / t)), t),
        identity("hence $b(b(a(t))) = -t$.", 1 - 1 / (1 - 1 / (1 + 1 / t)), -t),
        identity(
            "For $k = 4$ likewise $b(b(b(a(t)))) = -t$.",
            sp.sqrt(2) - 1 / (sp.sqrt(2) - 1 / (sp.sqrt(2) - 1 / (sp.sqrt(2) + 1 / t))),
            -t,
        ),
        sm.Argued(
            "Words are reduced by that rule. What remains are products of the maps $c_j = b^ja$, $j = 0, \\dots, k - 2$, whose matrices are not "
            "negative; an addition puts $c_0$ in front, a subtraction makes $c_j$ to $c_{j+1}$, and $c_{k-2}$ to a change of sign.",
            r"c_j = \begin{pmatrix}U_{j+1}&U_j\\U_j&U_{j-1}\end{pmatrix}, \qquad U_j = \frac{\sin((j + 1)\pi/k)}{\sin(\pi/k)}",
        ),
        sm.Argued(
            "Let $T$ be the law of a ratio under independent $c_j$ with probabilities $\\beta_j$. The law of $t$ is sought as $\\sum_jA_j\\,c_jT$ on the "
            "positive side and $m\\,T$ on the negative one. It is stationary if, with $A_0 = 1$,",
            r"\beta_j = pA_j + q\beta_jm, \qquad A_{j+1} = qA_j + p\beta_jm, \qquad m = qA_{k-2} + p\beta_{k-2}m",
        ),
        sm.Argued(
            "which $A_j = r^j$, $m = r^{k-1}$, $\\beta_j = r^j/(1 + r + \\dots + r^{k-2})$ solve, $r$ being the root in $(0, 1)$ of an increasing function:",
            r"p(1 + r + \dots + r^{k-2}) + q\,r^{k-1} = 1",
        ),
        sm.Definition("For $k = 3$ let", sp.Symbol("beta_0"), beta_0),
        identity("Solved for $p$: the equation", plus * (1 + r) + minus * r**2, 1),
        identity("the first letter", plus + minus * beta_0 * mirrored, beta_0),
        identity("the second letter", plus * r + minus * beta_1 * mirrored, beta_1),
        identity("its weight", minus + plus * beta_0 * mirrored, r),
        identity("and the changes of sign.", minus * r + plus * beta_1 * mirrored, mirrored),
        sm.Argued(
            "So $|t|$ has the law $\\sum_j\\beta_jc_jT = T$. As the family is irreducible, $\\Lambda_1 = \\mathbb{E}\\log|t|$. Let "
            "$f_j = \\mathbb{E}_T\\log(U_jt + U_{j-1})$, so $f_0 = \\mathbb{E}\\log t$ and $f_{k-1} = 0$. The exponent of the $c_j$ is $\\sum\\beta_jf_j$, and $T$ is stationary:",
            r"f_0 = \sum_j\beta_j(f_{j+1} - f_j), \qquad \beta_{j-1} - \beta_j = (1/r - 1)\beta_j",
        ),
        identity(
            "For $k = 3$ this is $f_0 = \\beta_0(f_1 - f_0) - \\beta_1f_1$:",
            beta_0 * (letter_1 - f_0) - beta_1 * letter_1,
            f_0,
        ),
        identity(
            "and the exponent of the sequence is $(1 - r)/(r + \\beta_0)$ times that of the $c_j$.",
            (1 - r) / (r + beta_0) * (beta_0 * f_0 + beta_1 * letter_1),
            f_0,
        ),
        sm.Cited(
            "This is the law that Janvresse, Rittaud and de la Rue found on the intervals of the Stern-Brocot tree ($k = 3$), with",
            r"\beta_0 = \frac{3p - 2 + \sqrt{5p^2 - 8p + 4}}{2p}",
            "janvresse2008",
        ),
        identity("the positive root of this equation.", plus * beta_0**2 + (3 * minus - 1) * beta_0 - minus, 0),
        sm.Roots(
            "At $p = \\frac12$ the equation for $r$, times $2(r - 1)$, is",
            r**3 - 2 * r + 1,
            r,
            (sp.Integer(1), *GOLDEN_ROOTS),
        ),
        identity("so that the factor is", ((1 - r) / (r + beta_0)).subs(r, GOLDEN_ROOTS[0]), (sp.sqrt(5) - 1) / 4),
    ),
)


def answered():
    """The package's numbers for the examples."""
    for what, rows in (
        ("The positive example, by Poisson's equation on its cone:", [(2, 1, 1, 1), (3, 1, 2, 1)]),
        ("The Stern-Brocot product with $p = \\frac12$:", [(1, 1, 0, 1), (1, 0, 1, 1)]),
        ("The logarithm of Viswanath's constant:", [(1, 1, 1, 0), (1, -1, 1, 0)]),
    ):
        yield sm.Argued(what, rf"\Lambda_1 = {asked(rows, 20).value[:20]}\ldots \text{{ (certified)}}")
    series = asked([(2, 1, 1, 1), (3, 1, 2, 1)], 20, "estimated")
    yield sm.Argued("The positive example by its cycles:", rf"\Lambda_1 = {series.value[:20]}\ldots")


def asked(rows, digits, method=None):
    chain = sm.RandomMap({u: A * u + B * v, v: C * u + D * v}, noise={(A, B, C, D): sm.Rows(rows)})
    return sm.lyapunov(chain, at={u: 0, v: 0}, digits=digits, method=method)


DERIVATION = sm.Derivation(
    "Exponents of products of random matrices",
    "The top Lyapunov exponent lies between the least and the largest value of a function that is constant for the solution of Poisson's equation. "
    "Where the matrices contract a cone that solution is analytic, and the bracket closes exponentially; where they contract it after a random "
    "time, blocks do; and random Fibonacci sequences, which keep no cone, are a multiple of a product that does.",
    (bracket, cones, cycles, neutral, fibonacci, sm.Section("The package finds the same", "", tuple(answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "matrix_products.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
