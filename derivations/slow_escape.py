"""SGD escapes a saddle arbitrarily slowly, step by step.

`python derivations/slow_escape.py` checks every step and writes notes/slow_escape.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

a, u, v, x = sp.symbols("a u v x", real=True)
lr, k = sp.symbols("lambda k", positive=True)
d, z, A, B = sp.symbols("delta z A B", real=True)
q = sp.Symbol("q", real=True)
end, best, critical = sp.symbols("lambda_- lambda_* a_c", real=True)
first, second = sp.symbols("M_1 M_2", real=True)
golden = sp.Symbol("varphi", positive=True)
half = sp.Rational(1, 2)

GIVEN = {
    golden: (1 + sp.sqrt(5)) / 2,
    critical: (1 - sp.sqrt(1 + lr**2)) / lr,
    best: -a / (1 - a**2),
    end: -2 * a / (1 - a**2),
    first: 1 - lr * (a + 1),
    second: 1 - lr * (a - 1),
    q: (1 - a * lr) ** 2 - lr**2,
}


def given(*names, where=None):
    """The meanings that a step needs; `where` puts values in place of a or of the learning rate."""
    return {name: GIVEN[name] for name in names} | (where or {})


def identity(why, left, right, *names, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=given(*names, where=where))


def positive(why, expr, region, *names, where=None):
    return sm.Positive(why, expr, region, given=given(*names, where=where))


loss = x * u**2 / 2 + k * v**2 / 2
SADDLE = {a: (-1, 0)}

chain = sm.Section(
    "The chain",
    r"Two parameters $u, v$, the loss $\ell = x u^2/2 + k v^2/2$ with $x = a + 1$ or $x = a - 1$, probability $\frac12$ "
    r"each, $k > 0$. The expected loss $a u^2/2 + k v^2/2$ has a saddle at $0$ for $a < 0$.",
    (
        identity("One step multiplies $u$ by $1 - \\lambda x$", u - lr * sp.diff(loss, u), (1 - lr * x) * u),
        identity("and $v$ by $1 - \\lambda k$.", v - lr * sp.diff(loss, v), (1 - lr * k) * v),
        positive(
            "For $\\lambda < 2/k$ the second factor has size below $1$: $v$ goes to $0$, without chance.",
            1 - (1 - lr * k) ** 2,
            {k: (0, sp.oo), lr: (0, 2 / k)},
        ),
        sm.Definition("The factors of $u$ are $M_1$ (at $x = a + 1$)", first, GIVEN[first]),
        sm.Definition("and $M_2$ (at $x = a - 1$).", second, GIVEN[second]),
        identity("Their product is a difference of squares.", first * second, (1 - a * lr) ** 2 - lr**2, first, second),
        sm.Definition("Call it", q, GIVEN[q]),
        sm.Cited(
            "The strong law of large numbers gives the rate of escape of almost every path, and of the mean of the logarithm.",
            r"\tfrac1t \log|u_t/u_0| \to \gamma = \mathbb{E}\log|M| = \tfrac12\log|q| \quad \text{a.s. and in mean}",
            "etemadi1981",
        ),
    ),
)

bound = sm.Section(
    "(ii) On the small learning rates the rate is at most $-\\frac12\\log(1 - a^2)$",
    r"Let $-1 < a < 0$ and $\lambda_- = \frac{-2a}{1-a^2}$.",
    (
        sm.Roots("The product is $1$ at $0$ and at $\\lambda_-$", q - 1, lr, (sp.Integer(0), end), given=given(q, end)),
        positive("and above $1$ in between: the rate is positive.", q - 1, SADDLE | {lr: (0, end)}, q, end),
        identity("Complete the square.", 1 / (1 - a**2) - q, (1 - a**2) * (lr - best) ** 2, q, best),
        positive("The square has a positive weight, so $q \\le 1/(1 - a^2)$", 1 - a**2, {a: (-1, 1)}),
        identity("with equality at $\\lambda_* = \\lambda_-/2$.", q, 1 / (1 - a**2), q, best, where={lr: best}),
        identity("(the middle of the interval)", best, end / 2, best, end),
        sm.Argued(
            "Take logarithms.", r"0 < \gamma \le -\tfrac12\log(1 - a^2) \quad \text{for } 0 < \lambda < \lambda_-"
        ),
        sm.Limit(
            "The bound goes to $0$ with the curvature: the escape is arbitrarily slow.",
            1 / (1 - a**2),
            a,
            sp.Integer(0),
            sp.Integer(1),
        ),
        sm.Value(
            "At $a = -1/5$ the fastest escape on this branch has the rate",
            sp.log(q) / 2,
            "0.0204109972601276",
            given=given(q, where={a: sp.Rational(-1, 5), lr: sp.Rational(5, 24)}),
        ),
    ),
)

slow = sm.Section(
    "(iii) Every learning rate has saddles that it leaves as slowly as one likes",
    r"Fix $\lambda > 0$. The curvature $a_c(\lambda)$ makes the rate $0$; just below it the rate is small and positive.",
    (
        sm.Definition("The critical curvature.", critical, GIVEN[critical]),
        identity("There the product is $1$.", q, 1, critical, q, where={a: critical}),
        positive("It is negative,", -critical, {lr: (0, sp.oo)}, critical),
        positive("and above $-1$: an ordinary saddle.", critical + 1, {lr: (0, sp.oo)}, critical),
        identity(
            "At $a = a_c - \\delta$ the product exceeds $1$ by",
            q - 1,
            2 * d * lr * sp.sqrt(1 + lr**2) + d**2 * lr**2,
            critical,
            q,
            where={a: critical - d},
        ),
        positive(
            "which is positive for every $\\delta > 0$",
            2 * d * lr * sp.sqrt(1 + lr**2) + d**2 * lr**2,
            {lr: (0, sp.oo), d: (0, sp.oo)},
        ),
        sm.Limit(
            "and goes to $0$ with $\\delta$.",
            2 * d * lr * sp.sqrt(1 + lr**2) + d**2 * lr**2,
            d,
            sp.Integer(0),
            sp.Integer(0),
        ),
        sm.Argued(
            "As $\\log(1 + s) \\le s$, the rate is below any $\\epsilon$ once $\\delta$ is small.",
            r"0 < \gamma \le \delta\lambda\sqrt{1+\lambda^2} + \tfrac12\delta^2\lambda^2",
        ),
        identity(
            "Gradient descent, which sees $a$ only, multiplies $u$ there by a fixed factor",
            1 - critical * lr,
            sp.sqrt(1 + lr**2),
            critical,
        ),
        positive("above $1$: it escapes at a rate that does not go to $0$.", (1 + lr**2) - 1, {lr: (0, sp.oo)}),
        positive(
            "The second moment grows too: norms that are averaged suggest a fast escape.",
            (1 - a * lr) ** 2 + lr**2 - 1,
            {a: (-sp.oo, 0), lr: (0, sp.oo)},
        ),
    ),
)

times = sm.Section(
    "(iv) The time to escape",
    r"$\tau = \min\{t : |u_t| \ge L\}$ from $0 < |u_0| < L$.",
    (
        sm.Cited(
            "For $\\gamma > 0$, Wald's identity; the overshoot is the amount by which $\\log|u_\\tau|$ exceeds $\\log L$.",
            r"\mathbb{E}\tau = \frac{\log(L/|u_0|) + \mathbb{E}[\text{overshoot}]}{\gamma}, \qquad "
            r"0 \le \text{overshoot} \le \log\max(|M_1|, |M_2|)",
            "wald1944",
        ),
        sm.Cited(
            "For $\\gamma = 0$ the walk $\\log|u_t|$ oscillates, so it reaches every level.",
            r"P(\tau < \infty) = 1",
            "chung1951",
        ),
        sm.Argued(
            "Its mean is not finite: else Wald's identity would make the mean of $\\log|u_\\tau/u_0|$ equal to $0$, but it is positive.",
            r"0 = \gamma\,\mathbb{E}\tau = \mathbb{E}\log|u_\tau/u_0| \ge \log(L/|u_0|) > 0 \quad \text{is impossible:} \quad \mathbb{E}\tau = \infty",
        ),
        sm.Cited(
            "For $\\gamma < 0$ Ville's inequality for the martingale $|u_t|^\\kappa$, $\\mathbb{E}|M|^\\kappa = 1$.",
            r"P(\tau < \infty) \le (|u_0|/L)^{\kappa}",
            "ville1939",
        ),
    ),
)

EXAMPLE = {a: sp.Rational(-5, 7), lr: sp.Rational(7, 4)}


def overshoot(steps):
    """The stated mean overshoot, in units of log 2, from `steps` units below the level."""
    return golden**-2 * (1 - (-golden) ** -steps)


exact = sm.Section(
    "An exact time, with the golden ratio",
    r"Let $a = -\frac57$, $\lambda = \frac74$ and $|u_0| = 2^{-m} L$.",
    (
        identity("The first factor", first, half, first, where=EXAMPLE),
        identity("and the second: $\\log_2|u|$ goes down by $1$ or up by $2$.", second, 4, second, where=EXAMPLE),
        identity("The rate is half of $\\log 2$.", sp.log(q) / 2, sp.log(2) / 2, q, where=EXAMPLE),
        sm.Argued(
            "The mean overshoot $h(m)$ in units of $\\log 2$ is bounded and satisfies",
            r"h(m) = \tfrac12 h(m+1) + \tfrac12 h(m-2) \ (m \ge 1), \qquad h(0) = 0, \quad h(-1) = 1",
        ),
        sm.Roots(
            "Powers $z^m$ solve it where $2z^2 = z^3 + 1$.",
            z**3 - 2 * z**2 + 1,
            z,
            (sp.Integer(1), golden, -1 / golden),
            given=given(golden),
        ),
        sm.Argued("The powers of $\\varphi$ are unbounded, so", r"h(m) = A + B(-\varphi)^{-m}"),
        identity(
            "with $A + B = 0$ from $h(0) = 0$ and, from $h(-1) = 1$,", golden**-2 - golden**-2 * (-golden), 1, golden
        ),
        *(
            identity(
                f"The formula satisfies the equation at $m = {m}$.",
                overshoot(m),
                overshoot(m + 1) / 2 + (overshoot(m - 2) if m > 1 else sp.Integer(1)) / 2,
                golden,
            )
            for m in (1, 2, 3)
        ),
        sm.Argued(
            "Wald's identity with the drift $\\frac12$ in units of $\\log 2$.",
            r"\mathbb{E}\tau = 2\left(m + \varphi^{-2}\left(1 - (-\varphi)^{-m}\right)\right)",
        ),
        identity("From one unit below the level the mean time is", 2 * (1 + overshoot(1)), 2 * golden, golden),
        sm.Value("From five units below,", 2 * (5 + overshoot(5)), "10.8328157299975", given=given(golden)),
    ),
)


def rate_answered():
    """The package's exponents against the derived formula, at the three curvatures used above."""
    for mean, rate in (("-1/5", "5/24"), ("-5/7", "7/4")):
        data = {x: sm.TwoPoint(sp.Rational(mean) + 1, sp.Rational(mean) - 1)}
        answer = sm.lyapunov(sm.SGD(loss=x * u**2 / 2, parameters=[u], learning_rate=rate, data=data), at={u: 0})
        numbers = {a: sp.Rational(mean), lr: sp.Rational(rate)}
        why = f"`lyapunov` at $a = {mean}$, $\\lambda = {rate}$ encloses the derived rate."
        yield sm.Enclosed(why, sp.log(sp.Abs(q)) / 2, answer.lower, answer.upper, given=given(q, where=numbers))


DERIVATION = sm.Derivation(
    "SGD escapes a saddle arbitrarily slowly",
    "Gradient descent leaves a saddle at an exponential rate that depends on the curvature. The rate of stochastic gradient "
    "descent is the Lyapunov exponent $\\gamma$ of its linear recursion, which can be as small as one likes while the "
    "curvature, and with it the rate of gradient descent, stays fixed. Construction in the spirit of [ziyin2022].",
    (chain, bound, slow, times, exact, sm.Section("The package finds the same", "", tuple(rate_answered()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "slow_escape.md").write_text(DERIVATION.markdown(), encoding="utf-8")
