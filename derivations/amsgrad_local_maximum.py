"""AMSGrad ends at a local maximum: homogeneity, the freeze, two bounds for a walk, and the probability, step by step.

`python derivations/amsgrad_local_maximum.py` checks every step and writes notes/amsgrad_local_maximum.md.
"""

from pathlib import Path

import sympy as sp

import sgd_markov as sm

R = sp.Rational
s, r, q, c, lam, u, k = sp.symbols("s r q c lambda u kappa", positive=True)
alpha, size = sp.symbols("alpha x", positive=True)
w, x = sp.symbols("w x", real=True)
UP, DOWN = R(6, 5), R(4, 5)


def identity(why, left, right, where=None):
    return sm.Identity(why, sp.sympify(left), sp.sympify(right), given=where or {})


scaled = s * (1 - x * lam / q) / q
scaling = sm.Section(
    "A chain that does not know the learning rate",
    r"AMSGrad with $\beta_1 = \beta_2 = \varepsilon = 0$ and learning rate $\alpha$ on $\ell = xw^2/2$: $g = xw$, $\hat v' = \max(\hat v, g^2)$, "
    r"$w' = w - \alpha g/\sqrt{\hat v'}$. Write $\sqrt{\hat v} = r$, $w = sr$ with $s > 0$, $\alpha = \lambda r$: $\lambda$ is the learning rate that "
    r"SGD would have, $s$ the weight on the scale of the largest gradient. Let $q = \max(1, |x|s)$.",
    (
        sm.Definition("The rate that SGD would have.", sp.Symbol("lambda"), alpha / sp.sqrt(sp.Symbol(r"\hat{v}", positive=True))),
        sm.Argued("The second moment grows where $q > 1$, at a record.", r"\sqrt{\hat v'} = \max(r, |x|sr) = qr"),
        identity("The rate after the step.", lam * r / (q * r), lam / q),
        identity("The weight on the new scale.", (s * r - lam * r * (x * s * r) / (q * r)) / (q * r), scaled),
        identity("After a record by $x > 0$, $q = xs$, it does not depend on $s$ but through the rate $\\lambda/(xs)$;", scaled.subs({x: size}).subs(q, size * s),
                 1 / size - lam / (size * s)),
        identity("and after one by $-x$ likewise, up to its sign.", -scaled.subs({x: -size}).subs(q, size * s), -(1 / size + lam / (size * s))),
        identity("A start at $\\hat v = 0$ is a record: from $w = u\\alpha$ the step has the length of the learning rate.", u * alpha - alpha * (x * u * alpha) / (x * u * alpha), (u - 1) * alpha),
        identity("Scaling $w$ and $\\alpha$ by $c$ scales $\\sqrt{\\hat v}$ too and leaves $\\lambda$ as it is: only $w_0/\\alpha$ matters.", (c * alpha) / (c * r), alpha / r),
    ),
)  # fmt: skip

a_down, a_up = 1 - DOWN * lam, 1 + UP * lam
freezing = sm.Section(
    "The learning rate freezes",
    r"From here on $x = \frac45$ or $-\frac65$, with probability $\frac12$ each: the mean is $-\frac15$, and $0$ is a strict local maximum of the expected loss.",
    (
        sm.Argued("The rate never rises. If $w_t \\to 0$ then $x_t^2w_t^2 < \\hat v_1 \\le \\hat v_t$ from some step on: no record follows.", r"\lambda_t = \lambda_\infty \text{ from some } t \text{ on}"),
        sm.Argued("From then on the chain is SGD with the learning rate $\\lambda_\\infty$, unless it is at 0 already.", r"\log|w_{t+1}| = \log|w_t| + \log|1 - \lambda_\infty x_t|"),
        sm.Cited("A random walk tends to $-\\infty$ only if its mean step is negative.", r"\gamma(\lambda_\infty) = \mathbb{E}\log|1 - \lambda_\infty x| < 0", "feller1971"),
        sm.Roots("The mean step is 0 where the product of the multipliers is $1$,", a_down * a_up - 1, lam, (sp.Integer(0), R(5, 12))),
        sm.Roots("or $-1$.", a_down * a_up + 1, lam, (R(5, 3), R(-5, 4))),
        sm.Negative("Between $\\frac5{12}$ and $\\frac53$ it is negative: at the rate $\\frac45$,", sp.log(a_down * a_up).subs(lam, R(4, 5)) / 2, {}),
        sm.Positive("below it is positive,", sp.log(a_down * a_up).subs(lam, R(2, 5)) / 2, {}),
        sm.Positive("and above.", sp.log(-a_down * a_up).subs(lam, 2) / 2, {}),
        sm.Argued("A path whose rate is at most $\\frac5{12}$ never converges.", r"\lambda_t \le \tfrac5{12} \ \Rightarrow\ P(w_s \to 0) = 0"),
        sm.Argued("From every rate in the window there is a chance to freeze for ever, bounded below on compact parts of it, so that a path does not meet infinitely many records there.",
                  r"w_t \to 0, \quad\text{or}\quad \hat v_t \to \infty,\ \lambda_t \to 0 \quad (\text{or } \lambda_t \text{ tends to an end of the window})"),
    ),
)  # fmt: skip

half_moment = (sp.sqrt(a_down) + sp.sqrt(a_up)) / 2
ruin = sm.Section(
    "Will there be another record?",
    r"At a fixed rate $\log s$ is a walk, and a record is its ruin. With $X = \max|x| = \frac65$ and $S = \max|1/x - \lambda|$, which bounds $s$ right before a record:",
    (
        sm.Cited("If $\\mathbb{E}|1 - \\lambda x|^\\kappa \\le 1$ then $s^\\kappa$ is a supermartingale.", r"P(\text{another record}) \le (Xs)^\kappa", "ville1939"),
        sm.Argued("If $\\mathbb{E}|1 - \\lambda x|^\\kappa \\ge 1$ it is a submartingale, bounded until the record, and tends to 0 where none follows.", r"P(\text{another record}) \ge (s/S)^\kappa"),
        identity("At the rate $\\frac45$ both hold with $\\kappa = \\frac12$.", half_moment.subs(lam, R(4, 5)), 1),
        identity("There $S = \\frac54\\left(\\frac23 + \\frac{16}{25}\\right)$:", sp.Max(R(5, 4) - R(4, 5), R(5, 6) + R(4, 5)), R(49, 30)),
        sm.Value("After a record by $\\frac45$ at this rate, $s = \\frac9{20}$, so that another one follows with a probability of at most", sp.sqrt(UP * R(9, 20)), "0.734846922834953"),
        sm.Value("and of at least", sp.sqrt(R(9, 20) / R(49, 30)), "0.524890659167824"),
        identity("At the rate $\\frac54$ one multiplier is 0, the other", a_up.subs(lam, R(5, 4)), R(5, 2)),
        identity("and $\\kappa = \\log 2/\\log\\frac52$.", ((R(5, 2)) ** k / 2).subs(k, sp.log(2) / sp.log(R(5, 2))), 1),
    ),
)  # fmt: skip

path = sm.Section(
    "Paths merge, records spawn",
    "",
    (
        sm.Argued("Between records $s$ depends on how often each value was drawn, not on the order: $n$ steps lead to $n + 1$ places.",
                  r"s = s_0\,|1 - \tfrac45\lambda|^{n_+}(1 + \tfrac65\lambda)^{n_-}"),
        sm.Argued("A record at $s$ leads to the rate $\\lambda/(|x|s)$ and to $|1/x - \\lambda'|$: the chance $C_x(\\lambda')$ to converge from there is a function of the rate and of the value alone.",
                  r"C = F + \sum_{\text{records}} p\,C_{x'}(\lambda'), \qquad D = \sum_{\text{records}} p\,D_{x'}(\lambda'), \qquad D = 1 \text{ for } \lambda' \le \tfrac5{12}"),
        sm.Argued("$C$ is the chance to converge, $D$ the one not to, $F$ the one to meet no record. All are sums of positive terms: with lower bounds of $F$ and of the masses $p$, with paths "
                  "dropped at will, and with the least $C$ and $D$ over a set of rates that holds $\\lambda'$, every iterate from 0 is a lower bound.", r"C^- \le P(w_t \to 0) \le 1 - D^-"),
        sm.Argued("On a set $[a, b]$ of rates $\\log s$ is a sum of concave functions: its values at $a$ and $b$ and its curvature enclose it.",
                  r"\frac{d^2}{d\lambda^2}\log|1 - \lambda x| = -\frac{x^2}{(1 - \lambda x)^2}"),
        identity("The curvature.", sp.Derivative(sp.log(1 - lam * x), lam, 2), -(x**2) / (1 - lam * x) ** 2),
        sm.Argued("Whether a draw is a record may be open on $[a, b]$; where $|x|s = 1$ both cases lead to the same place, so that it matters little.", r"|x|s = 1: \quad \lambda' = \lambda,\ s' = |1/x - \lambda|"),
        identity("From $w_0 = \\alpha$ a draw of $\\frac45$ leads to 0 at once, with the rate $\\frac54$:", a_down.subs(lam, 1 / DOWN), 0),
        identity("a draw of $-\\frac65$ leads to $2\\alpha$ and the rate $\\frac56$; then $\\frac45$ makes it", 1 / (DOWN * 2), R(5, 8)),
        identity("and $-\\frac65$", 1 / (UP * 2), R(5, 12)),
        sm.Positive("From $w_0 = 4\\alpha$ the first rate is $\\frac5{16}$", R(5, 12) - 1 / (DOWN * 4), {}),
        sm.Positive("or $\\frac5{24}$: below the window both times.", R(5, 12) - 1 / (UP * 4), {}),
    ),
)  # fmt: skip


def chain():
    return sm.AMSGrad(x * w**2 / 2, [w], 1, 0, 0, 0, data={x: sm.TwoPoint("4/5", "-6/5")})


def probability(start, digits):
    (mass,) = sm.limit(chain(), start=start, digits=digits).masses
    return mass["probability"].enclosure


def found():
    near, at_once = probability("9/20", 1), probability(1, 2)
    yield sm.Positive("From $w_0 = \\frac9{20}\\alpha$ the probability is above $\\frac13$", R(near.lower) - R(1, 3), {})
    yield sm.Positive("and below $\\frac38$;", R(3, 8) - R(near.upper), {})
    yield sm.Positive("from $w_0 = \\alpha$ above $0.58$,", R(at_once.lower) - R(29, 50), {})
    yield sm.Positive("and below $0.59$.", R(59, 100) - R(at_once.upper), {})
    yield identity("From $w_0 = 4\\alpha$ it is", R(probability(4, 15).upper), 0)
    yield sm.Argued("With more work, `digits = 2` and 3.", r"0.3563 < P_{9/20} < 0.3595, \qquad 0.5836 < P_1 < 0.5847")


DERIVATION = sm.Derivation(
    "AMSGrad ends at a local maximum",
    "Where AMSGrad converges its learning rate freezes at a value at which SGD converges, and such values may attract to a strict local maximum. Without momentum the chain reduces to a walk that "
    "restarts at records, and the probability of ending at the maximum is enclosed between two sums of positive terms. AMSGrad is that of [reddi2018], without bias correction, with $\\varepsilon = 0$.",
    (scaling, freezing, ruin, path, sm.Section("The package finds", "", tuple(found()))),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "amsgrad_local_maximum.md").write_text(DERIVATION.markdown(), encoding="utf-8")
