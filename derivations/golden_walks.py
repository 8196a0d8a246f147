"""Walks of log|w| on a lattice: ruin, the side of the exit, and a ladder of slow escapes, step by step.

`python derivations/golden_walks.py` checks every step and writes notes/golden_walks.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

z, t = sp.symbols("z t", real=True)
k = sp.Symbol("k", positive=True)
w, x, xi = sp.symbols("w x xi", real=True)
golden = sp.Symbol("varphi", positive=True)
first, second, flat, noise = sp.symbols("M_1 M_2 a_f b", real=True)
lr = sp.Symbol("lambda", positive=True)
half = sp.Rational(1, 2)
PHI = (1 + sp.sqrt(5)) / 2
GIVEN = {golden: PHI}
BASIN = {flat: sp.Rational(5, 24), noise: sp.Rational(35, 24), lr: sp.Integer(1)}


def identity(why, left, right, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=where or GIVEN)


roots = sm.Section(
    "Bounded functions of a walk",
    r"Let $|M| = h^K$ with whole $K$ of no common divisor and $p_j = P(K = j)$: $\log_h|w|$ is a walk. Count its place $n$ "
    r"from the level that ends it: it stops at $n \ge 0$ and starts at $n = -m$. Its largest step is $J$.",
    (
        sm.Definition("The characteristic function of a step.", sp.Function("chi")(z), sp.Function("E")(z ** sp.Symbol("K"))),
        sm.Argued(
            "What is asked, a probability or a mean overshoot, is the same before and after a step, while $n < 0$.",
            r"g(n) = \sum_j p_j\, g(n + j), \qquad z^n \text{ solves it where } \sum_j p_j z^j = 1",
        ),
        sm.Argued(
            "On a circle beside the unit circle $|\\sum_j p_j z^j| < 1$, so that by Rouche's theorem $J$ roots count that stay "
            "bounded as $n \\to -\\infty$; the root $1$ is among them, once, if the walk does not drift down.",
            r"\#\{|z| > 1\} + [\mathbb{E}K \ge 0] = J, \qquad g(n) = \sum_{i \le J} c_i z_i^n",
        ),
        sm.Argued(
            "The values at $n = 0, \\dots, J - 1$, where the walk may land, decide the $c_i$. For ruin with $\\mathbb{E}K < 0$ the "
            "root $1$ is left out: far below the level is hardly ever reached.",
            r"P(\text{ever at } n \ge 0) \to 0 \text{ as } m \to \infty",
        ),
    ),
)

ruin = sm.Section(
    "Golden ruin",
    r"$M = 2$ or $\frac14$, probability $\frac12$ each: steps $+1$ and $-2$, of mean $-\frac12$.",
    (
        sm.Roots("The equation $z + z^{-2} = 2$.", z**3 - 2 * z**2 + 1, z, (sp.Integer(1), golden, 1 - golden), given=GIVEN),
        sm.Positive("One root is outside the unit circle,", PHI - 1, {}),
        sm.Positive("and one inside.", 1 - (1 - PHI) ** 2, {}),
        sm.Argued("The largest step is $1$: the level is met exactly, $g(0) = 1$.", r"P(\sup_t|w_t/w_0| \ge 2^m) = \varphi^{-m}"),
        identity("It is the same after a step.", golden**-3, (golden**-2 + golden**-5) / 2),
        sm.Value("At $m = 3$", golden**-3, "0.236067977499790", given=GIVEN),
    ),
)

side = sm.Section(
    "On which side the flat basin is left",
    r"The loss $\frac12(a_f + b\xi)w^2$ for $|w| < 1$, $\xi = \pm1$, $a_f = \frac5{24}$, $b = \frac{35}{24}$, $\lambda = 1$, with sharp "
    r"minima beyond $\pm1$. The start is $(2/3)^m$; $p$ is the probability of leaving at $w \ge 1$, before $w \le -1$.",
    (
        sm.Definition("Where $\\xi = -1$ the multiplier is", first, 1 - lr * (flat - noise)),
        sm.Definition("and where $\\xi = 1$", second, 1 - lr * (flat + noise)),
        identity("which is $(3/2)^2$:", first, sp.Rational(9, 4), {first: 1 - lr * (flat - noise)} | BASIN),
        identity(
            "and $-(3/2)^{-1}$: every step down changes the sign.", second, -sp.Rational(2, 3), {second: 1 - lr * (flat + noise)} | BASIN
        ),
        sm.Argued(
            "Let $p = \\frac12 + o$ from a positive place and $\\frac12 - o$ from its mirror image: the odd part obeys",
            r"o(n) = \tfrac12 o(n + 2) - \tfrac12 o(n - 1) \ (n < 0), \qquad o(0) = o(1) = \tfrac12",
        ),
        sm.Roots("whose characteristic equation has the roots", z**3 - 2 * z - 1, z, (sp.Integer(-1), golden, 1 - golden), given=GIVEN),
        sm.Argued(
            "Of modulus at least $1$ are $-1$ and $\\varphi$.", r"o(n) = A(-1)^n + B\varphi^n, \qquad A = \tfrac12 - \varphi^{-2}, \quad B = \varphi^{-2}"
        ),
        identity("They give $o(0) = \\frac12$", (half - golden**-2) + golden**-2, half),
        identity("and $o(1) = \\frac12$.", -(half - golden**-2) + golden**-2 * golden, half),
        sm.Argued(
            "So the side does not become a fair coin deep inside the basin: the sign is tied to the parity of $m$.",
            r"p = \tfrac12 + (-1)^m\left(\tfrac12 - \varphi^{-2}\right) + \varphi^{-m-2} \to \varphi^{-1}, \varphi^{-2} \text{ for even, odd } m",
        ),
        sm.Value("At $m = 5$", golden**-2 + golden**-7, "0.416407864998738", given=GIVEN),
    ),
)

ladder = sm.Section(
    "A ladder of slow escapes",
    r"$M = h^{k+1}$ or $h^{-k}$, probability $\frac12$ each, with $h = 1 + \frac1k$: SGD on $\frac12 x w^2$, $x = a \pm 1$, for "
    r"$\lambda = \frac12(M_1 - M_2)$.",
    (
        identity(
            "The exponent is half of $\\log h$: the product of the multipliers is $h$.",
            (1 + 1 / k) ** (k + 1) * (1 + 1 / k) ** (-k),
            1 + 1 / k,
        ),
        sm.Limit("It goes to $0$,", sp.log(1 + 1 / k), k, sp.oo, sp.Integer(0)),
        sm.Limit("while $M_1$ goes to $e$ (and $M_2$ to $1/e$).", (1 + 1 / k) ** (k + 1), k, sp.oo, sp.E),
        sm.Positive("As $\\log(1 + t) \\le t$, the difference having the derivative", 1 - 1 / (1 + k), {k: (0, sp.oo)}),
        sm.Cited(
            "Wald's identity, the overshoot not being negative, makes every rung slow in proportion to $k$.",
            r"\mathbb{E}\tau \ge \frac{\log(L/|w_0|)}{\frac12\log h} \ge 2k\log\frac L{|w_0|} \to \infty",
            "wald1944",
        ),
        identity(
            "The mean step goes to $\\cosh 1$: gradient descent leaves all rungs at about the same rate.",
            ((t - 1 / t) / 2) ** 2 + 1,
            ((t + 1 / t) / 2) ** 2,
        ),
    ),
)


def flat_basin():
    """The piecewise loss of the third section."""
    sharp, place = sp.Rational(9, 10), sp.Rational(7, 5)
    curvature = BASIN[flat] + BASIN[noise] * xi
    outer = sharp / 2 * ((sp.Abs(w) - place) ** 2 - (place - 1) ** 2) + curvature / 2
    loss = sp.Piecewise((curvature * w**2 / 2, sp.Abs(w) < 1), (outer, True))
    return sm.SGD(loss=loss, parameters=[w], learning_rate=1, data={xi: sm.Rademacher()})


def answered():
    """The package's answers against the derived formulas."""
    data = {x: sm.TwoPoint(sp.Rational(6, 7), sp.Rational(-8, 7))}
    chain = sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate="7/8", data=data)
    found = sm.hitting(chain, start=1, target=[8, "oo"])
    yield sm.Enclosed("`hitting` encloses the golden ruin probability at $m = 3$.", golden**-3, found.lower, found.upper, given=GIVEN)
    for m in (5, 6):
        found = sm.hitting(flat_basin(), start=sp.Rational(2, 3) ** m, target=[1, "oo"], avoid=["-oo", -1])
        derived = half + (-1) ** m * (half - golden**-2) + golden ** (-m - 2)
        yield sm.Enclosed(f"`hitting` encloses the side of the exit at $m = {m}$.", derived, found.lower, found.upper, given=GIVEN)


DERIVATION = sm.Derivation(
    "Walks of the logarithm on a lattice",
    "Where all multipliers are powers of one number, the first passage of $\\log|w|$ has closed forms: the roots of one "
    "polynomial outside the unit circle. With steps of one and two they are powers of the golden ratio [feller1968].",
    (roots, ruin, side, ladder, sm.Section("The package finds the same", "", tuple(answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "golden_walks.md").write_text(DERIVATION.markdown(), encoding="utf-8")
