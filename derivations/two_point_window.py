"""SGD converges to a local maximum: the whole set of learning rates, for every mean curvature a, step by step.

`python derivations/two_point_window.py` checks every step and writes notes/two_point_window.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

a, w, x = sp.symbols("a w x", real=True)
lr = sp.Symbol("lambda", positive=True)
half = sp.Rational(1, 2)

# ---- names that the formulas use, and what they stand for

q = sp.Symbol("q", real=True)
first, second = sp.symbols("M_1 M_2", real=True)
lo, hi, zero, unit, dip, rise = sp.symbols("lambda_- lambda_+ lambda_0 r_3 r_1 r_2", positive=True)
root = sp.sqrt(2 - a**2)

GIVEN = {
    first: 1 - lr * (a + 1),
    second: 1 - lr * (a - 1),
    q: (1 - lr * (a + 1)) * (1 - lr * (a - 1)),
    lo: -2 * a / (1 - a**2),
    hi: (-a + root) / (1 - a**2),
    zero: 1 / (1 + a),
    dip: (a - root) / (a**2 - 1),
    rise: (a + root) / (a**2 - 1),
    unit: 2 * a / (a**2 - 1),
}


def given(*names, where=None):
    """The meanings that a step needs; `where` puts values in place of a or of the learning rate."""
    return {name: GIVEN[name] for name in names} | (where or {})


def identity(why, left, right, *names, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=given(*names, where=where))


def positive(why, expr, region, *names, where=None):
    return sm.Positive(why, expr, region, given=given(*names, where=where))


def negative(why, expr, region, *names, where=None):
    return sm.Negative(why, expr, region, given=given(*names, where=where))


def value(why, expr, decimal, *names, where):
    return sm.Value(why, expr, decimal, given=given(*names, where=where))


recursion = sm.Section(
    "The chain",
    r"One parameter $w$, the loss $\ell(w; x) = x w^2/2$ of one sample, $x = a + 1$ or $x = a - 1$ with probability "
    r"$\frac12$ each. The expected loss is $L(w) = a w^2/2$: for $a < 0$ the point $0$ is its strict maximum.",
    (
        identity(
            "One step of SGD multiplies $w$ by $M = 1 - \\lambda x$.",
            w - lr * sp.diff(x * w**2 / 2, w),
            (1 - lr * x) * w,
        ),
        identity("The mean of $x$ is $a$.", sp.Mul(half, (a + 1) + (a - 1), evaluate=False), a),
        sm.Definition("The factor at $x = a + 1$.", first, GIVEN[first]),
        sm.Definition("The factor at $x = a - 1$.", second, GIVEN[second]),
        sm.Definition("Their product decides everything.", q, first * second),
        sm.Argued(
            "The exponent is the mean of $\\log|M|$; each factor has probability one half.",
            r"\gamma = \mathbb{E}\log|M| = \tfrac12\log|M_1| + \tfrac12\log|M_2| = \tfrac12\log|q|",
        ),
        sm.Cited(
            r"The strong law of large numbers for $\log|w_t/w_0|$, $w_0 \ne 0$, a sum of independent terms with mean $\gamma$ "
            r"(for $\gamma = -\infty$ cut the terms off below and let the cut go down).",
            r"\tfrac1t \log|w_t/w_0| \to \gamma \quad \text{a.s.}",
            "etemadi1981",
        ),
        sm.Argued(
            "So the sign of the exponent decides.",
            r"\gamma < 0 \Rightarrow w_t \to 0 \text{ a.s.}, \qquad \gamma > 0 \Rightarrow |w_t| \to \infty \text{ a.s.}",
        ),
        sm.Argued(
            "For $q \\ne \\pm 1$ the point $0$ attracts exactly where the product lies strictly between $-1$ and $1$; "
            "$q = \\pm 1$ is treated under the ends of the intervals.",
            r"\gamma < 0 \iff -1 < q < 1",
        ),
    ),
)

factorisation = sm.Section(
    "The product $q(\\lambda)$ and where it is $1$, $0$, $-1$",
    "A quadratic in $\\lambda$ that starts at $q(0) = 1$.",
    (
        identity("A difference of squares.", q, (1 - a * lr) ** 2 - lr**2, q),
        identity("In powers of the learning rate.", q, 1 - 2 * a * lr - (1 - a**2) * lr**2, q),
        sm.Roots("Where one factor is $0$ ($a \\ne \\pm 1$).", q, lr, (1 / (a + 1), 1 / (a - 1)), given=given(q)),
        sm.Roots("Where $q = 1$ ($a \\ne \\pm 1$).", 1 - q, lr, (sp.Integer(0), unit), given=given(q, unit)),
        sm.Definition("The second of these, for $a > 1$.", unit, GIVEN[unit]),
        identity("The same number, written so that it is seen to be positive for $-1 < a < 0$.", unit, lo, unit, lo),
        sm.Definition("Its name for $-1 < a < 0$.", lo, GIVEN[lo]),
        sm.Roots("Where $q = -1$ ($a \\ne \\pm 1$).", 1 + q, lr, (dip, rise), given=given(q, dip, rise)),
        sm.Definition("The first of these, for $a > 1$.", dip, GIVEN[dip]),
        sm.Definition("The second, for $a > 1$.", rise, GIVEN[rise]),
        identity("The first again, written for $-1 < a < 1$.", dip, hi, dip, hi),
        sm.Definition("Its name for $-1 < a < 1$.", hi, GIVEN[hi]),
        sm.Limit(
            "Near $\\lambda = 0$ divide by $\\lambda$: the sign of $a$ decides.",
            (1 - q) / lr,
            lr,
            sp.Integer(0),
            2 * a,
            given=given(q),
        ),
        sm.Limit("Far out the square decides.", q / lr**2, lr, sp.oo, a**2 - 1, given=given(q)),
    ),
)

MAXIMUM = {a: (-1, 0)}

maximum = sm.Section(
    "Case $-1 < a < 0$: a strict local maximum",
    "Stable exactly on $(\\lambda_-, \\lambda_+)$. Each sign holds on a whole interval.",
    (
        positive("At first $q$ rises above $1$: unstable.", q - 1, MAXIMUM | {lr: (0, lo)}, q, lo),
        positive("Between the two ends $|q| < 1$: stable.", 1 - q**2, MAXIMUM | {lr: (lo, hi)}, q, lo, hi),
        negative(
            "Beyond, $q$ stays below $-1$ for ever: unstable (for every $-1 < a < 1$).",
            q + 1,
            {a: (-1, 1), lr: (hi, sp.oo)},
            q,
            hi,
        ),
        sm.Roots(
            "The slope of $q$ is $0$ in the middle of $(0, \\lambda_-)$ only;",
            sp.diff(GIVEN[q], lr),
            lr,
            (lo / 2,),
            given=given(lo),
        ),
        identity("there the product is highest.", q, 1 / (1 - a**2), q, lo, where={lr: lo / 2}),
        positive("The superstable point lies above the lower end ...", zero - lo, {a: (-1, 1)}, zero, lo),
        positive("... and below the upper end.", hi - zero, {a: (-1, 1)}, hi, zero),
        identity("At $\\lambda_0$ the first factor is $0$,", first, 0, first, zero, where={lr: zero}),
        sm.Argued(
            "so each step ends at $0$ with probability one half, and the exponent is $-\\infty$.",
            r"P(w_t \neq 0) = 2^{-t}, \qquad \gamma(\lambda_0) = -\infty",
        ),
    ),
)

lower_half = sm.Section(
    "Case $a \\le -1$: never stable",
    "The product exceeds $1$ for every $\\lambda > 0$.",
    (
        positive("For $a < -1$ the product is above $1$.", q - 1, {a: (-sp.oo, -1), lr: (0, sp.oo)}, q),
        identity("At $a = -1$ the factors are $1$ and $1 + 2\\lambda$,", q, 1 + 2 * lr, q, where={a: -1}),
        positive("so there too the product is above $1$.", q - 1, {lr: (0, sp.oo)}, q, where={a: -1}),
    ),
)

middle = sm.Section(
    "Cases $a = 0$, $0 < a < 1$, $a = 1$: a minimum (or a flat line)",
    "Stable from $0$ on, up to one end.",
    (
        identity("At $a = 0$ the expected loss is constant, and", q, 1 - lr**2, q, where={a: 0}),
        positive("so $|q| < 1$ on $(0, \\sqrt2)$", 1 - q**2, {lr: (0, sp.sqrt(2))}, q, where={a: 0}),
        negative("and $q < -1$ beyond.", q + 1, {lr: (sp.sqrt(2), sp.oo)}, q, where={a: 0}),
        identity("The end is $\\lambda_+$ at $a = 0$.", hi, sp.sqrt(2), hi, where={a: 0}),
        positive(
            "For $0 < a < 1$: $|q| < 1$ on $(0, \\lambda_+)$; beyond, $q < -1$, as before.",
            1 - q**2,
            {a: (0, 1), lr: (0, hi)},
            q,
            hi,
        ),
        identity("At $a = 1$ the product is linear,", q, 1 - 2 * lr, q, where={a: 1}),
        positive("so $|q| < 1$ on $(0, 1)$", 1 - q**2, {lr: (0, 1)}, q, where={a: 1}),
        negative("and $q < -1$ beyond.", q + 1, {lr: (1, sp.oo)}, q, where={a: 1}),
    ),
)

WELL = {a: (1, sp.sqrt(2))}

re_entrant = sm.Section(
    "Case $1 < a < \\sqrt2$: stable, unstable, stable again",
    "Stable exactly on $(0, r_1) \\cup (r_2, r_3)$: raising the learning rate brings stability back.",
    (
        positive("The first stable interval.", 1 - q**2, WELL | {lr: (0, dip)}, q, dip),
        negative("Between $r_1$ and $r_2$ the product dips below $-1$.", q + 1, WELL | {lr: (dip, rise)}, q, dip, rise),
        positive("The second stable interval.", 1 - q**2, WELL | {lr: (rise, unit)}, q, rise, unit),
        positive(
            "Beyond $r_3$ the product is above $1$ for ever (for every $a > 1$).",
            q - 1,
            {a: (1, sp.oo), lr: (unit, sp.oo)},
            q,
            unit,
        ),
        positive("The superstable point $1/(a+1)$ lies in the first interval,", dip - 1 / (a + 1), WELL, dip),
        positive("the superstable point $1/(a-1)$ above the beginning of the second", 1 / (a - 1) - rise, WELL, rise),
        positive("and below its end (for every $a > 1$).", unit - 1 / (a - 1), {a: (1, sp.oo)}, unit),
    ),
)

upper = sm.Section(
    "Case $a \\ge \\sqrt2$: one window",
    "Stable on $(0, r_3)$; at $a = \\sqrt2$ without the single point $\\lambda = \\sqrt2$.",
    (
        identity("Complete the square.", (a**2 - 1) * (1 + q), ((a**2 - 1) * lr - a) ** 2 + a**2 - 2, q),
        positive("Hence $q > -1$ for $a > \\sqrt2$.", a**2 - 2, {a: (sp.sqrt(2), sp.oo)}),
        positive("Below $r_3$ the product is under $1$,", 1 - q, {a: (1, sp.oo), lr: (0, unit)}, q, unit),
        positive(
            "and beyond it above $1$, as before. Besides $1/(a-1)$ the superstable point $1/(a+1)$ lies inside.",
            unit - 1 / (a + 1),
            {a: (1, sp.oo)},
            unit,
        ),
        identity(
            "At $a = \\sqrt2$ the product touches $-1$ at one point,",
            1 + q,
            (lr - sp.sqrt(2)) ** 2,
            q,
            where={a: sp.sqrt(2)},
        ),
        positive("which lies inside $(0, r_3)$.", unit - sp.sqrt(2), {}, unit, where={a: sp.sqrt(2)}),
    ),
)

ends = sm.Section(
    "At the ends $\\gamma = 0$, and the point does not attract",
    "Where $q = \\pm 1$ the steps of $\\log|w_t|$ are $\\pm\\log|M_1|$ with probability one half each: a symmetric walk. "
    "Unless it stands still it oscillates without bound, so $w_t$ does not converge to $0$.",
    (
        identity(
            "At $\\lambda_-$ (and at $r_3$, the same expression) the first factor is",
            first,
            (1 + a) / (1 - a),
            lo,
            first,
            where={lr: lo},
        ),
        identity("and the second its inverse.", second, (1 - a) / (1 + a), lo, second, where={lr: lo}),
        positive(
            "Their sizes differ from $1$ unless $a = 0$: for a maximum", 1 - ((1 + a) / (1 - a)) ** 2, {a: (-sp.oo, 0)}
        ),
        negative("and for $a > 1$.", 1 - ((1 + a) / (1 - a)) ** 2, {a: (1, sp.oo)}),
        identity(
            "At $\\lambda_+$ (and at $r_1$, the same expression) the product of the factors is",
            q,
            -1,
            q,
            hi,
            where={lr: hi},
        ),
        identity("and at $r_2$ too.", q, -1, q, rise, where={lr: rise}),
        identity(
            "With $q = -1$ both have size $1$ only where their sum is $0$, that is",
            first + second,
            2 * (1 - a * lr),
            first,
            second,
        ),
        identity("where $a\\lambda = 1$, but then", 1 + q, 1 - 1 / a**2, q, where={lr: 1 / a}),
        sm.Argued(
            "so only at $a = 1$, $\\lambda = 1$ ($\\lambda > 0$), where $|M| = 1$ always and $|w_t|$ stays as it is.",
            r"a = 1,\ \lambda = 1:\quad M \in \{-1, 1\},\quad |w_t| = |w_0|",
        ),
        sm.Cited(
            "A mean-zero walk that does not stand still oscillates.",
            r"\limsup_t \log|w_t| = +\infty, \qquad \liminf_t \log|w_t| = -\infty \quad \text{a.s.}",
            "chung1951",
        ),
    ),
)

fifth, six_fifths = sp.Rational(-1, 5), sp.Rational(6, 5)
exponent = sp.log(sp.Abs(q)) / 2


def rates(rate):
    """Numbers for the exponent at a = -1/5."""
    return {a: fifth, lr: sp.Rational(rate)}


numbers = sm.Section(
    "Numbers",
    "The two examples of the registry: $a = -\\frac15$ (a maximum) and $a = \\frac65$ (stability comes back).",
    (
        identity("The lower end at $a = -1/5$.", lo, sp.Rational(5, 12), lo, where={a: fifth}),
        identity("The superstable point.", zero, sp.Rational(5, 4), zero, where={a: fifth}),
        identity("The upper end.", hi, sp.Rational(5, 3), hi, where={a: fifth}),
        value("The exponent at $\\lambda = 4/5$, inside.", exponent, "-0.1743533871447778", q, where=rates("4/5")),
        value("At $\\lambda = 3/10$, below the window.", exponent, "0.0165239270231002", q, where=rates("3/10")),
        value("At $\\lambda = 19/10$, above it.", exponent, "0.266958477494694", q, where=rates("19/10")),
        value("The first end at $a = 6/5$.", dip, "1.02651936964821", dip, where={a: six_fifths}),
        value("The second.", rise, "4.42802608489725", rise, where={a: six_fifths}),
        identity("The third.", unit, sp.Rational(60, 11), unit, where={a: six_fifths}),
    ),
)


def chain_at(mean, rate):
    """The chain of this note at numbers, as the package builds it."""
    return sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=rate, data={x: sm.TwoPoint(mean + 1, mean - 1)})


def exponents_answered():
    """The package's exponents at a = -1/5 against the derived formula."""
    for rate in ("4/5", "3/10", "19/10"):
        answer = sm.lyapunov(chain_at(fifth, rate), at={w: 0})
        why = f"`lyapunov` at $a = -1/5$, $\\lambda = {rate}$ encloses the derived exponent."
        yield sm.Enclosed(why, exponent, answer.lower, answer.upper, given=given(q, where=rates(rate)))


def ends_answered():
    """The package's windows against the derived ends."""
    for mean, derived in ((fifth, (lo, hi)), (six_fifths, (sp.Integer(0), dip, rise, unit))):
        window = sm.window(chain_at(mean, lr), at={w: 0}, parameter=lr)
        found = [end.exact for interval in window.intervals for end in interval]
        for stated, end in zip(derived, found, strict=True):
            why = f"An end that `window` finds at $a = {mean}$."
            yield sm.Identity(why, stated, end, given=given(*{stated} & GIVEN.keys(), where={a: mean}))


TABLE = r"""| mean curvature | $w_t \to 0$ almost surely exactly for $\lambda$ in |
|---|---|
| $a \le -1$ | nothing |
| $-1 < a < 0$ (a maximum) | $(\lambda_-, \lambda_+)$, $\lambda_- = \frac{-2a}{1-a^2}$, $\lambda_+ = \frac{-a+\sqrt{2-a^2}}{1-a^2}$ |
| $0 \le a < 1$ | $(0, \lambda_+)$ |
| $a = 1$ | $(0, 1)$ |
| $1 < a < \sqrt2$ | $(0, r_1) \cup (r_2, r_3)$, $r_{1,2} = \frac{a \mp \sqrt{2-a^2}}{a^2-1}$, $r_3 = \frac{2a}{a^2-1}$ |
| $a = \sqrt2$ | $(0, 2\sqrt2)$ without $\sqrt2$ |
| $a > \sqrt2$ | $(0, r_3)$ |"""

DERIVATION = sm.Derivation(
    "SGD converges to a local maximum: the window of learning rates",
    "For which constant learning rates $\\lambda > 0$ does stochastic gradient descent converge to the critical point "
    "$0$ of a quadratic loss with random curvature? The answer is a complete case distinction in the mean curvature $a$, "
    "with closed ends. The case $-1 < a < 0$ is the construction of [ziyin2022] (recomputed, not copied): the point is "
    "a strict local maximum and yet attracts almost surely. Means say otherwise: $\\mathbb{E} w_t = (1 - \\lambda a)^t w_0$ diverges."
    "\n\n" + TABLE,
    (
        recursion,
        factorisation,
        lower_half,
        maximum,
        middle,
        re_entrant,
        upper,
        ends,
        numbers,
        sm.Section(
            "The package finds the same",
            "Answers of its own routes, which know nothing of this note.",
            (*exponents_answered(), *ends_answered()),
        ),
    ),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "two_point_window.md").write_text(
        DERIVATION.markdown(), encoding="utf-8"
    )
