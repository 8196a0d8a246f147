"""RMSProp, Adam and AMSGrad near a point, step by step.

`python derivations/adaptive_optimizers.py` checks every step and writes notes/adaptive_optimizers.md.
"""

from fractions import Fraction
from pathlib import Path

import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
lr, eps, beta, c, r, size, old, new, t = sp.symbols("lambda varepsilon beta_2 c r x v_t v_{t+1} t", positive=True)
a, b, largest = sp.symbols("a b vhat", positive=True)
R = sp.Rational
UNIT, BELOW = (sp.Integer(0), sp.Integer(1)), (-sp.oo, sp.Integer(1))
POSITIVE = (sp.Integer(0), sp.oo)
DATA = {x: sm.TwoPoint(R(4, 5), R(-6, 5))}
LOSS = x * w**2 / 2

fall = beta / (1 - (1 - beta) * c**2)

maps = sm.Section(
    "The steps",
    r"The loss of a sample is $xw^2/2$, so that its gradient $g = xw$ and its noise vanish at $0$; $L = \mathbb{E}x\,w^2/2$. "
    r"RMSProp with the learning rate $\lambda$, and Adam with $\beta_1 = 0$.",
    (
        sm.Definition("The second moment is a moving average of squared gradients,", new, beta * old + (1 - beta) * (x * w) ** 2),
        sm.Argued("by whose root RMSProp divides,", r"w_{t+1} = w_t - \lambda \frac{g_t}{\sqrt{v_{t+1}} + \varepsilon}"),
        sm.Cited(
            "Adam by that of the average divided by the weight of all gradients so far,",
            r"\hat v_t = v_t/(1 - \beta_2^t), \qquad w_{t+1} = w_t - \lambda \frac{g_t}{\sqrt{\hat v_{t+1}} + \varepsilon}",
            "kingma2015",
        ),
        sm.Cited(
            "and AMSGrad by its largest value so far.",
            r"\hat v_{t+1} = \max(\hat v_t, v_{t+1}), \qquad w_{t+1} = w_t - \lambda \frac{g_t}{\sqrt{\hat v_{t+1}} + \varepsilon}",
            "reddi2018",
        ),
    ),
)

never = sm.Section(
    "Without epsilon RMSProp converges to no point",
    r"Let $\varepsilon = 0$, $0 \le \beta_2 < 1$ and $|x| \ge x_{\min} > 0$, and let $w_t \ne 0$ for all $t$. The claim: "
    r"$\limsup_t |w_{t+1} - w_t| \ge \lambda$ on every path. No probability enters.",
    (
        sm.Argued(
            "Suppose that from some time on no step is longer than $c\\lambda$ with $c < 1$.",
            r"\frac{|g_t|}{\sqrt{v_{t+1}}} = \frac{|w_{t+1} - w_t|}{\lambda} \le c \quad\Rightarrow\quad v_{t+1} \le \beta_2 v_t + (1 - \beta_2) c^2 v_{t+1}",
        ),
        sm.Identity("Solved for $v_{t+1}$: it is at most the multiple of $v_t$ that solves", fall * old, beta * old + (1 - beta) * c**2 * (fall * old)),
        sm.Identity("The factor is below $1$, as its denominator exceeds $\\beta_2$ by", 1 - (1 - beta) * c**2 - beta, (1 - beta) * (1 - c**2)),
        sm.Positive("The second factor is positive,", 1 - c**2, {c: (sp.Integer(-1), sp.Integer(1))}),
        sm.Positive("and so is the first.", 1 - beta, {beta: BELOW}),
        sm.Argued("So $v_t \\to 0$ geometrically, and with it", r"g_t^2 \le \frac{v_{t+1}}{1 - \beta_2} \to 0, \qquad |w_t| \le \frac{|g_t|}{x_{\min}} \to 0"),
        sm.Positive(
            "But once $r = \\sqrt{v_{t+1}}$ is below $\\lambda x_{\\min}/3$ the multiplier $1 - \\lambda x/r$ has a modulus above $2$:",
            lr * size / r - 1 - 2, {lr: POSITIVE, size: POSITIVE, r: (sp.Integer(0), lr * size / 3)},
        ),
        sm.Argued(
            "$|w|$ doubles in every step from then on, and is not $0$: it does not tend to $0$. So there is no such $c$.",
            r"\limsup_t |w_{t+1} - w_t| \ge \lambda",
        ),
        sm.Limit(
            "Adam: $c$ becomes $c/\\sqrt{1 - \\beta_2^t}$, which is below $1$ in the end (with $e^{-t}$ for $\\beta_2^t$):",
            c / sp.sqrt(1 - sp.exp(-t)), t, sp.oo, c,
        ),
        sm.Argued(
            "The exception is real: from $v = 0$ the first step is as long as this whatever $x$ is, so that from $w$ of this size half of the paths of a two-point law meet $0$ at once.",
            r"|w_1 - w_0| = \lambda \frac{|x w_0|}{\sqrt{(1 - \beta_2) x^2 w_0^2}} = \frac{\lambda}{\sqrt{1 - \beta_2}}",
        ),
    ),
)  # fmt: skip

with_epsilon = sm.Section(
    "With epsilon",
    r"Now $\varepsilon > 0$. Near $0$ the second moment is of the size of $w^2$, and what divides the gradient tends to $\varepsilon$.",
    (
        sm.Limit("The multiplier at small $v$ is that of SGD with the learning rate $\\lambda/\\varepsilon$:", 1 - lr * size / (sp.sqrt(old) + eps), old, sp.Integer(0), 1 - lr * size / eps),
        sm.Argued(
            "so that $0$ attracts where the exponent there is negative (A1-loc, with the supremum over small $v$ as well), and repels where it is positive.",
            r"\gamma = \mathbb{E}\log\Big|1 - \frac{\lambda}{\varepsilon}x\Big|",
        ),
        sm.Identity(
            "For $x = \\frac45$ or $-\\frac65$, probability $\\frac12$ each, and $\\lambda = \\frac45$ the product of the two multipliers is",
            (1 - R(16, 25) / eps) * (1 + R(24, 25) / eps), 1 + R(8, 25) / eps - R(384, 625) / eps**2,
        ),
        sm.Roots("It is $1$ at one end of the window (and as $\\varepsilon \\to \\infty$),", R(8, 25) * eps - R(384, 625), eps, (R(48, 25),)),
        sm.Roots("and $-1$ at the other.", 2 * eps**2 + R(8, 25) * eps - R(384, 625), eps, (R(12, 25), -R(16, 25))),
    ),
)  # fmt: skip

amsgrad = sm.Section(
    "AMSGrad remembers",
    r"$\hat v$ never falls. If $w_t \to 0$, gradients are below $\sqrt{\hat v}$ in the end and $\hat v$ stays: what is left is SGD with the learning rate "
    r"$\lambda/(\sqrt{\hat v} + \varepsilon)$, also with $\varepsilon = 0$.",
    (
        sm.Identity(
            "Where $g^2 \\le \\hat v$ and $v \\le \\hat v$ there is no new maximum: with $v = a\\hat v$ and $g^2 = b\\hat v$ the average is lower than $\\hat v$ by",
            largest - (beta * a * largest + (1 - beta) * b * largest), largest * (beta * (1 - a) + (1 - beta) * (1 - b)),
        ),
        sm.Positive("which is positive for $a, b < 1$.", beta * (1 - a) + (1 - beta) * (1 - b), {beta: UNIT, a: BELOW, b: BELOW}),
        sm.Identity(
            "Without $\\varepsilon$ it has no scale of its own: from $(cw, c^2\\hat v)$ with the learning rate $c\\lambda$ the step leads to $c$ times where it led,",
            c * w - c * lr * x * (c * w) / sp.sqrt(c**2 * largest), c * (w - lr * x * w / sp.sqrt(largest)),
        ),
    ),
)  # fmt: skip


def found():
    rms = sm.RMSProp(LOSS, [w], R(4, 5), R(9, 10), 1, data=DATA)
    answer = sm.lyapunov(rms, at=0)
    yield sm.Enclosed("RMSProp with $\\lambda = \\frac45$, $\\varepsilon = 1$ at $0$, by `lyapunov`:", sp.log(R(441, 625)) / 2, answer.lower, answer.upper, width=Fraction(1, 10**14))
    held = sm.lyapunov(sm.AMSGrad(LOSS, [w], R(8, 5), 0, R(9, 10), 0, data=DATA, variant="optax"), at={w: 0, "vhat": 4})
    yield sm.Enclosed("The same number for AMSGrad with $\\lambda = \\frac85$ and $\\hat v = 4$ held:", sp.log(R(441, 625)) / 2, held.lower, held.upper, width=Fraction(1, 10**14))
    hit = sm.law(sm.AMSGrad(LOSS, [w], 1, 0, 0, 0, data=DATA), start=1, steps=1, set=[0, 0])
    yield sm.Enclosed("AMSGrad without averages from $w = \\lambda$ is at $0$ after one step with the probability", R(1, 2), hit.lower, hit.upper, width=Fraction(1, 10**14))


def window():
    epsilon = sp.Symbol("epsilon", positive=True)
    (span,) = sm.window(sm.RMSProp(LOSS, [w], R(4, 5), R(9, 10), epsilon, data=DATA), at=0, parameter=epsilon).intervals
    low, high = (end.exact for end in span)
    yield sm.Value("The ends of the window in $\\varepsilon$ for $\\lambda = \\frac45$ as `window` finds them: the lower", low, "0.480000")
    yield sm.Value("and the upper.", high, "1.920000")


control = sm.Section(
    "Where it fails",
    r"Below the window, at $\varepsilon = \frac25$, the rate $\lambda/\varepsilon = 2$ is too large: RMSProp does not converge to $0$ there either.",
    (sm.Positive("The exponent is positive.", sp.log((2 * R(4, 5) - 1) * (1 + 2 * R(6, 5))) / 2, {}),),
)

DERIVATION = sm.Derivation(
    "Adaptive optimizers near a point",
    "Dividing by the root of recent squared gradients keeps the steps of RMSProp and Adam from becoming small: without epsilon they converge to no point at "
    "all. With epsilon they behave near a point as SGD with the learning rate over epsilon, AMSGrad as SGD with its own frozen rate.",
    (maps, never, with_epsilon, amsgrad, sm.Section("Numbers", "", (*found(), *window())), control),
)

if __name__ == "__main__":
    DERIVATION.check()
    Path(__file__).parent.parent.joinpath("notes", "adaptive_optimizers.md").write_text(DERIVATION.markdown(), encoding="utf-8")
